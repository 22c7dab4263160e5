//! YAML: parser events to values and places.

mod scalars;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, Span};
use podgraft_merge::diagnostic::{Code, Diagnostic, Position};
use serde_json::{Map, Value};

use super::{
    MAX_DEPTH,
    breaks::{Breaks, SEPARATORS},
    document::{Document, Inside, Mark, Node, SourceText},
    roots::{Documents, Roots},
    scalar, syntax,
};
use crate::codes;

/// How many values aliases may multiply a file to.
const MAX_VALUES: usize = 500_000;
/// How many bytes the copies may take that anchors and aliases make of a file's values.
const MAX_COPIED: usize = 32 << 20;
/// What a value takes beside its text.
const VALUE_BYTES: usize = 64;

/// The documents of a YAML text. Empty ones are left out.
pub(super) fn read(source: &Arc<SourceText>, roots: Roots) -> Result<Documents, Diagnostic> {
    let found = documents(source, roots).map_err(|said| with_cause(source, said))?;
    let breaks = Breaks::new(&source.text);
    match syntax::blank_tab(&breaks.text) {
        None => Ok(found),
        Some(cause) => {
            let cause = syntax::Cause { mark: breaks.in_file(cause.mark), ..cause };
            Err(because(source, cause, Diagnostic::error(codes::INVALID_YAML, "")))
        }
    }
}

/// The same refusal in words for the cause, where that is known.
fn with_cause(source: &Arc<SourceText>, said: Diagnostic) -> Diagnostic {
    let Some(position) = &said.position else { return said };
    let stopped = Mark { line: position.line, column: position.column };
    let cause = if said.code == codes::INVALID_YAML {
        syntax::yaml_cause(&source.text, stopped)
    } else if said.code == codes::NOT_AN_OBJECT {
        syntax::no_object_cause(&source.text, stopped)
    } else if said.code == codes::INVALID_KEY {
        // Two braces where a value begins are a map as a key, for YAML.
        syntax::template_cause(&source.text, stopped)
    } else {
        None
    };
    match cause {
        Some(cause) => because(source, cause, said),
        None => said,
    }
}

fn because(source: &Arc<SourceText>, cause: syntax::Cause, said: Diagnostic) -> Diagnostic {
    let Mark { line, column } = cause.mark;
    let position = Position { file: Arc::clone(&source.file), line, column };
    Diagnostic { code: codes::INVALID_YAML, message: cause.message, help: cause.help, ..said }
        .positioned(Some(position))
}

fn documents(source: &Arc<SourceText>, roots: Roots) -> Result<Documents, Diagnostic> {
    let mut options = Options::default();
    options.emit_comments = false;
    let breaks = Breaks::new(&source.text);
    let parser = Parser::new_from_str_with_options(&breaks.text, options);
    let separators = breaks.text.matches(SEPARATORS).count();
    let mut reader = Reader {
        parser,
        source,
        breaks: &breaks,
        anchors: HashMap::new(),
        values: 0,
        bytes: 0,
        copied: 0,
        separators,
        warnings: Vec::new(),
    };
    reader.check_separators()?;
    let mut documents = Vec::new();
    while let Some((event, span)) = reader.next()? {
        if matches!(event, Event::DocumentStart(..)) {
            let (event, span) = reader.some()?;
            let (value, node) = reader.value(event, span, 0)?;
            match value {
                Value::Null => {}
                Value::Array(_) if roots == Roots::Lists => {
                    documents.push(Document::new(value, source, node));
                }
                Value::Object(_) => documents.push(Document::new(value, source, node)),
                _ => {
                    return Err(reader.error(
                        codes::NOT_AN_OBJECT,
                        node.mark,
                        "write the document as an object: a map of fields",
                    ));
                }
            }
            reader.anchors.clear();
        }
        let _ = span;
    }
    if reader.separators > 0 {
        let line = breaks.text.split('\n').position(|line| line.contains(SEPARATORS)).unwrap_or_default();
        return Err(reader.separator(breaks.in_file(Mark { line: line + 1, column: 1 })));
    }
    Ok((documents, reader.warnings))
}

struct Reader<'s> {
    parser: Parser<'s, granit_parser::StrInput<'s>>,
    source: &'s Arc<SourceText>,
    breaks: &'s Breaks<'s>,
    anchors: HashMap<usize, Anchored>,
    /// The values so far, and the bytes of their texts, aliases expanded.
    values: usize,
    bytes: usize,
    /// The bytes of the copies that were made.
    copied: usize,
    /// The line separators of the text that were not met yet.
    separators: usize,
    warnings: Vec<Diagnostic>,
}

/// A value that has a name, and what a copy of it takes.
struct Anchored {
    placed: Placed,
    values: usize,
    bytes: usize,
}

type Placed = (Value, Node);

impl<'s> Reader<'s> {
    /// kubectl splits a file at lines that start with `---`, whatever YAML would say, and allows only a
    /// comment behind that.
    fn check_separators(&self) -> Result<(), Diagnostic> {
        if let Some(mark) = self.breaks.hidden_separator() {
            let message =
                "put the document behind U+0085 into a file of its own: kubectl reads only what is before it";
            let position =
                Position { file: Arc::clone(&self.source.file), line: mark.line, column: mark.column };
            return Err(Diagnostic::error(codes::INVALID_YAML, message).positioned(Some(position)));
        }
        for (index, line) in self.source.text.lines().enumerate() {
            let behind = line.strip_prefix("---").map_or("", str::trim);
            if !behind.is_empty() && !behind.starts_with('#') {
                let mark = Mark { line: index + 1, column: 1 };
                return Err(self.error(
                    codes::INVALID_YAML,
                    mark,
                    "put what follows --- on a line of its own",
                ));
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<(Event<'s>, Span)>, Diagnostic> {
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok(found)) => Ok(Some(found)),
            Some(Err(error)) => {
                let marker = error.marker();
                let mark = self.breaks.in_file(Mark { line: marker.line().max(1), column: marker.col() + 1 });
                if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
                    return Err(self.error(codes::TOO_DEEP, mark, too_deep()));
                }
                Err(self.error(codes::INVALID_YAML, mark, format!("correct the YAML: {}", error.info())))
            }
        }
    }

    fn some(&mut self) -> Result<(Event<'s>, Span), Diagnostic> {
        self.next()?.ok_or_else(|| {
            let end = Mark { line: self.source.text.lines().count().max(1), column: 1 };
            self.error(codes::INVALID_YAML, end, "complete the YAML: it ends too early")
        })
    }

    fn value(&mut self, event: Event<'s>, span: Span, depth: usize) -> Result<Placed, Diagnostic> {
        let mark = self.mark(&span);
        if depth > MAX_DEPTH {
            return Err(self.error(codes::TOO_DEEP, mark, too_deep()));
        }
        self.count(1, mark)?;
        let (values, bytes) = (self.values, self.bytes);
        let (anchor, placed) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.bytes += text.len();
                if style == ScalarStyle::DoubleQuoted || self.separators > 0 {
                    self.check_written(&text, style, &span, mark)?;
                }
                self.warn_of(&text, style, mark);
                let value = self.scalar(&text, style, tag.as_deref(), mark)?;
                (anchor, (value, Node { mark, inside: Inside::Nothing }))
            }
            Event::SequenceStart(_, anchor, _) => (anchor, self.list(mark, depth)?),
            Event::MappingStart(_, anchor, _) => (anchor, self.map(mark, depth)?),
            Event::Alias(id) => {
                let Some((values, bytes)) = self.anchors.get(&id).map(|found| (found.values, found.bytes))
                else {
                    return Err(self.error(
                        codes::INVALID_YAML,
                        mark,
                        "name an anchor that is complete before this place",
                    ));
                };
                self.count(values, mark)?;
                self.bytes += bytes;
                self.copy(values, bytes, mark)?;
                let (value, mut node) = self.anchors[&id].placed.clone();
                node.mark = mark;
                (0, (value, node))
            }
            _ => return Err(self.error(codes::INVALID_YAML, mark, "write a value here")),
        };
        if anchor > 0 {
            let (values, bytes) = (self.values - values + 1, self.bytes - bytes);
            self.copy(values, bytes, mark)?;
            self.anchors.insert(anchor, Anchored { placed: placed.clone(), values, bytes });
        }
        Ok(placed)
    }

    fn list(&mut self, mark: Mark, depth: usize) -> Result<Placed, Diagnostic> {
        let (mut items, mut nodes) = (Vec::new(), Vec::new());
        loop {
            let (event, span) = self.some()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok((Value::Array(items), Node { mark, inside: Inside::Items(nodes) }));
            }
            let (value, node) = self.value(event, span, depth + 1)?;
            items.push(value);
            nodes.push(node);
        }
    }

    fn map(&mut self, mark: Mark, depth: usize) -> Result<Placed, Diagnostic> {
        let mut map = Map::new();
        let mut nodes: BTreeMap<String, Node> = BTreeMap::new();
        // Keys that a merge brought: those may be written again.
        let mut merged = BTreeSet::new();
        loop {
            let (event, span) = self.some()?;
            if matches!(event, Event::MappingEnd) {
                return Ok((Value::Object(map), Node { mark, inside: Inside::Fields(nodes) }));
            }
            let key_mark = self.mark(&span);
            let is_merge = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<");
            let (key, _) = if is_merge {
                (Value::Null, None)
            } else {
                self.value(event, span, depth + 1).map(|(key, node)| (key, Some(node)))?
            };
            let (event, span) = self.some()?;
            let (value, mut node) = self.value(event, span, depth + 1)?;
            if is_merge {
                for (key, value, node) in self.merges(value, node, key_mark)? {
                    merged.insert(key.clone());
                    map.insert(key.clone(), value);
                    nodes.insert(key, node);
                }
                continue;
            }
            let Some(key) = scalar::key(&key) else {
                return Err(self.error(codes::INVALID_KEY, key_mark, "write the key as a string"));
            };
            if let Some(first) = nodes.get(&key).filter(|_| !merged.contains(&key)) {
                return Err(self.at(key_mark, duplicate(&key, first.mark.line)));
            }
            merged.remove(&key);
            node.mark = key_mark;
            map.insert(key.clone(), value);
            nodes.insert(key, node);
        }
    }

    /// The fields that a `<<` brings.
    fn merges(&self, value: Value, node: Node, mark: Mark) -> Result<Vec<(String, Value, Node)>, Diagnostic> {
        match (value, node.inside) {
            (Value::Object(map), Inside::Fields(mut nodes)) => {
                let place = |(key, value): (String, Value)| {
                    let node = nodes.remove(&key).unwrap_or(Node { mark, inside: Inside::Nothing });
                    (key, value, node)
                };
                Ok(map.into_iter().map(place).collect())
            }
            (Value::Array(maps), Inside::Items(nodes)) => {
                let mut all = Vec::new();
                // The first of several wins, so it comes last.
                for (value, node) in maps.into_iter().zip(nodes).rev() {
                    all.extend(self.merges(value, node, mark)?);
                }
                Ok(all)
            }
            _ => Err(self.error(codes::INVALID_YAML, mark, "give << a map, or a list of maps")),
        }
    }

    fn count(&mut self, values: usize, mark: Mark) -> Result<(), Diagnostic> {
        self.values = self.values.saturating_add(values);
        if self.values <= MAX_VALUES {
            return Ok(());
        }
        Err(self.error(
            codes::TOO_LARGE,
            mark,
            format!("write less: a file may hold {MAX_VALUES} values, aliases expanded"),
        ))
    }

    /// Counts a copy before it is made.
    fn copy(&mut self, values: usize, bytes: usize, mark: Mark) -> Result<(), Diagnostic> {
        self.copied = self.copied.saturating_add(values.saturating_mul(VALUE_BYTES)).saturating_add(bytes);
        if self.copied <= MAX_COPIED {
            return Ok(());
        }
        let message =
            format!("write less behind anchors and aliases: their copies may take {} MiB", MAX_COPIED >> 20);
        Err(self.error(codes::TOO_LARGE, mark, message))
    }

    /// Where something begins in the file.
    fn mark(&self, span: &Span) -> Mark {
        self.breaks.in_file(Mark { line: span.start.line().max(1), column: span.start.col() + 1 })
    }

    fn error(&self, code: Code, mark: Mark, message: impl Into<String>) -> Diagnostic {
        self.at(mark, Diagnostic::error(code, message))
    }

    fn at(&self, mark: Mark, diagnostic: Diagnostic) -> Diagnostic {
        let position = Position { file: Arc::clone(&self.source.file), line: mark.line, column: mark.column };
        diagnostic.positioned(Some(position))
    }
}

fn too_deep() -> String {
    format!("nest less: maps and lists are read {MAX_DEPTH} levels deep at most")
}

/// The refusal of a key that is written twice.
pub(super) fn duplicate(key: &str, first_line: usize) -> Diagnostic {
    let is_item = key.strip_prefix('-').is_some_and(|item| item.starts_with(char::is_alphabetic));
    let message = if is_item {
        format!(
            "put a space behind each dash: without it \"{key}\" is a field, which is there on line {first_line} already"
        )
    } else {
        format!("remove one of the two \"{key}\": the first is on line {first_line}")
    };
    Diagnostic::error(codes::DUPLICATE_KEY, message)
}

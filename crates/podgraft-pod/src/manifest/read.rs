//! Bytes to documents.

use std::sync::Arc;

use podgraft_merge::diagnostic::{Diagnostic, Position};

use super::{
    document::{Document, SourceText},
    json,
    roots::{Documents, Roots},
    syntax, yaml,
};
use crate::codes;

/// The largest file that is read.
const MAX_BYTES: usize = 16 << 20;

/// What a file holds.
#[derive(Debug, Default)]
pub struct Read {
    /// The file's objects, in order. Empty when there is an error: a file is read whole or not at all.
    pub documents: Vec<Document>,
    /// Why the file cannot be read, or what in it is hardly meant as it is written.
    pub diagnostics: Vec<Diagnostic>,
    /// The text of a file that cannot be read.
    unread: Option<Document>,
}

impl Read {
    /// What the diagnostics point into: the documents, or a text of which there are none.
    #[must_use]
    pub fn texts(&self) -> &[Document] {
        if self.documents.is_empty() { self.unread.as_slice() } else { &self.documents }
    }

    fn refused(diagnostic: Diagnostic, source: &Arc<SourceText>) -> Self {
        Self { documents: Vec::new(), diagnostics: vec![diagnostic], unread: Some(Document::unread(source)) }
    }
}

/// Reads a file as kubectl does: JSON when it begins with a brace and is JSON, YAML 1.1 documents otherwise.
/// `file` is its name in messages.
#[must_use]
pub fn read(file: &str, bytes: &[u8]) -> Read {
    read_all(file, bytes, Roots::Objects)
}

/// Reads a JSON patch, which is a list of operations, as kubectl does: in YAML or in JSON. `file` is its
/// name in messages.
#[must_use]
pub fn read_json_patch(file: &str, bytes: &[u8]) -> Read {
    read_all(file, bytes, Roots::Lists)
}

fn read_all(file: &str, bytes: &[u8], roots: Roots) -> Read {
    let file: Arc<str> = file.into();
    if bytes.len() > MAX_BYTES {
        let message = format!("split {file}: it is larger than {} MiB", MAX_BYTES >> 20);
        let diagnostics = vec![Diagnostic::error(codes::TOO_LARGE, message)];
        return Read { diagnostics, ..Read::default() };
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => return not_utf8(file, bytes, error.valid_up_to()),
    };
    let source = Arc::new(SourceText::new(file, text.to_owned()));
    let begin = text.trim_start();
    let may_be_json = begin.starts_with('{') || begin.starts_with('[') && roots == Roots::Lists;
    match if may_be_json { json_or_yaml(&source, roots) } else { yaml::read(&source, roots) } {
        Ok((documents, diagnostics)) => Read { documents, diagnostics, unread: None },
        Err(diagnostic) => Read::refused(diagnostic, &source),
    }
}

fn not_utf8(file: Arc<str>, bytes: &[u8], valid: usize) -> Read {
    let cause = syntax::not_utf8(bytes, valid);
    let position = Position { file: Arc::clone(&file), line: cause.mark.line, column: cause.mark.column };
    let said = Diagnostic::error(codes::NOT_UTF8, cause.message).positioned(Some(position));
    let source = Arc::new(SourceText::new(file, String::from_utf8_lossy(bytes).into_owned()));
    Read::refused(Diagnostic { help: cause.help, ..said }, &source)
}

/// Reads what begins with a bracket: as JSON, and what is none, as YAML in flow style. The refusal is that of the
/// language in which the text is written.
fn json_or_yaml(source: &Arc<SourceText>, roots: Roots) -> Result<Documents, Diagnostic> {
    let json = match json::read(source, roots) {
        Err(said) if said.code == codes::INVALID_JSON => said,
        other => return other,
    };
    let named_json = source.file.to_ascii_lowercase().ends_with(".json");
    // A comment of JSON would become a part of the next name.
    let has_comment = json.message.starts_with("remove the comment");
    if named_json || has_comment && !json.message.contains("with #") {
        return Err(json);
    }
    let yaml = match yaml::read(source, roots) {
        Err(said) => said,
        Ok(found) => return Ok(found),
    };
    let (said, tried, other) = if is_like_json(&source.text) && yaml.code == codes::INVALID_YAML {
        (json, "JSON, because a quote follows its first bracket", ("YAML", yaml))
    } else {
        (yaml, "YAML, because no quote follows its first bracket", ("JSON", json))
    };
    let (language, refusal) = other;
    if said.help.is_some() || refusal.message == said.message {
        return Err(said);
    }
    Err(said.help(format!("it was read as {tried}; read as {language} it is refused, too")))
}

/// Whether a text that begins with a bracket is written as JSON is: its first name or text is in double quotes.
fn is_like_json(text: &str) -> bool {
    let inside = text.trim_start().trim_start_matches(['{', '[', ' ', '\t', '\r', '\n']);
    inside.is_empty() || inside.starts_with(['"', '}', ']'])
}

//! [`Layout`]: how a text is laid out in lines, read without stopping at what is wrong.

use super::{super::document::Mark, column};

/// A line that is neither empty nor a comment, and in no text of several lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct SourceLine<'t> {
    pub(super) number: usize,
    /// The whole line.
    pub(super) text: &'t str,
    /// Spaces before the first character that is none.
    pub(super) indent: usize,
    /// The line without indentation and comment.
    pub(super) body: &'t str,
    /// How many brackets are open where the line begins.
    pub(super) depth: usize,
}

impl<'t> SourceLine<'t> {
    /// The place of a byte of the line's body.
    pub(super) fn mark(&self, byte: usize) -> Mark {
        let before = self.text.len() - self.text.trim_start().len();
        Mark { line: self.number, column: column(self.text, before + byte) }
    }

    /// The body behind the dashes of lists, and how far behind the body's start that is.
    pub(super) fn behind_dashes(&self) -> (usize, &'t str) {
        let mut rest = self.body;
        while let Some(behind) = rest.strip_prefix('-').filter(|behind| behind.starts_with([' ', '\t'])) {
            rest = behind.trim_start();
        }
        if rest == "-" {
            rest = "";
        }
        (self.body.len() - rest.len(), rest)
    }

    /// The key of the field that the line begins with, and the field's value in this line.
    pub(super) fn field(&self) -> Option<(&'t str, &'t str)> {
        let (_, rest) = self.behind_dashes();
        let end = match rest.chars().next()? {
            '[' | '{' => return None,
            quote @ ('"' | '\'') => {
                let close = rest[1..].find(quote)? + 2;
                rest[close..]
                    .trim_start()
                    .starts_with(':')
                    .then(|| close + rest[close..].find(':').unwrap_or(0))?
            }
            _ => colon(rest)?,
        };
        let value = rest.get(end + 1..).unwrap_or_default().trim_start();
        Some((rest[..end].trim_end().trim_matches(['"', '\'']), value))
    }
}

/// How many open brackets are told apart: readers take far fewer.
const DEEPEST: usize = 4_096;

/// The first colon of a text that ends a key.
pub(super) fn colon(text: &str) -> Option<usize> {
    text.match_indices(':')
        .map(|(at, _)| at)
        .find(|at| text[at + 1..].chars().next().is_none_or(|next| next.is_ascii_whitespace()))
}

/// A text in quotes that ends on another line than it begins on, or nowhere.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quote {
    pub(super) letter: char,
    pub(super) open: Mark,
    pub(super) close: Option<Mark>,
}

/// A bracket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bracket {
    pub(super) letter: char,
    pub(super) mark: Mark,
}

/// Two brackets that are no pair, or one that has none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mismatch {
    pub(super) open: Option<Bracket>,
    pub(super) close: Bracket,
}

/// The lines of a text, and what in it is open.
#[derive(Debug, Default)]
pub(super) struct Layout<'t> {
    pub(super) lines: Vec<SourceLine<'t>>,
    pub(super) quotes: Vec<Quote>,
    pub(super) mismatches: Vec<Mismatch>,
    /// The brackets that are closed nowhere.
    pub(super) open: Vec<Bracket>,
    /// Every `{{` and `{%` at which a value would begin.
    pub(super) templated: Vec<Mark>,
    /// The names of anchors.
    pub(super) anchors: Vec<&'t str>,
    /// The first tab before nothing, or before a comment, that Kubernetes' reader refuses.
    pub(super) blank_tab: Option<Mark>,
}

impl<'t> Layout<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut scanner = LayoutScanner { layout: Self::default(), quote: None, block: None, plain: None };
        for (index, line) in text.split('\n').enumerate() {
            scanner.line(index + 1, line.trim_end_matches('\r'));
        }
        if let Some((letter, open)) = scanner.quote {
            scanner.layout.quotes.push(Quote { letter, open, close: None });
        }
        scanner.layout
    }

    /// The last line that is not behind this one.
    pub(super) fn up_to(&self, line: usize) -> usize {
        self.lines.partition_point(|known| known.number <= line).saturating_sub(1)
    }
}

struct LayoutScanner<'t> {
    layout: Layout<'t>,
    quote: Option<(char, Mark)>,
    /// The text behind a `|` or `>`.
    block: Option<Block>,
    /// The column, from 0, of the field or item whose text without quotes may go on.
    plain: Option<usize>,
}

/// A text behind a `|` or `>`: where the field or item begins that it belongs to, and where its lines do.
#[derive(Debug, Clone, Copy)]
struct Block {
    above: usize,
    indent: Option<usize>,
}

impl<'t> LayoutScanner<'t> {
    fn line(&mut self, number: usize, text: &'t str) {
        let body = text.trim_start_matches([' ', '\t']);
        let indent = text.len() - text.trim_start_matches(' ').len();
        self.check_blank(number, text, body, indent);
        if let Some(block) = &mut self.block {
            if body.is_empty() {
                return;
            }
            if indent > block.above && block.indent.is_none_or(|content| indent >= content) {
                block.indent.get_or_insert(indent);
                return;
            }
            self.block = None;
        }
        if self.layout.open.is_empty() && self.quote.is_none() && is_marker(text) {
            self.plain = None;
            return;
        }
        let is_inside = self.quote.is_some();
        let depth = self.layout.open.len();
        let offset = text.len() - body.len();
        let end = self.scan(number, text, offset);
        let body = text.get(offset..end).unwrap_or_default().trim_end();
        if is_inside || !self.layout.open.is_empty() {
            self.plain = None;
        }
        if !is_inside && !body.is_empty() {
            self.layout.lines.push(SourceLine { number, text, indent, body, depth });
        }
    }

    /// Notes a tab in the indentation of a line that has nothing else but a comment.
    ///
    /// # Source
    /// go.yaml.in/yaml v2.4, `scannerc.go`: `yaml_parser_scan_to_next_token`, `yaml_parser_scan_plain_scalar`,
    /// `yaml_parser_scan_block_scalar_breaks`.
    fn check_blank(&mut self, number: usize, text: &str, body: &str, indent: usize) {
        let has_tab = text[indent..].starts_with('\t') && (body.is_empty() || body.starts_with('#'));
        if !has_tab || self.quote.is_some() || !self.layout.open.is_empty() {
            return;
        }
        let is_refused = match (self.block, self.plain) {
            (Some(block), _) if body.is_empty() || indent > block.above => {
                block.indent.is_none_or(|content| indent < content)
            }
            (_, Some(column)) => indent <= column,
            _ => true,
        };
        if is_refused {
            self.layout.blank_tab.get_or_insert(Mark { line: number, column: indent + 1 });
        }
    }

    /// Walks a line from a byte on, and says where its comment begins.
    fn scan(&mut self, number: usize, text: &'t str, from: usize) -> usize {
        let mut walk = Walk {
            text,
            number,
            at: from,
            fresh: self.quote.is_none(),
            was_quoted: false,
            column: from,
            is_field: false,
            counted: (0, 0),
        };
        while let Some(letter) = text[walk.at..].chars().next() {
            if let Some((quote, open)) = self.quote {
                self.inside(&mut walk, quote, open);
                continue;
            }
            let next = text[walk.at + letter.len_utf8()..].chars().next();
            match letter {
                ' ' | '\t' => walk.at += 1,
                '#' if walk.at == 0 || text[..walk.at].ends_with([' ', '\t']) => {
                    // A comment ends a text without quotes; one in a line of its own begins where that has ended.
                    self.plain = None;
                    return walk.at;
                }
                '"' | '\'' if walk.fresh => {
                    self.quote = Some((letter, walk.mark()));
                    walk.at += 1;
                }
                '|' | '>' if walk.fresh && self.layout.open.is_empty() && is_header(&text[walk.at..]) => {
                    self.block = Some(Block { above: walk.column, indent: None });
                    self.plain = None;
                    return text.len();
                }
                _ => self.structure(&mut walk, letter, next),
            }
        }
        let is_plain = !walk.fresh && !walk.was_quoted && self.quote.is_none();
        if walk.at > from || !is_plain {
            let goes_on = self.plain.filter(|column| walk.column > *column && !walk.is_field);
            self.plain = is_plain.then_some(goes_on.unwrap_or(walk.column));
        }
        text.len()
    }

    /// One step inside quotes.
    fn inside(&mut self, walk: &mut Walk<'t>, quote: char, open: Mark) {
        let rest = &walk.text[walk.at..];
        let Some(letter) = rest.chars().next() else { return };
        let escapes = quote == '"' && letter == '\\' || quote == '\'' && rest.starts_with("''");
        if letter == quote && !escapes {
            self.quote = None;
            (walk.fresh, walk.was_quoted) = (false, true);
            if open.line != walk.number {
                self.layout.quotes.push(Quote { letter: quote, open, close: Some(walk.mark()) });
            }
        }
        walk.at += letter.len_utf8();
        if escapes {
            walk.at += walk.text[walk.at..].chars().next().map_or(0, char::len_utf8);
        }
    }

    /// One step over what is no white space, quote or comment.
    fn structure(&mut self, walk: &mut Walk<'t>, letter: char, next: Option<char>) {
        let in_flow = !self.layout.open.is_empty();
        let ends = next.is_none_or(|next| next.is_ascii_whitespace());
        let mark = walk.mark();
        walk.at += letter.len_utf8();
        match letter {
            '{' | '[' if walk.fresh || in_flow => {
                if letter == '{' && matches!(next, Some('{' | '%')) {
                    self.layout.templated.push(mark);
                }
                if self.layout.open.len() < DEEPEST {
                    self.layout.open.push(Bracket { letter, mark });
                }
                walk.fresh = true;
                walk.was_quoted = false;
                return;
            }
            ']' | '}' if in_flow || walk.fresh || walk.was_quoted => {
                let open = self.layout.open.pop();
                if open.is_none_or(|open| (open.letter == '[') != (letter == ']')) {
                    self.layout.mismatches.push(Mismatch { open, close: Bracket { letter, mark } });
                }
                (walk.fresh, walk.was_quoted) = (false, true);
                return;
            }
            ',' if in_flow => walk.fresh = true,
            ':' if ends
                || in_flow && (walk.was_quoted || next.is_some_and(|next| ",[]{}".contains(next))) =>
            {
                walk.fresh = true;
            }
            '-' | '?' if walk.fresh && ends && !in_flow => {
                walk.column = walk.at - 1;
                walk.is_field = true;
            }
            '&' | '!' if walk.fresh => {
                let rest = &walk.text[walk.at..];
                let end = rest.find([' ', '\t', ',', ']', '}']).unwrap_or(rest.len());
                if letter == '&' {
                    self.layout.anchors.push(&rest[..end]);
                }
                walk.at += end;
            }
            _ => {
                if walk.fresh && !in_flow && colon(&walk.text[walk.at - letter.len_utf8()..]).is_some() {
                    walk.column = walk.column.max(walk.at - letter.len_utf8());
                    walk.is_field = true;
                }
                walk.fresh = false;
            }
        }
        walk.was_quoted = false;
    }
}

/// Where in a line the scanner is.
struct Walk<'t> {
    text: &'t str,
    number: usize,
    at: usize,
    /// Whether a value may begin here.
    fresh: bool,
    /// Whether quotes or brackets end just before this.
    was_quoted: bool,
    /// The column, from 0, of the key or dash that what follows belongs to.
    column: usize,
    /// Whether a field or an item begins in this line.
    is_field: bool,
    /// A byte of the line, and how many characters are before it.
    counted: (usize, usize),
}

impl Walk<'_> {
    /// The place of the next character. Counts on from the last one that was asked for: a line may be long.
    fn mark(&mut self) -> Mark {
        let (byte, column) = self.counted;
        let column = column + self.text.get(byte..self.at).map_or(0, |text| text.chars().count());
        self.counted = (self.at, column);
        Mark { line: self.number, column: column + 1 }
    }
}

/// Whether a line begins or ends a document, or is a directive.
fn is_marker(text: &str) -> bool {
    text.starts_with("---")
        || text.starts_with("...")
        || text.starts_with("%YAML")
        || text.starts_with("%TAG")
}

/// Whether a text is the `|` or `>` before a text of several lines.
pub(super) fn is_header(text: &str) -> bool {
    let word = text[1..].trim_start_matches(['+', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    word.is_empty()
        || word.starts_with([' ', '\t']) && matches!(word.trim_start().chars().next(), None | Some('#'))
}

//! [`Breaks`]: the ends of lines that YAML 1.1 knows beside `\n`.
//!
//! # Source
//! go.yaml.in/yaml v2.4, `yamlprivateh.go`, `is_break`; `scannerc.go`, `read_line`.

use std::borrow::Cow;

use super::document::Mark;

/// "Next line": YAML 1.1 ends a line with it, and YAML 1.2 does not.
const NEXT_LINE: char = '\u{85}';
/// "Line separator" and "paragraph separator": they end a line and stay in the text.
pub(super) const SEPARATORS: [char; 2] = ['\u{2028}', '\u{2029}'];

/// A text whose every line ends with `\n`, and where its lines are in the file.
pub(super) struct Breaks<'t> {
    pub(super) text: Cow<'t, str>,
    /// Line and column, from 1, where each line of `text` starts; empty where they are the file's own.
    starts: Vec<Mark>,
}

impl<'t> Breaks<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        if !text.contains(NEXT_LINE) {
            return Self { text: Cow::Borrowed(text), starts: Vec::new() };
        }
        // A carriage return before it is an end of its own; before `\n` it would be one with it.
        let text = text.replace("\r\u{85}", "\u{85}\u{85}");
        let mut starts = Vec::new();
        for (index, line) in text.split('\n').enumerate() {
            let mut column = 1;
            for part in line.split(NEXT_LINE) {
                starts.push(Mark { line: index + 1, column });
                column += part.chars().count() + 1;
            }
        }
        Self { text: Cow::Owned(text.replace(NEXT_LINE, "\n")), starts }
    }

    /// The place in the file of a place in the text.
    pub(super) fn in_file(&self, mark: Mark) -> Mark {
        match self.starts.get(mark.line.saturating_sub(1)) {
            Some(start) => Mark { line: start.line, column: start.column + mark.column - 1 },
            None => mark,
        }
    }

    /// The line of the text on which a new document begins or ends that the file does not have on a line of its own.
    pub(super) fn hidden_separator(&self) -> Option<Mark> {
        let lines = self.text.split('\n').zip(&self.starts);
        let begins = |line: &str| line.starts_with("---") || line.starts_with("...");
        lines.filter(|(line, start)| start.column > 1 && begins(line)).map(|(_, start)| *start).next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_the_files_own() {
        let breaks = Breaks::new("a: b\nc: d\u{85}e: f\u{85}\ng: h");
        assert_eq!(breaks.text, "a: b\nc: d\ne: f\n\ng: h");
        let place = |line, column| {
            let mark = breaks.in_file(Mark { line, column });
            (mark.line, mark.column)
        };
        assert_eq!(
            [place(1, 4), place(2, 1), place(3, 1), place(3, 4), place(5, 1)],
            [(1, 4), (2, 1), (2, 6), (2, 9), (3, 1)]
        );
        assert_eq!(Breaks::new("a: \u{85}--- b").hidden_separator(), Some(Mark { line: 1, column: 5 }));
        assert_eq!(Breaks::new("a: b\n---\n\u{85}c: d").hidden_separator(), None);
    }
}

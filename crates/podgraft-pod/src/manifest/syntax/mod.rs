//! The cause of a text that cannot be read, in words, where a parser only says where it stopped.
//!
//! Nothing here is asked before reading has failed: what is read is never judged by its looks.

mod brackets;
mod encoding;
mod indentation;
mod json;
mod layout;
mod line;
mod lookalikes;
mod templating;

pub(super) use encoding::not_utf8;
pub(super) use indentation::blank_tab;
pub(super) use json::{cause as json_cause, place};
pub(super) use lookalikes::lookalike;
pub(super) use templating::unrendered;

use layout::Layout;

use super::document::Mark;

/// Why a text cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cause {
    pub(super) mark: Mark,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Cause {
    fn new(mark: Mark, message: impl Into<String>) -> Self {
        Self { mark, message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Why a parser stopped at this place of a YAML text; `None` where the parser's own words are the best there are.
pub(super) fn yaml_cause(text: &str, stopped: Mark) -> Option<Cause> {
    let layout = Layout::new(text);
    lookalikes::conflict(text)
        .or_else(|| lookalikes::fence(text))
        .or_else(|| lookalikes::control(text, stopped))
        .or_else(|| templating::cause(text, &layout, stopped))
        .or_else(|| indentation::tab(text, &layout, stopped))
        .or_else(|| lookalikes::space(text, &layout, stopped))
        .or_else(|| brackets::quote(&layout, stopped))
        .or_else(|| line::cause(&layout, stopped))
        .or_else(|| indentation::tab_behind(text, &layout, stopped))
        .or_else(|| brackets::bracket(&layout, stopped))
        .or_else(|| indentation::cause(&layout, stopped))
        .or_else(|| brackets::between(&layout, stopped))
}

/// Why a document is a single value, or a list, where an object is wanted.
pub(super) fn no_object_cause(text: &str, stopped: Mark) -> Option<Cause> {
    let layout = Layout::new(text);
    lookalikes::conflict(text)
        .or_else(|| lookalikes::fence(text))
        .or_else(|| line::cause_of_text(&layout, stopped))
}

/// The template that a parser stopped at in a YAML text, if it is one.
pub(super) fn template_cause(text: &str, stopped: Mark) -> Option<Cause> {
    templating::cause(text, &Layout::new(text), stopped)
}

/// A line of a text, from 1, without its end.
fn line_of(text: &str, line: usize) -> &str {
    text.split('\n').nth(line.saturating_sub(1)).map_or("", |line| line.trim_end_matches('\r'))
}

/// The column, from 1, of a byte of a line.
fn column(line: &str, byte: usize) -> usize {
    line.get(..byte).map_or(byte, |before| before.chars().count()) + 1
}

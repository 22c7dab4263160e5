//! [`Findings`]: the broken rules so far, and the checks that many fields share.

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};

use super::formats::Format;
use crate::{codes, cursor::Cursor};

/// The broken rules so far.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Diagnostic>);

impl Findings {
    /// What was found, in order.
    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.0
    }

    /// A broken rule.
    pub(super) fn refuse(&mut self, path: FieldPath, message: impl Into<String>) {
        self.0.push(Diagnostic::error(codes::INVALID_FIELD, message).at(path));
    }

    /// The text `name` must be there and not empty. Gives it, if it is.
    pub(super) fn required<'a>(&mut self, at: &Cursor<'a>, name: &str, example: &str) -> Option<&'a str> {
        let text = at.str(name).filter(|text| !text.is_empty());
        if text.is_none() {
            self.refuse(at.field(name), format!("add {name}, as in {name}: {example}"));
        }
        text
    }

    /// The text `name`, where it is neither absent nor empty, must be one of these.
    pub(super) fn one_of(&mut self, at: &Cursor<'_>, name: &str, allowed: &[&str]) {
        if at.str(name).is_some_and(|text| !text.is_empty()) {
            self.exactly_one_of(at, name, allowed);
        }
    }

    /// The text `name`, where it is not absent, must be one of these; empty is none of them.
    pub(super) fn exactly_one_of(&mut self, at: &Cursor<'_>, name: &str, allowed: &[&str]) {
        if let Some(text) = at.str(name).filter(|text| !allowed.contains(text)) {
            let near = podgraft_merge::diagnostic::did_you_mean(text, allowed.iter().copied());
            self.refuse(at.field(name), format!("set {name} to {}, not \"{text}\"{near}", list(allowed)));
        }
    }

    /// The number `name`, where it is not absent, must be in this range.
    pub(super) fn range(&mut self, at: &Cursor<'_>, name: &str, low: i64, high: i64) {
        let Some(number) = at.int(name).filter(|number| !(low..=high).contains(number)) else { return };
        let message = match high {
            i64::MAX => format!("set {name} to {low} or more, not {number}"),
            high => format!("set {name} to a number from {low} to {high}, not {number}"),
        };
        self.refuse(at.field(name), message);
    }

    /// The text `name`, where it is neither absent nor empty, must be written so.
    pub(super) fn format(&mut self, at: &Cursor<'_>, name: &str, format: &Format) {
        if let Some(text) = at.str(name).filter(|text| !text.is_empty()) {
            self.written(at.field(name), name, text, format);
        }
    }

    /// The text `name` must be there, and written so. Gives it, if it is there.
    pub(super) fn required_format<'a>(
        &mut self,
        at: &Cursor<'a>,
        name: &str,
        format: &Format,
    ) -> Option<&'a str> {
        let text = self.required(at, name, format.example)?;
        self.written(at.field(name), name, text, format);
        Some(text)
    }

    /// A text must be written so; `what` is what it is, for people.
    pub(super) fn written(&mut self, path: FieldPath, what: &str, text: &str, format: &Format) {
        if !(format.holds)(text) {
            let message =
                format!("write {what} with {}, as in \"{}\", not \"{text}\"", format.rule, format.example);
            self.refuse(path, message);
        }
    }

    /// Of these fields exactly one must be set. Gives those that are.
    pub(super) fn exactly_one<'n>(&mut self, at: &Cursor<'_>, names: &[&'n str], what: &str) -> Vec<&'n str> {
        let set: Vec<&str> = names.iter().copied().filter(|name| at.has(name)).collect();
        match set.as_slice() {
            [] => {
                self.refuse(at.path.clone(), format!("give the {what} one of {}: it has none", list(names)));
            }
            [_] => {}
            [keep, others @ ..] => {
                for other in others {
                    self.refuse(
                        at.field(other),
                        format!("remove {other} or {keep}: a {what} has only one of them"),
                    );
                }
            }
        }
        set
    }

    /// The mode bits `name`, where they are not absent, must be from 0 to 0777.
    pub(super) fn mode(&mut self, at: &Cursor<'_>, name: &str) {
        if let Some(mode) = at.int(name).filter(|mode| !(0..=0o777).contains(mode)) {
            let message = format!("set {name} to mode bits from 0 to 0777 (511), not {mode}");
            self.refuse(at.field(name), message);
        }
    }
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

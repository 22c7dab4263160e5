//! [`Diagnostic`]: one message for a person, as plain data.
//!
//! Every part of podgraft that finds something to say returns these; only the command line, the
//! controller and the webhook print them.

mod code;
pub mod codes;
mod layer_id;
mod misnomers;
mod unknown_field;
pub mod value_kind;

use std::{fmt, sync::Arc};

pub use code::{Code, CodeEntry};
pub use layer_id::{LayerId, LayerOrigin};
pub use unknown_field::{describe_unknown_field, directive_without_dollar, find_field_below};
pub use value_kind::{ExpectedItems, ExpectedValue, ValueKind, keyed_item, mend};

use crate::path::FieldPath;

/// How much a [`Diagnostic`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The input is refused.
    Error,
    /// Legal, and almost surely not what was meant.
    Warning,
    /// Something worth knowing.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

/// A place in a text: lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The file's name as the user gave it; `-` for standard input.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One message: what, where, which layer, why, and how to fix it.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// The kind of message.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// One line that says what is wrong and what to do about it.
    pub message: String,
    /// The object that it is about, for people: `LocustTest default/checkout`.
    pub object: Option<String>,
    /// The field: in the pod template for what concerns pods, in the object otherwise.
    pub path: Option<FieldPath>,
    /// Who set the field: `workerPodTemplate`, `typed field .spec.image`, `base`.
    pub layer: Option<LayerId>,
    /// Where it is written, when it came from a text.
    pub position: Option<Position>,
    /// More on how to fix it: an example, a reason, a link into the docs.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error with this code and this line.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    /// A warning with this code and this line.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    /// A note with this code and this line.
    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, message)
    }

    fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            object: None,
            path: None,
            layer: None,
            position: None,
            help: None,
        }
    }

    /// The same message about this field.
    #[must_use]
    pub fn at(mut self, path: FieldPath) -> Self {
        self.path = Some(path);
        self
    }

    /// The same message with more on how to fix it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same message about this object.
    #[must_use]
    pub fn of(mut self, object: impl Into<String>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// The same message, at this place of a text.
    #[must_use]
    pub fn positioned(mut self, position: Option<Position>) -> Self {
        self.position = position;
        self
    }

    /// The name of the layer, for people.
    #[must_use]
    pub fn layer_name(&self) -> Option<&str> {
        self.layer.as_ref().map(LayerId::as_str)
    }

    /// Whether the input is refused for it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// One line: `error[unknown-field] .spec.x: PodSpec has no field "x"`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.severity, self.code)?;
        if let Some(path) = &self.path {
            write!(f, " {path}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for Diagnostic {}

/// `; did you mean "x"?` when one of `known` is near to `written`, nothing otherwise.
pub fn did_you_mean<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(written, known).map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"))
}

/// How to go on about a field that is not known: `; did you mean "x"?` when one of `known` is near to `written`,
/// else that it has to go, and the fields that there are where these are few.
pub fn unknown_field<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    /// More than these are no help.
    const FEW: usize = 10;
    let known: Vec<&str> = known.into_iter().collect();
    let near = did_you_mean(written, known.iter().copied());
    if !near.is_empty() {
        return near;
    }
    if known.is_empty() || known.len() > FEW {
        return "; remove it or correct its name".to_owned();
    }
    format!("; remove it or use one of {}", known.join(", "))
}

/// The word of `known` that is nearest to `written`, if one is near enough to be a typo:
/// a few letters differ, or one is the other's beginning.
pub fn nearest<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    /// A beginning shorter than this says nothing.
    const BEGINNING: usize = 3;
    /// Nobody slips in more letters, and comparing takes time in their square.
    const LONGEST: usize = 128;
    /// Nobody reads more words, and each message compares with all.
    const MANY: usize = 200;
    if written.len() > LONGEST {
        return None;
    }
    let lower = written.to_lowercase();
    let begins = |word: &str| {
        word.len().min(lower.len()) >= BEGINNING && (lower.starts_with(word) || word.starts_with(&lower))
    };
    known
        .into_iter()
        .take(MANY)
        .filter(|word| word.len() <= LONGEST)
        .filter_map(|word| {
            let candidate = word.to_lowercase();
            let distance = strsim::osa_distance(&lower, &candidate);
            let length = word.chars().count().max(written.chars().count());
            // Of three letters one may differ, of two none: "a" is not a slip for "z".
            let is_near = distance <= length / 3;
            (is_near || begins(&candidate)).then_some(((!is_near, distance), word))
        })
        .min()
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_found_and_far_ones_are_not() {
        assert_eq!(nearest("tolerationz", ["volumes", "tolerations"]), Some("tolerations"));
        assert_eq!(nearest("locst", ["locust", "init"]), Some("locust"));
        assert_eq!(nearest("enviroment", ["envFrom", "env"]), Some("env"));
        assert_eq!(nearest("sidecar", ["locust"]), None);
        assert_eq!(nearest("z", ["a"]), None);
        let long = "x".repeat(1_000_000);
        assert_eq!(nearest(&long, [&*long]), None);
        assert_eq!(nearest("locst", [&*long, "locust"]), Some("locust"));
        assert_eq!(did_you_mean("IMAGE", ["image"]), "; did you mean \"image\"?");
    }
}

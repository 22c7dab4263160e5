//! Scalars of YAML: to values, and what of their writing YAML 1.1 does not know or hardly anybody means.

use granit_parser::{ScalarStyle, Span, Tag};
use podgraft_merge::diagnostic::Diagnostic;
use serde_json::Value;

use super::Reader;
use crate::{
    codes,
    manifest::{
        breaks::SEPARATORS,
        document::Mark,
        scalar::{self, Scalar},
        syntax,
    },
};

impl Reader<'_> {
    /// Warns of a scalar that is hardly meant as YAML reads it.
    pub(super) fn warn_of(&mut self, text: &str, style: ScalarStyle, mark: Mark) {
        let is_plain = style == ScalarStyle::Plain;
        let lookalike =
            syntax::lookalike(text).filter(|_| is_plain).map(|said| (codes::LOOKALIKE_CHARACTER, said));
        let unrendered = || syntax::unrendered(text).map(|said| (codes::UNRENDERED_TEMPLATE, said));
        if let Some((code, message)) = lookalike.or_else(unrendered) {
            self.warnings.push(self.at(mark, Diagnostic::warning(code, message)));
        }
    }

    /// Refuses of a scalar as it is written what YAML 1.1 does not know, or reads in another way.
    pub(super) fn check_written(
        &mut self,
        text: &str,
        style: ScalarStyle,
        span: &Span,
        mark: Mark,
    ) -> Result<(), Diagnostic> {
        let written = span.byte_range().and_then(|range| self.breaks.text.get(range)).unwrap_or_default();
        if style == ScalarStyle::DoubleQuoted && has_escaped_slash(written) {
            let message =
                "write / without the backslash: in YAML 1.1, which Kubernetes reads, \\/ is no escape";
            return Err(self.error(codes::INVALID_YAML, mark, message));
        }
        let separators = written.matches(SEPARATORS).count();
        if separators == 0 {
            return Ok(());
        }
        let is_quoted = matches!(style, ScalarStyle::DoubleQuoted | ScalarStyle::SingleQuoted);
        if !is_quoted || text.matches(SEPARATORS).count() != separators || has_loose_separator(written) {
            return Err(self.separator(mark));
        }
        self.separators = self.separators.saturating_sub(separators);
        Ok(())
    }

    pub(super) fn separator(&self, mark: Mark) -> Diagnostic {
        let message = "write U+2028 and U+2029 as \"\\u2028\" and \"\\u2029\", in double quotes: in YAML 1.1 they end a line";
        self.error(codes::INVALID_YAML, mark, message)
    }

    /// The value of a scalar.
    pub(super) fn scalar(
        &self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        mark: Mark,
    ) -> Result<Value, Diagnostic> {
        let core = tag.and_then(Tag::core_suffix);
        let wrong = |kind: &str| {
            Err(self.error(codes::INVALID_YAML, mark, format!("write {kind} here, or remove the tag")))
        };
        let plain = style == ScalarStyle::Plain;
        match (core, tag) {
            (Some("str"), _) => return Ok(Value::String(text.to_owned())),
            (None, None) | (Some("bool" | "int" | "float" | "null"), _) => {}
            (Some(other), _) => {
                return Err(self.error(
                    codes::UNSUPPORTED_TAG,
                    mark,
                    format!("remove the tag !!{other}: Kubernetes objects have none"),
                ));
            }
            (None, Some(tag)) if tag.suffix().is_empty() => return Ok(Value::String(text.to_owned())),
            (None, Some(tag)) => {
                return Err(self.error(
                    codes::UNSUPPORTED_TAG,
                    mark,
                    format!("remove the tag {}: Kubernetes objects have none", tag.original()),
                ));
            }
        }
        if !plain && core.is_none() {
            return Ok(Value::String(text.to_owned()));
        }
        let value = match scalar::resolve(text) {
            Scalar::Value(value) => value,
            Scalar::Merge => Value::String(text.to_owned()),
            Scalar::NotANumber => {
                return Err(self.error(
                    codes::NOT_A_NUMBER,
                    mark,
                    format!("write a number, or \"{text}\" in quotes: JSON has no {text}"),
                ));
            }
        };
        match core {
            Some("bool") if !value.is_boolean() => wrong("true or false"),
            Some("int") if !value.is_i64() => wrong("an integer"),
            Some("float") if !value.is_number() => wrong("a number"),
            Some("null") if !value.is_null() => wrong("null"),
            _ => Ok(value),
        }
    }
}

/// Whether a text in double quotes has a slash behind a backslash that is not escaped itself.
fn has_escaped_slash(written: &str) -> bool {
    let mut letters = written.chars();
    while let Some(letter) = letters.next() {
        if letter == '\\' && letters.next() == Some('/') {
            return true;
        }
    }
    false
}

/// Whether white space or another end of a line is beside a line separator: YAML 1.1 folds them.
fn has_loose_separator(written: &str) -> bool {
    let letters: Vec<char> = written.chars().collect();
    let is_loose =
        |letter: &char| matches!(letter, ' ' | '\t' | '\n' | '\r' | '\\') || SEPARATORS.contains(letter);
    letters.windows(2).any(|pair| {
        SEPARATORS.contains(&pair[0]) && is_loose(&pair[1])
            || SEPARATORS.contains(&pair[1]) && is_loose(&pair[0])
    })
}

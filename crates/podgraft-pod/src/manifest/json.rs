//! JSON: as Go reads it, and with places.

use std::{collections::BTreeMap, sync::Arc};

use podgraft_merge::diagnostic::{Diagnostic, Position};
use serde_json::{Deserializer, Value};

use super::{
    document::{Document, Inside, Mark, Node, SourceText},
    roots::{Documents, Roots},
    syntax, unrendered, yaml,
};
use crate::codes;

/// Reads one JSON value as Go's decoder does: integers that fit 64 bits are integers, every other
/// number is a float, the last of repeated keys wins.
///
/// # Errors
/// `invalid-json` with line and column in the message; `too-deep` beyond 128 levels.
pub fn json_value(text: &str) -> Result<Value, Diagnostic> {
    let mut value: Value = serde_json::from_str(text).map_err(|error| invalid(&error))?;
    // Whether a zero was written -0 or -0.0 is lost in a parsed value: the text knows.
    let negative_zero =
        text.contains("-0") && !["-0.", "-0e", "-0E"].iter().any(|float| text.contains(float));
    if negative_zero || has_large_number(text) {
        go_numbers(&mut value, negative_zero);
    }
    Ok(value)
}

/// Whether a text may hold an integer that does not fit 63 bits: a run of 19 digits.
fn has_large_number(text: &str) -> bool {
    const RUN: usize = 19;
    let digits =
        |bytes: &mut dyn Iterator<Item = &u8>| bytes.take_while(|byte| byte.is_ascii_digit()).count();
    let bytes = text.as_bytes();
    // Each such run has a digit at one of these places.
    (RUN - 1..bytes.len()).step_by(RUN).any(|place| {
        let (before, behind) = bytes.split_at(place);
        digits(&mut behind.iter()) > 0 && digits(&mut behind.iter()) + digits(&mut before.iter().rev()) >= RUN
    })
}

/// Makes numbers what Go makes of them: too large integers become floats, and `-0` zero.
fn go_numbers(value: &mut Value, negative_zero: bool) {
    match value {
        Value::Number(number) => {
            if let Some(large) = number.as_u64().filter(|large| i64::try_from(*large).is_err()) {
                #[expect(clippy::cast_precision_loss, reason = "as Go does")]
                if let Some(float) = serde_json::Number::from_f64(large as f64) {
                    *number = float;
                }
            } else if negative_zero
                && number.as_f64().is_some_and(|zero| zero == 0.0 && zero.is_sign_negative())
            {
                *number = 0.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| go_numbers(item, negative_zero)),
        Value::Object(fields) => fields.values_mut().for_each(|field| go_numbers(field, negative_zero)),
        _ => {}
    }
}

fn invalid(error: &serde_json::Error) -> Diagnostic {
    let text = error.to_string();
    if text.starts_with("recursion limit") {
        return Diagnostic::error(
            codes::TOO_DEEP,
            "nest less: maps and lists are read 128 levels deep at most",
        );
    }
    Diagnostic::error(codes::INVALID_JSON, format!("correct the JSON: {text}"))
}

/// What a reader says of a text in which it stopped, with the cause where that is known.
fn refused(source: &SourceText, read: usize, error: &serde_json::Error) -> (Mark, Diagnostic) {
    let rest = &source.text[read..];
    let line: usize = rest.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let mut at = (read + line + error.column().saturating_sub(1)).min(source.text.len());
    while !source.text.is_char_boundary(at) {
        at -= 1;
    }
    let said = invalid(error);
    let cause =
        (said.code == codes::INVALID_JSON).then(|| syntax::json_cause(&source.text, at, error.is_eof()));
    match cause.flatten() {
        Some(cause) => (cause.mark, Diagnostic { message: cause.message, help: cause.help, ..said }),
        None => (syntax::place(&source.text, at), said),
    }
}

/// The documents of a JSON text: one object, or list where that may be, after another.
pub(super) fn read(source: &Arc<SourceText>, roots: Roots) -> Result<Documents, Diagnostic> {
    let mut documents = Vec::new();
    let mut scanner = JsonScanner { source, rest: &source.text, line: 1, column: 1 };
    loop {
        scanner.skip_space();
        if scanner.rest.is_empty() {
            let warnings = documents.iter().flat_map(unrendered::warnings).collect();
            return Ok((documents, warnings));
        }
        let start = scanner.rest;
        let mut values = Deserializer::from_str(start).into_iter::<Value>();
        let parsed = values.next();
        let length = values.byte_offset();
        if let Some(Err(error)) = parsed {
            let (at, said) = refused(source, source.text.len() - start.len(), &error);
            return Err(scanner.error(at, said));
        }
        let value = json_value(&start[..length])?;
        let node = scanner.node()?;
        if !(value.is_object() || value.is_array() && roots == Roots::Lists) {
            let message = "write the document as an object: a map of fields";
            return Err(scanner.error(node.mark, Diagnostic::error(codes::NOT_AN_OBJECT, message)));
        }
        documents.push(Document::new(value, source, node));
    }
}

/// Walks a text that is known to be JSON, and notes where everything is.
struct JsonScanner<'s> {
    source: &'s Arc<SourceText>,
    rest: &'s str,
    line: usize,
    column: usize,
}

impl<'s> JsonScanner<'s> {
    fn take(&mut self, bytes: usize) -> &'s str {
        let (taken, rest) = self.rest.split_at(bytes);
        for letter in taken.chars() {
            if letter == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.rest = rest;
        taken
    }

    fn skip_space(&mut self) {
        let space = self.rest.len() - self.rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
        self.take(space);
    }

    fn mark(&self) -> Mark {
        Mark { line: self.line, column: self.column }
    }

    /// The raw text of the string that starts here, with its quotes.
    fn string(&mut self) -> &'s str {
        let mut escaped = false;
        let end = self.rest.bytes().skip(1).position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        self.take(end.map_or(self.rest.len(), |end| end + 2))
    }

    fn node(&mut self) -> Result<Node, Diagnostic> {
        self.skip_space();
        let mark = self.mark();
        let inside = match self.rest.as_bytes().first() {
            Some(b'{') => Inside::Fields(self.fields()?),
            Some(b'[') => Inside::Items(self.items()?),
            Some(b'"') => {
                self.string();
                Inside::Nothing
            }
            _ => {
                let end = self.rest.find([',', ']', '}', ' ', '\n', '\r', '\t']).unwrap_or(self.rest.len());
                self.take(end);
                Inside::Nothing
            }
        };
        Ok(Node { mark, inside })
    }

    fn items(&mut self) -> Result<Vec<Node>, Diagnostic> {
        let mut items = Vec::new();
        self.take(1);
        loop {
            self.skip_space();
            match self.rest.as_bytes().first() {
                Some(b',') => {
                    self.take(1);
                }
                Some(b']') | None => {
                    self.take(self.rest.len().min(1));
                    return Ok(items);
                }
                _ => items.push(self.node()?),
            }
        }
    }

    fn fields(&mut self) -> Result<BTreeMap<String, Node>, Diagnostic> {
        let mut fields: BTreeMap<String, Node> = BTreeMap::new();
        self.take(1);
        loop {
            self.skip_space();
            match self.rest.as_bytes().first() {
                Some(b',') => {
                    self.take(1);
                }
                Some(b'"') => {
                    let mark = self.mark();
                    let key: String = serde_json::from_str(self.string()).unwrap_or_default();
                    self.skip_space();
                    self.take(self.rest.len().min(1));
                    let node = Node { mark, ..self.node()? };
                    if let Some(first) = fields.get(&key) {
                        return Err(self.error(mark, yaml::duplicate(&key, first.mark.line)));
                    }
                    fields.insert(key, node);
                }
                _ => {
                    self.take(self.rest.len().min(1));
                    return Ok(fields);
                }
            }
        }
    }

    fn error(&self, mark: Mark, diagnostic: Diagnostic) -> Diagnostic {
        let position = Position { file: Arc::clone(&self.source.file), line: mark.line, column: mark.column };
        diagnostic.positioned(Some(position))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_what_go_makes_of_them() {
        let value = json_value("[80, 80.0, -0, 9223372036854775808, 1e3]").unwrap();
        assert_eq!(value, json!([80, 80.0, 0, 9_223_372_036_854_775_808.0, 1000.0]));
        assert_eq!(json_value(r#"{"a":1,"a":2}"#).unwrap(), json!({"a": 2}));
        assert_eq!(json_value("{").unwrap_err().code, "invalid-json");
        assert_eq!(json_value(&"[".repeat(1000)).unwrap_err().code, "too-deep");
        assert_eq!(json_value("\"\\ud800\"").unwrap_err().code, "invalid-json");
        assert_eq!(json_value("{} x").unwrap_err().code, "invalid-json");
    }
}

//! How deep objects are nested: an API server stores deeper ones than its clients can read.
//!
//! JSON is read 128 levels deep by serde, and 10,000 by an API server. One object that is nested in between would keep a
//! client from reading any list that has it. So what is nested deeper than [`MOST_READ`] is cut from an answer before it is
//! read, and an object that is nested deeper than [`MOST_OF_OBJECT`] is refused: it is seen whether it was cut or not.

use std::borrow::Cow;

use podgraft_merge::{
    diagnostic::Diagnostic,
    path::{FieldPath, Segment},
};
use serde_json::Value;

use crate::codes;

/// How many levels of maps and lists an object may have.
pub const MOST_OF_OBJECT: usize = 100;
/// How many levels of an answer are read: those of an object, of the list or the review that it is in, and one more.
pub const MOST_READ: usize = MOST_OF_OBJECT + 10;

/// How many fields of the path to what is nested too deep are named.
const NAMED: usize = 5;

/// Why an object is refused that is nested too deep; `None` for all others.
#[must_use]
pub fn too_deep(object: &Value) -> Option<Diagnostic> {
    let mut path = Vec::new();
    if !is_deeper(object, MOST_OF_OBJECT, &mut path) {
        return None;
    }
    let named = path.into_iter().rev().take(NAMED);
    let at = named.fold(FieldPath::fields([]), |at, segment| at.with(segment));
    let message =
        format!("nest less: maps and lists of an object are taken {MOST_OF_OBJECT} levels deep at most");
    Some(Diagnostic::error(codes::TOO_DEEP, message).at(at))
}

/// Whether a value has more levels than these, and where, from the inside to the outside.
fn is_deeper(value: &Value, levels: usize, path: &mut Vec<Segment>) -> bool {
    let Some(below) = levels.checked_sub(1) else { return value.is_object() || value.is_array() };
    let found = match value {
        Value::Object(fields) => fields
            .iter()
            .find(|(_, inner)| is_deeper(inner, below, path))
            .map(|(name, _)| Segment::Field(name.clone())),
        Value::Array(items) => {
            items.iter().position(|inner| is_deeper(inner, below, path)).map(Segment::Index)
        }
        _ => None,
    };
    let is_found = found.is_some();
    path.extend(found);
    is_found
}

/// Cuts what is nested too deep from JSON, piece by piece: `null` stands in its place.
#[derive(Debug, Clone, Default)]
pub struct NestingCutter {
    depth: usize,
    in_text: bool,
    is_escaped: bool,
}

impl NestingCutter {
    /// The next piece, without what is nested deeper than [`MOST_READ`].
    pub fn cut<'b>(&mut self, piece: &'b [u8]) -> Cow<'b, [u8]> {
        let mut kept: Option<Vec<u8>> = (self.depth > MOST_READ).then(Vec::new);
        for (index, byte) in piece.iter().enumerate() {
            let was = self.depth;
            self.step(*byte);
            if was <= MOST_READ && self.depth > MOST_READ {
                kept.get_or_insert_with(|| piece[..index].to_vec()).extend(b"null");
            } else if was <= MOST_READ
                && let Some(kept) = &mut kept
            {
                kept.push(*byte);
            }
        }
        kept.map_or(Cow::Borrowed(piece), Cow::Owned)
    }

    fn step(&mut self, byte: u8) {
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' if self.in_text => self.is_escaped = true,
            b'"' => self.in_text = !self.in_text,
            b'{' | b'[' if !self.in_text => self.depth += 1,
            b'}' | b']' if !self.in_text => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

/// JSON without what is nested deeper than [`MOST_READ`].
#[must_use]
pub fn without_deep_nesting(json: &[u8]) -> Cow<'_, [u8]> {
    NestingCutter::default().cut(json)
}

/// How many levels of maps and lists JSON has.
#[must_use]
pub fn levels(json: &[u8]) -> usize {
    let mut scanner = NestingCutter::default();
    let depths = json.iter().map(|byte| {
        scanner.step(*byte);
        scanner.depth
    });
    depths.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn nested(levels: usize) -> String {
        format!("{{\"a\": {}1{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1))
    }

    #[test]
    fn an_object_that_is_nested_too_deep_is_refused_where_it_is() {
        let read = |levels| serde_json::from_str::<Value>(&nested(levels)).unwrap();
        assert!(too_deep(&read(MOST_OF_OBJECT)).is_none());
        let refused = too_deep(&read(MOST_OF_OBJECT + 1)).unwrap();
        assert_eq!(refused.path.unwrap().to_string(), ".a[0][0][0][0]");
        assert!(too_deep(&json!({"a": "[[[["})).is_none());
        assert_eq!([levels(b""), levels(b"1"), levels(nested(7).as_bytes())], [0, 0, 7]);
    }

    #[test]
    fn only_what_is_too_deep_is_cut_wherever_the_pieces_end() {
        let fine = nested(MOST_READ);
        assert!(matches!(without_deep_nesting(fine.as_bytes()), Cow::Borrowed(_)));
        let texts =
            [nested(MOST_READ + 1), nested(5_000)].join("\n") + "\n{\"b\": \"[{\\\\\\\"[\", \"c\": [2]}\n";
        let whole = without_deep_nesting(texts.as_bytes()).into_owned();
        let lines: Vec<Value> = whole
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
        assert_eq!(lines[0], lines[1]);
        assert!(too_deep(&lines[0]).is_some());
        assert_eq!(lines[2], json!({"b": "[{\\\"[", "c": [2]}));
        for size in [1, 3, 1_000] {
            let mut cutter = NestingCutter::default();
            let pieces = texts.as_bytes().chunks(size).map(|piece| cutter.cut(piece).into_owned());
            assert_eq!(pieces.collect::<Vec<_>>().concat(), whole, "{size}");
        }
    }
}

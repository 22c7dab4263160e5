//! [`text`]: writes a merged value, with what was never read of the base as it was written there.

use std::ops::Range;

use serde_json::{Map, Value};

use super::unread::{MARK, UnreadFields};
use crate::patch::error::MAX_DEPTH;

/// Whether a text has a field that could be taken for a [`MARK`]: JSON writes it in one way only.
pub(super) fn may_have_mark(text: &str) -> bool {
    text.contains("\\u0000")
}

/// Whether a patch has such a field, or is nested so deeply that nobody looks.
pub(super) fn has_mark(patch: &Value) -> bool {
    fn below(value: &Value, depth: usize) -> bool {
        match value {
            _ if depth > MAX_DEPTH => true,
            Value::Object(map) => map.contains_key(MARK) || map.values().any(|value| below(value, depth + 1)),
            Value::Array(list) => list.iter().any(|value| below(value, depth + 1)),
            _ => false,
        }
    }
    below(patch, 0)
}

/// The text of a merged value.
pub(super) fn text(merged: &Value, base: &str, kept: &[UnreadFields]) -> String {
    let mut writer = SparseWriter { base, kept, out: Vec::with_capacity(base.len() + base.len() / 4) };
    writer.value(merged);
    // Parts of a text and what serde_json writes are UTF-8.
    String::from_utf8(writer.out)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

struct SparseWriter<'t> {
    base: &'t str,
    kept: &'t [UnreadFields],
    out: Vec<u8>,
}

impl SparseWriter<'_> {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Object(map) => self.map(map),
            Value::Array(items) => {
                self.out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    self.separate(index == 0);
                    self.value(item);
                }
                self.out.push(b']');
            }
            scalar => self.json(scalar),
        }
    }

    fn map(&mut self, map: &Map<String, Value>) {
        let number = map.get(MARK).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
        let kept = number.and_then(|number| self.kept.get(number));
        self.out.push(b'{');
        let mut is_first = true;
        match kept {
            Some(UnreadFields::All(range)) => {
                self.part(range);
                self.out.push(b'}');
                return;
            }
            Some(UnreadFields::Some(fields)) => {
                for field in fields {
                    self.separate(is_first);
                    self.part(field);
                    is_first = false;
                }
            }
            None => {}
        }
        for (name, value) in map.iter().filter(|(name, _)| kept.is_none() || *name != MARK) {
            self.separate(is_first);
            self.json(name);
            self.out.push(b':');
            self.value(value);
            is_first = false;
        }
        self.out.push(b'}');
    }

    fn separate(&mut self, is_first: bool) {
        if !is_first {
            self.out.push(b',');
        }
    }

    fn part(&mut self, range: &Range<usize>) {
        self.out.extend_from_slice(self.base.get(range.clone()).unwrap_or_default().as_bytes());
    }

    fn json<T: serde::Serialize + ?Sized>(&mut self, value: &T) {
        // Writing to memory does not fail, nor do texts and numbers.
        let _ = serde_json::to_writer(&mut self.out, value);
    }
}

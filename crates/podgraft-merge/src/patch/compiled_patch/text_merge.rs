//! [`TextMerge`]: applies a patch to a text while that is read.
//!
//! The rules are those of [`kubernetes`](super::super::kubernetes) for what nearly all patches consist of: maps without
//! directives, lists of plain items, and values that replace others. Of the text, only the keys are read there, and the
//! merge keys of items. For everything else, one field is made a value and merged by the engine; and where the text is
//! unusual (a key twice, an item without its key), nothing is returned, and the whole object is merged by the engine. The
//! tests of the oracle hold this to the engine, on random pairs and texts.

use std::ops::Range;

use serde_json::{Map, Value};

use crate::{
    patch::compiled::{CompiledMap, CompiledValue},
    schema::Schema,
};

/// The text with the patch applied; `None` where the engine has to read all of it.
pub(super) fn merged(
    text: &str,
    patch: &Map<String, Value>,
    (schema, compiled): (Schema, &CompiledMap),
) -> Option<String> {
    if !compiled.is_plain {
        return None;
    }
    let out = Vec::with_capacity(text.len() + text.len() / 4);
    let mut merge = TextMerge { text, out, seen: Vec::new() };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    merge.map(&mut deserializer, patch, (schema, compiled)).ok()?;
    deserializer.end().ok()?;
    // Parts of a text and what serde_json writes are UTF-8.
    String::from_utf8(merge.out).ok()
}

/// A field of the patch, with what is known of it, and the schema of what holds it.
#[derive(Clone, Copy)]
pub(super) struct CompiledField<'p> {
    pub(super) value: &'p Value,
    pub(super) schema: Schema,
    pub(super) compiled: &'p CompiledValue,
}

/// A merge in progress.
pub(super) struct TextMerge<'t> {
    text: &'t str,
    /// What is written so far.
    pub(super) out: Vec<u8>,
    /// Which fields of their patches the maps have that are being read, from the outermost on.
    pub(super) seen: Vec<bool>,
}

impl TextMerge<'_> {
    /// Where in the text something is, from the start of one part to the end of another.
    pub(super) fn range(&self, first: &str, last: &str) -> Range<usize> {
        let start = self.text.as_ptr().addr();
        first.as_ptr().addr() - start..last.as_ptr().addr() - start + last.len()
    }

    /// Copies a part of the text.
    pub(super) fn copy(&mut self, part: Range<usize>) {
        self.out.extend_from_slice(self.text.get(part).unwrap_or_default().as_bytes());
    }

    /// Writes a value.
    pub(super) fn json(&mut self, value: &Value) {
        // Writing to memory does not fail, nor do texts and numbers.
        let _ = serde_json::to_writer(&mut self.out, value);
    }

    /// Writes what stands before all but the first of several.
    pub(super) fn comma(&mut self, is_first: bool) {
        if !is_first {
            self.out.push(b',');
        }
    }
}

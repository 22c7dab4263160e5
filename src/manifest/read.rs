//! Bytes to documents.

use std::sync::Arc;

use super::{
    document::{Document, Source},
    json, yaml,
};
use crate::diagnostic::{Code, Diagnostic, Position};

/// The largest file that is read.
const MAX_BYTES: usize = 16 << 20;

/// What a document may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Roots {
    Objects,
    /// An object too: whoever takes it says what is wrong with it.
    Lists,
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct Read {
    /// The file's objects, in order. Empty when there is an error: a file is read whole or not at all.
    pub documents: Vec<Document>,
    /// Why the file cannot be read.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a file as kubectl does: JSON when it starts with a brace, YAML 1.1 documents otherwise.
/// `file` is its name in messages.
#[must_use]
pub fn read(file: &str, bytes: &[u8]) -> Read {
    read_all(file, bytes, Roots::Objects)
}

/// Reads a JSON patch, which is a list of operations, as kubectl does: in YAML or in JSON. `file` is its
/// name in messages.
#[must_use]
pub fn read_json_patch(file: &str, bytes: &[u8]) -> Read {
    read_all(file, bytes, Roots::Lists)
}

fn read_all(file: &str, bytes: &[u8], roots: Roots) -> Read {
    let file: Arc<str> = file.into();
    let refused = |diagnostic| Read { documents: Vec::new(), diagnostics: vec![diagnostic] };
    if bytes.len() > MAX_BYTES {
        let message = format!("split {file}: it is larger than {} MiB", MAX_BYTES >> 20);
        return refused(Diagnostic::error(Code::TooLarge, message));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
            let position = Position { file, line, column };
            let message = "save the file as UTF-8: there is a byte that is not";
            return refused(Diagnostic::error(Code::NotUtf8, message).positioned(Some(position)));
        }
    };
    let is_json = text.trim_start().starts_with('{');
    let source = Arc::new(Source::new(file, text.to_owned()));
    match if is_json { json::read(&source) } else { yaml::read(&source, roots) } {
        Ok(documents) => Read { documents, diagnostics: Vec::new() },
        Err(diagnostic) => refused(diagnostic),
    }
}

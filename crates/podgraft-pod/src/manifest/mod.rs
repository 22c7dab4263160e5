//! Text to values and back, as `kubectl` reads and writes them, with the place of every value.

mod breaks;
mod document;
mod json;
pub mod nesting;
mod read;
mod roots;
mod scalar;
mod syntax;
mod unrendered;
mod write;
mod yaml;

pub use document::Document;
pub use json::json_value;
pub use read::{Read, read, read_json_patch};
pub use unrendered::unrendered_templates;
pub(crate) use write::to_yaml_line;
pub use write::{to_json, to_json_line, to_yaml, write_json_line};

/// The deepest nesting of maps and lists that is read.
const MAX_DEPTH: usize = 128;

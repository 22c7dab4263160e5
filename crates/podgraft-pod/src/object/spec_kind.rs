//! [`SpecKind`]: a kind of object whose spec is read.

use serde_json::Value;

use super::advice::FieldAdvice;

/// A kind of object whose spec is read: its name, its spec's schema, and what its operator knows beside.
#[derive(Clone, Copy)]
pub struct SpecKind<'a> {
    /// The kind, as objects write it.
    pub kind: &'a str,
    /// The schema of the spec.
    pub schema: &'a Value,
    /// What people expect in it.
    pub advice: &'a dyn FieldAdvice,
}

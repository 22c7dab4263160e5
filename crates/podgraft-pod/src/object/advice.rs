//! [`FieldAdvice`]: what an operator knows of the fields that people expect in its objects.

use podgraft_merge::{
    path::{FieldPath, Segment},
    schema::Schema,
};
use serde_json::Value;

/// What an operator knows of the fields that people expect in the specs of its kinds. Every method may answer nothing.
pub trait FieldAdvice: Sync {
    /// Kubernetes' own type at this place of the spec, where its schema is open or abridged there.
    fn kubernetes_type(&self, path: &FieldPath) -> Option<Schema> {
        let _ = path;
        None
    }

    /// What to do about a name that the spec has not at `path`, as the end of a sentence.
    fn advice(&self, schema: &Value, path: &FieldPath, name: &str) -> Option<String> {
        let _ = (schema, path, name);
        None
    }

    /// The place of a field that is written in the wrong part of the spec: `names` are the fields down to that part.
    fn place(&self, schema: &Value, names: &[&str], name: &str) -> Option<String> {
        let _ = (schema, names, name);
        None
    }

    /// Where a field of a pod template belongs, `place` being its place in the template.
    fn place_in_template(&self, names: &[&str], place: &str) -> String {
        let _ = names;
        format!("spec.podTemplate.{place}")
    }
}

/// An operator that knows nothing beyond its schema.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAdvice;

impl FieldAdvice for NoAdvice {}

/// The names of the fields on a path, without the items of lists.
#[must_use]
pub fn field_names(path: &FieldPath) -> Vec<&str> {
    path.segments()
        .iter()
        .filter_map(|segment| match segment {
            Segment::Field(name) => Some(name.as_str()),
            _ => None,
        })
        .collect()
}

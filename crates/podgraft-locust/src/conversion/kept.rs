//! [`Kept`]: what an object of one version keeps of the other, in an annotation.

use podgraft_merge::path::FieldPath;
use serde_json::{Map, Value, json};

use super::{Version, correspondence::is_above_corresponding};

/// What is kept of a spec of one version.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// The part of the spec.
    pub(super) spec: Map<String, Value>,
    /// The fields that were absent, by their dotted paths below the spec, where the other version has a value.
    pub(super) absent: Vec<String>,
}

impl Kept {
    /// Reads an annotation. One that cannot be read, or is about another version than `version`, keeps nothing: people
    /// may write anything there.
    pub(super) fn read(annotation: Option<&Value>, version: Version) -> Self {
        let text = annotation.and_then(Value::as_str).unwrap_or_default();
        let Ok(Value::Object(mut fields)) = serde_json::from_str::<Value>(text) else {
            return Self::default();
        };
        if fields.get("version").is_none_or(|name| name != version.name()) {
            return Self::default();
        }
        let spec = match fields.remove("spec") {
            Some(Value::Object(spec)) => spec,
            _ => Map::new(),
        };
        let absent = fields.get("absent").and_then(Value::as_array).into_iter().flatten();
        Self { spec, absent: absent.filter_map(Value::as_str).map(str::to_owned).collect() }
    }

    /// The fields that are kept, those of a map that the other version has in part one by one.
    pub(super) fn fields(&self, version: Version) -> Vec<FieldPath> {
        let mut fields = Vec::new();
        collect(&self.spec, version, &mut Vec::new(), &mut fields);
        let absent =
            self.absent.iter().map(|path| FieldPath::fields(["spec"].into_iter().chain(path.split('.'))));
        fields.extend(absent);
        fields
    }

    /// The text of the annotation, about the version `version`; `None` where nothing is kept.
    pub(super) fn text(self, version: Version) -> Option<String> {
        let mut fields = Map::new();
        if !self.spec.is_empty() {
            fields.insert("spec".to_owned(), Value::Object(self.spec));
        }
        if !self.absent.is_empty() {
            fields.insert("absent".to_owned(), json!(self.absent));
        }
        if fields.is_empty() {
            return None;
        }
        fields.insert("version".to_owned(), version.name().into());
        Some(Value::Object(fields).to_string())
    }
}

fn collect<'v>(
    spec: &'v Map<String, Value>,
    version: Version,
    above: &mut Vec<&'v str>,
    fields: &mut Vec<FieldPath>,
) {
    for (name, value) in spec {
        above.push(name);
        match value {
            Value::Object(inner) if !inner.is_empty() && is_above_corresponding(version, above) => {
                collect(inner, version, above, fields);
            }
            _ => fields.push(FieldPath::fields(["spec"].into_iter().chain(above.iter().copied()))),
        }
        above.pop();
    }
}

//! Items that match nothing: new ones, or typos.

use serde_json::{Map, Value};

use super::{ExtendedMerge, MissingTarget};
use crate::{
    diagnostic::{Diagnostic, codes, nearest},
    patch::{LazyLocation, Observer},
    schema::{MergeKeys, Schema},
};

impl<O: Observer> ExtendedMerge<'_, O> {
    /// Whether a new item is complete by itself; a diagnostic where not. `known` are the keys that
    /// there are.
    pub(super) fn is_complete<'k>(
        &mut self,
        item: &Map<String, Value>,
        schema: Schema,
        keys: MergeKeys,
        known: impl Iterator<Item = &'k Value>,
        location: &LazyLocation<'_>,
    ) -> bool {
        let Some(lacks) = lacks(item, schema) else { return true };
        let noun = noun(schema);
        let written = item.get(keys.merge_key()).map(text).unwrap_or_default();
        let known: Vec<String> = known.map(text).collect();
        let near = nearest(&written, known.iter().map(String::as_str));
        let key = keys.merge_key();
        let message = match near {
            Some(near) => format!(
                "no {noun} has {key} \"{written}\"; did you mean \"{near}\"? Otherwise add {lacks} to make a new {noun}"
            ),
            None => format!(
                "no {noun} has {key} \"{written}\"{}: correct the {key}, or add {lacks} to make a new {noun}",
                listing(&known)
            ),
        };
        let diagnostic = match self.options.missing_target {
            MissingTarget::Refuse => Diagnostic::error(codes::UNKNOWN_TARGET, message),
            MissingTarget::Skip => {
                Diagnostic::warning(codes::UNKNOWN_TARGET, format!("{message} (left out)"))
            }
        };
        self.diagnostics.push(diagnostic.at(location.path()));
        false
    }
}

/// What an item lacks to be complete by itself, in words; `None` when it is complete.
fn lacks(item: &Map<String, Value>, schema: Schema) -> Option<String> {
    let of = schema.struct_type()?;
    let missing = |name: &str| !item.contains_key(name);
    match of.name {
        "Container" | "EphemeralContainer" => missing("image").then(|| "an image".to_owned()),
        "Volume" => {
            let sources = of.unions.iter().flat_map(|union| union.members);
            let mut sources = sources.map(|member| member.field);
            (!sources.any(|source| item.contains_key(source))).then(|| "a source such as emptyDir".to_owned())
        }
        _ => {
            let missing: Vec<&str> = of
                .fields
                .iter()
                .filter(|field| field.required && missing(field.name))
                .map(|field| field.name)
                .collect();
            (!missing.is_empty()).then(|| format!("its {}", missing.join(" and ")))
        }
    }
}

/// What people call an item of this type.
fn noun(schema: Schema) -> String {
    match schema.struct_type().map(|of| of.name) {
        Some("EnvVar") => "variable".to_owned(),
        Some("ContainerPort" | "ServicePort") => "port".to_owned(),
        Some("VolumeMount") => "mount".to_owned(),
        Some("Container" | "EphemeralContainer") => "container".to_owned(),
        Some("Volume") => "volume".to_owned(),
        Some(name) => name.to_owned(),
        None => "item".to_owned(),
    }
}

/// The keys that there are, in brackets; the first few of many.
fn listing(known: &[String]) -> String {
    const SHOWN: usize = 5;
    if known.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = known.iter().take(SHOWN).map(|key| format!("\"{key}\"")).collect();
    let more = if known.len() > SHOWN { ", ..." } else { "" };
    format!(" (there is {}{more})", shown.join(", "))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

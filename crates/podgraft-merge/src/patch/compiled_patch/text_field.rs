//! [`FieldSeed`]: merges a field of the patch into a field of the text.

use serde::de::{DeserializeSeed, Deserializer, Error as _};
use serde_json::{Value, value::RawValue};

use super::{
    text_items::ItemsSeed,
    text_map::{MapSeed, MapWriter},
    text_merge::TextMerge,
};
use crate::{
    patch::{
        compiled::{CompiledList, CompiledMap, CompiledValue},
        kubernetes::merge_field,
    },
    schema::Schema,
};

/// A field of the patch, with what is known of it, and the schema of what holds it.
#[derive(Clone, Copy)]
pub(super) struct FieldPatch<'p> {
    pub(super) value: &'p Value,
    pub(super) schema: Schema,
    pub(super) compiled: &'p CompiledValue,
}

/// Reads the value of a field, and writes the field with its patch merged into it.
pub(super) struct FieldSeed<'m, 't, 'p> {
    pub(super) merge: &'m mut TextMerge<'t>,
    pub(super) map: &'m mut MapWriter<'p>,
    /// The key as it is written.
    pub(super) key: &'t str,
    pub(super) patch: FieldPatch<'p>,
}

impl<'de> DeserializeSeed<'de> for FieldSeed<'_, 'de, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self { merge, map, key, patch: FieldPatch { value, compiled, .. } } = self;
        if compiled.replaces() {
            let live: &RawValue = serde::Deserialize::deserialize(deserializer)?;
            return self.patch.replace(merge, map, (key, live.get())).map_err(D::Error::custom);
        }
        match (value, compiled) {
            (Value::Object(patch), CompiledValue::Map(compiled @ CompiledMap { field: Some(field), .. }))
                if compiled.is_plain =>
            {
                map.key(merge, key);
                MapSeed { merge, patch, schema: Schema::of(field), compiled }.deserialize(deserializer)
            }
            (
                Value::Array(patch),
                CompiledValue::List(CompiledList { field: Some((_, schema)), items: Some(compiled), .. }),
            ) => {
                map.key(merge, key);
                ItemsSeed { merge, patch, schema: *schema, compiled }.deserialize(deserializer)
            }
            _ => {
                let live = serde::Deserialize::deserialize(deserializer)?;
                self.patch.by_engine(merge, map, (key, Some(live))).map_err(D::Error::custom)
            }
        }
    }
}

impl<'t> FieldSeed<'_, 't, '_> {
    /// Writes the field with its patch merged into this value.
    pub(super) fn merge_into(self, live: &'t str) -> Result<(), serde_json::Error> {
        if self.patch.compiled.replaces() {
            return self.patch.replace(self.merge, self.map, (self.key, live));
        }
        self.deserialize(&mut serde_json::Deserializer::from_str(live))
    }
}

impl<'p> FieldPatch<'p> {
    /// Writes the field where the text has it, for a patch that is not merged into what is there.
    fn replace(
        self,
        merge: &mut TextMerge<'_>,
        map: &mut MapWriter<'p>,
        (key, live): (&str, &str),
    ) -> Result<(), serde_json::Error> {
        let is_same_kind = match self.value {
            Value::Null => return Ok(()),
            Value::Object(_) => live.starts_with('{'),
            Value::Array(_) => live.starts_with('['),
            _ => true,
        };
        if is_same_kind || self.compiled.is_as_added() {
            map.key(merge, key);
            merge.json(self.value);
            return Ok(());
        }
        self.by_engine(merge, map, (key, Some(serde_json::from_str(live)?)))
    }

    /// Writes the field where the text has none.
    pub(super) fn add(
        self,
        merge: &mut TextMerge<'_>,
        map: &mut MapWriter<'p>,
        name: &str,
    ) -> Result<(), serde_json::Error> {
        if self.value.is_null() {
            return Ok(());
        }
        let key = serde_json::to_string(name)?;
        if self.compiled.is_as_added() {
            map.key(merge, &key);
            merge.json(self.value);
            return Ok(());
        }
        self.by_engine(merge, map, (&key, None))
    }

    /// Writes the field as the engine merges it.
    fn by_engine(
        self,
        merge: &mut TextMerge<'_>,
        map: &mut MapWriter<'p>,
        (key, live): (&str, Option<Value>),
    ) -> Result<(), serde_json::Error> {
        let name: String = serde_json::from_str(key)?;
        let merged = merge_field(live, &name, self.value, (self.schema, self.compiled));
        if let Some(value) = merged.map_err(serde_json::Error::custom)? {
            map.key(merge, key);
            merge.json(&value);
        }
        Ok(())
    }
}

//! How a field of a text is read, and written with a field of the patch merged into it.

use serde::de::{Deserializer, Error as _};
use serde_json::{Value, value::RawValue};

use super::{
    text_map::MapWriter,
    text_merge::{CompiledField, TextMerge},
};
use crate::{
    patch::{
        compiled::{CompiledList, CompiledMap, CompiledValue},
        kubernetes::merge_field,
    },
    schema::Schema,
};

impl<'t> TextMerge<'t> {
    /// Reads the value of a field, and writes the field with its patch merged into it. The key is as it is written.
    pub(super) fn field<'p, D: Deserializer<'t>>(
        &mut self,
        deserializer: D,
        map: &mut MapWriter<'p>,
        key: &str,
        patch: CompiledField<'p>,
    ) -> Result<(), D::Error> {
        if patch.compiled.replaces() {
            let live: &RawValue = serde::Deserialize::deserialize(deserializer)?;
            return self.replace(map, (key, live.get()), patch).map_err(D::Error::custom);
        }
        match (patch.value, patch.compiled) {
            (Value::Object(patch), CompiledValue::Map(compiled @ CompiledMap { field: Some(field), .. }))
                if compiled.is_plain =>
            {
                map.key(self, key);
                self.map(deserializer, patch, (Schema::of(field), compiled))
            }
            (
                Value::Array(patch),
                CompiledValue::List(CompiledList { field: Some((_, schema)), items: Some(compiled), .. }),
            ) => {
                map.key(self, key);
                self.items(deserializer, patch, (*schema, compiled))
            }
            _ => {
                let live = serde::Deserialize::deserialize(deserializer)?;
                self.by_engine(map, (key, Some(live)), patch).map_err(D::Error::custom)
            }
        }
    }

    /// Writes a field with its patch merged into this value.
    pub(super) fn field_of<'p>(
        &mut self,
        live: &'t str,
        map: &mut MapWriter<'p>,
        key: &str,
        patch: CompiledField<'p>,
    ) -> Result<(), serde_json::Error> {
        if patch.compiled.replaces() {
            return self.replace(map, (key, live), patch);
        }
        self.field(&mut serde_json::Deserializer::from_str(live), map, key, patch)
    }

    /// Writes a field that the text has, for a patch that is not merged into what is there.
    fn replace<'p>(
        &mut self,
        map: &mut MapWriter<'p>,
        (key, live): (&str, &str),
        patch: CompiledField<'p>,
    ) -> Result<(), serde_json::Error> {
        let is_same_kind = match patch.value {
            Value::Null => return Ok(()),
            Value::Object(_) => live.starts_with('{'),
            Value::Array(_) => live.starts_with('['),
            _ => true,
        };
        if is_same_kind || patch.compiled.is_as_added() {
            map.key(self, key);
            self.json(patch.value);
            return Ok(());
        }
        self.by_engine(map, (key, Some(serde_json::from_str(live)?)), patch)
    }

    /// Writes a field that the text does not have.
    pub(super) fn add<'p>(
        &mut self,
        map: &mut MapWriter<'p>,
        name: &str,
        patch: CompiledField<'p>,
    ) -> Result<(), serde_json::Error> {
        if patch.value.is_null() {
            return Ok(());
        }
        let key = serde_json::to_string(name)?;
        if patch.compiled.is_as_added() {
            map.key(self, &key);
            self.json(patch.value);
            return Ok(());
        }
        self.by_engine(map, (&key, None), patch)
    }

    /// Writes a field as the engine merges it.
    fn by_engine<'p>(
        &mut self,
        map: &mut MapWriter<'p>,
        (key, live): (&str, Option<Value>),
        patch: CompiledField<'p>,
    ) -> Result<(), serde_json::Error> {
        let name: String = serde_json::from_str(key)?;
        let merged = merge_field(live, &name, patch.value, (patch.schema, patch.compiled));
        if let Some(value) = merged.map_err(serde_json::Error::custom)? {
            map.key(self, key);
            self.json(&value);
        }
        Ok(())
    }
}

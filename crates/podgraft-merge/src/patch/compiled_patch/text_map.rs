//! [`MapWriter`], and how a text is read for it: merges a map of the patch into a map of the text.

use std::{fmt, ops::Range};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value, value::RawValue};

use super::{
    text_key::WrittenKey,
    text_merge::{CompiledField, TextMerge},
};
use crate::{patch::compiled::CompiledMap, schema::Schema};

impl<'t> TextMerge<'t> {
    /// Reads a map, and writes it with a map of the patch merged into it that has no directive.
    pub(super) fn map<D: Deserializer<'t>>(
        &mut self,
        deserializer: D,
        patch: &Map<String, Value>,
        (schema, compiled): (Schema, &CompiledMap),
    ) -> Result<(), D::Error> {
        deserializer.deserialize_map(MapVisitor { merge: self, patch, schema, compiled })
    }
}

struct MapVisitor<'m, 't, 'p> {
    merge: &'m mut TextMerge<'t>,
    patch: &'p Map<String, Value>,
    schema: Schema,
    compiled: &'p CompiledMap,
}

impl<'de> Visitor<'de> for MapVisitor<'_, 'de, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let Self { merge, patch, schema, compiled } = self;
        let mut map = MapWriter::start(merge, patch, (schema, compiled));
        while let Some(key) = WrittenKey::next(&mut access)? {
            if let Some(patch) = map.patch(merge, &key.name)? {
                access.next_value_seed(FieldSeed { merge, map: &mut map, key: key.written, patch })?;
            } else {
                let value: &RawValue = access.next_value()?;
                map.keep(merge.range(key.written, value.get()));
            }
        }
        map.finish(merge)
    }
}

struct FieldSeed<'m, 't, 'p> {
    merge: &'m mut TextMerge<'t>,
    map: &'m mut MapWriter<'p>,
    key: &'t str,
    patch: CompiledField<'p>,
}

impl<'de> DeserializeSeed<'de> for FieldSeed<'_, 'de, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.merge.field(deserializer, self.map, self.key, self.patch)
    }
}

/// A map that is being written, with a map of the patch merged into it.
pub(super) struct MapWriter<'p> {
    patch: &'p Map<String, Value>,
    schema: Schema,
    compiled: &'p CompiledMap,
    /// Where in [`TextMerge::seen`] its fields start.
    seen: usize,
    is_empty: bool,
    /// What is to be copied before anything else is written: fields next to each other, from a key to the end of a value.
    kept: Option<Range<usize>>,
}

impl<'p> MapWriter<'p> {
    pub(super) fn start(
        merge: &mut TextMerge<'_>,
        patch: &'p Map<String, Value>,
        (schema, compiled): (Schema, &'p CompiledMap),
    ) -> Self {
        let seen = merge.seen.len();
        merge.seen.resize(seen + patch.len(), false);
        merge.out.push(b'{');
        Self { patch, schema, compiled, seen, is_empty: true, kept: None }
    }

    /// What the patch has for a field of the text; an error where the text has the field twice.
    pub(super) fn patch<E: Error>(
        &mut self,
        merge: &mut TextMerge<'_>,
        name: &str,
    ) -> Result<Option<CompiledField<'p>>, E> {
        let Some((place, value, compiled)) = self.compiled.field(self.patch, name) else { return Ok(None) };
        if std::mem::replace(&mut merge.seen[self.seen + place], true) {
            return Err(E::custom("a key is there twice"));
        }
        self.copy_kept(merge);
        Ok(Some(CompiledField { value, schema: self.schema, compiled }))
    }

    /// Keeps a field as it is written.
    pub(super) fn keep(&mut self, field: Range<usize>) {
        match &mut self.kept {
            Some(kept) => kept.end = field.end,
            none => *none = Some(field),
        }
    }

    /// Writes the key of a field of the patch, as it is written.
    pub(super) fn key(&mut self, merge: &mut TextMerge<'_>, written: &str) {
        merge.comma(std::mem::replace(&mut self.is_empty, false));
        merge.out.extend_from_slice(written.as_bytes());
        merge.out.push(b':');
    }

    /// Writes the fields that only the patch has.
    pub(super) fn finish<E: Error>(mut self, merge: &mut TextMerge<'_>) -> Result<(), E> {
        self.copy_kept(merge);
        for (place, (name, value)) in self.patch.iter().enumerate() {
            if !merge.seen[self.seen + place] {
                let patch =
                    CompiledField { value, schema: self.schema, compiled: self.compiled.value(place) };
                merge.add(&mut self, name, patch).map_err(E::custom)?;
            }
        }
        merge.seen.truncate(self.seen);
        merge.out.push(b'}');
        Ok(())
    }

    fn copy_kept(&mut self, merge: &mut TextMerge<'_>) {
        if let Some(kept) = self.kept.take() {
            merge.comma(std::mem::replace(&mut self.is_empty, false));
            merge.copy(kept);
        }
    }
}

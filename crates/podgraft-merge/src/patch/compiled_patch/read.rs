//! [`sparse`]: reads of a text what a patch looks at, and where everything else is.

use std::{borrow::Cow, fmt, ops::Range};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, value::RawValue};

use super::unread::{MARK, UnreadFields};
use crate::patch::compiled::{CompiledItems, CompiledList, CompiledMap, CompiledValue};
use crate::patch::directive;

/// A text of which only what a patch looks at was read.
pub(super) struct Sparse {
    /// What was read. A map of which not everything was has a [`MARK`]: the number of what was kept.
    pub(super) value: Value,
    /// What was kept of each map, by these numbers.
    pub(super) kept: Vec<UnreadFields>,
}

/// Reads what the patch looks at.
pub(super) fn sparse(text: &str, patch: &CompiledMap) -> Result<Sparse, serde_json::Error> {
    let mut reader = SparseReader { text, kept: Vec::new() };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = MapSeed { reader: &mut reader, patch }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(Sparse { value, kept: reader.kept })
}

struct SparseReader<'t> {
    text: &'t str,
    kept: Vec<UnreadFields>,
}

impl<'t> SparseReader<'t> {
    /// Where in the text a part of it is.
    fn range(&self, first: &str, last: &str) -> Range<usize> {
        let start = self.text.as_ptr().addr();
        first.as_ptr().addr() - start..last.as_ptr().addr() - start + last.len()
    }

    /// Marks a map with the fields of it that were not read, if there are any.
    fn mark(&mut self, map: &mut Map<String, Value>, kept: KeptFields) {
        if !kept.fields.is_empty() {
            map.insert(MARK.to_owned(), self.kept.len().into());
            self.kept.push(UnreadFields::Some(kept.fields));
        }
    }

    /// Marks a map that is kept as it was written.
    fn mark_all(&mut self, map: &mut Map<String, Value>, all: Range<usize>) {
        map.insert(MARK.to_owned(), self.kept.len().into());
        self.kept.push(UnreadFields::All(all));
    }

    /// Reads a part of the text again, as far as the patch looks at it.
    fn read(&mut self, part: &'t str, patch: &CompiledValue) -> Result<Value, serde_json::Error> {
        if patch.replaces() {
            return Ok(kind(part));
        }
        let mut deserializer = serde_json::Deserializer::from_str(part);
        ValueSeed { reader: self, patch }.deserialize(&mut deserializer)
    }
}

/// The fields of a map that are kept.
#[derive(Default)]
struct KeptFields {
    fields: Vec<Range<usize>>,
    /// Whether nothing was read since the last one.
    is_last: bool,
}

impl KeptFields {
    fn push(&mut self, field: Range<usize>) {
        match self.fields.last_mut() {
            Some(last) if self.is_last => last.end = field.end,
            _ => self.fields.push(field),
        }
        self.is_last = true;
    }

    /// A field was read.
    fn interrupt(&mut self) {
        self.is_last = false;
    }
}

/// A key as it is written, and as it is meant.
struct WrittenKey<'t> {
    written: &'t str,
    name: Cow<'t, str>,
}

impl<'t> WrittenKey<'t> {
    fn of(written: &'t RawValue) -> Result<Self, serde_json::Error> {
        let written = written.get();
        let name = match written.get(1..written.len().saturating_sub(1)) {
            Some(plain) if !plain.contains('\\') => Cow::Borrowed(plain),
            _ => Cow::Owned(serde_json::from_str(written)?),
        };
        Ok(Self { written, name })
    }
}

/// A value that stands for one that is replaced whatever it is: only its kind counts.
fn kind(written: &str) -> Value {
    match written.as_bytes().first() {
        Some(b'{') => Value::Object(Map::new()),
        Some(b'[') => Value::Array(Vec::new()),
        _ => Value::Null,
    }
}

/// Reads the value that a value of a patch is applied to.
struct ValueSeed<'r, 't, 'p> {
    reader: &'r mut SparseReader<'t>,
    patch: &'p CompiledValue,
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_, 'de, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let Self { reader, patch } = self;
        if patch.replaces() {
            let value: &RawValue = serde::Deserialize::deserialize(deserializer)?;
            return Ok(kind(value.get()));
        }
        match patch {
            CompiledValue::Map(patch) => MapSeed { reader, patch }.deserialize(deserializer),
            CompiledValue::List(CompiledList { items: Some(patch), .. }) => {
                deserializer.deserialize_any(ItemsVisitor { reader, patch })
            }
            CompiledValue::Scalar | CompiledValue::List(_) => serde::Deserialize::deserialize(deserializer),
        }
    }
}

/// Reads the map that a map of a patch is applied to.
struct MapSeed<'r, 't, 'p> {
    reader: &'r mut SparseReader<'t>,
    patch: &'p CompiledMap,
}

impl<'de> DeserializeSeed<'de> for MapSeed<'_, 'de, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.patch.is_plain {
            deserializer.deserialize_any(self)
        } else {
            serde::Deserialize::deserialize(deserializer)
        }
    }
}

impl<'de> Visitor<'de> for MapSeed<'_, 'de, '_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let Self { reader, patch } = self;
        let (mut map, mut kept) = (Map::new(), KeptFields::default());
        while let Some(key) = access.next_key::<&RawValue>()? {
            let key = WrittenKey::of(key).map_err(A::Error::custom)?;
            if let Some(patch) = patch.field(&key.name) {
                let value = access.next_value_seed(ValueSeed { reader, patch })?;
                map.insert(key.name.into_owned(), value);
                kept.interrupt();
            } else {
                let value: &RawValue = access.next_value()?;
                kept.push(reader.range(key.written, value.get()));
            }
        }
        reader.mark(&mut map, kept);
        Ok(Value::Object(map))
    }
}

/// Reads the list that a list of a patch is merged into by key. It says no where an item is not what nearly all are: a map
/// with a text as its key, and no directive.
struct ItemsVisitor<'r, 't, 'p> {
    reader: &'r mut SparseReader<'t>,
    patch: &'p CompiledItems,
}

impl<'de> Visitor<'de> for ItemsVisitor<'_, 'de, '_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let Self { reader, patch } = self;
        let mut items = Vec::new();
        let mut state = ItemsState { fields: Vec::new(), found: vec![false; patch.maps.len()], next: 0 };
        while let Some(item) = access.next_element_seed(ItemSeed { reader, patch, state: &mut state })? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }
}

struct ItemSeed<'r, 't, 'p> {
    reader: &'r mut SparseReader<'t>,
    patch: &'p CompiledItems,
    state: &'r mut ItemsState<'t>,
}

/// What is known of a list while its items are read.
struct ItemsState<'t> {
    /// Room for the fields of an item.
    fields: Vec<(WrittenKey<'t>, &'t str)>,
    /// Which items of the patch have found theirs: of several with one key, the first is patched.
    found: Vec<bool>,
    /// The place in the patch behind the last item that was found.
    next: usize,
}

impl<'de> DeserializeSeed<'de> for ItemSeed<'_, 'de, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ItemSeed<'_, 'de, '_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map with a text as its merge key")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        self.state.fields.clear();
        while let Some(key) = access.next_key::<&RawValue>()? {
            let value: &RawValue = access.next_value()?;
            self.state.fields.push((WrittenKey::of(key).map_err(A::Error::custom)?, value.get()));
        }
        self.item().map_err(A::Error::custom)
    }
}

impl ItemSeed<'_, '_, '_> {
    fn item(self) -> Result<Value, serde_json::Error> {
        let Self { reader, patch: items, state: ItemsState { fields, found, next } } = self;
        let name = fields.iter().rfind(|(key, _)| key.name == items.key).map(|(_, value)| *value);
        let (Some(name), Some(first), Some(last)) = (name, fields.first(), fields.last()) else {
            return Err(serde_json::Error::custom("an item has no merge key"));
        };
        if !name.starts_with('"') || fields.iter().any(|(key, _)| directive::is(&key.name)) {
            return Err(serde_json::Error::custom("an item is not plain"));
        }
        let name: String = serde_json::from_str(name)?;
        let mut map = Map::new();
        let mut is_first =
            |place: usize| found.get_mut(place).is_some_and(|found| !std::mem::replace(found, true));
        let named = items.named(&name, *next).filter(|(place, _)| is_first(*place));
        let Some((place, patch)) = named else {
            let all = reader.range(first.0.written, last.1);
            map.insert(items.key.to_owned(), name.into());
            reader.mark_all(&mut map, all);
            return Ok(Value::Object(map));
        };
        *next = place + 1;
        let mut kept = KeptFields::default();
        for (key, value) in fields.drain(..) {
            let read = match patch.field(&key.name) {
                _ if key.name == items.key || !patch.is_plain => serde_json::from_str(value)?,
                Some(patch) => reader.read(value, patch)?,
                None => {
                    kept.push(reader.range(key.written, value));
                    continue;
                }
            };
            map.insert(key.name.into_owned(), read);
            kept.interrupt();
        }
        reader.mark(&mut map, kept);
        Ok(Value::Object(map))
    }
}

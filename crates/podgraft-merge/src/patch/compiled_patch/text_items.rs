//! How a list of a text is read, and written with a list of plain items merged into it.

use std::{fmt, ops::Range};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, value::RawValue};

use super::{
    text_key::{self, WrittenKey},
    text_map::MapWriter,
    text_merge::TextMerge,
};
use crate::{
    patch::{
        compiled::{CompiledItems, CompiledMap},
        directive,
        kubernetes::{MergedOrder, merge_map},
        plain::OtherNames,
    },
    schema::Schema,
};

impl<'t> TextMerge<'t> {
    /// Reads a list that merges by key, and writes it with a list of the patch merged into it. Both must be plain: maps with
    /// texts as their keys, no key twice, no directive. The schema is that of an item.
    pub(super) fn items<D: Deserializer<'t>>(
        &mut self,
        deserializer: D,
        patch: &[Value],
        (schema, compiled): (Schema, &CompiledItems),
    ) -> Result<(), D::Error> {
        deserializer.deserialize_seq(ItemsVisitor { merge: self, patch, schema, compiled })
    }
}

struct ItemsVisitor<'m, 't, 'p> {
    merge: &'m mut TextMerge<'t>,
    patch: &'p [Value],
    schema: Schema,
    compiled: &'p CompiledItems,
}

impl<'de> Visitor<'de> for ItemsVisitor<'_, 'de, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut access: A) -> Result<(), A::Error> {
        let mut list = ItemsWriter {
            fields: Vec::new(),
            others: OtherNames::default(),
            next: 0,
            targets: vec![None; self.patch.len()],
            written: Vec::with_capacity(self.patch.len()),
        };
        self.merge.out.push(b'[');
        let start = self.merge.out.len();
        while access.next_element_seed(ItemSeed { items: &mut self, list: &mut list })?.is_some() {}
        let Self { merge, patch, .. } = self;
        let before = list.written.len();
        let is_new = |target: &Option<usize>| target.is_none();
        for (item, _) in patch.iter().zip(&list.targets).filter(|(_, target)| is_new(target)) {
            merge.comma(list.written.is_empty());
            let from = merge.out.len();
            merge.json(item);
            list.written.push(from..merge.out.len());
        }
        let order = MergedOrder::new(before, &list.targets);
        if !order.is_as_it_was() {
            let items = merge.out.split_off(start);
            for (place, slot) in order.iter().enumerate() {
                merge.comma(place == 0);
                let item = &list.written[slot];
                merge.out.extend_from_slice(&items[item.start - start..item.end - start]);
            }
        }
        merge.out.push(b']');
        Ok(())
    }
}

/// The items of a list that are being written.
struct ItemsWriter<'t> {
    /// Room for the fields of an item.
    fields: Vec<(WrittenKey<'t>, &'t str)>,
    /// The merge keys of the items that the patch does not name.
    others: OtherNames<'t>,
    /// The place in the patch behind the last item that was found.
    next: usize,
    /// For each item of the patch, which item of the list it is about.
    targets: Vec<Option<usize>>,
    /// Where in what is written each item is.
    written: Vec<Range<usize>>,
}

/// Reads an item, and writes it with the patch merged into it, where that names it.
struct ItemSeed<'i, 'm, 't, 'p> {
    items: &'i mut ItemsVisitor<'m, 't, 'p>,
    list: &'i mut ItemsWriter<'t>,
}

impl<'de> DeserializeSeed<'de> for ItemSeed<'_, '_, 'de, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ItemSeed<'_, '_, 'de, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map with a text as its merge key")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut access: A) -> Result<(), A::Error> {
        let mut fields = std::mem::take(&mut self.list.fields);
        while let Some(key) = WrittenKey::next(&mut access)? {
            let value: &RawValue = access.next_value()?;
            fields.push((key, value.get()));
        }
        self.write(&fields).map_err(A::Error::custom)?;
        fields.clear();
        self.list.fields = fields;
        Ok(())
    }
}

impl<'t> ItemSeed<'_, '_, 't, '_> {
    fn write(&mut self, fields: &[(WrittenKey<'t>, &'t str)]) -> Result<(), serde_json::Error> {
        let ItemsVisitor { merge, patch, compiled, .. } = &mut *self.items;
        let name = merge_key(fields, compiled.key)?;
        let list = &mut *self.list;
        merge.comma(list.written.is_empty());
        let from = merge.out.len();
        match compiled.index.place(patch, compiled.key, name, list.next) {
            Some(place) => {
                list.next = place + 1;
                if list.targets[place].replace(list.written.len()).is_some() {
                    return Err(serde_json::Error::custom("a merge key is there twice"));
                }
                let Some(patch) = patch[place].as_object() else {
                    return Err(serde_json::Error::custom("an item of the patch is no map"));
                };
                let compiled = &compiled.maps[place];
                self.items.merge_item(fields, patch, compiled)?;
            }
            None if !list.others.insert(name) => {
                return Err(serde_json::Error::custom("a merge key is there twice"));
            }
            None => {
                merge.out.push(b'{');
                if let (Some((first, _)), Some((_, last))) = (fields.first(), fields.last()) {
                    let all = merge.range(first.written, last);
                    merge.copy(all);
                }
                merge.out.push(b'}');
            }
        }
        self.list.written.push(from..self.items.merge.out.len());
        Ok(())
    }
}

impl<'t> ItemsVisitor<'_, 't, '_> {
    /// Writes an item with an item of the patch merged into it.
    fn merge_item(
        &mut self,
        fields: &[(WrittenKey<'t>, &'t str)],
        patch: &Map<String, Value>,
        compiled: &CompiledMap,
    ) -> Result<(), serde_json::Error> {
        let Self { merge, schema, .. } = self;
        if !compiled.is_plain {
            let field = |(key, value): &(WrittenKey<'_>, &str)| {
                Ok((key.name.to_string(), serde_json::from_str(value)?))
            };
            let live: Map<String, Value> =
                fields.iter().map(field).collect::<Result<_, serde_json::Error>>()?;
            let merged = merge_map(live, patch, (*schema, compiled)).map_err(serde_json::Error::custom)?;
            if !merged.contains_key(self.compiled.key) {
                return Err(serde_json::Error::custom("an item has lost its merge key"));
            }
            merge.json(&Value::Object(merged));
            return Ok(());
        }
        let mut map = MapWriter::start(merge, patch, (*schema, compiled));
        for (key, live) in fields {
            match map.patch::<serde_json::Error>(merge, &key.name)? {
                Some(patch) => merge.field_of(live, &mut map, key.written, patch)?,
                None => map.keep(merge.range(key.written, live)),
            }
        }
        map.finish(merge)
    }
}

/// The merge key of a plain item.
fn merge_key<'t>(fields: &[(WrittenKey<'t>, &'t str)], key: &str) -> Result<&'t str, serde_json::Error> {
    let mut keys = fields.iter().filter(|(field, _)| field.name == key);
    match (keys.next().and_then(|(_, name)| text_key::plain(name)), keys.next()) {
        (Some(name), None) if !fields.iter().any(|(field, _)| directive::is(&field.name)) => Ok(name),
        _ => Err(serde_json::Error::custom("an item is not plain")),
    }
}

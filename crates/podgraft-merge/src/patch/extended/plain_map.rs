//! How a [`PlainMap`] is applied: what [`ExtendedMerge::map`] does with a map that has no directives and no mistakes.

use serde_json::{Map, Value};

use super::{
    ExtendedMerge, MapOutcome, identifies,
    plain::{PlainField, PlainMap, PlainValue},
    template::Template,
};
use crate::{
    patch::{LazyLocation, Observer, location::LocationSegment},
    schema::MergeKeys,
};

impl<O: Observer> ExtendedMerge<'_, O> {
    /// [`Self::map`] of a plain map.
    pub(super) fn plain_map(
        &mut self,
        base: &mut Map<String, Value>,
        patch: &PlainMap,
        identity: Option<MergeKeys>,
        location: &LazyLocation<'_>,
    ) -> MapOutcome {
        self.work.spend(1 + patch.fields.len());
        if self.work.is_spent() {
            return MapOutcome::Kept;
        }
        for name in &patch.cleared {
            self.clear_member(base, name, location);
        }
        for PlainField { name, child, value } in &patch.fields {
            let place = match (name, child.settings()) {
                (Some(name), _) => LocationSegment::Field(name),
                (None, field) => LocationSegment::Known(field.map_or("", |field| field.name)),
            };
            let at = location.push(place);
            let name = at.field_name();
            match value {
                PlainValue::Scalar(scalar)
                    if identifies(identity, name) && base.get(name) == Some(scalar) => {}
                PlainValue::Scalar(scalar) => {
                    self.work.spend_scalar(scalar);
                    self.scalar_field(base, name, scalar, &at);
                }
                PlainValue::Map(map) => self.map_field(base, name, Template::Plain(map), *child, &at),
                PlainValue::Items(items) => self.plain_list_field(base, name, items, *child, &at),
                PlainValue::Written(value) => self.field(base, name, value, *child, &at),
            }
        }
        MapOutcome::Kept
    }
}

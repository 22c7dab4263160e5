//! One-of groups: setting one member clears its siblings.

use serde_json::{Map, Value};

use super::ExtendedMerge;
use crate::{
    diagnostic::codes,
    patch::{ChangeCause, LazyLocation, Observer, directive},
    schema::{Member, Schema, Union},
};

impl<O: Observer> ExtendedMerge<'_, O> {
    /// Clears from `base` the siblings of the members that `patch` sets.
    pub(super) fn unions(
        &mut self,
        base: &mut Map<String, Value>,
        patch: &Map<String, Value>,
        schema: Schema,
        location: &LazyLocation<'_>,
    ) {
        let Some(of) = schema.struct_type() else { return };
        for union in of.unions.iter().filter(|union| concerns(union, patch)) {
            let chosen = patch.get(union.discriminator).and_then(Value::as_str);
            let mut set = union.members.iter().filter(|member| patch.get(member.field).is_some_and(sets));
            let (first, second) = (set.next(), set.next());
            if let (Some(first), Some(second)) = (first, second) {
                let message = format!(
                    "write only one of \"{}\" and \"{}\": at most one member of their group may be set",
                    first.field, second.field
                );
                self.refuse(codes::TWO_UNION_MEMBERS, &location.field(second.field), message);
            } else if let (Some(value), Some(member)) = (chosen, first)
                && member.value != value
            {
                let (discriminator, field) = (union.discriminator, member.field);
                let message =
                    format!("remove \"{field}\", or write \"{}\" as \"{discriminator}\"", member.value);
                self.refuse(codes::TWO_UNION_MEMBERS, &location.field(field), message);
            }
            for member in union.members.iter().filter(|member| cleared(member, union, chosen, first)) {
                if patch.get(member.field).is_some_and(deletes) {
                    // It is there until the patch itself deletes it.
                    continue;
                }
                self.clear_member(base, member.field, location);
            }
        }
    }

    /// Clears a member of a union, of which another one is set.
    pub(super) fn clear_member(
        &mut self,
        base: &mut Map<String, Value>,
        member: &str,
        location: &LazyLocation<'_>,
    ) {
        if let Some(was) = base.remove(member) {
            self.forget(&was);
            self.observer.delete(&location.field(member), Some(was), ChangeCause::Union);
        }
    }
}

/// Whether a patch says anything about a union; most do not.
fn concerns(union: &Union, patch: &Map<String, Value>) -> bool {
    if union.members.len() <= patch.len() {
        // Looking at the members is as quick.
        return true;
    }
    let is_of_union =
        |key: &String| key == union.discriminator || union.members.iter().any(|member| key == member.field);
    patch.keys().any(is_of_union)
}

/// Whether setting `first`, or choosing a discriminator value, clears `member`.
fn cleared(member: &Member, union: &Union, chosen: Option<&str>, first: Option<&Member>) -> bool {
    match (first, chosen) {
        (Some(first), _) => member.field != first.field,
        (None, Some(value)) => !union.discriminator.is_empty() && member.value != value,
        (None, None) => false,
    }
}

/// Whether a value in a patch sets its field, rather than removes it.
fn sets(value: &Value) -> bool {
    !value.is_null() && !deletes(value)
}

fn deletes(value: &Value) -> bool {
    value.get(directive::PATCH).is_some_and(|verb| verb == "delete")
}

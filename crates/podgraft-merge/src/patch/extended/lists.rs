//! Lists: which of the ways to merge applies, and the two ways that need no merge key.

use serde_json::{Map, Value};

use super::{ExtendedMerge, plain::PlainItems};
use crate::{
    diagnostic::codes,
    patch::{
        ChangeCause, LazyLocation, Observer, assign, directive,
        identity::{GoType, Interner, ScalarKey},
        location::LocationSegment,
    },
    schema::{FieldType, ListKind, ScalarType, Schema, Type},
};

impl<O: Observer> ExtendedMerge<'_, O> {
    pub(super) fn list_field(
        &mut self,
        base: &mut Map<String, Value>,
        key: &str,
        patch: &[Value],
        child: FieldType,
        location: &LazyLocation<'_>,
    ) {
        let (kind, item) = (child.list_kind(), child.item().ty());
        let live = match base.get_mut(key) {
            Some(Value::Array(live)) => Some(std::mem::take(live)),
            _ => None,
        };
        let was_there = live.is_some();
        let was_empty = live.as_ref().is_some_and(Vec::is_empty);
        let marked = patch.iter().any(is_replace);
        let keep = |merged: &[Value]| was_there || marked || patch.is_empty() || !merged.is_empty();
        let merged = match kind {
            ListKind::Map(keys) => {
                self.keyed(live.unwrap_or_default(), patch, Schema::new(item), keys, location)
            }
            ListKind::Set => {
                self.set(was_there, live.unwrap_or_default(), patch, ChangeCause::Stated, location)
            }
            ListKind::Atomic => {
                let merged = self.atomic(patch, item, location);
                if keep(&merged) {
                    self.replaced(base, key, live, merged, location);
                }
                return;
            }
        };
        if keep(&merged) {
            let agrees = was_empty && patch.is_empty();
            self.put_merged(base, key, merged, (was_there, agrees), location);
        }
    }

    /// [`Self::list_field`] of a compiled list.
    pub(super) fn plain_list_field(
        &mut self,
        base: &mut Map<String, Value>,
        key: &str,
        patch: &PlainItems,
        child: FieldType,
        location: &LazyLocation<'_>,
    ) {
        let live = match base.get_mut(key) {
            Some(Value::Array(live)) => Some(std::mem::take(live)),
            _ => None,
        };
        let (was_there, is_empty) = (live.is_some(), patch.items.is_empty());
        let agrees = is_empty && live.as_ref().is_some_and(Vec::is_empty);
        let item = child.item().schema();
        let merged = self.plain_keyed(live.unwrap_or_default(), patch, item, location);
        if was_there || is_empty || !merged.is_empty() {
            self.put_merged(base, key, merged, (was_there, agrees), location);
        }
    }

    /// Puts back a list into which a patch was merged.
    fn put_merged(
        &mut self,
        base: &mut Map<String, Value>,
        key: &str,
        merged: Vec<Value>,
        (was_there, agrees): (bool, bool),
        location: &LazyLocation<'_>,
    ) {
        if !was_there && merged.is_empty() {
            self.observer.set(location, None, &Value::Array(Vec::new()), ChangeCause::Stated);
        } else if agrees {
            self.observer.agree(location);
        }
        assign::put(base, key, Value::Array(merged));
    }

    /// The items of a list that is replaced as a whole.
    fn atomic(&mut self, patch: &[Value], item: Type, location: &LazyLocation<'_>) -> Vec<Value> {
        // A lone `$patch: replace` changes nothing: an atomic list is replaced anyway.
        let items = patch.iter().filter(|value| !self.is_replace_marker(value, location)).collect::<Vec<_>>();
        self.quietly(|quiet| quiet.fresh_items(items.into_iter(), item, location))
    }

    /// Puts a list where `was` was.
    fn replaced(
        &mut self,
        base: &mut Map<String, Value>,
        key: &str,
        was: Option<Vec<Value>>,
        list: Vec<Value>,
        location: &LazyLocation<'_>,
    ) {
        let cause = if was.is_some() { ChangeCause::Replace } else { ChangeCause::Stated };
        let (was, list) = (was.map(Value::Array), Value::Array(list));
        if let Some(was) = &was {
            self.forget(was);
        }
        self.observer.set(location, was, &list, cause);
        assign::put(base, key, list);
    }

    /// Whether an item is the marker `- $patch: replace`; an error when it has other fields.
    pub(super) fn is_replace_marker(&mut self, value: &Value, location: &LazyLocation<'_>) -> bool {
        if !is_replace(value) {
            return false;
        }
        if value.as_object().is_some_and(|item| item.len() > 1) {
            let message = "write \"- $patch: replace\" as an item of its own: it replaces the list, and the fields beside it would be lost";
            self.refuse(codes::REPLACE_BESIDE_FIELDS, location, message);
        }
        true
    }

    /// A list of scalars, each once: what is there stays, new ones go last, or first for
    /// [`ChangeCause::Prepend`].
    pub(super) fn set(
        &mut self,
        was_there: bool,
        live: Vec<Value>,
        patch: &[Value],
        cause: ChangeCause,
        location: &LazyLocation<'_>,
    ) -> Vec<Value> {
        self.work.spend(live.len() + patch.len());
        if self.work.is_spent() || !self.one_type(was_there, &live, patch, location) {
            return live;
        }
        let mut interner = Interner::default();
        let all = live.iter().chain(patch).filter_map(ScalarKey::from_value);
        let ids: Vec<usize> = all.map(|element| interner.id(element) as usize).collect();
        let mut seen = vec![false; interner.len()];
        let (live_ids, patch_ids) = ids.split_at(live.len());
        let mut kept = Vec::with_capacity(ids.len());
        for (value, id) in live.into_iter().zip(live_ids) {
            if !std::mem::replace(&mut seen[*id], true) {
                kept.push(value);
            }
        }
        let split = if cause == ChangeCause::Prepend { 0 } else { kept.len() };
        let mut fresh = Vec::with_capacity(patch.len());
        for (value, id) in patch.iter().zip(patch_ids) {
            let at = location.push(LocationSegment::Item(value));
            if std::mem::replace(&mut seen[*id], true) {
                self.observer.agree(&at);
            } else {
                self.work.spend_scalar(value);
                self.observer.set(&at, None, value, cause);
                fresh.push(value.clone());
            }
        }
        kept.splice(split..split, fresh);
        kept
    }

    /// Whether all items are scalars of one type; an error where not.
    fn one_type(
        &mut self,
        was_there: bool,
        live: &[Value],
        patch: &[Value],
        location: &LazyLocation<'_>,
    ) -> bool {
        if patch.iter().any(Value::is_null) {
            self.refuse(codes::NULL, location, "remove the null from the list");
            return false;
        }
        let composite = |ty: &GoType| matches!(ty, GoType::Map | GoType::Slice);
        let mut types = live.iter().chain(patch).map(GoType::from_value).enumerate();
        let Some((_, first)) = types.next() else { return true };
        // Kubernetes compares the types of what merges; a list that was not there is taken as it is.
        let other = Some((0, first))
            .filter(|(_, ty)| composite(ty))
            .or_else(|| types.find(|(_, ty)| composite(ty) || was_there && *ty != first));
        let Some((index, other)) = other else { return true };
        let message = format!("write all items as single values of one type: there is {}", other.name());
        if index < live.len() {
            self.refuse_base(codes::MIXED_LIST_ITEMS, location, message);
        } else {
            self.refuse(codes::MIXED_LIST_ITEMS, location, message);
        }
        false
    }

    /// `$deleteFromPrimitiveList/FIELD`.
    pub(super) fn delete_from_primitive_list(
        &mut self,
        base: &mut Map<String, Value>,
        name: &str,
        unwanted: &[Value],
        child: FieldType,
        location: &LazyLocation<'_>,
    ) {
        let (kind, item) = (child.list_kind(), child.item().ty());
        let scalars = matches!(child.ty(), Type::List(_) | Type::Scalar(ScalarType::Any))
            && matches!(item, Type::Scalar(_) | Type::Custom(..));
        if !scalars || unwanted.iter().any(|value| ScalarKey::from_value(value).is_none()) {
            let message = format!(
                "use $deleteFromPrimitiveList only for lists of single values; in \"{name}\" mark an item $patch: delete"
            );
            self.refuse(codes::NOT_A_PRIMITIVE_LIST, location, message);
            return;
        }
        let Some(Value::Array(live)) = base.get_mut(name) else {
            self.warn(
                codes::NOTHING_TO_DELETE,
                location,
                format!("there is no list \"{name}\" to delete from"),
            );
            return;
        };
        let mut live = std::mem::take(live);
        self.forget_list(&live);
        self.work.spend(live.len() + unwanted.len());
        if self.one_type(true, &live, unwanted, location) {
            let mut interner = Interner::default();
            let unwanted: Vec<(&Value, u32)> = unwanted
                .iter()
                .filter_map(|value| ScalarKey::from_value(value).map(|element| (value, interner.id(element))))
                .collect();
            let mut found = vec![false; interner.len()];
            let ids: Vec<u32> =
                live.iter().filter_map(ScalarKey::from_value).map(|element| interner.id(element)).collect();
            let (mut ids, mut kept) = (ids.into_iter(), 0);
            live.retain(|value| {
                let Some(found) = ids.next().and_then(|id| found.get_mut(id as usize)) else {
                    kept += 1;
                    return true;
                };
                *found = true;
                let place = if matches!(kind, ListKind::Set) {
                    LocationSegment::Item(value)
                } else {
                    LocationSegment::Index(kept)
                };
                let was = Some(value.clone());
                self.observer.delete(&location.push(place), was, ChangeCause::DeleteFromPrimitiveList);
                false
            });
            for (value, id) in unwanted {
                if !std::mem::replace(&mut found[id as usize], true) {
                    self.warn(
                        codes::NOTHING_TO_DELETE,
                        location,
                        format!("remove {value} from the directive: it is not in the list"),
                    );
                }
            }
        }
        assign::put(base, name, Value::Array(live));
    }

    /// `$prepend/FIELD` and `$append/FIELD`.
    pub(super) fn extend_list(
        &mut self,
        base: &mut Map<String, Value>,
        name: &str,
        items: &[Value],
        child: FieldType,
        cause: ChangeCause,
        location: &LazyLocation<'_>,
    ) {
        let verb = if cause == ChangeCause::Prepend { directive::PREPEND } else { directive::APPEND };
        if !matches!(child.ty(), Type::List(_) | Type::Scalar(ScalarType::Any)) {
            self.refuse(codes::WRONG_KIND, location, format!("\"{name}\" is no list: remove the {verb}"));
            return;
        }
        let (kind, item) = (child.list_kind(), child.item().ty());
        let live = match base.get_mut(name) {
            Some(Value::Array(live)) => Some(std::mem::take(live)),
            _ => None,
        };
        if live.is_none() && items.is_empty() && !matches!(kind, ListKind::Map(_)) {
            self.observer.set(location, None, &Value::Array(Vec::new()), cause);
        }
        let live = live.unwrap_or_default();
        let joined = match kind {
            ListKind::Map(keys) => {
                let message = format!(
                    "just list the items under \"{name}\": they merge by {}, and new ones go last",
                    keys.merge_key()
                );
                self.refuse(codes::KEYED_LIST, location, message);
                live
            }
            ListKind::Set => self.set(true, live, items, cause, location),
            ListKind::Atomic => self.join(live, items, item, cause, location),
        };
        assign::put(base, name, Value::Array(joined));
    }

    /// An atomic list with more items before or behind it.
    fn join(
        &mut self,
        live: Vec<Value>,
        items: &[Value],
        item: Type,
        cause: ChangeCause,
        location: &LazyLocation<'_>,
    ) -> Vec<Value> {
        self.forget_list(&live);
        self.work.spend(live.len() + items.len());
        let start = if cause == ChangeCause::Prepend { 0 } else { live.len() };
        let mut fresh = Vec::with_capacity(items.len());
        for (index, value) in items.iter().enumerate() {
            let at = location.index(start + index);
            if let Some(made) = self.quietly(|quiet| quiet.fresh(value, item, &at)) {
                self.observer.set(&location.index(start + fresh.len()), None, &made, cause);
                fresh.push(made);
            }
        }
        let (mut joined, rest) = if cause == ChangeCause::Prepend { (fresh, live) } else { (live, fresh) };
        joined.extend(rest);
        joined
    }
}

/// Whether an item is marked `$patch: replace`.
pub(super) fn is_replace(value: &Value) -> bool {
    value.get(directive::PATCH).is_some_and(|verb| verb == "replace")
}

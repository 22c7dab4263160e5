//! Random patches for a given object: they touch what is there, add what is not, and use every directive.

use podgraft_merge::schema::{Field, Schema, StructType, Type};
use serde_json::{Map, Value, json};

use crate::generate::Generator;

/// The fields of a struct that a patch may say something of.
type Object = Map<String, Value>;

fn is_list_of_structs(field: &Field) -> bool {
    matches!(field.ty, Type::List(Type::Struct(_)))
}

fn holds_maps(list: &[Value]) -> bool {
    list.iter().any(Value::is_object)
}

impl Generator {
    /// A patch for `base`, which is (mostly) an object of this struct.
    pub(crate) fn patch_object(&mut self, of: &'static StructType, base: &Object) -> Object {
        let mut patch = Object::new();
        let mut chosen = self.fields(of);
        chosen.truncate(3);
        chosen
            .extend(of.fields.iter().filter(|field| base.contains_key(field.name) && self.rng.u8(..10) < 7));
        for field in chosen {
            if patch.contains_key(field.name) {
                continue;
            }
            let value = self.patch_value(field.ty, Some(field), base.get(field.name));
            patch.insert(field.name.to_owned(), value);
            if matches!(field.ty, Type::List(_)) {
                self.list_directives(&mut patch, field, base.get(field.name));
            }
        }
        self.odd_fields(of, &mut patch, base);
        self.map_directives(&mut patch, base);
        patch
    }

    /// A patch for one value.
    fn patch_value(&mut self, ty: Type, field: Option<&'static Field>, base: Option<&Value>) -> Value {
        self.budget = self.budget.saturating_sub(1);
        let leads_on = matches!(ty, Type::Struct(_)) || field.is_some_and(|field| field.strategy.merge);
        match self.rng.u8(..if leads_on { 250 } else { 100 }) {
            0..7 => return Value::Null,
            7..9 => return self.anything(2),
            // Just as it is: nothing changes.
            9..14 => return base.cloned().unwrap_or(Value::Null),
            _ => {}
        }
        let empty = Object::new();
        let object = base.and_then(Value::as_object).unwrap_or(&empty);
        match ty {
            Type::Struct(_) => match Schema::new(ty).struct_type() {
                Some(of) => Value::Object(self.patch_object(of, object)),
                None => Value::Null,
            },
            Type::Map(inner) => {
                let mut patch: Object = Object::new();
                for _ in 0..self.rng.usize(..3) {
                    let key = *self.pick(&["a", "b", "c"]);
                    patch.insert(key.to_owned(), self.patch_value(*inner, None, object.get(key)));
                }
                self.map_directives(&mut patch, object);
                Value::Object(patch)
            }
            Type::List(item) => {
                let items = base.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                Value::Array(self.patch_list(*item, field.map_or("", |field| field.merge_key), items))
            }
            Type::Custom(..) | Type::Scalar(_) => self.value(ty),
        }
    }

    fn patch_list(&mut self, item: Type, merge_key: &str, base: &[Value]) -> Vec<Value> {
        let count = self.rng.usize(..5);
        let of = Schema::new(item).struct_type();
        let mut patch: Vec<Value> = (0..count)
            .map(|_| match of {
                Some(of) if !merge_key.is_empty() => self.patch_item(of, merge_key, base),
                _ if !base.is_empty() && self.rng.bool() => self.pick(base).clone(),
                _ => self.value(item),
            })
            .collect();
        if of.is_some() && self.one_in(20) {
            let at = self.rng.usize(..=patch.len());
            patch.insert(at, json!({ "$patch": "replace" }));
        }
        patch
    }

    /// A patch for an item of a keyed list: a known one, a new one, one to delete.
    fn patch_item(&mut self, of: &'static StructType, merge_key: &str, base: &[Value]) -> Value {
        let empty = Object::new();
        let known = if base.is_empty() || self.one_in(3) { None } else { self.pick(base).as_object() };
        let key =
            known.and_then(|item| item.get(merge_key)).cloned().unwrap_or_else(|| self.key(of, merge_key));
        let mut item =
            if self.budget == 0 { Object::new() } else { self.patch_object(of, known.unwrap_or(&empty)) };
        if !self.one_in(60) {
            item.insert(merge_key.to_owned(), key);
        }
        if self.one_in(6) {
            let verb = if self.one_in(12) { self.odd_verb() } else { json!("delete") };
            item.insert("$patch".to_owned(), verb);
        }
        Value::Object(item)
    }

    /// `$setElementOrder` and `$deleteFromPrimitiveList` for a list; the list itself may go.
    fn list_directives(&mut self, patch: &mut Object, field: &'static Field, base: Option<&Value>) {
        let empty = Vec::new();
        let base = base.and_then(Value::as_array).unwrap_or(&empty);
        // Go cannot order maps without a merge key at all.
        let orderable = !field.merge_key.is_empty() || !is_list_of_structs(field);
        if self.one_in(if orderable { 5 } else { 100 }) {
            let listed = patch.get(field.name).and_then(Value::as_array).unwrap_or(&empty);
            let order = self.order(listed, base, field.merge_key);
            patch.insert(format!("$setElementOrder/{}", field.name), order);
            if self.one_in(3) {
                patch.remove(field.name);
            }
        }
        if self.one_in(if holds_maps(base) { 30 } else { 4 }) {
            let count = self.rng.usize(..3);
            let items: Vec<Value> = if base.is_empty() {
                vec![json!("a")]
            } else {
                (0..count).map(|_| self.pick(base).clone()).collect()
            };
            let value = if self.one_in(20) { Value::Null } else { Value::Array(items) };
            patch.insert(format!("$deleteFromPrimitiveList/{}", field.name), value);
            // Beside the list itself the answer depends on Go's map order, unless there is an order.
            if !self.one_in(30) && !patch.contains_key(&format!("$setElementOrder/{}", field.name)) {
                patch.remove(field.name);
            }
        }
    }

    /// An order: mostly one that holds the patch's items in the patch's order.
    fn order(&mut self, patch: &[Value], base: &[Value], merge_key: &str) -> Value {
        if self.one_in(40) {
            return self.anything(2);
        }
        let entry = |item: &Value| match item.get(merge_key) {
            Some(key) if !merge_key.is_empty() => json!({ merge_key: key }),
            _ => item.clone(),
        };
        let deleted = |item: &&Value| item.get("$patch").is_some();
        let mut order: Vec<Value> = Vec::new();
        for item in patch.iter().filter(|item| !deleted(item)).map(entry) {
            if !order.contains(&item) {
                order.push(item);
            }
        }
        for item in base.iter().map(entry) {
            if self.rng.u8(..10) < 6 && !order.contains(&item) {
                let at = self.rng.usize(..=order.len());
                order.insert(at, item);
            }
        }
        if self.one_in(8) {
            self.rng.shuffle(&mut order);
        }
        if self.one_in(12) {
            order.clear();
        }
        Value::Array(order)
    }

    /// `$patch` and `$retainKeys` of a map.
    fn map_directives(&mut self, patch: &mut Object, base: &Object) {
        if self.one_in(30) {
            let verb =
                if self.one_in(6) { self.odd_verb() } else { json!(*self.pick(&["replace", "delete"])) };
            patch.insert("$patch".to_owned(), verb);
        }
        if self.one_in(20) {
            let forgets = self.one_in(10);
            let mut names: Vec<Value> = patch
                .iter()
                .filter(|(key, _)| !forgets && !key.starts_with('$'))
                .map(|(key, _)| json!(key))
                .collect();
            names.extend(base.keys().filter(|_| self.rng.bool()).map(|key| json!(key)));
            if self.one_in(20) {
                names.push(self.anything(1));
            }
            let value = if self.one_in(30) { self.anything(1) } else { Value::Array(names) };
            patch.insert("$retainKeys".to_owned(), value);
        }
    }

    /// Fields that do not exist, or are written in another case, and malformed directives.
    fn odd_fields(&mut self, of: &'static StructType, patch: &mut Object, base: &Object) {
        if self.one_in(30) {
            let key = *self.pick(&[
                "bogus",
                "Spec",
                "$bogus",
                "$setElementOrder",
                "$deleteFromPrimitiveList/",
                "$setElementOrder/bogus",
            ]);
            let value =
                base.get(key).cloned().filter(|_| self.rng.bool()).unwrap_or_else(|| self.anything(2));
            patch.insert(key.to_owned(), value);
        }
        for field in of.fields {
            let name = field.name.to_uppercase();
            let known = base.get(&name);
            if name != field.name && (known.is_some() || self.one_in(2000)) {
                let value = self.patch_value(field.ty, Some(field), known);
                patch.insert(name, value);
            }
        }
    }

    fn odd_verb(&mut self) -> Value {
        self.pick(&[json!("merge"), json!("bogus"), json!(null), json!(1), json!({ "a": 1 })]).clone()
    }
}

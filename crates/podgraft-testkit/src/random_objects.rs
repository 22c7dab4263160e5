//! [`RandomObjects`]: objects that a structural schema takes, and such as it does not.

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// Texts that mean something somewhere, and such as do not.
const TEXTS: [&str; 14] = [
    "",
    "a",
    "b.c",
    "In",
    "Exists",
    "Equal",
    "NoSchedule",
    "NoExecute",
    "locust",
    "--x 'y z'",
    "$(POD_NAME)",
    "1",
    "null",
    "ä\n#",
];
/// How deep maps and lists are nested where the schema does not say.
const DEPTH: u8 = 3;

/// A source of objects of one kind.
#[derive(Debug)]
pub struct RandomObjects {
    schema: Value,
    api_version: &'static str,
    kind: &'static str,
}

impl RandomObjects {
    /// Objects of a kind, whose whole schema is this.
    #[must_use]
    pub fn new(schema: Value, api_version: &'static str, kind: &'static str) -> Self {
        Self { schema, api_version, kind }
    }

    /// An object that the schema takes, except for its rules in CEL.
    pub fn valid(&self, rng: &mut Rng) -> Value {
        self.object(rng, false)
    }

    /// An object as somebody might write it: with nulls where none may be, wrong types and unknown fields now and then.
    pub fn wild(&self, rng: &mut Rng) -> Value {
        self.object(rng, true)
    }

    fn object(&self, rng: &mut Rng, is_wild: bool) -> Value {
        let mut generator = Generator { rng, is_wild };
        let mut object = json!({
            "apiVersion": self.api_version, "kind": self.kind,
            "metadata": {"name": "random", "annotations": {"example.com/a": "b"}},
            "spec": generator.map(&self.schema["properties"]["spec"])
        });
        if generator.rng.bool() {
            object["status"] = generator.map(&self.schema["properties"]["status"]);
        }
        object
    }
}

struct Generator<'r> {
    rng: &'r mut Rng,
    is_wild: bool,
}

impl Generator<'_> {
    fn one_in(&mut self, times: u32) -> bool {
        self.rng.u32(..times) == 0
    }

    fn value(&mut self, schema: &Value) -> Value {
        if schema["nullable"] == true && self.one_in(15) || self.is_wild && self.one_in(60) {
            return Value::Null;
        }
        if self.is_wild && self.one_in(60) {
            return self.any(DEPTH);
        }
        if let Some(values) =
            schema.get("enum").or_else(|| schema.pointer("/anyOf/0/enum")).and_then(Value::as_array)
        {
            return values[self.rng.usize(..values.len())].clone();
        }
        if schema["x-kubernetes-int-or-string"] == true {
            return if self.rng.bool() {
                self.rng.u8(1..).into()
            } else {
                format!("{}m", self.rng.u8(1..)).into()
            };
        }
        match schema["type"].as_str() {
            Some("object") => self.map(schema),
            Some("array") => self.list(schema),
            Some("integer") => self.integer(schema),
            Some("number") => self.rng.f64().into(),
            Some("boolean") => self.rng.bool().into(),
            Some("string") => self.text(schema),
            _ => self.any(DEPTH),
        }
    }

    fn map(&mut self, schema: &Value) -> Value {
        let mut map = Map::new();
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            if required.contains(&name.as_str()) && !(self.is_wild && self.one_in(20)) || self.one_in(3) {
                map.insert(name.clone(), self.value(field));
            }
        }
        if schema["additionalProperties"].is_object() {
            for _ in 0..self.rng.u8(..3) {
                let key = ["zone", "arch", "kubernetes.io/os", "app"][self.rng.usize(..4)];
                map.insert(key.to_owned(), self.value(&schema["additionalProperties"]));
            }
        }
        let is_open = schema["x-kubernetes-preserve-unknown-fields"] == true;
        if is_open && self.rng.bool() || self.is_wild && self.one_in(15) {
            // The others are fields somewhere, of a type of their own.
            let names = ["$patch", "unknown", "labels", "master", "tolerations", "env"];
            let name = names[self.rng.usize(..if self.is_wild { names.len() } else { 2 })];
            map.entry(name).or_insert_with(|| self.any(DEPTH));
        }
        Value::Object(map)
    }

    fn list(&mut self, schema: &Value) -> Value {
        let most = schema["maxItems"].as_u64().unwrap_or(3).min(3);
        let keys: Vec<&str> = schema["x-kubernetes-list-map-keys"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut items = Vec::new();
        for index in 0..self.rng.u64(..=most) {
            let mut item = self.value(&schema["items"]);
            if let Value::Object(fields) = &mut item {
                fields.extend(keys.iter().map(|key| ((*key).to_owned(), format!("item{index}").into())));
            }
            if item.is_null() && !self.is_wild {
                continue;
            }
            items.push(item);
        }
        items.into()
    }

    fn integer(&mut self, schema: &Value) -> Value {
        let least = schema["minimum"].as_i64().unwrap_or(-5);
        let most = schema["maximum"].as_i64().unwrap_or(1_000).max(least);
        self.rng.i64(least..=most).into()
    }

    fn text(&mut self, schema: &Value) -> Value {
        if schema["format"] == "date-time" {
            return "2026-01-02T03:04:05Z".into();
        }
        // The patterns of these schemas are of names.
        if schema.get("pattern").is_some() {
            return ["gvisor", "a.b"][self.rng.usize(..2)].into();
        }
        let least = schema["minLength"].as_u64().unwrap_or_default();
        let text = TEXTS[self.rng.usize(..TEXTS.len())];
        if (text.len() as u64) < least { "text".into() } else { text.into() }
    }

    /// A value of any type.
    fn any(&mut self, depth: u8) -> Value {
        match self.rng.u8(..if depth == 0 { 4 } else { 6 }) {
            0 => TEXTS[self.rng.usize(..TEXTS.len())].into(),
            1 => self.rng.i64(..).into(),
            2 => self.rng.bool().into(),
            3 => {
                if self.is_wild {
                    Value::Null
                } else {
                    5.into()
                }
            }
            4 => (0..self.rng.u8(..3)).map(|_| self.any(depth - 1)).collect(),
            _ => {
                let names =
                    (0..self.rng.u8(..3)).map(|_| ["name", "$patch", "x"][self.rng.usize(..3)].to_owned());
                let names: Vec<String> = names.collect();
                names.into_iter().map(|name| (name, self.any(depth - 1))).collect::<Map<_, _>>().into()
            }
        }
    }
}

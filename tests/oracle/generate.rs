//! Random objects of real kinds, driven by the schema: small alphabets, so that keys collide, and now and
//! then a value of the wrong type.

use fastrand::Rng;
use podgraft_merge::schema::{Field, ScalarType, Schema, StructType, Type};
use serde_json::{Map, Value, json};

/// The kinds that pairs are made of.
pub(crate) const KINDS: [(&str, &str); 16] = [
    ("v1", "Pod"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    ("v1", "Service"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("networking.k8s.io/v1", "Ingress"),
    ("v1", "ServiceAccount"),
    ("v1", "Node"),
    ("policy/v1", "PodDisruptionBudget"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
];

/// How many of the kinds, from the first, hold pods; they come more often.
const WITH_PODS: usize = 6;

/// Fields that lead to the interesting parts of an object.
const SPINE: [&str; 5] = ["spec", "template", "jobTemplate", "containers", "metadata"];

/// How many values an object has at most, so that pairs stay small.
const BUDGET: usize = 60;

/// The source of pairs; the same seed makes the same pairs.
pub(crate) struct Generator {
    pub(crate) rng: Rng,
    pub(crate) budget: usize,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rng: Rng::with_seed(seed), budget: 0 }
    }

    /// A request: an object of a random kind, and a patch for it.
    pub(crate) fn pair(&mut self) -> Value {
        let among = if self.rng.bool() { WITH_PODS } else { KINDS.len() };
        let (version, kind) = KINDS[self.rng.usize(..among)];
        let of = Schema::for_kind(version, kind).and_then(Schema::struct_type).unwrap();
        self.budget = BUDGET;
        let mut base = self.object(of);
        base.insert("apiVersion".to_owned(), version.into());
        base.insert("kind".to_owned(), kind.into());
        self.budget = BUDGET;
        let mut patch = self.patch_object(of, &base);
        // Mostly a patch says nothing of these.
        if !self.one_in(40) {
            patch.remove("apiVersion");
            patch.remove("kind");
        }
        json!({ "base": base, "patch": patch })
    }

    pub(crate) fn one_in(&mut self, many: u32) -> bool {
        self.rng.u32(..many) == 0
    }

    pub(crate) fn pick<'v, T>(&mut self, from: &'v [T]) -> &'v T {
        &from[self.rng.usize(..from.len())]
    }

    fn object(&mut self, of: &'static StructType) -> Map<String, Value> {
        let mut object = Map::new();
        for field in self.fields(of) {
            let value = self.field_value(field);
            object.insert(field.name.to_owned(), value);
        }
        if self.one_in(40) && !of.fields.is_empty() {
            // Go finds a field whatever its case.
            let field = self.pick(of.fields);
            let value = self.field_value(field);
            object.insert(field.name.to_uppercase(), value);
        }
        if self.one_in(40) {
            object.insert((*self.pick(&["bogus", "$patch", "Spec"])).to_owned(), self.anything(2));
        }
        object
    }

    /// Some of the fields of a struct, those that matter to a patch more often.
    pub(crate) fn fields(&mut self, of: &'static StructType) -> Vec<&'static Field> {
        let mut chosen: Vec<&'static Field> = Vec::new();
        for field in of.fields {
            let matters = field.strategy.merge || field.strategy.replace;
            let odds = if SPINE.contains(&field.name) {
                90
            } else if matters {
                35
            } else {
                (300 / of.fields.len()).clamp(4, 40)
            };
            if self.budget > 0 && self.rng.usize(..100) < odds {
                chosen.push(field);
            }
        }
        self.rng.shuffle(&mut chosen);
        chosen.sort_by_key(|field| !SPINE.contains(&field.name));
        chosen.truncate(5);
        chosen
    }

    pub(crate) fn field_value(&mut self, field: &'static Field) -> Value {
        if self.one_in(if SPINE.contains(&field.name) { 250 } else { 40 }) {
            return self.anything(2);
        }
        match field.ty {
            Type::List(item) => Value::Array(self.list(*item, field)),
            ty => self.value(ty),
        }
    }

    fn list(&mut self, item: Type, field: &'static Field) -> Vec<Value> {
        let count = if self.budget == 0 { 1 } else { self.rng.usize(..5) };
        (0..count)
            .map(|_| match (self.value(item), Schema::new(item).struct_type()) {
                (Value::Object(mut object), Some(of)) if !field.merge_key.is_empty() => {
                    if !self.one_in(60) {
                        object.insert(field.merge_key.to_owned(), self.key(of, field.merge_key));
                    }
                    Value::Object(object)
                }
                (value, _) => value,
            })
            .collect()
    }

    /// A value of this type; now and then of another.
    pub(crate) fn value(&mut self, ty: Type) -> Value {
        self.budget = self.budget.saturating_sub(1);
        if self.one_in(if matches!(ty, Type::Struct(_)) { 250 } else { 60 }) {
            return self.anything(1);
        }
        match ty {
            Type::Struct(_) => {
                Value::Object(Schema::new(ty).struct_type().map_or_else(Map::new, |of| self.object(of)))
            }
            Type::Map(inner) => {
                let count = self.rng.usize(..4);
                (0..count).map(|_| ((*self.pick(&["a", "b", "c"])).to_owned(), self.value(*inner))).collect()
            }
            Type::List(inner) => {
                let count = self.rng.usize(..4);
                (0..count).map(|_| self.value(*inner)).collect()
            }
            Type::Custom(scalar, _) | Type::Scalar(scalar) => self.scalar(scalar),
        }
    }

    fn scalar(&mut self, scalar: ScalarType) -> Value {
        match scalar {
            ScalarType::String | ScalarType::Time => (*self.pick(&["a", "b", "c", "d", "A", ""])).into(),
            ScalarType::Boolean => self.rng.bool().into(),
            ScalarType::Integer => {
                self.pick(&[json!(80), json!(81), json!(80.0), json!(-1), json!(0)]).clone()
            }
            ScalarType::Number => self.pick(&[json!(0.5), json!(1.0), json!(1)]).clone(),
            ScalarType::Bytes => (*self.pick(&["", "YQ=="])).into(),
            ScalarType::IntOrString => self.pick(&[json!(80), json!("80"), json!("a"), json!("50%")]).clone(),
            ScalarType::Quantity => self.pick(&[json!("1"), json!("500m"), json!(1), json!(1.5)]).clone(),
            ScalarType::Any => self.anything(2),
        }
    }

    /// A value for the merge key of an item.
    pub(crate) fn key(&mut self, of: &'static StructType, name: &str) -> Value {
        if self.one_in(50) {
            return self.pick(&[json!(null), json!(true), json!(1.5), json!("80"), json!("")]).clone();
        }
        let number = of
            .fields
            .iter()
            .any(|field| field.name == name && matches!(field.ty, Type::Scalar(ScalarType::Integer)));
        if number {
            let odd = [json!(80.0), json!("80"), json!(9_007_199_254_740_993_i64)];
            return if self.one_in(8) { self.pick(&odd).clone() } else { (80 + self.rng.i64(0..4)).into() };
        }
        (*self.pick(&["a", "b", "c", "d", "e"])).into()
    }

    /// Any JSON.
    pub(crate) fn anything(&mut self, depth: u32) -> Value {
        let scalars = [
            json!(null),
            json!(true),
            json!(80),
            json!(80.0),
            json!("80"),
            json!("a"),
            json!(""),
            json!(1e21),
        ];
        if depth == 0 || self.rng.bool() {
            return self.pick(&scalars).clone();
        }
        let count = self.rng.usize(..3);
        if self.rng.bool() {
            let names = ["a", "name", "$patch", "bogus", "$retainKeys"];
            (0..count).map(|_| ((*self.pick(&names)).to_owned(), self.anything(depth - 1))).collect()
        } else {
            (0..count).map(|_| self.anything(depth - 1)).collect()
        }
    }
}

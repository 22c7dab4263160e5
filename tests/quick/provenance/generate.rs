//! Random stacks of layers. Each scalar that a layer writes names the layer: `L3-17` is of layer 3.

use std::collections::BTreeSet;

use fastrand::Rng;
use podgraft_merge::{
    layers::{Layer, Patch, fold_without_provenance},
    patch::{MissingTarget, Options},
    path::FieldPath,
    schema::Schema,
};
use serde_json::{Map, Value, json};

use super::pieces::unset;

/// A base and its layers, with what the generator knows of them.
pub(crate) struct Stack {
    pub(crate) base: Value,
    pub(crate) layers: Vec<Written>,
    /// The value before any layer, and after each.
    pub(crate) values: Vec<Value>,
}

/// One layer.
pub(crate) struct Written {
    pub(crate) patch: Value,
    pub(crate) each: bool,
    /// Containers that are made anew, by list and name; an empty name: all of the list.
    pub(crate) renewed: BTreeSet<(String, String)>,
    /// Leaves that are stated as they were.
    pub(crate) restated: Vec<FieldPath>,
}

impl Written {
    pub(crate) fn layer(&self) -> Layer<'_> {
        let patch = if self.each { Patch::EachContainer(&self.patch) } else { Patch::Template(&self.patch) };
        let options = Options { missing_target: MissingTarget::Skip, ..Options::default() };
        Layer { id: "".into(), patch, options }
    }
}

impl Stack {
    pub(crate) fn layers(&self) -> Vec<Layer<'_>> {
        self.layers.iter().map(Written::layer).collect()
    }
}

/// Makes stacks.
pub(crate) struct Generator {
    pub(crate) rng: Rng,
    layer: usize,
    written: usize,
    /// Whether layers for each container are among them.
    each: bool,
}

pub(crate) const LISTS: [&str; 2] = ["initContainers", "containers"];

impl Generator {
    pub(crate) fn new(seed: u64, each: bool) -> Self {
        Self { rng: Rng::with_seed(seed), layer: 0, written: 0, each }
    }

    pub(crate) fn stack(&mut self, schema: Schema) -> Stack {
        self.layer = 0;
        let base = self.base();
        let mut stack = Stack { values: vec![base.clone()], base, layers: Vec::new() };
        for layer in 1..=self.rng.usize(1..=12) {
            self.layer = layer;
            let now = stack.values.last().unwrap().clone();
            let written = self.layer(&now);
            stack.layers.push(written);
            let (value, _) = fold_without_provenance(stack.base.clone(), &stack.layers(), schema);
            stack.values.push(value);
        }
        stack
    }

    /// A text that names the layer at work: the base is 0, the first layer 1.
    pub(crate) fn tag(&mut self) -> Value {
        self.written += 1;
        json!(format!("L{}-{}", self.layer, self.written))
    }

    pub(crate) fn chance(&mut self, percent: u8) -> bool {
        self.rng.u8(0..100) < percent
    }

    pub(crate) fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.rng.usize(..of.len())]
    }

    fn base(&mut self) -> Value {
        let mut containers = Vec::new();
        for name in ["a", "b"] {
            let mut item = self.container(&json!({}));
            item.retain(|key, _| !key.starts_with('$'));
            item.insert("name".into(), name.into());
            item.insert("image".into(), self.tag());
            item.insert("command".into(), json!([self.tag(), self.tag()]));
            containers.push(clean(&Value::Object(item)));
        }
        let labels = json!({"k1": self.tag(), "k2": self.tag()});
        json!({
            "metadata": {"labels": labels, "annotations": {}, "finalizers": [self.tag(), self.tag()]},
            "spec": {
                "hostname": self.tag(), "containers": containers,
                "volumes": [{"name": "v1", "emptyDir": {"medium": self.tag()}}, {"name": "v2", "configMap": {"name": self.tag()}}],
                "tolerations": [{"key": self.tag(), "value": self.tag()}],
                "securityContext": {"runAsUser": self.tag(), "fsGroup": self.tag()}
            }
        })
    }

    fn layer(&mut self, now: &Value) -> Written {
        let mut written =
            Written { patch: json!({}), each: false, renewed: BTreeSet::new(), restated: Vec::new() };
        if self.each && self.chance(30) {
            written.each = true;
            let fit = now["spec"]["containers"].get(0).cloned().unwrap_or(json!({}));
            written.patch = Value::Object(self.container(&fit));
            return written;
        }
        if self.chance(12) {
            Self::restate(now, &mut written);
            return written;
        }
        let mut patch = Map::new();
        if self.chance(50) {
            patch.insert("metadata".into(), self.metadata(&now["metadata"]));
        }
        if self.chance(85) {
            let spec = self.spec(&now["spec"], &mut written.renewed);
            patch.insert("spec".into(), spec);
        }
        if self.chance(1) {
            patch.insert("$patch".into(), "replace".into());
            written.renewed.extend(LISTS.map(|list| (list.to_owned(), String::new())));
        }
        written.patch = Value::Object(patch);
        written
    }

    /// States some leaves of the value as they are.
    fn restate(now: &Value, written: &mut Written) {
        if let Value::Object(labels) = &now["metadata"]["labels"]
            && let Some((key, value)) = labels.iter().next()
        {
            written.patch["metadata"] = json!({"labels": {key: value}});
            written.restated.push(FieldPath::fields(["metadata", "labels", key]));
        }
        for list in LISTS {
            let Some(item) = now["spec"][list].get(0).filter(|item| item["image"].is_string()) else {
                continue;
            };
            let name = item["name"].as_str().unwrap();
            let at = FieldPath::fields(["spec", list]).item("name", name);
            written.patch["spec"][list] = json!([{"name": name, "image": item["image"]}]);
            written.restated.push(at.field("image"));
            if let Some(command) = item["command"].as_array().filter(|command| !command.is_empty()) {
                written.patch["spec"][list][0]["command"] = json!(command);
                let items = (0..command.len()).map(|index| at.field("command").index(index));
                written.restated.extend(items);
            }
        }
    }

    fn metadata(&mut self, now: &Value) -> Value {
        let mut patch = Map::new();
        for field in ["labels", "annotations"] {
            if self.chance(50) {
                patch.insert(field.into(), self.free_map(&now[field], &["k1", "k2", "k3"]));
            }
        }
        if self.chance(40) {
            self.list(&mut patch, "finalizers", now, true);
        }
        Value::Object(patch)
    }

    fn spec(&mut self, now: &Value, renewed: &mut BTreeSet<(String, String)>) -> Value {
        let mut patch = Map::new();
        for field in ["hostname", "subdomain", "nodeName"] {
            if self.chance(15) {
                let tag = self.tag();
                patch.insert(field.into(), tag);
            }
        }
        if self.chance(10) {
            unset(&mut patch, now, &["hostname", "securityContext", "tolerations", "volumes"], &mut self.rng);
        }
        let free = |patch: &Map<String, Value>, field: &str| {
            !patch.get("$unset").is_some_and(|names| names.as_array().unwrap().contains(&json!(field)))
        };
        if self.chance(20) && free(&patch, "securityContext") {
            let value =
                self.free_map(&now["securityContext"], &["runAsUser", "fsGroup", "supplementalGroupsPolicy"]);
            patch.insert("securityContext".into(), value);
        }
        if self.chance(20) && free(&patch, "tolerations") {
            let items = json!([{"key": self.tag(), "effect": self.tag()}]);
            let verb = self.pick(&["", "$append/", "$prepend/"]);
            patch.insert(format!("{verb}tolerations"), items);
        }
        if self.chance(35) && free(&patch, "volumes") {
            patch.insert("volumes".into(), self.volumes());
        }
        if self.chance(20) {
            let mut item = json!({"topologyKey": self.pick(&["zone", "host"]), "maxSkew": self.tag()});
            item["whenUnsatisfiable"] = self.pick(&["DoNotSchedule", "ScheduleAnyway"]).into();
            patch.insert("topologySpreadConstraints".into(), json!([item]));
        }
        for list in LISTS {
            if self.chance(if list == "containers" { 75 } else { 30 }) {
                patch.insert(list.into(), self.containers(list, &now[list], renewed));
                if self.chance(5)
                    && now[list].as_array().is_some_and(|live| live.len() > 1)
                    && patch[list] == json!([])
                {
                    let names = now[list].as_array().unwrap().iter().rev();
                    let order: Vec<Value> = names.map(|item| json!({"name": item["name"]})).collect();
                    patch.insert(format!("$setElementOrder/{list}"), order.into());
                }
            }
        }
        if self.chance(2) {
            patch.remove("$unset");
            patch.insert("$patch".into(), "replace".into());
            renewed.extend(LISTS.map(|list| (list.to_owned(), String::new())));
        }
        Value::Object(patch)
    }

    fn containers(&mut self, list: &str, now: &Value, renewed: &mut BTreeSet<(String, String)>) -> Value {
        let mut items = Vec::new();
        let live = |name: &str| {
            let items = now.as_array().into_iter().flatten();
            items.into_iter().find(|item| item["name"] == name).cloned()
        };
        for name in ["a", "b", "c", "d"] {
            let (there, roll) = (live(name), self.rng.u8(0..100));
            if roll < 8 && there.is_some() {
                items.push(json!({"name": name, "$patch": "delete"}));
                renewed.insert((list.to_owned(), name.to_owned()));
            }
            if roll < 4 || (8..40).contains(&roll) {
                let mut item = self.container(&there.clone().unwrap_or(json!({})));
                item.insert("name".into(), name.into());
                if there.is_none() && !self.chance(10) || self.chance(20) {
                    item.insert("image".into(), self.tag());
                    item.remove("$unset");
                    item.remove("$retainKeys");
                }
                items.push(Value::Object(item));
            }
        }
        if self.chance(8) {
            items.push(json!({"$patch": "replace"}));
            renewed.insert((list.to_owned(), String::new()));
        }
        items.into()
    }
}

/// A value without directives.
fn clean(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let fields = map.iter().filter(|(key, _)| !key.starts_with('$'));
            Value::Object(fields.map(|(key, value)| (key.clone(), clean(value))).collect())
        }
        Value::Array(items) => {
            let plain = items.iter().filter(|item| item.get("$patch").is_none());
            plain.map(clean).collect()
        }
        other => other.clone(),
    }
}

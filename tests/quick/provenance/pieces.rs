//! The pieces of random patches: maps, lists, volumes and containers.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::generate::Generator;

impl Generator {
    /// A map of scalars, with a directive at times.
    pub(crate) fn free_map(&mut self, now: &Value, keys: &[&str]) -> Value {
        let mut patch = Map::new();
        let roll = self.rng.u8(0..100);
        if roll < 8 {
            return json!({"$patch": "delete"});
        }
        for key in keys {
            if self.chance(40) {
                let tag = self.tag();
                patch.insert((*key).into(), tag);
            }
        }
        if roll < 20 {
            patch.insert("$patch".into(), "replace".into());
        } else if roll < 28 {
            let kept: Vec<&String> = patch.keys().collect();
            let kept = json!(kept.into_iter().map(String::as_str).chain([keys[0]]).collect::<Vec<_>>());
            patch.insert("$retainKeys".into(), kept);
        } else if roll < 50 {
            unset(&mut patch, now, keys, &mut self.rng);
        }
        Value::Object(patch)
    }

    /// An atomic list of scalars, or a set: set, prepended to, appended to, deleted from, ordered.
    pub(crate) fn list(&mut self, patch: &mut Map<String, Value>, field: &str, now: &Value, set: bool) {
        let fresh: Vec<Value> = (0..self.rng.usize(0..4)).map(|_| self.tag()).collect();
        let live = now[field].as_array().cloned().unwrap_or_default();
        match self.rng.u8(0..if set { 10 } else { 8 }) {
            0 | 1 => drop(patch.insert(field.into(), fresh.into())),
            2 | 3 => drop(patch.insert(format!("$append/{field}"), fresh.into())),
            4 => drop(patch.insert(format!("$prepend/{field}"), fresh.into())),
            5 => {
                patch.insert(format!("$prepend/{field}"), fresh.into());
                let more = self.tag();
                patch.insert(format!("$append/{field}"), json!([more]));
            }
            6 if !live.is_empty() => {
                let gone = &live[self.rng.usize(..live.len())];
                patch.insert(format!("$deleteFromPrimitiveList/{field}"), json!([gone]));
                patch.insert(format!("$prepend/{field}"), fresh.into());
            }
            7 if !live.is_empty() => {
                let mut order = live;
                self.rng.shuffle(&mut order);
                patch.insert(format!("$setElementOrder/{field}"), order.into());
            }
            _ => {}
        }
    }

    pub(crate) fn volumes(&mut self) -> Value {
        let mut items = Vec::new();
        for name in ["v1", "v2", "v3"] {
            let tag = self.tag();
            match self.rng.u8(0..10) {
                0 => items.push(json!({"name": name, "$patch": "delete"})),
                1 => items.push(json!({"name": name, "emptyDir": {"medium": tag}})),
                2 => items.push(json!({"name": name, "emptyDir": {}})),
                3 => items.push(json!({"name": name, "configMap": {"name": tag}})),
                4 => items.push(json!({"name": name, "secret": {"secretName": tag, "$patch": "replace"}})),
                _ => {}
            }
        }
        if self.chance(8) {
            items.push(json!({"$patch": "replace"}));
        }
        items.into()
    }

    /// A container patch without a name, for one that is like `now`.
    pub(crate) fn container(&mut self, now: &Value) -> Map<String, Value> {
        let mut patch = Map::new();
        for field in ["imagePullPolicy", "workingDir"] {
            if self.chance(25) {
                let tag = self.tag();
                patch.insert(field.into(), tag);
            }
        }
        if self.chance(40) {
            self.list(&mut patch, "command", now, false);
        }
        if self.chance(40) {
            patch.insert("env".into(), self.env());
        }
        if self.chance(25) {
            let limits = self.free_map(&now["resources"]["limits"], &["cpu", "memory"]);
            patch.insert("resources".into(), json!({"limits": limits}));
        }
        if self.chance(25) {
            patch.insert("livenessProbe".into(), self.probe());
        }
        if self.chance(20) {
            let port = self.rng.u16(80..82);
            let mut item = json!({"containerPort": port, "name": self.tag()});
            if self.chance(50) {
                item["protocol"] = self.pick(&["TCP", "UDP"]).into();
            }
            patch.insert("ports".into(), json!([item]));
        }
        if self.chance(20) {
            let mount = json!({"mountPath": self.pick(&["/x", "/y"]), "name": self.tag()});
            patch.insert("volumeMounts".into(), json!([mount]));
        }
        if self.chance(12) {
            let names: Vec<&str> = ["workingDir", "env", "livenessProbe", "resources", "command"]
                .into_iter()
                .filter(|name| !patch.keys().any(|key| key.split('/').next_back() == Some(name)))
                .collect();
            unset(&mut patch, now, &names, &mut self.rng);
        } else if self.chance(4) {
            let kept: Vec<String> = patch
                .keys()
                .filter(|key| !key.starts_with('$'))
                .cloned()
                .chain(["image".to_owned()])
                .collect();
            patch.insert("$retainKeys".into(), json!(kept));
        }
        patch
    }

    pub(crate) fn env(&mut self) -> Value {
        let mut items = Vec::new();
        for name in ["E1", "E2", "E3"] {
            let tag = self.tag();
            match self.rng.u8(0..8) {
                0 => items.push(json!({"name": name, "$patch": "delete"})),
                1 | 2 => items.push(json!({"name": name, "value": tag})),
                3 => items.push(json!({"name": name, "valueFrom": {"fieldRef": {"fieldPath": tag}}})),
                4 => items
                    .push(json!({"name": name, "valueFrom": {"secretKeyRef": {"name": tag, "key": "k"}}})),
                _ => {}
            }
        }
        if self.chance(6) {
            items.push(json!({"$patch": "replace"}));
        }
        items.into()
    }

    pub(crate) fn probe(&mut self) -> Value {
        let tag = self.tag();
        match self.rng.u8(0..5) {
            0 => json!({"httpGet": {"path": tag, "port": 80}}),
            1 => json!({"exec": {"command": [tag]}}),
            2 => json!({"exec": {"$append/command": [tag]}}),
            3 => json!({"$patch": "replace", "tcpSocket": {"host": tag, "port": 80}}),
            _ => json!({"initialDelaySeconds": tag}),
        }
    }
}

/// Adds an `$unset` of one of the fields that are there.
pub(crate) fn unset(patch: &mut Map<String, Value>, now: &Value, of: &[&str], rng: &mut Rng) {
    let there: Vec<&&str> =
        of.iter().filter(|name| now.get(**name).is_some() && !patch.contains_key(**name)).collect();
    if let Some(name) = rng.choice(there) {
        patch.insert("$unset".into(), json!([name]));
    }
}

//! [`Stored`]: the pod that constraints judge, which says what Kubernetes makes of what is written.
//!
//! It is a copy of the final pod template in which what means the same is written the same:
//! - `serviceAccount` and `serviceAccountName` are one field;
//! - a limit is the request, where there is none; a container's port is the host's, under `hostNetwork`;
//! - absolute paths are as short as they can be: `//a/./b/../c/` is `/a/c`.
//!
//! Defaults that copy nothing are not in it, so that an absent field stays one. What is rendered stays as
//! it is written.
//!
//! # Source
//! Kubernetes 1.37.2: `pkg/apis/core/v1/conversion.go` (`Convert_v1_PodSpec_To_core_PodSpec`),
//! `pkg/apis/core/v1/defaults.go` (`SetDefaults_Pod`, `SetDefaults_PodSpec`), `pkg/volume/util`
//! (`MakeAbsolutePath`).

use std::collections::HashMap;

use serde_json::{Map, Value};

use podgraft_merge::path::{FieldPath, Lookup, PointerToken, Segment};

/// A pod template as constraints judge it.
#[derive(Debug)]
pub(in crate::overlay) struct Stored {
    /// The copy.
    pub(in crate::overlay) pod: Value,
    /// The places that were filled, as texts, each with the place of its value; items of lists by their indexes.
    copied: Copied,
}

/// Places that were filled, as texts, each with the place of its value.
type Copied = HashMap<String, FieldPath>;

const ACCOUNTS: [&str; 2] = ["serviceAccountName", "serviceAccount"];
const CONTAINERS: [&str; 2] = ["initContainers", "containers"];

impl Stored {
    /// The copy of a final pod template.
    pub(in crate::overlay) fn of(pod: &Value) -> Self {
        let mut stored = Self { pod: pod.clone(), copied: Copied::new() };
        let root = FieldPath::fields(["spec"]);
        let Some(Value::Object(spec)) = stored.pod.get_mut("spec") else { return stored };
        let copied = &mut stored.copied;
        let account = |name: &str| {
            spec.get(name).filter(|account| account.as_str().is_some_and(|text| !text.is_empty()))
        };
        if let Some((name, account)) =
            ACCOUNTS.into_iter().find_map(|name| Some((name, account(name)?.clone())))
        {
            for alias in ACCOUNTS.into_iter().filter(|alias| *alias != name) {
                spec.insert(alias.to_owned(), account.clone());
                copied.insert(root.field(alias).to_string(), root.field(name));
            }
        }
        let host_network = spec.get("hostNetwork") == Some(&Value::Bool(true));
        for list in CONTAINERS {
            let Some(Value::Array(containers)) = spec.get_mut(list) else { continue };
            for (index, container) in containers.iter_mut().enumerate() {
                let path = root.field(list).index(index);
                requests(container, &path, copied);
                if host_network {
                    host_ports(container, &path, copied);
                }
                paths(container);
            }
        }
        if let Some(Value::Array(volumes)) = spec.get_mut("volumes") {
            for volume in volumes {
                shorten(volume.get_mut("hostPath"), "path");
            }
        }
        stored
    }

    /// Where in the pod template the value at a place of the copy was written, or would be; and whether
    /// that is another place.
    pub(in crate::overlay) fn origin<'s>(
        &'s self,
        path: &FieldPath,
        lookup: &Lookup<'s>,
    ) -> (FieldPath, bool) {
        let path = self.by_indexes(path, lookup);
        let copied = self.copied.get(&path.to_string());
        copied.map_or((path, false), |origin| (origin.clone(), true))
    }

    /// The same place, items of lists by their indexes as far as it is there: keys may be written otherwise
    /// in the pod template.
    fn by_indexes<'s>(&'s self, path: &FieldPath, lookup: &Lookup<'s>) -> FieldPath {
        let steps = lookup.reach(path, &self.pod);
        let located = steps.iter().map(|step| match step {
            PointerToken::Field(name) => Segment::Field(name.clone()),
            PointerToken::Index(index) => Segment::Index(*index),
        });
        FieldPath::new(located.chain(path.segments()[steps.len()..].iter().cloned()).collect())
    }
}

fn is_absent(fields: &Map<String, Value>, name: &str) -> bool {
    fields.get(name).is_none_or(Value::is_null)
}

/// Limits become the requests that are not there.
fn requests(container: &mut Value, path: &FieldPath, copied: &mut Copied) {
    let Some(Value::Object(resources)) = container.get_mut("resources") else { return };
    let Some(Value::Object(limits)) = resources.get("limits").cloned() else { return };
    let requests = resources.entry("requests").or_insert_with(|| Value::Object(Map::new()));
    if requests.is_null() {
        *requests = Value::Object(Map::new());
    }
    let Value::Object(requests) = requests else { return };
    let path = path.field("resources");
    for (name, limit) in limits {
        if is_absent(requests, &name) {
            copied.insert(path.field("requests").field(&name).to_string(), path.field("limits").field(&name));
            requests.insert(name, limit);
        }
    }
}

/// In the host's network, a container's port is one of the host's.
fn host_ports(container: &mut Value, path: &FieldPath, copied: &mut Copied) {
    let Some(Value::Array(ports)) = container.get_mut("ports") else { return };
    for (index, port) in ports.iter_mut().enumerate() {
        let Value::Object(port) = port else { continue };
        let is_unset = is_absent(port, "hostPort") || port.get("hostPort").and_then(Value::as_i64) == Some(0);
        if let (true, Some(number)) = (is_unset, port.get("containerPort").cloned()) {
            let path = path.field("ports").index(index);
            copied.insert(path.field("hostPort").to_string(), path.field("containerPort"));
            port.insert("hostPort".to_owned(), number);
        }
    }
}

fn paths(container: &mut Value) {
    shorten(Some(container), "workingDir");
    shorten(Some(container), "terminationMessagePath");
    if let Some(Value::Array(mounts)) = container.get_mut("volumeMounts") {
        for mount in mounts {
            // A mount's path that does not begin at the root is taken to.
            if let Some(Value::String(path)) = mount.get_mut("mountPath")
                && !path.starts_with('/')
            {
                path.insert(0, '/');
            }
            shorten(Some(mount), "mountPath");
        }
    }
}

fn shorten(within: Option<&mut Value>, field: &str) {
    if let Some(Value::String(path)) = within.and_then(|within| within.get_mut(field)) {
        *path = normal(path);
    }
}

/// An absolute path without empty parts, `.` and `..`; any other text as it is.
pub(in crate::overlay) fn normal(path: &str) -> String {
    if !path.starts_with('/') {
        return path.to_owned();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The fields of pods that are paths of a file system, by which constraints may be asked.
pub(in crate::overlay) const PATHS: [&str; 3] = ["mountPath", "workingDir", "terminationMessagePath"];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_means_the_same_is_written_the_same() {
        let pod = json!({"spec": {
            "serviceAccount": "admin", "hostNetwork": true,
            "containers": [{
                "name": "a", "workingDir": "/w/", "ports": [{"containerPort": 80}, {"containerPort": 81, "hostPort": 8081}],
                "resources": {"limits": {"cpu": 1, "memory": "1Gi"}, "requests": {"cpu": "500m"}},
                "volumeMounts": [{"name": "v", "mountPath": "//a/./b/../c/"}, {"name": "v", "mountPath": "etc/x"}]
            }],
            "volumes": [{"name": "v", "hostPath": {"path": "/../etc//x"}}]
        }});
        let stored = Stored::of(&pod);
        let spec = &stored.pod["spec"];
        assert_eq!(spec["serviceAccountName"], "admin");
        let container = &spec["containers"][0];
        assert_eq!(container["resources"]["requests"], json!({"cpu": "500m", "memory": "1Gi"}));
        assert_eq!(
            (&container["ports"][0]["hostPort"], &container["ports"][1]["hostPort"]),
            (&json!(80), &json!(8081))
        );
        let mounts: Vec<&Value> =
            container["volumeMounts"].as_array().unwrap().iter().map(|m| &m["mountPath"]).collect();
        assert_eq!(
            (mounts, &container["workingDir"]),
            (vec![&json!("/a/c"), &json!("/etc/x")], &json!("/w"))
        );
        assert_eq!(spec["volumes"][0]["hostPath"]["path"], "/etc/x");
        let path = FieldPath::fields(["spec", "serviceAccountName"]);
        assert_eq!(stored.origin(&path, &Lookup::default()).0, FieldPath::fields(["spec", "serviceAccount"]));
    }

    #[test]
    fn a_name_that_is_there_beats_its_alias() {
        let stored = Stored::of(&json!({"spec": {"serviceAccount": "a", "serviceAccountName": "b"}}));
        assert_eq!(stored.pod, json!({"spec": {"serviceAccount": "b", "serviceAccountName": "b"}}));
        assert_eq!(Stored::of(&json!({})).pod, json!({}));
    }
}

//! Many small patches of long lists, whose items are found without reading the lists again.

use std::collections::BTreeSet;

use fastrand::Rng;
use podgraft_merge::{
    layers::{Layer, Patch, fold_without_provenance},
    patch::Options,
    schema::Schema,
};
use serde_json::{Value, json};

/// Long enough to be known from patch to patch.
const LENGTH: usize = 70;

fn pod() -> Value {
    let env: Value = (0..LENGTH).map(|n| json!({ "name": format!("E{n}"), "value": "base" })).collect();
    let volumes: Value = (0..LENGTH).map(|n| json!({ "name": format!("V{n}"), "emptyDir": {} })).collect();
    let container = |name: &str| json!({ "name": name, "image": "i", "env": env });
    json!({ "spec": { "containers": [container("a"), container("b")], "volumes": volumes } })
}

/// A small patch of one of the lists, or of what they are in.
fn patch(rng: &mut Rng) -> Value {
    let name = |rng: &mut Rng| format!("E{}", rng.usize(..LENGTH * 2));
    let container = ["a", "b"][rng.usize(..2)];
    let in_container = |mut fields: Value| {
        fields["name"] = json!(container);
        json!({ "spec": { "containers": [fields] } })
    };
    match rng.u8(..14) {
        0..6 => {
            let mut items: Vec<Value> = (0..rng.usize(1..4))
                .map(|_| json!({ "name": name(rng), "value": format!("L{}", rng.u16(..)) }))
                .collect();
            let mut seen = BTreeSet::new();
            items.retain(|item| seen.insert(item["name"].to_string()));
            in_container(json!({ "env": items }))
        }
        6 => in_container(json!({ "env": [{ "name": name(rng), "$patch": "delete" }] })),
        7 => in_container(json!({ "$setElementOrder/env": [{ "name": name(rng) }, { "name": name(rng) }] })),
        8 => in_container(json!({ "env": [{ "$patch": "replace" }, { "name": name(rng), "value": "x" }] })),
        9 => in_container(json!({ "$unset": ["env"] })),
        10 => {
            let env: Value =
                (0..LENGTH + rng.usize(..3)).map(|_| json!({ "name": name(rng), "value": "n" })).collect();
            let mut seen = BTreeSet::new();
            let env: Value = env
                .as_array()
                .unwrap()
                .iter()
                .filter(|item| seen.insert(item["name"].to_string()))
                .cloned()
                .collect();
            in_container(json!({ "$patch": "replace", "image": "i", "env": env }))
        }
        11 => {
            json!({ "spec": { "containers": [{ "name": container, "$patch": "delete" }, { "name": container, "image": "n" }] } })
        }
        12 => {
            let volume = format!("V{}", rng.usize(..LENGTH * 2));
            json!({ "spec": { "volumes": [{ "name": volume, "configMap": { "name": "c" } }] } })
        }
        _ => {
            json!({ "spec": { "volumes": [{ "name": format!("V{}", rng.usize(..LENGTH)), "$patch": "delete" }] } })
        }
    }
}

/// The same patch, with the names of all items that are there, which change nothing: it is no small one.
fn enlarged(patch: &Value, now: &Value) -> Value {
    let mut patch = patch.clone();
    let add = |list: Option<&mut Value>, there: Option<&Value>| {
        let (Some(Value::Array(list)), Some(Value::Array(there))) = (list, there) else { return };
        if list.iter().any(|item| item["$patch"] == "replace") {
            return;
        }
        let named: BTreeSet<String> = list.iter().map(|item| item["name"].to_string()).collect();
        let others = there.iter().filter(|item| !named.contains(&item["name"].to_string()));
        list.extend(others.map(|item| json!({ "name": item["name"] })));
    };
    add(patch.pointer_mut("/spec/volumes"), now.pointer("/spec/volumes"));
    let is_whole = patch.pointer("/spec/containers/0/$patch").is_some();
    let name = patch.pointer("/spec/containers/0/name").cloned();
    let containers = now["spec"]["containers"].as_array().unwrap();
    if let Some(container) = containers.iter().find(|container| Some(&container["name"]) == name.as_ref())
        && !is_whole
    {
        add(patch.pointer_mut("/spec/containers/0/env"), container.get("env"));
    }
    patch
}

fn folded(base: &Value, patches: &[Value]) -> (Value, usize) {
    let schema = Schema::for_kind("v1", "Pod").unwrap();
    let layer = |patch| Layer { id: "".into(), patch: Patch::Template(patch), options: Options::default() };
    let layers: Vec<Layer<'_>> = patches.iter().map(layer).collect();
    let (value, diagnostics) = fold_without_provenance(base.clone(), &layers, schema);
    (value, diagnostics.iter().filter(|(_, finding)| finding.is_error()).count())
}

#[test]
fn many_small_patches_are_what_each_is_by_itself_and_in_large() {
    let mut changed = 0;
    for seed in 0..150 {
        let mut rng = Rng::with_seed(seed);
        let base = pod();
        let patches: Vec<Value> = (0..rng.usize(2..20)).map(|_| patch(&mut rng)).collect();
        let (at_once, refused) = folded(&base, &patches);
        let (mut one_by_one, mut in_large) = (base.clone(), base.clone());
        let mut refused_by_one = 0;
        for patch in &patches {
            let (next, errors) = folded(&one_by_one, std::slice::from_ref(patch));
            (one_by_one, refused_by_one) = (next, refused_by_one + errors);
            in_large = folded(&in_large, &[enlarged(patch, &in_large)]).0;
        }
        assert_eq!(at_once, one_by_one, "seed {seed}: {patches:#?}");
        assert_eq!(at_once, in_large, "seed {seed}: {patches:#?}");
        assert_eq!(refused, refused_by_one, "seed {seed}");
        changed += usize::from(at_once != base);
    }
    assert!(changed > 145, "{changed}");
}

//! Lists and maps that many layers replace as a whole, against the values after each layer.

use fastrand::Rng;
use podgraft_merge::{
    layers::{Layer, Leaf, Patch, fold, fold_without_provenance},
    patch::Options,
    schema::Schema,
    work::Work,
};
use serde_json::{Value, json};

/// A layer that writes texts which no other layer writes.
fn patch(layer: usize, rng: &mut Rng) -> Value {
    let mut written = 0;
    let mut text = || {
        written += 1;
        format!("L{layer}-{written}")
    };
    let names = |rng: &mut Rng| {
        let mut names: Vec<usize> = (0..6).collect();
        rng.shuffle(&mut names);
        names.truncate(rng.usize(1..=3));
        names
    };
    let replaces = rng.u8(..4) > 0;
    let list = |mut items: Vec<Value>| {
        if replaces {
            items.insert(0, json!({"$patch": "replace"}));
        }
        items
    };
    let env: Vec<Value> =
        names(rng).into_iter().map(|n| json!({"name": format!("E{n}"), "value": text()})).collect();
    let port = |n: usize| {
        let protocol = ["TCP", "UDP"][n % 2];
        json!({"containerPort": 80 + n / 2, "protocol": protocol, "name": text()})
    };
    let ports: Vec<Value> = names(rng).into_iter().map(port).collect();
    let mut labels: Value = names(rng).into_iter().map(|n| (format!("k{n}"), json!(text()))).collect();
    if replaces {
        labels["$patch"] = "replace".into();
    }
    let container = json!({"name": "a", "env": list(env), "ports": list(ports)});
    json!({"metadata": {"labels": labels}, "spec": {"containers": [container]}})
}

#[test]
fn every_value_that_was_replaced_is_told() {
    let schema = Schema::pod_template().unwrap();
    let base = json!({"metadata": {"labels": {"k0": "base"}}, "spec": {"containers": [{"name": "a", "image": "i"}]}});
    let mut compared = 0;
    for seed in 0..40 {
        let mut rng = Rng::with_seed(seed);
        let patches: Vec<Value> = (0..80).map(|layer| patch(layer, &mut rng)).collect();
        let layer =
            |patch| Layer { id: "".into(), patch: Patch::Template(patch), options: Options::default() };
        let layers: Vec<Layer<'_>> = patches.iter().map(layer).collect();
        let values: Vec<Value> = (0..=layers.len())
            .map(|count| fold_without_provenance(base.clone(), &layers[..count], schema).0)
            .collect();
        let folded = fold(base.clone(), &layers, schema, &Work::unlimited());
        assert_eq!(folded.diagnostics, [], "{:?}", folded.diagnostics);
        let now = folded.provenance.leaves(&folded.value);
        let gone = folded.provenance.removed(&folded.value);
        // What identifies an item is the same before and after.
        let is_written =
            |value: &Value| value.as_str().is_some_and(|text| text.starts_with('L') || text == "base");
        for Leaf { path, history, .. } in now.iter().chain(&gone).filter(|leaf| is_written(&leaf.value)) {
            let told: Vec<(Value, usize)> = history
                .previous
                .iter()
                .map(|previous| (previous.value.clone(), previous.removed_by))
                .collect();
            let changes = values.windows(2).enumerate().filter_map(|(layer, pair)| {
                let before = path.find(&pair[0])?;
                (path.find(&pair[1]) != Some(before)).then(|| (before.clone(), layer))
            });
            let changes: Vec<(Value, usize)> = changes.collect();
            assert_eq!(told, changes, "{path} of seed {seed}");
            compared += told.len();
        }
    }
    println!("{compared} values that were replaced");
    assert!(compared > 10_000, "{compared}");
}

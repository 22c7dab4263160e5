//! Layers that share what they know of long lists do what each of them does alone.

use fastrand::Rng;
use podgraft_merge::{
    layers::{Layer, Patch, fold, fold_without_provenance},
    patch::{Options, extend},
    schema::Schema,
    work::Work,
};
use podgraft_testkit::compiled_templates::CompiledComparison;
use serde_json::{Value, json};

/// Lists of these lengths are known from layer to layer, and just not.
const LENGTHS: [usize; 4] = [15, 16, 17, 40];

fn variables(rng: &mut Rng, count: usize, among: usize) -> Vec<Value> {
    let mut names: Vec<usize> = (0..among).collect();
    rng.shuffle(&mut names);
    let variable = |name: &usize| json!({"name": format!("V{name}"), "value": rng.u8(..).to_string()});
    names.iter().take(count).map(variable).collect()
}

/// A pod whose containers have long lists.
fn base(rng: &mut Rng) -> Value {
    let container = |rng: &mut Rng, name: &str| {
        let length = *rng.choice(&LENGTHS).unwrap();
        json!({"name": name, "image": "i", "env": variables(rng, length, length)})
    };
    let containers: Vec<Value> = ["a", "b", "c"].iter().map(|name| container(rng, name)).collect();
    json!({"metadata": {}, "spec": {"containers": containers}})
}

/// A patch that reads, grows, shrinks, moves or replaces such a list, or what it is in.
fn patch(rng: &mut Rng) -> Value {
    let name = *rng.choice(&["a", "b", "c", "d"]).unwrap();
    let length = *rng.choice(&LENGTHS).unwrap();
    let few = rng.usize(1..3);
    let container = match rng.u8(..40) {
        0 => json!({"name": name, "$patch": "delete"}),
        1 => json!({"name": name, "image": "j", "$patch": "replace", "env": variables(rng, length, 40)}),
        2 => json!({"name": name, "$unset": ["env"]}),
        3 => json!({"name": name, "image": "j", "$retainKeys": ["image"]}),
        4 => json!({"name": name, "env": [{"$patch": "replace"}, {"name": "V1", "value": "x"}]}),
        5..12 => json!({"name": name, "env": [{"name": format!("V{}", rng.u8(..20)), "$patch": "delete"}]}),
        12..15 => {
            let order: Vec<Value> =
                variables(rng, 3, 16).into_iter().map(|one| json!({"name": one["name"]})).collect();
            json!({"name": name, "$setElementOrder/env": order})
        }
        15 => json!({"name": name, "image": "j", "env": variables(rng, length, 40)}),
        _ => json!({"name": name, "image": "j", "env": variables(rng, few, 60)}),
    };
    match rng.u8(..60) {
        0 => {
            json!({"spec": {"containers": [{"$patch": "replace"}, {"name": name, "image": "k", "env": variables(rng, length, 40)}]}})
        }
        1..6 => json!({"spec": {"tolerations": [{"key": name}]}}),
        _ => json!({"spec": {"containers": [container]}}),
    }
}

#[test]
fn layers_know_long_lists_as_they_are() {
    let schema = Schema::pod_template().unwrap();
    let mut rng = Rng::with_seed(20_261_129);
    let (mut grown, mut compared) = (0, CompiledComparison::default());
    for round in 0..4_000 {
        let base = base(&mut rng);
        let patches: Vec<Value> = (0..rng.usize(2..15)).map(|_| patch(&mut rng)).collect();
        let layers: Vec<Layer<'_>> = patches
            .iter()
            .map(|patch| Layer {
                id: "a layer".into(),
                patch: Patch::Template(patch),
                options: Options::default(),
            })
            .collect();
        let alone = patches.iter().fold(base.clone(), |value, patch| {
            extend(value, patch, schema, Options::default(), &mut ()).value
        });
        let (together, _) = fold_without_provenance(base.clone(), &layers, schema);
        assert_eq!(together, alone, "round {round}: {patches:#?}");
        compared.compare(&base, &layers, schema);
        let recorded = fold(base, &layers, schema, &Work::unlimited()).value;
        assert_eq!(recorded, alone, "round {round}, with provenance: {patches:#?}");
        grown += usize::from(alone.to_string().len() > 3_000);
    }
    assert!(grown > 100, "the lists are hardly ever long: {grown}");
    assert!(compared.compiled > compared.templates / 2, "{compared:?}");
}

//! Random objects of every field of both versions, there and back.

use std::collections::BTreeSet;

use fastrand::Rng;
use podgraft_testkit::random_objects::RandomObjects;
use serde_json::{Map, Value, json};

use super::*;
use crate::{
    api::crds,
    spec_schemas::{V1, V2},
};

/// How many objects of each version.
const OBJECTS: u64 = 10_000;

/// The schema of objects of a version.
fn schema(version: Version) -> Value {
    let crd = crds().remove(0);
    let versions = crd["spec"]["versions"].as_array().unwrap();
    let found = versions.iter().find(|one| one["name"] == version.name()).unwrap();
    found["schema"]["openAPIV3Schema"].clone()
}

fn objects(version: Version) -> RandomObjects {
    RandomObjects::new(schema(version), version.api_version(), "LocustTest")
}

fn spec_of(object: &Value) -> &Map<String, Value> {
    object["spec"].as_object().unwrap()
}

/// Whatever an object has, wrong types and unknown fields too, is there again after the way through the other version;
/// and what is there in the other version stays as it is on the way back and there.
#[test]
fn random_objects_there_and_back() {
    for version in [Version::V1, Version::V2] {
        let objects = objects(version);
        let mut kept = 0;
        for seed in 0..OBJECTS {
            let object = objects.wild(&mut Rng::with_seed(seed));
            let there = convert(&object, version.other()).unwrap();
            kept += usize::from(there["metadata"]["annotations"].get(ANNOTATION).is_some());
            let back = convert(&there, version).unwrap();
            assert_eq!(back, object, "seed {seed}");
            assert_eq!(convert(&back, version.other()).unwrap(), there, "seed {seed}");
        }
        println!("{}: {kept} of {OBJECTS} kept something", version.name());
    }
}

/// What is converted is what the other version's schema takes, so that a client of that version can write it back; the
/// number of workers is that of the object.
#[test]
fn valid_objects_are_valid_in_the_other_version() {
    for version in [Version::V1, Version::V2] {
        let objects = objects(version);
        let other = if version == Version::V1 { &*V2 } else { &*V1 };
        for seed in 0..OBJECTS / 4 {
            let mut object = objects.valid(&mut Rng::with_seed(seed));
            // v1 takes any volumes; `render` and the operator judge them.
            for volumes in ["volumes", "masterVolumes", "workerVolumes"] {
                object["spec"].as_object_mut().unwrap().remove(volumes);
            }
            let there = convert(&object, version.other()).unwrap();
            let mut spec = there["spec"].clone();
            podgraft_pod::object::normalize::normalize(&other.schema, &mut spec);
            let wrong: Vec<_> = other.compiled.check(&spec).map(|(_, error)| error).collect();
            assert!(wrong.is_empty(), "seed {seed}: {wrong:?}\n{spec:#}");
        }
    }
}

/// A field that is changed in the other version is what it was changed to, and every other field is what it was.
#[test]
fn a_random_edit_in_the_other_version_counts() {
    for version in [Version::V1, Version::V2] {
        let (own, other) = (objects(version), objects(version.other()));
        for seed in 0..OBJECTS / 4 {
            let mut rng = Rng::with_seed(seed);
            let object = own.valid(&mut rng);
            let mut there = convert(&object, version.other()).unwrap();
            // One field of another object takes the place of the same field.
            let donor = other.valid(&mut rng);
            let names: Vec<&String> = spec_of(&donor).keys().collect();
            let name = rng.choice(names).unwrap();
            there["spec"][name] = donor["spec"][name].clone();
            let back = convert(&there, version).unwrap();
            let again = convert(&back, version.other()).unwrap();
            // An empty list beside items that only v2 has is no list in v1.
            if again["spec"].get(name).is_some() || there["spec"][name] != json!([]) {
                assert_eq!(again["spec"][name], there["spec"][name], "seed {seed}: {name}");
            }
            for (field, value) in spec_of(&there).iter().filter(|(field, _)| *field != name) {
                assert_eq!(again["spec"].get(field), Some(value), "seed {seed}: {name} changes {field}");
            }
        }
    }
}

/// Every field of v2 is one of v1, corresponds to one, or is kept: none is forgotten when the API grows.
#[test]
fn every_field_has_a_place_in_the_other_version() {
    let names = |version: Version| -> BTreeSet<String> {
        schema(version)["properties"]["spec"]["properties"].as_object().unwrap().keys().cloned().collect()
    };
    let (v1, v2) = (names(Version::V1), names(Version::V2));
    for (version, own, other) in [(Version::V1, &v1, &v2), (Version::V2, &v2, &v1)] {
        for name in own.iter().filter(|name| !correspondence::is_own_field(version, name)) {
            assert!(other.contains(name), "{}: {name} would be pruned", version.name());
        }
    }
}

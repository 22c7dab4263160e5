//! The shape of the code: modules are layers without circles, and a type's name means one thing.
//!
//! `cargo test --test quick modules:: -- --nocapture` prints the layers of every crate.

mod graph;
mod imports;
mod source;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use graph::Graph;
use podgraft_testkit::{
    files::{relative, root},
    snapshot::assert_file,
};
use source::{Crate, Module, crates};

/// Circles of modules, and type names of two things, that are there. New ones are to be broken, or renamed, and not
/// listed. With UPDATE=1 in the environment, those that are gone are taken off the lists.
const KNOWN_CIRCLES: &str = "known_circles.txt";
const KNOWN_NAMES: &str = "known_names.txt";

/// Names that every module may have one of: the module says whose it is.
const SHARED_NAMES: [&str; 4] = ["Builder", "Error", "Kind", "Result"];

/// Fails unless what was found is what is listed.
fn assert_known(what: &str, found: &BTreeMap<String, String>, list: &str) {
    let list = root().join("tests/modules").join(list);
    let known = fs::read_to_string(&list).unwrap();
    let known: BTreeSet<&str> = known.lines().collect();
    let new = found.iter().filter(|(name, _)| !known.contains(name.as_str()));
    let new: Vec<String> = new.map(|(name, places)| format!("{name}\n{places}")).collect();
    let still: Vec<&str> = known.into_iter().filter(|name| found.contains_key(*name)).collect();
    assert_file(&list, &still.iter().flat_map(|name| [*name, "\n"]).collect::<String>());
    let list = relative(&list);
    assert!(new.is_empty(), "{what} that are not in {list}:\n{}", new.join("\n"));
}

#[test]
fn modules_are_layers() {
    let mut circles = BTreeMap::new();
    for of in crates() {
        let graph = Graph::of(&of);
        println!("{}", graph.layers());
        circles.extend(graph.circles());
    }
    assert_known("circles of modules", &circles, KNOWN_CIRCLES);
}

#[test]
fn a_type_name_means_one_thing() {
    let mut types: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Crate { modules, .. } in crates() {
        // The versions of one API name the types that they both have alike, as Kubernetes' do.
        let both = |name: &str| {
            let newer = ["api/v2.rs", "api/shared.rs"];
            let newer =
                modules.values().filter(|module| newer.iter().any(|file| module.file.ends_with(file)));
            newer.flat_map(Module::types).any(|known| known == name)
        };
        for module in modules.values() {
            let is_old = module.file.ends_with("api/v1.rs");
            for name in module.types().into_iter().filter(|name| !is_old || !both(name)) {
                types.entry(name).or_default().push(format!("      {}", module.file));
            }
        }
    }
    let twice =
        types.into_iter().filter(|(name, files)| files.len() > 1 && !SHARED_NAMES.contains(&name.as_str()));
    let twice = twice.map(|(name, files)| (name, files.join("\n"))).collect();
    assert_known("type names of two things", &twice, KNOWN_NAMES);
}

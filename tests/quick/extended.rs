//! The `extended` dialect: hand cases for each addition and for pairs of them, in
//! `tests/cases/extended.jsonl`.

use podgraft_merge::{
    diagnostic::{Diagnostic, Severity},
    layers::{Layer, Patch},
    patch::{Options, extend},
    schema::Schema,
};
use podgraft_testkit::compiled_templates::CompiledComparison;
use serde_json::{Value, json};

const CASES: &str = include_str!("../cases/extended.jsonl");

#[test]
fn hand_cases() {
    let mut compared = CompiledComparison::default();
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let name = case["name"].as_str().unwrap();
        let patch = Patch::Template(&case["patch"]);
        let layer = Layer { id: "a layer".into(), patch, options: Options::default() };
        compared.compare(&case["base"], &[layer], schema());
        let extended = extend(case["base"].clone(), &case["patch"], schema(), Options::default(), &mut ());
        let said = |severity: Severity| -> Vec<String> {
            let of = |diagnostic: &&Diagnostic| diagnostic.severity == severity;
            let words = |diagnostic: &Diagnostic| {
                format!("{} {}", diagnostic.code, diagnostic.path.as_ref().unwrap())
            };
            extended.diagnostics.iter().filter(of).map(words).collect()
        };
        let wanted = |key: &str| -> Vec<String> {
            serde_json::from_value(case.get(key).cloned().unwrap_or(json!([]))).unwrap()
        };
        assert_eq!(said(Severity::Error), wanted("errors"), "{name}");
        assert_eq!(said(Severity::Warning), wanted("warnings"), "{name}");
        if let Some(result) = case.get("result") {
            assert_eq!(&extended.value, result, "{name}");
            assert!(!has_directive(&extended.value), "{name}: a directive leaked");
        }
    }
    assert!(CASES.lines().count() > 100);
    assert!(compared.compiled > 50, "{compared:?}");
}

#[test]
fn the_unknown_is_merged_when_the_configuration_says_so() {
    let options =
        Options { unknown_fields: podgraft_merge::patch::UnknownFields::Warn, ..Options::default() };
    let base = json!({"spec": {"future": {"a": 1, "list": [1], "b": 2}}});
    let patch = json!({"spec": {"future": {"a": 3, "list": [2], "$unset": ["b"]}}});
    let extended = extend(base, &patch, schema(), options, &mut ());
    assert_eq!(extended.value, json!({"spec": {"future": {"a": 3, "list": [2]}}}));
    assert_eq!(
        extended.diagnostics.iter().map(|said| said.code.as_str()).collect::<Vec<_>>(),
        ["unknown-field"]
    );
}

#[test]
fn depth_is_bounded() {
    let mut patch = json!("deep");
    for _ in 0..400 {
        patch = json!({ "a": patch });
    }
    let extended =
        extend(json!({}), &json!({"metadata": {"labels": patch}}), schema(), Options::default(), &mut ());
    assert_eq!(extended.diagnostics[0].code, "wrong-kind");
    let options =
        Options { unknown_fields: podgraft_merge::patch::UnknownFields::Warn, ..Options::default() };
    let extended = extend(json!({}), &json!({ "future": patch }), schema(), options, &mut ());
    assert!(extended.diagnostics.iter().any(|said| said.code == "too-deep"));
}

fn schema() -> Schema {
    Schema::for_kind("v1", "Pod").unwrap()
}

fn has_directive(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(key, value)| key.starts_with('$') || has_directive(value)),
        Value::Array(list) => list.iter().any(has_directive),
        _ => false,
    }
}

/// A Service's ports are known by port and protocol, as server-side apply knows them.
#[test]
fn service_ports_have_two_keys() {
    let service = Schema::for_kind("v1", "Service").unwrap();
    let base = json!({"spec": {"ports": [
        {"name": "t", "port": 53, "protocol": "TCP"}, {"name": "u", "port": 53, "protocol": "UDP"}]}});
    let apply = |item: Value| {
        let patch = json!({"spec": {"ports": [item]}});
        let extended = extend(base.clone(), &patch, service, Options::default(), &mut ());
        assert!(extended.diagnostics.is_empty(), "{:?}", extended.diagnostics);
        extended.value["spec"]["ports"].clone()
    };
    assert_eq!(
        apply(json!({"port": 53, "protocol": "UDP", "$patch": "delete"})),
        json!([{"name": "t", "port": 53, "protocol": "TCP"}])
    );
    assert_eq!(
        apply(json!({"port": 53, "protocol": "UDP", "nodePort": 30053})),
        json!([{"name": "t", "port": 53, "protocol": "TCP"},
            {"name": "u", "nodePort": 30053, "port": 53, "protocol": "UDP"}])
    );
}

/// Every patch of up to three ports onto every list of up to two: the order of the patch's items
/// changes neither what is refused nor, but for the order of new items, the result.
#[test]
fn the_order_of_ports_in_a_patch_says_nothing() {
    let port = |number: usize| {
        let mut port = json!({"containerPort": 53});
        if let Some(protocol) = [None, Some("TCP"), Some("UDP")][number % 3] {
            port["protocol"] = json!(protocol);
        }
        if let Some(name) = [None, Some("a"), Some("b")][number / 3] {
            port["name"] = json!(name);
        }
        port
    };
    let pod =
        |ports: &[Value]| json!({"spec": {"containers": [{"name": "c", "image": "i", "ports": ports}]}});
    let outcome = |base: &[Value], patch: &[Value]| {
        let extended = extend(pod(base), &pod(patch), schema(), Options::default(), &mut ());
        let refused = extended.diagnostics.iter().any(|said| said.severity == Severity::Error);
        let ports = extended.value["spec"]["containers"][0]["ports"].as_array().unwrap();
        let mut ports: Vec<String> = ports.iter().map(Value::to_string).collect();
        ports.sort();
        if refused { None } else { Some(ports) }
    };
    let mut merged = 0;
    for number in 0..9_usize.pow(5) {
        let ports = [1, 9, 81, 729, 6561].map(|place| port(number / place % 9));
        let (base, patch) = ports.split_at(2);
        for (base, patch) in [(base, patch), (&base[..1], &patch[..2]), (base, &patch[..2])] {
            let forth = outcome(base, patch);
            let back: Vec<Value> = patch.iter().rev().cloned().collect();
            assert_eq!(forth, outcome(base, &back), "{base:?} {patch:?}");
            merged += usize::from(forth.is_some());
        }
    }
    assert!(merged > 1000, "{merged}");
}

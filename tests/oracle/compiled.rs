//! A compiled patch does what the patch does, to values and to texts; a compiled template what the template does.

use podgraft_merge::{
    layers::{Layer, Patch},
    patch::{CompiledPatch, MissingTarget, Options, TextError, apply},
    schema::Schema,
};
use podgraft_testkit::compiled_templates::CompiledComparison;
use serde_json::{Value, json};

use crate::generate::Generator;

/// The same pairs in every run.
const SEED: u64 = 20_261_128;

fn schema_of(object: &Value) -> Schema {
    let (version, kind) = (object["apiVersion"].as_str().unwrap(), object["kind"].as_str().unwrap());
    Schema::for_kind(version, kind).unwrap()
}

/// Applies a patch in all ways; whether there was a result.
fn check(base: &Value, patch: &Value, schema: Schema) -> bool {
    let expected = apply(base.clone(), patch, schema, &mut ());
    let compiled = CompiledPatch::new(patch.clone(), schema);
    let merged = compiled.apply(base.clone());
    assert_eq!(merged, expected, "{base} + {patch}");
    for text in [base.to_string(), serde_json::to_string_pretty(base).unwrap()] {
        // What is read of a text, such as numbers, is what counts.
        let expected = apply(serde_json::from_str(&text).unwrap(), patch, schema, &mut ());
        match (compiled.apply_to_text(&text), expected) {
            (Ok(merged), Ok(expected)) => {
                let merged: Value =
                    serde_json::from_str(&merged).unwrap_or_else(|error| panic!("{error}: {merged}"));
                assert_eq!(merged, expected, "{text} + {patch}");
            }
            (Err(TextError::Patch(error)), Err(expected)) => assert_eq!(error, expected, "{text} + {patch}"),
            (merged, expected) => panic!("{merged:?} is not {expected:?}: {text} + {patch}"),
        }
    }
    merged.is_ok()
}

#[test]
fn compiled_patches_are_the_patches() {
    let mut generator = Generator::new(SEED);
    let (mut results, mut errors) = (0, 0);
    for _ in 0..20_000 {
        let pair = generator.pair();
        let schema = schema_of(&pair["base"]);
        if check(&pair["base"], &pair["patch"], schema) { results += 1 } else { errors += 1 }
    }
    println!("20000 pairs: {results} results, {errors} errors");
    assert!(results > 5_000 && errors > 1_000);
}

#[test]
fn compiled_templates_are_the_templates() {
    let mut generator = Generator::new(SEED);
    let mut compared = CompiledComparison::default();
    for _ in 0..20_000 {
        let pair = generator.pair();
        let schema = schema_of(&pair["base"]);
        for missing_target in [MissingTarget::Refuse, MissingTarget::Skip] {
            let options = Options { missing_target, ..Options::default() };
            let layer = Layer { id: "a layer".into(), patch: Patch::Template(&pair["patch"]), options };
            compared.compare(&pair["base"], &[layer.clone(), layer], schema);
        }
    }
    println!("{compared:?}");
    assert!(compared.compiled > 5_000);
}

#[test]
fn hand_made_texts() {
    let pod = Schema::for_kind("v1", "Pod").unwrap();
    let container = json!({"spec": {"containers": [{"name": "a", "image": "new"}]}});
    let annotation = json!({"metadata": {"annotations": {"\0": "1", "b": "2"}}});
    let args = json!({"spec": {"containers": [{"name": "a", "args": [{"x": null}]}]}});
    for (base, patch) in [
        // A key twice: the last counts.
        (r#"{"spec": {"nodeName": "x"}, "spec": {"priority": 1}}"#, &container),
        (r#"{"spec": {"containers": [{"name": "b", "name": "a", "image": "old"}]}}"#, &container),
        // Keys and names that are written in another way.
        (r#"{"sp\u0065c": {"c\u006fntainers": [{"n\u0061me": "\u0061", "image": "old"}]}}"#, &container),
        // Items that are not plain.
        (r#"{"spec": {"containers": [{"name": 1, "image": "old"}]}}"#, &container),
        (r#"{"spec": {"containers": [{"image": "old"}]}}"#, &container),
        (r#"{"spec": {"containers": [null, {"name": "a"}]}}"#, &container),
        (r#"{"spec": {"containers": [{"name": "b", "$patch": "delete"}, {"name": "a"}]}}"#, &container),
        (r#"{"spec": {"containers": {"name": "a"}}}"#, &container),
        (r#"{"spec": [], "kind": "Pod"}"#, &container),
        // Keys with control characters.
        (r#"{"\u0000": 0, "spec": {"\u0000": 7, "x": [1]}}"#, &container),
        (r#"{"metadata": {"name": "x"}}"#, &annotation),
        // What is replaced is of another kind.
        (r#"{"spec": {"containers": [{"name": "a", "args": "x"}]}}"#, &args),
        (r#"{"spec": {"containers": [{"name": "a", "args": ["x"]}]}}"#, &args),
        ("[]", &container),
        ("{}", &json!({"spec": {"nodeName": null}})),
        (r#"{"spec": {"nodeName": "a", "x": 1}}"#, &json!({"spec": {"nodeName": null}})),
        (r#"{"spec": {"volumes": [1, 2], "x": 1}}"#, &json!({"spec": {"tolerations": [{"key": "a"}]}})),
        (r#"{"spec": {"tolerations": 5, "x": 1}}"#, &json!({"spec": {"tolerations": [{"key": "a"}]}})),
    ] {
        check(&serde_json::from_str(base).unwrap(), patch, pod);
        let expected = apply(serde_json::from_str(base).unwrap(), patch, pod, &mut ());
        let merged = CompiledPatch::new(patch.clone(), pod).apply_to_text(base);
        match (merged, expected) {
            (Ok(merged), Ok(expected)) => {
                assert_eq!(serde_json::from_str::<Value>(&merged).unwrap(), expected, "{base}");
            }
            (Err(TextError::Patch(error)), Err(expected)) => assert_eq!(error, expected, "{base}"),
            (merged, expected) => panic!("{base}: {merged:?} is not {expected:?}"),
        }
    }
}

#[test]
fn what_is_not_touched_stays_as_it_was_written() {
    let pod = Schema::for_kind("v1", "Pod").unwrap();
    let patch = json!({"spec": {"containers": [{"name": "a", "image": "new"}]}});
    let base = r#"{"z": 1.50, "spec": {"containers": [{"args" : [ "x" ], "name": "a"}, {"name": "b",  "x": 1e400}]}, "a": 12345678901234567890123}"#;
    let expected = r#"{"z": 1.50,"spec":{"containers":[{"args" : [ "x" ],"name":"a","image":"new"},{"name": "b",  "x": 1e400}]},"a": 12345678901234567890123}"#;
    assert_eq!(CompiledPatch::new(patch.clone(), pod).apply_to_text(base).unwrap(), expected);
    for wrong in ["", "{", "{\"a\" 1}", "{} {}", "{\"spec\": {\"containers\": [}}", "nul"] {
        let refused = CompiledPatch::new(patch.clone(), pod).apply_to_text(wrong);
        assert!(matches!(refused, Err(TextError::Json(_))), "{wrong}: {refused:?}");
    }
}

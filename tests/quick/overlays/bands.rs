//! The order of things: every pair of bands, ties, and what is within one overlay.

use podgraft_locust::role::Role;
use serde_json::{Value, json};

use super::render::{cluster, codes, merge, namespaced, pod, rendered, test};

/// A template that sets the annotation `winner`.
fn claim(winner: &str) -> Value {
    json!({"metadata": {"annotations": {"winner": winner}}})
}

/// What each band is made of, first to last: fields of the test, and an overlay.
type Source = (&'static str, fn(&str) -> (Value, Option<Value>));

const BANDS: [Source; 9] = [
    ("cluster defaults", |name| {
        (json!({}), Some(cluster("cd", json!({"defaults": {"podTemplate": claim(name)}}))))
    }),
    ("namespace defaults", |name| {
        (json!({}), Some(namespaced("nd", json!({"defaults": {"podTemplate": claim(name)}}))))
    }),
    ("opted-in defaults", |name| {
        let overlay = cluster("od", json!({"optIn": true, "defaults": {"podTemplate": claim(name)}}));
        (json!({"overlays": [{"name": "od"}]}), Some(overlay))
    }),
    ("typed fields", |name| (json!({"worker": {"annotations": {"winner": name}}}), None)),
    ("podTemplate", |name| (json!({"podTemplate": claim(name)}), None)),
    ("role template", |name| (json!({"workerPodTemplate": claim(name)}), None)),
    ("namespace overrides", |name| {
        (json!({}), Some(namespaced("no", json!({"overrides": {"podTemplate": claim(name)}}))))
    }),
    ("opted-in namespace overrides", |name| {
        let overlay = namespaced("oo", json!({"optIn": true, "overrides": {"podTemplate": claim(name)}}));
        (json!({"overlays": [{"kind": "PodOverlay", "name": "oo"}]}), Some(overlay))
    }),
    ("cluster overrides", |name| {
        (json!({}), Some(cluster("co", json!({"overrides": {"podTemplate": claim(name)}}))))
    }),
];

fn winner(fields: Value, overlays: Vec<Value>) -> Value {
    let rendered = rendered(test(fields), overlays);
    pod(&rendered, Role::Worker)["metadata"]["annotations"]["winner"].clone()
}

#[test]
fn of_every_pair_of_bands_the_later_wins() {
    let mut pairs = 0;
    for (later, (name, make)) in BANDS.iter().enumerate() {
        for (other, make_other) in &BANDS[..later] {
            let (mut fields, overlay) = make(name);
            let (more, other_overlay) = make_other(other);
            let listed = |fields: &Value| fields["overlays"].as_array().cloned().unwrap_or_default();
            let all = [listed(&fields), listed(&more)].concat();
            merge(&mut fields, more);
            if !all.is_empty() {
                fields["overlays"] = all.into();
            }
            // The order in which overlays are read means nothing.
            let overlays: Vec<Value> = overlay.into_iter().chain(other_overlay).collect();
            let reversed = overlays.iter().rev().cloned().collect();
            assert_eq!(winner(fields.clone(), overlays), *name, "over {other}");
            assert_eq!(winner(fields, reversed), *name, "over {other}, read the other way round");
            pairs += 1;
        }
    }
    assert_eq!(pairs, 36);
}

#[test]
fn within_a_band_the_higher_priority_wins_then_the_later_name() {
    for make in [cluster as fn(&str, Value) -> Value, namespaced] {
        for part in ["defaults", "overrides"] {
            let overlay = |name: &str, priority: Option<i32>| {
                let mut spec = json!({part: {"podTemplate": claim(name)}});
                if let Some(priority) = priority {
                    spec["priority"] = priority.into();
                }
                make(name, spec)
            };
            for (overlays, wins) in [
                ([overlay("a", Some(1)), overlay("b", Some(0))], "a"),
                ([overlay("a", None), overlay("b", Some(-1))], "a"),
                ([overlay("a", None), overlay("b", Some(0))], "b"),
                ([overlay("b", None), overlay("a", None)], "b"),
                ([overlay("a10", None), overlay("a9", None)], "a9"),
                ([overlay("a", Some(i32::MAX)), overlay("b", Some(i32::MIN))], "a"),
            ] {
                assert_eq!(winner(json!({}), overlays.to_vec()), wins, "{part} {overlays:?}");
            }
        }
    }
}

#[test]
fn opted_in_defaults_apply_in_the_order_of_the_test() {
    let overlay = |name: &str, priority: i32| {
        cluster(name, json!({"optIn": true, "priority": priority, "defaults": {"podTemplate": claim(name)}}))
    };
    let overlays = || vec![overlay("a", 9), overlay("b", 0)];
    for (listed, wins) in [(["a", "b"], "b"), (["b", "a"], "a")] {
        let listed: Vec<Value> = listed.iter().map(|name| json!({"name": name})).collect();
        let rendered = rendered(test(json!({"overlays": listed})), overlays());
        assert_eq!(pod(&rendered, Role::Worker)["metadata"]["annotations"]["winner"], wins);
        assert!(!codes(&rendered).contains(&"overlay-conflict"));
    }
}

#[test]
fn opted_in_overrides_take_their_kinds_usual_place() {
    let opted = cluster("z", json!({"optIn": true, "overrides": {"podTemplate": claim("opted in")}}));
    let other = cluster("a", json!({"priority": 1, "overrides": {"podTemplate": claim("higher priority")}}));
    assert_eq!(winner(json!({"overlays": [{"name": "z"}]}), vec![opted, other]), "higher priority");
}

#[test]
fn within_an_overlay_the_roles_template_is_last() {
    let overlay = cluster(
        "a",
        json!({"defaults": {"podTemplate": claim("both"), "workerPodTemplate": claim("worker"), "masterPodTemplate": {"metadata": {"labels": {"m": "1"}}}}}),
    );
    let rendered = rendered(test(json!({})), vec![overlay]);
    assert_eq!(pod(&rendered, Role::Worker)["metadata"]["annotations"]["winner"], "worker");
    assert_eq!(pod(&rendered, Role::Master)["metadata"]["annotations"]["winner"], "both");
    assert_eq!(pod(&rendered, Role::Master)["metadata"]["labels"]["m"], "1");
    assert_eq!(pod(&rendered, Role::Worker)["metadata"]["labels"]["m"], Value::Null);
}

#[test]
fn what_a_band_does_not_name_stays() {
    let overlay = cluster(
        "a",
        json!({"overrides": {"podTemplate": {"spec": {"containers": [{"name": "side", "image": "theirs", "imagePullPolicy": "Always"}]}}}}),
    );
    let sidecar =
        json!({"podTemplate": {"spec": {"containers": [{"name": "side", "image": "mine", "args": ["a"]}]}}});
    let rendered = rendered(test(sidecar), vec![overlay]);
    let side = &pod(&rendered, Role::Worker)["spec"]["containers"][1];
    assert_eq!(*side, json!({"name": "side", "image": "theirs", "imagePullPolicy": "Always", "args": ["a"]}));
}

#[test]
fn a_missing_target_is_told_once_and_left_out() {
    let aim = |name: &str| json!({"podTemplate": {"spec": {"containers": [{"name": name, "imagePullPolicy": "Always"}]}}});
    let rendered = rendered(test(json!({})), vec![cluster("a", json!({"overrides": aim("mesh")}))]);
    let said: Vec<_> = rendered.diagnostics.iter().filter(|said| said.code == "unknown-target").collect();
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(!said[0].is_error());
    assert_eq!(said[0].layer_name(), Some("ClusterPodOverlay a (overrides)"));
    assert_eq!(pod(&rendered, Role::Worker)["spec"]["containers"].as_array().unwrap().len(), 1);
}

#[test]
fn the_overlays_that_apply_are_named() {
    let mut overlay = cluster("a", json!({}));
    overlay["metadata"]["generation"] = 3.into();
    let rendered = rendered(test(json!({})), vec![overlay, namespaced("b", json!({}))]);
    let applied: Vec<_> =
        rendered.overlays.iter().map(|one| (one.kind.as_str(), &*one.name, one.generation)).collect();
    assert_eq!(applied, [("PodOverlay", "b", None), ("ClusterPodOverlay", "a", Some(3))]);
}

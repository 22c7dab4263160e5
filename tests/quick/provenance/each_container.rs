//! Patches for each container, in a table.

use podgraft_merge::{
    layers::{Folded, Layer, Patch, fold},
    patch::{ChangeCause, MissingTarget, Options},
    path::FieldPath,
    schema::Schema,
};
use serde_json::{Value, json};

fn template(patch: &Value) -> (bool, Value) {
    (false, patch.clone())
}

fn each(patch: &Value) -> (bool, Value) {
    (true, patch.clone())
}

fn folded(base: &Value, layers: &[(bool, Value)], missing_target: MissingTarget) -> Folded {
    let options = Options { missing_target, ..Options::default() };
    let layers: Vec<Layer<'_>> = layers
        .iter()
        .enumerate()
        .map(|(index, (each, patch))| Layer {
            id: format!("layer {index}").into(),
            patch: if *each { Patch::EachContainer(patch) } else { Patch::Template(patch) },
            options,
        })
        .collect();
    fold(base.clone(), &layers, Schema::pod_template().unwrap(), &podgraft_merge::work::Work::unlimited())
}

fn pod() -> Value {
    json!({"spec": {
        "initContainers": [{"name": "wait", "image": "wait:1"}, {"name": "side", "image": "side:1", "restartPolicy": "Always"}],
        "containers": [{"name": "locust", "image": "locust:1", "securityContext": {"runAsUser": 1}}]
    }})
}

/// What is under a container that two layers for each container, and one of its own, made.
fn two_layers(own: &Value, list: &str) -> Folded {
    let first = json!({"securityContext": {"runAsNonRoot": true, "runAsUser": 5}, "env": [{"name": "PROXY", "value": "one"}]});
    let second = json!({"env": [{"name": "PROXY", "value": "two"}, {"name": "CA", "value": "/ca"}]});
    let third = json!({"workingDir": "/late"});
    let layers = [each(&first), each(&second), template(&json!({"spec": {list: own}})), each(&third)];
    let folded = folded(&pod(), &layers, MissingTarget::Refuse);
    assert!(folded.diagnostics.is_empty(), "{:?}", folded.diagnostics);
    folded
}

#[test]
fn it_goes_onto_every_container_that_is_there() {
    let patch =
        json!({"securityContext": {"runAsUser": 7, "readOnlyRootFilesystem": true}, "$append/args": ["-v"]});
    let folded = folded(&pod(), &[each(&patch)], MissingTarget::Refuse);
    assert!(folded.diagnostics.is_empty());
    for (list, index) in [("initContainers", 0), ("initContainers", 1), ("containers", 0)] {
        let container = &folded.value["spec"][list][index];
        assert_eq!(container["securityContext"], json!({"runAsUser": 7, "readOnlyRootFilesystem": true}));
        assert_eq!(container["args"], json!(["-v"]));
    }
    let at = FieldPath::fields(["spec", "containers"]).item("name", "locust");
    let history = folded.provenance.history(&at.field("securityContext").field("runAsUser"));
    assert_eq!((history.layer, history.cause), (Some(0), ChangeCause::EachContainer));
    assert_eq!(history.previous[0].value, json!(1));
    assert_eq!(folded.provenance.history(&at.field("args").index(0)).cause, ChangeCause::Append);
}

#[test]
fn it_goes_under_a_container_that_is_added_later() {
    let own = json!([{"name": "new", "image": "new:1", "env": [{"name": "PROXY", "value": "mine"}]}]);
    for (list, marker) in [("containers", false), ("initContainers", false), ("containers", true)] {
        let mut own = own.clone();
        if marker {
            own.as_array_mut().unwrap().push(json!({"$patch": "replace"}));
        }
        let folded = two_layers(&own, list);
        let items = folded.value["spec"][list].as_array().unwrap();
        assert_eq!(
            items.last().unwrap(),
            &json!({
                "name": "new", "image": "new:1", "workingDir": "/late",
                "securityContext": {"runAsNonRoot": true, "runAsUser": 5},
                "env": [{"name": "PROXY", "value": "mine"}, {"name": "CA", "value": "/ca"}]
            })
        );
        let at = FieldPath::fields(["spec", list]).item("name", "new");
        let proxy = folded.provenance.history(&at.field("env").item("name", "PROXY").field("value"));
        assert_eq!((proxy.layer, proxy.cause), (Some(2), ChangeCause::Stated));
        let shadowed: Vec<_> = proxy
            .previous
            .iter()
            .map(|was| (was.value.clone(), was.layer, was.cause, was.removed_by))
            .collect();
        assert_eq!(
            shadowed,
            [
                (json!("one"), Some(0), ChangeCause::EachContainer, 1),
                (json!("two"), Some(1), ChangeCause::EachContainer, 2)
            ]
        );
        let blame = |path: &FieldPath| folded.provenance.last_change(path);
        assert_eq!(blame(&at.field("securityContext").field("runAsUser")), Some(0));
        assert_eq!(blame(&at.field("env").item("name", "CA").field("value")), Some(1));
        assert_eq!(blame(&at.field("image")), Some(2));
        assert_eq!(blame(&at.field("workingDir")), Some(3));
    }
}

#[test]
fn a_container_that_is_replaced_starts_from_it() {
    let own = json!([{"name": "locust", "image": "mine:1"}, {"$patch": "replace"}]);
    let folded = two_layers(&own, "containers");
    assert_eq!(folded.value["spec"]["containers"].as_array().unwrap().len(), 1);
    let locust = &folded.value["spec"]["containers"][0];
    assert_eq!(locust["securityContext"], json!({"runAsNonRoot": true, "runAsUser": 5}));
    assert_eq!(locust["env"][0]["value"], "two");
    for path in ["spec", ""] {
        let spec = json!({"$patch": "replace", "containers": [{"name": "locust", "image": "mine:1"}]});
        let patch = if path == "spec" {
            json!({"spec": spec})
        } else {
            json!({"$patch": "replace", "spec": {"containers": spec["containers"]}})
        };
        let layers = [each(&json!({"workingDir": "/each"})), template(&patch)];
        let folded = super::each_container::folded(&pod(), &layers, MissingTarget::Refuse);
        let made =
            json!({"spec": {"containers": [{"name": "locust", "image": "mine:1", "workingDir": "/each"}]}});
        assert_eq!(folded.value, made);
        let at = FieldPath::fields(["spec", "containers"]).item("name", "locust").field("workingDir");
        assert_eq!(folded.provenance.last_change(&at), Some(0));
    }
}

#[test]
fn an_item_must_be_complete_by_itself() {
    let layers = [
        each(&json!({"image": "registry.example.com/default:1"})),
        template(&json!({"spec": {"containers": [{"name": "new", "workingDir": "/w"}]}})),
    ];
    for (missing, error) in [(MissingTarget::Refuse, true), (MissingTarget::Skip, false)] {
        let folded = folded(&pod(), &layers, missing);
        let [(1, finding)] = folded.diagnostics.as_slice() else { panic!("{:?}", folded.diagnostics) };
        assert_eq!((finding.code.as_str(), finding.is_error()), ("unknown-target", error));
        assert_eq!(folded.value["spec"]["containers"].as_array().unwrap().len(), 1);
        let at = FieldPath::fields(["spec", "containers"]).item("name", "new");
        assert_eq!(folded.provenance.history(&at.field("workingDir")).previous, []);
        assert!(folded.provenance.removed(&folded.value).iter().all(|leaf| !at.contains(&leaf.path)));
    }
}

#[test]
fn mistakes_in_it_are_said_once() {
    let cases = [
        (json!({"name": "locust", "image": "x"}), "each-container-name"),
        (json!({"$patch": "delete"}), "each-container-patch"),
        (json!({"$patch": "replace", "image": "x"}), "each-container-patch"),
        (json!(["image"]), "not-an-object"),
        (json!({"imagee": "x"}), "unknown-field"),
        (json!({"$unset": ["name"]}), "unset-merge-key"),
        (json!({"env": [{"name": "A", "value": null}]}), "null"),
    ];
    for (patch, code) in cases {
        for base in [pod(), json!({"spec": {}})] {
            let folded = folded(&base, &[each(&patch)], MissingTarget::Skip);
            let codes: Vec<_> =
                folded.diagnostics.iter().map(|(layer, said)| (*layer, said.code.as_str())).collect();
            assert_eq!(codes, [(0, code)], "{patch}");
        }
    }
    // What some container has is no mistake.
    let unset = each(&json!({"$unset": ["securityContext"]}));
    assert!(folded(&pod(), &[unset], MissingTarget::Refuse).diagnostics.is_empty());
    let unset = each(&json!({"$unset": ["tty"]}));
    let said = folded(&pod(), &[unset], MissingTarget::Refuse).diagnostics;
    assert_eq!(said.iter().map(|(_, said)| said.code.as_str()).collect::<Vec<_>>(), ["nothing-to-unset"]);
}

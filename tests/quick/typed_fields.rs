//! The fields of a LocustTest beside its templates, written as people and charts write them.

use podgraft_locust::{
    ClusterContext, OVERLAY_API, Rendered, api::offline_schemas, config::Config, overlay_kind, read_overlays,
    render, role::Role,
};
use podgraft_pod::{
    manifest::{self, Document},
    overlay::Overlay,
};
use podgraft_testkit::{
    files::{files, root, text},
    nulls,
};
use serde_json::{Value, json};

use crate::support::podgraft;

fn rendered(object: &Value) -> Rendered {
    render(&Document::from_value(object.clone()), &ClusterContext::empty(), &Config::default())
}

/// What a test becomes, and what is said of it.
fn outcome(object: &Value) -> (Option<Value>, Vec<Value>, Vec<String>) {
    let rendered = rendered(object);
    let said =
        rendered.diagnostics.iter().map(|said| format!("{} {:?} {}", said.code, said.path, said.message));
    let said = said.collect();
    (rendered.service.clone(), rendered.jobs().map(|(_, job)| job.clone()).collect(), said)
}

fn v1() -> Value {
    json!({
        "apiVersion": "locust.io/v1", "kind": "LocustTest", "metadata": {"name": "shop"},
        "spec": {"image": "i", "masterCommandSeed": "m", "workerCommandSeed": "w", "workerReplicas": 2}
    })
}

fn v2() -> Value {
    json!({
        "apiVersion": "locust.io/v2", "kind": "LocustTest", "metadata": {"name": "shop"},
        "spec": {"image": "i", "master": {"command": "m"}, "worker": {"command": "w", "replicas": 2}}
    })
}

fn examples() -> Vec<Value> {
    let mut examples = vec![v1(), v2()];
    for file in files(&root().join("docs/examples"), ".yaml") {
        let read = manifest::read("-", &std::fs::read(file).unwrap());
        examples.extend(read.documents.into_iter().map(|document| document.value));
    }
    examples.retain(|object| object["kind"] == "LocustTest");
    examples
}

#[test]
fn a_field_with_nothing_behind_it_is_absent() {
    let schemas = offline_schemas();
    let (mut tests, mut filled) = (0, 0);
    for mut object in examples() {
        let plain = outcome(&object);
        let version = object["apiVersion"].as_str().unwrap().trim_start_matches("locust.io/").to_owned();
        filled += nulls::fill(&schemas[&version], &mut object["spec"]);
        for field in ["annotations", "generateName", "namespace", "finalizers"] {
            if object["metadata"].get(field).is_none() {
                object["metadata"][field] = Value::Null;
            }
        }
        assert_eq!(outcome(&object), plain, "{object:#}");
        tests += 1;
    }
    println!("{filled} nulls in {tests} tests");
    assert!(tests >= 15 && filled > 500, "only {filled} nulls in {tests} tests");
}

/// In v1 the pod-shaped fields are open.
#[test]
fn nulls_and_floats_in_volumes_of_v1_are_read_as_in_v2() {
    let volumes = json!([
        {"name": "a", "emptyDir": null}, {"name": "b", "secret": {"secretName": "s", "defaultMode": 420.0, "optional": null}}
    ]);
    let plain = json!([{"name": "a", "emptyDir": {}}, {"name": "b", "secret": {"secretName": "s", "defaultMode": 420}}]);
    for mut object in [v1(), v2()] {
        object["spec"]["volumes"] = plain.clone();
        let wanted = outcome(&object);
        object["spec"]["volumes"] = volumes.clone();
        assert_eq!(outcome(&object), wanted);
    }
}

#[test]
fn a_required_field_with_nothing_behind_it_is_missing_at_its_line() {
    let file = "apiVersion: locust.io/v2\nkind: LocustTest\nmetadata:\n  name: shop\nspec:\n  image:\n  master:\n  worker:\n    command: w\n    replicas: 2\n";
    let output = podgraft(&["render", "-f", "-"], file.as_bytes());
    let said = text(&output.stderr);
    for part in ["add \"image\": it is required", "-:6:3", "add \"master\": it is required", "-:7:3"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let output =
        podgraft(&["render", "-f", "-"], b"apiVersion: locust.io/v2\nkind: LocustTest\nmetadata:\nspec:\n");
    let said = text(&output.stderr);
    assert!(said.contains("add metadata.name") && said.contains("add \"worker\""), "{said}");
}

#[test]
fn an_item_with_nothing_behind_it_is_refused() {
    for (field, value) in [
        ("imagePullSecrets", json!([null])),
        ("volumes", json!([null])),
        ("overlays", json!([{"name": "a"}, null])),
        ("env", json!({"variables": [null]})),
    ] {
        let mut object = v2();
        object["spec"][field] = value;
        let said = outcome(&object).2;
        assert!(said.len() == 1 && said[0].contains("remove the empty item"), "{field}: {said:?}");
    }
}

#[test]
fn whole_numbers_are_integers_however_they_are_written() {
    for written in ["5.0", "5e0", "0.5e1", "+5"] {
        let file = format!(
            "apiVersion: locust.io/v2\nkind: LocustTest\nmetadata: {{name: shop}}\nspec: {{image: i, master: {{command: m, \
             autoquit: {{timeout: {written}}}}}, worker: {{command: w, replicas: {written}}}, job: {{ttlSecondsAfterFinished: \
             {written}, activeDeadlineSeconds: {written}}}}}\n"
        );
        let output = podgraft(&["render", "-f", "-", "--role", "worker"], file.as_bytes());
        let (rendered, said) = (text(&output.stdout), text(&output.stderr));
        for part in ["parallelism: 5\n", "ttlSecondsAfterFinished: 5\n", "activeDeadlineSeconds: 5\n"] {
            assert!(rendered.contains(part), "{written}: {said}{rendered}");
        }
    }
    for written in [json!(5.5), json!(1e300), json!("5")] {
        let mut object = v2();
        object["spec"]["worker"]["replicas"] = written;
        assert!(rendered(&object).is_refused(), "{object}");
    }
}

#[test]
fn v1_without_a_number_of_workers_has_one() {
    let mut object = v1();
    object["spec"].as_object_mut().unwrap().remove("workerReplicas");
    let (_, jobs, said) = outcome(&object);
    assert_eq!((&jobs[1]["spec"]["parallelism"], said), (&json!(1), Vec::new()));
}

#[test]
fn labels_and_annotations_of_the_object_are_strings() {
    for (field, value, part) in [
        ("labels", json!({"team": 5}), "put it in quotes"),
        ("annotations", json!({"note": true}), "put it in quotes"),
        ("labels", json!(["a"]), "as a map"),
        ("namespace", json!(5), "as a string"),
    ] {
        let mut object = v2();
        object["metadata"][field] = value;
        let said = outcome(&object).2;
        assert!(said.len() == 1 && said[0].contains(part), "{said:?}");
    }
}

/// The volumes of the worker's pod of a test with these overlays.
fn volumes(object: &Value, overlays: Vec<Value>) -> Value {
    let overlays = read_overlays(overlays.into_iter().map(Document::from_value));
    let around = ClusterContext { overlays: &overlays, namespace: None, pod_security: None };
    let rendered = render(&Document::from_value(object.clone()), &around, &Config::default());
    assert!(!rendered.is_refused(), "{:#?}", rendered.diagnostics);
    rendered.job(Role::Worker).unwrap()["spec"]["template"]["spec"]["volumes"].clone()
}

#[test]
fn a_volume_without_a_source_is_an_empty_folder_or_the_overlay_s() {
    let mut object = v2();
    for field in ["volumes", "workerVolumes"] {
        let mut object = v2();
        object["spec"][field] = json!([{"name": "scratch"}]);
        assert_eq!(volumes(&object, Vec::new()), json!([{"name": "scratch", "emptyDir": {}}]), "{field}");
    }
    object["spec"]["volumes"] = json!([{"name": "scratch"}]);
    let overlay = |name: &str, band: &str, volume: Value| {
        json!({
            "apiVersion": "locust.io/v1alpha1", "kind": "ClusterPodOverlay", "metadata": {"name": name},
            "spec": {band: {"podTemplate": {"spec": {"volumes": [volume]}}}}
        })
    };
    let claim = json!({"name": "scratch", "persistentVolumeClaim": {"claimName": "c"}});
    let default = overlay("a", "defaults", claim.clone());
    assert_eq!(volumes(&object, vec![default.clone()]), json!([claim]));
    let gone = overlay("b", "defaults", json!({"name": "scratch", "$patch": "delete"}));
    assert_eq!(volumes(&object, vec![default, gone]), json!([{"name": "scratch", "emptyDir": {}}]));
    assert_eq!(volumes(&object, vec![overlay("a", "overrides", claim.clone())]), json!([claim]));
}

#[test]
fn overlays_take_nulls_too() {
    let schemas = offline_schemas();
    for kind in ["ClusterPodOverlay", "PodOverlay"] {
        let mut overlay = json!({
            "apiVersion": "locust.io/v1alpha1", "kind": kind, "metadata": {"name": "a", "namespace": null, "labels": null},
            "spec": {
                "priority": 5.0,
                "defaults": {"podTemplate": {"spec": {"hostNetwork": true}}},
                "constraints": [{"path": ".spec.hostNetwork", "enum": [true]}]
            }
        });
        assert!(nulls::fill(&schemas[kind], &mut overlay["spec"]) > 10);
        let kind = overlay_kind(&overlay).unwrap();
        let read = Overlay::read(&OVERLAY_API, kind, Document::from_value(overlay))
            .map_err(|wrong| wrong.diagnostics)
            .unwrap();
        assert_eq!((read.priority, read.constraints.len()), (5, 1));
    }
}

/// The environment of the worker's container, as name and value, and the codes of what is said.
fn environment(object: &Value, overlay: Option<Value>) -> (Vec<(String, String)>, Vec<String>) {
    let overlays = read_overlays(overlay.map(Document::from_value));
    let around = ClusterContext { overlays: &overlays, namespace: None, pod_security: None };
    let rendered = render(&Document::from_value(object.clone()), &around, &Config::default());
    let env = rendered.job(Role::Worker).unwrap()["spec"]["template"]["spec"]["containers"][0]["env"].clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let env = env.as_array().unwrap().iter().map(|one| (text(&one["name"]), text(&one["value"]))).collect();
    (env, rendered.diagnostics.iter().map(|said| said.code.to_string()).collect())
}

#[test]
fn a_variable_over_the_operator_s_sees_what_stands_before_it() {
    let mut object = v2();
    object["spec"]["observability"] = json!({"openTelemetry": {
        "enabled": true, "endpoint": "http://a", "extraEnvVars": {"NODE": "n", "OTEL_EXPORTER_OTLP_PROTOCOL": "$(NODE)"}
    }});
    object["spec"]["env"] = json!({"variables": [
        {"name": "ZONE", "value": "z"}, {"name": "OTEL_EXPORTER_OTLP_ENDPOINT", "value": "http://$(ZONE)"},
        {"name": "POD_NAME", "value": "of-$(ZONE)"}, {"name": "TEAM", "value": "t"}
    ]});
    let (env, said) = environment(&object, None);
    let place = |name: &str| env.iter().position(|(one, _)| one == name).unwrap();
    assert!(
        place("ZONE") < place("OTEL_EXPORTER_OTLP_ENDPOINT") && place("ZONE") < place("POD_NAME"),
        "{env:?}"
    );
    assert!(place("NODE") < place("OTEL_EXPORTER_OTLP_PROTOCOL"), "{env:?}");
    assert_eq!(env.iter().filter(|(name, _)| name == "POD_NAME").count(), 1);
    assert_eq!(said, Vec::<String>::new());
}

#[test]
fn a_variable_over_an_overlay_s_sees_what_stands_before_it() {
    let overlay = json!({
        "apiVersion": "locust.io/v1alpha1", "kind": "ClusterPodOverlay", "metadata": {"name": "a"},
        "spec": {"defaults": {"eachContainer": {"env": [{"name": "PROXY", "value": "p"}, {"name": "VIA", "value": "$(PROXY)"}]}}}
    });
    let mut object = v2();
    object["spec"]["env"] =
        json!({"variables": [{"name": "ZONE", "value": "z"}, {"name": "VIA", "value": "$(ZONE):$(PROXY)"}]});
    let (env, said) = environment(&object, Some(overlay.clone()));
    let names: Vec<&str> = env.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names, said), (vec!["POD_NAME", "PROXY", "ZONE", "VIA"], Vec::new()));
    // Here nothing helps: VIA would see the overlay's proxy.
    object["spec"]["env"] = json!({"variables": [{"name": "PROXY", "value": "other"}]});
    let (_, said) = environment(&object, Some(overlay));
    assert_eq!(said, ["shadowed-variable"]);
}

#[test]
fn of_two_variables_of_one_name_what_lies_between_sees_the_first_or_is_named() {
    for (variables, wanted) in [
        (
            json!([{"name": "A", "value": "1"}, {"name": "B", "value": "$(A)"}, {"name": "A", "value": "2"}]),
            true,
        ),
        (
            json!([{"name": "A", "value": "1"}, {"name": "B", "value": "$(A)"}, {"name": "A", "value": "1"}]),
            false,
        ),
        (
            json!([{"name": "A", "value": "1"}, {"name": "B", "value": "b"}, {"name": "A", "value": "2"}]),
            false,
        ),
    ] {
        let mut object = v2();
        object["spec"]["env"] = json!({"variables": variables});
        let (env, said) = environment(&object, None);
        assert_eq!(env.len(), 3, "{env:?}");
        assert_eq!(said.contains(&"shadowed-variable".to_owned()), wanted, "{said:?} {env:?}");
        assert!(said.contains(&"duplicate-variable".to_owned()), "{said:?}");
    }
}

/// The codes of everything that is said, each with its path.
fn said(object: &Value) -> Vec<(String, String)> {
    let rendered = rendered(object);
    let path = |said: &podgraft_merge::diagnostic::Diagnostic| said.path.as_ref().map(ToString::to_string);
    rendered.diagnostics.iter().map(|said| (said.code.to_string(), path(said).unwrap_or_default())).collect()
}

#[test]
fn a_test_that_the_server_names_has_a_placeholder() {
    let file = "apiVersion: locust.io/v2\nkind: LocustTest\nmetadata: {generateName: shop-}\nspec: {image: i, master: {command: m}, worker: {command: w, replicas: 2}}\n";
    for (command, part) in
        [("render", "--master-host=shop-xxxxx-master"), ("explain", "shop-xxxxx"), ("validate", "")]
    {
        let output = podgraft(&[command, "-f", "-"], file.as_bytes());
        let (printed, told) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success() && printed.contains(part), "{command}: {told}{printed}");
        assert!(format!("{printed}{told}").contains("placeholder"), "{command}: {told}{printed}");
    }
    let mut named = v2();
    named["metadata"]["generateName"] = "shop-".into();
    assert_eq!(said(&named), [], "a name that is there counts");
}

#[test]
fn a_test_of_another_operator_gets_one_hint() {
    let spec = json!({"image": "i", "workers": 5, "args": "--headless", "locustfile": {"content": "from locust import ..."}});
    for version in ["locust.io/v2", "locust.io/v1", "locust.cloud/v1"] {
        let object =
            json!({"apiVersion": version, "kind": "LocustTest", "metadata": {"name": "shop"}, "spec": spec});
        assert_eq!(
            said(&object),
            [("unsupported-kind".to_owned(), ".spec.locustfile".to_owned())],
            "{version}"
        );
        let output = podgraft(&["render", "-f", "-"], object.to_string().as_bytes());
        let told = text(&output.stderr);
        assert!(!output.status.success() && told.contains("locustio/k8s-operator"), "{told}");
        assert!(told.matches("error[").count() == 1, "{told}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let mut object = v2();
    object["apiVersion"] = "locust.io/v3".into();
    object["metadata"]["labels"] = json!({"team": 5});
    object["spec"]["imag"] = "x".into();
    object["spec"]["volumes"] = json!([{"name": "secret-x", "emptyDir": {}}, {"name": "a", "emptydir": {}}]);
    object["spec"]["workerVolumeMounts"] = json!([{"name": "nowhere", "mountPath": "/a"}]);
    object["spec"]["master"]["command"] = "'a".into();
    object["spec"]["podTemplate"] =
        json!({"spec": {"hostNetwork": "yes", "containers": [{"name": "locst"}]}});
    let found = said(&object);
    let codes: Vec<&str> = found.iter().map(|(code, _)| code.as_str()).collect();
    for (code, times) in [
        ("unsupported-version", 1),
        ("invalid-value", 1),
        ("unknown-field", 2),
        ("reserved-volume-name", 1),
        ("unbalanced-quotes", 1),
        ("unknown-target", 1),
    ] {
        assert_eq!(codes.iter().filter(|one| **one == code).count(), times, "{code}: {found:#?}");
    }
    let mut object = v2();
    object["spec"]["volumes"] =
        json!([{"name": "secret-x", "emptyDir": {}}, {"name": "locust-src", "emptyDir": {}}]);
    object["spec"]["volumeMounts"] = json!([{"name": "secret-x", "mountPath": "/x"}]);
    object["spec"]["workerVolumeMounts"] = json!([{"name": "nowhere", "mountPath": "/a"}]);
    object["spec"]["testFiles"] = json!({"configMapRef": "files"});
    let found = said(&object);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found.iter().any(|(_, path)| path.contains("volumeMounts")), "{found:#?}");
}

#[test]
fn an_option_that_the_operator_s_overrides_is_named() {
    for (field, value, times) in [
        ("/master/command", json!("m --autoquit 3600"), 1),
        ("/master/command", json!("m --autoquit=3600 --autoq 7"), 2),
        ("/master/command", json!("m --expect-workers 9 --master-port 1"), 2),
        ("/master/command", json!("m --autoquit 60 --only-summary"), 0),
        ("/master/command", json!("m --users 5 --autostart"), 0),
        ("/worker/command", json!("w --master-host elsewhere"), 1),
        ("/master/extraArgs", json!(["--autoquit", "3600"]), 0),
        ("/master/autoquit", json!({"timeout": 3600}), 0),
        ("/env", json!({"variables": [{"name": "LOCUST_AUTOQUIT", "value": "3600"}]}), 1),
        ("/env", json!({"variables": [{"name": "LOCUST_AUTOQUIT", "value": "60"}]}), 0),
        (
            "/masterPodTemplate",
            json!({"spec": {"containers": [{"name": "locust", "$prepend/args": ["--autoquit", "9"]}]}}),
            1,
        ),
        (
            "/masterPodTemplate",
            json!({"spec": {"containers": [{"name": "locust", "$append/args": ["--autoquit", "9"]}]}}),
            0,
        ),
    ] {
        let mut object = v2();
        let (parent, name) = field.rsplit_once('/').unwrap();
        object["spec"].pointer_mut(parent).unwrap()[name] = value.clone();
        let found = said(&object);
        let overridden = found.iter().filter(|(code, _)| code == "overridden-option").count();
        assert_eq!((overridden, found.len()), (times, times), "{field} {value}: {found:?}");
    }
}

#[test]
fn flags_of_the_operator_s_can_be_removed() {
    let arguments = |object: &Value, job: usize| {
        let container = &outcome(object).1[job]["spec"]["template"]["spec"]["containers"][0];
        container["args"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let mut object = v2();
    object["spec"]["master"]["removeArgs"] = json!(["--only-summary", "--autoquit"]);
    assert_eq!(
        arguments(&object, 0),
        ["m", "--master", "--master-port=5557", "--expect-workers=2", "--autostart", "--enable-rebalancing"]
    );
    assert_eq!(said(&object), []);
    object["spec"]["master"]["command"] = "m --only-summary".into();
    assert!(arguments(&object, 0).contains(&"--only-summary".to_owned()), "what the author writes stays");
    for (role, flag, code) in [
        ("master", "--master", "protected-field"),
        ("master", "--expect-workers", "protected-field"),
        ("master", "--master-port", "protected-field"),
        ("worker", "--worker", "protected-field"),
        ("worker", "--master-host", "protected-field"),
        ("master", "--only-summery", "nothing-to-remove"),
        ("worker", "--only-summary", "nothing-to-remove"),
        ("master", "--expect-workers=2", "nothing-to-remove"),
        ("master", "", "nothing-to-remove"),
    ] {
        let mut object = v2();
        let before = (arguments(&object, 0), arguments(&object, 1));
        object["spec"][role]["removeArgs"] = json!([flag]);
        assert_eq!(
            said(&object),
            [(code.to_owned(), format!(".spec.{role}.removeArgs[0]"))],
            "{role} {flag}"
        );
        assert_eq!((arguments(&object, 0), arguments(&object, 1)), before);
    }
    let mut old = v1();
    old["spec"]["removeArgs"] = json!(["--only-summary"]);
    assert_eq!(said(&old), [("unknown-field".to_owned(), ".spec.removeArgs".to_owned())]);
}

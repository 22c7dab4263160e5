//! The typed fields folded on the base: what reaches the pods, and what people are told.

use serde_json::{Value, json};

use super::*;
use crate::{base, load_test};
use podgraft_merge::{
    layers::{self, Layer},
    patch::Options,
    schema::Schema,
    work::Work,
};

fn test_with(more: &[(&str, Value)]) -> LoadTest {
    let mut spec =
        json!({"image": "i", "master": {"command": "m"}, "worker": {"command": "w", "replicas": 3}});
    for (pointer, value) in more {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        spec.pointer_mut(parent).unwrap()[name] = value.clone();
    }
    let object = json!({"apiVersion": "locust.io/v2", "kind": "LocustTest", "metadata": {"name": "shop"}, "spec": spec});
    load_test::read(&object).unwrap().0
}

/// The pod of a role with the typed fields, and what was said of them.
fn typed(test: &LoadTest, role: Role, config: &Config) -> (Value, Vec<String>) {
    let base = base::pod_template(test, role, config);
    let (patches, said) = patches(test, role, config, &Lower::of(&base));
    let layers: Vec<Layer<'_>> = patches
        .iter()
        .map(|piece| Layer {
            id: piece.origin.to_string().into(),
            patch: layers::Patch::Template(&piece.patch),
            options: Options::default(),
        })
        .collect();
    let folded = layers::fold(base, &layers, Schema::pod_template().unwrap(), &Work::unlimited());
    assert!(folded.diagnostics.is_empty(), "{:?}", folded.diagnostics);
    let said = said.iter().map(|one| format!("{} {} {}", one.severity, one.code, one.path.as_ref().unwrap()));
    (folded.value, said.collect())
}

fn pod_of(more: &[(&str, Value)], role: Role) -> Value {
    let (pod, said) = typed(&test_with(more), role, &Config::default());
    assert!(said.is_empty(), "{said:?}");
    pod
}

fn said_of(more: &[(&str, Value)], role: Role) -> Vec<String> {
    patches(&test_with(more), role, &Config::default(), &Lower::default())
        .1
        .iter()
        .map(|one| format!("{} {} {}", one.severity, one.code, one.path.as_ref().unwrap()))
        .collect()
}

fn locust_of(pod: &Value) -> &Value {
    &pod["spec"]["containers"][0]
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().map(|item| item["name"].as_str().unwrap()).collect()
}

#[test]
fn command_words_come_first_and_extra_arguments_last() {
    let more = [
        ("/master/command", json!("--locustfile /lotest/src/a.py --tags 'a b'")),
        ("/master/extraArgs", json!(["--loglevel", "two words"])),
    ];
    let (pod, said) = typed(&test_with(&more), Role::Master, &Config::default());
    assert_eq!(
        locust_of(&pod)["args"],
        json!([
            "--locustfile",
            "/lotest/src/a.py",
            "--tags",
            "a b",
            "--master",
            "--master-port=5557",
            "--expect-workers=3",
            "--autostart",
            "--autoquit",
            "60",
            "--enable-rebalancing",
            "--only-summary",
            "--loglevel",
            "two words"
        ])
    );
    assert_eq!(said, ["warning quoted-command .spec.master.command"]);
    assert_eq!(
        locust_of(&pod_of(&[("/worker/command", json!(""))], Role::Worker))["args"],
        json!(["--worker", "--master-port=5557", "--master-host=shop-master"])
    );
    assert_eq!(
        said_of(&[("/worker/command", json!("--a 'b"))], Role::Worker),
        ["error unbalanced-quotes .spec.worker.command"]
    );
}

#[test]
fn labels_cannot_break_selectors() {
    let labels = json!({"team": "x", "app": "mine", "performance-test-name": "other", "managed-by": "me", "job-name": "j"});
    let (pod, said) = typed(&test_with(&[("/worker/labels", labels)]), Role::Worker, &Config::default());
    assert_eq!(
        pod["metadata"]["labels"],
        json!({
            "app": "mine", "team": "x", "managed-by": "locust-k8s-operator",
            "performance-test-name": "shop", "performance-test-pod-name": "shop-worker"
        })
    );
    assert_eq!(
        said,
        [
            "warning reserved-label .spec.worker.labels.job-name",
            "warning reserved-label .spec.worker.labels.managed-by",
            "warning reserved-label .spec.worker.labels.performance-test-name",
        ]
    );
    let annotations = [("/master/annotations", json!({"prometheus.io/port": "1", "a": "b"}))];
    let master = pod_of(&annotations, Role::Master);
    assert_eq!(master["metadata"]["annotations"]["prometheus.io/port"], "1");
    assert_eq!(pod_of(&annotations, Role::Worker)["metadata"]["annotations"].get("a"), None);
}

#[test]
fn labels_of_jobs_that_stay_the_operators_are_told() {
    let labels = json!({
        "kueue.x-k8s.io/queue-name": "load", "app": "mine", "performance-test-name": "shop",
        "performance-test-pod-name": "shop-worker", "managed-by": "me"
    });
    let job = [("/job", json!({"labels": labels}))];
    let place = "warning reserved-label .spec.job.labels";
    assert_eq!(said_of(&job, Role::Worker), [format!("{place}.app"), format!("{place}.managed-by")]);
    let of_master = ["app", "managed-by", "performance-test-pod-name"].map(|name| format!("{place}.{name}"));
    assert_eq!(said_of(&job, Role::Master), of_master);
}

#[test]
fn every_variable_is_there_once() {
    let more = [
        (
            "/observability",
            json!({"openTelemetry": {
                "enabled": true, "endpoint": "http://c:4317", "insecure": true,
                "extraEnvVars": {"OTEL_SERVICE_NAME": "s", "OTEL_METRICS_EXPORTER": "none"}
            }}),
        ),
        (
            "/env",
            json!({"variables": [
                {"name": "A", "value": "1"}, {"name": "OTEL_TRACES_EXPORTER", "value": "none"}, {"name": "A", "value": "2"},
                {"name": "KAFKA_BOOTSTRAP_SERVERS", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
            ]}),
        ),
    ];
    let kafka = Config::from_value(&json!({"kafka": {"enabled": true}})).unwrap();
    let (pod, said) = typed(&test_with(&more), Role::Worker, &kafka);
    let env = &locust_of(&pod)["env"];
    assert_eq!(
        names(env),
        [
            "POD_NAME",
            "KAFKA_BOOTSTRAP_SERVERS",
            "KAFKA_SECURITY_ENABLED",
            "KAFKA_SECURITY_PROTOCOL_CONFIG",
            "KAFKA_SASL_MECHANISM",
            "KAFKA_SASL_JAAS_CONFIG",
            "OTEL_TRACES_EXPORTER",
            "OTEL_METRICS_EXPORTER",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "OTEL_EXPORTER_OTLP_PROTOCOL",
            "OTEL_EXPORTER_OTLP_INSECURE",
            "OTEL_SERVICE_NAME",
            "A"
        ]
    );
    // A variable has one source: the author's reference replaces the operator's value.
    assert_eq!(
        env[1],
        json!({"name": "KAFKA_BOOTSTRAP_SERVERS", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}})
    );
    assert_eq!(
        (&env[6]["value"], &env[7]["value"], &env[9]["value"]),
        (&json!("none"), &json!("none"), &json!("grpc"))
    );
    assert_eq!(env[12], json!({"name": "A", "value": "2"}));
    assert_eq!(said, ["warning duplicate-variable .spec.env.variables[0]"]);
}

#[test]
fn sources_of_variables_keep_their_order() {
    let env = json!({"secretRefs": [{"name": "s"}], "configMapRefs": [{"name": "c", "prefix": "P_"}, {"name": "d"}]});
    assert_eq!(
        locust_of(&pod_of(&[("/env", env)], Role::Master))["envFrom"],
        json!([{"configMapRef": {"name": "c"}, "prefix": "P_"}, {"configMapRef": {"name": "d"}}, {"secretRef": {"name": "s"}}])
    );
}

#[test]
fn each_secret_is_one_volume_of_its_own() {
    let long = "a".repeat(100);
    let mounts = json!([
        {"name": "tls.example", "mountPath": "/a"}, {"name": "tls.example", "mountPath": "/b", "readOnly": false},
        {"name": "tls-example", "mountPath": "/c"}, {"name": long, "mountPath": "/d"}
    ]);
    let pod = pod_of(&[("/env", json!({"secretMounts": mounts}))], Role::Worker);
    let cut = "secret-".to_owned() + &"a".repeat(56);
    assert_eq!(
        pod["spec"]["volumes"],
        json!([
            {"name": "secret-tls-example", "secret": {"secretName": "tls.example"}},
            {"name": "secret-tls-example-1", "secret": {"secretName": "tls-example"}},
            {"name": cut, "secret": {"secretName": long}}
        ])
    );
    assert_eq!(
        locust_of(&pod)["volumeMounts"],
        json!([
            {"name": "secret-tls-example", "mountPath": "/a", "readOnly": true},
            {"name": "secret-tls-example", "mountPath": "/b", "readOnly": false},
            {"name": "secret-tls-example-1", "mountPath": "/c", "readOnly": true},
            {"name": cut, "mountPath": "/d", "readOnly": true}
        ])
    );
}

#[test]
fn volumes_go_where_their_mounts_are() {
    let volume = |name: &str| json!({"name": name, "emptyDir": {}});
    let more = [
        ("/volumes", json!([volume("both"), volume("m"), volume("w"), volume("free"), volume("own")])),
        (
            "/volumeMounts",
            json!([
                {"name": "both", "mountPath": "/b"}, {"name": "m", "mountPath": "/m", "target": "master"},
                {"name": "w", "mountPath": "/w", "target": "worker", "readOnly": true}
            ]),
        ),
        ("/masterVolumes", json!([volume("only-master")])),
        ("/workerVolumes", json!([volume("only-worker")])),
        ("/workerVolumeMounts", json!([{"name": "own", "mountPath": "/o"}])),
    ];
    let (master, worker) = (pod_of(&more, Role::Master), pod_of(&more, Role::Worker));
    assert_eq!(names(&master["spec"]["volumes"]), ["both", "m", "free", "only-master"]);
    assert_eq!(names(&worker["spec"]["volumes"]), ["both", "w", "free", "own", "only-worker"]);
    assert_eq!(
        locust_of(&master)["volumeMounts"],
        json!([{"name": "both", "mountPath": "/b"}, {"name": "m", "mountPath": "/m"}])
    );
    assert_eq!(
        locust_of(&worker)["volumeMounts"],
        json!([{"name": "both", "mountPath": "/b"}, {"name": "w", "mountPath": "/w", "readOnly": true}, {"name": "own", "mountPath": "/o"}])
    );
}

#[test]
fn items_that_would_merge_into_one_are_refused() {
    let volume = json!({"name": "a", "emptyDir": {}});
    let mount = json!({"name": "a", "mountPath": "/a"});
    let secret = json!({"secretMounts": [{"name": "s", "mountPath": "/a"}]});
    for (more, role, wanted) in [
        (
            vec![("/volumes", json!([volume, volume]))],
            Role::Master,
            "error duplicate-volume .spec.volumes[1]",
        ),
        (
            vec![("/volumes", json!([volume])), ("/workerVolumes", json!([volume]))],
            Role::Worker,
            "error duplicate-volume .spec.workerVolumes[0]",
        ),
        (
            vec![("/volumeMounts", json!([mount, mount]))],
            Role::Worker,
            "error duplicate-mount-path .spec.volumeMounts[1]",
        ),
        (
            vec![("/volumeMounts", json!([mount])), ("/masterVolumeMounts", json!([mount]))],
            Role::Master,
            "error duplicate-mount-path .spec.masterVolumeMounts[0]",
        ),
        (
            vec![("/env", secret), ("/volumeMounts", json!([mount]))],
            Role::Master,
            "error duplicate-mount-path .spec.volumeMounts[0]",
        ),
        (
            vec![(
                "/env",
                json!({"secretMounts": [{"name": "s", "mountPath": "/a"}, {"name": "t", "mountPath": "/a"}]}),
            )],
            Role::Master,
            "error duplicate-mount-path .spec.env.secretMounts[1]",
        ),
    ] {
        assert_eq!(said_of(&more, role), [wanted]);
    }
    // One path in each role is no clash.
    let apart = json!([{"name": "a", "mountPath": "/a", "target": "master"}, {"name": "b", "mountPath": "/a", "target": "worker"}]);
    assert!(said_of(&[("/volumeMounts", apart)], Role::Master).is_empty());
}

#[test]
fn scheduling_is_used_as_configured() {
    let scheduling = json!({
        "affinity": {"nodeAffinity": {}}, "tolerations": [{"operator": "Exists"}],
        "nodeSelector": {"pool": "load"}, "runtimeClassName": "kata"
    });
    let more = [("/scheduling", scheduling)];
    let spec = pod_of(&more, Role::Worker)["spec"].clone();
    assert_eq!(
        (&spec["affinity"], &spec["tolerations"]),
        (&json!({"nodeAffinity": {}}), &json!([{"operator": "Exists"}]))
    );
    assert_eq!(
        (&spec["nodeSelector"], &spec["runtimeClassName"]),
        (&json!({"pool": "load"}), &json!("kata"))
    );
    let off = Config::from_value(
        &json!({"locustPods": {"affinityInjection": false, "tolerationsInjection": false}}),
    )
    .unwrap();
    let (pod, said) = typed(&test_with(&more), Role::Worker, &off);
    assert_eq!((pod["spec"].get("affinity"), pod["spec"].get("tolerations")), (None, None));
    assert_eq!(
        said,
        [
            "warning ignored-field .spec.scheduling.affinity",
            "warning ignored-field .spec.scheduling.tolerations"
        ]
    );
}

#[test]
fn an_empty_runtime_class_is_none_at_all() {
    let more = [("/scheduling", json!({"runtimeClassName": ""}))];
    for config in [json!({}), json!({"locustPods": {"runtimeClassName": "gvisor"}})] {
        let config = Config::from_value(&config).unwrap();
        let (pod, said) = typed(&test_with(&more), Role::Master, &config);
        assert_eq!((pod["spec"].get("runtimeClassName"), said.len()), (None, 0));
    }
}

#[test]
fn image_resources_and_security_are_the_authors() {
    let more = [
        ("/imagePullPolicy", json!("Always")),
        ("/imagePullSecrets", json!([{"name": "r"}])),
        ("/worker/resources", json!({"limits": {"memory": "1Gi"}})),
        (
            "/security",
            json!({"podSecurityContext": {"runAsUser": 1}, "containerSecurityContext": {"privileged": false}}),
        ),
    ];
    let pod = pod_of(&more, Role::Worker);
    let locust = locust_of(&pod);
    assert_eq!((&locust["image"], &locust["imagePullPolicy"]), (&json!("i"), &json!("Always")));
    // Neither the operator's requests nor its limits are mixed in.
    assert_eq!(locust["resources"], json!({"limits": {"memory": "1Gi"}}));
    assert_eq!(pod["spec"]["securityContext"], json!({"runAsUser": 1}));
    assert_eq!(locust["securityContext"], json!({"privileged": false}));
    assert_eq!(pod["spec"]["imagePullSecrets"], json!([{"name": "r"}]));
}

#[test]
fn pieces_point_at_what_the_author_wrote() {
    let object = json!({
        "apiVersion": "locust.io/v1", "kind": "LocustTest", "metadata": {"name": "shop"},
        "spec": {
            "image": "i", "masterCommandSeed": "m", "workerCommandSeed": "w", "workerReplicas": 2,
            "labels": {"worker": {"a": "b"}}, "tolerations": [{"key": "k", "operator": "Exists", "effect": "NoSchedule"}],
            "workerVolumes": [{"name": "x", "emptyDir": {}}]
        }
    });
    let (test, _) = load_test::read(&object).unwrap();
    let origins: Vec<String> = patches(&test, Role::Worker, &Config::default(), &Lower::default())
        .0
        .iter()
        .map(|piece| piece.origin.to_string())
        .collect();
    assert_eq!(
        origins,
        [
            ".spec.image",
            ".spec.workerCommandSeed",
            ".spec.labels.worker",
            ".spec.tolerations",
            ".spec.workerVolumes[0]"
        ]
    );
}

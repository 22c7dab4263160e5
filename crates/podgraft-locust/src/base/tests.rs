//! The base pods, the Jobs and the Service.

use serde_json::{Value, json};

use super::*;
use crate::load_test;
use podgraft_merge::path::FieldPath;

fn test_with(name: &str, more: &Value) -> LoadTest {
    let mut spec =
        json!({"image": "i", "master": {"command": "m"}, "worker": {"command": "w", "replicas": 3}});
    merge(&mut spec, more);
    let object = json!({"apiVersion": "locust.io/v2", "kind": "LocustTest", "metadata": {"name": name, "namespace": "load"}, "spec": spec});
    load_test::read(&object).unwrap().0
}

fn merge(below: &mut Value, above: &Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (name, value) in above {
                merge(below.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (below, above) => *below = above.clone(),
    }
}

fn pod(more: &Value, role: Role) -> Value {
    pod_template(&test_with("shop.eu", more), role, &Config::default())
}

fn locust_of(pod: &Value) -> &Value {
    &pod["spec"]["containers"][0]
}

fn config(value: &Value) -> Config {
    Config::from_value(value).unwrap()
}

#[test]
fn the_operators_flags_are_in_the_public_order() {
    let otel = json!({"observability": {"openTelemetry": {"enabled": true, "endpoint": "e"}}});
    for (more, role, wanted) in [
        (
            json!({}),
            Role::Master,
            "--master --master-port=5557 --expect-workers=3 --autostart --autoquit 60 --enable-rebalancing --only-summary",
        ),
        (json!({}), Role::Worker, "--worker --master-port=5557 --master-host=shop-eu-master"),
        (
            otel.clone(),
            Role::Master,
            "--otel --master --master-port=5557 --expect-workers=3 --autostart --autoquit 60 --enable-rebalancing --only-summary",
        ),
        (otel, Role::Worker, "--otel --worker --master-port=5557 --master-host=shop-eu-master"),
        (
            json!({"master": {"autostart": false, "autoquit": {"enabled": false}}}),
            Role::Master,
            "--master --master-port=5557 --expect-workers=3 --enable-rebalancing --only-summary",
        ),
        (
            json!({"master": {"autoquit": {"timeout": 0}}}),
            Role::Master,
            "--master --master-port=5557 --expect-workers=3 --autostart --autoquit 0 --enable-rebalancing --only-summary",
        ),
        (
            json!({"worker": {"replicas": 500}, "master": {"autoquit": {"enabled": true}}}),
            Role::Master,
            "--master --master-port=5557 --expect-workers=500 --autostart --autoquit 60 --enable-rebalancing --only-summary",
        ),
    ] {
        let pod = pod(&more, role);
        let args: Vec<&str> =
            locust_of(&pod)["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap()).collect();
        assert_eq!(args.join(" "), wanted, "{role} {more}");
    }
}

#[test]
fn the_worker_pod_is_exactly_this() {
    let files =
        json!({"testFiles": {"configMapRef": "files", "libConfigMapRef": "lib", "libMountPath": "/l"}});
    assert_eq!(
        pod(&files, Role::Worker),
        json!({
            "metadata": {
                "annotations": {"kubectl.kubernetes.io/default-container": "locust"},
                "labels": {
                    "app": "shop.eu", "managed-by": "locust-k8s-operator",
                    "performance-test-name": "shop.eu", "performance-test-pod-name": "shop-eu-worker"
                }
            },
            "spec": {
                "restartPolicy": "Never",
                "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
                "containers": [{
                    "name": "locust",
                    "imagePullPolicy": "IfNotPresent",
                    "args": ["--worker", "--master-port=5557", "--master-host=shop-eu-master"],
                    "env": [{"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
                    "ports": [{"containerPort": 8080}],
                    "resources": {
                        "limits": {"cpu": "1000m", "memory": "1024Mi"},
                        "requests": {"cpu": "250m", "ephemeral-storage": "30M", "memory": "128Mi"}
                    },
                    "volumeMounts": [{"name": "locust-src", "mountPath": "/lotest/src"}, {"name": "locust-lib", "mountPath": "/l"}]
                }],
                "volumes": [
                    {"name": "locust-src", "configMap": {"name": "files"}}, {"name": "locust-lib", "configMap": {"name": "lib"}}
                ]
            }
        })
    );
}

#[test]
fn kafka_variables_are_there_only_when_kafka_is_used() {
    let names = |config: &Config| -> Vec<String> {
        let pod = pod_template(&test_with("a", &json!({})), Role::Worker, config);
        locust_of(&pod)["env"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&Config::default()), ["POD_NAME"]);
    let plain = [
        "POD_NAME",
        "KAFKA_BOOTSTRAP_SERVERS",
        "KAFKA_SECURITY_ENABLED",
        "KAFKA_SECURITY_PROTOCOL_CONFIG",
        "KAFKA_SASL_MECHANISM",
        "KAFKA_SASL_JAAS_CONFIG",
    ];
    assert_eq!(names(&config(&json!({"kafka": {"enabled": true}}))), plain);
    let secret = config(&json!({"kafka": {"enabled": true, "credentials": {"secretName": "k"}}}));
    assert_eq!(names(&secret), [&plain[..], &["KAFKA_USERNAME", "KAFKA_PASSWORD"]].concat());
    let pod = pod_template(&test_with("a", &json!({})), Role::Worker, &secret);
    assert_eq!(
        locust_of(&pod)["env"][7],
        json!({"name": "KAFKA_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "k", "key": "password"}}})
    );
}

#[test]
fn resources_come_from_the_test_or_from_the_configuration() {
    let settings = config(
        &json!({"locustPods": {"workerResources": {"limits": {"cpu": ""}, "requests": {"memory": "1Gi"}}}}),
    );
    let resources = |more: &Value, role| {
        locust_of(&pod_template(&test_with("a", more), role, &settings)).get("resources").cloned()
    };
    let worker = json!({"limits": {"memory": "1024Mi"}, "requests": {"cpu": "250m", "ephemeral-storage": "30M", "memory": "1Gi"}});
    assert_eq!(resources(&json!({}), Role::Worker), Some(worker.clone()));
    assert_eq!(resources(&json!({}), Role::Master).unwrap()["limits"]["cpu"], "1000m");
    // Claims alone, or empty parts, are no wish for other amounts; nor is the other role's.
    for more in [
        json!({"worker": {"resources": {"claims": [{"name": "gpu"}]}}}),
        json!({"worker": {"resources": {"requests": {}}}}),
        json!({"master": {"resources": {"limits": {"cpu": 1}}}}),
    ] {
        assert_eq!(resources(&more, Role::Worker), Some(worker.clone()), "{more}");
    }
    assert_eq!(resources(&json!({"worker": {"resources": {"limits": {"cpu": 1}}}}), Role::Worker), None);
}

#[test]
fn the_exporter_is_where_it_is_wanted() {
    let otel = json!({"openTelemetry": {"enabled": true, "endpoint": "e"}});
    for (observability, wanted) in [
        (json!({}), true),
        (otel.clone(), false),
        (json!({"metricsExporter": {"enabled": false}}), false),
        (json!({"openTelemetry": otel["openTelemetry"], "metricsExporter": {"enabled": true}}), true),
    ] {
        let more = json!({"observability": observability});
        let (master, worker) = (pod(&more, Role::Master), pod(&more, Role::Worker));
        assert_eq!(master["spec"].get("initContainers").is_some(), wanted, "{more}");
        assert_eq!(master["metadata"]["annotations"].get("prometheus.io/scrape").is_some(), wanted, "{more}");
        assert!(worker["spec"].get("initContainers").is_none());
        assert!(worker["metadata"]["annotations"].get("prometheus.io/scrape").is_none());
        let ports = service(&test_with("a", &more), &master)["spec"]["ports"].clone();
        let names: Vec<&str> =
            ports.as_array().unwrap().iter().map(|port| port["name"].as_str().unwrap()).collect();
        let all = ["port5557", "port5558", "prometheus-metrics"];
        assert_eq!(names, all[..if wanted { 3 } else { 2 }], "{more}");
    }
    let master = pod(&json!({}), Role::Master);
    let exporter = &master["spec"]["initContainers"][0];
    assert_eq!(
        (&exporter["name"], &exporter["restartPolicy"]),
        (&json!("locust-metrics-exporter"), &json!("Always"))
    );
    assert_eq!(exporter["resources"]["limits"].get("ephemeral-storage"), None);
}

#[test]
fn the_service_and_the_annotations_follow_the_exporter() {
    let (test, config) = (test_with("a", &json!({})), Config::default());
    let base = pod_template(&test, Role::Master, &config);
    let nobody = |_: &FieldPath| false;

    let mut moved = base.clone();
    moved["spec"]["initContainers"][0]["ports"][0]["containerPort"] = json!(9000);
    let patch = follow_exporter(&test, Role::Master, &config, &moved, nobody);
    assert_eq!(patch, Some(json!({"prometheus.io/port": "9000"})));
    assert_eq!(service(&test, &moved)["spec"]["ports"][2]["port"], 9000);

    let mut gone = base.clone();
    gone["spec"].as_object_mut().unwrap().remove("initContainers");
    let patch = follow_exporter(&test, Role::Master, &config, &gone, nobody);
    let all = ["prometheus.io/path", "prometheus.io/port", "prometheus.io/scrape"];
    assert_eq!(patch, Some(json!({"$unset": all})));
    assert_eq!(service(&test, &gone)["spec"]["ports"].as_array().unwrap().len(), 2);

    // People may mean the very value that the operator would have set.
    let scrape = FieldPath::fields(["metadata", "annotations", "prometheus.io/scrape"]);
    let patch = follow_exporter(&test, Role::Master, &config, &gone, |path| *path == scrape);
    assert_eq!(patch, Some(json!({"$unset": ["prometheus.io/path", "prometheus.io/port"]})));
    assert_eq!(follow_exporter(&test, Role::Master, &config, &base, nobody), None);
}

#[test]
fn annotations_of_workers_are_nobody_elses() {
    let (test, config) = (test_with("a", &json!({})), Config::default());
    let mut worker = pod_template(&test, Role::Worker, &config);
    worker["metadata"]["annotations"]["prometheus.io/scrape"] = json!("true");
    assert_eq!(follow_exporter(&test, Role::Worker, &config, &worker, |_| false), None);
}

#[test]
fn security_and_runtime_class_of_the_base_give_way() {
    let own = pod(&json!({"security": {"podSecurityContext": {}}}), Role::Master);
    assert!(own["spec"].get("securityContext").is_none());
    let settings = config(&json!({"locustPods": {"runtimeClassName": "gvisor"}}));
    let pod = pod_template(&test_with("a", &json!({})), Role::Master, &settings);
    assert_eq!(pod["spec"]["runtimeClassName"], "gvisor");
}

#[test]
fn jobs_are_exactly_these() {
    let settings = config(&json!({"locustPods": {"ttlSecondsAfterFinished": 60}}));
    let labels = |role: &str| {
        json!({
            "app": "shop.eu", "managed-by": "locust-k8s-operator",
            "performance-test-name": "shop.eu", "performance-test-pod-name": format!("shop-eu-{role}")
        })
    };
    let plain = test_with("shop.eu", &json!({}));
    assert_eq!(
        job(&plain, Role::Master, &settings, json!({"spec": {}})),
        json!({
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": {"name": "shop-eu-master", "namespace": "load", "labels": labels("master")},
            "spec": {"parallelism": 1, "backoffLimit": 0, "ttlSecondsAfterFinished": 60, "template": {"spec": {}}}
        })
    );
    let more = json!({"job": {
        "labels": {"kueue.x-k8s.io/queue-name": "q", "managed-by": "me"}, "annotations": {"a": "b"},
        "ttlSecondsAfterFinished": 0, "backoffLimit": 4, "activeDeadlineSeconds": 9, "suspend": true
    }});
    let mut all = labels("worker");
    all["kueue.x-k8s.io/queue-name"] = json!("q");
    assert_eq!(
        job(&test_with("shop.eu", &more), Role::Worker, &settings, json!({})),
        json!({
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": {"name": "shop-eu-worker", "namespace": "load", "labels": all, "annotations": {"a": "b"}},
            "spec": {
                "parallelism": 3, "backoffLimit": 4, "ttlSecondsAfterFinished": 0, "activeDeadlineSeconds": 9, "suspend": true,
                "podReplacementPolicy": "Failed",
                "podFailurePolicy": {"rules": [
                    {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}
                ]},
                "template": {}
            }
        })
    );
}

#[test]
fn the_service_selects_the_master() {
    let test = test_with("shop.eu", &json!({}));
    let service = service(&test, &pod_template(&test, Role::Master, &Config::default()));
    assert_eq!(service["metadata"]["name"], "shop-eu-master");
    assert_eq!(service["spec"]["selector"], json!({"performance-test-pod-name": "shop-eu-master"}));
}

/// The annotations of a role's final pod.
fn rendered_annotations(more: &Value, role: Role) -> Value {
    let mut object = json!({
        "apiVersion": "locust.io/v2", "kind": "LocustTest", "metadata": {"name": "shop"},
        "spec": {"image": "i", "master": {"command": "m"}, "worker": {"command": "w", "replicas": 3}}
    });
    merge(&mut object["spec"], more);
    let rendered = crate::render(
        &podgraft_pod::manifest::Document::from_value(object),
        &crate::ClusterContext::empty(),
        &Config::default(),
    );
    assert!(!rendered.is_refused(), "{:?}", rendered.diagnostics);
    let job = rendered.job(role).unwrap();
    let mut annotations = job["spec"]["template"]["metadata"]["annotations"].clone();
    annotations.as_object_mut().unwrap().remove("kubectl.kubernetes.io/default-container");
    annotations
}

#[test]
fn scrape_annotations_that_people_set_stay() {
    let own = json!({"prometheus.io/scrape": "true", "prometheus.io/port": "9000"});
    let typed = json!({"worker": {"annotations": own}});
    assert_eq!(rendered_annotations(&typed, Role::Worker), own);
    let without_exporter =
        json!({"initContainers": [{"name": "locust-metrics-exporter", "$patch": "delete"}]});
    let template = json!({"masterPodTemplate": {"spec": without_exporter, "metadata": {"annotations": own}}});
    assert_eq!(rendered_annotations(&template, Role::Master), own);
    let silent = json!({"masterPodTemplate": {"spec": without_exporter}});
    assert_eq!(rendered_annotations(&silent, Role::Master), json!({}));
}

//! Both Services of a test: what they are, and what is said of them.

use podgraft_merge::diagnostic::Code;
use serde_json::{Value, json};

use super::service_rules;
use crate::{
    base::{pod_template, service, web_service},
    codes,
    config::Config,
    load_test::{self, LoadTest},
    role::Role,
};

fn test_of(version: &str, name: &str, service: &Value, web_service: &Value) -> LoadTest {
    let mut spec = match version {
        "v1" => json!({"image": "i", "masterCommandSeed": "m", "workerCommandSeed": "w"}),
        _ => json!({"image": "i", "master": {"command": "m"}, "worker": {"command": "w", "replicas": 1}}),
    };
    spec["service"] = service.clone();
    spec["webService"] = web_service.clone();
    let object = json!({"apiVersion": format!("locust.io/{version}"), "kind": "LocustTest",
        "metadata": {"name": name}, "spec": spec});
    let (test, said) = load_test::read(&object).unwrap();
    assert!(said.is_empty(), "{said:?}");
    test
}

/// The master's pod with a sidecar whose ports have names.
fn master(test: &LoadTest) -> Value {
    let mut pod = pod_template(test, Role::Master, &Config::default());
    let ports = json!([
        {"name": "ui", "containerPort": 8089}, {"name": "wire", "containerPort": 5557},
        {"name": "dns", "containerPort": 53, "protocol": "UDP"}
    ]);
    pod["spec"]["containers"].as_array_mut().unwrap().push(json!({"name": "proxy", "ports": ports}));
    pod["spec"]["initContainers"][0]["ports"][0]["name"] = json!("metrics");
    pod
}

/// What is said of a test's Services: code, place, message.
fn said(name: &str, service: &Value, web_service: &Value) -> Vec<(Code, String, String)> {
    let test = test_of("v2", name, service, web_service);
    let found = service_rules(&test, &master(&test));
    found.into_iter().map(|one| (one.code, one.path.unwrap().to_string(), one.message)).collect()
}

#[test]
fn both_versions_make_the_same_services() {
    let first = json!({"labels": {"team": "shop"}, "annotations": {"note": "n"},
        "ports": [{"port": 8089}, {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": "dns"}]});
    let web = json!({"type": "NodePort", "labels": {"team": "shop"},
        "ports": [{"port": 80, "targetPort": "ui", "nodePort": 30080, "appProtocol": "http"}]});
    let made = ["v1", "v2"].map(|version| {
        let test = test_of(version, "shop.eu", &first, &web);
        assert_eq!(service_rules(&test, &master(&test)), []);
        (service(&test, &master(&test)), web_service(&test).unwrap())
    });
    assert_eq!(made[0], made[1]);
    let [(first, web), _] = made;
    assert_eq!(first["spec"].get("type"), None, "it stays a ClusterIP");
    assert_eq!(first["metadata"]["annotations"], json!({"note": "n"}));
    assert_eq!(first["metadata"]["labels"]["team"], "shop");
    assert_eq!(
        first["spec"]["ports"].as_array().unwrap()[3..],
        [
            json!({"name": "port8089", "port": 8089, "protocol": "TCP", "targetPort": 8089}),
            json!({"name": "dns", "port": 53, "protocol": "UDP", "targetPort": "dns"}),
        ]
    );
    assert_eq!(web["metadata"]["name"], "shop-eu-master-web");
    assert_eq!(
        web["spec"],
        json!({
            "type": "NodePort", "selector": {"performance-test-pod-name": "shop-eu-master"},
            "ports": [{
                "name": "port80", "port": 80, "protocol": "TCP", "targetPort": "ui", "nodePort": 30080,
                "appProtocol": "http"
            }]
        })
    );
}

#[test]
fn a_second_service_is_made_only_when_it_is_set() {
    let test = test_of("v2", "shop", &Value::Null, &Value::Null);
    assert_eq!(web_service(&test), None);
    let test = test_of("v2", "shop", &Value::Null, &json!({}));
    let spec = web_service(&test).unwrap()["spec"].clone();
    assert_eq!(spec["type"], "ClusterIP");
    assert_eq!(spec["ports"], json!([{"name": "web", "port": 8089, "protocol": "TCP", "targetPort": 8089}]));
    assert_eq!(service_rules(&test, &master(&test)), []);
}

#[test]
fn nothing_leads_to_the_workers_side_of_the_master() {
    for (ports, field) in [
        (json!([{"port": 5557}]), "port"),
        (json!([{"port": 5558, "targetPort": 8089}]), "port"),
        (json!([{"port": 5557, "protocol": "UDP"}]), "port"),
        (json!([{"port": 80, "targetPort": 5557}]), "targetPort"),
        (json!([{"port": 80, "targetPort": 5558}]), "targetPort"),
        (json!([{"port": 80, "targetPort": "5557"}]), "targetPort"),
        (json!([{"port": 80, "targetPort": "wire"}]), "targetPort"),
        (json!([{"port": 80, "targetPort": "wire", "protocol": "SCTP"}]), "targetPort"),
    ] {
        for kind in ["ClusterIP", "NodePort", "LoadBalancer"] {
            let found = said("shop", &Value::Null, &json!({"type": kind, "ports": ports}));
            let place = format!(".spec.webService.ports[0].{field}");
            let is_said =
                |(code, path, _): &(Code, String, String)| *code == codes::PUBLISHED_PORT && *path == place;
            assert!(found.iter().any(is_said), "{ports} {kind}: {found:?}");
        }
    }
}

/// What is written of the two Services, and what is said of it: code, place, part of the message.
type Row = (Value, Value, Code, &'static str, &'static str);

fn all_are_said(rows: Vec<Row>) {
    for (service, web, code, place, part) in rows {
        let found = said("shop", &service, &web);
        let is_said = |(one, path, message): &(Code, String, String)| {
            *one == code && path == place && message.contains(part)
        };
        assert!(found.iter().any(is_said), "{service} {web}: {found:?}");
    }
}

fn first(ports: &Value) -> Value {
    json!({"ports": ports})
}

fn on_nodes(ports: &Value) -> Value {
    json!({"type": "NodePort", "ports": ports})
}

#[test]
fn ports_that_clash_are_told_where_they_are() {
    let code = codes::DUPLICATE_PORT;
    let none = Value::Null;
    let nodes = json!([{"port": 80, "nodePort": 30000}, {"port": 81, "nodePort": 30000}]);
    let named = json!([{"name": "a", "port": 80}, {"name": "a", "port": 81}]);
    let equal = json!([{"port": 80}, {"name": "b", "port": 80, "targetPort": 1}]);
    let [own, own_name, exporter] = [
        json!([{"port": 5557}]),
        json!([{"name": "port5558", "port": 80}]),
        json!([{"name": "m", "port": 9646}]),
    ];
    all_are_said(vec![
        (first(&own), none.clone(), code, ".spec.service.ports[0].port", "own \"port5557\""),
        (first(&own_name), none.clone(), code, ".spec.service.ports[0].name", "own \"port5558\""),
        (first(&exporter), none.clone(), code, ".spec.service.ports[0].port", "own \"prometheus-metrics\""),
        (first(&equal), none.clone(), code, ".spec.service.ports[1].port", ".spec.service.ports[0] has it"),
        (none.clone(), on_nodes(&named), code, ".spec.webService.ports[1].name", "another name than \"a\""),
        (none, on_nodes(&nodes), code, ".spec.webService.ports[1].nodePort", "than 30000"),
    ]);
    let others = json!([{"port": 5557, "protocol": "UDP", "name": "a"}, {"port": 80}, {"port": 80, "protocol": "UDP", "name": "b"}]);
    assert_eq!(said("shop", &first(&others), &Value::Null), [], "another protocol is another port");
}

#[test]
fn what_kubernetes_would_refuse_of_a_service_is_told() {
    let code = codes::INVALID_FIELD;
    let none = Value::Null;
    let load_balancer = json!({"type": "LoadBalancer", "ports": [{"port": 10250}]});
    let port = |field: &str, value: Value| {
        let mut port = json!({"port": 80});
        port[field] = value;
        first(&json!([port]))
    };
    all_are_said(vec![
        (
            none.clone(),
            port("nodePort", json!(30000)),
            code,
            ".spec.webService.ports[0].nodePort",
            "set type to NodePort",
        ),
        (none.clone(), load_balancer, code, ".spec.webService.ports[0].port", "kubelet"),
        (none.clone(), port("name", json!("Web")), code, ".spec.webService.ports[0].name", "lower case"),
        (
            port("targetPort", json!("a_b")),
            none.clone(),
            code,
            ".spec.service.ports[0].targetPort",
            "lower case",
        ),
        (port("targetPort", json!(70000)), none.clone(), code, ".spec.service.ports[0].targetPort", "65535"),
        (json!({"labels": {"a b": "c"}}), none.clone(), code, ".spec.service.labels.a b", "label"),
        (
            none.clone(),
            json!({"annotations": {"a b": "c"}}),
            code,
            ".spec.webService.annotations.a b",
            "annotation",
        ),
    ]);
    all_are_said(vec![
        (
            port("targetPort", json!("metrixs")),
            none.clone(),
            codes::UNKNOWN_PORT,
            ".spec.service.ports[0].targetPort",
            "did you mean \"metrics\"?",
        ),
        (
            port("targetPort", json!("dns")),
            none.clone(),
            codes::UNKNOWN_PORT,
            ".spec.service.ports[0].targetPort",
            "no container has a TCP port",
        ),
        (
            json!({"labels": {"managed-by": "me"}}),
            none.clone(),
            codes::RESERVED_LABEL,
            ".spec.service.labels.managed-by",
            "stays the operator's",
        ),
        (
            none,
            json!({"labels": {"app": "me"}}),
            codes::RESERVED_LABEL,
            ".spec.webService.labels.app",
            "stays the operator's",
        ),
    ]);
}

#[test]
fn the_name_of_the_second_service_is_bounded() {
    let web = json!({});
    assert_eq!(said(&"a".repeat(52), &Value::Null, &web), []);
    let found = said(&"a".repeat(56), &Value::Null, &web);
    assert_eq!((found.len(), found[0].0, found[0].1.as_str()), (1, codes::INVALID_NAME, ".spec.webService"));
    assert!(found[0].2.starts_with("shorten metadata.name by 4 characters"), "{}", found[0].2);
    assert_eq!(said(&"a".repeat(56), &json!({"ports": [{"port": 80}]}), &Value::Null), []);
}

#[test]
fn the_labels_that_services_are_known_by_stay() {
    let labels = json!({"labels": {"managed-by": "me", "performance-test-name": "other", "team": "t"}});
    let test = test_of("v2", "shop", &labels, &labels);
    for service in [service(&test, &master(&test)), web_service(&test).unwrap()] {
        let labels = &service["metadata"]["labels"];
        assert_eq!(labels["managed-by"], "locust-k8s-operator");
        assert_eq!((&labels["performance-test-name"], &labels["team"]), (&json!("shop"), &json!("t")));
    }
}

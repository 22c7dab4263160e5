//! Tests of the lints.

use serde_json::{Value, json};

use crate::{
    fixture::{judged, lines, set},
    lints::lints,
    role::Role::{self, Master, Worker},
};

const LOCUST: &str = r#".spec.containers[name="locust"]"#;

/// The codes and the lines for a pod with these edits.
fn found(role: Role, edits: &[(&str, Value)]) -> (Vec<&'static str>, Vec<String>) {
    let found =
        judged(lints, role, |pod| edits.iter().for_each(|(pointer, value)| set(pod, pointer, value.clone())));
    assert!(found.iter().all(|one| !one.is_error()));
    (found.iter().map(|one| one.code.as_str()).collect(), lines(&found))
}

fn codes(role: Role, edits: &[(&str, Value)]) -> Vec<&'static str> {
    found(role, edits).0
}

#[test]
fn the_base_is_clean() {
    for role in Role::ALL {
        assert_eq!(codes(role, &[]), Vec::<&str>::new());
    }
}

#[test]
fn a_plain_sidecar_keeps_the_pod_from_ending() {
    let helper = json!({"name": "proxy", "image": "x"});
    let (codes, lines) = found(Worker, &[("/spec/containers/-", helper)]);
    assert_eq!(codes, ["plain-sidecar"]);
    let wanted = r#".spec.containers[name="proxy"].name: move container "proxy" to initContainers with restartPolicy: Always, unless it ends by itself"#;
    assert_eq!(lines, [wanted]);
    let native = json!({"name": "proxy", "image": "x", "restartPolicy": "Always"});
    assert_eq!(self::codes(Worker, &[("/spec/initContainers/-", native)]), Vec::<&str>::new());
}

#[test]
fn the_end_of_the_pod_is_judged() {
    assert_eq!(codes(Master, &[("/spec/activeDeadlineSeconds", json!(60))]), ["pod-deadline"]);
    assert_eq!(codes(Master, &[("/spec/terminationGracePeriodSeconds", json!(0))]), ["no-grace-period"]);
    assert_eq!(codes(Master, &[("/spec/terminationGracePeriodSeconds", json!(5))]), Vec::<&str>::new());
    assert_eq!(codes(Master, &[("/spec/priority", json!(5))]), ["pod-priority"]);
}

#[test]
fn a_claim_that_many_pods_write_to_is_told() {
    let volume =
        ("/spec/volumes/-", json!({"name": "data", "persistentVolumeClaim": {"claimName": "results"}}));
    let mount = |more: Value| {
        let mut mount = json!({"name": "data", "mountPath": "/data"});
        mount.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ("/spec/containers/0/volumeMounts/-", mount)
    };
    let (codes, lines) = found(Worker, &[volume.clone(), mount(json!({}))]);
    assert_eq!(codes, ["shared-claim"]);
    let place = format!("{LOCUST}.volumeMounts[mountPath=\"/data\"]: ");
    let wanted = "add subPathExpr: $(POD_NAME) to this mount, or readOnly: true: 3 worker pods write into one folder of claim \"results\"";
    assert_eq!(lines, [format!("{place}{wanted}")]);
    assert_eq!(self::codes(Worker, &[volume.clone(), mount(json!({"subPath": "same"}))]), ["shared-claim"]);
    for free in [json!({"subPathExpr": "$(POD_NAME)"}), json!({"readOnly": true})] {
        assert_eq!(self::codes(Worker, &[volume.clone(), mount(free)]), Vec::<&str>::new());
    }
    let read_only =
        json!({"name": "data", "persistentVolumeClaim": {"claimName": "results", "readOnly": true}});
    assert_eq!(self::codes(Worker, &[("/spec/volumes/-", read_only), mount(json!({}))]), Vec::<&str>::new());
    let own = json!({"name": "data", "ephemeral": {"volumeClaimTemplate": {}}});
    assert_eq!(self::codes(Worker, &[("/spec/volumes/-", own), mount(json!({}))]), Vec::<&str>::new());
}

#[test]
fn a_user_that_may_not_write_is_told() {
    let volume = ("/spec/volumes/-", json!({"name": "data", "ephemeral": {"volumeClaimTemplate": {}}}));
    let mount = ("/spec/containers/0/volumeMounts/-", json!({"name": "data", "mountPath": "/data"}));
    let with = |edits: &[(&str, Value)]| codes(Worker, &[&[volume.clone(), mount.clone()], edits].concat());
    let (pod, own) = ("/spec/securityContext", "/spec/containers/0/securityContext");
    assert_eq!(with(&[(pod, json!({"runAsUser": 1000}))]), ["claim-without-fsgroup"]);
    assert_eq!(with(&[(own, json!({"runAsNonRoot": true}))]), ["claim-without-fsgroup"]);
    assert_eq!(with(&[(pod, json!({"runAsUser": 1000, "fsGroup": 1000}))]), Vec::<&str>::new());
    assert_eq!(
        with(&[(pod, json!({"runAsUser": 1000})), (own, json!({"runAsUser": 0}))]),
        Vec::<&str>::new()
    );
    assert_eq!(with(&[]), Vec::<&str>::new());
}

#[test]
fn volumes_that_do_not_do_what_they_seem_to_are_told() {
    let (codes, lines) = found(Worker, &[("/spec/volumes/-", json!({"name": "data", "emptyDir": {}}))]);
    assert_eq!(codes, ["unused-volume"]);
    assert_eq!(
        lines,
        [r#".spec.volumes[name="data"]: mount volume "data" in a container, or remove it: nobody uses it"#]
    );
    let mount =
        |path: &str| ("/spec/containers/0/volumeMounts/-", json!({"name": "data", "mountPath": path}));
    let empty = ("/spec/volumes/-", json!({"name": "data", "emptyDir": {}}));
    assert_eq!(self::codes(Worker, &[empty.clone(), mount("/mnt/shared")]), ["emptydir-per-pod"]);
    assert_eq!(self::codes(Master, &[empty.clone(), mount("/mnt/shared")]), Vec::<&str>::new());
    assert_eq!(self::codes(Worker, &[empty, mount("/data")]), Vec::<&str>::new());
    let nothing = ("/spec/volumes/-", json!({"name": "data"}));
    assert_eq!(self::codes(Worker, &[nothing, mount("/data")]), ["volume-without-source"]);
}

#[test]
fn workers_ask_the_clusters_dns() {
    let none = |servers: &[&str], searches: &[&str]| {
        let config = json!({"nameservers": servers, "searches": searches});
        vec![("/spec/dnsPolicy", json!("None")), ("/spec/dnsConfig", config)]
    };
    let host = ("/spec/hostNetwork", json!(true));
    for edits in [
        vec![host.clone()],
        vec![host.clone(), ("/spec/dnsPolicy", json!("ClusterFirst"))],
        vec![("/spec/dnsPolicy", json!("Default"))],
        none(&["8.8.8.8", "2001:4860:4860::8888"], &["load.svc.cluster.local"]),
        none(&["10.96.0.10"], &["example.com"]),
        none(&["10.96.0.10"], &[]),
        vec![("/spec/dnsPolicy", json!("None"))],
    ] {
        let (codes, lines) = found(Worker, &edits);
        assert_eq!(codes, ["workers-dns"], "{edits:?}");
        assert!(lines[0].contains("checkout-master") && !lines[0].contains('\n'), "{lines:?}");
        assert_eq!(self::codes(Master, &edits), Vec::<&str>::new(), "nobody asks from the master's pod");
    }
    for edits in [
        vec![host, ("/spec/dnsPolicy", json!("ClusterFirstWithHostNet"))],
        vec![("/spec/dnsPolicy", json!("ClusterFirst"))],
        none(&["169.254.20.10"], &["load.svc.cluster.local", "svc.cluster.local"]),
        none(&["34.118.224.10"], &["load.svc.cluster.local"]),
        none(&["8.8.8.8", "fd00::a"], &["load.svc.corp.example"]),
        vec![("/spec/dnsConfig", json!({"nameservers": ["8.8.8.8"]}))],
    ] {
        assert_eq!(codes(Worker, &edits), Vec::<&str>::new(), "{edits:?}");
    }
}

#[test]
fn the_masters_name_is_left_to_dns() {
    let alias = |name: &str| {
        let alias = json!([{"ip": "10.0.0.9", "hostnames": ["db.example.com", name]}]);
        found(Worker, &[("/spec/hostAliases", alias)])
    };
    for name in [
        "checkout-master",
        "checkout-master.load",
        "checkout-master.load.svc",
        "checkout-master.load.svc.cluster.local",
    ] {
        let wanted = format!(
            r#".spec.hostAliases[ip="10.0.0.9"].hostnames[1]: remove "{name}" from hostAliases: the workers would look for their master at 10.0.0.9"#
        );
        assert_eq!(alias(name), (vec!["master-host-alias"], vec![wanted]));
    }
    for name in ["checkout", "checkout-master2", "a.checkout-master", "checkout-master.corp.example.com"] {
        assert_eq!(alias(name).0, Vec::<&str>::new(), "{name}");
    }
}

#[test]
fn the_masters_ports_are_left_to_it() {
    let helper =
        |ports: Value| json!({"name": "tap", "image": "x", "restartPolicy": "Always", "ports": ports});
    for number in [5557, 5558] {
        let edit = [("/spec/initContainers/-", helper(json!([{"containerPort": number}])))];
        let wanted = format!(
            r#".spec.initContainers[name="tap"].ports[containerPort={number},protocol="TCP"].containerPort: let container "tap" listen on another port than {number}: the master talks to the workers on it"#
        );
        assert_eq!(found(Master, &edit), (vec!["master-port-taken"], vec![wanted]));
        assert_eq!(codes(Worker, &edit), Vec::<&str>::new());
    }
    let other = helper(json!([{"containerPort": 5557, "protocol": "UDP"}, {"containerPort": 5559}]));
    assert_eq!(codes(Master, &[("/spec/initContainers/-", other)]), Vec::<&str>::new());
    let first = json!({"name": "wait", "image": "x", "ports": [{"containerPort": 5557}]});
    assert_eq!(
        codes(Master, &[("/spec/initContainers/-", first)]),
        Vec::<&str>::new(),
        "it has ended by then"
    );
    let plain = json!({"name": "tap", "image": "x", "ports": [{"containerPort": 5557}]});
    assert_eq!(codes(Master, &[("/spec/containers/-", plain)]), ["plain-sidecar", "master-port-taken"]);
}

#[test]
fn amounts_without_a_unit_are_told() {
    let amount = |name: &str, value: Value| {
        let resources = json!({"limits": {name: value}});
        found(Worker, &[("/spec/containers/0/resources", resources)])
    };
    for (written, meant) in [
        (json!("256m"), "as 256Mi, if that is meant: 256m is 0.256 bytes"),
        (json!(512), "as 512Mi, if that is meant: 512 is 512 bytes"),
        (json!("64k"), "as 64Mi, if that is meant: 64k is 64000 bytes"),
        (json!("5e2"), "with a unit, as in 256Mi: 5e2 is 500 bytes"),
    ] {
        let wanted = format!("{LOCUST}.resources.limits.memory: write memory {meant}");
        assert_eq!(amount("memory", written), (vec!["few-bytes"], vec![wanted]));
    }
    for fine in [json!("256Mi"), json!("1.5Gi"), json!(134_217_728), json!("0"), json!("100000000m")] {
        assert_eq!(amount("memory", fine.clone()).0, Vec::<&str>::new(), "{fine}");
    }
    assert_eq!(amount("cpu", json!("250m")).0, Vec::<&str>::new());
    assert_eq!(amount("ephemeral-storage", json!("2")).0, ["few-bytes"]);
    let claim = json!({"name": "own", "ephemeral": {"volumeClaimTemplate": {"spec":
        {"resources": {"requests": {"storage": "10"}}}}}});
    let small = json!({"name": "small", "emptyDir": {"sizeLimit": "64m"}});
    let (codes, lines) = found(Master, &[("/spec/volumes/-", claim), ("/spec/volumes/-", small)]);
    assert_eq!(codes.iter().filter(|code| **code == "few-bytes").count(), 2, "{lines:?}");
}

#[test]
fn rules_about_other_pods_say_which() {
    let spread = |more: Value| {
        let mut rule = json!({"maxSkew": 1, "topologyKey": "k", "whenUnsatisfiable": "DoNotSchedule"});
        rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        found(Worker, &[("/spec/topologySpreadConstraints", json!([rule]))])
    };
    let wanted = r#".spec.topologySpreadConstraints[topologyKey="k",whenUnsatisfiable="DoNotSchedule"]: add labelSelector: without one the constraint counts no pods, and spreads nothing"#;
    assert_eq!(spread(json!({})), (vec!["selects-nothing"], vec![wanted.to_owned()]));
    assert_eq!(spread(json!({"labelSelector": {}})).0, Vec::<&str>::new());
    let affinity = json!({
        "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "k"}]},
        "podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution":
            [{"weight": 1, "podAffinityTerm": {"topologyKey": "k"}}, {"weight": 1, "podAffinityTerm":
            {"topologyKey": "k", "labelSelector": {"matchLabels": {"a": "b"}}}}]}
    });
    let (codes, lines) = found(Worker, &[("/spec/affinity", affinity)]);
    assert_eq!(codes, ["selects-nothing", "selects-nothing"]);
    assert!(lines[0].ends_with("add labelSelector: without one this term of podAffinity matches no pod"));
    assert!(lines[1].contains("preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm: "));
}

#[test]
fn variables_refer_to_those_before_them() {
    let env = |variables: Value| found(Worker, &[("/spec/containers/0/env", variables)]);
    let variable = |name: &str, value: &str| json!({"name": name, "value": value});
    let (codes, lines) = env(json!([variable("URL", "http://$(HOST)/$(HOST)"), variable("HOST", "a")]));
    assert_eq!(codes, ["variable-order"]);
    let wanted = format!(
        r#"{LOCUST}.env[name="URL"].value: move "HOST" before "URL": $(HOST) is resolved by the variables before it only"#
    );
    assert_eq!(lines, [wanted]);
    let (codes, lines) = env(json!([variable("PATH", "$(PATH):/opt")]));
    assert_eq!((codes.len(), lines[0].contains("write out the value of \"PATH\"")), (1, true));
    for fine in [
        json!([variable("HOST", "a"), variable("URL", "$(HOST)")]),
        json!([variable("URL", "$$(HOST)"), variable("HOST", "a")]),
        json!([variable("URL", "$(SHOP_SERVICE_HOST)")]),
        json!([variable("A", "1"), variable("A", "$(A)2")]),
        json!([variable("URL", "$(HOST"), variable("HOST", "a")]),
    ] {
        assert_eq!(env(fine.clone()).0, Vec::<&str>::new(), "{fine}");
    }
    let from = ("/spec/containers/0/envFrom", json!([{"configMapRef": {"name": "a"}}]));
    let late = ("/spec/containers/0/env", json!([variable("URL", "$(HOST)"), variable("HOST", "a")]));
    assert_eq!(self::codes(Worker, &[from, late]), Vec::<&str>::new(), "the source may have it");
}

//! What Helm makes of the chart, offline and asked of a real API server.

use std::fs;

use podgraft_pod::manifest::to_yaml;
use podgraft_testkit::{
    control_plane::{ControlPlane, build},
    files::{files, relative, root, text},
};
use serde_json::Value;

use crate::{
    helm::{HELMS, helm, object, objects, refused, rendered},
    support::podgraft,
    values::{CHART, public_values, yaml},
};

/// The sets of values that are rendered: `tests/chart/values`.
fn value_sets() -> Vec<String> {
    let folder = root().join("tests/chart/values");
    files(&folder, ".yaml").iter().map(|path| relative(path).to_owned()).collect()
}

#[test]
fn helm_finds_nothing_to_complain_of() {
    for major in HELMS {
        let output = helm(major, None, &["lint", "--strict", CHART]);
        assert!(output.status.success(), "{}", text(&output.stdout));
    }
}

#[test]
fn both_majors_render_the_same_each_time() {
    for set in value_sets() {
        let [three, four, again] =
            ["helm3", "helm4", "helm4"].map(|major| objects(&rendered(major, &["--values", &set])));
        let sorted = |mut objects: Vec<Value>| {
            objects.sort_by_key(|one| format!("{} {}", one["kind"], one["metadata"]));
            objects
        };
        assert_eq!(four, again, "{set}");
        assert_eq!(sorted(three), sorted(four), "{set}");
    }
}

/// Every set of values is something that an API server takes, every object of it.
#[test]
fn a_server_takes_every_set() {
    let plane = ControlPlane::start();
    for crd in files(&build("chart-crds"), ".yaml") {
        plane.kubectl_ok(&["create", "-f", crd.to_str().unwrap()], b"");
    }
    for namespace in ["tests", "team-a", "team-b"] {
        plane.kubectl_ok(&["create", "namespace", namespace], b"");
        let level = "pod-security.kubernetes.io/enforce=restricted";
        plane.kubectl_ok(&["label", "namespace", namespace, level], b"");
    }
    for set in value_sets() {
        let text = rendered("helm4", &["--values", &set]);
        let told = plane.kubectl(&["apply", "--server-side", "--dry-run=server", "-f", "-"], text.as_bytes());
        let said = [told.stdout, told.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(told.status.success(), "{set}: {said}");
        // Pod Security says of a Deployment only as a warning what it would refuse of its pods.
        assert!(!said.contains("Warning"), "{set}: {said}");
        let expected = objects(&text).len();
        assert_eq!(
            said.lines().filter(|line| line.contains("serverside-applied")).count(),
            expected,
            "{set}"
        );
    }
}

/// The operator reads the configuration that the chart writes, and takes the arguments.
#[test]
fn the_operator_reads_what_the_chart_writes() {
    for set in value_sets() {
        let objects = objects(&rendered("helm4", &["--values", &set]));
        let config = objects.iter().find(|one| one["data"]["config.yaml"].is_string()).unwrap();
        let path = std::env::temp_dir().join(format!("podgraft-chart-config-{}.yaml", std::process::id()));
        fs::write(&path, config["data"]["config.yaml"].as_str().unwrap()).unwrap();
        let example = "docs/examples/f-spot-workers/v2.yaml";
        let output = podgraft(&["render", "-f", example, "--config", path.to_str().unwrap()], b"");
        assert!(output.status.success(), "{set}: {}", text(&output.stderr));
        fs::remove_file(path).unwrap();
    }
}

/// The operator's defaults are said twice, in its code and in the values.
#[test]
fn the_configuration_is_the_operators_own_by_default() {
    let objects = objects(&rendered("helm4", &[]));
    let config = object(&objects, "ConfigMap", "load-podgraft")["data"]["config.yaml"].as_str().unwrap();
    let read = podgraft_locust::config::Config::from_value(&yaml(config)).unwrap();
    assert_eq!(read, podgraft_locust::config::Config::default());
}

#[test]
fn bad_values_are_refused_in_words() {
    for (set, words) in [
        ("replicas=2", "additional properties 'replicas' not allowed"),
        ("dryRun=always", "/dryRun': value must be one of 'pod', 'job', 'off'"),
        ("concurrency=0", "minimum: got 0, want 1"),
        ("image.pullPolicy=Often", "value must be one of"),
        ("image.digest=sha256:1", "does not match pattern"),
        ("namespaces={a,a}", "are equal"),
        ("namespaces={Team}", "does not match pattern"),
        ("locustPods.metricsExporter.prt=1", "additional properties 'prt' not allowed"),
        ("locustPods.resources.limits.cpu=true", "got boolean, want null or number or string"),
        ("leaderElection.enabled=false", "set leaderElection.enabled to true, or replicaCount to 1"),
        ("metrics.rules.enabled=true", "set metrics.enabled to true"),
        (
            "conversion.enabled=true,webhook.enabled=false",
            "set conversion.enabled to false, or webhook.enabled and crds.install",
        ),
        (
            "conversion.enabled=true,crds.install=false",
            "set conversion.enabled to false, or webhook.enabled and crds.install",
        ),
        ("conversion.enabled=yes", "/conversion/enabled': value must be one of true, false, 'auto'"),
    ] {
        for major in HELMS {
            let said = refused(major, &["--set", set]);
            assert!(said.contains(words), "{major} {set}: {said}");
        }
    }
}

/// What the public operator's chart has and this one has not is refused with what to do, whatever it is set to.
#[test]
fn the_public_charts_other_values_are_refused_with_what_to_do() {
    let mut seen = 0;
    for value in public_values() {
        let settings: Vec<String> = match (&value.entry["refuse"], &value.entry["accept"]) {
            (Value::Array(refused), _) => {
                refused.iter().map(|one| one.as_str().unwrap().to_owned()).collect()
            }
            (_, Value::Array(accepted)) if accepted.len() > 1 => continue,
            (_, Value::Array(_)) => vec!["true".into()],
            _ => vec!["x".into()],
        };
        for setting in settings {
            let said = refused("helm4", &["--set", &format!("{}={setting}", value.path)]);
            assert!(said.contains(&format!("remove the value {}", value.path)), "{said}");
            assert!(said.contains(&value.instead), "{said}");
            seen += 1;
        }
    }
    assert!(seen >= 3);
}

/// The public chart's values mean here what they mean there.
#[test]
fn the_public_charts_defaults_are_taken() {
    let objects = objects(&rendered("helm3", &["--values", "tests/chart/values/public-chart-defaults.yaml"]));
    let deployment = object(&objects, "Deployment", "locust-operator");
    let pod = &deployment["spec"]["template"]["spec"];
    assert_eq!(
        (&deployment["spec"]["replicas"], &pod["terminationGracePeriodSeconds"]),
        (&2.into(), &10.into())
    );
    let config = object(&objects, "ConfigMap", "locust-operator")["data"]["config.yaml"].as_str().unwrap();
    let config = podgraft_locust::config::Config::from_value(&yaml(config)).unwrap();
    // The public chart's limit, which the operator's own defaults leave out.
    assert_eq!(config.locust_pods.resources.limits["ephemeral-storage"], "50M");
    assert_eq!(config.locust_pods.ttl_seconds_after_finished, None);
}

/// The operator's pods, changed anywhere.
#[test]
fn the_operators_own_pods_can_be_changed_anywhere() {
    for major in HELMS {
        let objects = objects(&rendered(major, &["--values", "tests/chart/values/everything.yaml"]));
        let pod = &object(&objects, "Deployment", "load-tests")["spec"]["template"];
        let (spec, operator) = (&pod["spec"], &pod["spec"]["containers"][0]);
        assert_eq!(pod["metadata"]["labels"]["example.com/more"], "1");
        assert!(spec.get("terminationGracePeriodSeconds").is_none(), "{major}: null removes");
        assert_eq!(operator["livenessProbe"]["failureThreshold"], 5);
        assert_eq!(operator["livenessProbe"]["httpGet"]["path"], "/healthz", "the rest stays");
        assert_eq!(to_yaml(&operator["env"][0]), "name: POD_NAME\nvalue: fixed\n");
        assert_eq!(operator["env"].as_array().unwrap().len(), 4);
        assert_eq!(spec["containers"][1]["name"], "proxy");
    }
}

/// `docs/operator` has the same rights for those who write manifests by hand.
#[test]
fn the_documented_rights_are_the_charts() {
    let documented = |file: &str, kind: &str| {
        let text = fs::read_to_string(root().join("docs/operator").join(file)).unwrap();
        let objects = objects(&text);
        flat_rules(objects.iter().find(|one| one["kind"] == kind).unwrap())
    };
    let cluster = objects(&rendered("helm4", &["--set", "overlays.enabled=false,webhook.enabled=false"]));
    let role = flat_rules(object(&cluster, "ClusterRole", "load-podgraft.tests"));
    assert_eq!(role, documented("cluster.yaml", "ClusterRole"));
    assert_eq!(flat_rules(object(&cluster, "Role", "load-podgraft")), documented("base.yaml", "Role"));
    let namespaced = "namespaces={team-a},dryRun=job,overlays.enabled=false,webhook.enabled=false";
    let namespaced = objects(&rendered("helm4", &["--set", namespaced]));
    let role = flat_rules(object(&namespaced, "Role", "load-podgraft.tests"));
    assert_eq!(role, documented("namespaced.yaml", "Role"));
    let small = flat_rules(object(&namespaced, "ClusterRole", "load-podgraft.tests"));
    assert_eq!(small, documented("cluster-overlays.yaml", "ClusterRole"));
    // What the webhook needs comes on top.
    let authorized = "overlays.enabled=false,webhook.authorizeAuthors=true";
    let webhook = objects(&rendered("helm4", &["--set", authorized]));
    for (kind, name) in [("ClusterRole", "load-podgraft.tests"), ("Role", "load-podgraft")] {
        let without = flat_rules(object(&cluster, kind, name));
        let mut more = flat_rules(object(&webhook, kind, name));
        more.retain(|line| !without.contains(line));
        let names = ["load-podgraft.tests", "load-podgraft-webhook"];
        let more: Vec<String> = more
            .iter()
            .map(|line| names.iter().fold(line.clone(), |line, name| line.replace(name, "podgraft-webhook")))
            .collect();
        let mut expected = documented("webhook-rights.yaml", kind);
        expected.retain(|line| !without.contains(line));
        assert_eq!(more, expected);
    }
}

/// What a role allows, one verb of one resource a line.
fn flat_rules(role: &Value) -> Vec<String> {
    let list = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().map(|one| one.as_str().unwrap().to_owned()).collect()
    };
    let mut lines = Vec::new();
    for rule in role["rules"].as_array().unwrap() {
        for resource in list(&rule["resources"]) {
            for verb in list(&rule["verbs"]) {
                let (group, names) = (&rule["apiGroups"][0], list(&rule["resourceNames"]).join(","));
                lines.push(format!("{} {resource} {verb} {names}", group.as_str().unwrap()));
            }
        }
    }
    lines.sort();
    lines.dedup();
    lines
}

/// The definitions are those that the program prints, with and without the webhook that converts.
#[test]
fn the_definitions_are_those_that_the_program_prints() {
    let service = ["crds", "--conversion-webhook", "tests/load-podgraft-webhook"];
    let values = [
        "conversion.enabled=false",
        "webhook.enabled=false",
        "conversion.enabled=auto",
        "conversion.enabled=true",
    ];
    for (values, arguments) in values.into_iter().zip([&service[..1], &service[..1], &service, &service]) {
        let printed = objects(text(&podgraft(arguments, b"").stdout));
        let of_chart = objects(&rendered("helm3", &["--set", values]));
        assert_eq!(printed.len(), 3);
        for crd in printed {
            let name = crd["metadata"]["name"].as_str().unwrap();
            let rendered = object(&of_chart, "CustomResourceDefinition", name);
            assert_eq!(rendered["spec"], crd["spec"], "{name}, {values}");
            assert_eq!(rendered["metadata"]["annotations"]["helm.sh/resource-policy"], "keep");
        }
    }
}

/// Alerts and dashboard ask for metrics that there are.
#[test]
fn alerts_and_dashboard_ask_for_metrics_that_there_are() {
    let documented = fs::read_to_string(root().join("docs/operator.md")).unwrap();
    let mut seen = 0;
    for file in ["files/rules.yaml", "files/dashboard.json"] {
        let text = fs::read_to_string(root().join(CHART).join(file)).unwrap();
        for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            if let Some(rest) = word.strip_prefix("podgraft_") {
                let metric = format!("| `podgraft_{}` |", rest.trim_end_matches("_bucket"));
                assert!(documented.contains(&metric), "{file}: {word}");
                seen += 1;
            }
        }
    }
    assert!(seen > 15, "{seen}");
}

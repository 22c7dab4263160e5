//! What the public operator's own end-to-end tests check.

use serde_json::{Value, json};

use crate::scenario::{Place, test};

pub(crate) fn everything_is_created_and_owned(place: &Place<'_>) {
    let name = place.name("owned");
    place.apply(&test(&name, ""));
    let stored = place.phase(&name, "Running");
    for (kind, object) in [
        ("service", format!("{name}-master")),
        ("job", format!("{name}-master")),
        ("job", format!("{name}-worker")),
        ("controllerrevision", format!("{name}-1")),
    ] {
        let object = place.get(kind, &object);
        let owner = &object["metadata"]["ownerReferences"][0];
        assert_eq!(owner["uid"], stored["metadata"]["uid"], "{kind}: {object:#}");
        assert_eq!((&owner["controller"], &owner["blockOwnerDeletion"]), (&json!(true), &json!(true)));
    }
    let service = place.get("service", &format!("{name}-master"));
    let ports: Vec<&Value> =
        service["spec"]["ports"].as_array().unwrap().iter().map(|port| &port["name"]).collect();
    assert_eq!(ports, ["port5557", "port5558", "prometheus-metrics"]);
    assert_eq!(service["spec"]["selector"], json!({"performance-test-pod-name": format!("{name}-master")}));
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    let listed = place.kubectl(&["get", "lotest", &name]);
    assert!(listed.contains("Running"), "{listed}");
    assert!(place.kubectl(&["get", "locust"]).contains(&name), "the category");
    assert!(place.describe(&name).contains("Created Service"), "an event says so");
}

pub(crate) fn environment_and_volumes_arrive(place: &Place<'_>) {
    let name = place.name("env");
    place.apply(&test(
        &name,
        "  env:\n    configMapRefs: [{name: settings, prefix: APP_}]\n    variables: [{name: REGION, value: eu}]\n  \
         volumes:\n  - {name: shared, emptyDir: {}}\n  - {name: data, emptyDir: {}}\n  volumeMounts:\n  \
         - {name: shared, mountPath: /shared, target: master}\n  - {name: data, mountPath: /data, target: worker}\n",
    ));
    place.phase(&name, "Running");
    for (role, mount) in [("master", "/shared"), ("worker", "/data")] {
        let job = place.get("job", &format!("{name}-{role}"));
        let locust = &job["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(locust["envFrom"][0], json!({"configMapRef": {"name": "settings"}, "prefix": "APP_"}));
        let env = locust["env"].as_array().unwrap();
        assert!(env.contains(&json!({"name": "REGION", "value": "eu"})), "{env:?}");
        assert_eq!(locust["volumeMounts"][0]["mountPath"], mount);
        assert_eq!(locust["volumeMounts"].as_array().unwrap().len(), 1, "{role}");
    }
}

pub(crate) fn open_telemetry_replaces_the_exporter(place: &Place<'_>) {
    let name = place.name("otel");
    place.apply(&test(
        &name,
        "  observability:\n    openTelemetry: {enabled: true, endpoint: 'http://collector:4317', insecure: true}\n",
    ));
    place.phase(&name, "Running");
    for role in ["master", "worker"] {
        let job = place.get("job", &format!("{name}-{role}"));
        let pod = &job["spec"]["template"]["spec"];
        assert_eq!((pod["containers"].as_array().unwrap().len(), &pod["initContainers"]), (1, &Value::Null));
        let locust = &pod["containers"][0];
        assert!(locust["args"].as_array().unwrap().contains(&json!("--otel")), "{locust}");
        let env = locust["env"].as_array().unwrap();
        assert!(env.iter().any(|one| one["name"] == "OTEL_EXPORTER_OTLP_ENDPOINT"), "{env:?}");
    }
    let service = place.get("service", &format!("{name}-master"));
    assert_eq!(service["spec"]["ports"].as_array().unwrap().len(), 2, "{service:#}");
}

pub(crate) fn labels_annotations_and_pull_secrets_arrive(place: &Place<'_>) {
    let name = place.name("labels");
    place.apply(&format!(
        "apiVersion: locust.io/v2\nkind: LocustTest\nmetadata: {{name: {name}}}\nspec:\n  image: locust\n  \
         imagePullSecrets: [{{name: registry}}]\n  \
         master: {{command: -f x.py, labels: {{team: shop}}, annotations: {{note: m}}}}\n  \
         worker: {{command: -f x.py, replicas: 1, labels: {{team: load}}, annotations: {{note: w}}}}\n"
    ));
    place.phase(&name, "Running");
    for (role, team, note) in [("master", "shop", "m"), ("worker", "load", "w")] {
        let job = place.get("job", &format!("{name}-{role}"));
        let template = &job["spec"]["template"];
        let labels = &template["metadata"]["labels"];
        assert_eq!(labels["team"], team);
        assert_eq!(labels["performance-test-name"], *name);
        assert_eq!(labels["performance-test-pod-name"], format!("{name}-{role}"));
        assert_eq!(labels["managed-by"], "locust-k8s-operator");
        assert_eq!(template["metadata"]["annotations"]["note"], note);
        assert_eq!(template["spec"]["imagePullSecrets"], json!([{"name": "registry"}]));
    }
}

pub(crate) fn one_worker_and_five_hundred(place: &Place<'_>) {
    for (replicas, parallelism) in [(1, json!(1)), (500, json!(500))] {
        let name = place.name(&format!("w{replicas}"));
        // Suspended: five hundred pods would show nothing more.
        let text =
            test(&name, "  job: {suspend: true}\n").replace("replicas: 2", &format!("replicas: {replicas}"));
        place.apply(&text);
        let job = place.until("job", &format!("{name}-worker"), |job| !job.is_null());
        assert_eq!(job["spec"]["parallelism"], parallelism);
        assert_eq!(job["spec"]["completions"], Value::Null);
        let test = place.until("locusttest", &name, |test| test["status"]["expectedWorkers"] == parallelism);
        assert_eq!(test["status"]["connectedWorkers"], 0);
    }
}

pub(crate) fn the_schema_refuses_what_it_can(place: &Place<'_>) {
    let valid = test("valid", "  scheduling: {runtimeClassName: \"\"}\n");
    let long = "x".repeat(57);
    for (text, part) in [
        (valid.replace("replicas: 2", "replicas: 0"), "spec.worker.replicas"),
        (valid.replace("replicas: 2", "replicas: 501"), "spec.worker.replicas"),
        (valid.replace("runtimeClassName: \"\"", "runtimeClassName: Not_Valid"), "runtimeClassName"),
        (valid.replace("name: valid", &format!("name: {long}")), "shorten the name"),
        (valid.replace("name: valid", "name: 1st"), "start with a letter"),
        (
            valid.clone() + "  observability: {openTelemetry: {enabled: true}}\n",
            "add the endpoint that OpenTelemetry exports to",
        ),
        (valid.clone() + "  updatePolicy: Sometimes\n", "spec.updatePolicy"),
        (valid.clone() + "  volumez: []\n", "unknown field \"spec.volumez\""),
    ] {
        let arguments = ["apply", "-n", &place.namespace, "-f", "-"];
        let output = place.cluster.plane.kubectl(&arguments, text.as_bytes());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(part), "{part}: {said}");
    }
    place.apply(&valid.replace("name: valid", &format!("name: {}", place.name("valid"))));
    place.phase(&place.name("valid"), "Running");
}

pub(crate) fn the_same_name_in_two_namespaces(place: &Place<'_>) {
    let (name, other) = (place.name("twice"), format!("{}-b", place.namespace));
    place.cluster.plane.kubectl_ok(&["create", "namespace", &other], b"");
    place.apply(&test(&name, ""));
    place.cluster.plane.kubectl_ok(&["apply", "-n", &other, "-f", "-"], test(&name, "").as_bytes());
    place.phase(&name, "Running");
    place.cluster.phase(&name, &other, "Running");
    place.kubectl(&["delete", "locusttest", &name]);
    place.gone("job", &format!("{name}-master"));
    assert!(!place.cluster.get("job", &format!("{name}-master"), &other).is_null(), "the other's stays");
}

pub(crate) fn created_deleted_and_created_at_once(place: &Place<'_>) {
    let name = place.name("again");
    for _ in 0..3 {
        place.apply(&test(&name, ""));
        place.kubectl(&["delete", "locusttest", &name, "--wait=false"]);
    }
    place.apply(&test(&name, "  updatePolicy: Recreate\n"));
    let stored = place.phase(&name, "Running");
    let job = place.get("job", &format!("{name}-master"));
    assert_eq!(job["metadata"]["ownerReferences"][0]["uid"], stored["metadata"]["uid"]);
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    let masters = place.cluster.life.masters(&format!("{}/{name}-master", place.namespace));
    assert_eq!(masters.at_once, 1, "{masters:?}");
}

pub(crate) fn deleting_leaves_nothing(place: &Place<'_>) {
    let name = place.name("gone");
    place.apply(&test(&name, ""));
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    place.kubectl(&["delete", "locusttest", &name]);
    let kinds = "locusttests,services,jobs,pods,controllerrevisions,configmaps,secrets";
    let mut left = String::new();
    for _ in 0..150 {
        left = place.kubectl(&[
            "get",
            kinds,
            "-o",
            "name",
            "--field-selector",
            "metadata.name!=kube-root-ca.crt",
        ]);
        if left.is_empty() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    panic!("left behind: {left}");
}

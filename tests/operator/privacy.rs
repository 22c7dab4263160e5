//! Values of environment variables stay with those who may read tests, overlays, Jobs and pods: a run with marked values, and
//! everything else that the cluster, the logs and the metrics have.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    thread::sleep,
    time::Duration,
};

use podgraft_testkit::{files::text, webhook_process::serve_namespace};
use serde_json::Value;

use crate::{
    command_line::podgraft,
    scenario::{Place, test},
};

/// The beginning of every marked value.
const MARK: &str = "marked-value";

/// Tests with a marked value in a wrong place or in the way of something.
const WRONG: [(&str, &str); 14] = [
    (
        "number",
        "  workerPodTemplate: {spec: {containers: [{name: locust, env: [{name: A, value: {x: marked-value-01}}]}]}}\n",
    ),
    ("map", "  workerPodTemplate: {spec: {containers: [{name: locust, env: {A: marked-value-02}}]}}\n"),
    ("compose", "  workerPodTemplate: {spec: {containers: [{name: locust, env: ['A=marked-value-03']}]}}\n"),
    (
        "twice",
        "  workerPodTemplate: {spec: {containers: [{name: locust, env: [{name: A, value: marked-value-04}, {name: A, value: marked-value-05}]}]}}\n",
    ),
    (
        "union",
        "  workerPodTemplate: {spec: {containers: [{name: locust, env: [{name: A, value: marked-value-06, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]}]}}\n",
    ),
    (
        "mode",
        "  workerPodTemplate: {spec: {containers: [{name: locust, env: [{name: LOCUST_MODE_MASTER, value: marked-value-07}]}]}}\n",
    ),
    (
        "port",
        "  masterPodTemplate: {spec: {containers: [{name: locust, env: [{name: LOCUST_MASTER_BIND_PORT, value: marked-value-08}]}]}}\n",
    ),
    (
        "host",
        "  workerPodTemplate: {spec: {containers: [{name: locust, env: [{name: HOST, value: marked-value-09}], args: [--worker, --master-host=$(HOST)]}]}}\n",
    ),
    ("typed", "  env: {variables: [{name: LOCUST_MODE_WORKER, value: marked-value-10}]}\n"),
    (
        "constraint",
        "  workerPodTemplate: {spec: {containers: [{name: locust, env: [{name: TOKEN, value: marked-value-11}]}]}}\n",
    ),
    (
        "misspelt",
        "  workerPodTemplate: {spec: {containers: [{name: locust, environment: [{name: A, value: marked-value-12}]}]}}\n",
    ),
    (
        "inner",
        "  workerPodTemplate: {spec: {containers: [{name: locust, env: [{name: A, value: b, marked: marked-value-13}]}]}}\n",
    ),
    (
        "item",
        "  workerPodTemplate: {spec: {containers: [{name: locust, env: [{value: marked-value-14}]}]}}\n",
    ),
    (
        "script",
        "  workerPodTemplate: {spec: {containers: [{name: locust, env: [{name: RUN, value: marked-value-15}], command: [sh, -c, 'exec $(RUN) --worker'], args: []}]}}\n",
    ),
];

/// What an overlay demands, and sets beside another.
const OVERLAYS: &str = "
apiVersion: locust.io/v1alpha1
kind: PodOverlay
metadata: {name: demands}
spec:
  constraints:
  - {path: '.spec.containers[name=\"locust\"].env[name=\"TOKEN\"].value', enum: [allowed]}
---
apiVersion: locust.io/v1alpha1
kind: PodOverlay
metadata: {name: one}
spec: {defaults: {podTemplate: {spec: {containers: [{name: locust, env: [{name: SHARED, value: marked-value-21}]}]}}}}
---
apiVersion: locust.io/v1alpha1
kind: PodOverlay
metadata: {name: other}
spec: {defaults: {podTemplate: {spec: {containers: [{name: locust, env: [{name: SHARED, value: marked-value-22}]}]}}}}
---
apiVersion: locust.io/v1alpha1
kind: PodOverlay
metadata: {name: refused}
spec: {optIn: true, defaults: {podTemplate: {spec: {containers: [{name: locust, env: [{name: A, value: marked-value-23, valueFrom: {}, x: marked-value-24}]}]}}}}
";

pub(crate) fn values_of_variables_stay_where_they_are_written(place: &Place<'_>) {
    place.apply(OVERLAYS);
    let marked = |value: &str| {
        format!(
            "  workerPodTemplate: {{spec: {{containers: [{{name: locust, env: [{{name: PASSWORD, value: {value}}}]}}]}}}}\n"
        )
    };
    let running = place.name("running");
    place.apply(&test(&running, &marked("marked-value-31")));
    // Some are refused by the CRD's own schema: of these there is nothing to say.
    let stores = |(name, spec): &&(&str, &str)| {
        let arguments = ["apply", "--validate=false", "-n", &place.namespace, "-f", "-"];
        place.cluster.plane.kubectl(&arguments, test(&place.name(name), spec).as_bytes()).status.success()
    };
    let wrong: Vec<_> = WRONG.iter().filter(stores).collect();
    assert!(wrong.len() > 8, "{wrong:?}");
    // A change of what runs is shown, and not its values.
    place.phase(&running, "Running");
    place.apply(&test(&running, &marked("marked-value-32")));
    let difference = place.reason(&running, "TemplateUpToDate", "SpecChanged");
    assert!(
        difference.contains(".env[name=\"PASSWORD\"].value") && difference.contains("<redacted>"),
        "{difference}"
    );
    // The command line shows that they differ, and shows them when it is told to.
    let object = format!("locusttest/{running}");
    for command in ["explain", "diff"] {
        let run = |more: &[&str]| {
            let arguments = [&[command, object.as_str(), "-n", &place.namespace], more].concat();
            text(&podgraft(place, &arguments).stdout).to_owned()
        };
        let (hidden, shown) = (run(&[]), run(&["--show-env-values"]));
        assert!(!hidden.contains(MARK) && hidden.contains("<redacted 1>"), "{command}: {hidden}");
        assert!(shown.contains("marked-value-32") && !shown.contains("<redacted"), "{command}: {shown}");
        // A change is seen, and not what of.
        let has = |sign: char| {
            hidden.lines().any(|line| line.starts_with(sign) && line.contains("value: <redacted "))
        };
        assert!(command != "diff" || has('-') && has('+'), "{command}: {hidden}");
    }
    for (name, _) in &wrong {
        place.until("locusttest", &place.name(name), |test| !test["status"]["conditions"].is_null());
    }
    let (webhook, _) = serve_namespace(place.cluster, &place.namespace);
    sleep(Duration::from_secs(2));
    for (name, spec) in &wrong {
        let said = place.cluster.plane.kubectl(
            &["create", "--validate=false", "-n", &place.namespace, "--dry-run=server", "-f", "-"],
            test(&place.name(&format!("again-{name}")), spec).as_bytes(),
        );
        let said = text(&said.stderr);
        assert!(!said.contains(MARK), "{name}: {said}");
    }
    let mut found = Vec::new();
    let kinds = text(
        &place
            .cluster
            .plane
            .kubectl(&["api-resources", "--namespaced", "--verbs=list", "-o", "name"], b"")
            .stdout,
    )
    .lines()
    .collect::<Vec<_>>()
    .join(",");
    let dump: Value = serde_json::from_str(&place.kubectl(&["get", &kinds, "-o", "json"])).unwrap();
    for object in dump["items"].as_array().unwrap() {
        look(object, &mut Vec::new(), object["kind"].as_str().unwrap_or_default(), &mut found);
    }
    for file in fs::read_dir(place.cluster.plane.folder()).unwrap().flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        let is_ours =
            name.starts_with("operator") || name.starts_with("webhook") || name.starts_with("podgraft");
        if is_ours && file.path().extension().is_some_and(|extension| extension == "log") {
            let log = String::from_utf8_lossy(&fs::read(file.path()).unwrap()).into_owned();
            found
                .extend(log.lines().filter(|line| line.contains(MARK)).map(|line| format!("{name}: {line}")));
        }
    }
    let metrics = metrics(webhook.metrics);
    assert!(metrics.contains("podgraft_webhook_certificate_expiry_timestamp_seconds"), "{metrics}");
    found.extend(metrics.lines().filter(|line| line.contains(MARK)).map(str::to_owned));
    assert!(found.is_empty(), "values of variables in\n{}", found.join("\n"));
}

/// Looks for marked values where they do not belong.
fn look<'v>(value: &'v Value, path: &mut Vec<&'v str>, kind: &str, found: &mut Vec<String>) {
    let belongs = match kind {
        "LocustTest" | "PodOverlay" | "Job" | "Pod" => path.first() == Some(&"spec"),
        "ControllerRevision" => path.first() == Some(&"data"),
        _ => false,
    };
    if belongs || path.ends_with(&["kubectl.kubernetes.io/last-applied-configuration"]) {
        return;
    }
    match value {
        Value::String(text) if text.contains(MARK) => {
            found.push(format!("{kind} {}: {text}", path.join(".")));
        }
        Value::Array(items) => items.iter().for_each(|item| look(item, path, kind, found)),
        Value::Object(fields) => {
            for (name, inner) in fields {
                path.push(name);
                look(inner, path, kind, found);
                path.pop();
            }
        }
        _ => {}
    }
}

fn metrics(port: u16) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

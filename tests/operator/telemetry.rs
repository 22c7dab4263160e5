//! What the operator measures, and what the API server's audit log says of its requests.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

use podgraft_testkit::{cluster::Cluster, files::root, operator_process::OperatorProcess};
use serde_json::Value;

use crate::{
    cluster,
    scenario::{count, http, test},
};

/// The metrics that docs/operator.md names, each with its labels.
fn documented() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(root().join("docs/operator.md")).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix("| `podgraft_"));
    let words =
        |cell: &str| -> BTreeSet<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('|').collect();
            (format!("podgraft_{}", cells[0].trim_end().trim_end_matches('`')), words(cells[1]))
        })
        .collect()
}

/// The metrics that there are samples of, each with its labels.
fn measured(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("podgraft_")) {
        let end = line.find(['{', ' ']).unwrap();
        let histogram = ["_bucket", "_sum", "_count"].iter().find_map(|part| line[..end].strip_suffix(part));
        let labels =
            line[end..].strip_prefix('{').and_then(|rest| rest.split_once("} ")).map_or("", |two| two.0);
        let labels =
            labels.split("\",").filter_map(|pair| pair.split_once("=\"")).map(|(name, _)| name.to_owned());
        found
            .entry(histogram.unwrap_or(&line[..end]).to_owned())
            .or_default()
            .extend(labels.filter(|name| name != "le"));
    }
    found
}

/// Waits until this sum of metrics is at least so much.
fn until(operator: &OperatorProcess, name: &str, labels: &str, least: usize) {
    let started = Instant::now();
    while count(operator, name, labels) < least {
        assert!(started.elapsed() < Duration::from_secs(60), "{}", http(operator.metrics, "/metrics"));
        sleep(Duration::from_millis(100));
    }
}

/// Everything that docs/operator.md names is measured, and nothing else; each tells what it is to tell.
#[test]
fn what_is_measured_is_documented_and_true() {
    let (_turn, cluster) = cluster();
    let operator = OperatorProcess::of(&cluster);
    cluster.apply(&test("measured", ""));
    cluster.phase("measured", "default", "Running");
    until(&operator, "podgraft_tests", "phase=\"Running\"", 1);
    // Without a webhook there is no certificate.
    let mut documented = documented();
    documented.remove("podgraft_webhook_certificate_expiry_timestamp_seconds").unwrap();
    assert_eq!(measured(&http(operator.metrics, "/metrics")), documented);
    let of = |name: &str, labels: &str| count(&operator, name, labels);
    let build = format!("version=\"{}\"", env!("CARGO_PKG_VERSION"));
    assert_eq!((of("podgraft_build_info", &build), of("podgraft_leader", "")), (1, 1));
    // Both dry runs, a revision, a Service and two Jobs.
    assert!(of("podgraft_api_requests_total", "verb=\"create\",code=\"201\"") >= 8);
    assert!(of("podgraft_api_requests_total", "verb=\"watch\",code=\"200\"") >= 8);
    for name in ["render", "reconcile", "queue"] {
        assert!(of(&format!("podgraft_{name}_seconds_count"), "") > 0, "{name}");
    }
    assert!(of("podgraft_reconciles_total", "outcome=\"ok\"") > 0);
    assert_eq!(of("podgraft_reconcile_errors_total", ""), 0);
    // Who may do nothing any more fails, and says so.
    cluster.plane.kubectl_ok(&["delete", "clusterrolebinding", "podgraft"], b"");
    until(&operator, "podgraft_leader", "", 1);
    sleep(Duration::from_secs(1));
    cluster.apply(&test("unmeasured", ""));
    until(&operator, "podgraft_reconcile_errors_total", "reason=\"api\"", 1);
    until(&operator, "podgraft_api_requests_total", "code=\"403\"", 1);
    until(&operator, "podgraft_tests", "phase=\"New\"", 1);
    assert_eq!(of("podgraft_reconciles_total", "outcome=\"api\""), of("podgraft_reconcile_errors_total", ""));
}

/// The API server's audit log says who asks: the operator, and the command line.
#[test]
fn requests_say_who_asks() {
    let (_turn, cluster) = cluster();
    let operator = OperatorProcess::of(&cluster);
    cluster.apply(&test("asked", ""));
    cluster.phase("asked", "default", "Running");
    drop(operator);
    let output = Command::new(env!("CARGO_BIN_EXE_podgraft"))
        .args([
            "render",
            "locusttest/asked",
            "-n",
            "default",
            "--kubeconfig",
            &cluster.plane.kubeconfig("admin"),
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let agent = format!("podgraft/{}", env!("CARGO_PKG_VERSION"));
    let operator = "system:serviceaccount:podgraft:podgraft";
    let all = agents(&cluster);
    assert_eq!(all[operator], BTreeSet::from([agent.clone()]));
    assert!(all["admin"].contains(&agent), "{:?}", all["admin"]);
}

/// What the audit log has as agents of each user.
fn agents(cluster: &Cluster) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let log = fs::read_to_string(cluster.plane.folder().join("audit.log")).unwrap();
    for line in log.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        found.entry(text(&event["user"]["username"])).or_default().insert(text(&event["userAgent"]));
    }
    found
}

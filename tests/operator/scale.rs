//! Memory, API calls and time with many tests, and with many pods that are none of the operator's.
//!
//! `cargo test --test operator scale -- --nocapture` prints the figures. `PODGRAFT_SCALE=200,1000` chooses how
//! many tests there are, step by step, and `PODGRAFT_STRANGERS=5000` how many unrelated pods in the end.
//! `PODGRAFT_BEFORE=FILE` measures another build first, in the same run.

use std::{
    fs,
    ops::Range,
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use futures::StreamExt;
use k8s_openapi::api::core::v1::Pod;
use kube::{Api, api::PostParams};
use podgraft_testkit::{cluster::Cluster, operator_process::OperatorProcess, pod_life::client};
use serde_json::json;

use crate::{
    scenario::{count, http, test},
    support::PODGRAFT,
    turn,
};

/// How long all tests together may take to start.
const PATIENCE: Duration = Duration::from_secs(400);

/// What is measured while the tests run: enough to see a line that is not straight.
const STEPS: &str = "50,200";
const STRANGERS: &str = "1000";
/// With how many tests hundreds of overlays are looked at, at most.
const FEW: usize = 100;
/// How many starts are measured before, and how many after.
const STARTS: usize = 3;
/// The operator's name in the audit log.
const OPERATOR: &str = "system:serviceaccount:podgraft:podgraft";

#[test]
fn scale() {
    let _turn = turn();
    let setting = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.into());
    let steps: Vec<usize> =
        setting("PODGRAFT_SCALE", STEPS).split(',').map(|step| step.parse().unwrap()).collect();
    let strangers: usize = setting("PODGRAFT_STRANGERS", STRANGERS).parse().unwrap();
    let before = std::env::var("PODGRAFT_BEFORE").ok();
    let now = env!("CARGO_BIN_EXE_podgraft");
    for program in before.iter().map(String::as_str).chain([now]) {
        println!("{program}:");
        measure(Path::new(program), program == now, &steps, strangers);
    }
}

/// One build, on a cluster of its own. What others measure cannot be asked of an older one.
fn measure(program: &Path, is_this: bool, steps: &[usize], strangers: usize) {
    let cluster = Cluster::start(PODGRAFT);
    cluster.plane.kubectl_ok(&["create", "namespace", "many"], b"");
    let operator = OperatorProcess::of_build(&cluster, program);
    sleep(Duration::from_secs(1));
    println!("0 tests: {} MiB", memory(&operator));
    let mut there = 0;
    for (index, step) in steps.iter().copied().enumerate() {
        grow(&cluster, &operator, there, step, is_this);
        there = step;
        if index == 0 && is_this && there <= FEW {
            many_overlays_at_once(&cluster, &operator, there);
        }
        an_overlay_changes(&cluster, &operator, there);
    }
    drop(operator);
    if is_this {
        with_strangers(&cluster, there, strangers);
    }
}

/// What a change of one overlay costs that concerns all tests.
fn an_overlay_changes(cluster: &Cluster, operator: &OperatorProcess, tests: usize) {
    let overlay = "apiVersion: locust.io/v1alpha1\nkind: PodOverlay\nmetadata: {name: one, namespace: many}\n\
                   spec: {defaults: {podTemplate: {metadata: {annotations: {example.com/one: \"1\"}}}}}\n";
    let (before, worked) = (quiet(cluster), cpu(operator));
    cluster.apply(overlay);
    let calls = quiet(cluster) - before;
    println!("an overlay for {tests} tests: {calls} API calls, {:.1} s of CPU", cpu(operator) - worked);
    cluster.plane.kubectl_ok(&["delete", "podoverlays", "--all", "-n", "many"], b"");
    quiet(cluster);
}

/// Waits until the operator asks for nothing any more; how often it has asked.
fn quiet(cluster: &Cluster) -> usize {
    let calls = || cluster.plane.requests(OPERATOR).values().sum::<usize>();
    let (mut last, started) = (calls(), Instant::now());
    loop {
        sleep(Duration::from_secs(5));
        let now = calls();
        if now == last {
            return now;
        }
        assert!(
            started.elapsed() < PATIENCE,
            "it works without a reason: {:?}",
            cluster.plane.requests(OPERATOR)
        );
        last = now;
    }
}

/// From so many tests to so many.
fn grow(cluster: &Cluster, operator: &OperatorProcess, from: usize, to: usize, is_this: bool) {
    let before = quiet(cluster);
    let (started, worked) = (Instant::now(), cpu(operator));
    create_tests(cluster, from..to);
    let applied = started.elapsed().as_secs_f64();
    running(operator, to, started);
    let took = started.elapsed().as_secs_f64();
    // The pods of the last tests still come up.
    let after = quiet(cluster);
    let (memory, worked) = (memory(operator), cpu(operator) - worked);
    println!(
        "{from} to {to} tests: applied in {applied:.1} s, running in {took:.1} s, {memory} MiB, {worked:.1} s of CPU"
    );
    let tenths = (after - before) * 10 / (to - from);
    println!("{} API calls, {}.{} a test; 5 s without a change: 0", after - before, tenths / 10, tenths % 10);
    for (what, count) in cluster.plane.requests(OPERATOR) {
        println!("  {what}: {count}");
    }
    assert!(!is_this || tenths < 160, "too many API calls a test");
}

/// Every test is looked at a few times, not once for each overlay.
fn many_overlays_at_once(cluster: &Cluster, operator: &OperatorProcess, tests: usize) {
    const OVERLAYS: usize = 200;
    let looks = || count(operator, "podgraft_reconciles_total", "");
    let (before, started) = (looks(), Instant::now());
    let overlay = |number: usize| {
        format!(
            "apiVersion: locust.io/v1alpha1\nkind: PodOverlay\nmetadata: {{name: o{number}, namespace: many}}\nspec: {{priority: {number}, \
             defaults: {{podTemplate: {{metadata: {{annotations: {{example.com/number: \"{number}\"}}}}}}}}}}\n"
        )
    };
    let overlays = || (0..OVERLAYS).map(overlay).collect::<Vec<_>>().join("---\n");
    cluster.plane.kubectl_ok(&["create", "-f", "-"], overlays().as_bytes());
    let created = started.elapsed().as_secs_f64();
    let last = format!("o{}", OVERLAYS - 1);
    cluster.until("podoverlay", &last, "many", |overlay| overlay["status"]["matchedTests"] == tests);
    let looked = (looks() - before) / tests;
    println!(
        "{OVERLAYS} overlays created in {created:.1} s, all known {:.1} s after the first: {looked} looks at each of {tests} tests",
        started.elapsed().as_secs_f64()
    );
    assert!(looked < OVERLAYS / 10, "{looked} looks at each test");
    cluster.plane.kubectl_ok(&["delete", "podoverlays", "--all", "-n", "many"], b"");
}

/// Fresh operators before and after there are pods of others. How threads share memory differs from start to
/// start by some MiB, so the least of a few starts is compared: what a cache of pods would cost is in each.
fn with_strangers(cluster: &Cluster, tests: usize, strangers: usize) {
    let fresh = || {
        let operator = OperatorProcess::of(cluster);
        running(&operator, tests, Instant::now());
        sleep(Duration::from_secs(2));
        memory(&operator)
    };
    let least = || (0..STARTS).map(|_| fresh()).min().unwrap();
    let before = least();
    create_strangers(cluster, strangers);
    let after = least();
    println!("{tests} tests, restarted: {before} MiB; with {strangers} unrelated pods: {after} MiB");
    assert!(after <= before + 3, "unrelated pods cost memory");
}

fn create_tests(cluster: &Cluster, numbers: Range<usize>) {
    let texts: Vec<String> =
        numbers.map(|index| test(&format!("t{index}"), "").replace("replicas: 2", "replicas: 1")).collect();
    cluster.plane.kubectl_ok(&["create", "-n", "many", "-f", "-"], texts.join("---\n").as_bytes());
}

fn create_strangers(cluster: &Cluster, count: usize) {
    let kubeconfig = cluster.plane.kubeconfig("admin");
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let pods: Api<Pod> = Api::namespaced(client(&kubeconfig).await, "default");
        let pod = json!({
            "metadata": {"generateName": "stranger-", "labels": {"app": "web"}},
            // Never scheduled: they only have to be there.
            "spec": {"schedulingGates": [{"name": "example.com/never"}], "containers": [{"name": "web", "image": "web"}]}
        });
        let pod: Pod = serde_json::from_value(pod).unwrap();
        let created = futures::stream::iter(0..count)
            .map(|_| async { pods.create(&PostParams::default(), &pod).await.unwrap() })
            .buffer_unordered(20)
            .count()
            .await;
        assert_eq!(created, count);
    });
}

/// Waits until the operator itself counts so many running tests.
fn running(operator: &OperatorProcess, wanted: usize, since: Instant) {
    while std::net::TcpStream::connect(("127.0.0.1", operator.metrics)).is_err()
        || count(operator, "podgraft_tests", "phase=\"Running\"") != wanted
    {
        assert!(since.elapsed() < PATIENCE, "not all run: {}", http(operator.metrics, "/metrics"));
        sleep(Duration::from_millis(250));
    }
}

/// How long the operator has worked on processors, in seconds.
fn cpu(operator: &OperatorProcess) -> f64 {
    let status = fs::read_to_string(format!("/proc/{}/stat", operator.id())).unwrap();
    // After the program's name in parentheses: utime and stime are the 12th and the 13th field, in hundredths.
    let fields: Vec<&str> = status.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

/// The memory that the operator has in use, in MiB.
fn memory(operator: &OperatorProcess) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", operator.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1_024
}

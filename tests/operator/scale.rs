//! Memory, API calls and time with many tests, and with many pods that are none of the operator's.
//!
//! `cargo test --release --test operator scale -- --nocapture` prints the figures; `PODGRAFT_SCALE=1000,5000`
//! chooses how many tests and unrelated pods.

use std::{
    fs,
    thread::sleep,
    time::{Duration, Instant},
};

use futures::StreamExt;
use k8s_openapi::api::core::v1::Pod;
use kube::{Api, api::PostParams};
use serde_json::json;

use crate::{
    cluster,
    scenario::{http, test},
    support::{
        operator::{Cluster, Operator},
        pod_life::client,
    },
};

/// How long all tests together may take to start.
const PATIENCE: Duration = Duration::from_secs(400);

#[test]
fn scale() {
    let (_turn, cluster) = cluster();
    let numbers = std::env::var("PODGRAFT_SCALE").unwrap_or_else(|_| "200,1000".into());
    let (tests, strangers) = numbers.split_once(',').unwrap();
    let (tests, strangers): (usize, usize) = (tests.parse().unwrap(), strangers.parse().unwrap());
    cluster.plane.kubectl_ok(&["create", "namespace", "many"], b"");
    let operator = Operator::of(&cluster);
    sleep(Duration::from_secs(1));
    println!("0 tests: {} MiB", memory(&operator));
    let started = Instant::now();
    create_tests(&cluster, tests);
    let applied = started.elapsed();
    running(&operator, tests, started);
    let took = started.elapsed();
    println!(
        "{tests} tests: applied in {:.1} s, running in {:.1} s, {} MiB",
        applied.as_secs_f64(),
        took.as_secs_f64(),
        memory(&operator)
    );
    sleep(Duration::from_secs(5));
    let requests = cluster.plane.requests("system:serviceaccount:podgraft:podgraft");
    let all: usize = requests.values().sum();
    println!("{all} API calls, {:.1} a test", all as f64 / tests as f64);
    for (what, count) in requests {
        println!("  {what}: {count}");
    }
    sleep(Duration::from_secs(5));
    let idle: usize = cluster.plane.requests("system:serviceaccount:podgraft:podgraft").values().sum();
    println!("5 s without a change: {} API calls", idle - all);
    assert!(idle - all <= tests / 50, "it works without a reason");
    drop(operator);
    with_strangers(&cluster, tests, strangers);
}

/// A fresh operator before and after there are pods of others.
fn with_strangers(cluster: &Cluster, tests: usize, strangers: usize) {
    let fresh = || {
        let operator = Operator::of(cluster);
        running(&operator, tests, Instant::now());
        sleep(Duration::from_secs(2));
        memory(&operator)
    };
    let before = fresh();
    create_strangers(cluster, strangers);
    let after = fresh();
    println!("{tests} tests, restarted: {before} MiB; with {strangers} unrelated pods: {after} MiB");
    assert!(after <= before + 3, "unrelated pods cost memory");
}

fn create_tests(cluster: &Cluster, count: usize) {
    let texts: Vec<String> = (0..count)
        .map(|index| test(&format!("t{index}"), "").replace("replicas: 2", "replicas: 1"))
        .collect();
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
fn running(operator: &Operator, count: usize, since: Instant) {
    let wanted = format!("podgraft_tests{{phase=\"Running\"}} {count}\n");
    while std::net::TcpStream::connect(("127.0.0.1", operator.metrics)).is_err()
        || !http(operator.metrics, "/metrics").contains(&wanted)
    {
        assert!(since.elapsed() < PATIENCE, "not all run: {}", http(operator.metrics, "/metrics"));
        sleep(Duration::from_millis(250));
    }
}

/// The memory that the operator has in use, in MiB.
fn memory(operator: &Operator) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", operator.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1_024
}

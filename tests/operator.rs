//! The operator on a real control plane: the life of tests.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use support::operator::{Cluster, Operator, condition};
use support::pod_life::Fate;

fn test(name: &str, more: &str) -> String {
    format!(
        "apiVersion: locust.io/v2\nkind: LocustTest\nmetadata:\n  name: {name}\nspec:\n  image: locustio/locust:2.43.0\n  \
         master: {{command: --locustfile /lotest/src/test.py}}\n  worker: {{command: --locustfile /lotest/src/test.py, replicas: 2}}\n{more}"
    )
}

#[test]
fn tests_live_and_end() {
    let cluster = Cluster::start();
    let operator = Operator::of(&cluster);
    a_test_runs_and_succeeds(&cluster);
    drop(operator);
}

fn a_test_runs_and_succeeds(cluster: &Cluster) {
    cluster.apply(&test("first", ""));
    cluster.phase("first", "default", "Running");
    cluster.reason("first", "default", "WorkersConnected", "AllWorkersConnected");
    cluster.life.fate("first-master", Fate::Succeed);
    let ended = cluster.phase("first", "default", "Succeeded");
    assert_eq!(condition(&ended, "TestCompleted")["reason"], "TestSucceeded");
    println!("{ended:#}");
}

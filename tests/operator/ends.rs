//! How tests end, and that they end once.

use std::{thread::sleep, time::Duration};

use podgraft_testkit::{cluster::condition, pod_life::Fate};
use serde_json::json;

use crate::scenario::{Place, test};

pub(crate) fn a_test_succeeds(place: &Place<'_>) {
    let name = place.name("fine");
    place.apply(&test(&name, ""));
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    place.cluster.life.fate(&format!("{name}-worker"), Fate::Succeed);
    place.cluster.life.fate(&format!("{name}-master"), Fate::Succeed);
    let ended = place.phase(&name, "Succeeded");
    assert_eq!(condition(&ended, "TestCompleted")["reason"], "TestSucceeded");
    // Unlike the public operator's, the count does not fall to 0 when the workers leave.
    assert_eq!(ended["status"]["connectedWorkers"], 2, "{ended:#}");
    assert_eq!(condition(&ended, "WorkersConnected")["message"], "2/2 workers ran");
    assert!(!ended["status"]["completionTime"].is_null());
    place.until("job", &format!("{name}-worker"), |job| job["status"]["succeeded"] == 2);
    let told = place.describe(&name);
    assert!(told.contains("TestStarted") && told.contains("TestCompleted"), "{told}");
}

pub(crate) fn a_test_fails_with_the_reason(place: &Place<'_>) {
    let name = place.name("bad");
    place.apply(&test(&name, ""));
    place.phase(&name, "Running");
    place.cluster.life.fate(&format!("{name}-master"), Fate::Fail);
    let ended = place.phase(&name, "Failed");
    assert_eq!(condition(&ended, "TestCompleted")["reason"], "TestFailed");
    assert_eq!(condition(&ended, "Ready")["reason"], "ResourcesFailed");
    let why = condition(&ended, "TestCompleted")["message"].as_str().unwrap();
    assert!(why.contains("BackoffLimitExceeded"), "{why}");
    let pods = condition(&ended, "PodsHealthy")["message"].as_str().unwrap();
    assert!(pods.contains("exited with 1: no such locustfile"), "{pods}");
    assert!(place.describe(&name).contains("TestFailed"));
}

pub(crate) fn a_short_ttl_runs_nothing_again(place: &Place<'_>) {
    let name = place.name("ttl");
    place.apply(&test(&name, "  job: {ttlSecondsAfterFinished: 0}\n"));
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    let job = place.get("job", &format!("{name}-master"));
    assert!(job["spec"]["ttlSecondsAfterFinished"].is_null(), "it is set at the end only");
    for role in ["worker", "master"] {
        place.cluster.life.fate(&format!("{name}-{role}"), Fate::Succeed);
    }
    place.phase(&name, "Succeeded");
    place.gone("job", &format!("{name}-master"));
    place.gone("job", &format!("{name}-worker"));
    sleep(Duration::from_secs(3));
    let ended = place.get("locusttest", &name);
    assert_eq!(ended["status"]["phase"], "Succeeded");
    assert!(place.get("job", &format!("{name}-master")).is_null(), "run again");
    place.had_masters(&name, 1);
}

pub(crate) fn a_suspended_test_waits(place: &Place<'_>) {
    let name = place.name("queue");
    place.apply(&test(&name, "  job: {suspend: true, labels: {kueue.x-k8s.io/queue-name: loads}}\n"));
    let job = place.until("job", &format!("{name}-master"), |job| !job.is_null());
    assert_eq!(job["metadata"]["labels"]["kueue.x-k8s.io/queue-name"], "loads");
    assert!(place.reason(&name, "PodsHealthy", "Suspended").contains("suspended"));
    let before = place.get("locusttest", &name);
    assert_eq!(before["status"]["phase"], "Pending");
    sleep(Duration::from_secs(3));
    let after = place.get("locusttest", &name);
    let version = |test: &serde_json::Value| test["metadata"]["resourceVersion"].clone();
    assert_eq!(version(&before), version(&after), "nothing flaps while it waits");
    for role in ["master", "worker"] {
        let patch = json!({"spec": {"suspend": false}}).to_string();
        place.kubectl(&["patch", "job", &format!("{name}-{role}"), "--type=merge", "-p", &patch]);
    }
    place.phase(&name, "Running");
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
}

/// The usual way to run a test once more: its finished Job is still there for a moment.
pub(crate) fn a_finished_predecessor_says_nothing(place: &Place<'_>) {
    let name = place.name("rerun");
    for run in 1..=2 {
        place.apply(&test(&name, ""));
        place.reason(&name, "WorkersConnected", "AllWorkersConnected");
        place.had_masters(&name, run);
        place.cluster.life.fate(&format!("{name}-"), Fate::Succeed);
        place.phase(&name, "Succeeded");
        place.cluster.life.fate(&format!("{name}-"), Fate::Run);
        if run == 1 {
            place.kubectl(&["delete", "locusttest", &name]);
        }
    }
}

/// A Job whose pods are told to stop looks complete for a moment, before it is gone.
pub(crate) fn a_stopped_master_has_not_ended(place: &Place<'_>) {
    let name = place.name("stopped");
    place.apply(&test(&name, ""));
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    let uid = place.get("job", &format!("{name}-master"))["metadata"]["uid"].clone();
    place.kubectl(&["delete", "job", &format!("{name}-master"), "--cascade=foreground"]);
    place.until("job", &format!("{name}-master"), |job| !job.is_null() && job["metadata"]["uid"] != uid);
    place.phase(&name, "Running");
    place.had_masters(&name, 2);
}

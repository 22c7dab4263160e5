//! Observed states of tests, for tests of decisions and statuses.

use kube::api::DynamicObject;
use serde_json::json;

use super::observed::{JobProgress, JobState, ObjectState, Observed, Owner, PodState, Revision};

/// The hash of the revision that runs.
pub(crate) const OLD: &str = "old";
/// The hash of what is rendered now.
pub(crate) const NEW: &str = "new";

pub(crate) fn observed(phase: &str) -> Observed {
    let test = json!({
        "apiVersion": "locust.io/v2", "kind": "LocustTest",
        "metadata": {"name": "a.b", "namespace": "n", "uid": "1", "generation": 2},
        "status": {"phase": phase}
    });
    let test: DynamicObject = serde_json::from_value(test).unwrap();
    Observed {
        test,
        revision: None,
        old_revisions: Vec::new(),
        highest_revision: 0,
        service: None,
        web_service: None,
        master: None,
        worker: None,
        pods: Vec::new(),
    }
}

pub(crate) fn object(name: &str, hash: Option<&str>) -> ObjectState {
    ObjectState {
        name: name.into(),
        uid: format!("uid of {name}"),
        owner: Owner::Test,
        hash: hash.map(str::to_owned),
        deleting: false,
        deleted: None,
    }
}

pub(crate) fn job(name: &str, hash: Option<&str>) -> JobState {
    JobState {
        object: object(name, hash),
        progress: JobProgress::Active,
        failure: None,
        failure_reason: None,
        parallelism: 1,
        ready: 0,
        ended: None,
        created: None,
        ttl: None,
        wanted_ttl: None,
        suspend: Some(false),
        restart: None,
    }
}

pub(crate) fn revision(hash: &str, generation: i64) -> Revision {
    Revision {
        name: "a.b-1".into(),
        number: 1,
        hash: hash.into(),
        generation,
        layers: Vec::new(),
        overlays: Vec::new(),
        checked: String::new(),
        has_web_service: false,
        objects: None,
    }
}

/// A test that runs as it was rendered from its first generation.
pub(crate) fn running() -> Observed {
    Observed {
        revision: Some(revision(OLD, 1)),
        service: Some(object("a-b-master", Some(OLD))),
        master: Some(job("a-b-master", Some(OLD))),
        worker: Some(job("a-b-worker", Some(OLD))),
        ..observed("Running")
    }
}

/// A pod of a role, owned by the Job of this UID.
pub(crate) fn pod(role: &str, phase: &str, job: Option<&str>) -> PodState {
    PodState {
        name: format!("{role}-pod"),
        pod_label: format!("a-b-{role}"),
        job: job.map(str::to_owned),
        phase: phase.into(),
        deleting: false,
        created: None,
        unschedulable: None,
        failures: Vec::new(),
    }
}

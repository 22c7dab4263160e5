//! Views of tests, for tests of what is decided and told.

use kube::api::DynamicObject;
use serde_json::json;

use super::{
    pods::PodState,
    revision::Revision,
    view::{Child, JobState, Owner, Progress, View},
};

/// The hash of the revision that runs.
pub(super) const OLD: &str = "old";
/// The hash of what is rendered now.
pub(super) const NEW: &str = "new";

pub(super) fn view(phase: &str) -> View {
    let test = json!({
        "apiVersion": "locust.io/v2", "kind": "LocustTest",
        "metadata": {"name": "a.b", "namespace": "n", "uid": "1", "generation": 2},
        "status": {"phase": phase}
    });
    let test: DynamicObject = serde_json::from_value(test).unwrap();
    View {
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

pub(super) fn child(name: &str, hash: Option<&str>) -> Child {
    Child {
        name: name.into(),
        uid: format!("uid of {name}"),
        owner: Owner::Test,
        hash: hash.map(str::to_owned),
        deleting: false,
        deleted: None,
    }
}

pub(super) fn job(name: &str, hash: Option<&str>) -> JobState {
    JobState {
        child: child(name, hash),
        progress: Progress::Active,
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
        lacks_pods: None,
    }
}

pub(super) fn revision(hash: &str, generation: i64) -> Revision {
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
pub(super) fn running() -> View {
    View {
        revision: Some(revision(OLD, 1)),
        service: Some(child("a-b-master", Some(OLD))),
        master: Some(job("a-b-master", Some(OLD))),
        worker: Some(job("a-b-worker", Some(OLD))),
        ..view("Running")
    }
}

/// A pod of a role, owned by the Job of this UID.
pub(super) fn pod(role: &str, phase: &str, job: Option<&str>) -> PodState {
    PodState {
        name: format!("{role}-pod"),
        pod_label: format!("a-b-{role}"),
        job: job.map(str::to_owned),
        phase: phase.into(),
        deleting: false,
        created: None,
        unschedulable: None,
        troubles: Vec::new(),
    }
}

//! [`WorkerCounts`]: how many workers a test is to have, and how many there are.

use serde_json::Value;

use crate::operator::observed::{JobProgress, Observed, PodState};
use podgraft_locust::role::Role;

/// How many workers there are to be, and how many there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct WorkerCounts {
    pub(super) expected: i64,
    pub(super) connected: i64,
}

impl WorkerCounts {
    pub(super) fn from_observed(observed: &Observed) -> Self {
        let before = observed.status();
        let of_spec = observed.test.data.pointer("/spec/worker/replicas").and_then(Value::as_i64);
        let of_job = observed.own_job(Role::Worker).map(|worker| worker.parallelism.into());
        // Jobs that have expired do not change what was true at the end.
        let recorded = |name: &str| before.get(name).filter(|_| observed.has_ended()).and_then(Value::as_i64);
        Self {
            expected: recorded("expectedWorkers").or(of_job).or(of_spec).unwrap_or_default(),
            connected: recorded("connectedWorkers").unwrap_or_else(|| connected(observed)),
        }
    }
}

/// How many workers run; once the test has ended, how many did, because they leave with their master.
fn connected(observed: &Observed) -> i64 {
    let master_ended = observed.ended_master().is_some();
    let Some(worker) = observed.own_job(Role::Worker) else { return 0 };
    if !master_ended && worker.progress != JobProgress::Complete {
        return worker.ready.into();
    }
    let ran = |pod: &&PodState| {
        pod.job.as_ref() == Some(&worker.object.uid) && matches!(pod.phase.as_str(), "Running" | "Succeeded")
    };
    i64::try_from(observed.pods.iter().filter(ran).count()).unwrap_or(i64::MAX)
}

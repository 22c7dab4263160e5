use std::collections::BTreeMap;

use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    codes,
    operator::{
        decide::{Desired, decide, decision::Decision},
        fixture::{NEW, OLD, job, object, observed, pod, running},
        observed::{
            JobProgress, JobState, Observed, Owner,
            job_state::JobRestart,
            pod_state::{ContainerFailure, FailureReason},
        },
        server_refusal::ServerRefusal,
        status::{inputs::StatusInputs, pod_health::PodShortage, status},
    },
};
use podgraft_locust::{Rendered, api::shared::UpdatePolicy, role::Role};
use podgraft_merge::diagnostic::Diagnostic;

/// The document that explains the states.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operator.md");
/// The columns of its table after the state itself.
const CONDITIONS: [&str; 5] =
    ["Ready", "WorkersConnected", "TestCompleted", "PodsHealthy", "TemplatesApplied"];

/// The order in which a reader meets them.
const ORDER: [&str; 23] = [
    "Refused",
    "RefusedByServer",
    "NameTaken",
    "Waiting",
    "Lost",
    "Error",
    "Creating",
    "Suspended",
    "Starting",
    "Running",
    "WorkersMissing",
    "WorkersEnded",
    "SpecRefused",
    "SchedulingError",
    "ImagePullError",
    "ConfigurationError",
    "CreationError",
    "PodsMissing",
    "CrashLoopBackOff",
    "InitializationError",
    "Succeeded",
    "Failed",
    "BackoffLimitExceeded",
];

/// What brings about a state.
struct Case {
    observed: Observed,
    refusal: Option<ServerRefusal>,
    shortages: Vec<PodShortage>,
    failure: Option<&'static str>,
    refused: bool,
    decision: Option<Decision>,
}

impl Case {
    fn new(observed: Observed) -> Self {
        Self { observed, refusal: None, shortages: Vec::new(), failure: None, refused: false, decision: None }
    }

    fn status(&self) -> Value {
        let mut rendered = Rendered::default();
        if self.refused {
            rendered.diagnostics.push(Diagnostic::error(codes::UNKNOWN_FIELD, "remove it"));
        }
        let hash = (!self.refused).then_some(OLD);
        let policy = UpdatePolicy::Ignore;
        let decision = self
            .decision
            .clone()
            .unwrap_or_else(|| decide(&self.observed, Desired { hash, policy, suspend: false }));
        status(&StatusInputs {
            observed: &self.observed,
            rendered: &rendered,
            hash,
            policy,
            decision: &decision,
            refusal: self.refusal.as_ref(),
            shortages: &self.shortages,
            failure: self.failure,
            drift: &[],
            now: Timestamp::UNIX_EPOCH,
        })
    }
}

/// A test that runs, with its pods.
fn with_pods(phase: &str) -> Observed {
    let worker = JobState { ready: i32::from(phase == "Running"), ..job("a-b-worker", Some(OLD)) };
    let pods = ["master", "worker"]
        .map(|role| pod(role, phase, Some(&format!("uid of a-b-{role}"))))
        .into_iter()
        .collect();
    Observed { worker: Some(worker), pods, ..running() }
}

fn with_master(progress: JobProgress, reason: Option<&str>) -> Observed {
    let mut observed = with_pods("Running");
    let master = observed.master.take().unwrap();
    if progress == JobProgress::Suspended {
        observed.worker.as_mut().unwrap().progress = progress;
    }
    observed.master = Some(JobState {
        progress,
        ended: matches!(progress, JobProgress::Complete | JobProgress::Failed)
            .then_some(Timestamp::UNIX_EPOCH),
        failure_reason: reason.map(str::to_owned),
        ..master
    });
    observed
}

fn with_failure(reason: FailureReason) -> Observed {
    let mut observed = with_pods("Pending");
    observed.pods[1].failures.push(ContainerFailure {
        reason,
        container: "locust".into(),
        init: false,
        message: "it says why".into(),
    });
    observed
}

fn with_shortage(refusal: Option<&str>) -> Case {
    let mut observed = with_pods("Running");
    let worker = observed.worker.as_mut().unwrap();
    worker.parallelism = 5;
    worker.ready = 0;
    let shortage = PodShortage { role: Role::Worker, there: 0, refusal: refusal.map(str::to_owned) };
    Case { shortages: vec![shortage], ..Case::new(observed) }
}

/// A case for every row of the table.
fn cases() -> BTreeMap<&'static str, Case> {
    let new = || observed("");
    let foreign = |owner| {
        let mut master = job("a-b-master", None);
        master.object.owner = owner;
        master.progress = JobProgress::Active;
        // The other's pods are nobody's business here.
        let pods = vec![pod("master", "Running", Some(&master.object.uid))];
        Observed { master: Some(master), pods, ..new() }
    };
    let refusal = ServerRefusal {
        what: "worker's pod".into(),
        message: "no".into(),
        retry_after: std::time::Duration::ZERO,
    };
    let unschedulable = || {
        let mut observed = with_pods("Pending");
        observed.pods[0].unschedulable = Some("no node".into());
        observed
    };
    let gone = Observed { revision: None, worker: None, ..running() };
    let few_workers = || {
        let mut observed = with_pods("Running");
        observed.worker.as_mut().unwrap().parallelism = 2;
        observed
    };
    let ended_workers = || {
        let mut observed = with_pods("Running");
        observed.worker.as_mut().unwrap().progress = JobProgress::Complete;
        observed.pods[1].phase = "Succeeded".into();
        observed
    };
    let cases = vec![
        ("Refused", Case { refused: true, ..Case::new(new()) }),
        (
            "RefusedByServer",
            Case { refusal: Some(refusal), decision: Some(Decision::Done), ..Case::new(new()) },
        ),
        ("NameTaken", Case::new(foreign(Owner::Other("LocustTest a-b".into())))),
        ("Waiting", Case::new(foreign(Owner::Predecessor))),
        ("Lost", Case::new(gone)),
        ("Error", Case { failure: Some("cannot create the Service"), ..Case::new(new()) }),
        ("Creating", Case::new(new())),
        ("Suspended", Case::new(with_master(JobProgress::Suspended, None))),
        ("Starting", Case::new(with_pods("Pending"))),
        ("ConfigurationError", Case::new(with_failure(FailureReason::ConfigurationError))),
        ("ImagePullError", Case::new(with_failure(FailureReason::ImagePullError))),
        ("SchedulingError", Case::new(unschedulable())),
        ("CreationError", with_shortage(Some("exceeded quota"))),
        ("PodsMissing", with_shortage(None)),
        ("CrashLoopBackOff", Case::new(with_failure(FailureReason::CrashLoopBackOff))),
        ("InitializationError", Case::new(with_failure(FailureReason::InitializationError))),
        ("WorkersMissing", Case::new(few_workers())),
        ("WorkersEnded", Case::new(ended_workers())),
        ("SpecRefused", Case { refused: true, ..Case::new(with_pods("Running")) }),
        ("Running", Case::new(with_pods("Running"))),
        ("Succeeded", Case::new(with_master(JobProgress::Complete, None))),
        ("Failed", Case::new(with_master(JobProgress::Failed, None))),
        ("BackoffLimitExceeded", Case::new(with_master(JobProgress::Failed, Some("BackoffLimitExceeded")))),
    ];
    cases.into_iter().collect()
}

fn cell(status: &Value, kind: &str) -> String {
    let conditions = status["conditions"].as_array().unwrap();
    let found = conditions.iter().find(|one| one["type"] == kind).unwrap();
    format!("{} `{}`", found["status"].as_str().unwrap(), found["reason"].as_str().unwrap())
}

fn row(name: &str, case: &Case) -> String {
    let status = case.status();
    assert_eq!(status["reason"], name, "{status:#}");
    let cells = CONDITIONS.map(|kind| cell(&status, kind)).join(" | ");
    format!("| `{name}` | `{}` | {cells} |", status["phase"].as_str().unwrap())
}

#[test]
fn the_table_of_states_is_what_is_told() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let start = page.find("| `reason` |").expect("the table");
    let rows: Vec<&str> = page[start..].lines().take_while(|line| line.starts_with('|')).skip(2).collect();
    let mut cases = cases();
    for expected in rows {
        let name = expected.split('`').nth(1).unwrap();
        let case = cases.remove(name).unwrap_or_else(|| panic!("no case brings about {name}"));
        assert_eq!(expected, row(name, &case), "{name}");
    }
    let left: Vec<String> = ORDER.iter().filter_map(|name| Some(row(name, cases.get(name)?))).collect();
    assert!(cases.is_empty(), "not in {PAGE}:\n{}", left.join("\n"));
}

/// No two conditions of one status say what cannot both be true, whatever is known of a test.
#[test]
fn conditions_never_contradict_each_other() {
    let mut seen = 0;
    for (name, case) in cases() {
        for refused in [false, true] {
            for failure in [None, Some("cannot create the Service")] {
                for refusal in [None, case.refusal.clone()] {
                    let varied = Case {
                        observed: case.observed.clone(),
                        refusal,
                        shortages: case.shortages.clone(),
                        failure,
                        refused,
                        decision: case.decision.clone(),
                    };
                    consistent(name, &varied.status());
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 150, "{seen}");
}

fn consistent(name: &str, status: &Value) {
    let holds = |kind: &str| cell(status, kind);
    let has_ended = matches!(status["phase"].as_str(), Some("Succeeded" | "Failed"));
    let is_pending = status["phase"] == "Pending";
    let why = format!("{name}: {status:#}");
    assert_eq!(holds("TestCompleted").starts_with("True"), has_ended, "{why}");
    assert_eq!(status.get("completionTime").is_some(), has_ended, "{why}");
    if holds("Ready").starts_with("False") && !has_ended {
        assert!(is_pending, "{why}");
        assert!(!holds("WorkersConnected").starts_with("True"), "{why}");
        assert!(!holds("TemplatesApplied").starts_with("True"), "{why}");
        assert!(!holds("PodsHealthy").contains("PodsStarting"), "{why}");
    }
    if holds("WorkersConnected").starts_with("True") {
        assert!(status["connectedWorkers"].as_i64() >= status["expectedWorkers"].as_i64(), "{why}");
    }
    if status["reason"] == "Running" {
        for kind in ["Ready", "WorkersConnected", "PodsHealthy", "TemplatesAccepted"] {
            assert!(holds(kind).starts_with("True"), "{kind}: {why}");
        }
    }
    if holds("TemplatesAccepted").starts_with("False") && is_pending {
        assert!(!holds("Ready").starts_with("True") || status["reason"] == "Suspended", "{why}");
    }
}

/// A test that waits for a name that another test has.
#[test]
fn the_others_workers_are_not_counted() {
    let mut observed = with_pods("Running");
    observed.revision = None;
    for job in [&mut observed.master, &mut observed.worker].into_iter().flatten() {
        job.object.owner = Owner::Other("LocustTest a-b".into());
    }
    observed.service = None;
    observed.test.data["spec"] = json!({"worker": {"replicas": 7}});
    observed.pods[1].unschedulable = Some("the other's".into());
    let status = Case::new(observed).status();
    assert_eq!(
        (&status["expectedWorkers"], &status["connectedWorkers"], &status["reason"]),
        (&json!(7), &json!(0), &json!("NameTaken")),
        "{status:#}"
    );
}

#[test]
fn restarts_are_counted_and_the_last_ten_are_told() {
    let mut observed = with_pods("Running");
    observed.revision.as_mut().unwrap().name = "a.b-1".into();
    observed.test.data["status"] = json!({"phase": "Running", "revision": "a.b-1"});
    for number in 1..=12 {
        let restart = Some(JobRestart { number, cause: format!("cause {number}") });
        observed.master.as_mut().unwrap().restart = restart.clone();
        // Both Jobs of one restart are one.
        observed.worker.as_mut().unwrap().restart = restart.filter(|_| number % 2 == 0);
        let status = Case::new(observed.clone()).status();
        observed.test.data["status"] = status;
    }
    let status = observed.status().clone();
    assert_eq!(status["restarts"]["count"], 12);
    let last = status["restarts"]["last"].as_array().unwrap();
    assert_eq!(
        (last.len(), &last[0]["cause"], &last[9]["cause"]),
        (10, &json!("cause 3"), &json!("cause 12"))
    );
    assert_eq!(cell(&status, "Restarted"), "True `JobDeleted`");
    let restarted =
        status["conditions"].as_array().unwrap().iter().find(|one| one["type"] == "Restarted").unwrap();
    assert!(restarted["message"].as_str().unwrap().contains("12 times"), "{restarted}");
    // Once more with nothing new: nothing changes.
    assert_eq!(Case::new(observed.clone()).status(), status);
    // A new run has none, also while the Jobs of the one before are still going.
    let revision = observed.revision.as_mut().unwrap();
    (revision.name, revision.hash) = ("a.b-2".into(), NEW.into());
    let status = Case::new(observed.clone()).status();
    assert!(status.get("restarts").is_none(), "{status:#}");
    for job in [&mut observed.master, &mut observed.worker].into_iter().flatten() {
        job.restart = None;
    }
    let status = Case::new(observed).status();
    assert!(status.get("restarts").is_none(), "{status:#}");
    assert_eq!(cell(&status, "Restarted"), "False `NewRun`");
}

#[test]
fn unused_children_do_not_count() {
    let observed = Observed { service: Some(object("a-b-master", Some("other"))), ..with_pods("Running") };
    assert_eq!(Case::new(observed).status()["phase"], "Pending", "made of another revision");
}

use super::*;
use crate::operator::{
    fixture::{NEW, OLD, job, object, observed, pod, revision, running},
    observed::{JobProgress, JobState, Revision, job_state::JobRestart},
};

fn desired(hash: Option<&str>, policy: UpdatePolicy) -> Desired<'_> {
    Desired { hash, policy, suspend: false }
}

#[test]
fn a_new_test_is_frozen_and_a_refused_one_is_not() {
    let [same, refused] =
        [Some(NEW), None].map(|hash| decide(&observed(""), desired(hash, UpdatePolicy::Ignore)));
    assert_eq!((same, refused), (Decision::CreateRevision, Decision::Rejected));
}

#[test]
fn what_is_missing_is_created_from_the_revision() {
    let all = Observed { revision: Some(revision(OLD, 2)), ..observed("Pending") };
    let decision = decide(&all, desired(Some(OLD), UpdatePolicy::Ignore));
    assert_eq!(
        decision,
        Decision::Create(Creation { service: true, roles: Role::ALL.to_vec(), ..Creation::default() })
    );
    // Even when the spec has become worse meanwhile.
    let lost = Observed { worker: None, ..running() };
    for hash in [Some(OLD), Some(NEW), None] {
        let decision = decide(&lost, desired(hash, UpdatePolicy::Ignore));
        assert_eq!(decision, Decision::Create(Creation { roles: vec![Role::Worker], ..Creation::default() }));
    }
}

#[test]
fn only_a_changed_spec_recreates_and_only_where_that_is_wanted() {
    let changed = running();
    let operator_changed = Observed { revision: Some(revision(OLD, 2)), ..running() };
    for (observed, hash, policy, decision) in [
        (&changed, Some(NEW), UpdatePolicy::Recreate, Decision::CreateRevision),
        (&changed, Some(NEW), UpdatePolicy::Ignore, Decision::Done),
        (&changed, Some(OLD), UpdatePolicy::Recreate, Decision::Done),
        (&changed, None, UpdatePolicy::Recreate, Decision::Done),
        (&operator_changed, Some(NEW), UpdatePolicy::Recreate, Decision::Done),
    ] {
        assert_eq!(decide(observed, desired(hash, policy)), decision, "{hash:?} {policy:?}");
    }
}

#[test]
fn the_old_goes_before_the_new_comes() {
    let frozen =
        Observed { revision: Some(revision(NEW, 2)), old_revisions: vec!["a.b-0".into()], ..running() };
    let now = desired(Some(NEW), UpdatePolicy::Recreate);
    let Decision::Delete(deletions) = decide(&frozen, now) else { panic!("the old Jobs stay") };
    assert_eq!(deletions.iter().map(|one| one.kind).collect::<Vec<_>>(), ["Service", "Job", "Job"]);
    let mut going = frozen.clone();
    going.master.as_mut().unwrap().object.deleting = true;
    assert!(matches!(decide(&going, now), Decision::Wait(_)));
    let gone = Observed { service: None, master: None, worker: None, ..frozen.clone() };
    for (pod, waits) in [
        (pod("master", "Running", Some("uid")), true),
        (pod("master", "Running", None), true),
        (pod("worker", "Pending", Some("uid")), true),
        (pod("master", "Failed", Some("uid")), false),
        (pod("other", "Running", None), false),
    ] {
        let observed = Observed { pods: vec![pod.clone()], ..gone.clone() };
        assert_eq!(matches!(decide(&observed, now), Decision::Wait(_)), waits, "{pod:?}");
    }
    let anew =
        Observed { old_revisions: frozen.old_revisions, revision: Some(revision(OLD, 2)), ..running() };
    let decision = decide(&anew, desired(Some(OLD), UpdatePolicy::Recreate));
    assert_eq!(decision, Decision::PruneRevisions(vec!["a.b-0".into()]));
}

#[test]
fn what_is_somebody_elses_blocks_and_what_is_going_is_awaited() {
    let mut foreign = running();
    foreign.service.as_mut().unwrap().owner = Owner::Other("LocustTest a-b".into());
    let decision = decide(&foreign, desired(Some(OLD), UpdatePolicy::Ignore));
    assert_eq!(decision, Decision::NameConflict(vec!["Service a-b-master belongs to LocustTest a-b".into()]));
    let mut before = Observed { master: Some(job("a-b-master", Some(OLD))), ..observed("") };
    before.master.as_mut().unwrap().object.owner = Owner::Predecessor;
    assert!(matches!(decide(&before, desired(Some(NEW), UpdatePolicy::Ignore)), Decision::Wait(_)));
}

#[test]
fn nothing_is_made_after_the_end() {
    let now = desired(Some(NEW), UpdatePolicy::Recreate);
    for phase in ["Succeeded", "Failed"] {
        let expired = Observed { revision: Some(revision(OLD, 1)), ..observed(phase) };
        assert_eq!(decide(&expired, now), Decision::Done, "{phase}");
        assert_eq!(decide(&observed(phase), now), Decision::Done, "{phase} and nothing left");
    }
    // The end is there and not yet recorded; the workers' Job has gone already.
    let mut ending = Observed { worker: None, ..running() };
    let master = ending.master.as_mut().unwrap();
    (master.progress, master.ended) = (JobProgress::Complete, Some(k8s_openapi::jiff::Timestamp::UNIX_EPOCH));
    assert_eq!(decide(&ending, now), Decision::Done);
}

#[test]
fn jobs_expire_once_the_end_is_recorded() {
    let mut ended = Observed { test: observed("Succeeded").test, ..running() };
    let now = desired(Some(OLD), UpdatePolicy::Ignore);
    assert_eq!(decide(&ended, now), Decision::Done, "nobody wants them to");
    ended.master.as_mut().unwrap().wanted_ttl = Some(0);
    assert_eq!(decide(&ended, now), Decision::SetTtl(vec![("a-b-master".into(), 0)]));
    ended.master.as_mut().unwrap().ttl = Some(0);
    assert_eq!(decide(&ended, now), Decision::Done);
    // Not before: a Job that is gone would be taken for lost.
    let mut runs = running();
    runs.master.as_mut().unwrap().wanted_ttl = Some(0);
    assert_eq!(decide(&runs, now), Decision::Done);
}

#[test]
fn jobs_of_another_operator_are_left_alone() {
    let adopted = Observed {
        master: Some(job("a-b-master", None)),
        worker: Some(job("a-b-worker", None)),
        ..observed("Running")
    };
    assert_eq!(decide(&adopted, desired(Some(NEW), UpdatePolicy::Recreate)), Decision::Done);
    // A revision that was deleted comes back, if it would be the same.
    let mut lost = running();
    lost.revision = None;
    assert_eq!(decide(&lost, desired(Some(OLD), UpdatePolicy::Ignore)), Decision::CreateRevision);
    assert_eq!(decide(&lost, desired(Some(NEW), UpdatePolicy::Ignore)), Decision::Done);
}

#[test]
fn an_end_is_the_tests_own_and_comes_by_itself() {
    use k8s_openapi::jiff::Timestamp;
    let now = desired(Some(OLD), UpdatePolicy::Ignore);
    let ended = |change: &dyn Fn(&mut Observed)| {
        let mut observed = Observed { worker: None, ..running() };
        let master = observed.master.as_mut().unwrap();
        (master.progress, master.ended) = (JobProgress::Complete, Some(Timestamp::from_second(100).unwrap()));
        change(&mut observed);
        observed
    };
    let master = |observed: &mut Observed| observed.master.take().unwrap().object;
    let set = |observed: &mut Observed, change: &dyn Fn(&mut ObjectState)| {
        let mut object = master(&mut observed.clone());
        change(&mut object);
        observed.master.as_mut().unwrap().object = object;
    };
    assert!(ended(&|_| ()).ended_master().is_some());
    let predecessors = ended(&|observed| set(observed, &|object| object.owner = Owner::Predecessor));
    assert!(predecessors.ended_master().is_none());
    assert!(matches!(decide(&predecessors, now), Decision::Wait(_)));
    let foreign =
        ended(&|observed| set(observed, &|object| object.owner = Owner::Other("LocustTest a-b".into())));
    assert!(matches!(decide(&foreign, now), Decision::NameConflict(_)));
    for (second, by_itself) in [(99, false), (100, false), (101, true)] {
        let deleted = ended(&|observed| {
            set(observed, &|object| {
                (object.deleting, object.deleted) = (true, Some(Timestamp::from_second(second).unwrap()));
            });
        });
        assert_eq!(deleted.ended_master().is_some(), by_itself, "deleted at {second}, ended at 100");
    }
    let outdated = ended(&|observed| set(observed, &|object| object.hash = Some(NEW.into())));
    assert!(outdated.ended_master().is_none(), "an earlier revision's master");
}

#[test]
fn what_is_lost_is_not_run_again() {
    let mut started = observed("Running");
    started.test.data["status"]["startTime"] = "2026-01-01T00:00:00Z".into();
    let with_worker = Observed { worker: Some(job("a-b-worker", None)), ..observed("Running") };
    for observed in [&started, &with_worker] {
        let decision = decide(observed, desired(Some(NEW), UpdatePolicy::Recreate));
        assert!(matches!(decision, Decision::RevisionLost(_)), "{decision:?}");
    }
}

#[test]
fn a_correction_of_what_never_started_is_taken() {
    let frozen = Observed { revision: Some(revision(OLD, 1)), ..observed("Pending") };
    assert_eq!(decide(&frozen, desired(Some(NEW), UpdatePolicy::Ignore)), Decision::CreateRevision);
}

#[test]
fn the_second_service_is_made_where_the_revision_has_one() {
    let with_web = Revision { has_web_service: true, ..revision(OLD, 1) };
    let lacking = Observed { revision: Some(with_web), ..running() };
    let decision = decide(&lacking, desired(Some(OLD), UpdatePolicy::Ignore));
    assert_eq!(decision, Decision::Create(Creation { web_service: true, ..Creation::default() }));
    let whole = Observed { web_service: Some(object("a-b-master-web", Some(OLD))), ..lacking };
    assert_eq!(decide(&whole, desired(Some(OLD), UpdatePolicy::Ignore)), Decision::Done);
    // One of an earlier revision goes, also when the new one has none.
    let anew = Observed { revision: Some(revision(NEW, 2)), ..whole.clone() };
    let Decision::Delete(deletions) = decide(&anew, desired(Some(NEW), UpdatePolicy::Recreate)) else {
        panic!()
    };
    assert!(deletions.iter().any(|deletion| deletion.name == "a-b-master-web"), "{deletions:?}");
    let mut foreign = whole;
    foreign.web_service.as_mut().unwrap().owner = Owner::Other("Ingress x".into());
    let decision = decide(&foreign, desired(Some(OLD), UpdatePolicy::Ignore));
    assert_eq!(decision, Decision::NameConflict(vec!["Service a-b-master-web belongs to Ingress x".into()]));
}

/// A running test whose status is of its revision.
fn started() -> Observed {
    let mut observed = running();
    observed.test.data["status"] = serde_json::json!({
        "phase": "Running", "revision": "a.b-1", "startTime": "2026-01-01T00:00:00Z"
    });
    observed
}

#[test]
fn a_job_that_is_deleted_while_the_test_runs_is_a_restart() {
    let decision = |observed: &Observed| match decide(observed, desired(Some(OLD), UpdatePolicy::Ignore)) {
        Decision::Create(Creation { restart, .. }) => restart,
        decision => panic!("{decision:?}"),
    };
    let of = |number, cause: &str| Some(JobRestart { number, cause: cause.into() });
    let lost = Observed { master: None, ..started() };
    assert_eq!(decision(&lost), of(1, "Job a-b-master was deleted"));
    assert_eq!(
        decision(&Observed { worker: None, ..lost.clone() }),
        of(1, "Job a-b-master and Job a-b-worker were deleted")
    );
    // Neither a Service nor what never ran.
    assert_eq!(decision(&Observed { service: None, ..started() }), None);
    assert_eq!(decision(&Observed { master: None, ..running() }), None, "no start is recorded");
    let new_run =
        Observed { revision: Some(Revision { name: "a.b-2".into(), ..revision(OLD, 2) }), ..lost.clone() };
    assert_eq!(decision(&new_run), None, "the status is of the run before");
    // A second one counts on, whether the first is recorded or only known from the Job.
    let worker = JobState { restart: of(4, "earlier"), ..job("a-b-worker", Some(OLD)) };
    assert_eq!(
        decision(&Observed { worker: Some(worker), ..lost.clone() }).map(|restart| restart.number),
        Some(5)
    );
    // Workers that had ended do not run anew.
    let mut ended = Observed { worker: None, ..started() };
    ended.test.data["status"]["conditions"] =
        serde_json::json!([{"type": "WorkersConnected", "status": "False", "reason": "WorkersEnded"}]);
    assert_eq!(decision(&ended), None);
}

#[test]
fn a_change_of_suspend_is_applied_once_and_what_others_set_stays() {
    let decision = |observed: &Observed, suspend| {
        let desired = Desired { hash: Some(OLD), policy: UpdatePolicy::Ignore, suspend };
        decide(observed, desired)
    };
    let with = |progress, applied| {
        let job = |name| Some(JobState { progress, suspend: applied, ..job(name, Some(OLD)) });
        Observed { master: job("a-b-master"), worker: job("a-b-worker"), ..started() }
    };
    let both = |suspend| {
        let one = |name: &str| Suspension { name: name.into(), uid: format!("uid of {name}"), suspend };
        Decision::Suspend(vec![one("a-b-master"), one("a-b-worker")])
    };
    assert_eq!(decision(&with(JobProgress::Active, Some(false)), true), both(true));
    assert_eq!(decision(&with(JobProgress::Suspended, Some(true)), false), both(false));
    // A queue resumed it: the test still says true.
    assert_eq!(decision(&with(JobProgress::Active, Some(true)), true), Decision::Done);
    // Somebody suspended it by hand: the test still says false.
    assert_eq!(decision(&with(JobProgress::Suspended, Some(false)), false), Decision::Done);
    // Another operator's Jobs.
    assert_eq!(decision(&with(JobProgress::Active, None), true), Decision::Done);
    assert_eq!(
        decision(&with(JobProgress::Complete, Some(false)), true),
        Decision::Done,
        "nothing to suspend"
    );
    // Whatever the rest of the spec has become.
    let refused = Desired { hash: None, policy: UpdatePolicy::Ignore, suspend: true };
    assert_eq!(decide(&with(JobProgress::Active, Some(false)), refused), both(true));
}

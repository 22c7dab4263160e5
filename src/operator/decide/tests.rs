use super::*;
use crate::operator::{
    fixture::{NEW, OLD, child, job, pod, revision, running, view},
    restarts::Restart,
    revision::Revision,
    view::{JobState, Progress},
};

fn wanted(hash: Option<&str>, policy: UpdatePolicy) -> Wanted<'_> {
    Wanted { hash, policy, suspend: false }
}

#[test]
fn a_new_test_is_frozen_and_a_refused_one_is_not() {
    let [same, refused] = [Some(NEW), None].map(|hash| decide(&view(""), wanted(hash, UpdatePolicy::Ignore)));
    assert_eq!((same, refused), (Step::Freeze, Step::Refuse));
}

#[test]
fn what_is_missing_is_created_from_the_revision() {
    let all = View { revision: Some(revision(OLD, 2)), ..view("Pending") };
    let step = decide(&all, wanted(Some(OLD), UpdatePolicy::Ignore));
    assert_eq!(
        step,
        Step::Create { service: true, web_service: false, roles: Role::ALL.to_vec(), restart: None }
    );
    // Even when the spec has become worse meanwhile.
    let lost = View { worker: None, ..running() };
    for hash in [Some(OLD), Some(NEW), None] {
        let step = decide(&lost, wanted(hash, UpdatePolicy::Ignore));
        assert_eq!(
            step,
            Step::Create { service: false, web_service: false, roles: vec![Role::Worker], restart: None }
        );
    }
}

#[test]
fn only_a_changed_spec_recreates_and_only_where_that_is_wanted() {
    let changed = running();
    let operator_changed = View { revision: Some(revision(OLD, 2)), ..running() };
    for (view, hash, policy, step) in [
        (&changed, Some(NEW), UpdatePolicy::Recreate, Step::Freeze),
        (&changed, Some(NEW), UpdatePolicy::Ignore, Step::Rest),
        (&changed, Some(OLD), UpdatePolicy::Recreate, Step::Rest),
        (&changed, None, UpdatePolicy::Recreate, Step::Rest),
        (&operator_changed, Some(NEW), UpdatePolicy::Recreate, Step::Rest),
    ] {
        assert_eq!(decide(view, wanted(hash, policy)), step, "{hash:?} {policy:?}");
    }
}

#[test]
fn the_old_goes_before_the_new_comes() {
    let frozen = View { revision: Some(revision(NEW, 2)), old_revisions: vec!["a.b-0".into()], ..running() };
    let now = wanted(Some(NEW), UpdatePolicy::Recreate);
    let Step::Remove(doomed) = decide(&frozen, now) else { panic!("the old Jobs stay") };
    assert_eq!(doomed.iter().map(|one| one.kind).collect::<Vec<_>>(), ["Service", "Job", "Job"]);
    let mut going = frozen.clone();
    going.master.as_mut().unwrap().child.deleting = true;
    assert!(matches!(decide(&going, now), Step::Wait(_)));
    let gone = View { service: None, master: None, worker: None, ..frozen.clone() };
    for (pod, waits) in [
        (pod("master", "Running", Some("uid")), true),
        (pod("master", "Running", None), true),
        (pod("worker", "Pending", Some("uid")), true),
        (pod("master", "Failed", Some("uid")), false),
        (pod("other", "Running", None), false),
    ] {
        let view = View { pods: vec![pod.clone()], ..gone.clone() };
        assert_eq!(matches!(decide(&view, now), Step::Wait(_)), waits, "{pod:?}");
    }
    let anew = View { old_revisions: frozen.old_revisions, revision: Some(revision(OLD, 2)), ..running() };
    let step = decide(&anew, wanted(Some(OLD), UpdatePolicy::Recreate));
    assert_eq!(step, Step::Forget(vec!["a.b-0".into()]));
}

#[test]
fn what_is_somebody_elses_blocks_and_what_is_going_is_awaited() {
    let mut foreign = running();
    foreign.service.as_mut().unwrap().owner = Owner::Other("LocustTest a-b".into());
    let step = decide(&foreign, wanted(Some(OLD), UpdatePolicy::Ignore));
    assert_eq!(step, Step::Block(vec!["Service a-b-master belongs to LocustTest a-b".into()]));
    let mut before = View { master: Some(job("a-b-master", Some(OLD))), ..view("") };
    before.master.as_mut().unwrap().child.owner = Owner::Predecessor;
    assert!(matches!(decide(&before, wanted(Some(NEW), UpdatePolicy::Ignore)), Step::Wait(_)));
}

#[test]
fn nothing_is_made_after_the_end() {
    let now = wanted(Some(NEW), UpdatePolicy::Recreate);
    for phase in ["Succeeded", "Failed"] {
        let expired = View { revision: Some(revision(OLD, 1)), ..view(phase) };
        assert_eq!(decide(&expired, now), Step::Rest, "{phase}");
        assert_eq!(decide(&view(phase), now), Step::Rest, "{phase} and nothing left");
    }
    // The end is there and not yet recorded; the workers' Job has gone already.
    let mut ending = View { worker: None, ..running() };
    let master = ending.master.as_mut().unwrap();
    (master.progress, master.ended) = (Progress::Complete, Some(k8s_openapi::jiff::Timestamp::UNIX_EPOCH));
    assert_eq!(decide(&ending, now), Step::Rest);
}

#[test]
fn jobs_expire_once_the_end_is_recorded() {
    let mut ended = View { test: view("Succeeded").test, ..running() };
    let now = wanted(Some(OLD), UpdatePolicy::Ignore);
    assert_eq!(decide(&ended, now), Step::Rest, "nobody wants them to");
    ended.master.as_mut().unwrap().wanted_ttl = Some(0);
    assert_eq!(decide(&ended, now), Step::Expire(vec![("a-b-master".into(), 0)]));
    ended.master.as_mut().unwrap().ttl = Some(0);
    assert_eq!(decide(&ended, now), Step::Rest);
    // Not before: a Job that is gone would be taken for lost.
    let mut runs = running();
    runs.master.as_mut().unwrap().wanted_ttl = Some(0);
    assert_eq!(decide(&runs, now), Step::Rest);
}

#[test]
fn jobs_of_another_operator_are_left_alone() {
    let adopted = View {
        master: Some(job("a-b-master", None)),
        worker: Some(job("a-b-worker", None)),
        ..view("Running")
    };
    assert_eq!(decide(&adopted, wanted(Some(NEW), UpdatePolicy::Recreate)), Step::Rest);
    // A revision that was deleted comes back, if it would be the same.
    let mut lost = running();
    lost.revision = None;
    assert_eq!(decide(&lost, wanted(Some(OLD), UpdatePolicy::Ignore)), Step::Freeze);
    assert_eq!(decide(&lost, wanted(Some(NEW), UpdatePolicy::Ignore)), Step::Rest);
}

#[test]
fn an_end_is_the_tests_own_and_comes_by_itself() {
    use k8s_openapi::jiff::Timestamp;
    let now = wanted(Some(OLD), UpdatePolicy::Ignore);
    let ended = |change: &dyn Fn(&mut View)| {
        let mut view = View { worker: None, ..running() };
        let master = view.master.as_mut().unwrap();
        (master.progress, master.ended) = (Progress::Complete, Some(Timestamp::from_second(100).unwrap()));
        change(&mut view);
        view
    };
    let master = |view: &mut View| view.master.take().unwrap().child;
    let set = |view: &mut View, change: &dyn Fn(&mut Child)| {
        let mut child = master(&mut view.clone());
        change(&mut child);
        view.master.as_mut().unwrap().child = child;
    };
    assert!(ended(&|_| ()).ended_master().is_some());
    let predecessors = ended(&|view| set(view, &|child| child.owner = Owner::Predecessor));
    assert!(predecessors.ended_master().is_none());
    assert!(matches!(decide(&predecessors, now), Step::Wait(_)));
    let foreign = ended(&|view| set(view, &|child| child.owner = Owner::Other("LocustTest a-b".into())));
    assert!(matches!(decide(&foreign, now), Step::Block(_)));
    for (second, by_itself) in [(99, false), (100, false), (101, true)] {
        let deleted = ended(&|view| {
            set(view, &|child| {
                (child.deleting, child.deleted) = (true, Some(Timestamp::from_second(second).unwrap()));
            });
        });
        assert_eq!(deleted.ended_master().is_some(), by_itself, "deleted at {second}, ended at 100");
    }
    let outdated = ended(&|view| set(view, &|child| child.hash = Some(NEW.into())));
    assert!(outdated.ended_master().is_none(), "an earlier revision's master");
}

#[test]
fn what_is_lost_is_not_run_again() {
    let mut started = view("Running");
    started.test.data["status"]["startTime"] = "2026-01-01T00:00:00Z".into();
    let with_worker = View { worker: Some(job("a-b-worker", None)), ..view("Running") };
    for view in [&started, &with_worker] {
        let step = decide(view, wanted(Some(NEW), UpdatePolicy::Recreate));
        assert!(matches!(step, Step::Strand(_)), "{step:?}");
    }
}

#[test]
fn a_correction_of_what_never_started_is_taken() {
    let frozen = View { revision: Some(revision(OLD, 1)), ..view("Pending") };
    assert_eq!(decide(&frozen, wanted(Some(NEW), UpdatePolicy::Ignore)), Step::Freeze);
}

#[test]
fn the_second_service_is_made_where_the_revision_has_one() {
    let with_web = Revision { has_web_service: true, ..revision(OLD, 1) };
    let lacking = View { revision: Some(with_web), ..running() };
    let step = decide(&lacking, wanted(Some(OLD), UpdatePolicy::Ignore));
    assert_eq!(step, Step::Create { service: false, web_service: true, roles: Vec::new(), restart: None });
    let whole = View { web_service: Some(child("a-b-master-web", Some(OLD))), ..lacking };
    assert_eq!(decide(&whole, wanted(Some(OLD), UpdatePolicy::Ignore)), Step::Rest);
    // One of an earlier revision goes, also when the new one has none.
    let anew = View { revision: Some(revision(NEW, 2)), ..whole.clone() };
    let Step::Remove(doomed) = decide(&anew, wanted(Some(NEW), UpdatePolicy::Recreate)) else { panic!() };
    assert!(doomed.iter().any(|doomed| doomed.name == "a-b-master-web"), "{doomed:?}");
    let mut foreign = whole;
    foreign.web_service.as_mut().unwrap().owner = Owner::Other("Ingress x".into());
    let step = decide(&foreign, wanted(Some(OLD), UpdatePolicy::Ignore));
    assert_eq!(step, Step::Block(vec!["Service a-b-master-web belongs to Ingress x".into()]));
}

/// A running test whose status is of its revision.
fn started() -> View {
    let mut view = running();
    view.test.data["status"] = serde_json::json!({
        "phase": "Running", "revision": "a.b-1", "startTime": "2026-01-01T00:00:00Z"
    });
    view
}

#[test]
fn a_job_that_is_deleted_while_the_test_runs_is_a_restart() {
    let step = |view: &View| match decide(view, wanted(Some(OLD), UpdatePolicy::Ignore)) {
        Step::Create { restart, .. } => restart,
        step => panic!("{step:?}"),
    };
    let of = |number, cause: &str| Some(Restart { number, cause: cause.into() });
    let lost = View { master: None, ..started() };
    assert_eq!(step(&lost), of(1, "Job a-b-master was deleted"));
    assert_eq!(
        step(&View { worker: None, ..lost.clone() }),
        of(1, "Job a-b-master and Job a-b-worker were deleted")
    );
    // Neither a Service nor what never ran.
    assert_eq!(step(&View { service: None, ..started() }), None);
    assert_eq!(step(&View { master: None, ..running() }), None, "no start is recorded");
    let new_run =
        View { revision: Some(Revision { name: "a.b-2".into(), ..revision(OLD, 2) }), ..lost.clone() };
    assert_eq!(step(&new_run), None, "the status is of the run before");
    // A second one counts on, whether the first is recorded or only known from the Job.
    let worker = JobState { restart: of(4, "earlier"), ..job("a-b-worker", Some(OLD)) };
    assert_eq!(step(&View { worker: Some(worker), ..lost.clone() }).map(|restart| restart.number), Some(5));
    // Workers that had ended do not run anew.
    let mut ended = View { worker: None, ..started() };
    ended.test.data["status"]["conditions"] =
        serde_json::json!([{"type": "WorkersConnected", "status": "False", "reason": "WorkersEnded"}]);
    assert_eq!(step(&ended), None);
}

#[test]
fn a_change_of_suspend_is_applied_once_and_what_others_set_stays() {
    let step = |view: &View, suspend| {
        let wanted = Wanted { hash: Some(OLD), policy: UpdatePolicy::Ignore, suspend };
        decide(view, wanted)
    };
    let with = |progress, applied| {
        let job = |name| Some(JobState { progress, suspend: applied, ..job(name, Some(OLD)) });
        View { master: job("a-b-master"), worker: job("a-b-worker"), ..started() }
    };
    let both = |suspend| {
        let one = |name: &str| Suspension { name: name.into(), uid: format!("uid of {name}"), suspend };
        Step::Suspend(vec![one("a-b-master"), one("a-b-worker")])
    };
    assert_eq!(step(&with(Progress::Active, Some(false)), true), both(true));
    assert_eq!(step(&with(Progress::Suspended, Some(true)), false), both(false));
    // A queue resumed it: the test still says true.
    assert_eq!(step(&with(Progress::Active, Some(true)), true), Step::Rest);
    // Somebody suspended it by hand: the test still says false.
    assert_eq!(step(&with(Progress::Suspended, Some(false)), false), Step::Rest);
    // Another operator's Jobs.
    assert_eq!(step(&with(Progress::Active, None), true), Step::Rest);
    assert_eq!(step(&with(Progress::Complete, Some(false)), true), Step::Rest, "nothing to suspend");
    // Whatever the rest of the spec has become.
    let refused = Wanted { hash: None, policy: UpdatePolicy::Ignore, suspend: true };
    assert_eq!(decide(&with(Progress::Active, Some(false)), refused), both(true));
}

use kube::api::DynamicObject;
use serde_json::json;

use super::*;
use crate::operator::{
    pods::PodState,
    revision::Revision,
    view::{JobState, Progress},
};

const OLD: &str = "old";
const NEW: &str = "new";

fn view(phase: &str) -> View {
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

fn child(name: &str, hash: Option<&str>) -> Child {
    Child {
        name: name.into(),
        uid: format!("uid of {name}"),
        owner: Owner::Test,
        hash: hash.map(str::to_owned),
        deleting: false,
        deleted: None,
    }
}

fn job(name: &str, hash: Option<&str>) -> JobState {
    JobState {
        child: child(name, hash),
        progress: Progress::Active,
        failure: None,
        parallelism: 1,
        ready: 0,
        ended: None,
        created: None,
        ttl: None,
        wanted_ttl: None,
        cannot_create: None,
    }
}

fn revision(hash: &str, generation: i64) -> Revision {
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
fn running() -> View {
    View {
        revision: Some(revision(OLD, 1)),
        service: Some(child("a-b-master", Some(OLD))),
        master: Some(job("a-b-master", Some(OLD))),
        worker: Some(job("a-b-worker", Some(OLD))),
        ..view("Running")
    }
}

fn wanted(hash: Option<&str>, policy: UpdatePolicy) -> Wanted<'_> {
    Wanted { hash, policy }
}

fn stray(role: &str, phase: &str, job: Option<&str>) -> PodState {
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

#[test]
fn a_new_test_is_frozen_and_a_refused_one_is_not() {
    let [same, refused] = [Some(NEW), None].map(|hash| decide(&view(""), wanted(hash, UpdatePolicy::Ignore)));
    assert_eq!((same, refused), (Step::Freeze, Step::Refuse));
}

#[test]
fn what_is_missing_is_created_from_the_revision() {
    let all = View { revision: Some(revision(OLD, 2)), ..view("Pending") };
    let step = decide(&all, wanted(Some(OLD), UpdatePolicy::Ignore));
    assert_eq!(step, Step::Create { service: true, web_service: false, roles: Role::ALL.to_vec() });
    // Even when the spec has become worse meanwhile.
    let lost = View { worker: None, ..running() };
    for hash in [Some(OLD), Some(NEW), None] {
        let step = decide(&lost, wanted(hash, UpdatePolicy::Ignore));
        assert_eq!(step, Step::Create { service: false, web_service: false, roles: vec![Role::Worker] });
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
        (stray("master", "Running", Some("uid")), true),
        (stray("master", "Running", None), true),
        (stray("worker", "Pending", Some("uid")), true),
        (stray("master", "Failed", Some("uid")), false),
        (stray("other", "Running", None), false),
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
    assert_eq!(step, Step::Create { service: false, web_service: true, roles: Vec::new() });
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

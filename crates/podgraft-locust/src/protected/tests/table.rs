//! The table: every entry has a case here that it alone refuses.

use serde_json::{Value, json};

use crate::{
    codes,
    fixture::{base, set},
    pod_context::PodContext,
    protected::{checked_pod::CheckedPod, entry::Entry, protected_fields, table::TABLE},
    role::Role::{self, Master, Worker},
};

/// Where a case changes the base, and to what.
type Edit = (&'static str, Value);

/// For each entry, by its rule or its code: a pod of which it alone says something.
fn cases() -> Vec<(&'static str, Role, Edit)> {
    let locust = |role| base(role)["spec"]["containers"][0].clone();
    let with = |role, words: &[&str]| {
        let mut args = locust(role)["args"].clone();
        args.as_array_mut().unwrap().extend(words.iter().map(|word| json!(word)));
        ("/spec/containers/0/args", args)
    };
    let without = |role, flag: &str| {
        let mut args = locust(role)["args"].clone();
        args.as_array_mut().unwrap().retain(|word| word != flag);
        ("/spec/containers/0/args", args)
    };
    vec![
        (
            "exec-limit",
            Worker,
            ("/spec/containers/-", json!({"name": "long", "args": ["x".repeat(200_000)]})),
        ),
        ("the container is there", Worker, ("/spec/initContainers/-", json!({"name": "locust"}))),
        ("Locust reads `--master`", Master, without(Master, "--master")),
        ("Locust reads `--worker`", Worker, without(Worker, "--worker")),
        ("`--expect-workers` is", Master, with(Master, &["--expect-workers=9"])),
        ("`--master-bind-port` is", Master, with(Master, &["--master-bind-port=1"])),
        ("`--master-bind-host` is", Master, with(Master, &["--master-bind-host=localhost"])),
        ("`--master-host` is", Worker, with(Worker, &["--master-host=elsewhere"])),
        ("`--master-port` is", Worker, with(Worker, &["--master-port=1"])),
        ("`--processes` is absent", Master, with(Master, &["--processes=2"])),
        ("`--processes`, in the arguments", Worker, with(Worker, &["--processes=-2"])),
        ("unknown-processes", Worker, with(Worker, &["--processes=-1"])),
        ("lost-arguments", Worker, ("/spec/containers/0/command", json!(["sh", "-c", "locust"]))),
        ("unseen-config", Worker, with(Worker, &["--config=other.conf"])),
        ("unseen-env", Master, ("/spec/containers/0/envFrom", json!([{"prefix": "LOCUST_MODE_"}]))),
        ("the TCP ports", Master, ("/spec/containers/0/ports", json!([{"containerPort": 5557}]))),
        ("it is Never", Worker, ("/spec/restartPolicy", json!("Always"))),
        ("it is absent or Never", Worker, ("/spec/containers/0/restartPolicy", json!("Always"))),
        ("performance-test-name,", Worker, ("/metadata/labels/managed-by", json!("me"))),
        ("the Job controller's labels", Worker, ("/metadata/labels/job-name", json!("mine"))),
        ("only labels and annotations", Worker, ("/metadata/name", json!("mine"))),
        ("while the test names", Worker, ("/spec/volumes/0/configMap/name", json!("other"))),
        ("the test files are mounted", Worker, ("/spec/containers/0/volumeMounts/0/subPath", json!("x"))),
    ]
}

/// Whether an entry goes by the name of a case.
fn is_named(entry: &Entry, name: &str) -> bool {
    match entry.field() {
        Some(field) => field.rule.starts_with(name),
        None => entry.code() == name,
    }
}

#[test]
fn every_entry_refuses_a_case_that_no_other_does() {
    let cases = cases();
    for entry in TABLE {
        let name = entry.field().map_or(entry.code().as_str(), |field| field.rule);
        let of_entry: Vec<_> = cases.iter().filter(|(case, ..)| is_named(entry, case)).collect();
        let [(_, role, (place, value))] = of_entry.as_slice() else {
            panic!("{name}: {} cases", of_entry.len())
        };
        let base = base(*role);
        let mut pod = base.clone();
        set(&mut pod, place, value.clone());
        let context = PodContext {
            role: *role,
            test_name: "checkout",
            base: &base,
            pod: &pod,
            replicas: 3,
            workers: 3,
            work: &podgraft_merge::work::Work::unlimited(),
        };
        let found = |of: &Entry| of.judge(&CheckedPod::new(&context));
        let own = found(entry);
        assert_eq!(own.len(), 1, "{name}: {own:?}");
        assert_eq!(own[0].code, entry.code(), "{name}");
        assert_eq!(own[0].is_error(), is_refused(entry), "{name}");
        for other in TABLE.iter().filter(|other| !std::ptr::eq(*other, entry)) {
            assert!(found(other).is_empty(), "{name}: {:?}", found(other));
        }
    }
    assert_eq!(cases.len(), TABLE.len(), "a case is of no entry");
}

fn is_refused(entry: &Entry) -> bool {
    entry.field().is_some() || entry.code() == codes::EXEC_LIMIT
}

#[test]
fn what_is_listed_says_where_why_and_what_instead() {
    let fields = protected_fields();
    assert_eq!(fields.len(), TABLE.iter().filter(|entry| entry.code() == codes::PROTECTED_FIELD).count());
    for field in fields {
        assert!(!field.roles.is_empty() && field.path.starts_with('.'), "{field:?}");
        assert!(field.reason.ends_with('.') && field.remedy.ends_with('.'), "{field:?}");
    }
}

/// The numbers in the prose are those that the checks go by.
#[test]
fn the_ports_that_are_named_are_the_ports() {
    for field in protected_fields() {
        let words = [field.rule, field.reason, field.remedy].join(" ");
        let numbers =
            words.split(|letter: char| !letter.is_ascii_digit()).filter_map(|word| word.parse::<i64>().ok());
        for number in numbers.filter(|number| *number > 1000) {
            assert!(crate::ports::is_of_master(number), "{words}");
        }
    }
}

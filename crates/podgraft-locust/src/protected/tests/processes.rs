//! How often Locust forks, and how many workers the master waits for.

use serde_json::{Value, json};

use crate::{
    fixture::{judged, lines, set},
    protected::protected,
    role::Role::{self, Master, Worker},
};

fn with_args(role: Role, args: Value) -> Vec<String> {
    lines(&judged(protected, role, |pod| set(pod, "/spec/containers/0/args", args)))
}

fn with_env(role: Role, env: Value) -> Vec<String> {
    lines(&judged(protected, role, |pod| set(pod, "/spec/containers/0/env", env)))
}

#[test]
fn a_master_must_not_fork() {
    let base = ["--master", "--expect-workers=3"];
    let with = |more: &[&str]| json!([&base[..], more].concat());
    for more in [
        &["--processes=2"][..],
        &["--processes", "-1"],
        &["--proc=2"],
        &["--proc", "1"],
        &["--processes=$(N)"],
        &["--processes=two"],
        &["--processes=0", "--processes=2"],
    ] {
        let found = with_args(Master, with(more));
        assert_eq!(found.len(), 1, "{more:?}: {found:?}");
        let message = ": remove --processes: the master must not fork workers of its own";
        assert!(found[0].ends_with(message), "{more:?}: {found:?}");
    }
    for more in [&["--processes=0"][..], &["--processes=2", "--processes", "0"], &["--", "--processes=2"]] {
        assert_eq!(with_args(Master, with(more)), Vec::<String>::new(), "{more:?}");
    }
    let secret = json!({"secretKeyRef": {"name": "s", "key": "k"}});
    for variable in [
        json!({"name": "LOCUST_PROCESSES", "value": "2"}),
        json!({"name": "LOCUST_PROCESSES", "value": "-1"}),
        json!({"name": "LOCUST_PROCESSES", "valueFrom": secret}),
    ] {
        let found = with_env(Master, json!([variable]));
        assert_eq!(found.len(), 1, "{found:?}");
        let message = "remove the variable LOCUST_PROCESSES: the master must not fork workers of its own";
        assert!(found[0].ends_with(message), "{found:?}");
    }
    assert_eq!(with_env(Master, json!([{"name": "LOCUST_PROCESSES", "value": "0"}])), Vec::<String>::new());
}

#[test]
fn workers_may_fork_and_are_told_where_nobody_sees_how_often() {
    let judge = |args: &[&str]| {
        judged(protected, Worker, |pod| {
            for word in args {
                set(pod, "/spec/containers/0/args/-", json!(word));
            }
        })
    };
    for args in [&["--processes=4"][..], &["--proc", "1"], &["--processes", "0"]] {
        assert_eq!(judge(args), [], "{args:?}");
    }
    for args in [&["--processes=-1"][..], &["--processes", "$(CORES)"]] {
        let found = judge(args);
        let codes: Vec<_> = found.iter().map(|one| (one.code.as_str(), one.is_error())).collect();
        assert_eq!(codes, [("unknown-processes", false)], "{args:?}");
        assert!(found[0].message.ends_with("and the master waits for 3, one a pod"), "{}", found[0].message);
    }
    for args in [&["--processes=-2"][..], &["--processes", "many"], &["--processes="]] {
        let found = lines(&judge(args));
        assert!(
            found.len() == 1 && found[0].ends_with("write a number in --processes: Locust refuses this one"),
            "{found:?}"
        );
    }
}

#[test]
fn the_number_of_workers_is_set_where_it_is_written() {
    let expecting = |args: Value, env: Value| {
        let container = json!({"name": "locust", "args": args, "env": env});
        crate::protected::expecting(&json!({"spec": {"containers": [container]}}), 3, 6).map(Value::from)
    };
    let env = json!([{"name": "N", "value": "3"}, {"name": "WHOLE", "value": "--expect-workers=3"}]);
    for (args, wanted) in [
        (json!(["--master", "--expect-workers=3", "-u5"]), json!(["--master", "--expect-workers=6", "-u5"])),
        (json!(["--expect-workers", "3", "--", "x"]), json!(["--expect-workers", "6", "--", "x"])),
        (
            json!(["--expect-workers=9", "--expect-workers=$(N)"]),
            json!(["--expect-workers=9", "--expect-workers=6"]),
        ),
        (json!(["--expect-workers", "$(N)"]), json!(["--expect-workers", "6"])),
        (json!(["$(WHOLE)"]), json!(["--expect-workers=6"])),
    ] {
        assert_eq!(expecting(args.clone(), env.clone()), Some(wanted), "{args}");
    }
    for args in [
        json!(["--expect-workers=6"]),
        json!(["--expect-workers=4"]),
        json!(["--expect-workers=$(SECRET)"]),
        json!([]),
    ] {
        assert_eq!(expecting(args.clone(), env.clone()), None, "{args}");
    }
}

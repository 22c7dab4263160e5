//! The wiring of master and workers: what is refused, where, and what still is free.

use serde_json::{Value, json};

use crate::{
    fixture::{judged, lines, remove, set},
    protected::protected,
    role::Role::{self, Master, Worker},
};

const ARGS: &str = "/spec/containers/0/args";
const LOCUST: &str = r#".spec.containers[name="locust"]"#;

fn with_args(role: Role, args: Value) -> Vec<String> {
    lines(&judged(protected, role, |pod| set(pod, ARGS, args)))
}

fn with_env(role: Role, env: Value) -> Vec<String> {
    lines(&judged(protected, role, |pod| set(pod, "/spec/containers/0/env", env)))
}

#[test]
fn the_base_and_free_flags_pass() {
    assert_eq!(lines(&judged(protected, Master, |_| ())), Vec::<String>::new());
    assert_eq!(lines(&judged(protected, Worker, |_| ())), Vec::<String>::new());
    for args in [
        json!(["--master", "--expect-workers=3"]),
        json!(["--expect-workers=9", "--headless", "--master", "--expect-workers", "3", "-u", "5"]),
        json!([
            "--master",
            "--expect-workers",
            "0_3",
            "--master-bind-host",
            "*",
            "--master-bind-port",
            "5557"
        ]),
        json!(["--master", "--expect-workers=3", "--master-bind-host=0.0.0.0", "--", "--worker"]),
        json!(["--master", "--expect-workers=3", "--host=--worker", "--master-port=9", "--master-host=x"]),
        json!(["--master", "--expect-workers=3", "--host=$(TARGET)", "$(MORE)"]),
    ] {
        assert_eq!(with_args(Master, args.clone()), Vec::<String>::new(), "{args}");
    }
    for args in [
        json!(["--worker", "--master-port=5557", "--master-host", "checkout-master", "--expect-workers=8"]),
        json!(["--worke", "--master-p=5557", "--master-ho=checkout-master"]),
        json!(["--worker", "--master-host=x", "--master-host=checkout-master", "--master-port", "5557"]),
    ] {
        assert_eq!(with_args(Worker, args.clone()), Vec::<String>::new(), "{args}");
    }
}

#[test]
fn the_masters_flags_are_protected() {
    for (args, wanted) in [
        (
            json!(["--expect-workers=3"]),
            "args: add --master to the args: Locust runs as the test's master by it",
        ),
        (
            json!(["--expect-workers=3", "--", "--master"]),
            "args: add --master to the args: Locust runs as the test's master by it",
        ),
        (
            json!(["--master", "--expect-workers=3", "--work"]),
            "args[2]: remove --worker: the master pod must not be a worker as well",
        ),
        (json!(["--master"]), "args: add --expect-workers=3 to the args: the operator set it"),
        (
            json!(["--master", "--expect-workers=3", "--expect-workers", "4"]),
            "args[3]: set --expect-workers back to 3, or leave it as it was: \"4\" breaks the test",
        ),
        (
            json!(["--master", "--expect-workers=$(N)"]),
            "args[1]: write --expect-workers=3: what \"$(N)\" will be cannot be seen",
        ),
        (
            json!(["--master", "--expect-workers=3", "--master-bind-port=6000"]),
            "args[2]: --master-bind-port does not fit: remove it, or set it to 5557: the workers connect there, not to \"6000\"",
        ),
        (
            json!(["--master", "--expect-workers=3", "--master-bind-h", "localhost"]),
            "args[3]: --master-bind-host does not fit: remove it, or set it to \"*\": no worker reaches \"localhost\" of another pod",
        ),
        (
            json!(["--master", "--expect-workers=3", "--master-bind=x"]),
            "args[2]: write the option \"--master-bind=x\" in full: it may mean --master-bind-host or --master-bind-port",
        ),
        (
            json!(["--master", "--expect-workers=3", "--worker=true"]),
            "args[2]: write --worker alone, or leave it out: it is a flag and takes no value",
        ),
        (
            json!(["--master", "--expect-workers=3", "--w$(X)"]),
            "args[2]: write \"--w$(X)\" without the reference: it may become an option that the operator needs",
        ),
    ] {
        assert_eq!(with_args(Master, args.clone()), [format!("{LOCUST}.{wanted}")], "{args}");
    }
    let gone = judged(protected, Master, |pod| remove(pod, ARGS));
    assert_eq!(gone.len(), 2, "{gone:?}");
    assert!(gone.iter().all(|one| one.code == "protected-field" && one.is_error() && one.help.is_some()));
}

#[test]
fn the_workers_flags_are_protected() {
    for (args, wanted) in [
        (
            json!(["--worker", "--master-port=5557", "--master-host=elsewhere"]),
            "args[2]: set --master-host back to checkout-master, or leave it as it was: \"elsewhere\" breaks the test",
        ),
        (
            json!(["--worker", "--master-host", "checkout-master", "--master-port", "1"]),
            "args[4]: set --master-port back to 5557, or leave it as it was: \"1\" breaks the test",
        ),
        (
            json!(["--worker", "--master-host=checkout-master", "--master-port"]),
            "args[2]: give --master-port its value, as in --master-port=VALUE: Locust refuses it without one",
        ),
        (
            json!(["--worker", "--master-host=checkout-master", "--master-port=5557", "--master"]),
            "args[3]: remove --master: the worker pod must not be a master as well",
        ),
    ] {
        let found = with_args(Worker, args.clone());
        assert!(found.contains(&format!("{LOCUST}.{wanted}")), "{args}: {found:?}");
    }
}

#[test]
fn the_environment_counts_where_the_line_is_silent() {
    let env = |name: &str, value: &str| json!([{"name": name, "value": value}]);
    let place = |name: &str| format!("{LOCUST}.env[name=\"{name}\"].value: ");
    for (role, name, value) in [
        (Master, "LOCUST_MODE_WORKER", "True"),
        (Master, "LOCUST_MODE_WORKER", "maybe"),
        (Worker, "LOCUST_MODE_MASTER", "on"),
        (Master, "LOCUST_MASTER_BIND_PORT", "6000"),
        (Master, "LOCUST_MASTER_BIND_HOST", "127.0.0.1"),
        (Master, "LOCUST_MASTER_BIND_HOST", "lo"),
        (Master, "LOCUST_MASTER_BIND_HOST", "$(POD_IP)"),
    ] {
        let found = with_env(role, env(name, value));
        assert!(found.len() == 1 && found[0].starts_with(&place(name)), "{name}={value}: {found:?}");
    }
    for (role, name, value) in [
        (Master, "LOCUST_MODE_WORKER", "false"),
        (Master, "LOCUST_MODE_MASTER", "true"),
        (Master, "LOCUST_MASTER_BIND_PORT", "5557"),
        (Master, "LOCUST_MASTER_BIND_HOST", "*"),
        (Worker, "LOCUST_MASTER_BIND_HOST", "127.0.0.1"),
        (Worker, "LOCUST_MASTER_NODE_HOST", "elsewhere"),
        (Master, "LOCUST_EXPECT_WORKERS", "99"),
    ] {
        assert_eq!(with_env(role, env(name, value)), Vec::<String>::new(), "{name}={value}");
    }
}

#[test]
fn the_environment_is_read_as_the_kubelet_makes_it() {
    let found = with_env(
        Master,
        json!([{"name": "LOCUST_MODE_WORKER", "value": "true"},
        {"name": "LOCUST_MODE_WORKER", "value": "false"}]),
    );
    assert_eq!(found, Vec::<String>::new(), "the later of two variables counts");
    let found = with_env(
        Master,
        json!([{"name": "YES", "value": "true"},
        {"name": "LOCUST_MODE_WORKER", "value": "$(YES)"}]),
    );
    assert_eq!(found.len(), 1, "a reference to an earlier variable is followed: {found:?}");
    let secret = json!({"secretKeyRef": {"name": "s", "key": "k"}});
    let found = with_env(Master, json!([{"name": "LOCUST_MODE_WORKER", "valueFrom": secret}]));
    let wanted =
        "remove the variable LOCUST_MODE_WORKER, or set it to \"false\": what it will be cannot be seen";
    assert_eq!(found, [format!("{LOCUST}.env[name=\"LOCUST_MODE_WORKER\"].valueFrom: {wanted}")]);
}

#[test]
fn variables_are_read_where_configargparse_puts_them() {
    let judge = |flags: &[&str]| {
        lines(&judged(protected, Master, |pod| {
            for flag in flags {
                set(pod, "/spec/containers/0/args/-", json!(flag));
            }
            set(pod, "/spec/containers/0/env", json!([{"name": "LOCUST_MASTER_BIND_PORT", "value": "1"}]));
        }))
    };
    assert_eq!(judge(&["--master-bind-port=5557"]), Vec::<String>::new(), "the line has it in full");
    assert_eq!(judge(&["--master-bind-p=5557"]), Vec::<String>::new(), "the variable comes first");
    assert_eq!(judge(&["--master-bind-p=5557", "--", "User"]).len(), 1, "the variable comes before --");
    assert_eq!(judge(&["--", "--master-bind-port=5557"]).len(), 1, "nothing behind -- is an option");
    let found = with_env(Master, json!([{"name": "LOCUST_TAGS", "value": "[a, --worker]"}]));
    let wanted =
        "remove the variable LOCUST_TAGS, or set it to \"false\": it makes the master a worker as well";
    assert_eq!(found, [format!("{LOCUST}.env[name=\"LOCUST_TAGS\"].value: {wanted}")]);
}

#[test]
fn references_in_args_are_followed() {
    let found = judged(protected, Master, |pod| {
        set(pod, "/spec/containers/0/env", json!([{"name": "MODE", "value": "--worker"}]));
        set(pod, "/spec/containers/0/args/-", json!("$(MODE)"));
    });
    assert_eq!(lines(&found).len(), 1);
    let found = judged(protected, Master, |pod| {
        set(pod, "/spec/containers/0/env", json!([{"name": "N", "value": "3"}]));
        set(pod, ARGS, json!(["--master", "--expect-workers=$(N)"]));
    });
    assert_eq!(lines(&found), Vec::<String>::new());
    let found = judged(protected, Master, |pod| set(pod, "/spec/containers/0/args/-", json!("$$(MODE)")));
    assert_eq!(lines(&found), Vec::<String>::new());
}

#[test]
fn what_cannot_be_seen_and_may_matter_is_said() {
    let found =
        judged(protected, Master, |pod| set(pod, "/spec/containers/0/args/-", json!("--config=/etc/l.conf")));
    assert_eq!((found.len(), found[0].code.as_str(), found[0].is_error()), (1, "unseen-config", false));
    let source =
        json!([{"prefix": "LOCUST_MASTER_", "secretRef": {"name": "s"}}, {"secretRef": {"name": "s"}}]);
    let found = judged(protected, Master, |pod| set(pod, "/spec/containers/0/envFrom", source.clone()));
    assert_eq!((found.len(), found[0].code.as_str(), found[0].is_error()), (1, "unseen-env", false));
    assert_eq!(judged(protected, Worker, |pod| set(pod, "/spec/containers/0/envFrom", source)).len(), 0);
}

#[test]
fn a_file_of_options_that_is_mounted_is_told() {
    let judge = |edits: &[(&str, Value)]| {
        let found = judged(protected, Worker, |pod| {
            for (pointer, value) in edits {
                set(pod, pointer, value.clone());
            }
        });
        assert!(found.iter().all(|one| one.code == "unseen-config" && !one.is_error()), "{found:?}");
        found.len()
    };
    let mount = "/spec/containers/0/volumeMounts/-";
    let file = |path: &str| json!({"name": "conf", "mountPath": path, "subPath": "locust.conf"});
    let folder = json!({"name": "conf", "mountPath": "/home/locust"});
    let volume =
        json!({"name": "conf", "configMap": {"name": "c", "items": [{"key": "a", "path": "locust.conf"}]}});
    assert_eq!(judge(&[(mount, file("/home/locust/locust.conf"))]), 1);
    assert_eq!(
        judge(&[(mount, file("/root/.locust.conf")), ("/spec/containers/0/workingDir", json!("/w"))]),
        1
    );
    assert_eq!(
        judge(&[(mount, file("/w/pyproject.toml")), ("/spec/containers/0/workingDir", json!("/w/"))]),
        1
    );
    assert_eq!(judge(&[(mount, folder.clone()), ("/spec/volumes/-", volume.clone())]), 1);
    let elsewhere = [
        (mount, folder.clone()),
        ("/spec/volumes/-", volume),
        ("/spec/containers/0/workingDir", json!("/w")),
    ];
    assert_eq!(judge(&elsewhere), 0);
    assert_eq!(judge(&[(mount, file("/etc/tool.conf"))]), 0);
    assert_eq!(judge(&[(mount, folder), ("/spec/volumes/-", json!({"name": "conf", "emptyDir": {}}))]), 0);
}

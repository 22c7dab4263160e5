//! The wiring of master and workers: what is refused, where, and what still is free.

use serde_json::{Value, json};

use crate::{
    judge::{
        fixture::{judged, lines, remove, set},
        protected::protected,
    },
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
fn flags_in_a_command_come_before_the_args() {
    let judge = |command: Value| {
        lines(&judged(protected, Master, |pod| set(pod, "/spec/containers/0/command", command)))
    };
    for free in [
        json!(["/wrapper.sh"]),
        json!(["sh", "-c", "exec locust \"$@\"", "--worker"]),
        json!(["bash", "/wrapper.sh"]),
        json!(["python", "run.py"]),
        json!(["locust", "--csv", "/results/locust"]),
        json!(["sh", "-c", "tool --worker; exec locust -L DEBUG \"$@\"; tool --worker", "--"]),
        json!(["env", "-i", "LOCUST_MODE_WORKER=false", "locust"]),
        json!(["/usr/bin/locust", "-L", "DEBUG"]),
    ] {
        assert_eq!(judge(free.clone()), Vec::<String>::new(), "{free}");
    }
    for command in [
        json!(["locust", "--worker"]),
        json!(["tini", "--", "/opt/venv/bin/locust", "--worker"]),
        json!(["python", "-m", "locust", "--worker"]),
        json!(["locust", "--worker", "--csv", "/results/locust"]),
        json!(["/usr/bin/env", "locust", "--worker"]),
        json!(["/usr/bin/env", "-u", "X", "A=1", "python3.12", "-u", "-X", "dev", "-mlocust", "--worker"]),
        json!(["env", "-S", "python3 -W ignore -m locust --worker"]),
        json!(["env", "LOCUST_MODE_WORKER=1", "locust"]),
        json!(["tini", "-g", "--", "python", "/usr/local/bin/locust", "--worker"]),
        json!(["sh", "-c", "exec locust --worker \"$@\"", "locust"]),
        json!(["bash", "-euo", "pipefail", "-c", "locust \"$@\"", "--", "--worker"]),
        json!(["opentelemetry-instrument", "locust", "--worker", "--html", "locust"]),
    ] {
        let found = judge(command.clone());
        assert!(
            found.len() == 1 && found[0].starts_with(&format!("{LOCUST}.command[")),
            "{command}: {found:?}"
        );
    }
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
fn a_shell_that_drops_arguments_is_told_with_the_way_to_hand_them_on() {
    let judge = |role: Role, command: Value| {
        judged(protected, role, |pod| set(pod, "/spec/containers/0/command", command))
    };
    let all = "end the script with exec locust \"$@\", and write the word locust behind it: no argument of the operator reaches Locust";
    let first = "write the word locust behind the script: the shell takes the first argument, \"-f\", for its own name";
    for (command, wanted) in [
        (json!(["sh", "-c", "pip install x && locust"]), format!("{LOCUST}.command[2]: {all}")),
        (json!(["/bin/bash", "-lc", "locust --worker", "locust"]), format!("{LOCUST}.command[2]: {all}")),
        (json!(["tini", "--", "sh", "-e", "-c", "run.sh"]), format!("{LOCUST}.command[5]: {all}")),
        (json!(["sh", "-c", "exec locust \"$@\""]), format!("{LOCUST}.command[2]: {first}")),
    ] {
        for role in Role::ALL {
            let found = judge(role, command.clone());
            assert_eq!(lines(&found), std::slice::from_ref(&wanted), "{command}");
            assert_eq!((found[0].code.as_str(), found[0].is_error()), ("lost-arguments", false));
        }
    }
    for fine in [
        json!(["sh", "-c", "exec locust \"$@\"", "locust"]),
        json!(["sh", "-c", "exec locust \"$0\" \"$@\""]),
        json!(["sh", "/run.sh"]),
    ] {
        assert_eq!(judge(Master, fine.clone()), [], "{fine}");
    }
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
fn every_spelling_of_loopback_is_refused_and_other_addresses_are_free() {
    let judge =
        |host: &str| with_args(Master, json!(["--master", "--expect-workers=3", "--master-bind-host", host]));
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0X7F000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "::1",
        "[::1]",
        "0:0::1",
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "::1%lo",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "127.0.0.1.",
        "a.localhost",
        "lo",
        "ip6-localhost",
        " 127.0.0.1 ",
        "",
    ] {
        assert_eq!(judge(host).len(), 1, "{host}");
    }
    for host in [
        "*",
        "0.0.0.0",
        "0",
        "::",
        "10.0.0.1",
        "0x0a000001",
        "eth0",
        "2130706432000",
        "::ffff:10.0.0.1",
        "128.1",
    ] {
        assert_eq!(judge(host), Vec::<String>::new(), "{host}");
    }
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

#[test]
fn an_alias_of_loopback_is_loopback() {
    let judge = |ip: &str| {
        judged(protected, Master, |pod| {
            set(pod, "/spec/hostAliases", json!([{"ip": ip, "hostnames": ["a", "own"]}]));
            set(pod, "/spec/containers/0/args/-", json!("--master-bind-host=own"));
        })
    };
    assert_eq!(judge("127.0.0.1").len(), 1);
    assert_eq!(judge("::1").len(), 1);
    assert_eq!(judge("10.0.0.1"), []);
}

#[test]
fn the_number_of_workers_is_set_where_it_is_written() {
    let expecting = |args: Value, env: Value| {
        let container = json!({"name": "locust", "args": args, "env": env});
        crate::judge::expecting(&json!({"spec": {"containers": [container]}}), 3, 6).map(Value::from)
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

#[test]
fn a_script_may_stand_among_the_args() {
    let judge = |command: Value, first: &[&str]| {
        lines(&judged(protected, Master, |pod| {
            set(pod, "/spec/containers/0/command", command);
            let mut args: Vec<Value> = first.iter().map(|word| json!(word)).collect();
            args.extend(pod.pointer(ARGS).unwrap().as_array().unwrap().clone());
            set(pod, ARGS, args.into());
        }))
    };
    let script = "pip install x && exec locust \"$@\"";
    assert_eq!(judge(json!(["sh", "-c"]), &[script, "locust"]), [""; 0]);
    assert_eq!(judge(json!(["sh", "-c"]), &[script, "--"]), [""; 0]);
    assert_eq!(judge(json!(["bash"]), &["-c", script, "locust"]), [""; 0]);
    assert_eq!(judge(json!(["tini", "--"]), &["sh", "-c", script, "locust"]), [""; 0]);
    let found = judge(json!(["sh", "-c"]), &[script]);
    assert!(found.len() == 1 && found[0].contains("takes the first argument, \"-f\""), "{found:?}");
    let found = judge(json!(["tini", "--"]), &["sh", "-c", "pip install x && locust"]);
    assert!(found.len() == 1 && found[0].contains("no argument of the operator"), "{found:?}");
    let found = judge(json!(["tini", "--"]), &["env", "LOCUST_MODE_WORKER=1", "locust"]);
    assert!(found.len() == 1 && found[0].contains("remove the variable LOCUST_MODE_WORKER"), "{found:?}");
    let found = judge(json!(["sh", "-c"]), &["pip install x && locust"]);
    assert!(found.len() == 1 && found[0].contains("no argument of the operator"), "{found:?}");
}

//! Which words of a command reach Locust.

use serde_json::{Value, json};

use crate::{
    fixture::{judged, lines, set},
    protected::protected,
    role::Role::{self, Master},
};

const ARGS: &str = "/spec/containers/0/args";
const LOCUST: &str = r#".spec.containers[name="locust"]"#;

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

//! That podgraft reads the commands of containers as the kernel, the shell, `env` and Python do: they are run, and
//! the real Locust at their end says what it read.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
};

use podgraft_locust::locust_command::locust_settings;
use podgraft_testkit::files::{root, text};
use serde_json::{Value, json};

use crate::{Folder, install, reading::settings};

/// The words after the command, as an operator writes them.
const ARGS: [&str; 4] = ["-f", "test.py", "--worker", "--master-host=shop-master"];

/// A folder in which `locust` and `python -m locust` are the real Locust that says what it reads.
fn folder(locust: &Path) -> Folder {
    let folder = Folder(std::env::temp_dir().join(format!("podgraft-launched-{}", std::process::id())));
    fs::create_dir_all(&folder.0).unwrap();
    let code = fs::read_to_string(root().join("conformance/locust/launched.py")).unwrap();
    fs::write(folder.0.join("locust.py"), &code).unwrap();
    let program = folder.0.join("locust");
    fs::write(&program, format!("#!{}\n{code}", locust.join("bin/python").display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// Runs what a container would: its command and arguments, with its variables.
fn run(locust: &Path, folder: &Path, container: &Value) -> String {
    let words = ["command", "args"].into_iter().flat_map(|list| container[list].as_array().unwrap());
    let words: Vec<&str> = words.map(|word| word.as_str().unwrap()).collect();
    let path = format!("{}:{}/bin:/usr/bin:/bin", folder.display(), locust.display());
    let env = container["env"].as_array().unwrap().iter();
    let env = env.map(|variable| (variable["name"].as_str().unwrap(), variable["value"].as_str().unwrap()));
    let output = Command::new(words[0])
        .args(&words[1..])
        .env_clear()
        .env("PATH", path)
        .env("HOME", folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .envs(env)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output();
    let output = output.unwrap_or_else(|error| panic!("{words:?}: {error}"));
    assert!(output.status.success(), "{words:?}: {}", text(&output.stderr));
    text(&output.stdout).to_owned()
}

#[test]
fn commands_reach_locust_as_they_are_read() {
    let locust = install();
    let folder = folder(&locust);
    let at = folder.0.join("locust").display().to_string();
    let commands: Vec<Vec<&str>> = vec![
        vec!["locust"],
        vec!["locust", "--csv", "/results/locust", "--processes", "3"],
        vec![&at, "--processes=2"],
        vec!["/usr/bin/env", "locust", "--html", "locust"],
        vec!["env", "LOCUST_PROCESSES=4", "LOCUST_MASTER_BIND_PORT=1", "locust"],
        vec!["env", "-u", "LOCUST_EXPECT_WORKERS", "locust", "--proc=2"],
        vec!["env", "--unset=LOCUST_EXPECT_WORKERS", "--", "A=1", "locust"],
        vec!["env", "-S", "LOCUST_PROCESSES=2 locust --master-bind-p '7'"],
        vec!["env", "-vS", "locust --expect-workers 9"],
        vec!["env", "-iu", "A", "PATH=/usr/bin:/bin", &at, "--processes=2"],
        vec!["sh", "-c", "exec locust \"$0\" \"$@\" --processes=2"],
        vec!["env", "-C", ".", "env", "LOCUST_PROCESSES=5", "locust"],
        vec!["python", "-m", "locust", "--processes", "2"],
        vec!["python3", "-u", "-X", "dev", "-W", "ignore", "-mlocust", "--processes=2"],
        vec!["python", "-Bum", "locust", "--expect-workers=4"],
        vec!["python", &at, "--processes=2"],
        vec!["/usr/bin/env", "python3", "-m", "locust"],
        vec!["nice", "-n", "5", "locust", "--processes=2"],
        vec!["timeout", "60", "nohup", "python", "-m", "locust", "--csv", "locust"],
        vec!["sh", "-c", "exec locust \"$@\"", "locust"],
        vec!["sh", "-c", "exec locust \"$@\""],
        vec!["sh", "-c", "exec locust \"$@\"", "--", "--processes", "6"],
        vec!["sh", "-ec", "true; locust -L DEBUG --processes=2 \"$@\" --expect-workers=5", "x"],
        vec!["sh", "-c", "true && locust --master-bind-host 10.0.0.1 \\\n  \"$@\"\ntrue --processes 9", "x"],
        vec!["bash", "-euo", "pipefail", "-c", "exec locust ${@}", "x"],
        vec!["bash", "--norc", "-c", "exec locust --processes=3 $*", "x", "--tags", "a"],
        vec!["bash", "-c", "--", "exec locust \"$@\"", "x"],
        vec!["env", "A=1", "nice", "sh", "-c", "exec python -m locust \"$@\"", "x", "--proc", "8"],
    ];
    for command in &commands {
        let env = json!([{"name": "LOCUST_EXPECT_WORKERS", "value": "7"}, {"name": "LOCUST_MASTER_BIND_HOST", "value": "::"}]);
        let container = json!({"name": "locust", "command": command, "args": ARGS, "env": env});
        let row: Value = serde_json::from_str(&run(&locust, &folder.0, &container)).unwrap();
        assert_eq!(locust_settings(&container), Some(settings(&row)), "{command:?}");
    }
    println!("{} commands reach Locust as they are read", commands.len());
}

/// Why `--processes` is refused on the master, and what Locust makes of numbers that it does not take.
#[test]
fn the_real_locust_refuses_what_is_refused() {
    let locust = install();
    let folder = Folder(std::env::temp_dir().join(format!("podgraft-refused-{}", std::process::id())));
    fs::create_dir_all(&folder.0).unwrap();
    fs::write(folder.0.join("locustfile.py"), "from locust import User\nclass Nobody(User): pass\n").unwrap();
    for (arguments, reason) in [
        (&["--master", "--processes=2"][..], "--master cannot be combined with --processes"),
        (&["--master", "--proc=1"], "--master cannot be combined with --processes"),
        (&["--worker", "--processes=-2"], "Invalid --processes count -2"),
        (&["--worker", "--processes=many"], "invalid int value: 'many'"),
        (&["--master", "--worker"], "--master argument cannot be combined with --worker"),
    ] {
        let output = Command::new(locust.join("bin/locust"))
            .args(arguments)
            .args(["--headless", "-f", "locustfile.py"])
            .env("HOME", &folder.0)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .current_dir(&folder.0)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = text(&output.stderr);
        assert!(!output.status.success() && said.contains(reason), "{arguments:?}: {said}");
    }
}

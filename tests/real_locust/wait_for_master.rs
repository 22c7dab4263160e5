//! The overlay `wait-for-master`: what its container runs.

use std::{fs, process::Command};

use podgraft_pod::manifest;
use podgraft_testkit::files::{relative, root, text};

use crate::support::podgraft;

/// What waits for the master's name, run with a resolver that knows the name after two attempts, and with one that
/// never does.
#[test]
fn workers_wait_for_the_name_of_the_service() {
    let file = root().join("overlays/wait-for-master/overlay.yaml");
    let read = manifest::read(relative(&file), &fs::read(&file).unwrap());
    let overlay = &read.documents[0].value;
    let container = &overlay["spec"]["defaults"]["workerPodTemplate"]["spec"]["initContainers"][0];
    let script = container["args"][0].as_str().unwrap();
    let run = |name: &str, resolver: &str| {
        let program = format!("import socket, time\ntime.sleep = lambda _: None\n{resolver}\n{script}");
        let mut command = Command::new("python3");
        command.args(["-c", &program]).env("TEST_NAME", name).env("WAIT_SECONDS", "0.2");
        command.output().unwrap()
    };
    let slow = "asked = []\ndef slow(host, port):\n    asked.append(host)\n    if len(asked) < 3: raise OSError('not yet')\n    \
                print(host, port, len(asked))\nsocket.getaddrinfo = slow";
    let found = run("search.eu", slow);
    assert!(found.status.success(), "{}", text(&found.stderr));
    assert_eq!(text(&found.stdout), "search-eu-master 5557 3\n");
    let never = run("search", "");
    let said = text(&never.stderr);
    assert!(!never.status.success() && said.contains("search-master cannot be looked up"), "{said}");
    let rendered =
        podgraft(&["render", "-f", "overlays/wait-for-master/test.yaml", "--overlays", "overlays/"], b"");
    let printed = text(&rendered.stdout);
    let services = printed.matches("name: search-eu-master\n").count();
    assert!(services >= 2, "the Service and the Job are called so: {printed}");
}

//! The command line against a cluster, by kubectl's conventions.

use std::{
    fs,
    os::unix::fs::symlink,
    process::{Command, Output},
};

use podgraft_testkit::files::text;
use serde_json::json;

use crate::scenario::{Place, test};

/// Runs podgraft as kubectl's plugin, with the administrator's kubeconfig in the environment.
pub(crate) fn podgraft(place: &Place<'_>, arguments: &[&str]) -> Output {
    podgraft_as(place, "admin", arguments)
}

/// The same with the kubeconfig of a user.
pub(crate) fn podgraft_as(place: &Place<'_>, user: &str, arguments: &[&str]) -> Output {
    let folder = place.cluster.plane.folder().join(format!("plugin-{}", place.namespace));
    if !folder.exists() {
        fs::create_dir_all(&folder).unwrap();
        symlink(env!("CARGO_BIN_EXE_podgraft"), folder.join("kubectl-podgraft")).unwrap();
    }
    Command::new(place.cluster.plane.binary("kubectl"))
        .arg("podgraft")
        .args(arguments)
        .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
        .env("KUBECONFIG", place.cluster.plane.kubeconfig(user))
        .current_dir(&folder)
        .output()
        .unwrap()
}

pub(crate) fn render_diff_and_validate_read_the_cluster(place: &Place<'_>) {
    let name = place.name("cli");
    let (object, namespace) = (format!("locusttest/{name}"), place.namespace.as_str());
    let written = test(&name, "  workerPodTemplate: {spec: {terminationGracePeriodSeconds: 90}}\n");
    place.apply(&written);
    place.phase(&name, "Running");
    let run = |command: &str, code: i32| {
        let output = podgraft(place, &[command, &object, "-n", namespace]);
        assert_eq!(output.status.code(), Some(code), "{command}: {}", text(&output.stderr));
        text(&output.stdout).to_owned()
    };
    let rendered = run("render", 0);
    assert!(rendered.contains("terminationGracePeriodSeconds: 90"), "{rendered}");
    assert_eq!(run("diff", 0), "", "nothing differs");
    assert_eq!(run("validate", 0), "");

    let output =
        podgraft(place, &["explain", &object, ".spec.terminationGracePeriodSeconds", "-n", namespace]);
    let story = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(story.contains("  is   90\n       set by workerPodTemplate\n"), "{story}");

    // The same from a file: what would change if it were applied and started now.
    let file = place.cluster.plane.folder().join(format!("{name}.yaml"));
    fs::write(&file, written.replace("Seconds: 90", "Seconds: 30")).unwrap();
    let file = file.to_str().unwrap();
    let output = podgraft(place, &["diff", "-f", file, "--live", "-n", namespace]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("-      terminationGracePeriodSeconds: 90"), "{output:?}");
    assert!(text(&output.stdout).contains("+      terminationGracePeriodSeconds: 30"), "{output:?}");

    // Somebody else's Job of that name is not compared as if it were the test's.
    let other = place.name("else");
    let job = format!(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: {other}-master}}\nspec: {{suspend: true, template: {{spec: {{restartPolicy: Never, containers: [{{name: a, image: a}}]}}}}}}\n"
    );
    place.apply(&job);
    fs::write(file, test(&other, "")).unwrap();
    let output = podgraft(place, &["diff", "-f", file, "--live", "-n", namespace]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
    let wanted = format!("Job {other}-master is not of this LocustTest: it belongs to nobody");
    assert!(text(&output.stderr).contains(&wanted), "{}", text(&output.stderr));
    place.kubectl(&["delete", "job", &format!("{other}-master")]);

    // What somebody else does to a Job is seen.
    let patch = json!({"spec": {"parallelism": 1}}).to_string();
    place.kubectl(&["patch", "job", &format!("{name}-worker"), "--type=merge", "-p", &patch]);
    assert!(run("diff", 1).contains("-  parallelism: 1"));

    // Edited while it runs: what was frozen and is not wanted any more counts, too.
    place.apply(&test(&name, ""));
    place.reason(&name, "TemplateUpToDate", "SpecChanged");
    assert!(run("diff", 1).contains("-      terminationGracePeriodSeconds: 90"));

    place.apply(&test(&name, "  podTemplate: {spec: {restartPolicy: Always}}\n"));
    for command in ["render", "validate"] {
        let output = podgraft(place, &[command, &object, "-n", namespace]);
        assert_eq!(output.status.code(), Some(1), "{command}");
        assert!(text(&output.stderr).contains("error[protected-field]"), "{}", text(&output.stderr));
    }
    assert_eq!(podgraft(place, &["diff", &object, "-n", namespace]).status.code(), Some(2), "refused");
    for arguments in
        [&["diff", "locusttest/none", "-n", namespace][..], &["render", "pod/x"], &["render", &name]]
    {
        let output = podgraft(place, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output.stderr));
    }
    let help = podgraft(place, &["render", "--help"]);
    assert!(text(&help.stdout).contains("Usage: kubectl podgraft render"), "{}", text(&help.stdout));
}

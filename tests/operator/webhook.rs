//! The admission webhook, asked by a real API server.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use podgraft_testkit::{
    files::text,
    webhook_process::{WebhookProcess, serve_namespace},
};
use serde_json::Value;

use crate::{
    scenario::{Place, test},
    support::podgraft,
};

/// Serves a webhook for the namespace of a scenario, and waits until the API server asks it.
fn serve(place: &Place<'_>) -> WebhookProcess {
    let (webhook, _) = serve_namespace(place.cluster, &place.namespace);
    let started = Instant::now();
    while try_kubectl(place, &["apply", "--dry-run=server", "-f", "-"], &test("nobody", WRONG)).0 {
        assert!(started.elapsed() < Duration::from_secs(30), "the API server does not ask the webhook");
        sleep(Duration::from_millis(100));
    }
    webhook
}

/// Whether kubectl succeeds in the namespace of a scenario, and what it says.
fn try_kubectl(place: &Place<'_>, arguments: &[&str], input: &str) -> (bool, String) {
    let arguments = [arguments, &["-n", &place.namespace]].concat();
    let output = place.cluster.plane.kubectl(&arguments, input.as_bytes());
    (output.status.success(), text(&output.stderr).to_owned() + text(&output.stdout))
}

/// A misspelt field, and a container that is not there.
const WRONG: &str = "  podTemplate: {spec: {hostNetwrok: true}}\n  workerPodTemplate: {spec: {containers: [{name: locst}]}}\n";
/// A volume that nobody uses.
const WARNED: &str = "  podTemplate: {spec: {volumes: [{name: spare, emptyDir: {}}]}}\n";

pub(crate) fn a_wrong_test_is_refused_in_the_words_of_render(place: &Place<'_>) {
    let _webhook = serve(place);
    let name = place.name("wrong");
    let wrong = test(&name, WRONG);
    let rendered = podgraft(&["render", "-n", &place.namespace, "-f", "-"], wrong.as_bytes());
    let rendered = text(&rendered.stderr);
    let first: Vec<&str> = rendered.lines().filter(|line| line.starts_with("error[")).collect();
    assert_eq!(first.len(), 2, "{rendered}");
    let doors: [&[&str]; 6] = [
        &["apply", "-f", "-"],
        &["apply", "--server-side", "-f", "-"],
        &["apply", "--dry-run=server", "-f", "-"],
        &["apply", "--server-side", "--dry-run=server", "-f", "-"],
        &["create", "-f", "-"],
        &["create", "--validate=false", "-f", "-"],
    ];
    for door in doors {
        let (succeeded, said) = try_kubectl(place, door, &wrong);
        assert!(!succeeded, "{door:?}: {said}");
        for line in &first {
            assert!(said.contains(line), "{door:?} lacks {line}\n{said}");
        }
        assert!(said.contains("= path: .spec.hostNetwrok"), "{said}");
        assert!(place.get("locusttest", &name).is_null(), "{door:?} stores it");
    }
    // A good one is stored, and its warnings are told.
    let good = place.name("good");
    let (succeeded, said) = try_kubectl(place, &["apply", "-f", "-"], &test(&good, WARNED));
    assert!(succeeded && said.contains("Warning: [unused-volume]"), "{said}");
    place.phase(&good, "Running");
    // It becomes wrong by no way.
    let patch = r#"{"spec":{"podTemplate":{"spec":{"hostNetwrok":true}}}}"#;
    let (succeeded, said) =
        try_kubectl(place, &["patch", "locusttest", &good, "--type=merge", "-p", patch], "");
    assert!(!succeeded && said.contains("error[unknown-field]"), "{said}");
    // A null that kubectl does not send is told when it is applied to what is there.
    let null = "  podTemplate: {spec: {volumes: [{name: spare, emptyDir: {}}], runtimeClassName: null}}\n";
    let (succeeded, said) = try_kubectl(place, &["apply", "-f", "-"], &test(&good, null));
    assert!(succeeded && said.contains("Warning: [lost-null] write $unset: [runtimeClassName]"), "{said}");
    // One that is sent is refused.
    let (succeeded, said) =
        try_kubectl(place, &["apply", "--server-side", "-f", "-"], &test(&place.name("null"), null));
    assert!(!succeeded && said.contains("error[null]") && said.contains("$unset"), "{said}");
}

pub(crate) fn what_is_stored_may_go_and_change_its_metadata(place: &Place<'_>) {
    let name = place.name("stored");
    place.apply(&test(&name, WRONG));
    place.reason(&name, "TemplatesAccepted", "Refused");
    let _webhook = serve(place);
    let metadata = r#"{"metadata":{"finalizers":["example.com/hold"],"labels":{"color":"blue"}}}"#;
    place.kubectl(&["patch", "locusttest", &name, "--type=merge", "-p", metadata]);
    place.kubectl(&["annotate", "locusttest", &name, "note=1"]);
    let spec = r#"{"spec":{"image":"other"}}"#;
    let (succeeded, said) =
        try_kubectl(place, &["patch", "locusttest", &name, "--type=merge", "-p", spec], "");
    assert!(!succeeded && said.contains("hostNetwrok"), "{said}");
    // The operator still writes what it thinks of it.
    place.until("locusttest", &name, |test| !test["status"]["conditions"].is_null());
    place.kubectl(&["delete", "locusttest", &name, "--wait=false"]);
    place.until("locusttest", &name, |test| !test["metadata"]["deletionTimestamp"].is_null());
    place.kubectl(&[
        "patch",
        "locusttest",
        &name,
        "--type=merge",
        "-p",
        r#"{"metadata":{"finalizers":null}}"#,
    ]);
    place.until("locusttest", &name, Value::is_null);
}

pub(crate) fn an_overlay_is_judged_and_what_it_breaks_is_named(place: &Place<'_>) {
    let overlay = |name: &str, spec: &str| {
        format!(
            "apiVersion: locust.io/v1alpha1\nkind: PodOverlay\nmetadata: {{name: {name}}}\nspec: {spec}\n"
        )
    };
    for number in 0..12 {
        place.apply(&test(&format!("t{number:02}"), ""));
    }
    let _webhook = serve(place);
    let apply = |text: &str| try_kubectl(place, &["apply", "-f", "-"], text);
    let (succeeded, said) =
        apply(&overlay("wrong", "{overrides: {podTemplate: {spec: {restartPolicy: Always}}}}"));
    let layer = format!("= layer: PodOverlay {}/wrong (overrides)", place.namespace);
    assert!(!succeeded && said.contains("error[protected-field]") && said.contains(&layer), "{said}");
    let (succeeded, said) = apply(&overlay("unread", "{constraints: [{path: .spec.x}]}"));
    assert!(!succeeded && said.contains("error["), "{said}");
    let strict = "{constraints: [{path: '.spec.containers[name=\"locust\"].image', enum: [other], message: take the other}]}";
    let (succeeded, said) = apply(&overlay("strict", strict));
    assert!(succeeded, "{said}");
    let named = format!(
        "Warning: LocustTest {}/t00 would be refused at its next start: [constraint]",
        place.namespace
    );
    assert!(said.contains(&named), "{said}");
    assert_eq!(said.matches("would be refused at its next start").count(), 10, "{said}");
    assert!(said.contains("Warning: and 2 more LocustTests would be refused"), "{said}");
    // Tests are judged by it at once, and go on where only their metadata changes.
    let (succeeded, said) = apply(&test("t12", ""));
    assert!(!succeeded && said.contains("error[constraint]: take the other"), "{said}");
    place.kubectl(&["label", "locusttest", "t00", "color=blue"]);
    let (succeeded, said) = try_kubectl(place, &["delete", "podoverlay", "strict"], "");
    assert!(succeeded && !said.contains("Warning"), "{said}");
    // Whoever deletes what tests list is warned.
    let (succeeded, said) = apply(&overlay("extra", "{optIn: true}"));
    assert!(succeeded, "{said}");
    let (succeeded, said) = apply(&test("t13", "  overlays: [{kind: PodOverlay, name: extra}]\n"));
    assert!(succeeded, "{said}");
    let (succeeded, said) = try_kubectl(place, &["delete", "podoverlay", "extra"], "");
    assert!(
        succeeded && said.contains("/t13 would be refused at its next start: [missing-overlay]"),
        "{said}"
    );
}

pub(crate) fn what_was_just_made_is_not_missing(place: &Place<'_>) {
    let _webhook = serve(place);
    for number in 0..20 {
        let text = format!(
            "apiVersion: locust.io/v1alpha1\nkind: PodOverlay\nmetadata: {{name: o{number}}}\nspec: {{optIn: true}}\n---\n{}",
            test(
                &format!("just-{number}"),
                &format!("  overlays: [{{kind: PodOverlay, name: o{number}}}]\n")
            )
        );
        let (succeeded, said) = try_kubectl(place, &["apply", "-f", "-"], &text);
        assert!(succeeded, "{number}: {said}");
    }
}

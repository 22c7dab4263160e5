//! Changes to what is there, by authors and by others.

use podgraft_testkit::cluster::condition;
use serde_json::json;

use crate::scenario::{Place, test};

pub(crate) fn what_is_deleted_is_rebuilt_as_it_was(place: &Place<'_>) {
    let name = place.name("lost");
    place.apply(&test(&name, ""));
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    let spec = |kind: &str, object: &str| place.get(kind, object)["spec"]["template"]["spec"].clone();
    let before = spec("job", &format!("{name}-worker"));
    // What is edited meanwhile is not what the lost Job is rebuilt from.
    place.apply(&test(&name, "").replace("2.43.0", "9.9.9"));
    place.reason(&name, "TemplateUpToDate", "SpecChanged");
    for (kind, object) in [
        ("job", format!("{name}-worker")),
        ("service", format!("{name}-master")),
        ("job", format!("{name}-master")),
    ] {
        let uid = place.get(kind, &object)["metadata"]["uid"].clone();
        place.kubectl(&["delete", kind, &object]);
        place.until(kind, &object, |new| !new.is_null() && new["metadata"]["uid"] != uid);
    }
    assert_eq!(spec("job", &format!("{name}-worker")), before, "exactly as it was");
    assert!(place.describe(&name).contains("ResourceDeleted"));
    let masters = place.cluster.life.masters(&format!("{}/{name}-master", place.namespace));
    assert_eq!(masters.at_once, 1, "{masters:?}");
}

pub(crate) fn a_change_is_ignored_and_shown(place: &Place<'_>) {
    let name = place.name("drift");
    place.apply(&test(&name, ""));
    place.phase(&name, "Running");
    let version = place.get("job", &format!("{name}-master"))["metadata"]["generation"].clone();
    place.apply(
        &test(&name, "  podTemplate: {spec: {priorityClassName: high}}\n").replace("2.43.0", "2.44.0"),
    );
    let said = place.reason(&name, "TemplateUpToDate", "SpecChanged");
    for part in [
        "master.spec.template.spec.containers[name=\"locust\"].image: \"locustio/locust:2.43.0\" -> \"locustio/locust:2.44.0\"",
        "worker.spec.template.spec.priorityClassName: nothing -> \"high\"",
        "updatePolicy: Recreate",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let drifted = place
        .until("locusttest", &name, |test| condition(test, "SpecDrifted")["reason"] == "SpecChangeIgnored");
    assert_eq!(drifted["status"]["observedGeneration"], drifted["metadata"]["generation"]);
    assert_eq!(place.get("job", &format!("{name}-master"))["metadata"]["generation"], version);
    // Back again: the difference goes.
    place.apply(&test(&name, ""));
    place.reason(&name, "TemplateUpToDate", "UpToDate");
    place.until("locusttest", &name, |test| condition(test, "SpecDrifted")["status"] == "False");
}

pub(crate) fn recreate_never_has_two_masters(place: &Place<'_>) {
    let name = place.name("anew");
    place.apply(&test(&name, "  updatePolicy: Recreate\n"));
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    for (round, image) in ["2.44.0", "2.45.0"].into_iter().enumerate() {
        place.apply(&test(&name, "  updatePolicy: Recreate\n").replace("2.43.0", image));
        let image = json!(format!("locustio/locust:{image}"));
        for role in ["master", "worker"] {
            place.until("job", &format!("{name}-{role}"), |job| {
                job["spec"]["template"]["spec"]["containers"][0]["image"] == image
            });
        }
        place.until("locusttest", &name, |test| {
            test["status"]["revision"] == format!("{name}-{}", round + 2)
                && test["status"]["phase"] == "Running"
        });
        place.reason(&name, "TemplateUpToDate", "UpToDate");
    }
    place.gone("controllerrevision", &format!("{name}-1"));
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    place.had_masters(&name, 3);
    assert!(place.describe(&name).contains("Recreating"));
}

pub(crate) fn a_refused_change_changes_nothing(place: &Place<'_>) {
    let name = place.name("worse");
    place.apply(&test(&name, "  updatePolicy: Recreate\n"));
    place.phase(&name, "Running");
    let uid = place.get("job", &format!("{name}-master"))["metadata"]["uid"].clone();
    place.apply(&test(
        &name,
        "  updatePolicy: Recreate\n  workerPodTemplate: {spec: {restartPolicy: Always}}\n",
    ));
    let said = place.reason(&name, "TemplatesAccepted", "Refused");
    assert!(said.contains(".spec.restartPolicy (workerPodTemplate)"), "{said}");
    assert!(place.reason(&name, "TemplateUpToDate", "SpecRefused").contains("goes on as it started"));
    // Refused by the API server only: the test goes on, too.
    place.apply(&test(
        &name,
        "  updatePolicy: Recreate\n  workerPodTemplate: {spec: {serviceAccountName: nobody}}\n",
    ));
    let said = place.reason(&name, "TemplatesApplied", "RefusedByServer");
    assert!(said.contains("serviceaccount \"nobody\" not found"), "{said}");
    assert_eq!(place.get("job", &format!("{name}-master"))["metadata"]["uid"], uid);
    assert_eq!(place.get("locusttest", &name)["status"]["phase"], "Running");
}

pub(crate) fn what_is_lost_with_its_revision_is_not_run_again(place: &Place<'_>) {
    let name = place.name("lost");
    place.apply(&test(&name, ""));
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    // Back at once: the same would be rendered again.
    place.kubectl(&["delete", "controllerrevision", &format!("{name}-1")]);
    place.until("controllerrevision", &format!("{name}-1"), |revision| !revision.is_null());
    // Edited, it would not.
    place.apply(&test(&name, "").replace("2.43.0", "2.44.0"));
    place.reason(&name, "TemplateUpToDate", "SpecChanged");
    place.kubectl(&["delete", "controllerrevision", &format!("{name}-1")]);
    place.reason(&name, "TemplatesApplied", "Adopted");
    place.kubectl(&["delete", "job", &format!("{name}-master")]);
    let said = place.reason(&name, "TemplatesApplied", "Lost");
    assert!(said.contains("delete the test and create it again"), "{said}");
    place.had_masters(&name, 1);
}

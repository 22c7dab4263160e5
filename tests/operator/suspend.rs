//! `spec.job.suspend`, and queues that resume Jobs.

use std::{thread::sleep, time::Duration};

use podgraft_testkit::files::text;
use serde_json::json;

use crate::{
    command_line::podgraft,
    scenario::{Place, test},
};

const ROLES: [&str; 2] = ["master", "worker"];

fn are_suspended(place: &Place<'_>, name: &str, suspended: bool) {
    for role in ROLES {
        place.until("job", &format!("{name}-{role}"), |job| {
            job["spec"]["suspend"].as_bool().unwrap_or_default() == suspended
        });
    }
}

fn with_suspend(name: &str, suspend: bool) -> String {
    test(name, &format!("  job: {{suspend: {suspend}}}\n"))
}

pub(crate) fn a_change_of_suspend_is_applied_once(place: &Place<'_>) {
    let name = place.name("pause");
    place.apply(&test(&name, ""));
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    // The author stops it, whatever updatePolicy says: the same Jobs, no new revision.
    let uid = place.get("job", &format!("{name}-master"))["metadata"]["uid"].clone();
    place.apply(&with_suspend(&name, true));
    are_suspended(place, &name, true);
    place.reason(&name, "PodsHealthy", "Suspended");
    place.phase(&name, "Pending");
    place.reason(&name, "TemplateUpToDate", "UpToDate");
    // Somebody else resumes it: that stays.
    for role in ROLES {
        let patch = json!({"spec": {"suspend": false}}).to_string();
        place.kubectl(&["patch", "job", &format!("{name}-{role}"), "--type=merge", "-p", &patch]);
    }
    place.phase(&name, "Running");
    sleep(Duration::from_secs(2));
    are_suspended(place, &name, false);
    // The author's next change is applied once more, and back.
    place.apply(&with_suspend(&name, false));
    place.until("job", &format!("{name}-master"), |job| {
        job["metadata"]["annotations"]["locust.io/suspend"] == "false"
    });
    place.apply(&with_suspend(&name, true));
    are_suspended(place, &name, true);
    place.apply(&test(&name, ""));
    are_suspended(place, &name, false);
    place.phase(&name, "Running");
    let master = place.get("job", &format!("{name}-master"));
    assert_eq!(master["metadata"]["uid"], uid, "the same Job all the time");
    let told = place.describe(&name);
    assert!(told.contains("Suspended") && told.contains("Resumed"), "{told}");
    assert!(place.get("locusttest", &name)["status"]["restarts"].is_null(), "nothing was deleted");
}

pub(crate) fn what_a_queue_sets_is_no_difference(place: &Place<'_>) {
    let name = place.name("kueue");
    let toleration = "  workerPodTemplate: {spec: {tolerations: [{key: spot, operator: Exists}]}}\n";
    place.apply(&format!("{}{toleration}", with_suspend(&name, true)));
    are_suspended(place, &name, true);
    for role in ROLES {
        let job = format!("{name}-{role}");
        let patch = json!({"spec": {"suspend": false, "template": {
            "metadata": {"labels": {"queue": "loads"}, "annotations": {"flavor": "spot"}},
            "spec": {"nodeSelector": {"pool": "spot"}, "tolerations": [
                {"key": "spot", "operator": "Exists"}, {"key": "pool", "operator": "Equal", "value": "spot"}
            ]}
        }}});
        place.kubectl(&["patch", "job", &job, "--type=merge", "-p", &patch.to_string()]);
    }
    place.phase(&name, "Running");
    place.reason(&name, "TemplateUpToDate", "UpToDate");
    let target = format!("locusttest/{name}");
    let output = podgraft(place, &["diff", &target, "-n", &place.namespace]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}{}", text(&output.stderr));
    // A change of the author's is one.
    place.apply(&format!("{}{}", with_suspend(&name, true), toleration.replace("spot", "gpu")));
    place.reason(&name, "TemplateUpToDate", "SpecChanged");
    let output = podgraft(place, &["diff", &target, "-n", &place.namespace]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("gpu") && !said.contains("pool") && !said.contains("suspend"), "{said}");
}

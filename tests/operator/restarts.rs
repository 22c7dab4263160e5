//! Jobs that somebody deletes: the load test begins anew, and everybody is told.

use podgraft_testkit::pod_life::Fate;
use serde_json::{Value, json};

use crate::scenario::{Place, test};

/// The Warning events of a test with this reason, each by its note.
fn warnings(place: &Place<'_>, name: &str, reason: &str) -> Vec<String> {
    let of = format!("involvedObject.name={name},reason={reason},type=Warning");
    let events = place.kubectl(&["get", "events", "--field-selector", &of, "-o", "json"]);
    let events: Value = serde_json::from_str(&events).unwrap();
    let notes = events["items"].as_array().unwrap().iter();
    notes.map(|event| event["message"].as_str().unwrap().to_owned()).collect()
}

/// Deletes a Job and waits for the next one.
fn delete(place: &Place<'_>, job: &str, cascade: &str) {
    let uid = place.get("job", job)["metadata"]["uid"].clone();
    place.kubectl(&["delete", "job", job, &format!("--cascade={cascade}")]);
    place.until("job", job, |job| !job.is_null() && job["metadata"]["uid"] != uid);
}

pub(crate) fn a_deleted_job_is_told_every_time(place: &Place<'_>) {
    let name = place.name("anew");
    place.apply(&test(&name, "  job: {ttlSecondsAfterFinished: 1}\n"));
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    let (master, worker) = (format!("{name}-master"), format!("{name}-worker"));
    for (count, job, cascade) in
        [(1, &master, "background"), (2, &worker, "foreground"), (3, &master, "foreground")]
    {
        delete(place, job, cascade);
        let told =
            place.until("locusttest", &name, |test| test["status"]["restarts"]["count"] == json!(count));
        let last = told["status"]["restarts"]["last"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(last["cause"], format!("Job {job} was deleted"), "{told:#}");
        assert!(last["time"].as_str().unwrap().ends_with('Z'), "{told:#}");
        place.phase(&name, "Running");
        // The API server stores an event a moment later.
        let told = || warnings(place, &name, "ResourceDeleted");
        let enough = |notes: &[String]| notes.iter().any(|note| note.contains(job.as_str()));
        for _ in 0..50 {
            if enough(&told()) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        let notes = told();
        assert!(enough(&notes), "{count}: {notes:?}");
        assert!(notes.iter().all(|note| note.contains("the load test begins anew")), "{notes:?}");
    }
    let words = place.reason(&name, "Restarted", "JobDeleted");
    assert!(words.contains("3 times"), "{words}");
    // A Service is made again without a word of a new run.
    place.kubectl(&["delete", "service", &master]);
    place.until("service", &master, |service| !service.is_null());
    // The end, and Jobs that expire then.
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    place.cluster.life.fate(&format!("{name}-"), Fate::Succeed);
    place.phase(&name, "Succeeded");
    place.gone("job", &master);
    place.gone("job", &worker);
    let ended = place.get("locusttest", &name);
    assert_eq!(ended["status"]["restarts"]["count"], 3, "{ended:#}");
    assert_eq!(ended["status"]["restarts"]["last"].as_array().unwrap().len(), 3);
}

pub(crate) fn a_new_run_is_no_restart(place: &Place<'_>) {
    let name = place.name("newrun");
    place.apply(&test(&name, "  updatePolicy: Recreate\n"));
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    delete(place, &format!("{name}-master"), "background");
    place.until("locusttest", &name, |test| test["status"]["restarts"]["count"] == 1);
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    place.apply(&test(&name, "  updatePolicy: Recreate\n").replace("2.43.0", "2.43.1"));
    place.until("locusttest", &name, |test| {
        test["status"]["revision"] == format!("{name}-2") && test["status"]["phase"] == "Running"
    });
    place.reason(&name, "Restarted", "NewRun");
    let anew = place.get("locusttest", &name);
    assert!(anew["status"]["restarts"].is_null(), "{anew:#}");
}

/// Every drift is an event of its own, with its own words.
pub(crate) fn another_note_is_another_event(place: &Place<'_>) {
    let name = place.name("notes");
    place.apply(&test(&name, ""));
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    for image in ["2.44.0", "2.45.0", "2.46.0"] {
        place.apply(&test(&name, "").replace("2.43.0", image));
        let of = format!("involvedObject.name={name},reason=TemplateOutdated");
        let told = || place.kubectl(&["get", "events", "--field-selector", &of, "-o", "json"]);
        let is_told = || told().contains(&format!("locustio/locust:{image}"));
        for _ in 0..100 {
            if is_told() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        assert!(is_told(), "{image}: {}", told());
    }
}

//! What the operator asks the API server for, as the audit log has it.

use std::{collections::BTreeMap, fs, thread::sleep, time::Duration};

use podgraft_testkit::{
    cluster::{Cluster, condition},
    operator_process::OperatorProcess,
};
use serde_json::Value;

use crate::{
    cluster,
    scenario::{Place, test},
};

/// The operator's name in the audit log.
const OPERATOR: &str = "system:serviceaccount:podgraft:podgraft";
/// How many tests start together.
const TESTS: usize = 40;

/// How many requests the operator made, by verb and resource, watches left out; and those that were answered 404.
fn requests(cluster: &Cluster) -> (BTreeMap<String, usize>, Vec<String>) {
    let log = fs::read_to_string(cluster.plane.folder().join("audit.log")).unwrap();
    let events = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let missing = events
        .filter(|event| event["user"]["username"] == OPERATOR && event["responseStatus"]["code"] == 404);
    let missing = missing.map(|event| event["requestURI"].to_string()).collect();
    (cluster.plane.requests(OPERATOR), missing)
}

/// What was asked for between two counts.
fn since(before: &BTreeMap<String, usize>, after: &BTreeMap<String, usize>) -> BTreeMap<String, usize> {
    let more = |(what, count): (&String, &usize)| {
        let more = count - before.get(what).copied().unwrap_or_default();
        (more > 0).then(|| (what.clone(), more))
    };
    after.iter().filter_map(more).collect()
}

/// Waits until nothing has been asked for a while, and gives all that was.
fn quiet(cluster: &Cluster) -> BTreeMap<String, usize> {
    let mut last = requests(cluster).0;
    loop {
        sleep(Duration::from_secs(4));
        let now = requests(cluster).0;
        if now == last {
            return now;
        }
        last = now;
    }
}

fn overlay(name: &str, seconds: usize, labels: &str) -> String {
    format!(
        "apiVersion: locust.io/v1alpha1\nkind: PodOverlay\nmetadata: {{name: {name}, namespace: many}}\nspec: {{selector: {{matchLabels: {{{labels}}}}}, \
         defaults: {{podTemplate: {{spec: {{terminationGracePeriodSeconds: {seconds}}}}}}}}}\n"
    )
}

/// A start costs few requests, none of them a list of its own and none in vain; a change of an overlay one for each
/// test that it concerns, and none for the others.
#[test]
fn few_requests_do() {
    let (_turn, cluster) = cluster();
    cluster.plane.kubectl_ok(&["create", "namespace", "many"], b"");
    let _operator = OperatorProcess::of(&cluster);
    cluster.apply(&overlay("some", 31, "app: web"));
    let labelled =
        |index: usize| test(&format!("r{index}"), "").replace("metadata:", "metadata:\n  labels: {app: web}");
    let before = quiet(&cluster);
    let texts: Vec<String> = (0..TESTS).map(labelled).collect();
    cluster.plane.kubectl_ok(&["create", "-n", "many", "-f", "-"], texts.join("---\n").as_bytes());
    for index in 0..TESTS {
        cluster.reason(&format!("r{index}"), "many", "WorkersConnected", "AllWorkersConnected");
    }
    let started = quiet(&cluster);
    let asked = since(&before, &started);
    let all: usize = asked.values().sum();
    let lists: usize =
        asked.iter().filter(|(what, _)| what.starts_with("list ")).map(|(_, count)| count).sum();
    println!("{TESTS} starts: {all} requests, {lists} lists: {asked:#?}");
    assert!(all <= TESTS * 15, "{asked:#?}");
    assert!(lists < TESTS, "{asked:#?}");
    assert_eq!(requests(&cluster).1, Vec::<String>::new(), "nothing is asked for that is not there");

    cluster.apply(&overlay("some", 32, "app: web"));
    cluster.reason("r0", "many", "TemplateUpToDate", "OperatorChanged");
    let changed = quiet(&cluster);
    let asked = since(&started, &changed);
    println!("an overlay changes: {asked:#?}");
    assert_eq!(asked["patch locusttests/status"], TESTS);
    assert!(asked.values().sum::<usize>() <= TESTS + 3, "{asked:#?}");

    cluster.apply(&overlay("others", 33, "app: none"));
    let asked = since(&changed, &quiet(&cluster));
    println!("an overlay that applies to none: {asked:#?}");
    assert!(asked.keys().all(|what| what == "patch podoverlays/status"), "{asked:#?}");
}

/// Whatever was published before a test was created counts, however many start at once: each test has an overlay of
/// its own, and one that all of them share is changed all the while.
pub(crate) fn what_is_published_before_counts_under_load(place: &Place<'_>) {
    const PAIRS: usize = 40;
    let overlay = |name: &str, label: &str, seconds: usize| {
        format!(
            "apiVersion: locust.io/v1alpha1\nkind: PodOverlay\nmetadata: {{name: {name}}}\nspec:\n  \
             selector: {{matchLabels: {{load: {label}}}}}\n  \
             overrides: {{podTemplate: {{spec: {{terminationGracePeriodSeconds: {seconds}}}, metadata: {{annotations: {{example.com/o-{name}: \"{seconds}\"}}}}}}}}\n"
        )
    };
    let name = |index: usize| place.name(&format!("l{index}"));
    let pair = |index: usize| {
        let labels = format!("metadata:\n  labels: {{load: l{index}}}");
        let test = test(&name(index), "").replace("replicas: 2", "replicas: 1").replace("metadata:", &labels);
        overlay(&format!("own{index}"), &format!("l{index}"), 100 + index) + "---\n" + &test
    };
    for chunk in (0..PAIRS).collect::<Vec<_>>().chunks(10) {
        let texts: Vec<String> = chunk.iter().map(|index| pair(*index)).collect();
        place.apply(&texts.join("---\n"));
        place.apply(&overlay("elsewhere", "nobody", chunk[0]));
    }
    for index in 0..PAIRS {
        let running = place.phase(&name(index), "Running");
        let job = place.get("job", &format!("{}-worker", name(index)));
        let spec = &job["spec"]["template"]["spec"];
        assert_eq!(spec["terminationGracePeriodSeconds"], 100 + index, "{}", name(index));
        assert_eq!(condition(&running, "TemplateUpToDate")["status"], "True", "{running:#}");
    }
    place.kubectl(&["delete", "locusttests", "--all"]);
}

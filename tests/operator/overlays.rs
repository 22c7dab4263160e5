//! Overlays on the cluster.

use podgraft_testkit::cluster::condition;

use crate::scenario::{Place, test};

/// An overlay for this scenario's namespace only.
fn overlay(place: &Place<'_>, name: &str, more: &str) -> String {
    format!(
        "apiVersion: locust.io/v1alpha1\nkind: ClusterPodOverlay\nmetadata: {{name: {name}}}\nspec:\n  \
         namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {}}}}}\n{more}",
        place.namespace
    )
}

pub(crate) fn a_test_starts_with_its_overlays_and_keeps_them(place: &Place<'_>) {
    let (base, name) = (place.name("base"), place.name("over"));
    let text = |seconds: u32| {
        overlay(
            place,
            &base,
            &format!(
                "  defaults: {{podTemplate: {{spec: {{enableServiceLinks: false}}}}}}\n  \
                 overrides: {{podTemplate: {{spec: {{terminationGracePeriodSeconds: {seconds}}}}}, eachContainer: {{env: [{{name: PROXY, value: p}}]}}}}\n"
            ),
        )
    };
    place.apply(&text(90));
    place.until("clusterpodoverlay", &base, |overlay| condition(overlay, "Accepted")["status"] == "True");
    place.apply(&test(
        &name,
        "  podTemplate: {spec: {terminationGracePeriodSeconds: 5, enableServiceLinks: true}}\n",
    ));
    let running = place.phase(&name, "Running");
    assert_eq!(running["status"]["overlays"][0]["name"], *base, "{running:#}");
    assert_eq!(running["status"]["overlays"][0]["generation"], 1);
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    for pod in place.pods(&format!("{name}-worker")) {
        assert_eq!(pod["spec"]["terminationGracePeriodSeconds"], 90, "the override wins");
        assert_eq!(pod["spec"]["enableServiceLinks"], true, "the author beats the default");
        let env = pod["spec"]["containers"][0]["env"].as_array().unwrap();
        assert!(env.iter().any(|one| one["name"] == "PROXY"), "{env:?}");
    }
    place.until("clusterpodoverlay", &base, |overlay| overlay["status"]["matchedTests"] == 1);
    // A change waits for the next start, and is shown.
    let uid = place.get("job", &format!("{name}-worker"))["metadata"]["uid"].clone();
    place.apply(&text(30));
    let said = place.reason(&name, "TemplateUpToDate", "OperatorChanged");
    assert!(said.contains(&format!("ClusterPodOverlay {base} has changed (generation 1 -> 2)")), "{said}");
    assert!(said.contains("podgraft diff locusttest/NAME shows the fields; since revision 1"), "{said}");
    assert_eq!(place.get("job", &format!("{name}-worker"))["metadata"]["uid"], uid);
    place.kubectl(&["delete", "clusterpodoverlay", &base]);
}

pub(crate) fn what_is_published_just_before_counts(place: &Place<'_>) {
    let names: Vec<(String, String)> = (0..5)
        .map(|number| (place.name(&format!("new{number}")), place.name(&format!("soon{number}"))))
        .collect();
    // Each overlay and its test are created a moment apart.
    let both = |(overlay_name, name): &(String, String)| {
        let label = format!(
            "  selector: {{matchLabels: {{soon: {name}}}}}\n  overrides: {{podTemplate: {{spec: {{terminationGracePeriodSeconds: 77}}}}}}\n"
        );
        let test = test(name, "").replace("metadata:", &format!("metadata:\n  labels: {{soon: {name}}}"));
        overlay(place, overlay_name, &label) + "---\n" + &test
    };
    place.apply(&names.iter().map(both).collect::<Vec<_>>().join("---\n"));
    for (overlay_name, name) in &names {
        place.phase(name, "Running");
        let job = place.get("job", &format!("{name}-worker"));
        assert_eq!(job["spec"]["template"]["spec"]["terminationGracePeriodSeconds"], 77, "{name}");
        place.kubectl(&["delete", "clusterpodoverlay", overlay_name]);
    }
}

pub(crate) fn an_opted_in_overlay_is_awaited(place: &Place<'_>) {
    let (opted, name) = (place.name("opted"), place.name("opts"));
    place.apply(&test(&name, &format!("  overlays: [{{name: {opted}}}]\n")));
    let said = place.reason(&name, "TemplatesAccepted", "Refused");
    assert!(said.contains(&format!("there is no ClusterPodOverlay \"{opted}\"")), "{said}");
    assert!(place.get("job", &format!("{name}-master")).is_null());
    place.apply(&overlay(
        place,
        &opted,
        "  optIn: true\n  defaults: {podTemplate: {spec: {hostNetwork: true}}}\n",
    ));
    place.phase(&name, "Running");
    assert_eq!(place.get("job", &format!("{name}-master"))["spec"]["template"]["spec"]["hostNetwork"], true);
    place.kubectl(&["delete", "clusterpodoverlay", &opted]);
}

pub(crate) fn overlays_that_disagree_are_told(place: &Place<'_>) {
    let (one, two, name) = (place.name("one"), place.name("two"), place.name("torn"));
    for (overlay_name, seconds) in [(&one, 10), (&two, 20)] {
        let more =
            format!("  defaults: {{podTemplate: {{spec: {{terminationGracePeriodSeconds: {seconds}}}}}}}\n");
        place.apply(&overlay(place, overlay_name, &more));
    }
    for overlay_name in [&one, &two] {
        place.until("clusterpodoverlay", overlay_name, |overlay| !overlay["status"].is_null());
    }
    place.apply(&test(&name, ""));
    let running = place.phase(&name, "Running");
    let said = condition(&running, "TemplatesAccepted")["message"].as_str().unwrap().to_owned();
    assert!(said.contains(&one) && said.contains(&two), "{said}");
    let job = place.get("job", &format!("{name}-master"));
    assert_eq!(job["spec"]["template"]["spec"]["terminationGracePeriodSeconds"], 20, "the later name wins");
    for overlay_name in [&one, &two] {
        let told = place.until("clusterpodoverlay", overlay_name, |overlay| {
            condition(overlay, "Conflicted")["status"] == "True"
        });
        let said = condition(&told, "Conflicted")["message"].as_str().unwrap();
        assert!(said.contains(&name), "{said}");
        place.kubectl(&["delete", "clusterpodoverlay", overlay_name]);
    }
}

pub(crate) fn what_an_overlay_aims_at_in_vain_is_told(place: &Place<'_>) {
    // The beginning of a name is another name.
    let (aims, other, name) = (place.name("aims"), place.name("aim"), place.name("bare"));
    let spec = "  overrides: {podTemplate: {spec: {containers: [{name: proxy, imagePullPolicy: Always}]}}}\n";
    place.apply(&overlay(place, &aims, spec));
    place.apply(&overlay(place, &other, "  defaults: {podTemplate: {spec: {enableServiceLinks: false}}}\n"));
    place.apply(&format!(
        "apiVersion: locust.io/v1alpha1\nkind: PodOverlay\nmetadata: {{name: {aims}}}\nspec:\n{spec}"
    ));
    let kinds = [("clusterpodoverlay", &aims), ("podoverlay", &aims), ("clusterpodoverlay", &other)];
    for (kind, overlay_name) in kinds {
        place.until(kind, overlay_name, |overlay| !overlay["status"].is_null());
    }
    place.apply(&test(&name, ""));
    for (kind, overlay_name) in kinds {
        let told = place.until(kind, overlay_name, |overlay| overlay["status"]["matchedTests"] == 1);
        let found = condition(&told, "TargetsFound");
        if overlay_name == &other {
            assert_eq!(found["status"], "True", "{told:#}");
        } else {
            let said = found["message"].as_str().unwrap();
            assert!(said.contains(&name) && said.contains("proxy"), "{kind}: {said}");
        }
        place.kubectl(&["delete", kind, overlay_name]);
    }
    place.kubectl(&["delete", "locusttest", &name]);
}

/// An overlay that the API server takes and podgraft cannot read keeps tests from starting, and they say what is wrong.
pub(crate) fn an_overlay_that_cannot_be_read_is_told(place: &Place<'_>) {
    let name = place.name("unread");
    let written = |each: &str| {
        format!(
            "apiVersion: locust.io/v1alpha1\nkind: PodOverlay\nmetadata: {{name: broken}}\n\
             spec: {{defaults: {{eachContainer: {{{each}}}}}, constraints: [{{expression: '!has(object.spec.hostNetwork) &&'}}]}}\n"
        )
    };
    place.apply(&written("name: locust, tty: true"));
    place.until("podoverlay", "broken", |stored| condition(stored, "Accepted")["status"] == "False");
    place.apply(&test(&name, ""));
    let said = place.reason(&name, "TemplatesAccepted", "Refused");
    let start = format!(
        "correct PodOverlay {}/broken, which may apply to this test and cannot be read: ",
        place.namespace
    );
    assert!(said.contains(&start), "{said}");
    assert!(said.contains(".spec.defaults.eachContainer.name: remove the name"), "{said}");
    assert!(said.contains(".spec.constraints[0].expression: "), "{said}");
    place.apply(&written("tty: true").replace(" &&", ""));
    place.phase(&name, "Running");
}

/// It could demand anything, so that the tests that it may be for wait; whoever looks at either is told why.
pub(crate) fn an_unreadable_overlay_has_an_event(place: &Place<'_>) {
    let (broken, name) = (place.name("broken"), place.name("held"));
    let constraint = "  constraints: [{path: .spec.priorityClassName, pattern: '(', message: m}]\n";
    place.apply(&overlay(place, &broken, constraint));
    let told = place
        .until("clusterpodoverlay", &broken, |overlay| condition(overlay, "Accepted")["status"] == "False");
    let words = condition(&told, "Accepted")["message"].as_str().unwrap().to_owned();
    place.apply(&test(&name, ""));
    let said = place.reason(&name, "TemplatesAccepted", "Refused");
    assert!(said.contains(&broken), "{said}");
    let described = || place.kubectl(&["describe", "clusterpodoverlay", &broken]);
    for _ in 0..50 {
        if described().contains("OverlayRefused") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let described = described();
    assert!(described.contains("OverlayRefused"), "{words}: {described}");
    place.kubectl(&["delete", "clusterpodoverlay", &broken]);
    place.phase(&name, "Running");
}

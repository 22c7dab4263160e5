//! Objects that are nested deeper than JSON is usually read. An API server stores them, and whoever may write one must
//! not be able to stop the operator.

use podgraft_testkit::operator_process::OperatorProcess;

use crate::{cluster, conversion, scenario::test};

/// How many lists stand in each other: more than serde reads by itself, and nearly what an API server takes.
const DEPTHS: [usize; 2] = [150, 9_900];

/// A template with so many lists in each other.
fn nested(depth: usize) -> String {
    format!("{{metadata: {{deep: {}{}}}}}", "[".repeat(depth), "]".repeat(depth))
}

#[test]
fn an_object_that_is_nested_deeply_is_refused_and_stops_no_other() {
    let (_turn, cluster) = cluster();
    let mut operator = OperatorProcess::of(&cluster);
    let create = |text: &str| cluster.plane.kubectl_ok(&["create", "-f", "-"], text.as_bytes());
    create(&test("before", ""));
    cluster.phase("before", "default", "Running");
    let deep = |depth: usize| (format!("deep-{depth}"), nested(depth));
    for (name, template) in DEPTHS.map(deep) {
        create(&test(&name, &format!("  podTemplate: {template}\n")));
        create(&format!(
            "apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n---\napiVersion: locust.io/v1alpha1\nkind: PodOverlay\n\
             metadata: {{name: deep, namespace: {name}}}\nspec: {{defaults: {{podTemplate: {template}}}}}\n"
        ));
    }
    let are_refused = || {
        for (name, _) in DEPTHS.map(deep) {
            let test = format!("locusttest/{name}");
            let objects =
                [("default", test.as_str(), "TemplatesAccepted"), (&name, "podoverlay/deep", "Accepted")];
            for (namespace, object, kind) in objects {
                let awaited = format!("--for=condition={kind}=False");
                cluster.plane.kubectl_ok(&["wait", object, &awaited, "--timeout=60s", "-n", namespace], b"");
                let message = format!("jsonpath={{.status.conditions[?(@.type==\"{kind}\")].message}}");
                let message =
                    cluster.plane.kubectl_ok(&["get", object, "-n", namespace, "-o", &message], b"");
                assert!(message.contains("nest less: maps and lists of an object"), "{object}: {message}");
            }
        }
    };
    // While the operator watches, and when it reads all of them.
    create(&test("beside", ""));
    cluster.phase("beside", "default", "Running");
    are_refused();
    operator.kill();
    let _operator = OperatorProcess::of(&cluster);
    create(&test("behind", ""));
    cluster.phase("behind", "default", "Running");
    are_refused();
}

#[test]
fn an_object_that_is_nested_deeply_is_converted_beside_the_others() {
    let (_turn, cluster, _webhook) = conversion::converting();
    let create = |text: &str| cluster.plane.kubectl_ok(&["create", "-n", "load", "-f", "-"], text.as_bytes());
    create(&test("fine", ""));
    for depth in DEPTHS {
        create(&test(&format!("deep-{depth}"), &format!("  podTemplate: {}\n", nested(depth))));
    }
    let arguments = ["get", "locusttests.v1.locust.io", "-n", "load", "-o"];
    let names = cluster.plane.kubectl_ok(&[&arguments[..], &["name"]].concat(), b"");
    assert_eq!(names.lines().count(), 1 + DEPTHS.len(), "{names}");
    let deep = cluster.plane.kubectl_ok(&[&arguments[..], &["json"]].concat(), b"");
    let brackets = deep.matches('[').count();
    assert!(brackets >= DEPTHS.iter().sum(), "{brackets}");
}

//! What overlays cannot do to Locust's wiring, and what they may.

use podgraft_locust::{Rendered, role::Role};
use serde_json::{Value, json};

use super::render::{cluster, pod, render, test};

/// The codes of the errors, each with its path.
fn refused(rendered: &Rendered) -> Vec<String> {
    let errors = rendered.diagnostics.iter().filter(|found| found.is_error());
    errors.map(|found| format!("{} {}", found.code, found.path.as_ref().unwrap())).collect()
}

fn with_override(patch: Value) -> Rendered {
    render(test(json!({})), vec![cluster("a", json!({"overrides": patch}))])
}

#[test]
fn each_container_may_restart_but_not_locust() {
    for policy in ["Always", "OnFailure"] {
        let rendered = with_override(json!({"eachContainer": {"restartPolicy": policy}}));
        let found = refused(&rendered);
        assert!(
            found.contains(&r#"protected-field .spec.containers[name="locust"].restartPolicy"#.to_owned())
        );
        assert!(found.iter().all(|one| !one.contains("protected") || one.contains("locust\"]")), "{found:?}");
    }
}

#[test]
fn variables_that_double_are_refused_in_every_container() {
    let variable = |index: usize| match index {
        0 => json!({"name": "A0", "value": "0123456789"}),
        index => json!({"name": format!("A{index}"), "value": format!("$(A{0})$(A{0})", index - 1)}),
    };
    let env: Vec<Value> = (0..30).map(variable).collect();
    let found = refused(&with_override(json!({"eachContainer": {"env": env}})));
    let place =
        |list: &str, name: &str| format!(r#"exec-limit .spec.{list}[name="{name}"].env[name="A14"].value"#);
    assert_eq!(
        found,
        [place("containers", "locust"), place("initContainers", "locust-metrics-exporter")],
        "one message a container"
    );
}

#[test]
fn processes_of_the_workers_count_whoever_sets_them() {
    let env = json!([{"name": "LOCUST_PROCESSES", "value": "2"}]);
    let refused_of_all = refused(&with_override(json!({"eachContainer": {"env": env}})));
    let variable = r#".spec.containers[name="locust"].env[name="LOCUST_PROCESSES"].value"#;
    assert_eq!(refused_of_all, [format!("protected-field {variable}")], "the master gets it as well");
    let workers = json!({"workerPodTemplate": {"spec": {"containers": [{"name": "locust", "env": env}]}}});
    let rendered = with_override(workers);
    assert_eq!(refused(&rendered), [""; 0]);
    let replicas = rendered.job(Role::Worker).unwrap()["spec"]["parallelism"].as_u64().unwrap();
    let args = &pod(&rendered, Role::Master)["spec"]["containers"][0]["args"];
    assert!(
        args.as_array().unwrap().contains(&json!(format!("--expect-workers={}", 2 * replicas))),
        "{args}"
    );
}

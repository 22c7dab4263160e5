//! What Linux cannot start is refused before it is expanded.

use serde_json::{Value, json};

use crate::{
    fixture::{judged, lines, set},
    protected::protected,
    role::Role::Worker,
};

fn found(change: impl FnOnce(&mut Value)) -> Vec<String> {
    lines(&judged(protected, Worker, change))
}

/// Variables of which each stands for the one before twice.
fn doubling(count: usize) -> Value {
    let first = json!({"name": "A0", "value": "0123456789"});
    let twice = |index| json!({"name": format!("A{index}"), "value": format!("$(A{0})$(A{0})", index - 1)});
    std::iter::once(first).chain((1..count).map(twice)).collect()
}

#[test]
fn a_variable_that_doubles_is_refused_where_it_becomes_too_long() {
    let message = r#"shorten the variable "A14": 163844 bytes or more after expansion, and Linux starts no program with more than 131071"#;
    for (list, name) in [("containers", "locust"), ("containers", "helper"), ("initContainers", "first")] {
        let found = found(|pod| {
            if name == "locust" {
                return set(pod, "/spec/containers/0/env", doubling(30));
            }
            set(pod, &format!("/spec/{list}/-"), json!({"name": name, "image": "x", "env": doubling(30)}));
        });
        assert_eq!(found, [format!(r#".spec.{list}[name="{name}"].env[name="A14"].value: {message}"#)]);
    }
    assert_eq!(found(|pod| set(pod, "/spec/containers/0/env", doubling(14))), [""; 0]);
}

#[test]
fn words_and_all_together_have_limits_too() {
    for list in ["args", "command"] {
        let word = found(|pod| {
            set(pod, "/spec/containers/0/env", doubling(14));
            set(pod, &format!("/spec/containers/0/{list}"), json!(["$(A13)$(A13)"]));
        });
        let wanted = format!(
            r#".spec.containers[name="locust"].{list}[0]: shorten the word: 163840 bytes or more after expansion, and Linux starts no program with more than 131071"#
        );
        assert_eq!(word, [wanted]);
        let all = found(|pod| {
            set(pod, "/spec/containers/0/env", doubling(14));
            set(pod, &format!("/spec/containers/0/{list}"), vec!["$(A13)"; 30].into());
        });
        assert_eq!(all.len(), 1);
        assert!(
            all[0].starts_with(r#".spec.containers[name="locust"]: shorten the arguments and variables"#)
        );
    }
}

#[test]
fn open_references_are_read_in_one_go() {
    for open in ["$(", "$(x", "$$("] {
        let found = found(|pod| set(pod, "/spec/containers/0/args/-", json!(open.repeat(350_000))));
        assert_eq!(found.len(), 1, "{found:?}");
        let short = open.repeat(100_000 / open.len());
        assert_eq!(judged(protected, Worker, |pod| set(pod, "/spec/containers/0/args/-", json!(short))), []);
    }
}

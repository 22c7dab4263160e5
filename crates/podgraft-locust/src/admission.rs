//! [`without_admission`]: a Job without what a queue may have changed of it while it was suspended.

use serde_json::Value;

/// What may be changed of a suspended Job's pod template, as JSON pointers below the template; nothing else of it may
/// ever be changed.
///
/// # Source
/// Kubernetes, `pkg/registry/batch/job/strategy.go`, `validationOptionsForJob` and `AllowMutableSchedulingDirectives`,
/// v1.37.
const SCHEDULING: [(&str, &str); 6] = [
    ("/metadata", "labels"),
    ("/metadata", "annotations"),
    ("/spec", "nodeSelector"),
    ("/spec", "affinity"),
    ("/spec", "tolerations"),
    ("/spec", "schedulingGates"),
];

/// Puts what a queue such as Kueue may set on a suspended Job back to how the Job was `created`, and leaves out whether
/// it is suspended. Both are Jobs; what is neither is left alone.
pub fn without_admission(live: &mut Value, created: &Value) {
    without_suspend(live);
    for (parent, field) in SCHEDULING {
        let parent = format!("/spec/template{parent}");
        let made = created.pointer(&parent).and_then(|parent| parent.get(field));
        let Some(parent) = live.pointer_mut(&parent).and_then(Value::as_object_mut) else { continue };
        match made {
            Some(made) => {
                parent.insert(field.to_owned(), made.clone());
            }
            None => {
                parent.remove(field);
            }
        }
    }
}

/// Leaves out of a Job whether it is suspended: an author says so once, and a queue at any time.
pub fn without_suspend(job: &mut Value) {
    if let Some(spec) = job.get_mut("spec").and_then(Value::as_object_mut) {
        spec.remove("suspend");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_queue_sets_is_put_back_and_nothing_else() {
        let created = json!({"spec": {"suspend": true, "parallelism": 2, "template": {
            "metadata": {"labels": {"a": "b"}}, "spec": {"tolerations": [{"key": "spot"}], "containers": [{"name": "locust"}]}}}});
        let mut live = json!({"spec": {"suspend": false, "parallelism": 3, "template": {
            "metadata": {"labels": {"a": "b", "queue": "q"}, "annotations": {"flavor": "x"}},
            "spec": {"tolerations": [{"key": "spot"}, {"key": "gpu"}], "nodeSelector": {"zone": "a"},
                "affinity": {}, "schedulingGates": [{"name": "g"}], "containers": [{"name": "locust", "image": "new"}]}}}});
        without_admission(&mut live, &created);
        assert_eq!(
            live,
            json!({"spec": {"parallelism": 3, "template": {
                "metadata": {"labels": {"a": "b"}},
                "spec": {"tolerations": [{"key": "spot"}], "containers": [{"name": "locust", "image": "new"}]}}}})
        );
        let mut service = json!({"spec": {"ports": []}});
        without_admission(&mut service, &json!({}));
        assert_eq!(service, json!({"spec": {"ports": []}}));
    }
}

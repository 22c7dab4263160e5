//! [`Workload`]: what the object that has a pod template demands of it.

use super::findings::Findings;
use crate::cursor::Cursor;

/// The sort of object that has the pod template: each has its own demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// A `Job`, or the template of a `CronJob`'s.
    Job,
    /// A `Deployment`, `ReplicaSet`, `StatefulSet` or `DaemonSet`, whose pods never end.
    LongRunning,
    /// A `Pod` of its own.
    Pod,
}

/// Judges what the workload demands of the pod's `spec`.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/apis/batch/validation/validation.go`, `validateJobSpec`; `pkg/apis/apps/validation/validation.go`,
/// `ValidatePodTemplateSpecForReplicaSet`, `ValidatePodTemplateSpecForStatefulSet`, `ValidateDaemonSetSpec`.
pub(super) fn judge(workload: Workload, spec: &Cursor<'_>, found: &mut Findings) {
    match workload {
        Workload::Job => in_a_job(spec, found),
        Workload::LongRunning => in_a_long_running_one(spec, found),
        Workload::Pod => {}
    }
    if !spec.items("ephemeralContainers").is_empty() {
        let message = "remove ephemeralContainers: they are added to running pods, with kubectl debug";
        found.refuse(spec.field("ephemeralContainers"), message);
    }
}

fn in_a_job(spec: &Cursor<'_>, found: &mut Findings) {
    match spec.text("restartPolicy") {
        "Never" | "OnFailure" => {}
        "" => found
            .refuse(spec.field("restartPolicy"), "add restartPolicy: Never: a Job needs it, or OnFailure"),
        other => {
            let message =
                format!("set restartPolicy to Never or OnFailure: a Job's pods cannot have \"{other}\"");
            found.refuse(spec.field("restartPolicy"), message);
        }
    }
}

fn in_a_long_running_one(spec: &Cursor<'_>, found: &mut Findings) {
    if !matches!(spec.text("restartPolicy"), "" | "Always") {
        let message = "remove restartPolicy, or set it to Always: these pods are to run for ever";
        found.refuse(spec.field("restartPolicy"), message);
    }
    if spec.has("activeDeadlineSeconds") {
        let message = "remove activeDeadlineSeconds: these pods are to run for ever";
        found.refuse(spec.field("activeDeadlineSeconds"), message);
    }
}

#[cfg(test)]
mod tests {
    use podgraft_merge::work::Work;
    use podgraft_testkit::edits::lines;
    use serde_json::json;

    use super::*;
    use crate::validity::validity;

    #[test]
    fn each_workload_has_its_own_restart_policies() {
        let refused = |workload, policy: &str| {
            let spec = json!({"restartPolicy": policy, "containers": [{"name": "a", "image": "a"}]});
            lines(&validity(&json!({"spec": spec}), workload, &Work::unlimited())).len()
        };
        for (policy, [job, long_running, pod]) in
            [("Always", [1, 0, 0]), ("OnFailure", [0, 1, 0]), ("Never", [0, 1, 0])]
        {
            assert_eq!(refused(Workload::Job, policy), job, "{policy}");
            assert_eq!(refused(Workload::LongRunning, policy), long_running, "{policy}");
            assert_eq!(refused(Workload::Pod, policy), pod, "{policy}");
        }
    }

    #[test]
    fn pods_that_run_for_ever_have_no_deadline() {
        let spec = json!({"activeDeadlineSeconds": 5, "containers": [{"name": "a", "image": "a"}]});
        let found = lines(&validity(&json!({"spec": spec}), Workload::LongRunning, &Work::unlimited()));
        assert_eq!(
            found,
            [".spec.activeDeadlineSeconds: remove activeDeadlineSeconds: these pods are to run for ever"]
        );
    }
}

//! The protected fields as one data table: the code that judges and the documentation both read it.

use crate::role::Role;

/// Something of the final pod that the operator cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProtectedField {
    /// Where it is in the pod template, for people.
    pub path: &'static str,
    /// The roles whose pods must have it.
    pub roles: &'static [Role],
    /// What must hold there.
    pub rule: &'static str,
    /// Why the operator needs it.
    pub reason: &'static str,
    /// What to do instead.
    pub remedy: &'static str,
}

const BOTH: &[Role] = &Role::ALL;
const MASTER: &[Role] = &[Role::Master];
const WORKER: &[Role] = &[Role::Worker];

pub(super) const CONTAINER: ProtectedField = ProtectedField {
    path: ".spec.containers[name=\"locust\"]",
    roles: BOTH,
    rule: "the container is there, among the containers",
    reason: "Locust runs in it, and the operator's arguments, ports and test files are on it.",
    remedy: "Change its fields as you like, or add other containers beside it.",
};

pub(super) const MASTER_MODE: ProtectedField = ProtectedField {
    path: ".spec.containers[name=\"locust\"].args",
    roles: MASTER,
    rule: "Locust reads `--master`, and not `--worker`, from its arguments and environment",
    reason: "The workers of the test connect to this pod; without a master there is no test.",
    remedy: "Add arguments to the end of the list, and keep those that the operator put there.",
};

pub(super) const WORKER_MODE: ProtectedField = ProtectedField {
    path: ".spec.containers[name=\"locust\"].args",
    roles: WORKER,
    rule: "Locust reads `--worker`, and not `--master`, from its arguments and environment",
    reason: "The master counts the workers that connect to it; a pod that is none is waited for in vain.",
    remedy: "Add arguments to the end of the list, and keep those that the operator put there.",
};

pub(super) const EXPECT_WORKERS: ProtectedField = ProtectedField {
    path: ".spec.containers[name=\"locust\"].args",
    roles: MASTER,
    rule: "`--expect-workers` is the number of worker pods, times `--processes` of the workers where it is a number",
    reason: "The master waits for as many workers as it is told, and the operator starts as many as the test says.",
    remedy: "Set `.spec.worker.replicas` of the test.",
};

pub(super) const MASTER_PROCESSES: ProtectedField = ProtectedField {
    path: ".spec.containers[name=\"locust\"].args",
    roles: MASTER,
    rule: "`--processes` is absent or 0, in the arguments and in `LOCUST_PROCESSES`",
    reason: "With it Locust refuses to be a master, or forks workers of its own and waits for as many as there are processors.",
    remedy: "Give it to the workers, in `.spec.worker.extraArgs` or `workerPodTemplate`.",
};

pub(super) const WORKER_PROCESSES: ProtectedField = ProtectedField {
    path: ".spec.containers[name=\"locust\"].args",
    roles: WORKER,
    rule: "`--processes`, in the arguments or in `LOCUST_PROCESSES`, is a number that Locust takes: 1 or more, 0 for none, or -1",
    reason: "Locust does not start with another.",
    remedy: "Write how many processes each worker pod runs: the master then waits for the pods times this number.",
};

pub(super) const BIND_PORT: ProtectedField = ProtectedField {
    path: ".spec.containers[name=\"locust\"].args",
    roles: MASTER,
    rule: "`--master-bind-port` is absent or 5557, in the arguments and in `LOCUST_MASTER_BIND_PORT`",
    reason: "The workers connect to port 5557 of the master's Service.",
    remedy: "Leave the flag out.",
};

pub(super) const BIND_HOST: ProtectedField = ProtectedField {
    path: ".spec.containers[name=\"locust\"].args",
    roles: MASTER,
    rule: "`--master-bind-host` is absent or not a loopback address, in the arguments and in `LOCUST_MASTER_BIND_HOST`",
    reason: "The workers are other pods: nobody outside the pod reaches a loopback address.",
    remedy: "Leave the flag out, or bind to \"*\".",
};

pub(super) const MASTER_HOST: ProtectedField = ProtectedField {
    path: ".spec.containers[name=\"locust\"].args",
    roles: WORKER,
    rule: "`--master-host` is the master's Service",
    reason: "The master of the test listens behind its Service, and nowhere else.",
    remedy: "Leave the flag as the operator set it.",
};

pub(super) const MASTER_PORT: ProtectedField = ProtectedField {
    path: ".spec.containers[name=\"locust\"].args",
    roles: WORKER,
    rule: "`--master-port` is 5557",
    reason: "The master's Service forwards ports 5557 and 5558, and no other.",
    remedy: "Leave the flag as the operator set it.",
};

pub(super) const PORTS: ProtectedField = ProtectedField {
    path: ".spec.containers[name=\"locust\"].ports",
    roles: MASTER,
    rule: "the TCP ports 5557 and 5558 are listed",
    reason: "The workers reach the master through these ports; policies and meshes go by what is listed.",
    remedy: "Add other ports beside them; names and hostPort are free.",
};

pub(super) const RESTART_POLICY: ProtectedField = ProtectedField {
    path: ".spec.restartPolicy",
    roles: BOTH,
    rule: "it is Never",
    reason: "A master or worker that starts again would join a test that is under way, or begin a new one.",
    remedy: "Restart a helper by its own restartPolicy: Always, among the initContainers.",
};

pub(super) const CONTAINER_RESTART: ProtectedField = ProtectedField {
    path: ".spec.containers[name=\"locust\"].restartPolicy",
    roles: BOTH,
    rule: "it is absent or Never, and restartPolicyRules is absent; no rule of another container restarts all containers",
    reason: "A master or worker that starts again would join a test that is under way, or begin a new one.",
    remedy: "Restart a helper by its own restartPolicy and rules.",
};

pub(super) const LABELS: ProtectedField = ProtectedField {
    path: ".metadata.labels",
    roles: BOTH,
    rule: "performance-test-name, performance-test-pod-name and managed-by are the operator's",
    reason: "The master's Service and the operator find the pods by these labels.",
    remedy: "Add labels of your own beside them; `app` is free.",
};

pub(super) const JOB_LABELS: ProtectedField = ProtectedField {
    path: ".metadata.labels",
    roles: BOTH,
    rule: "the Job controller's labels are not set: job-name, controller-uid and their batch.kubernetes.io/ forms",
    reason: "The Job controller sets them itself, and the API server refuses a Job that sets them otherwise.",
    remedy: "Choose other names for your labels.",
};

pub(super) const METADATA: ProtectedField = ProtectedField {
    path: ".metadata",
    roles: BOTH,
    rule: "only labels and annotations are set",
    reason: "The Job controller names and owns the pods; other metadata is ignored or gets in its way.",
    remedy: "Set labels and annotations.",
};

pub(super) const TEST_VOLUME: ProtectedField = ProtectedField {
    path: ".spec.volumes[name=\"locust-src\"], .spec.volumes[name=\"locust-lib\"]",
    roles: BOTH,
    rule: "while the test names their ConfigMap, the volumes read from it, and otherwise nobody else uses the names; mode bits are free",
    reason: "Locust finds the test and its library there.",
    remedy: "Name other ConfigMaps in the test, or add a volume with a name of its own.",
};

pub(super) const TEST_MOUNT: ProtectedField = ProtectedField {
    path: ".spec.containers[name=\"locust\"].volumeMounts",
    roles: BOTH,
    rule: "the test files are mounted where the operator put them, and nothing else is mounted at, above or below; readOnly is free",
    reason: "Locust is told to look there, and a mount over the files would hide them.",
    remedy: "Mount elsewhere, or move the test files with `.spec.testFiles` of the test.",
};

/// All protected fields, in the order in which they are judged.
pub(super) static TABLE: &[ProtectedField] = &[
    CONTAINER,
    MASTER_MODE,
    WORKER_MODE,
    EXPECT_WORKERS,
    MASTER_PROCESSES,
    WORKER_PROCESSES,
    BIND_PORT,
    BIND_HOST,
    MASTER_HOST,
    MASTER_PORT,
    PORTS,
    RESTART_POLICY,
    CONTAINER_RESTART,
    LABELS,
    JOB_LABELS,
    METADATA,
    TEST_VOLUME,
    TEST_MOUNT,
];

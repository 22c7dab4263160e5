//! The table of what is judged: each entry says what must hold, why, and what to do instead, and owns its check.
//! Documentation and `explain --protected` are made of it.

use podgraft_merge::diagnostic::Severity;

use super::{
    config_file, connection, container,
    entry::{Entry, ProtectedField},
    env_sources, lost_arguments, metadata, mode, ports, processes, restart_policy, startable, test_files,
};
use crate::{codes, role::Role};

const BOTH: &[Role] = &Role::ALL;
const MASTER: &[Role] = &[Role::Master];
const WORKER: &[Role] = &[Role::Worker];

/// Everything that is judged, in this order.
pub(super) static TABLE: &[Entry] = &[
    Entry::Obstacle {
        code: codes::EXEC_LIMIT,
        severity: Severity::Error,
        roles: BOTH,
        help: Some(
            "Kubernetes puts the value of a variable wherever $(NAME) stands in a later variable, the command or the \
             arguments. Linux takes 131,071 bytes for each of them and 2 MiB for all; put what is longer into a file, such as \
             a ConfigMap's.",
        ),
        check: startable::check,
    },
    Entry::Protected {
        field: ProtectedField {
            path: ".spec.containers[name=\"locust\"]",
            roles: BOTH,
            rule: "the container is there, among the containers",
            reason: "Locust runs in it, and the operator's arguments, ports and test files are on it.",
            remedy: "Change its fields as you like, or add other containers beside it.",
        },
        check: container::check,
    },
    Entry::Protected {
        field: ProtectedField {
            path: ".spec.containers[name=\"locust\"].args",
            roles: MASTER,
            rule: "Locust reads `--master`, and not `--worker`, from its arguments and environment",
            reason: "The workers of the test connect to this pod; without a master there is no test.",
            remedy: "Add arguments to the end of the list, and keep those that the operator put there.",
        },
        check: mode::check,
    },
    Entry::Protected {
        field: ProtectedField {
            path: ".spec.containers[name=\"locust\"].args",
            roles: WORKER,
            rule: "Locust reads `--worker`, and not `--master`, from its arguments and environment",
            reason: "The master counts the workers that connect to it; a pod that is none is waited for in vain.",
            remedy: "Add arguments to the end of the list, and keep those that the operator put there.",
        },
        check: mode::check,
    },
    Entry::Protected {
        field: ProtectedField {
            path: ".spec.containers[name=\"locust\"].args",
            roles: MASTER,
            rule: "`--expect-workers` is the number of worker pods, times `--processes` of the workers where it is a number",
            reason: "The master waits for as many workers as it is told, and the operator starts as many as the test says.",
            remedy: "Set `.spec.worker.replicas` of the test.",
        },
        check: connection::expected_workers,
    },
    Entry::Protected {
        field: ProtectedField {
            path: ".spec.containers[name=\"locust\"].args",
            roles: MASTER,
            rule: "`--master-bind-port` is absent or 5557, in the arguments and in `LOCUST_MASTER_BIND_PORT`",
            reason: "The workers connect to port 5557 of the master's Service.",
            remedy: "Leave the flag out.",
        },
        check: connection::bind_port,
    },
    Entry::Protected {
        field: ProtectedField {
            path: ".spec.containers[name=\"locust\"].args",
            roles: MASTER,
            rule: "`--master-bind-host` is absent or not a loopback address, in the arguments and in `LOCUST_MASTER_BIND_HOST`",
            reason: "The workers are other pods: nobody outside the pod reaches a loopback address.",
            remedy: "Leave the flag out, or bind to \"*\".",
        },
        check: connection::bind_host,
    },
    Entry::Protected {
        field: ProtectedField {
            path: ".spec.containers[name=\"locust\"].args",
            roles: WORKER,
            rule: "`--master-host` is the master's Service",
            reason: "The master of the test listens behind its Service, and nowhere else.",
            remedy: "Leave the flag as the operator set it.",
        },
        check: connection::master_host,
    },
    Entry::Protected {
        field: ProtectedField {
            path: ".spec.containers[name=\"locust\"].args",
            roles: WORKER,
            rule: "`--master-port` is 5557",
            reason: "The master's Service forwards ports 5557 and 5558, and no other.",
            remedy: "Leave the flag as the operator set it.",
        },
        check: connection::master_port,
    },
    Entry::Protected {
        field: ProtectedField {
            path: ".spec.containers[name=\"locust\"].args",
            roles: MASTER,
            rule: "`--processes` is absent or 0, in the arguments and in `LOCUST_PROCESSES`",
            reason: "With it Locust refuses to be a master, or forks workers of its own and waits for as many as there are processors.",
            remedy: "Give it to the workers, in `.spec.worker.extraArgs` or `workerPodTemplate`.",
        },
        check: processes::of_master,
    },
    Entry::Protected {
        field: ProtectedField {
            path: ".spec.containers[name=\"locust\"].args",
            roles: WORKER,
            rule: "`--processes`, in the arguments or in `LOCUST_PROCESSES`, is a number that Locust takes: 1 or more, 0 for none, or -1",
            reason: "Locust does not start with another.",
            remedy: "Write how many processes each worker pod runs: the master then waits for the pods times this number.",
        },
        check: processes::of_worker,
    },
    Entry::Obstacle {
        code: codes::UNKNOWN_PROCESSES,
        severity: Severity::Warning,
        roles: WORKER,
        help: Some(
            "With a number that can be seen the master waits for the pods times the number. Without, it may start the test \
             before all workers are there.",
        ),
        check: processes::unknown,
    },
    Entry::Obstacle {
        code: codes::LOST_ARGUMENTS,
        severity: Severity::Warning,
        roles: BOTH,
        help: Some(
            "A shell hands arguments on only where its script names them, and the first word behind the script is its $0:\n\n\
             command: [sh, -c, 'pip install -r /lotest/src/requirements.txt && exec locust \"$@\"', locust]",
        ),
        check: lost_arguments::check,
    },
    Entry::Obstacle {
        code: codes::UNSEEN_CONFIG,
        severity: Severity::Warning,
        roles: BOTH,
        help: Some(
            "Locust reads more options from the file given by --config, and from locust.conf, ~/.locust.conf and pyproject.toml. If \
             one sets worker, processes, master-bind-host or master-bind-port, the pods of the test may not find each other.",
        ),
        check: config_file::check,
    },
    Entry::Obstacle {
        code: codes::UNSEEN_ENV,
        severity: Severity::Note,
        roles: BOTH,
        help: None,
        check: env_sources::check,
    },
    Entry::Protected {
        field: ProtectedField {
            path: ".spec.containers[name=\"locust\"].ports",
            roles: MASTER,
            rule: "the TCP ports 5557 and 5558 are listed",
            reason: "The workers reach the master through these ports; policies and meshes go by what is listed.",
            remedy: "Add other ports beside them; names and hostPort are free.",
        },
        check: ports::check,
    },
    Entry::Protected {
        field: ProtectedField {
            path: ".spec.restartPolicy",
            roles: BOTH,
            rule: "it is Never",
            reason: "A master or worker that starts again would join a test that is under way, or begin a new one.",
            remedy: "Restart a helper by its own restartPolicy: Always, among the initContainers.",
        },
        check: restart_policy::of_pod,
    },
    Entry::Protected {
        field: ProtectedField {
            path: ".spec.containers[name=\"locust\"].restartPolicy",
            roles: BOTH,
            rule: "it is absent or Never, and restartPolicyRules is absent; no rule of another container restarts all containers",
            reason: "A master or worker that starts again would join a test that is under way, or begin a new one.",
            remedy: "Restart a helper by its own restartPolicy and rules.",
        },
        check: restart_policy::of_containers,
    },
    Entry::Protected {
        field: ProtectedField {
            path: ".metadata.labels",
            roles: BOTH,
            rule: "performance-test-name, performance-test-pod-name and managed-by are the operator's",
            reason: "The master's Service and the operator find the pods by these labels.",
            remedy: "Add labels of your own beside them; `app` is free.",
        },
        check: metadata::operator_labels,
    },
    Entry::Protected {
        field: ProtectedField {
            path: ".metadata.labels",
            roles: BOTH,
            rule: "the Job controller's labels are not set: job-name, controller-uid and their batch.kubernetes.io/ forms",
            reason: "The Job controller sets them itself, and the API server refuses a Job that sets them otherwise.",
            remedy: "Choose other names for your labels.",
        },
        check: metadata::job_labels,
    },
    Entry::Protected {
        field: ProtectedField {
            path: ".metadata",
            roles: BOTH,
            rule: "only labels and annotations are set",
            reason: "The Job controller names and owns the pods; other metadata is ignored or gets in its way.",
            remedy: "Set labels and annotations.",
        },
        check: metadata::other_fields,
    },
    Entry::Protected {
        field: ProtectedField {
            path: ".spec.volumes[name=\"locust-src\"], .spec.volumes[name=\"locust-lib\"]",
            roles: BOTH,
            rule: "while the test names their ConfigMap, the volumes read from it, and otherwise nobody else uses the names; mode bits are free",
            reason: "Locust finds the test and its library there.",
            remedy: "Name other ConfigMaps in the test, or add a volume with a name of its own.",
        },
        check: test_files::volumes,
    },
    Entry::Protected {
        field: ProtectedField {
            path: ".spec.containers[name=\"locust\"].volumeMounts",
            roles: BOTH,
            rule: "the test files are mounted where the operator put them, and nothing else is mounted at, above or below; readOnly is free",
            reason: "Locust is told to look there, and a mount over the files would hide them.",
            remedy: "Mount elsewhere, or move the test files with `.spec.testFiles` of the test.",
        },
        check: test_files::mounts,
    },
];

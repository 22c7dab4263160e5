//! What people write for a field of a `LocustTest` or an overlay that has another name.

use podgraft_merge::path::{FieldPath, Segment};

/// Place in the spec without the items of lists, names that are none there, and what to do instead.
type Slip = (&'static str, &'static [&'static str], &'static str);

const TEST: &[Slip] = &[
    ("", &["mountPath"], "move it to an item of spec.volumeMounts"),
    ("", &["replicas", "workers", "workerCount"], "write the number of workers as spec.worker.replicas"),
    ("", &["resources"], "move it to spec.worker.resources or spec.master.resources"),
    (
        "",
        &["command", "args", "extraArgs"],
        "write it as command or extraArgs of spec.master and of spec.worker",
    ),
    ("", &["labels", "podLabels"], "move it to spec.worker.labels or spec.master.labels"),
    ("", &["annotations", "podAnnotations"], "move it to spec.worker.annotations or spec.master.annotations"),
    (
        "",
        &["template", "pod"],
        "write it as spec.podTemplate, spec.masterPodTemplate or spec.workerPodTemplate",
    ),
    (
        "",
        &["sidecars", "sidecar"],
        "write a sidecar into spec.podTemplate.spec.initContainers, with restartPolicy: Always",
    ),
    (
        "",
        &["configMap", "configmap", "locustfile", "locustFile", "script"],
        "name the ConfigMap of the test's files in spec.testFiles.configMapRef",
    ),
    (
        "",
        &["volumeClaimTemplates", "volumeClaimTemplate"],
        "write an item of spec.volumes with ephemeral: {volumeClaimTemplate: ...}",
    ),
    (
        "",
        &["persistentVolumeClaim", "pvc", "emptyDir", "hostPath"],
        "write it in an item of spec.volumes, beside the volume's name",
    ),
    (
        "",
        &["strategy", "updateStrategy"],
        "remove it: a test runs as Jobs, and spec.updatePolicy says what a change of it does",
    ),
    ("", &["processes"], "write it as the option --processes in spec.worker.extraArgs"),
    ("worker", &["processes"], "write it as the option --processes in extraArgs"),
    ("", &["libConfigMap"], "write it as spec.testFiles.libConfigMapRef"),
    ("", &["masterCommandSeed"], "write it as spec.master.command"),
    ("", &["workerCommandSeed"], "write it as spec.worker.command"),
    ("", &["workerReplicas"], "write it as spec.worker.replicas"),
    (
        "",
        &["users", "spawnRate", "runTime", "host"],
        "write it as an option of Locust in spec.master.extraArgs, such as --users or --host",
    ),
    ("", &["ttlSecondsAfterFinish", "ttl"], "write it as spec.job.ttlSecondsAfterFinished"),
    (
        "",
        &["envs", "environment", "variables", "extraEnv"],
        "write it as spec.env.variables, a list of {name: ..., value: ...}",
    ),
    (
        "master",
        &["image"],
        "move it to spec.image, or to spec.masterPodTemplate.spec.containers[name=locust].image",
    ),
    (
        "worker",
        &["image"],
        "move it to spec.image, or to spec.workerPodTemplate.spec.containers[name=locust].image",
    ),
    ("master", &["replicas"], "remove it: there is always one master"),
    ("worker", &["count", "number"], "write replicas"),
    (
        "worker",
        &["env"],
        "move it to spec.env, or to spec.workerPodTemplate.spec.containers[name=locust].env",
    ),
    (
        "master",
        &["env"],
        "move it to spec.env, or to spec.masterPodTemplate.spec.containers[name=locust].env",
    ),
    ("master", &["args"], "write extraArgs"),
    ("worker", &["args"], "write extraArgs"),
    ("testFiles", &["configMap", "configMapName", "name"], "write configMapRef"),
    ("testFiles", &["libConfigMap", "lib"], "write libConfigMapRef"),
    ("testFiles", &["mountPath"], "write srcMountPath or libMountPath"),
    ("env", &["vars", "env", "values"], "write variables, a list of {name: ..., value: ...}"),
    ("env", &["secrets", "secretRef", "fromSecret"], "write secretRefs, a list of {name: ...}"),
    ("env", &["configMaps", "configMapRef", "fromConfigMap"], "write configMapRefs, a list of {name: ...}"),
    ("env.secretMounts", &["path"], "write mountPath"),
    ("env.secretMounts", &["secretName", "secret"], "write name: here a secret is named so"),
    ("env.secretRefs", &["secretName", "secret"], "write name: here a secret is named so"),
    ("env.configMapRefs", &["configMapName", "configMap"], "write name: here a ConfigMap is named so"),
    (
        "scheduling",
        &["nodeAffinity", "podAffinity", "podAntiAffinity"],
        "move it to spec.scheduling.affinity",
    ),
    (
        "scheduling",
        &["topologySpreadConstraints"],
        "move it to spec.podTemplate.spec.topologySpreadConstraints",
    ),
    ("security", &["securityContext"], "write containerSecurityContext or podSecurityContext"),
    ("volumeMounts", &["path", "containerPath"], "write mountPath"),
    (
        "volumeMounts",
        &["configMap", "secret", "emptyDir", "hostPath", "persistentVolumeClaim"],
        "write it as an item of spec.volumes, and mount it here by its name",
    ),
    ("volumeMounts", &["volume", "volumeName"], "write name: here the volume is named so"),
];

const OVERLAY: &[Slip] = &[
    ("", &["matchLabels", "matchExpressions"], "move it to spec.selector"),
    (
        "",
        &["podTemplate", "masterPodTemplate", "workerPodTemplate", "eachContainer"],
        "move it under spec.defaults, which a test may change, or spec.overrides",
    ),
    (
        "",
        &["template"],
        "write it as spec.defaults.podTemplate, which a test may change, or spec.overrides.podTemplate",
    ),
    ("", &["rules", "policies", "validations"], "write constraints"),
    ("", &["labelSelector", "testSelector"], "write selector"),
    (
        "",
        &["namespaces", "namespace"],
        "write namespaceSelector in a ClusterPodOverlay: a PodOverlay is for its own namespace",
    ),
    ("", &["weight", "order"], "write priority"),
    ("selector", &["labels"], "write matchLabels"),
    ("namespaceSelector", &["labels"], "write matchLabels"),
    ("constraints", &["field", "fieldPath", "key"], "write path"),
    ("constraints", &["maximum"], "write max"),
    ("constraints", &["minimum"], "write min"),
    ("constraints", &["regex", "regexp"], "write pattern"),
    ("constraints", &["values", "allowed", "oneOf"], "write enum"),
    ("constraints", &["cel", "rule"], "write expression"),
];

/// What to do about a name that a spec has not at `path`, where it is one of the well known.
pub(super) fn advice(kind: &str, path: &FieldPath, name: &str) -> Option<&'static str> {
    let names: Vec<&str> = path
        .segments()
        .iter()
        .skip(1)
        .filter_map(|segment| match segment {
            Segment::Field(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let place = names.join(".");
    let slips = if kind == "LocustTest" { TEST } else { OVERLAY };
    slips.iter().find(|(at, names, _)| *at == place && names.contains(&name)).map(|(_, _, advice)| *advice)
}

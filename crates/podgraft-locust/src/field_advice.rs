//! Advice on fields that a `LocustTest` or an overlay has not: what people write for one that has another name.

use podgraft_merge::{
    path::FieldPath,
    schema::{Schema, Type},
};
use podgraft_pod::{
    object::{FieldAdvice, field_names},
    overlay::api::place_in_bands,
};
use serde_json::Value;

use crate::spec_schemas;

/// Place in the spec without the items of lists, names that are none there, and what to do instead.
type KnownName = (&'static str, &'static [&'static str], &'static str);

const TEST: &[KnownName] = &[
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

const OVERLAY: &[KnownName] = &[
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
fn known_name(names: &[KnownName], path: &FieldPath, name: &str) -> Option<String> {
    let place = field_names(path).into_iter().skip(1).collect::<Vec<_>>().join(".");
    let found = names.iter().find(|(at, names, _)| *at == place && names.contains(&name));
    found.map(|(_, _, advice)| (*advice).to_owned())
}

/// Advice on the fields of a `LocustTest`.
#[derive(Debug, Clone, Copy)]
pub(super) struct TestAdvice;

impl FieldAdvice for TestAdvice {
    fn kubernetes_type(&self, path: &FieldPath) -> Option<Schema> {
        of_kubernetes(path)
    }

    fn advice(&self, schema: &Value, path: &FieldPath, name: &str) -> Option<String> {
        let is_v1 = schema.pointer("/properties/workerReplicas").is_some();
        if is_v1 && spec_schemas::is_field_of_v2(path, name) {
            return Some("it needs apiVersion: locust.io/v2".to_owned());
        }
        known_name(TEST, path, name)
    }

    fn place(&self, schema: &Value, names: &[&str], name: &str) -> Option<String> {
        of_role(schema, names, name)
    }

    fn place_in_template(&self, names: &[&str], place: &str) -> String {
        let place = in_main_container(place);
        match names.first().copied() {
            Some(role @ ("master" | "worker")) => format!("spec.{role}PodTemplate.{place}"),
            _ => format!(
                "spec.workerPodTemplate.{place}, masterPodTemplate for the master or podTemplate for both"
            ),
        }
    }
}

/// Advice on the fields of an overlay.
#[derive(Debug, Clone, Copy)]
pub(super) struct OverlayAdvice;

impl FieldAdvice for OverlayAdvice {
    fn advice(&self, _: &Value, path: &FieldPath, name: &str) -> Option<String> {
        known_name(OVERLAY, path, name)
    }

    fn place_in_template(&self, names: &[&str], place: &str) -> String {
        place_in_bands(names, &in_main_container(place))
    }
}

/// A place of a container in a template is most often meant in the operator's own.
fn in_main_container(place: &str) -> String {
    place.replace("containers[]", "containers[name=locust]")
}

/// `workerVolumes` for `volumes` in `worker`.
fn of_role(schema: &Value, names: &[&str], name: &str) -> Option<String> {
    let role = *names.first().filter(|role| ["master", "worker"].contains(role))?;
    let name = if name == "template" { "podTemplate" } else { name };
    let (first, rest) = name.split_at_checked(1)?;
    let field = format!("{role}{}{rest}", first.to_uppercase());
    schema.get("properties")?.get(&field).map(|_| format!("spec.{field}"))
}

/// The type of Kubernetes that a spec has at `path`, where it has one.
fn of_kubernetes(path: &FieldPath) -> Option<Schema> {
    let names = field_names(path);
    let (base, rest): (&[&str], &[&str]) = match names.as_slice() {
        ["spec", "volumes" | "masterVolumes" | "workerVolumes", rest @ ..] => (&["volumes"], rest),
        ["spec", "masterVolumeMounts" | "workerVolumeMounts", rest @ ..] => {
            (&["containers", "volumeMounts"], rest)
        }
        ["spec", "affinity", rest @ ..] | ["spec", "scheduling", "affinity", rest @ ..] => {
            (&["affinity"], rest)
        }
        ["spec", "tolerations", rest @ ..] | ["spec", "scheduling", "tolerations", rest @ ..] => {
            (&["tolerations"], rest)
        }
        ["spec", "env", "variables", rest @ ..] => (&["containers", "env"], rest),
        ["spec", "master" | "worker", "resources", rest @ ..] => (&["containers", "resources"], rest),
        ["spec", "security", "podSecurityContext", rest @ ..] => (&["securityContext"], rest),
        ["spec", "security", "containerSecurityContext", rest @ ..] => {
            (&["containers", "securityContext"], rest)
        }
        ["spec", "imagePullSecrets", rest @ ..] => (&["imagePullSecrets"], rest),
        _ => return None,
    };
    let mut schema = Schema::of(Schema::pod_template()?.field("spec").ok()?);
    for name in base.iter().chain(rest) {
        schema = Schema::of(schema.field(name).ok()?);
        if let Type::List(item) = schema.ty() {
            schema = Schema::new(*item);
        }
    }
    Some(schema)
}

//! Wrong names that people write for fields of Kubernetes, and what to do instead.

/// Type, names that it has not, and what to do instead.
type Misnomer = (&'static str, &'static [&'static str], &'static str);

const RULES_OF_AFFINITY: &str = "write it in requiredDuringSchedulingIgnoredDuringExecution or preferredDuringSchedulingIgnoredDuringExecution";

/// Wrong names that are not near the right one, so that no search finds it.
const MISNOMERS: &[Misnomer] = &[
    (
        "PodTemplateSpec",
        &["template", "podTemplate", "pod"],
        "write metadata and spec directly below the template",
    ),
    (
        "PodTemplateSpec",
        &["volumeClaimTemplates", "volumeClaimTemplate"],
        "write an item of spec.volumes with ephemeral: {volumeClaimTemplate: ...}",
    ),
    ("PodTemplateSpec", &["apiVersion", "kind", "status"], "remove it, and keep metadata and spec"),
    (
        "PodSpec",
        &["sidecars", "sidecar", "sidecarContainers"],
        "write a sidecar into initContainers, with restartPolicy: Always",
    ),
    ("PodSpec", &["container"], "write the container as an item of containers"),
    ("PodSpec", &["initContainer"], "write the container as an item of initContainers"),
    ("PodSpec", &["spec"], "write its fields directly below spec, one step to the left"),
    ("PodSpec", &["template", "podTemplate"], "write the template's spec here, without a template around it"),
    ("PodSpec", &["nodeAffinity", "podAffinity", "podAntiAffinity"], "move it under affinity"),
    ("PodSpec", &["replicas"], "write the number of workers as spec.worker.replicas of the LocustTest"),
    ("PodSpec", &["serviceaccount", "serviceAccountname", "saName"], "write serviceAccountName"),
    ("PodSpec", &["pullSecrets", "imagePullSecret"], "write imagePullSecrets, a list of {name: ...}"),
    ("PodSpec", &["nodeSelectors", "nodeLabels"], "write nodeSelector, a map of labels"),
    ("PodSpec", &["topologySpread", "topologySpreadConstraint"], "write topologySpreadConstraints, a list"),
    (
        "PodSpec",
        &["gracePeriod", "gracePeriodSeconds", "terminationGracePeriod"],
        "write terminationGracePeriodSeconds",
    ),
    (
        "PodSpec",
        &["volumeClaimTemplates", "volumeClaimTemplate"],
        "write an item of volumes with ephemeral: {volumeClaimTemplate: ...}",
    ),
    (
        "PodSpec",
        &["strategy", "updateStrategy", "podManagementPolicy", "serviceName", "revisionHistoryLimit"],
        "remove it: it is of Deployments or StatefulSets, and a test runs as Jobs",
    ),
    ("PodSpec", &["hostMappings", "extraHosts"], "write hostAliases, a list of {ip: ..., hostnames: [...]}"),
    ("PodSpec", &["podLabels"], "move it to metadata.labels"),
    ("PodSpec", &["podAnnotations"], "move it to metadata.annotations"),
    ("PodSpec", &["priorityClass"], "write priorityClassName"),
    ("PodSpec", &["runtimeClass"], "write runtimeClassName"),
    ("PodSpec", &["scheduler"], "write schedulerName"),
    ("PodSpec", &["dns"], "write dnsPolicy and dnsConfig"),
    (
        "PodSpec",
        &["ttlSecondsAfterFinished", "backoffLimit", "parallelism", "completions", "suspend"],
        "write it for the Jobs, as far as they have it, in spec.job of the LocustTest",
    ),
    (
        "Container",
        &["environment", "envs", "envVars", "environmentVariables", "variables"],
        "write env, a list of {name: ..., value: ...}",
    ),
    ("Container", &["envfrom", "envFroms"], "write envFrom"),
    (
        "Container",
        &["mounts", "volumeMount", "mount"],
        "write volumeMounts, a list of {name: ..., mountPath: ...}",
    ),
    ("Container", &["limits"], "move it to resources.limits"),
    ("Container", &["requests"], "move it to resources.requests"),
    ("Container", &["memory", "cpu"], "write it in resources.requests and resources.limits"),
    ("Container", &["cmd", "entrypoint", "entryPoint"], "write command, a list, and args"),
    ("Container", &["arguments", "argv"], "write args, a list"),
    ("Container", &["pullPolicy"], "write imagePullPolicy"),
    ("Container", &["port", "containerPort", "expose"], "write ports, a list of {containerPort: ...}"),
    (
        "Container",
        &["healthcheck", "healthCheck", "probe"],
        "write livenessProbe, readinessProbe or startupProbe",
    ),
    ("Container", &["workdir", "workDir", "cwd"], "write workingDir"),
    ("Container", &["user", "runAs"], "write securityContext.runAsUser"),
    ("Container", &["restart"], "write restartPolicy"),
    ("Container", &["metadata"], "move it beside the pod's spec: a container has no labels and annotations"),
    ("Container", &["spec"], "write its fields directly in the container"),
    ("ObjectMeta", &["tags"], "write labels"),
    ("ObjectMeta", &["spec"], "move spec beside metadata, one step to the left"),
    (
        "Volume",
        &["pvc", "persistentVolume", "claim", "volumeClaim"],
        "write persistentVolumeClaim: {claimName: ...}",
    ),
    ("Volume", &["mountPath"], "move it to an item of volumeMounts, whose name is the volume's"),
    ("Volume", &["items", "defaultMode"], "move it under configMap, secret or another source of files"),
    ("Volume", &["claimName"], "move it to persistentVolumeClaim.claimName"),
    ("Volume", &["secretName"], "move it to secret.secretName"),
    ("Volume", &["configMapName", "configMapRef", "cm"], "write configMap: {name: ...}"),
    ("Volume", &["secretRef"], "write secret: {secretName: ...}"),
    ("Volume", &["medium", "sizeLimit"], "move it under emptyDir"),
    ("Volume", &["tmpfs", "tmp", "empty"], "write emptyDir: {medium: Memory}, or emptyDir: {}"),
    ("Volume", &["path"], "move it under hostPath, or to mountPath of a container's volumeMounts"),
    ("Volume", &["size", "storage"], "write emptyDir: {sizeLimit: ...}"),
    ("Volume", &["volumeClaimTemplate"], "write ephemeral: {volumeClaimTemplate: ...}"),
    ("SecretVolumeSource", &["name"], "write secretName: here a secret is named so"),
    ("ConfigMapVolumeSource", &["configMapName", "configMap"], "write name: here a ConfigMap is named so"),
    (
        "PersistentVolumeClaimVolumeSource",
        &["name", "claim", "pvcName", "persistentVolumeClaim"],
        "write claimName",
    ),
    ("EmptyDirVolumeSource", &["size", "limit", "storage"], "write sizeLimit"),
    ("VolumeMount", &["path", "mount", "target", "containerPath"], "write mountPath"),
    ("VolumeMount", &["volume", "volumeName"], "write name: here the volume is named so"),
    ("VolumeMount", &["readonly", "ro"], "write readOnly"),
    (
        "VolumeMount",
        &["configMap", "secret", "emptyDir", "hostPath", "persistentVolumeClaim"],
        "write it as an item of the pod's volumes, and mount it here by its name",
    ),
    ("EnvVar", &["key"], "write name"),
    (
        "EnvVar",
        &["secretKeyRef", "configMapKeyRef", "fieldRef", "resourceFieldRef"],
        "move it under valueFrom",
    ),
    ("EnvVar", &["secret", "fromSecret"], "write valueFrom: {secretKeyRef: {name: ..., key: ...}}"),
    ("EnvVar", &["configMap", "fromConfigMap"], "write valueFrom: {configMapKeyRef: {name: ..., key: ...}}"),
    (
        "EnvVar",
        &["secretRef"],
        "write valueFrom: {secretKeyRef: {name: ..., key: ...}}, or for all keys an item of envFrom",
    ),
    (
        "EnvVar",
        &["configMapRef"],
        "write valueFrom: {configMapKeyRef: {name: ..., key: ...}}, or for all keys an item of envFrom",
    ),
    ("EnvVarSource", &["secretRef", "secret", "secretKey"], "write secretKeyRef: {name: ..., key: ...}"),
    (
        "EnvVarSource",
        &["configMapRef", "configMap", "configMapKey"],
        "write configMapKeyRef: {name: ..., key: ...}",
    ),
    ("EnvVarSource", &["field", "fieldPath"], "write fieldRef: {fieldPath: ...}"),
    ("SecretKeySelector", &["secretName", "secret"], "write name: here a secret is named so"),
    ("ConfigMapKeySelector", &["configMapName", "configMap"], "write name: here a ConfigMap is named so"),
    ("EnvFromSource", &["secret", "secretKeyRef", "secretName"], "write secretRef: {name: ...}"),
    (
        "EnvFromSource",
        &["configMap", "configMapKeyRef", "configMapName", "name"],
        "write configMapRef: {name: ...}, or secretRef",
    ),
    (
        "EnvFromSource",
        &["value"],
        "write it as an item of env: envFrom takes all keys of a ConfigMap or Secret",
    ),
    (
        "ResourceRequirements",
        &["memory", "cpu", "mem", "ephemeral-storage", "gpu", "nvidia.com/gpu"],
        "write it below limits or requests",
    ),
    ("ResourceRequirements", &["min", "minimum"], "write requests"),
    ("ResourceRequirements", &["max", "maximum"], "write limits"),
    ("ContainerPort", &["port", "targetPort", "number"], "write containerPort"),
    ("Probe", &["path", "port", "scheme"], "move it under httpGet"),
    ("Probe", &["http", "httpget"], "write httpGet: {path: ..., port: ...}"),
    (
        "Probe",
        &["address", "host", "url"],
        "write httpGet: {path: ..., port: ...}, with host inside where it is not the pod's own address",
    ),
    ("Probe", &["tcp"], "write tcpSocket: {port: ...}"),
    ("Probe", &["command", "cmd"], "move it to exec.command"),
    ("Probe", &["interval"], "write periodSeconds"),
    ("Probe", &["timeout"], "write timeoutSeconds"),
    ("Probe", &["delay", "initialDelay"], "write initialDelaySeconds"),
    ("Probe", &["retries"], "write failureThreshold"),
    (
        "SecurityContext",
        &["fsGroup", "supplementalGroups", "sysctls"],
        "move it to spec.securityContext, which is the pod's",
    ),
    (
        "SecurityContext",
        &["readOnly", "readOnlyFilesystem", "readonlyRootFilesystem"],
        "write readOnlyRootFilesystem",
    ),
    ("SecurityContext", &["seccomp"], "write seccompProfile: {type: RuntimeDefault}"),
    ("SecurityContext", &["add", "drop"], "move it under capabilities"),
    (
        "PodSecurityContext",
        &["allowPrivilegeEscalation", "capabilities", "privileged", "readOnlyRootFilesystem", "procMount"],
        "move it to securityContext of each container",
    ),
    ("PodSecurityContext", &["runAsRoot"], "write runAsNonRoot"),
    ("Toleration", &["values"], "write value: a toleration has one"),
    ("Toleration", &["seconds"], "write tolerationSeconds"),
    ("LabelSelector", &["labels"], "write matchLabels"),
    (
        "NodeSelectorTerm",
        &["labelSelector", "matchLabels", "key"],
        "write matchExpressions, a list of {key: ..., operator: In, values: [...]}",
    ),
    (
        "PodAffinityTerm",
        &["podAffinityTerm", "weight"],
        "write the term directly in the item: only preferred ones have a weight and a podAffinityTerm",
    ),
    (
        "PodAntiAffinity",
        &["type", "labelSelector", "topologyKey", "required", "preferred"],
        RULES_OF_AFFINITY,
    ),
    ("PodAffinity", &["type", "labelSelector", "topologyKey", "required", "preferred"], RULES_OF_AFFINITY),
    ("NodeAffinity", &["type", "matchExpressions", "required", "preferred"], RULES_OF_AFFINITY),
    ("Affinity", &["antiAffinity"], "write podAntiAffinity"),
    (
        "Affinity",
        &["nodeSelectorTerms", "nodeSelector"],
        "write nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms",
    ),
];

/// What to do about a name that a type has not, where it is one of the well known.
pub(super) fn advice(of: &str, name: &str) -> Option<&'static str> {
    MISNOMERS.iter().find(|(ty, names, _)| *ty == of && names.contains(&name)).map(|(_, _, advice)| *advice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::STRUCTS;

    #[test]
    fn each_misnomer_is_of_a_type_and_no_field_of_it() {
        for (ty, names, _) in MISNOMERS {
            let of = STRUCTS.iter().filter(|of| of.name == *ty).collect::<Vec<_>>();
            assert!(!of.is_empty(), "there is no {ty}");
            for name in *names {
                assert!(
                    of.iter().all(|of| of.fields.iter().all(|field| field.name != *name)),
                    "{name} is a field of {ty}"
                );
            }
        }
    }
}

//! What the fields of Kubernetes' own types are for, in the few words that `kubectl explain` and editors show.
//!
//! Kubernetes' own descriptions of a pod alone are larger than what `kubectl apply` takes of a whole CRD.

use serde_json::Value;

use podgraft_merge::schema::{Schema, Type};

/// The fields of a type, each with what it is for.
type Fields = &'static [(&'static str, &'static str)];

/// What people look up, by the Go type's name.
const TYPES: &[(&str, Fields)] = &[
    ("PodSpec", POD),
    ("Container", CONTAINER),
    ("EnvVar", VARIABLE),
    ("EnvVarSource", VARIABLE_SOURCE),
    ("VolumeMount", MOUNT),
    ("ContainerPort", PORT),
    ("ResourceRequirements", RESOURCES),
    ("SecurityContext", SECURITY_CONTEXT),
    ("PodSecurityContext", POD_SECURITY_CONTEXT),
    ("Affinity", AFFINITY),
    ("Toleration", TOLERATION),
    ("TopologySpreadConstraint", SPREAD),
    ("Volume", VOLUME),
];

const POD: Fields = &[
    ("activeDeadlineSeconds", "After how many seconds the pod is ended."),
    ("affinity", "Nodes and other pods that the pod is to be near, or away from."),
    ("automountServiceAccountToken", "Whether containers get a token of the service account."),
    ("containers", "The containers, by name: locust is the test's; a new one needs an image."),
    ("dnsConfig", "Name servers and search domains."),
    ("dnsPolicy", "ClusterFirst, ClusterFirstWithHostNet, Default or None."),
    ("enableServiceLinks", "Whether variables tell of the namespace's Services."),
    ("hostAliases", "More lines of /etc/hosts, by ip."),
    ("hostIPC", "Whether the pod shares the node's IPC namespace."),
    ("hostNetwork", "Whether the pod uses the node's network."),
    ("hostPID", "Whether the pod sees the node's processes."),
    ("hostUsers", "false for a user namespace of its own."),
    ("hostname", "The pod's host name, instead of its own name."),
    ("imagePullSecrets", "Secrets for private registries, by name."),
    (
        "initContainers",
        "Containers that end before the others start, by name; with restartPolicy: Always, sidecars.",
    ),
    ("nodeName", "The node, past the scheduler; prefer nodeSelector."),
    ("nodeSelector", "Labels that the node must have."),
    ("os", "The operating system of the pod's images."),
    ("overhead", "Set by the runtime class."),
    ("preemptionPolicy", "PreemptLowerPriority or Never."),
    ("priority", "Set by the priority class."),
    ("priorityClassName", "The PriorityClass."),
    ("readinessGates", "Conditions without which the pod is not ready."),
    ("resourceClaims", "Claims of devices, by name."),
    ("resources", "Requests and limits of the pod as a whole."),
    ("restartPolicy", "Never: a restarted test would not be the same one."),
    ("runtimeClassName", "The RuntimeClass, such as gvisor."),
    ("schedulerName", "Another scheduler."),
    ("schedulingGates", "What must be removed before the pod is scheduled, by name."),
    ("securityContext", "User, groups and profiles for all containers."),
    ("serviceAccount", "The old name of serviceAccountName."),
    ("serviceAccountName", "The ServiceAccount as which the pod runs."),
    ("setHostnameAsFQDN", "Whether the host name is the whole domain name."),
    ("shareProcessNamespace", "Whether the containers see each other's processes."),
    ("subdomain", "The part of the domain name behind the host name."),
    ("terminationGracePeriodSeconds", "How long containers may take to end; 30 by default."),
    (
        "tolerations",
        "Taints in spite of which the pod may run; a template replaces the list, $append/tolerations extends it.",
    ),
    (
        "topologySpreadConstraints",
        "How pods are spread over zones or nodes, by topologyKey and whenUnsatisfiable.",
    ),
    ("volumes", "Volumes, by name; volumeMounts of containers mount them."),
];

const CONTAINER: Fields = &[
    ("args", "Arguments; a template replaces the list, $append/args extends it."),
    ("command", "The program, instead of the image's entry point."),
    ("env", "Environment variables, by name."),
    ("envFrom", "ConfigMaps and Secrets whose entries become variables; $append/envFrom extends it."),
    ("image", "The image."),
    ("imagePullPolicy", "Always, IfNotPresent or Never."),
    ("lifecycle", "What runs after the start and before the end."),
    ("livenessProbe", "When it fails, the container is killed."),
    ("name", "Which container this is."),
    ("ports", "Ports, by containerPort and protocol."),
    ("readinessProbe", "While it fails, the pod is not ready."),
    ("resizePolicy", "Whether a change of resources restarts the container, by resourceName."),
    ("resources", "Requests and limits of CPU, memory and others."),
    ("restartPolicy", "Always makes an init container a sidecar."),
    ("securityContext", "User, capabilities and other rights."),
    ("startupProbe", "Until it succeeds, the other probes wait."),
    ("terminationMessagePath", "The file whose text tells why the container ended."),
    ("terminationMessagePolicy", "File or FallbackToLogsOnError."),
    ("volumeDevices", "Volumes as block devices, by devicePath."),
    ("volumeMounts", "Where volumes are mounted, by mountPath."),
    ("workingDir", "The folder in which the program starts."),
];

const VARIABLE: Fields = &[
    ("name", "Its name."),
    ("value", "Its value: a string, so numbers need quotes; $(NAME) is another variable's."),
    ("valueFrom", "Where its value is, instead: a ConfigMap, a Secret, or a field of the pod."),
];

const VARIABLE_SOURCE: Fields = &[
    ("configMapKeyRef", "An entry of a ConfigMap: {name, key}."),
    ("fieldRef", "A field of the pod: {fieldPath: status.podIP}."),
    ("resourceFieldRef", "A request or limit of the container: {resource: limits.cpu}."),
    ("secretKeyRef", "An entry of a Secret: {name, key}."),
];

const MOUNT: Fields = &[
    ("mountPath", "Where in the container."),
    ("mountPropagation", "None, HostToContainer or Bidirectional."),
    ("name", "The volume's name."),
    ("readOnly", "Whether it cannot be written."),
    ("recursiveReadOnly", "Disabled, IfPossible or Enabled."),
    ("subPath", "The path inside of the volume."),
    ("subPathExpr", "The path inside of the volume, with variables: $(POD_NAME)."),
];

const PORT: Fields = &[
    ("containerPort", "Its number."),
    ("hostIP", "The node's address for hostPort."),
    ("hostPort", "The node's port; better left out."),
    ("name", "A name by which Services and probes find it."),
    ("protocol", "TCP, which is the default, UDP or SCTP."),
];

const RESOURCES: Fields = &[
    ("claims", "Claims of the pod's resourceClaims, by name."),
    ("limits", "The most that may be used: {cpu: \"2\", memory: 1Gi}."),
    ("requests", "What the node must have to spare: {cpu: 500m, memory: 512Mi}."),
];

const SECURITY_CONTEXT: Fields = &[
    ("allowPrivilegeEscalation", "Whether processes may get more rights than their parent."),
    ("appArmorProfile", "The AppArmor profile."),
    ("capabilities", "Linux capabilities to add and drop: {drop: [ALL]}."),
    ("privileged", "Whether it may do what the node's root may."),
    ("readOnlyRootFilesystem", "Whether the image's files cannot be changed."),
    ("runAsGroup", "The group of its processes."),
    ("runAsNonRoot", "Whether it is refused as user 0."),
    ("runAsUser", "The user of its processes."),
    ("seLinuxOptions", "The SELinux labels."),
    ("seccompProfile", "The seccomp profile: {type: RuntimeDefault}."),
];

const POD_SECURITY_CONTEXT: Fields = &[
    ("appArmorProfile", "The AppArmor profile."),
    ("fsGroup", "The group that owns the volumes' files."),
    ("fsGroupChangePolicy", "OnRootMismatch or Always."),
    ("runAsGroup", "The group of all processes."),
    ("runAsNonRoot", "Whether containers are refused as user 0."),
    ("runAsUser", "The user of all processes."),
    ("seLinuxOptions", "The SELinux labels."),
    ("seccompProfile", "The seccomp profile: {type: RuntimeDefault}."),
    ("supplementalGroups", "More groups of all processes."),
    ("sysctls", "Kernel settings, by name."),
];

const AFFINITY: Fields = &[
    ("nodeAffinity", "Nodes that the pod needs or prefers, by their labels."),
    ("podAffinity", "Pods that it is to be near, by their labels."),
    ("podAntiAffinity", "Pods that it is to be away from, by their labels."),
];

const TOLERATION: Fields = &[
    ("effect", "NoSchedule, PreferNoSchedule or NoExecute; every one when absent."),
    ("key", "The taint's key; every key when absent, with operator Exists."),
    ("operator", "Equal, which is the default, or Exists."),
    ("tolerationSeconds", "How long the pod stays, with effect NoExecute; for ever when absent."),
    ("value", "The taint's value, with operator Equal."),
];

const SPREAD: Fields = &[
    ("labelSelector", "The pods that are counted."),
    ("maxSkew", "By how many pods places may differ."),
    ("topologyKey", "The node label whose values are the places: topology.kubernetes.io/zone."),
    ("whenUnsatisfiable", "DoNotSchedule or ScheduleAnyway."),
];

const VOLUME: Fields = &[
    ("configMap", "Files from a ConfigMap, by name."),
    ("csi", "A volume that a CSI driver makes for the pod."),
    ("downwardAPI", "Files with fields of the pod."),
    ("emptyDir", "An empty folder that lives as long as the pod: {}."),
    ("ephemeral", "A claim that lives as long as the pod, by a volumeClaimTemplate."),
    ("hostPath", "A path of the node; often forbidden."),
    ("image", "The files of an image, by reference."),
    ("name", "By which volumeMounts find it."),
    ("nfs", "A path of an NFS server."),
    ("persistentVolumeClaim", "A PersistentVolumeClaim, by claimName."),
    ("projected", "Several sources in one folder: ConfigMaps, Secrets, tokens."),
    ("secret", "Files from a Secret, by secretName."),
];

/// Describes the fields of a schema of one of Kubernetes' types, and of all that is in it.
pub fn describe(schema: &mut Value, of: Schema) {
    if let Type::List(item) | Type::Map(item) = of.ty() {
        for inner in ["items", "additionalProperties"] {
            if let Some(inner) = schema.get_mut(inner) {
                describe(inner, Schema::new(*item));
            }
        }
        return;
    }
    let Some(name) = of.struct_type().map(|known| known.name) else { return };
    let texts = TYPES.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, fields)| fields);
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for (name, property) in properties {
        if let Some((_, text)) = texts.iter().find(|(known, _)| known == name) {
            property["description"] = (*text).into();
        }
        if let Ok(field) = of.field(name) {
            describe(property, Schema::of(field));
        }
    }
}

/// Removes the descriptions of a schema and of all that is in it.
pub fn remove(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.retain(|name, value| name != "description" || !value.is_string());
            fields.values_mut().for_each(remove);
        }
        Value::Array(items) => items.iter_mut().for_each(remove),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template_schema::partial_pod_template;
    use podgraft_merge::schema::StructType;

    /// The types of a value of this type, and of all that is in it.
    fn types_in(of: Schema, found: &mut Vec<&'static StructType>) {
        match (of.ty(), of.struct_type()) {
            (Type::List(item) | Type::Map(item), _) => types_in(Schema::new(*item), found),
            (_, Some(known)) => {
                found.push(known);
                known.fields.iter().for_each(|field| types_in(Schema::of(field), found));
            }
            _ => {}
        }
    }

    #[test]
    fn every_described_field_is_one_of_its_type() {
        let mut structs = Vec::new();
        types_in(Schema::pod_template().unwrap(), &mut structs);
        for (name, fields) in TYPES {
            let known = structs.iter().find(|known| known.name == *name).unwrap();
            for (field, text) in *fields {
                assert!(known.fields.iter().any(|known| known.name == *field), "{name} has no {field}");
                assert!(text.ends_with('.') && text.chars().count() <= 110, "{name}.{field}: {text}");
            }
        }
    }

    #[test]
    fn both_kinds_of_containers_are_described() {
        let template = partial_pod_template();
        for (path, text) in [
            (
                "/spec/properties/containers",
                "The containers, by name: locust is the test's; a new one needs an image.",
            ),
            (
                "/spec/properties/containers/items/properties/volumeMounts",
                "Where volumes are mounted, by mountPath.",
            ),
            ("/spec/properties/initContainers/items/properties/image", "The image."),
            ("/spec/properties/nodeSelector", "Labels that the node must have."),
        ] {
            let found = template.pointer(&format!("/properties{path}/description"));
            assert_eq!(found.and_then(Value::as_str), Some(text), "{path}");
        }
    }
}

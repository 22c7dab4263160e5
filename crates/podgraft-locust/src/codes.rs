//! The codes of the LocustTest, and all of the crates below. A new one also needs an example in `docs/diagnostics`.

pub use podgraft_pod::codes::*;

podgraft_merge::codes! {
    "LocustTests" {
        UNSUPPORTED_KIND "unsupported-kind" Error | Warning,
            "The object is of a kind that cannot be used here. A strategic merge patch needs a kind that is built into Kubernetes."
            "Correct kind and apiVersion, or patch with --type merge or json."
        GENERATED_NAME "generated-name" Note,
            "The object has metadata.generateName and no name, so that the server names it. Here it has a name of the same length."
            "Nothing has to be done: create the object, and do not apply it. Whoever needs the names of Jobs and Service beforehand writes metadata.name."
        MISSING_ENDPOINT "missing-endpoint" Error,
            "OpenTelemetry is enabled and there is nowhere to send its data."
            "Add openTelemetry.endpoint, or disable it."
        RESERVED_VOLUME_NAME "reserved-volume-name" Error,
            "A typed volume has a name that the operator uses for volumes of its own."
            "Rename the volume."
        DUPLICATE_VOLUME "duplicate-volume" Error,
            "Two typed volumes have one name: they would merge into one."
            "Rename or remove one of them."
        DUPLICATE_MOUNT_PATH "duplicate-mount-path" Error,
            "Two typed mounts have one mountPath: they would merge into one."
            "Change the path of one of them."
        DUPLICATE_VARIABLE "duplicate-variable" Warning,
            "A typed variable is listed twice, and the last one wins."
            "Remove the first."
        SHADOWED_VARIABLE "shadowed-variable" Warning,
            "A typed variable has the name of another one, and a variable between the two refers to it. A merged list has each name once, so that the reference finds another value than it would in the list as it is written, or none."
            "Give one of the two another name."
        RESERVED_LABEL "reserved-label" Warning,
            "A typed label has a name by which the operator knows its pods, Jobs or Services. The operator's value stays."
            "Remove the label."
        DUPLICATE_PORT "duplicate-port" Error,
            "Two ports of a Service have the same number and protocol, name or nodePort: the API server would refuse it."
            "Choose another, or remove the port. Those of the operator's own stay."
        PUBLISHED_PORT "published-port" Error,
            "The second Service would publish a port by which the master commands its workers. Locust authenticates nobody there."
            "Publish the web UI, 8089. The workers find the master by its first Service."
        UNKNOWN_PORT "unknown-port" Warning,
            "A targetPort names a port that no container of the master's pod has: nothing would answer."
            "Correct the name, write the number, or name the port of the container in a template."
        IGNORED_FIELD "ignored-field" Warning,
            "The operator's configuration switches this typed field off, as the public operator's settings do."
            "Remove the field, switch it on, or write it in a template."
        UNBALANCED_QUOTES "unbalanced-quotes" Error,
            "A quote in a command is not closed."
            "Close it, or write \\ before a quote that is meant."
        QUOTED_COMMAND "quoted-command" Warning,
            "The command has quotes or comments, and podgraft splits it as a shell does. The public operator splits at white space and keeps both, so that the test would run differently there."
            "Nothing has to be done where only podgraft runs the test."
        OVERRIDDEN_OPTION "overridden-option" Warning,
            "Of an option that is on Locust's line twice the last one counts, and that is the operator's; a variable that stands for it counts only where the line has no such option."
            "Use the field that sets the operator's option, or write the option behind the operator's: in extraArgs, or with $append/args in a template."
        NOTHING_TO_REMOVE "nothing-to-remove" Warning,
            "removeArgs names a flag that the operator does not give this role's Locust."
            "Correct the name, or remove it. Flags of command and extraArgs are removed where they are written."
        BEHAVES_OTHERWISE "behaves-otherwise" Warning | Note,
            "What is written has another effect here than with the public Locust operator. convert says it of each test; docs/migration.md lists all differences."
            "Nothing has to be done where the effect is as good; the message says what to change where it is not."
        KEPT_IN_ANNOTATION "kept-in-annotation" Note,
            "The version that a test was converted to cannot say everything. The rest is in the annotation locust.io/conversion, and comes back with the conversion to the other version."
            "Leave the annotation as it is. The public operator does not read it."
        LOST_NULL "lost-null" Warning,
            "The text that was applied has a null that the server never saw: kubectl apply strips nulls, so nothing is removed."
            "Write $unset."
        INVALID_CONFIG "invalid-config" Error,
            "A setting of the operator's configuration has a value that it cannot have, or the file is not one document."
            "Write what the message asks for."
    }

    "Overlays" {
        TOO_MUCH_WORK "too-much-work" Error,
            "Rendering the test with its overlays takes more steps than podgraft does for one test, so it was not rendered to the end."
            "Write fewer containers, fewer overlays with eachContainer, or fewer constraints."
    }

    "The final pod" {
        PROTECTED_FIELD "protected-field" Error,
            "The pod lacks something that the operator needs, whoever changed it. All such fields are listed in docs/protected-fields.md."
            "Leave the field as the operator made it; the help says what to do instead."
        TOO_LARGE_TO_STORE "too-large-to-store" Error,
            "What is made of the test is larger than etcd takes in one request (1.5 MiB): both Jobs are kept in one object when the test starts."
            "Make the field smaller that the message names, or mount what is in it from a ConfigMap."
        EXEC_LIMIT "exec-limit" Error,
            "The arguments and variables of a container are longer than Linux takes them, so that the container could not start. References such as $(NAME) count as what they stand for."
            "Shorten them, or put the text into a file."
        UNSEEN_CONFIG "unseen-config" Warning,
            "Locust reads more options from a file that nobody sees here, and some could break the test."
            "Check that the file sets no mode, address or port."
        UNKNOWN_PROCESSES "unknown-processes" Warning,
            "The workers start as many processes as cannot be seen, and the master waits for one of each pod."
            "Write --processes as a number."
        LOST_ARGUMENTS "lost-arguments" Warning,
            "A shell starts Locust, and its script does not hand on the arguments that the operator adds."
            "End the script with exec locust \"$@\", and write one more word behind it for the shell's name."
        WORKERS_DNS "workers-dns" Warning,
            "The workers look for their master by the name of its Service, and their pod does not ask the cluster's DNS."
            "Leave dnsPolicy out, or set it to ClusterFirstWithHostNet where hostNetwork is true."
        MASTER_HOST_ALIAS "master-host-alias" Warning,
            "hostAliases of the workers name the master's Service, so that they connect to that address in its place."
            "Remove the name from hostAliases."
        MASTER_PORT_TAKEN "master-port-taken" Warning,
            "A container beside the master's Locust has port 5557 or 5558, and all containers of a pod share its ports."
            "Let the container listen on another port."
        UNSEEN_ENV "unseen-env" Note,
            "A container takes variables from a source that nobody sees here, and its prefix fits variables of Locust that could break the test."
            "Check that the source sets none of them."
        SHARED_CLAIM "shared-claim" Warning,
            "Many pods write into one folder of a claim."
            "Add subPathExpr: $(POD_NAME) to the mount, or readOnly: true."
        CLAIM_WITHOUT_FSGROUP "claim-without-fsgroup" Warning,
            "A container that is not root writes to a claim, and the pod has no fsGroup: new volumes often belong to root."
            "Add fsGroup to the pod's securityContext."
        EMPTYDIR_PER_POD "emptydir-per-pod" Warning,
            "Several workers have an emptyDir that seems to be meant for all of them, and each pod has its own."
            "Use a claim."
        FEW_BYTES "few-bytes" Warning,
            "Memory or storage is some bytes only: its unit is missing, or m, which is a thousandth."
            "Write it with a unit, as in 256Mi."
        SELECTS_NOTHING "selects-nothing" Warning,
            "A spread constraint or an affinity to other pods has no labelSelector, and so speaks of no pods."
            "Add labelSelector; an empty one, {}, means all pods of the namespace."
        VARIABLE_ORDER "variable-order" Warning,
            "The value of a variable refers to one that is defined only later, or to itself: it stays as it is written."
            "Move the other variable before it."
        UNUSED_VOLUME "unused-volume" Warning,
            "No container uses the volume."
            "Mount it, or remove it."
        VOLUME_WITHOUT_SOURCE "volume-without-source" Warning,
            "A volume has no source: Kubernetes makes it an emptyDir."
            "Give it a source."
        PLAIN_SIDECAR "plain-sidecar" Warning,
            "The test ends when all containers of its pods have ended, and this one may never do so."
            "Move it to initContainers with restartPolicy: Always, unless it ends by itself."
        POD_DEADLINE "pod-deadline" Warning,
            "activeDeadlineSeconds stops the pod and counts as a failure."
            "Remove it, or end the test with --run-time."
        NO_GRACE_PERIOD "no-grace-period" Warning,
            "With terminationGracePeriodSeconds 0 Locust is killed before it can print its results."
            "Give it some seconds."
        POD_PRIORITY "pod-priority" Warning,
            "The pod has a priority as a number: it is refused when the number is not that of its class."
            "Name a priorityClassName."
    }
}

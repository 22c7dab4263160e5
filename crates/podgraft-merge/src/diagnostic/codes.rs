//! The codes. A new one also needs an example in `docs/diagnostics`.

use super::{
    Severity,
    code::{Entry, codes},
};

codes! {
    "Files" {
        NotUtf8 "not-utf8" Error,
            "The file has bytes that are not UTF-8."
            "Save it as UTF-8."
        TooLarge "too-large" Error,
            "The text is larger than what is read, or aliases multiply it to too many values."
            "Split it, or write fewer aliases."
        TooDeep "too-deep" Error,
            "Maps and lists are nested deeper than 128 levels."
            "Nest less: no Kubernetes object needs so many."
        InvalidYaml "invalid-yaml" Error,
            "The text is not YAML as kubectl reads it."
            "Correct it where the message points; what is wrong is often a line before."
        InvalidJson "invalid-json" Error,
            "The text starts with a brace, so it is read as JSON, and is not JSON."
            "Correct it where the message points."
        InvalidKey "invalid-key" Error,
            "A key of a map is itself a map, a list or null."
            "Write the key as a string."
        DuplicateKey "duplicate-key" Error,
            "A map has one key twice. Only one of the two values would count, and which one depends on the reader."
            "Remove one of them."
        LookalikeCharacter "lookalike-character" Warning,
            "A key or value is in typographic quotes, or begins with a space that is none for YAML, as text copied from a page or a chat does: they are a part of the text."
            "Write straight quotes and plain spaces."
        UnrenderedTemplate "unrendered-template" Warning,
            "A text has a piece of a Helm template in it, such as {{ .Values.tag }}. Nothing replaces it any more."
            "Render the chart first: helm template RELEASE CHART writes what can be read."
        NotANumber "not-a-number" Error,
            "YAML has numbers that JSON, and so Kubernetes, does not have: .nan and .inf."
            "Write a number, or put the text in quotes."
        UnsupportedTag "unsupported-tag" Error,
            "A value has a YAML tag that makes it something that JSON does not have."
            "Remove the tag."
        NotAnObject "not-an-object" Error,
            "A map of fields is needed here, and there is a list or a single value."
            "Write a map."
    }

    "LocustTests" {
        NoLocustTest "no-locust-test" Error,
            "There is no LocustTest among the objects that were named."
            "Name a file with a LocustTest, and check its apiVersion: locust.io/v2."
        LeftOut "left-out" Note,
            "The file has an object that is no LocustTest: it is not looked at. Overlays are read only from files named by --overlays."
            "Nothing has to be done. Name overlays with --overlays."
        MoreMessages "more-messages" Note,
            "There are more messages than a report holds: 50,000 errors and 50,000 others."
            "Correct what is reported first."
        UnsupportedVersion "unsupported-version" Error | Warning,
            "The object is of a version that podgraft does not know."
            "Write apiVersion as locust.io/v2 or locust.io/v1 for a LocustTest, and locust.io/v1alpha1 for an overlay."
        UnsupportedKind "unsupported-kind" Error | Warning,
            "The object is of a kind that cannot be used here. A strategic merge patch needs a kind that is built into Kubernetes."
            "Correct kind and apiVersion, or patch with --type merge or json."
        MissingName "missing-name" Error,
            "The object has no name. The Jobs and the Service of a test are named after it."
            "Add metadata.name."
        GeneratedName "generated-name" Note,
            "The object has metadata.generateName and no name, so that the server names it. Here it has a name of the same length."
            "Nothing has to be done: create the object, and do not apply it. Whoever needs the names of Jobs and Service beforehand writes metadata.name."
        InvalidName "invalid-name" Error,
            "The name cannot be the name of the Service and the Jobs that are made of it."
            "Write it in lower case letters, digits and -, starting with a letter, and not too long."
        UnknownField "unknown-field" Error | Warning,
            "There is no field of this name here. It is a warning for fields of Kubernetes where the operator's configuration says unknownFields: Warn."
            "Correct the name, or remove the field."
        InvalidValue "invalid-value" Error,
            "A field of a LocustTest or an overlay has a value of the wrong type, is out of its range, or is missing."
            "Write what the message asks for."
        MissingEndpoint "missing-endpoint" Error,
            "OpenTelemetry is enabled and there is nowhere to send its data."
            "Add openTelemetry.endpoint, or disable it."
        ReservedVolumeName "reserved-volume-name" Error,
            "A typed volume has a name that the operator uses for volumes of its own."
            "Rename the volume."
        DuplicateVolume "duplicate-volume" Error,
            "Two typed volumes have one name: they would merge into one."
            "Rename or remove one of them."
        DuplicateMountPath "duplicate-mount-path" Error,
            "Two typed mounts have one mountPath: they would merge into one."
            "Change the path of one of them."
        DuplicateVariable "duplicate-variable" Warning,
            "A typed variable is listed twice, and the last one wins."
            "Remove the first."
        ShadowedVariable "shadowed-variable" Warning,
            "A typed variable has the name of another one, and a variable between the two refers to it. A merged list has each name once, so that the reference finds another value than it would in the list as it is written, or none."
            "Give one of the two another name."
        ReservedLabel "reserved-label" Warning,
            "A typed label has a name by which the operator knows its pods, Jobs or Services. The operator's value stays."
            "Remove the label."
        DuplicatePort "duplicate-port" Error,
            "Two ports of a Service have the same number and protocol, name or nodePort: the API server would refuse it."
            "Choose another, or remove the port. Those of the operator's own stay."
        PublishedPort "published-port" Error,
            "The second Service would publish a port by which the master commands its workers. Locust authenticates nobody there."
            "Publish the web UI, 8089. The workers find the master by its first Service."
        UnknownPort "unknown-port" Warning,
            "A targetPort names a port that no container of the master's pod has: nothing would answer."
            "Correct the name, write the number, or name the port of the container in a template."
        IgnoredField "ignored-field" Warning,
            "The operator's configuration switches this typed field off, as the public operator's settings do."
            "Remove the field, switch it on, or write it in a template."
        UnbalancedQuotes "unbalanced-quotes" Error,
            "A quote in a command is not closed."
            "Close it, or write \\ before a quote that is meant."
        QuotedCommand "quoted-command" Warning,
            "The command has quotes or comments, and podgraft splits it as a shell does. The public operator splits at white space and keeps both, so that the test would run differently there."
            "Nothing has to be done where only podgraft runs the test."
        OverriddenOption "overridden-option" Warning,
            "Of an option that is on Locust's line twice the last one counts, and that is the operator's; a variable that stands for it counts only where the line has no such option."
            "Use the field that sets the operator's option, or write the option behind the operator's: in extraArgs, or with $append/args in a template."
        NothingToRemove "nothing-to-remove" Warning,
            "removeArgs names a flag that the operator does not give this role's Locust."
            "Correct the name, or remove it. Flags of command and extraArgs are removed where they are written."
        LostNull "lost-null" Warning,
            "The text that was applied has a null that the server never saw: kubectl apply strips nulls, so nothing is removed."
            "Write $unset."
        InvalidConfig "invalid-config" Error,
            "A setting of the operator's configuration has a value that it cannot have, or the file is not one document."
            "Write what the message asks for."
        NoSchema "no-schema" Error,
            "This podgraft was built without a schema of the pod template."
            "Build it anew; please report it."
    }

    "Templates and patches" {
        UnknownTarget "unknown-target" Error | Warning,
            "An item of a list matches nothing that is there and is not complete by itself, so it was meant for another item. In an overlay it is a warning, and the item is left out."
            "Correct its name, or complete it to add a new item."
        AmbiguousTarget "ambiguous-target" Error,
            "The keys of an item fit several items, and no unique name decides, so that nobody knows which of them is meant."
            "Write what the message asks for: the second key (protocol of ports, whenUnsatisfiable of topologySpreadConstraints), the name, or the whole list after $patch: replace."
        MissingMergeKey "missing-merge-key" Error,
            "The items of this list are known by a merge key, and one has none."
            "Add the merge key, for most lists name."
        BadMergeKey "bad-merge-key" Error,
            "The merge key of an item is a map or a list."
            "Write it as a single value."
        DuplicateItem "duplicate-item" Error | Warning,
            "Two items of one patch have the same keys. A merge keeps one item a key, so they would be blended. It is a warning where they are equal in every field."
            "Write one item with all fields. To make an item new, put one with $patch: delete before it."
        WrongKind "wrong-kind" Error,
            "A map, list or single value stands where one of the others belongs. Kubernetes would replace what is there."
            "Write what the field takes."
        Null "null" Error,
            "A template has a null. kubectl apply strips nulls, so it would remove something in a file and nothing in a cluster."
            "Write $unset with the names of the fields beside it."
        Contradiction "contradiction" Error,
            "One patch object both sets and removes a field, or both sets and extends it."
            "Remove one of the two."
        TwoUnionMembers "two-union-members" Error,
            "A patch sets two fields of which an object can have only one, such as two sources of a volume."
            "Keep one of them: setting it removes the others by itself."
        UnknownDirective "unknown-directive" Error,
            "A key starts with $ and is no directive."
            "Correct or remove it. The directives are $patch, $retainKeys, $unset, $append/FIELD, $prepend/FIELD, $deleteFromPrimitiveList/FIELD and $setElementOrder/FIELD."
        UnknownPatchDirective "unknown-patch-directive" Error,
            "$patch has a value that it cannot have."
            "Write delete, replace or (in templates only) merge."
        BadDirective "bad-directive" Error,
            "The value of a directive is not what the directive takes, or its key names no field."
            "Write a list, and FIELD behind the slash."
        BadRetainKeys "bad-retain-keys" Error,
            "$retainKeys is no list of names, or the patch sets a field that it does not name, so that the field would be removed at once."
            "Add the field to $retainKeys."
        UnsetMergeKey "unset-merge-key" Error,
            "$unset names the merge key by which the item is known."
            "Write $patch: delete to remove the item."
        NothingToUnset "nothing-to-unset" Warning,
            "$unset names a field that is not there."
            "Remove the name."
        NothingToDelete "nothing-to-delete" Warning,
            "What $patch: delete or $deleteFromPrimitiveList names is not there."
            "Correct the name, or remove the directive."
        NothingToOrder "nothing-to-order" Warning,
            "What $setElementOrder names is not there."
            "Remove it from the order."
        IgnoredBesideDelete "ignored-beside-delete" Warning,
            "Fields stand beside $patch: delete, and nothing is left that they could be set in."
            "Remove the fields, or the directive."
        ReplaceBesideFields "replace-beside-fields" Error,
            "An item says $patch: replace and has fields. Kubernetes would replace the list and lose the fields."
            "Write - $patch: replace as an item of its own."
        DeleteRoot "delete-root" Error,
            "$patch: delete at the top would delete the whole object."
            "Remove it."
        DeleteInAtomicList "delete-in-atomic-list" Error,
            "An item of a list without a merge key says $patch: delete. Such a list is replaced as a whole, so there is nothing to delete from."
            "Leave the item out."
        KeyedList "keyed-list" Error,
            "$append or $prepend is written for a list whose items merge by a key."
            "Just list the items: new ones go last."
        NotAPrimitiveList "not-a-primitive-list" Error,
            "$deleteFromPrimitiveList is written for a list of maps."
            "Mark the item $patch: delete."
        MixedListItems "mixed-list-items" Error,
            "The items of a list that merges are of different types."
            "Write all of them as single values of one type."
        NoMergeKey "no-merge-key" Error,
            "A list of maps without a merge key is to be put in order or merged."
            "List all items, in the order that you want."
        OrderMismatch "order-mismatch" Error,
            "The list of a patch and its $setElementOrder contradict each other."
            "List each item in both, in the same order."
        EmptyList "empty-list" Error,
            "In the kubernetes dialect, $setElementOrder is written for a list without items."
            "Remove the directive."
        ListOfLists "list-of-lists" Error,
            "In the kubernetes dialect, a list that merges has a list as an item."
            "Write a flat list."
        NullItem "null-item" Error,
            "In the kubernetes dialect, a list that merges has null as an item."
            "Remove the null."
        MergeDirectiveInList "merge-directive-in-list" Error,
            "In the kubernetes dialect, an item of a list says $patch: merge, which Kubernetes refuses."
            "Remove it: items with the same merge key merge anyway."
        EachContainerName "each-container-name" Error,
            "eachContainer has a name, and it is for every container."
            "Remove the name, or change one container in podTemplate."
        EachContainerPatch "each-container-patch" Error,
            "eachContainer says $patch: delete or replace, which would remove the name and image of every container."
            "Remove the directive; $retainKeys and $unset remove fields."
        NoContainers "no-containers" Error,
            "eachContainer is applied to an object that has no containers."
            "Use it for pods only."
        InvalidPatch "invalid-patch" Error,
            "The patch is not one document, or a JSON patch is no list of operations."
            "Write one patch of the type that --type names."
        PatchFailed "patch-failed" Error,
            "An operation of a JSON patch does not apply: its place is not there, or its test fails."
            "Correct the operation."
        NoObjects "no-objects" Error,
            "There is no object to patch."
            "Name a file with an object."
        BadRequest "bad-request" Error,
            "A line of patch --batch is not a request."
            "Write each line as {\"base\":..,\"patch\":..}."
    }

    "Overlays" {
        InvalidOverlay "invalid-overlay" Error,
            "An overlay that may be for this test cannot be read, so nobody knows what it demands."
            "Correct the overlay: its own messages say how."
        DuplicateOverlay "duplicate-overlay" Error,
            "Two overlays have the same kind, namespace and name."
            "Rename or remove one."
        InvalidNamespace "invalid-namespace" Error,
            "A ClusterPodOverlay is in a namespace, or a PodOverlay's namespace is no string."
            "Remove metadata.namespace, or write kind as PodOverlay."
        InvalidConstraint "invalid-constraint" Error,
            "A constraint cannot be read: its place is none, its demand does not fit the place, or its expression is not CEL."
            "Correct what the message names."
        Constraint "constraint" Error,
            "The final pod does not meet what an overlay demands. The help says which overlay, and where."
            "Change the value, or ask those who look after the overlay."
        MissingOverlay "missing-overlay" Error,
            "The test lists an overlay that is not there."
            "Correct its name or kind, or create it."
        RepeatedOverlay "repeated-overlay" Error,
            "The test lists an overlay twice."
            "Remove one of the two."
        OverlayNotForTest "overlay-not-for-test" Error,
            "The test lists an overlay whose selectors do not match the test or its namespace."
            "Remove it from the list, or change the labels."
        OverlayNotOptIn "overlay-not-opt-in" Warning,
            "The test lists an overlay that is not opt-in: it applies anyway, in its own place."
            "Remove it from spec.overlays."
        OverlayConflict "overlay-conflict" Warning,
            "Two overlays of one step and one priority write the same place differently. The last by name wins."
            "Give one of them another priority."
        UnknownNamespace "unknown-namespace" Warning,
            "Whether an overlay applies depends on the namespace of the test or its labels, and nobody said which they are. The overlay is left out."
            "Say so with --namespace NAME=label=value."
        UnknownOverlays "unknown-overlays" Error,
            "The operator cannot read the overlays of its cluster, so it does not know what they demand."
            "Install all CRDs and give the operator its rights, or set clusterOverlays: Off."
        TooMuchWork "too-much-work" Error,
            "Rendering the test with its overlays takes more steps than podgraft does for one test, so it was not rendered to the end."
            "Write fewer containers, fewer overlays with eachContainer, or fewer constraints."
        RenderFailed "render-failed" Error,
            "The operator ended in a panic while it rendered the test: a fault of podgraft's. Other tests go on."
            "Report the test. The operator's log has the words of the panic."
    }

    "The final pod" {
        ProtectedField "protected-field" Error,
            "The pod lacks something that the operator needs, whoever changed it. All such fields are listed in docs/protected-fields.md."
            "Leave the field as the operator made it; the help says what to do instead."
        InvalidStructure "invalid-structure" Error,
            "A field of the final pod has a value of the wrong type: the API server would refuse the pod."
            "Write a value of the type that the message names."
        InvalidField "invalid-field" Error,
            "The API server would refuse the final pod for this field."
            "Write what the message asks for."
        TooLargeToStore "too-large-to-store" Error,
            "What is made of the test is larger than etcd takes in one request (1.5 MiB): both Jobs are kept in one object when the test starts."
            "Make the field smaller that the message names, or mount what is in it from a ConfigMap."
        ExecLimit "exec-limit" Error,
            "The arguments and variables of a container are longer than Linux takes them, so that the container could not start. References such as $(NAME) count as what they stand for."
            "Shorten them, or put the text into a file."
        UnseenConfig "unseen-config" Warning,
            "Locust reads more options from a file that nobody sees here, and some could break the test."
            "Check that the file sets no mode, address or port."
        UnknownProcesses "unknown-processes" Warning,
            "The workers start as many processes as cannot be seen, and the master waits for one of each pod."
            "Write --processes as a number."
        LostArguments "lost-arguments" Warning,
            "A shell starts Locust, and its script does not hand on the arguments that the operator adds."
            "End the script with exec locust \"$@\", and write one more word behind it for the shell's name."
        WorkersDns "workers-dns" Warning,
            "The workers look for their master by the name of its Service, and their pod does not ask the cluster's DNS."
            "Leave dnsPolicy out, or set it to ClusterFirstWithHostNet where hostNetwork is true."
        MasterHostAlias "master-host-alias" Warning,
            "hostAliases of the workers name the master's Service, so that they connect to that address in its place."
            "Remove the name from hostAliases."
        MasterPortTaken "master-port-taken" Warning,
            "A container beside the master's Locust has port 5557 or 5558, and all containers of a pod share its ports."
            "Let the container listen on another port."
        UnseenEnv "unseen-env" Note,
            "A container takes variables from a source that nobody sees here, and its prefix fits variables of Locust that could break the test."
            "Check that the source sets none of them."
        SharedClaim "shared-claim" Warning,
            "Many pods write into one folder of a claim."
            "Add subPathExpr: $(POD_NAME) to the mount, or readOnly: true."
        ClaimWithoutFsgroup "claim-without-fsgroup" Warning,
            "A container that is not root writes to a claim, and the pod has no fsGroup: new volumes often belong to root."
            "Add fsGroup to the pod's securityContext."
        EmptydirPerPod "emptydir-per-pod" Warning,
            "Several workers have an emptyDir that seems to be meant for all of them, and each pod has its own."
            "Use a claim."
        FewBytes "few-bytes" Warning,
            "Memory or storage is some bytes only: its unit is missing, or m, which is a thousandth."
            "Write it with a unit, as in 256Mi."
        SelectsNothing "selects-nothing" Warning,
            "A spread constraint or an affinity to other pods has no labelSelector, and so speaks of no pods."
            "Add labelSelector; an empty one, {}, means all pods of the namespace."
        VariableOrder "variable-order" Warning,
            "The value of a variable refers to one that is defined only later, or to itself: it stays as it is written."
            "Move the other variable before it."
        UnusedVolume "unused-volume" Warning,
            "No container uses the volume."
            "Mount it, or remove it."
        VolumeWithoutSource "volume-without-source" Warning,
            "A volume has no source: Kubernetes makes it an emptyDir."
            "Give it a source."
        PlainSidecar "plain-sidecar" Warning,
            "The test ends when all containers of its pods have ended, and this one may never do so."
            "Move it to initContainers with restartPolicy: Always, unless it ends by itself."
        PodDeadline "pod-deadline" Warning,
            "activeDeadlineSeconds stops the pod and counts as a failure."
            "Remove it, or end the test with --run-time."
        NoGracePeriod "no-grace-period" Warning,
            "With terminationGracePeriodSeconds 0 Locust is killed before it can print its results."
            "Give it some seconds."
        PodPriority "pod-priority" Warning,
            "The pod has a priority as a number: it is refused when the number is not that of its class."
            "Name a priorityClassName."
    }
}

//! The codes of pods and overlays, and all of the engine. A new one also needs an example in `docs/diagnostics`.

pub use podgraft_merge::diagnostic::codes::*;

podgraft_merge::codes! {
    "Files" {
        NOT_UTF8 "not-utf8" Error,
            "The file has bytes that are not UTF-8."
            "Save it as UTF-8."
        TOO_LARGE "too-large" Error,
            "The text is larger than what is read, or aliases multiply it to too many values."
            "Split it, or write fewer aliases."
        INVALID_YAML "invalid-yaml" Error,
            "The text is not YAML as kubectl reads it."
            "Correct it where the message points; what is wrong is often a line before."
        INVALID_JSON "invalid-json" Error,
            "The text starts with a brace, so it is read as JSON, and is not JSON."
            "Correct it where the message points."
        INVALID_KEY "invalid-key" Error,
            "A key of a map is itself a map, a list or null."
            "Write the key as a string."
        DUPLICATE_KEY "duplicate-key" Error,
            "A map has one key twice. Only one of the two values would count, and which one depends on the reader."
            "Remove one of them."
        LOOKALIKE_CHARACTER "lookalike-character" Warning,
            "A key or value is in typographic quotes, or begins with a space that is none for YAML, as text copied from a page or a chat does: they are a part of the text."
            "Write straight quotes and plain spaces."
        UNRENDERED_TEMPLATE "unrendered-template" Warning,
            "A text has a piece of a Helm template in it, such as {{ .Values.tag }}. Nothing replaces it any more."
            "Render the chart first: helm template RELEASE CHART writes what can be read."
        NOT_A_NUMBER "not-a-number" Error,
            "YAML has numbers that JSON, and so Kubernetes, does not have: .nan and .inf."
            "Write a number, or put the text in quotes."
        UNSUPPORTED_TAG "unsupported-tag" Error,
            "A value has a YAML tag that makes it something that JSON does not have."
            "Remove the tag."
    }

    "Objects" {
        NO_SCHEMA "no-schema" Error,
            "This podgraft was built without a schema of the pod template."
            "Build it anew; please report it."
        UNSUPPORTED_VERSION "unsupported-version" Error | Warning,
            "The object is of a version that podgraft does not know."
            "Write the apiVersion that the message names."
        MISSING_NAME "missing-name" Error,
            "The object has no name. What the operator makes of it is named after it."
            "Add metadata.name."
        INVALID_NAME "invalid-name" Error,
            "The object, or what the operator makes of it, cannot have this name."
            "Write it in lower case letters, digits and -, starting with a letter, and not too long."
        INVALID_VALUE "invalid-value" Error,
            "A field of the object has a value of the wrong type, is out of its range, or is missing."
            "Write what the message asks for."
    }

    "Overlays" {
        INVALID_OVERLAY "invalid-overlay" Error,
            "An overlay that may be for this object cannot be read, so nobody knows what it demands."
            "Correct the overlay: its own messages say how."
        DUPLICATE_OVERLAY "duplicate-overlay" Error,
            "Two overlays have the same kind, namespace and name."
            "Rename or remove one."
        INVALID_NAMESPACE "invalid-namespace" Error,
            "A ClusterPodOverlay is in a namespace, or a PodOverlay's namespace is no string."
            "Remove metadata.namespace, or write kind as PodOverlay."
        INVALID_CONSTRAINT "invalid-constraint" Error,
            "A constraint cannot be read: its place is none, its demand does not fit the place, or its expression is not CEL."
            "Correct what the message names."
        CONSTRAINT "constraint" Error,
            "The final pod does not meet what an overlay demands. The help says which overlay, and where."
            "Change the value, or ask those who look after the overlay."
        MISSING_OVERLAY "missing-overlay" Error,
            "The object lists an overlay that is not there."
            "Correct its name or kind, or create it."
        REPEATED_OVERLAY "repeated-overlay" Error,
            "The object lists an overlay twice."
            "Remove one of the two."
        OVERLAY_NOT_FOR_TEST "overlay-not-for-test" Error,
            "The object lists an overlay whose selectors do not match it or its namespace."
            "Remove it from the list, or change the labels."
        OVERLAY_NOT_OPT_IN "overlay-not-opt-in" Warning,
            "The object lists an overlay that is not opt-in: it applies anyway, in its own place."
            "Remove it from spec.overlays."
        OVERLAY_CONFLICT "overlay-conflict" Warning,
            "Two overlays of one step and one priority write the same place differently. The last by name wins."
            "Give one of them another priority."
        UNKNOWN_NAMESPACE "unknown-namespace" Warning,
            "Whether an overlay applies depends on the object's namespace or the namespace's labels, and nobody said which they are. The overlay is left out."
            "Say so with --namespace NAME=label=value."
    }

    "The final pod" {
        INVALID_STRUCTURE "invalid-structure" Error,
            "A field of the final pod has a value of the wrong type: the API server would refuse the pod."
            "Write a value of the type that the message names."
        INVALID_FIELD "invalid-field" Error,
            "The API server would refuse the final pod for this field."
            "Write what the message asks for."
        POD_SECURITY "pod-security" Error | Warning,
            "The final pod violates a check of the Pod Security Standards that its namespace enforces, or that an overlay or an option of the command demands."
            "Write what the message asks for; the help has it as a piece of a template."
        POD_SECURITY_VERSION "pod-security-version" Warning,
            "Pod Security is demanded in a version that this podgraft does not know. It judges by the newest that it knows."
            "Use a newer podgraft, or an older version."
        POD_SECURITY_LABEL "pod-security-label" Warning,
            "A label of the namespace that states its Pod Security level or version cannot be read. The API server then enforces restricted, or the latest version."
            "Correct the label."
    }
}

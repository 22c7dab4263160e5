//! [`InspectedPod`]: a pod as the checks look at it.

use podgraft_merge::{path::FieldPath, work::Work};
use serde_json::Value;

use super::offending_field::{OffendingField, Subject};
use crate::cursor::Cursor;

/// What stands for a part that is not there.
static ABSENT: Value = Value::Null;

/// A pod as the checks look at it.
pub(super) struct InspectedPod<'a> {
    /// The pod's spec.
    pub(super) spec: Cursor<'a>,
    metadata: Cursor<'a>,
    containers: Vec<Cursor<'a>>,
}

impl<'a> InspectedPod<'a> {
    pub(super) fn new(pod: &'a Value, work: &'a Work) -> Self {
        let root = Cursor::root(pod).counted(work);
        let part = |name: &str| root.get(name).unwrap_or_else(|| Cursor::root(&ABSENT));
        let spec = part("spec");
        let containers =
            ["initContainers", "containers", "ephemeralContainers"].iter().flat_map(|list| spec.items(list));
        Self { containers: containers.collect(), metadata: part("metadata"), spec }
    }

    /// All containers: of init, of the pod, and added to it.
    ///
    /// # Source
    /// `k8s.io/pod-security-admission` v0.37.2, `policy/visitor.go`, `visitContainers`.
    pub(super) fn containers(&self) -> &[Cursor<'a>] {
        &self.containers
    }

    /// Every security context that is there: the pod's first.
    pub(super) fn security_contexts(&self) -> impl Iterator<Item = (Subject, Cursor<'a>)> {
        let of_pod = self.spec.get("securityContext").map(|context| (Subject::Pod, context));
        let of_container =
            |container: &Cursor<'a>| Some((Subject::container(container), container.get("securityContext")?));
        of_pod.into_iter().chain(self.containers.iter().filter_map(of_container))
    }

    /// Every object of this name in a security context: the pod's first.
    pub(super) fn security_context_parts(&self, name: &str) -> impl Iterator<Item = (Subject, Cursor<'a>)> {
        self.security_contexts().filter_map(move |(subject, context)| Some((subject, context.get(name)?)))
    }

    /// Every container, with a part of its security context.
    pub(super) fn with_security_context_part(
        &self,
        name: &str,
    ) -> impl Iterator<Item = (&Cursor<'a>, Option<Cursor<'a>>)> {
        self.containers
            .iter()
            .map(move |container| (container, container.get("securityContext").and_then(|of| of.get(name))))
    }

    /// The annotations: key, place and text; a null is read as an empty text.
    pub(super) fn annotations(&self) -> impl Iterator<Item = (&'a str, FieldPath, &'a str)> {
        let place = self.metadata.field("annotations");
        let map = self.metadata.value.get("annotations").and_then(Value::as_object);
        map.into_iter().flatten().map(move |(key, value)| {
            (key.as_str(), place.field(key.as_str()), value.as_str().unwrap_or_default())
        })
    }

    /// Whether the pod says that it is for Windows.
    pub(super) fn is_for_windows(&self) -> bool {
        self.spec.get("os").is_some_and(|os| os.text("name") == "windows")
    }

    /// Whether the pod has a user namespace of its own, so that root in it is not root on the node.
    ///
    /// # Source
    /// `k8s.io/pod-security-admission` v0.37.2, `policy/helpers.go`, `relaxPolicyForUserNamespacePod`.
    pub(super) fn has_user_namespace(&self) -> bool {
        self.spec.value.get("hostUsers") == Some(&Value::Bool(false))
    }

    /// What a check for Linux alone finds: nothing in a pod that says that it is for Windows.
    pub(super) fn unless_for_windows(
        &self,
        judge: impl Fn(&Self) -> Vec<OffendingField>,
    ) -> Vec<OffendingField> {
        if self.is_for_windows() { Vec::new() } else { judge(self) }
    }

    /// What a check finds that a user namespace makes needless.
    pub(super) fn unless_user_namespace(
        &self,
        judge: impl Fn(&Self) -> Vec<OffendingField>,
    ) -> Vec<OffendingField> {
        if self.has_user_namespace() { Vec::new() } else { judge(self) }
    }
}

//! [`explain`]: which layer set what in the pods of a test, as podgraft-pod's [`Explanation`] tells it of any object.

use podgraft_pod::{
    explain::{Explanation, ProtectedFieldEntry},
    manifest::Document,
    pod_role::PodRole,
};

use crate::{ClusterContext, config::Config, protected::protected_fields, render::render_pods};

/// Renders the test in `document`, and tells which layer set what in each role's pod, also of a test that is refused.
/// There are no pods of one that cannot be read.
#[must_use]
pub fn explain(document: &Document, cluster_context: &ClusterContext<'_>, config: &Config) -> Explanation {
    let (pods, diagnostics) = render_pods(document, cluster_context, config);
    let pods = pods.into_iter().flatten().map(|(role, pod)| (PodRole::from(role), pod));
    let explanation = Explanation::of(document, pods, diagnostics);
    let namespace = cluster_context.namespace.map(|namespace| namespace.name.clone());
    Explanation {
        kind: "LocustTest".to_owned(),
        // The server may be asked to name it.
        name: crate::name_of(&document.value).unwrap_or_default(),
        namespace: explanation.namespace.or(namespace),
        ..explanation
    }
}

/// The protected fields, in the order in which they are judged, for the views of `explain --protected`.
#[must_use]
pub fn protected_entries() -> Vec<ProtectedFieldEntry> {
    let entry = |field: &crate::protected::ProtectedField| ProtectedFieldEntry {
        path: field.path,
        roles: field.roles.iter().copied().map(PodRole::from).collect(),
        rule: field.rule,
        reason: field.reason,
        remedy: field.remedy,
    };
    protected_fields().iter().map(entry).collect()
}

//! [`ClusterContext`]: what a test meets where it is created.

use crate::load_test::LoadTest;
use podgraft_pod::{
    overlay::{Namespace, Overlays},
    pod_security::PodSecurityStandard,
};

/// What a test meets where it is created: the overlays that there are, and its namespace.
#[derive(Debug, Clone, Copy)]
pub struct ClusterContext<'a> {
    /// All overlays, those of other namespaces too.
    pub overlays: &'a Overlays,
    /// The namespace that the test goes to, where it is known.
    pub namespace: Option<&'a Namespace>,
    /// The Pod Security Standard that whoever asks demands of the pods, beside namespace and overlays.
    pub pod_security: Option<PodSecurityStandard>,
}

/// No overlays at all.
static NONE: Overlays = Overlays::none();

impl ClusterContext<'static> {
    /// A cluster without overlays.
    #[must_use]
    pub const fn empty() -> Self {
        Self { overlays: &NONE, namespace: None, pod_security: None }
    }
}

impl ClusterContext<'_> {
    /// The test's namespace: what the test says counts, with the labels that are known of it.
    pub(super) fn namespace_of(&self, test: &LoadTest) -> Option<Namespace> {
        let known =
            self.namespace.filter(|known| test.namespace.as_ref().is_none_or(|own| *own == known.name));
        known.cloned().or_else(|| test.namespace.clone().map(Namespace::named))
    }
}

//! [`ClusterInputs`]: the overlays and the namespaces that tests are rendered with.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use podgraft_locust::{ClusterContext, near_miss, overlay_kind, read_overlays};
use podgraft_merge::diagnostic::Diagnostic;
use podgraft_pod::{
    manifest::Document,
    overlay::{Namespace, Overlay, OverlayKind, Overlays},
    pod_security::PodSecurityStandard,
};
use serde_json::Value;

use super::{Failure, manifests::read_in_namespace, output::Reporter};

/// The overlays and namespaces of a cluster, as they were read.
#[derive(Debug, Default)]
pub(super) struct LiveInputs {
    /// The namespace of objects that name none.
    pub(super) namespace: Option<String>,
    pub(super) overlays: Vec<Document>,
    pub(super) namespaces: Vec<Namespace>,
}

/// The overlays and the namespaces that tests are rendered with.
#[derive(Debug)]
pub(super) struct ClusterInputs {
    /// The namespace of overlays that name none.
    namespace: Option<String>,
    overlays: Overlays,
    namespaces: BTreeMap<String, Namespace>,
    /// The Pod Security Standard that the command demands.
    pod_security: Option<PodSecurityStandard>,
}

impl ClusterInputs {
    /// The namespaces, and these overlays: of a cluster, and in texts.
    pub(super) fn read(
        namespace: Option<String>,
        namespaces: BTreeMap<String, Namespace>,
        of_cluster: Vec<Document>,
        texts: Vec<Document>,
        reporter: &mut Reporter,
    ) -> (Self, Vec<Document>) {
        Self { namespace, namespaces, overlays: Overlays::none(), pod_security: None }
            .with(of_cluster, texts, reporter)
    }

    /// The same with this Pod Security Standard demanded of all pods.
    pub(super) fn demanding(self, pod_security: Option<PodSecurityStandard>) -> Self {
        Self { pod_security, ..self }
    }

    /// The same with the overlays in other files, and the texts of those. Their Namespace objects
    /// count where nothing is known of a namespace so far.
    pub(super) fn with_overlays_in(
        &self,
        files: &[PathBuf],
        reporter: &mut Reporter,
    ) -> Result<(Self, Vec<Document>), Failure> {
        let others = read_in_namespace(files, self.namespace.as_deref(), reporter)?;
        let mut namespaces = self.namespaces.clone();
        for namespace in others.iter().filter_map(|document| Namespace::read(&document.value)) {
            namespaces.entry(namespace.name.clone()).or_insert(namespace);
        }
        let namespace = self.namespace.clone();
        let known =
            Self { namespace, namespaces, overlays: Overlays::none(), pod_security: self.pod_security };
        Ok(known.with(Vec::new(), others, reporter))
    }

    /// The same with these overlays, and the texts of those in files.
    fn with(
        self,
        of_cluster: Vec<Document>,
        texts: Vec<Document>,
        reporter: &mut Reporter,
    ) -> (Self, Vec<Document>) {
        let mut diagnostics: Vec<Diagnostic> = texts.iter().filter_map(near_miss).collect();
        diagnostics.extend(read_overlays(texts.iter().cloned()).diagnostics());
        reporter.report(&diagnostics, &texts);
        let replaced: BTreeSet<_> = texts.iter().filter_map(|text| identity(&text.value)).collect();
        let stays = |overlay: &Document| !identity(&overlay.value).is_some_and(|one| replaced.contains(&one));
        let of_cluster: Vec<Document> = of_cluster.into_iter().filter(stays).collect();
        let overlays = read_overlays(of_cluster.into_iter().chain(texts.iter().cloned()));
        (Self { overlays, ..self }, texts)
    }

    /// Whether an object is one of the overlays: the same folder may be named for tests and for overlays.
    pub(super) fn applies(&self, object: &Value) -> bool {
        let name = object.pointer("/metadata/name").and_then(Value::as_str);
        let namespace = object.pointer("/metadata/namespace").and_then(Value::as_str);
        let is_it = |overlay: &Overlay| {
            overlay_kind(object) == Some(overlay.kind)
                && name == Some(overlay.name.as_str())
                && (overlay.kind == OverlayKind::Cluster || namespace == overlay.namespace.as_deref())
        };
        self.overlays.readable().any(is_it)
    }

    /// What the test in a document is rendered with.
    pub(super) fn of_test(&self, document: &Document) -> ClusterContext<'_> {
        let name = document.value.pointer("/metadata/namespace").and_then(Value::as_str);
        ClusterContext {
            overlays: &self.overlays,
            namespace: name.and_then(|name| self.namespaces.get(name)),
            pod_security: self.pod_security,
        }
    }
}

/// What makes an overlay the same one: its kind, its namespace and its name.
fn identity(object: &Value) -> Option<(OverlayKind, Option<&str>, &str)> {
    let kind = overlay_kind(object)?;
    let part = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    let namespace = part("/metadata/namespace").filter(|_| kind == OverlayKind::Namespaced);
    Some((kind, namespace, part("/metadata/name")?))
}

//! `--overlays`, `--add-overlays` and `--namespace`: what tests are rendered with, for every command that renders them.

use std::{collections::BTreeMap, path::PathBuf};

use podgraft_pod::{manifest::Document, overlay::Namespace};

use super::{
    Failure,
    cluster_inputs::{ClusterInputs, LiveInputs},
    manifests::{read_in_namespace, set_namespace},
    output::Reporter,
};

/// What a command takes that renders tests with overlays.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct OverlayArgs {
    /// Files or folders with overlays (ClusterPodOverlay, PodOverlay); other kinds in them are left alone; may be
    /// repeated
    ///
    /// Where a cluster is read (locusttest/NAME, --live), they are used instead of its overlays.
    #[arg(long, value_name = "FILE|DIR")]
    overlays: Vec<PathBuf>,

    /// Files or folders with overlays to add to those that apply otherwise; may be repeated
    ///
    /// One that the cluster has by the same name is replaced, as applying the file would do. Without a cluster it is
    /// the same as one more --overlays.
    #[arg(long, value_name = "FILE|DIR")]
    add_overlays: Vec<PathBuf>,

    /// A namespace and its labels, its name always among them; the first is also the namespace of objects without
    /// one, and of locusttest/NAME; may be repeated
    ///
    /// Namespace objects in the files count too. Without "=" the labels are those of such an object, else the cluster's
    /// where one is read, or not known; "NAME=" is a namespace without labels.
    #[arg(short, long, value_name = "NAME[=LABEL=VALUE,...]", value_parser = namespace)]
    namespace: Vec<Namespace>,
}

impl OverlayArgs {
    /// Where the overlays come from, for people.
    pub(super) fn describe(&self, is_of_cluster: bool) -> String {
        let listed =
            |files: &[PathBuf]| files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>();
        let mut parts = Vec::new();
        match &*self.overlays {
            [] if is_of_cluster => parts.push("the cluster's overlays".to_owned()),
            [] => {}
            files => parts.push(format!("{} (--overlays)", listed(files).join(", "))),
        }
        if !self.add_overlays.is_empty() {
            parts.push(format!("{} (--add-overlays)", listed(&self.add_overlays).join(", ")));
        }
        if parts.is_empty() { "without overlays".to_owned() } else { parts.join(" and ") }
    }

    /// Whether the overlays are in files, those of a cluster left out.
    #[cfg(feature = "operator")]
    pub(super) fn replaces_overlays(&self) -> bool {
        !self.overlays.is_empty()
    }

    /// Whether the labels of a namespace were given.
    #[cfg(feature = "operator")]
    pub(super) fn has_labels_of(&self, namespace: &str) -> bool {
        self.namespace.iter().any(|given| given.name == namespace && given.labels.is_some())
    }

    /// The namespace of objects that name none.
    pub(super) fn first_namespace(&self) -> Option<&str> {
        self.namespace.first().map(|namespace| namespace.name.as_str())
    }

    /// Gives objects the namespace that they leave out.
    pub(super) fn set_namespace(&self, documents: &mut [Document]) {
        if let Some(namespace) = self.first_namespace() {
            set_namespace(documents, namespace);
        }
    }

    /// Reads the overlays and namespaces, and reports the diagnostics of those in files; a cluster's overlays that
    /// cannot be read are reported by the tests that they keep from being rendered. The second part of the result is the
    /// texts of the overlays.
    pub(super) fn read(
        &self,
        read: &[Document],
        cluster: LiveInputs,
        reporter: &mut Reporter,
    ) -> Result<(ClusterInputs, Vec<Document>), Failure> {
        let namespace = self.first_namespace().map(str::to_owned).or(cluster.namespace);
        let mut texts = read_in_namespace(&self.overlays, namespace.as_deref(), reporter)?;
        texts.extend(read_in_namespace(&self.add_overlays, namespace.as_deref(), reporter)?);
        let in_texts = read.iter().chain(&texts).filter_map(|document| Namespace::read(&document.value));
        let mut namespaces = BTreeMap::new();
        for namespace in cluster.namespaces.into_iter().chain(in_texts) {
            namespaces.insert(namespace.name.clone(), namespace);
        }
        for namespace in &self.namespace {
            let is_known = namespace.labels.is_none() && namespaces.contains_key(&namespace.name);
            if !is_known {
                namespaces.insert(namespace.name.clone(), namespace.clone());
            }
        }
        Ok(ClusterInputs::read(namespace, namespaces, cluster.overlays, texts, reporter))
    }
}

/// Reads `NAME`, `NAME=` or `NAME=label=value,...`.
fn namespace(text: &str) -> Result<Namespace, String> {
    let (name, labels) = text.split_once('=').map_or((text, None), |(name, labels)| (name, Some(labels)));
    if name.is_empty() {
        return Err("write the namespace's name first: team-a, team-a=tier=gold,region=eu".to_owned());
    }
    let Some(labels) = labels else { return Ok(Namespace::named(name)) };
    let label = |pair: &str| {
        let (label, value) = pair
            .split_once('=')
            .ok_or_else(|| format!("write each label as label=value: \"{pair}\" is none"))?;
        Ok((label.trim().to_owned(), value.trim().to_owned()))
    };
    let pairs = labels.split(',').filter(|pair| !pair.is_empty()).map(label);
    pairs.collect::<Result<_, String>>().map(|labels| Namespace::labelled(name, labels))
}

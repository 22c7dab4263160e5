//! `--overlays`, `--add-overlays` and `--namespace`: what the tests meet, for every command that renders them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use serde_json::Value;

use super::{
    Failure,
    output::Reporter,
    source::{self, is_locust_test},
};
use podgraft_locust::{
    locust::{
        Surroundings, near_miss,
        overlay::{Kind, Namespace, Overlay, Overlays},
    },
    manifest::Document,
};
use podgraft_merge::diagnostic::Diagnostic;

/// What a command takes that renders tests with overlays.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Arguments {
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

/// What a cluster has around tests.
#[derive(Debug, Default)]
pub(super) struct ClusterInputs {
    /// The namespace of objects that name none.
    pub(super) namespace: Option<String>,
    pub(super) overlays: Vec<Document>,
    pub(super) namespaces: Vec<Namespace>,
}

/// What the tests meet.
#[derive(Debug)]
pub(super) struct Around {
    /// The namespace of overlays that name none.
    namespace: Option<String>,
    overlays: Overlays,
    namespaces: BTreeMap<String, Namespace>,
}

impl Arguments {
    /// What the overlays are of, for people.
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
    pub(super) fn place(&self, documents: &mut [Document]) {
        if let Some(namespace) = self.first_namespace() {
            place(documents, namespace);
        }
    }

    /// Reads the overlays and namespaces, and tells what is wrong with those in files; of a cluster's overlays, what
    /// keeps a test from being rendered is told by that. The second part of the result is the texts of the overlays.
    pub(super) fn read(
        &self,
        read: &[Document],
        cluster: ClusterInputs,
        reporter: &mut Reporter,
    ) -> Result<(Around, Vec<Document>), Failure> {
        let namespace = self.first_namespace().map(str::to_owned).or(cluster.namespace);
        let mut texts = read_placed(&self.overlays, namespace.as_deref(), reporter)?;
        texts.extend(read_placed(&self.add_overlays, namespace.as_deref(), reporter)?);
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
        let known = Around { namespace, namespaces, overlays: Overlays::none() };
        Ok(known.with(cluster.overlays, texts, reporter))
    }
}

/// Every object in the files; overlays that name no namespace get this one.
fn read_placed(
    files: &[PathBuf],
    namespace: Option<&str>,
    reporter: &mut Reporter,
) -> Result<Vec<Document>, Failure> {
    let mut read = source::read(files, reporter)?;
    if let Some(namespace) = namespace {
        place(&mut read, namespace);
    }
    Ok(read)
}

impl Around {
    /// The same surroundings with the overlays in other files, and the texts of those. Their Namespace objects
    /// count where nothing is known of a namespace so far.
    pub(super) fn with_files(
        &self,
        files: &[PathBuf],
        reporter: &mut Reporter,
    ) -> Result<(Self, Vec<Document>), Failure> {
        let others = read_placed(files, self.namespace.as_deref(), reporter)?;
        let mut namespaces = self.namespaces.clone();
        for namespace in others.iter().filter_map(|document| Namespace::read(&document.value)) {
            namespaces.entry(namespace.name.clone()).or_insert(namespace);
        }
        let known = Self { namespace: self.namespace.clone(), namespaces, overlays: Overlays::none() };
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
        diagnostics.extend(Overlays::read(texts.iter().cloned()).diagnostics());
        reporter.report(&diagnostics, &texts);
        let replaced: BTreeSet<_> = texts.iter().filter_map(|text| identity(&text.value)).collect();
        let stays = |overlay: &Document| !identity(&overlay.value).is_some_and(|one| replaced.contains(&one));
        let of_cluster: Vec<Document> = of_cluster.into_iter().filter(stays).collect();
        let overlays = Overlays::read(of_cluster.into_iter().chain(texts.iter().cloned()));
        (Self { overlays, ..self }, texts)
    }

    /// Whether an object is one of the overlays: the same folder may be named for tests and for overlays.
    pub(super) fn applies(&self, object: &Value) -> bool {
        let name = object.pointer("/metadata/name").and_then(Value::as_str);
        let namespace = object.pointer("/metadata/namespace").and_then(Value::as_str);
        let is_it = |overlay: &Overlay| {
            Kind::of(object) == Some(overlay.kind)
                && name == Some(overlay.name.as_str())
                && (overlay.kind == Kind::Cluster || namespace == overlay.namespace.as_deref())
        };
        self.overlays.readable().iter().any(is_it)
    }

    /// What the test in a document meets.
    pub(super) fn of(&self, document: &Document) -> Surroundings<'_> {
        let name = document.value.pointer("/metadata/namespace").and_then(Value::as_str);
        Surroundings { overlays: &self.overlays, namespace: name.and_then(|name| self.namespaces.get(name)) }
    }
}

/// Gives tests and namespaced overlays without a namespace this one.
pub(super) fn place(documents: &mut [Document], namespace: &str) {
    for Document { value, .. } in documents {
        if (is_locust_test(value) || Kind::of(value) == Some(Kind::Namespaced))
            && let Some(Value::Object(metadata)) = value.get_mut("metadata")
        {
            metadata.entry("namespace").or_insert_with(|| namespace.into());
        }
    }
}

/// What makes an overlay the same one: its kind, its namespace and its name.
fn identity(object: &Value) -> Option<(Kind, Option<&str>, &str)> {
    let kind = Kind::of(object)?;
    let part = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    let namespace = part("/metadata/namespace").filter(|_| kind == Kind::Namespaced);
    Some((kind, namespace, part("/metadata/name")?))
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

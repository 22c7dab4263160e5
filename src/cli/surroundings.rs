//! `--overlays` and `--namespace`: what the tests meet, for every command that renders them.

use std::{collections::BTreeMap, path::PathBuf};

use serde_json::Value;

use super::{
    Failure,
    output::Reporter,
    source::{self, is_locust_test},
};
use crate::{
    diagnostic::Diagnostic,
    locust::{
        Surroundings, near_miss,
        overlay::{Kind, Namespace, Overlay, Overlays},
    },
    manifest::Document,
};

/// What a command takes that renders tests with overlays.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// Files or folders with overlays (ClusterPodOverlay, PodOverlay); other kinds in them are left alone; may be
    /// repeated
    #[arg(long, value_name = "FILE|DIR")]
    overlays: Vec<PathBuf>,

    /// A namespace and its labels, its name always among them; the first is also the namespace of objects without
    /// one, and of locusttest/NAME; may be repeated
    ///
    /// Namespace objects in the files count too. Without "=" the labels are those of such an object, or not known;
    /// "NAME=" is a namespace without labels.
    #[arg(short, long, value_name = "NAME[=LABEL=VALUE,...]", value_parser = namespace)]
    namespace: Vec<Namespace>,
}

/// What the tests meet.
#[derive(Debug)]
pub(super) struct Around {
    overlays: Overlays,
    namespaces: BTreeMap<String, Namespace>,
}

impl Arguments {
    /// The files and folders with overlays.
    pub(super) fn overlays(&self) -> &[PathBuf] {
        &self.overlays
    }

    /// The namespace of objects that name none.
    pub(super) fn first_namespace(&self) -> Option<&str> {
        self.namespace.first().map(|namespace| namespace.name.as_str())
    }

    /// Reads the overlays and namespaces, and tells what is wrong with them. Objects among `read` get the
    /// namespace that they leave out. The second part of the result is the texts of the overlays.
    pub(super) fn read(
        &self,
        read: &mut [Document],
        reporter: &mut Reporter,
    ) -> Result<(Around, Vec<Document>), Failure> {
        if let Some(namespace) = self.first_namespace() {
            for document in &mut *read {
                place(&mut document.value, namespace);
            }
        }
        let others = self.read_placed(&self.overlays, reporter)?;
        let mut namespaces = BTreeMap::new();
        for namespace in read.iter().chain(&others).filter_map(|document| Namespace::read(&document.value)) {
            namespaces.insert(namespace.name.clone(), namespace);
        }
        for namespace in &self.namespace {
            let is_known = namespace.labels.is_none() && namespaces.contains_key(&namespace.name);
            if !is_known {
                namespaces.insert(namespace.name.clone(), namespace.clone());
            }
        }
        Ok(Around::new(namespaces, others, reporter))
    }

    /// The same surroundings with the overlays in other files, and the texts of those. Their Namespace objects
    /// count where nothing is known of a namespace so far.
    pub(super) fn read_others(
        &self,
        around: &Around,
        files: &[PathBuf],
        reporter: &mut Reporter,
    ) -> Result<(Around, Vec<Document>), Failure> {
        let others = self.read_placed(files, reporter)?;
        let mut namespaces = around.namespaces.clone();
        for namespace in others.iter().filter_map(|document| Namespace::read(&document.value)) {
            namespaces.entry(namespace.name.clone()).or_insert(namespace);
        }
        Ok(Around::new(namespaces, others, reporter))
    }

    /// Every object in the files, with the namespace that it leaves out.
    fn read_placed(&self, files: &[PathBuf], reporter: &mut Reporter) -> Result<Vec<Document>, Failure> {
        let mut read = source::read(files, reporter)?;
        if let Some(namespace) = self.first_namespace() {
            for document in &mut read {
                place(&mut document.value, namespace);
            }
        }
        Ok(read)
    }
}

impl Around {
    fn new(
        namespaces: BTreeMap<String, Namespace>,
        texts: Vec<Document>,
        reporter: &mut Reporter,
    ) -> (Self, Vec<Document>) {
        let overlays = Overlays::read(texts.iter().cloned());
        let mut diagnostics: Vec<Diagnostic> = texts.iter().filter_map(near_miss).collect();
        diagnostics.extend(overlays.diagnostics());
        reporter.report(&diagnostics, &texts);
        (Self { overlays, namespaces }, texts)
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

/// Gives a test or namespaced overlay without a namespace this one.
fn place(object: &mut Value, namespace: &str) {
    if !is_locust_test(object) && Kind::of(object) != Some(Kind::Namespaced) {
        return;
    }
    if let Some(Value::Object(metadata)) = object.get_mut("metadata") {
        metadata.entry("namespace").or_insert_with(|| namespace.into());
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

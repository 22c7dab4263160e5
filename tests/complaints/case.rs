//! What a case says: `case.yaml` of each folder, read strictly.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use podgraft_pod::manifest;
use podgraft_testkit::files::{files, relative, root};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::expected::Object;

/// Where the cases are.
pub(crate) const FOLDER: &str = "conformance/complaints";

/// One complaint: what another project did, and what happens here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Case {
    /// The folder's name.
    #[serde(skip)]
    pub(crate) name: String,
    pub(crate) project: String,
    pub(crate) title: String,
    pub(crate) references: Vec<Reference>,
    pub(crate) evidence: Evidence,
    pub(crate) theirs: String,
    pub(crate) here: String,
    pub(crate) steps: Vec<Step>,
}

/// A complaint without an answer, and why there is none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unanswered {
    pub(crate) project: String,
    pub(crate) references: Vec<Reference>,
    pub(crate) complaint: String,
    pub(crate) reason: String,
}

/// An issue, a pull request or an advisory of another project.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reference {
    pub(crate) id: String,
    pub(crate) url: Option<String>,
}

/// How it is known what the other project does.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Evidence {
    Code,
    Issue,
    Pull,
    Documentation,
    Measured,
}

/// One thing to try, and all that must come out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Step {
    pub(crate) what: String,
    /// Run podgraft in the case's folder: the words after its name.
    pub(crate) run: Option<String>,
    /// The exit code.
    #[serde(default)]
    pub(crate) exit: i32,
    /// Merge with k8s-openapi's `DeepMerge`, on typed Pods.
    pub(crate) deep_merge: Option<Files>,
    /// Another test of the project plays it, on a real control plane.
    pub(crate) played: Option<Played>,
    /// Every message, in any order.
    #[serde(default)]
    pub(crate) says: Vec<Said>,
    /// The pod templates of both roles, of one, or the object that was printed.
    pub(crate) both: Option<Object>,
    pub(crate) master: Option<Object>,
    pub(crate) worker: Option<Object>,
    pub(crate) object: Option<Object>,
    /// Parts of what is printed.
    #[serde(default)]
    pub(crate) prints: Vec<String>,
    /// The most that each printed object may have as compact JSON, in bytes.
    pub(crate) at_most: Option<usize>,
}

/// What a step does.
pub(crate) enum Act<'s> {
    Run(&'s str),
    DeepMerge(&'s Files),
    Played(&'s Played),
}

impl Step {
    pub(crate) fn act(&self) -> Act<'_> {
        match (&self.run, &self.deep_merge, &self.played) {
            (Some(run), None, None) => Act::Run(run),
            (None, Some(files), None) => Act::DeepMerge(files),
            (None, None, Some(played)) => Act::Played(played),
            _ => panic!("{}: a step has one of run, deepMerge and played", self.what),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Played {
    pub(crate) test: String,
    pub(crate) file: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Files {
    pub(crate) base: String,
    pub(crate) patch: String,
}

/// A message that must be there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    pub(crate) error: Option<String>,
    pub(crate) warning: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) layer: Option<String>,
    /// Parts of it, help included.
    #[serde(default)]
    pub(crate) text: Vec<String>,
}

impl Case {
    /// All cases, by name.
    pub(crate) fn all() -> Vec<Self> {
        let read = |file: &Path| {
            let case: Self = of_yaml(file);
            let name = file.parent().unwrap().file_name().unwrap().to_str().unwrap();
            Self { name: name.to_owned(), ..case }
        };
        files(&root().join(FOLDER), "case.yaml").iter().map(|file| read(file)).collect()
    }

    /// The case's folder.
    pub(crate) fn folder(&self) -> PathBuf {
        root().join(FOLDER).join(&self.name)
    }

    /// An object of one of the case's files.
    pub(crate) fn object(&self, file: &str) -> Value {
        of_yaml(&self.folder().join(file))
    }
}

/// The complaints that are not answered.
pub(crate) fn unanswered() -> Vec<Unanswered> {
    let mut all: BTreeMap<String, Vec<Unanswered>> = of_yaml(&root().join(FOLDER).join("unanswered.yaml"));
    all.remove("complaints").unwrap()
}

/// What the only document of a file holds.
fn of_yaml<T: DeserializeOwned>(file: &Path) -> T {
    let name = relative(file);
    let mut read = manifest::read(name, &fs::read(file).unwrap());
    assert!(read.diagnostics.is_empty(), "{name}: {:?}", read.diagnostics);
    let value = read.documents.pop().unwrap().value;
    serde_json::from_value(value).unwrap_or_else(|error| panic!("{name}: {error}"))
}

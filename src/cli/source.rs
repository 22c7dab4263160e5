//! The LocustTests that a command is about: from files, or from a cluster.

use std::path::PathBuf;

use serde_json::Value;

use super::{
    Failure, input,
    output::Reporter,
    surroundings::{self, Around},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    locust::{
        self, Rendered,
        config::Config,
        overlay::{Kind, Namespace},
    },
    manifest::{self, Document},
    path::FieldPath,
};

/// Which LocustTests.
#[derive(Debug, clap::Args)]
pub(super) struct Source {
    /// LocustTests of a cluster, as locusttest/NAME; may be repeated
    #[cfg(feature = "operator")]
    #[arg(value_name = "locusttest/NAME", value_parser = object_name, required_unless_present = "files")]
    objects: Vec<String>,

    /// Files or folders with LocustTests, - for standard input; may be repeated
    #[arg(short = 'f', long = "filename", value_name = "FILE|DIR|-")]
    #[cfg_attr(not(feature = "operator"), arg(required = true))]
    files: Vec<PathBuf>,

    #[command(flatten)]
    around: surroundings::Arguments,

    #[cfg(feature = "operator")]
    #[command(flatten)]
    pub(super) cluster: super::cluster::Connection,
}

/// The LocustTests that were named, and what they meet.
#[derive(Debug)]
pub(super) struct Tests {
    /// The tests, and behind them the texts of overlays.
    documents: Vec<Document>,
    count: usize,
    around: Around,
}

impl Tests {
    /// The tests themselves.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Document> {
        self.documents.iter().take(self.count)
    }

    /// Every text that a diagnostic can point into.
    pub(super) fn texts(&self) -> &[Document] {
        &self.documents
    }

    /// Renders one of the tests with the overlays that apply to it.
    pub(super) fn render(&self, test: &Document, config: &Config) -> Rendered {
        locust::render(test, &self.around.of(test), config)
    }
}

/// What a LocustTest is called in front of its name, as kubectl has it.
#[cfg(feature = "operator")]
const KINDS: [&str; 5] =
    ["locusttest", "locusttests", "lotest", "locusttest.locust.io", "locusttests.locust.io"];

/// Reads `locusttest/NAME`.
#[cfg(feature = "operator")]
fn object_name(text: &str) -> Result<String, String> {
    match text.split_once('/') {
        Some((kind, name)) if KINDS.contains(&kind.to_lowercase().as_str()) && !name.is_empty() => {
            Ok(name.to_owned())
        }
        Some((kind, _)) => Err(format!(
            "only LocustTests can be read{}",
            crate::diagnostic::did_you_mean(kind, ["locusttest"])
        )),
        None => Err(format!("write it as locusttest/{text}, or name a file with -f {text}")),
    }
}

impl Source {
    /// The LocustTests that were named; other kinds in the files are left out with a note. That there is
    /// none at all is an error, which is reported.
    pub(super) fn tests(&self, reporter: &mut Reporter) -> Result<Tests, Failure> {
        let mut documents = read(&self.files, reporter)?;
        #[cfg(feature = "operator")]
        if !self.objects.is_empty() {
            let tests = self.cluster.tests(self.around.first_namespace(), &self.objects);
            documents.extend(super::cluster::block_on(tests)?);
        }
        let (around, mut texts) = self.around.read(&mut documents, reporter)?;
        let mut tests = Vec::new();
        for document in documents {
            if is_locust_test(&document.value) {
                tests.push(document);
            } else if Namespace::read(&document.value).is_none() {
                reporter.report(&[left_out(&document)], &[]);
            }
        }
        if tests.is_empty() && !reporter.refuses(false) {
            let message = "name a file with a LocustTest: there is none to render";
            reporter.report(&[Diagnostic::error(Code::NoLocustTest, message)], &[]);
        }
        let count = tests.len();
        tests.append(&mut texts);
        Ok(Tests { documents: tests, count, around })
    }

    /// Whether LocustTests of a cluster were named.
    #[cfg(feature = "operator")]
    pub(super) fn names_objects(&self) -> bool {
        !self.objects.is_empty()
    }

    /// The namespace of tests that name none.
    #[cfg(feature = "operator")]
    pub(super) fn namespace(&self) -> Option<&str> {
        self.around.first_namespace()
    }
}

/// Every object in the files, lists taken apart.
pub(super) fn read(files: &[PathBuf], reporter: &mut Reporter) -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::new();
    for text in input::read_all(files)? {
        let read = manifest::read(&text.name, &text.bytes);
        reporter.report(&read.diagnostics, &read.documents);
        for document in read.documents {
            documents.extend(document.items().unwrap_or_else(|| vec![document]));
        }
    }
    Ok(documents)
}

pub(super) fn is_locust_test(value: &Value) -> bool {
    let part = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    part("kind") == "LocustTest" && part("apiVersion").split('/').next() == Some("locust.io")
}

fn left_out(document: &Document) -> Diagnostic {
    let part = |name: &str| document.value.get(name).and_then(Value::as_str);
    let what = match (part("apiVersion"), part("kind")) {
        (Some(version), Some(kind)) => format!("{version} {kind}"),
        (None, Some(kind)) => kind.to_owned(),
        _ => "an object without a kind".to_owned(),
    };
    let near = match part("kind") {
        Some("LocustTest") => "; did you mean locust.io/v2?",
        _ if Kind::of(&document.value).is_some() => "; name its file with --overlays to apply it",
        _ => "",
    };
    Diagnostic::note(Code::LeftOut, format!("left out {what}: only locust.io LocustTests are rendered{near}"))
        .positioned(document.position(&FieldPath::root()))
}

//! The LocustTests that a command is about: from files, or from a cluster.

use std::path::PathBuf;

use serde_json::Value;

use super::{Failure, input, output::Reporter};
use crate::{
    diagnostic::Diagnostic,
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

    #[cfg(feature = "operator")]
    #[command(flatten)]
    pub(super) cluster: super::cluster::Place,
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
    pub(super) fn tests(&self, reporter: &mut Reporter) -> Result<Vec<Document>, Failure> {
        let mut documents = self.read(reporter)?;
        #[cfg(feature = "operator")]
        if !self.objects.is_empty() {
            documents.extend(super::cluster::block_on(self.cluster.tests(&self.objects))?);
        }
        let mut tests = Vec::new();
        for document in documents {
            if is_locust_test(&document.value) {
                tests.push(document);
            } else {
                reporter.report(&[left_out(&document)], &[]);
            }
        }
        if tests.is_empty() && !reporter.refuses(false) {
            let message = "name a file with a LocustTest: there is none to render";
            reporter.report(&[Diagnostic::error("no-locust-test", message)], &[]);
        }
        Ok(tests)
    }

    /// Whether LocustTests of a cluster were named.
    #[cfg(feature = "operator")]
    pub(super) fn names_objects(&self) -> bool {
        !self.objects.is_empty()
    }

    /// Every object in the files, lists taken apart.
    fn read(&self, reporter: &mut Reporter) -> Result<Vec<Document>, Failure> {
        let mut documents = Vec::new();
        for text in input::read_all(&self.files)? {
            let read = manifest::read(&text.name, &text.bytes);
            reporter.report(&read.diagnostics, &read.documents);
            for document in read.documents {
                documents.extend(document.items().unwrap_or_else(|| vec![document]));
            }
        }
        Ok(documents)
    }
}

fn is_locust_test(value: &Value) -> bool {
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
    let near = if part("kind") == Some("LocustTest") { "; did you mean locust.io/v2?" } else { "" };
    Diagnostic::note("left-out", format!("left out {what}: only locust.io LocustTests are rendered{near}"))
        .positioned(document.position(&FieldPath::root()))
}

//! `podgraft convert`.

use std::path::PathBuf;

use clap::ValueEnum;
use podgraft_locust::{
    conversion::{self, Version},
    load_test, near_miss,
    public_operator::differences,
};
use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};
use podgraft_pod::manifest::Document;
use serde_json::Value;

use super::{
    CommandOutcome, Failure,
    manifests::{is_locust_test, read},
    object_format::{ObjectFormat, format_one_or_more},
    output::{self, Reporter},
};
use crate::codes;

/// What `podgraft convert` takes.
#[derive(Debug, clap::Args)]
pub(super) struct ConvertArgs {
    /// Files or folders with LocustTests, - for standard input; may be repeated
    ///
    /// Objects of other kinds are printed as they are. Comments are lost.
    #[arg(short = 'f', long = "filename", value_name = "FILE|DIR|-", required = true)]
    files: Vec<PathBuf>,

    /// The version to write the tests in
    ///
    /// With v2, messages say what a test does otherwise than with the public operator, tests that are of v2
    /// already included. What v1 cannot say is kept in the annotation locust.io/conversion, and comes back with v2.
    #[arg(long, value_enum)]
    to: ToVersion,

    /// The format: YAML documents, or JSON, several objects as one v1 List
    #[arg(short, long, value_enum, default_value_t = ObjectFormat::Yaml)]
    output: ObjectFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ToVersion {
    /// locust.io/v1, deprecated
    V1,
    /// locust.io/v2
    V2,
}

impl From<ToVersion> for Version {
    fn from(version: ToVersion) -> Self {
        match version {
            ToVersion::V1 => Self::V1,
            ToVersion::V2 => Self::V2,
        }
    }
}

pub(super) fn run(arguments: &ConvertArgs) -> Result<CommandOutcome, Failure> {
    let mut reporter = Reporter::new();
    let documents = read(&arguments.files, &mut reporter)?;
    let mut converted = Vec::new();
    for document in &documents {
        if is_locust_test(&document.value) {
            let (object, found) = convert(document, arguments.to.into());
            reporter.report(&found, std::slice::from_ref(document));
            converted.extend(object);
        } else if let Some(error) = near_miss(document).filter(Diagnostic::is_error) {
            reporter.report(&[error], std::slice::from_ref(document));
        } else {
            output::print_note(&format!("note: printed {} as it is: it is no LocustTest", name(document)));
            converted.push(document.value.clone());
        }
    }
    if reporter.refuses(false) {
        return Ok(CommandOutcome::Refused);
    }
    if documents.is_empty() {
        let message = "name a file with a LocustTest: there is none";
        reporter.report(&[Diagnostic::error(codes::NO_LOCUST_TEST, message)], &[]);
        return Ok(CommandOutcome::Refused);
    }
    output::print(format_one_or_more(&converted, arguments.output).as_bytes())?;
    Ok(CommandOutcome::Fine)
}

/// A test in another version, where it is sound, with what there is to say of it.
fn convert(document: &Document, to: Version) -> (Option<Value>, Vec<Diagnostic>) {
    let positioned = |diagnostic: Diagnostic| {
        let position = diagnostic.path.as_ref().and_then(|path| document.position(path));
        Diagnostic { position, ..diagnostic }
    };
    let (test, read) = match load_test::read(&document.value) {
        Ok(read) => read,
        Err(errors) => return (None, errors.into_iter().map(positioned).collect()),
    };
    let mut found: Vec<Diagnostic> = read.into_iter().filter(Diagnostic::is_error).map(positioned).collect();
    if !found.is_empty() {
        return (None, found);
    }
    match conversion::convert(&document.value, to) {
        Err(error) => (None, vec![positioned(error)]),
        Ok(converted) => {
            if to == Version::V2 {
                found.extend(differences(document, &test));
            }
            found.extend(kept(&converted).map(positioned));
            (Some(converted), found)
        }
    }
}

/// What the version of a converted test cannot say.
fn kept(converted: &Value) -> Option<Diagnostic> {
    let fields: Vec<String> = conversion::kept_fields(converted).iter().map(ToString::to_string).collect();
    let version = converted.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
    let message = format!(
        "leave the annotation {} as it is: it keeps what {version} cannot say: {}",
        conversion::ANNOTATION,
        fields.join(", ")
    );
    (!fields.is_empty())
        .then(|| Diagnostic::note(codes::KEPT_IN_ANNOTATION, message).at(FieldPath::fields(["spec"])))
}

/// An object and its place, for people.
fn name(document: &Document) -> String {
    let part = |pointer: &str| document.value.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let kind = if part("/kind").is_empty() { "an object without a kind" } else { part("/kind") };
    let place = document.position(&FieldPath::root()).map(|at| format!(" ({at})")).unwrap_or_default();
    format!("{}{place}", format!("{kind} {}", part("/metadata/name")).trim_end())
}

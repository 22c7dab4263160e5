//! `podgraft patch`: `kubectl patch --local` without kubectl, one object or a batch of JSON lines.

mod batch;

use std::path::PathBuf;

use clap::ValueEnum;
use podgraft_merge::{
    diagnostic::{Diagnostic, LayerId},
    patch::{self, Dialect, Options},
    path::FieldPath,
    schema::Schema,
};
use podgraft_pod::manifest::{self, Document};
use serde_json::Value;

use super::{
    CommandOutcome, Failure, files,
    object_format::{ObjectFormat, format_one_or_more},
    output::{self, Reporter},
};
use crate::codes;

/// What `podgraft patch` takes.
#[derive(Debug, clap::Args)]
pub(super) struct PatchArgs {
    /// The file with the object to patch, - for standard input
    #[arg(short = 'f', long = "filename", value_name = "BASE", required_unless_present = "batch")]
    base: Option<PathBuf>,

    /// The patch, as JSON or YAML
    #[arg(short, long, value_name = "PATCH", conflicts_with = "patch_file", allow_hyphen_values = true)]
    patch: Option<String>,

    /// The file with the patch, - for standard input
    #[arg(long, value_name = "FILE")]
    patch_file: Option<PathBuf>,

    /// What the patch is
    #[arg(long = "type", value_enum, default_value_t = PatchType::Strategic)]
    patch_type: PatchType,

    /// How a strategic patch is read [default: kubernetes]
    #[arg(long, value_enum, hide_default_value = true)]
    dialect: Option<DialectName>,

    /// Read {"base":..,"patch":..} lines from standard input, and answer each with a line
    #[arg(long, conflicts_with_all = ["base", "patch", "patch_file", "output"])]
    batch: bool,

    /// The format
    #[arg(short, long, value_enum, default_value_t = ObjectFormat::Yaml)]
    output: ObjectFormat,
}

/// The three kinds of patch that the API server takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PatchType {
    /// Strategic merge patch
    Strategic,
    /// JSON merge patch, RFC 7386
    Merge,
    /// JSON patch, RFC 6902
    Json,
}

/// The two ways to read a strategic merge patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DialectName {
    /// Equal to Kubernetes
    Kubernetes,
    /// What templates use
    Extended,
}

impl From<DialectName> for Dialect {
    fn from(name: DialectName) -> Self {
        match name {
            DialectName::Kubernetes => Self::Kubernetes,
            DialectName::Extended => Self::Extended,
        }
    }
}

pub(super) fn run(arguments: &PatchArgs) -> Result<CommandOutcome, Failure> {
    let dialect = arguments.dialect.map_or(Dialect::Kubernetes, Dialect::from);
    if arguments.batch {
        return batch::run(arguments.patch_type, dialect);
    }
    if arguments.dialect == Some(DialectName::Extended) && arguments.patch_type != PatchType::Strategic {
        return Err(Failure("remove --dialect extended: only a strategic patch has a dialect".into()));
    }
    let Some(base) = &arguments.base else {
        return Err(Failure("name the object to patch with -f".into()));
    };
    let patch = patch_text(arguments, base)?;
    let base = files::read(base)?;
    let mut bases = manifest::read(&base.name, &base.bytes);
    let documents = std::mem::take(&mut bases.documents).into_iter();
    bases.documents =
        documents.flat_map(|document| document.items().unwrap_or_else(|| vec![document])).collect();
    let patches = match arguments.patch_type {
        PatchType::Json => manifest::read_json_patch(&patch.name, &patch.bytes),
        PatchType::Strategic | PatchType::Merge => manifest::read(&patch.name, &patch.bytes),
    };
    let mut reporter = Reporter::new();
    let documents: Vec<Document> = bases.texts().iter().chain(patches.texts()).cloned().collect();
    reporter.report(&bases.diagnostics, &documents);
    reporter.report(&patches.diagnostics, &documents);
    let mut results = Vec::new();
    if !reporter.refuses(false) {
        match patches.documents.as_slice() {
            [patch] => {
                results = patch_all(&bases.documents, patch, arguments.patch_type, dialect, &mut reporter);
            }
            several => {
                let message = format!("write exactly one patch: {} has {}", patch.name, several.len());
                reporter.report(&[Diagnostic::error(codes::INVALID_PATCH, message)], &documents);
            }
        }
    }
    if reporter.refuses(false) {
        return Ok(CommandOutcome::Refused);
    }
    output::print(format_one_or_more(&results, arguments.output).as_bytes())?;
    Ok(CommandOutcome::Fine)
}

fn patch_text(arguments: &PatchArgs, base: &std::path::Path) -> Result<files::InputText, Failure> {
    match (&arguments.patch, &arguments.patch_file) {
        (Some(patch), _) => {
            Ok(files::InputText { name: "--patch".into(), bytes: patch.clone().into_bytes() })
        }
        (None, Some(file)) if file.as_os_str() == "-" && base.as_os_str() == "-" => {
            Err(Failure("name standard input (-) only once: it can be read only once".into()))
        }
        (None, Some(file)) => files::read(file),
        (None, None) => Err(Failure("give the patch with -p PATCH or --patch-file FILE".into())),
    }
}

fn patch_all(
    bases: &[Document],
    patch: &Document,
    patch_type: PatchType,
    dialect: Dialect,
    reporter: &mut Reporter,
) -> Vec<Value> {
    if bases.is_empty() {
        reporter.report(
            &[Diagnostic::error(codes::NO_OBJECTS, "name a file with an object to patch: there is none")],
            &[],
        );
    }
    let mut results = Vec::new();
    for base in bases {
        let both = [patch.clone(), base.clone()];
        let place = |mut diagnostic: Diagnostic| {
            let path = diagnostic.path.clone().unwrap_or_default();
            diagnostic.object = Some(name_of(&base.value));
            let is_of_base = diagnostic.layer.as_ref().is_some_and(LayerId::is_base);
            diagnostic.position = if is_of_base { base.position(&path) } else { patch.position(&path) };
            diagnostic
        };
        match patch_one(base.value.clone(), &patch.value, patch_type, dialect) {
            Ok((value, warnings)) => {
                let warnings: Vec<Diagnostic> = warnings.into_iter().map(place).collect();
                reporter.report(&warnings, &both);
                results.push(value);
            }
            Err(errors) => {
                let errors: Vec<Diagnostic> = errors.into_iter().map(place).collect();
                reporter.report(&errors, &both);
            }
        }
    }
    results
}

/// The result and its warnings, or every diagnostic when one of them is an error.
fn patch_one(
    base: Value,
    patch: &Value,
    patch_type: PatchType,
    dialect: Dialect,
) -> Result<(Value, Vec<Diagnostic>), Vec<Diagnostic>> {
    let result = match (patch_type, dialect) {
        (PatchType::Merge, _) => Ok(patch::merge_patch(base, patch)),
        (PatchType::Json, _) => patch::json_patch(base, patch),
        (PatchType::Strategic, Dialect::Kubernetes) => {
            schema_of(&base).and_then(|schema| patch::apply(base, patch, schema, &mut ()))
        }
        (PatchType::Strategic, Dialect::Extended) => {
            let schema = schema_of(&base).map_err(|error| vec![*error])?;
            let extended = patch::extend(base, patch, schema, Options::default(), &mut ());
            return if extended.diagnostics.iter().any(Diagnostic::is_error) {
                Err(extended.diagnostics)
            } else {
                Ok((extended.value, extended.diagnostics))
            };
        }
    };
    result.map(|value| (value, Vec::new())).map_err(|error| vec![*error])
}

/// The schema of the kind that an object says it is.
fn schema_of(base: &Value) -> Result<Schema, patch::Error> {
    let part = |name: &str| base.get(name).and_then(Value::as_str).unwrap_or_default();
    let (api_version, kind) = (part("apiVersion"), part("kind"));
    Schema::for_kind(api_version, kind).ok_or_else(|| {
        let message = if !base.is_object() {
            "write the base as an object".to_owned()
        } else if kind.is_empty() || api_version.is_empty() {
            "add apiVersion and kind to the base: they say how lists merge".to_owned()
        } else {
            format!(
                "a strategic merge patch needs a kind that is built into Kubernetes: use the merge or json type for {api_version} {kind}"
            )
        };
        Box::new(Diagnostic::error(codes::UNSUPPORTED_KIND, message).at(FieldPath::root()))
    })
}

fn name_of(value: &Value) -> String {
    let part = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
    let name = [part("/metadata/namespace"), part("/metadata/name")]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("/");
    format!("{} {name}", part("/kind").unwrap_or("object")).trim_end().to_owned()
}

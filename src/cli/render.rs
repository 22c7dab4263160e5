//! `podgraft render`.

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::{
    Failure, Format, Verdict, input,
    output::{self, Reporter},
    surroundings,
};
use crate::{
    diagnostic::Diagnostic,
    locust::{
        self,
        config::Config,
        overlay::{Kind, Namespace},
    },
    manifest::{self, Document},
    path::FieldPath,
    role::Role,
};

/// What `podgraft render` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files or folders with LocustTests, - for standard input; may be repeated
    #[arg(short = 'f', long = "filename", value_name = "FILE|DIR|-", required = true)]
    files: Vec<PathBuf>,

    /// The format: YAML documents, or one v1 List in JSON
    #[arg(short, long, value_enum, default_value_t = Format::Yaml)]
    output: Format,

    /// Print only this role's Job
    #[arg(long, value_enum)]
    role: Option<RoleName>,

    /// The operator's configuration
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(flatten)]
    around: surroundings::Arguments,

    /// What else to refuse
    #[arg(long, value_name = "warnings", value_enum)]
    deny: Option<Deny>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RoleName {
    Master,
    Worker,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Master => Self::Master,
            RoleName::Worker => Self::Worker,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Warnings count as errors
    Warnings,
}

pub(super) fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let mut reporter = Reporter::new();
    let config = config(arguments.config.as_ref(), &mut reporter)?;
    let mut documents = documents(&arguments.files, &mut reporter)?;
    let own = documents.len();
    let around = arguments.around.read(&mut documents, &mut reporter)?;
    let mut objects = Vec::new();
    let mut tests = 0;
    for document in &documents[..own] {
        if !is_locust_test(&document.value) {
            if Namespace::read(&document.value).is_none() {
                reporter.report(&[left_out(document)], &documents);
            }
            continue;
        }
        tests += 1;
        let rendered = locust::render(document, &around.of(document), &config);
        reporter.report(&rendered.diagnostics, &documents);
        let role = arguments.role.map(Role::from);
        objects.extend(rendered.service.filter(|_| role.is_none()));
        let wanted = |(job_role, _): &(Role, Value)| role.is_none_or(|role| role == *job_role);
        objects.extend(rendered.jobs.into_iter().filter(wanted).map(|(_, job)| job));
    }
    if tests == 0 && !reporter.refuses(false) {
        let message = "name a file with a LocustTest: there is none to render";
        reporter.report(&[Diagnostic::error("no-locust-test", message)], &documents);
    }
    if reporter.refuses(arguments.deny.is_some()) {
        if !reporter.refuses(false) {
            output::complain(&format!(
                "refused: {} warning(s), and warnings are denied",
                reporter.warnings()
            ));
        }
        return Ok(Verdict::Refused);
    }
    output::print(print_objects(&objects, arguments.output).as_bytes())?;
    Ok(Verdict::Fine)
}

/// The operator's configuration; the defaults where no file is named.
pub(super) fn config(file: Option<&PathBuf>, reporter: &mut Reporter) -> Result<Config, Failure> {
    let Some(file) = file else { return Ok(Config::default()) };
    let text = input::read(file)?;
    let read = manifest::read(&text.name, &text.bytes);
    reporter.report(&read.diagnostics, &read.documents);
    let [document] = read.documents.as_slice() else {
        if !reporter.refuses(false) {
            let message = format!(
                "write one document with the configuration: {} has {}",
                text.name,
                read.documents.len()
            );
            reporter.report(&[Diagnostic::error("invalid-config", message)], &[]);
        }
        return Ok(Config::default());
    };
    Config::from_value(&document.value).or_else(|errors| {
        let place = |error: Diagnostic| {
            let position = error.path.as_ref().and_then(|path| document.position(path));
            error.positioned(position)
        };
        let errors: Vec<Diagnostic> = errors.into_iter().map(place).collect();
        reporter.report(&errors, &read.documents);
        Ok(Config::default())
    })
}

/// Every object in the files, lists taken apart.
pub(super) fn documents(files: &[PathBuf], reporter: &mut Reporter) -> Result<Vec<Document>, Failure> {
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

pub(super) fn left_out(document: &Document) -> Diagnostic {
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
    Diagnostic::note("left-out", format!("left out {what}: only locust.io LocustTests are rendered{near}"))
        .positioned(document.position(&FieldPath::root()))
}

/// The objects as YAML documents, or in JSON as one `v1` List.
pub(super) fn print_objects(objects: &[Value], format: Format) -> String {
    match format {
        Format::Yaml => objects.iter().map(manifest::to_yaml).collect::<Vec<_>>().join("---\n"),
        Format::Json => manifest::to_json(&json!({ "apiVersion": "v1", "kind": "List", "items": objects })),
    }
}

/// Like [`print_objects`], but a single object in JSON stands alone.
pub(super) fn print_one_or_more(objects: &[Value], format: Format) -> String {
    match (objects, format) {
        ([only], Format::Json) => manifest::to_json(only),
        _ => print_objects(objects, format),
    }
}

//! `podgraft validate`.

mod pod_verdict;

use std::path::PathBuf;

use clap::ValueEnum;
use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};
use podgraft_pod::{
    github::github,
    manifest::{self, Document},
    pod_security::unknown_version,
};
use serde_json::{Value, json};

use super::{
    CommandOutcome, Failure, config,
    deny::Deny,
    inputs::{LoadedTests, TestArgs},
    output::{self, Reporter},
};
use pod_verdict::PodVerdict;

/// What `podgraft validate` takes.
#[derive(Debug, clap::Args)]
pub(super) struct ValidateArgs {
    #[command(flatten)]
    tests: TestArgs,

    /// The format: messages for people on standard error, or results for programs on standard output
    #[arg(short, long, value_enum, default_value_t = DiagnosticFormat::Text)]
    output: DiagnosticFormat,

    /// The operator's configuration
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// What else to refuse
    #[arg(long, value_name = "warnings", value_enum)]
    deny: Option<Deny>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DiagnosticFormat {
    /// Messages for people
    Text,
    /// One JSON object a line
    Json,
    /// A SARIF 2.1.0 log, for code scanning and editors
    Sarif,
    /// Annotations of a GitHub workflow
    Github,
}

pub(super) fn run(arguments: &ValidateArgs) -> Result<CommandOutcome, Failure> {
    let mut reporter =
        if arguments.output == DiagnosticFormat::Text { Reporter::new() } else { Reporter::collecting() };
    let config = config::read(arguments.config.as_ref(), &mut reporter)?;
    let tests = arguments.tests.tests_and_pods(&config, &mut reporter)?;
    let judge = |document: &_| tests.render(document, &config).diagnostics;
    tests.each(&mut reporter, judge, |document, mut found, reporter| {
        if matches!(arguments.output, DiagnosticFormat::Sarif | DiagnosticFormat::Github) {
            for diagnostic in &mut found {
                place(diagnostic, document);
            }
        }
        reporter.report(&found, tests.texts());
        Ok(())
    })?;
    let (mut verdicts, is_pod_refused) = judge_pods(arguments, &tests, &mut reporter);
    let found = reporter.collected();
    match arguments.output {
        DiagnosticFormat::Text => {}
        DiagnosticFormat::Json => {
            let lines = found.iter().map(|one| manifest::to_json_line(&json_of(one)) + "\n");
            verdicts.extend(lines);
            output::print(verdicts.as_bytes())?;
        }
        DiagnosticFormat::Sarif => output::print(manifest::to_json(&sarif(found)?).as_bytes())?,
        DiagnosticFormat::Github => output::print(github(found).as_bytes())?,
    }
    let verdict = reporter.verdict(arguments.deny.is_some());
    Ok(if is_pod_refused { CommandOutcome::Refused } else { verdict })
}

/// Judges the pods and workloads by the Pod Security Standard that is asked for. For programs: a line of JSON each, which
/// is all that is said of them, and whether one is refused.
fn judge_pods(arguments: &ValidateArgs, tests: &LoadedTests, reporter: &mut Reporter) -> (String, bool) {
    let (mut lines, mut is_refused) = (String::new(), false);
    let Some(standard) = arguments.tests.pod_security().filter(|_| !tests.pods().is_empty()) else {
        return (lines, is_refused);
    };
    let is_json = arguments.output == DiagnosticFormat::Json;
    if let Some(warning) = unknown_version(standard) {
        // Standard output is for the verdicts alone.
        let mut of_version = is_json.then(Reporter::new);
        of_version.as_mut().unwrap_or(reporter).report(&[warning], &[]);
        is_refused |= of_version.is_some_and(|warned| warned.refuses(arguments.deny.is_some()));
    }
    for pod in tests.pods() {
        let verdict = PodVerdict::of(pod, standard);
        if is_json {
            is_refused |= !verdict.diagnostics.is_empty();
            lines += &verdict.json_line();
            lines.push('\n');
        } else {
            reporter.report(&verdict.diagnostics, std::slice::from_ref(pod));
        }
    }
    (lines, is_refused)
}

/// Points what has no place of its own, such as a default of the operator, at the test: annotations and
/// code scanning show nothing without a place.
fn place(diagnostic: &mut Diagnostic, test: &Document) {
    if diagnostic.position.is_none() {
        diagnostic.position = test.position(&FieldPath::root());
    }
}

fn sarif(found: &[Diagnostic]) -> Result<Value, Failure> {
    let folder = std::env::current_dir()
        .map_err(|error| Failure(format!("cannot find out the working directory: {error}")))?;
    let home = Some(env!("CARGO_PKG_REPOSITORY")).filter(|home| !home.is_empty());
    let tool = podgraft_pod::sarif::Tool { version: env!("CARGO_PKG_VERSION"), home };
    Ok(podgraft_pod::sarif::sarif(found, tool, &folder))
}

/// A diagnostic as a JSON object: absent parts are left out.
fn json_of(diagnostic: &Diagnostic) -> Value {
    let mut fields = json!({
        "code": diagnostic.code.as_str(),
        "severity": diagnostic.severity.to_string(),
        "message": diagnostic.message
    });
    for (name, value) in [
        ("object", diagnostic.object.clone()),
        ("path", diagnostic.path.as_ref().map(ToString::to_string)),
        ("layer", diagnostic.layer_name().map(str::to_owned)),
        ("help", diagnostic.help.clone()),
    ] {
        if let Some(value) = value {
            fields[name] = value.into();
        }
    }
    if let Some(position) = &diagnostic.position {
        fields["file"] = (&*position.file).into();
        fields["line"] = position.line.into();
        fields["column"] = position.column.into();
    }
    fields
}

//! `podgraft explain`.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{
    Failure, Verdict,
    output::{self, Reporter},
    render::{self, RoleName},
    surroundings,
};
use crate::{
    diagnostic::Diagnostic,
    judge::protected_fields,
    locust::overlay::Namespace,
    manifest,
    report::explain::{self, Asked, Choice, Chosen, Explanation},
    role::Role,
};

/// What `podgraft explain` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Arguments {
    /// Fields to tell the whole story of, with all below them: .spec.containers[name="locust"].image, or
    /// .spec.containers[*].image; without any, the merged pods with the layer of each field
    #[arg(value_name = "PATH")]
    paths: Vec<String>,

    /// Files or folders with LocustTests, - for standard input; may be repeated
    #[arg(
        short = 'f',
        long = "filename",
        value_name = "FILE|DIR|-",
        required_unless_present = "protected",
        conflicts_with = "protected"
    )]
    files: Vec<PathBuf>,

    /// The format: text for people, JSON for programs, or one page for a browser
    #[arg(short, long, value_enum, default_value_t = View::Text)]
    output: View,

    /// Only this role's pod
    #[arg(long, value_enum)]
    role: Option<RoleName>,

    /// Only fields set, or removed, by layers with this in their names
    #[arg(long, value_name = "NAME")]
    layer: Option<String>,

    /// Only fields that are not as the operator's base has them
    #[arg(long)]
    changed_only: bool,

    /// Print the table of protected fields instead
    #[arg(long, conflicts_with_all = ["paths", "layer", "changed_only"])]
    protected: bool,

    /// The operator's configuration
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(flatten)]
    around: surroundings::Arguments,
}

const EXIT_CODES: &str = "Exit codes: 0 fine (warnings too), 1 a test is refused (it is explained all the same), 2 wrong usage, an unknown \
     path or layer, or input/output failed.";

/// How explanations are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum View {
    Text,
    Json,
    Html,
}

pub(super) fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    if arguments.protected {
        return protected(arguments);
    }
    let mut reporter = Reporter::new();
    let explanations = explanations(arguments, &mut reporter)?;
    let choice = Choice {
        role: arguments.role.map(Role::from),
        layer: arguments.layer.clone(),
        changed_only: arguments.changed_only,
        asked: arguments.paths.iter().map(|path| Asked::new(path)).collect(),
    };
    choice.check(&explanations).map_err(Failure)?;
    let chosen: Vec<Chosen<'_>> = explanations.iter().map(|explanation| choice.of(explanation)).collect();
    let text = match arguments.output {
        View::Text if choice.asked.is_empty() => explain::to_yaml(&chosen, output::colours_stdout()),
        View::Text => explain::to_stories(&chosen),
        View::Json => manifest::to_json(&explain::to_json(&chosen)),
        View::Html => explain::to_html(&chosen),
    };
    output::print(text.as_bytes())?;
    Ok(if reporter.refuses(false) { Verdict::Refused } else { Verdict::Fine })
}

/// Every test in the files, explained; what there is to say of them goes to the reporter.
fn explanations(arguments: &Arguments, reporter: &mut Reporter) -> Result<Vec<Explanation>, Failure> {
    let config = render::config(arguments.config.as_ref(), reporter)?;
    let mut documents = render::documents(&arguments.files, reporter)?;
    let own = documents.len();
    let around = arguments.around.read(&mut documents, reporter)?;
    let mut explanations = Vec::new();
    for document in &documents[..own] {
        if render::is_locust_test(&document.value) {
            let explanation = Explanation::of(document, &around.of(document), &config);
            reporter.report(&explanation.diagnostics, &documents);
            explanations.push(explanation);
        } else if Namespace::read(&document.value).is_none() {
            reporter.report(&[render::left_out(document)], &documents);
        }
    }
    if explanations.is_empty() && !reporter.refuses(false) {
        let message = "name a file with a LocustTest: there is none to explain";
        reporter.report(&[Diagnostic::error("no-locust-test", message)], &documents);
    }
    Ok(explanations)
}

fn protected(arguments: &Arguments) -> Result<Verdict, Failure> {
    let (fields, role) = (protected_fields(), arguments.role.map(Role::from));
    let text = match arguments.output {
        View::Text => explain::protected_to_text(fields, role),
        View::Json => manifest::to_json(&explain::protected_to_json(fields, role)),
        View::Html => {
            return Err(Failure("print the protected fields with -o text or -o json".to_owned()));
        }
    };
    output::print(text.as_bytes())?;
    Ok(Verdict::Fine)
}

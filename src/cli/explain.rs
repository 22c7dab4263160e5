//! `podgraft explain`.

use std::path::PathBuf;

use clap::ValueEnum;

#[cfg(feature = "operator")]
use super::inputs::object_name;
use super::{
    CommandOutcome, Failure, config,
    inputs::InputArgs,
    output::{self, Reporter},
    role_name::RoleName,
};
#[cfg(feature = "operator")]
use crate::operator::observed::rendered_objects::RenderedObjects;
#[cfg(feature = "operator")]
use podgraft_locust::Rendered;
use podgraft_locust::{NOUN, role::Role};
#[cfg(feature = "operator")]
use podgraft_pod::manifest::Document;
use podgraft_pod::{
    explain::{self, Filter, Filtered, PathQuery},
    manifest,
    pod_role::PodRole,
};

/// What `podgraft explain` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct ExplainArgs {
    /// Fields to tell the whole story of, with all below them (.spec.containers[*].image,
    /// .spec.volumes[name="data"]); without any, the merged pods with the layer of each field
    #[cfg_attr(feature = "operator", doc = "(and LocustTests of a cluster, as locusttest/NAME)")]
    #[arg(value_name = NAMED)]
    named: Vec<String>,

    #[command(flatten)]
    inputs: InputArgs,

    /// The format: text for people, JSON for programs, or one page for a browser
    #[arg(short, long, value_enum, default_value_t = ExplainFormat::Text)]
    output: ExplainFormat,

    /// Only this role's pod
    #[arg(long, value_enum)]
    role: Option<RoleName>,

    /// Only fields set, or removed, by layers with this in their names
    #[arg(long, value_name = "NAME")]
    layer: Option<String>,

    /// Only fields that are not as the operator's base has them
    #[arg(long)]
    changed_only: bool,

    /// Print the table of protected fields instead: it is the same for all tests
    #[arg(long, conflicts_with_all = ["named", "layer", "changed_only"])]
    protected: bool,

    /// Show the values of environment variables of LocustTests of a cluster, too
    #[cfg(feature = "operator")]
    #[arg(long)]
    show_env_values: bool,

    /// The operator's configuration
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl ExplainArgs {
    fn pod_role(&self) -> Option<PodRole> {
        self.role.map(|name| Role::from(name).into())
    }
}

const EXIT_CODES: &str = "Exit codes: 0 fine (warnings too), 1 a test is refused (it is explained all the same), 2 wrong usage, an unknown \
     path or layer, or input/output failed.";

const NAMED: &str = if cfg!(feature = "operator") { "PATH|locusttest/NAME" } else { "PATH" };

/// How explanations are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExplainFormat {
    Text,
    Json,
    Html,
}

pub(super) fn run(arguments: &ExplainArgs) -> Result<CommandOutcome, Failure> {
    if arguments.protected {
        return protected(arguments);
    }
    let (objects, paths) = named(arguments);
    let mut reporter = Reporter::new();
    let config = config::read(arguments.config.as_ref(), &mut reporter)?;
    let tests = arguments.inputs.tests(&objects, &config, &mut reporter)?;
    let mut explanations = Vec::new();
    let explain = |document: &_| {
        let explanation = podgraft_locust::explain(document, &tests.surroundings_of(document), &config);
        #[cfg(feature = "operator")]
        let is_started_otherwise = is_started_otherwise(document, || tests.render(document, &config));
        #[cfg(not(feature = "operator"))]
        let is_started_otherwise = false;
        (explanation, is_started_otherwise)
    };
    tests.each(&mut reporter, explain, |_, (explanation, is_started_otherwise), reporter| {
        #[cfg(feature = "operator")]
        let explanation =
            if objects.is_empty() || arguments.show_env_values { explanation } else { explanation.redacted() };
        reporter.report(&explanation.diagnostics, tests.texts());
        if is_started_otherwise {
            let (title, name) = (explanation.title(), &explanation.name);
            output::print_note(&format!(
                "note: {title} was started otherwise and stays as it is until its next start: podgraft diff locusttest/{name} \
                 shows the difference"
            ));
        }
        explanations.push(explanation);
        Ok(())
    })?;
    let choice = Filter {
        role: arguments.pod_role(),
        layer: arguments.layer.clone(),
        changed_only: arguments.changed_only,
        asked: paths.into_iter().map(PathQuery::new).collect(),
    };
    choice.check(&explanations).map_err(Failure)?;
    let chosen: Vec<Filtered<'_>> = explanations.iter().map(|explanation| choice.of(explanation)).collect();
    let text = match arguments.output {
        ExplainFormat::Text if choice.asked.is_empty() => explain::to_yaml(&chosen, output::colours_stdout()),
        ExplainFormat::Text => explain::to_text(&chosen),
        ExplainFormat::Json => manifest::to_json(&explain::to_json(NOUN, &chosen)),
        ExplainFormat::Html => explain::to_html(NOUN, "podgraft explain", &chosen),
    };
    output::print(text.as_bytes())?;
    Ok(if reporter.refuses(false) { CommandOutcome::Refused } else { CommandOutcome::Fine })
}

/// Whether a test has started from other objects than it would be now: overlays have changed, or the operator.
#[cfg(feature = "operator")]
fn is_started_otherwise(test: &Document, render: impl FnOnce() -> Rendered) -> bool {
    let started = test.value.pointer("/status/templateHash").and_then(serde_json::Value::as_str);
    started.is_some_and(|started| {
        let now = RenderedObjects::from_rendered(&render()).map(|objects| objects.hash());
        now.as_deref() != Some(started)
    })
}

/// The names of LocustTests of a cluster among what was named, and the paths.
#[cfg(feature = "operator")]
fn named(arguments: &ExplainArgs) -> (Vec<String>, Vec<&str>) {
    let (mut objects, mut paths) = (Vec::new(), Vec::new());
    for text in &arguments.named {
        match object_name(text) {
            Ok(name) => objects.push(name),
            Err(_) => paths.push(text.as_str()),
        }
    }
    (objects, paths)
}

#[cfg(not(feature = "operator"))]
fn named(arguments: &ExplainArgs) -> (Vec<String>, Vec<&str>) {
    (Vec::new(), arguments.named.iter().map(String::as_str).collect())
}

fn protected(arguments: &ExplainArgs) -> Result<CommandOutcome, Failure> {
    let (fields, role) = (podgraft_locust::protected_entries(), arguments.pod_role());
    let text = match arguments.output {
        ExplainFormat::Text => explain::protected_to_text(&fields, role.as_ref()),
        ExplainFormat::Json => manifest::to_json(&explain::protected_to_json(&fields, role.as_ref())),
        ExplainFormat::Html => {
            return Err(Failure("print the protected fields with -o text or -o json".to_owned()));
        }
    };
    output::print(text.as_bytes())?;
    Ok(CommandOutcome::Fine)
}

//! The command line: arguments in, objects out. One file a command.

#[cfg(feature = "operator")]
mod address;
#[cfg(feature = "operator")]
mod cluster;
mod cluster_inputs;
mod config;
mod convert;
mod crds;
mod deny;
mod diff;
mod examples;
mod explain;
mod files;
mod in_order;
mod inputs;
mod manifests;
mod object_format;
#[cfg(feature = "operator")]
mod operator;
mod outcome;
mod output;
mod overlay_args;
mod patch;
#[cfg(feature = "operator")]
mod process;
mod progress;
#[cfg(feature = "operator")]
mod public_variables;
mod render;
mod role_name;
mod validate;
#[cfg(feature = "operator")]
mod variables;
#[cfg(feature = "operator")]
mod webhook;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use outcome::{CommandOutcome, Failure};

/// Override any pod field of the pods that an operator makes.
#[derive(Debug, Parser)]
#[command(name = "podgraft", version, propagate_version = true, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str =
    "Exit codes: 0 fine (warnings too), 1 refused, 2 wrong usage or input/output failed.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the Service and the Jobs that the operator makes of LocustTests
    Render(render::RenderArgs),
    /// Print what LocustTests change: against the base pods, or against what runs in a cluster
    Diff(diff::DiffArgs),
    /// Print everything that is wrong with LocustTests, and all warnings
    Validate(validate::ValidateArgs),
    /// Tell of each field of the pods which layer set it, and what was there before
    Explain(explain::ExplainArgs),
    /// Apply a patch to an object of any built-in kind, without a cluster
    Patch(patch::PatchArgs),
    /// Write LocustTests in the other version of locust.io, and tell what runs otherwise than before
    Convert(convert::ConvertArgs),
    /// Run the operator: make the Services and the Jobs of the LocustTests of a cluster
    #[cfg(feature = "operator")]
    Operator(Box<operator::OperatorArgs>),
    /// Run the admission webhook alone: refuse wrong LocustTests and overlays when they are written
    #[cfg(feature = "operator")]
    Webhook(Box<webhook::WebhookCommandArgs>),
    /// Print the CustomResourceDefinitions
    Crds(crds::CrdsArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell to complete for
        shell: clap_complete::Shell,
    },
}

/// Runs the command that the process's arguments name, and returns its exit code.
#[must_use]
pub fn run() -> ExitCode {
    let matches = command().bin_name(called()).try_get_matches();
    let arguments = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version go to stdout and are fine; clap knows. A closed pipe is no reason to complain.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    let verdict = match arguments.command {
        Command::Render(arguments) => render::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Patch(arguments) => patch::run(&arguments),
        Command::Convert(arguments) => convert::run(&arguments),
        #[cfg(feature = "operator")]
        Command::Operator(arguments) => operator::run(*arguments),
        #[cfg(feature = "operator")]
        Command::Webhook(arguments) => webhook::run(*arguments),
        Command::Crds(arguments) => crds::run(&arguments),
        Command::Completions { shell } => completions(shell),
    };
    match verdict {
        Ok(CommandOutcome::Fine) => ExitCode::SUCCESS,
        Ok(CommandOutcome::Refused | CommandOutcome::Different) => ExitCode::from(1),
        Err(Failure(message)) => {
            output::print_error(&message);
            ExitCode::from(2)
        }
    }
}

/// The command line, with examples.
fn command() -> clap::Command {
    let command = examples::with_examples(Cli::command());
    #[cfg(feature = "operator")]
    let command = variables::with_variables(command);
    command
}

/// What people call this program: `kubectl podgraft` when kubectl runs it as its plugin.
fn called() -> &'static str {
    let program = std::env::args_os().next().map(std::path::PathBuf::from);
    let name = program.as_deref().and_then(|program| program.file_name()?.to_str());
    if name.is_some_and(|name| name.starts_with("kubectl-")) { "kubectl podgraft" } else { "podgraft" }
}

fn completions(shell: clap_complete::Shell) -> Result<CommandOutcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "podgraft", &mut script);
    output::print(&script)?;
    Ok(CommandOutcome::Fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        command().debug_assert();
    }
}

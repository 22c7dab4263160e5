//! Settings from environment variables: `--foo-bar` may also be given as `PODGRAFT_FOO_BAR`.

use clap::{Arg, Command};

/// What the variables' names begin with.
const PREFIX: &str = "PODGRAFT_";

/// The subcommands whose flags may be variables: they run in pods, which have their settings from them.
const SUBCOMMANDS: [&str; 2] = ["operator", "webhook"];

/// The command line with a variable for each flag of the operator. A flag wins over its variable, and an empty variable
/// says nothing.
pub(super) fn with_variables(command: Command) -> Command {
    SUBCOMMANDS.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |subcommand| subcommand.mut_args(with_variable))
    })
}

fn with_variable(argument: Arg) -> Arg {
    let Some(flag) = argument.get_long().filter(|flag| !matches!(*flag, "help" | "version")) else {
        return argument;
    };
    let name = variable(flag);
    if std::env::var_os(&name).is_some_and(|value| value.is_empty()) { argument } else { argument.env(name) }
}

/// The variable of a flag.
fn variable(flag: &str) -> String {
    format!("{PREFIX}{}", flag.replace('-', "_").to_uppercase())
}

/// The namespace that the process runs in, as its pod says.
pub(super) fn own_namespace() -> String {
    value_of("POD_NAMESPACE").unwrap_or_else(|| "default".into())
}

/// A variable that is not empty.
pub(super) fn value_of(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

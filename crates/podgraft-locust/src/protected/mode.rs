//! That Locust runs as what its role is.

use podgraft_merge::path::FieldPath;

use super::{checked_pod::CheckedPod, entry::Violation};
use crate::role::Role;
use crate::{
    locust_command::{
        command_line::ParseError, connection_option::ConnectionOption, environment::flag_value,
        invocation::Invocation,
    },
    shortened::shortened,
};

/// Checks that Locust takes its line, and runs as what its role is and not as the other.
pub(super) fn check(pod: &CheckedPod<'_>) -> Vec<Violation> {
    let Some(invocation) = &pod.invocation else { return Vec::new() };
    parse_errors(invocation).chain(mode(invocation, pod.context.role)).collect()
}

/// The words that Locust refuses, or that cannot be seen.
fn parse_errors(invocation: &Invocation) -> impl Iterator<Item = Violation> {
    let say = |(path, trouble): &(FieldPath, ParseError)| {
        let message = match trouble {
            ParseError::Ambiguous { written, options } => {
                format!(
                    "write the option \"{}\" in full: it may mean {}",
                    shortened(written),
                    options.join(" or ")
                )
            }
            ParseError::NoValue(option) => {
                format!("give {0} its value, as in {0}=VALUE: Locust refuses it without one", option.flag())
            }
            ParseError::UnwantedValue(option) => {
                format!("write {} alone, or leave it out: it is a flag and takes no value", option.flag())
            }
            ParseError::Unseen(written) => {
                format!(
                    "write \"{}\" without the reference: it may become an option that the operator needs",
                    shortened(written)
                )
            }
        };
        Violation::new(path.clone(), message)
    };
    invocation.line.troubles.iter().map(say)
}

/// The role's own flag is there, and the other's is neither on the line nor in the environment.
fn mode(invocation: &Invocation, role: Role) -> Vec<Violation> {
    let (own, other, counterpart) = match role {
        Role::Master => (ConnectionOption::Master, ConnectionOption::Worker, Role::Worker),
        Role::Worker => (ConnectionOption::Worker, ConnectionOption::Master, Role::Master),
    };
    let in_environment =
        other.variable().and_then(|variable| Some((variable, invocation.environment.get(variable)?)));
    let mut found = Vec::new();
    // What the operator wrote must be there: a variable in its place would be one more thing to know.
    if !invocation.line.is_written(own) {
        let message = format!("add {} to the args: Locust runs as the test's {} by it", own.flag(), role);
        found.push(Violation::new(invocation.args.clone(), message));
    }
    if let Some(given) = invocation.line.last(other) {
        let message = match given.variable {
            Some(variable) => format!(
                "remove the variable {variable}, or set it to \"false\": it makes the {role} a {counterpart} as well"
            ),
            None => {
                format!("remove {}: the {} pod must not be a {counterpart} as well", other.flag(), role)
            }
        };
        found.push(Violation::new(given.path.clone(), message));
    } else if let Some((variable, (value, path))) = in_environment {
        let wrong = match value.known().map(flag_value) {
            Some(Some(_)) => None,
            Some(None) => Some("Locust takes only true and false here, and refuses to start".to_owned()),
            None => Some("what it will be cannot be seen".to_owned()),
        };
        found.extend(wrong.map(|wrong| {
            let message = format!("remove the variable {variable}, or set it to \"false\": {wrong}");
            Violation::new(path.clone(), message)
        }));
    }
    found
}

//! Variables that refer to others.

use std::collections::{BTreeMap, BTreeSet};

use podgraft_merge::diagnostic::Diagnostic;

use super::mounted::containers;
use crate::{
    codes,
    locust_command::{Part, Parts},
};
use podgraft_pod::cursor::Cursor;

/// Judges the order of the variables: a reference is resolved by those before it only.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/kubelet/kubelet_pods.go`, `makeEnvironmentVariables`.
pub(super) fn judge(spec: &Cursor<'_>) -> Vec<Diagnostic> {
    // Sources may set the same name, before all of env.
    let plain = containers(spec).into_iter().filter(|container| container.items("envFrom").is_empty());
    plain.flat_map(|container| of_container(&container)).collect()
}

fn of_container(container: &Cursor<'_>) -> Vec<Diagnostic> {
    let variables = container.items("env");
    let mut first = BTreeMap::new();
    for (index, variable) in variables.iter().enumerate() {
        first.entry(variable.text("name")).or_insert(index);
    }
    let mut found = Vec::new();
    for (index, variable) in variables.iter().enumerate() {
        let own = variable.text("name");
        let mut said = BTreeSet::new();
        for part in Parts::of(variable.text("value")) {
            let Part::Reference(name) = part else { continue };
            if first.get(name).is_none_or(|first| *first < index) || !said.insert(name) {
                continue;
            }
            let message = if name == own {
                format!("write out the value of \"{own}\": $({own}) is not known before the variable itself")
            } else {
                format!(
                    "move \"{name}\" before \"{own}\": $({name}) is resolved by the variables before it only"
                )
            };
            let help = "What is not known stays in the value as it is written. A variable of the image cannot be read. \
                        $setElementOrder/env: [FIRST, SECOND] beside env puts the variables of a template in order.";
            let path = variable.field("value");
            found.push(Diagnostic::warning(codes::VARIABLE_ORDER, message).at(path).help(help));
        }
    }
    found
}

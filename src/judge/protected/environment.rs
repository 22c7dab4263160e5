//! [`Environment`]: the variables of container `locust` as Locust sees them.

use std::collections::BTreeMap;

use super::expansion::{Text, expand};
use crate::{judge::at::At, path::FieldPath};

/// The variables of one container, after expansion.
#[derive(Debug, Default)]
pub(super) struct Environment {
    variables: BTreeMap<String, Text>,
    places: BTreeMap<String, FieldPath>,
}

impl Environment {
    /// Reads `env` of a container. Of two variables with one name the later counts; a value may
    /// refer to variables before it.
    ///
    /// # Source
    /// Kubernetes 1.37.2, `pkg/kubelet/kubelet_pods.go`, `makeEnvironmentVariables`.
    pub(super) fn read(container: &At<'_>) -> Self {
        let mut read = Self::default();
        for variable in container.items("env") {
            let Some(name) = variable.str("name") else { continue };
            let value = variable.text("value");
            let (text, path) = if value.is_empty() && variable.has("valueFrom") {
                let unseen = Text::Unseen { head: String::new(), written: format!("$({name})") };
                (unseen, variable.field("valueFrom"))
            } else {
                (expand(value, &read.variables), variable.field("value"))
            };
            read.variables.insert(name.to_owned(), text);
            read.places.insert(name.to_owned(), path);
        }
        read
    }

    /// All variables, for expanding a command line.
    pub(super) fn variables(&self) -> &BTreeMap<String, Text> {
        &self.variables
    }

    /// A variable's value and place.
    pub(super) fn get(&self, name: &str) -> Option<(&Text, &FieldPath)> {
        Some((self.variables.get(name)?, self.places.get(name)?))
    }
}

/// What `ConfigArgParse` makes of the value of a flag's variable.
///
/// # Source
/// `ConfigArgParse` 1.9.0, `configargparse.py`, `ArgParser.convert_item_to_command_line_arg`.
pub(super) fn flag_value(value: &str) -> Option<bool> {
    match value.to_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

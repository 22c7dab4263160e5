//! [`ContainerEnvironment`]: the variables of container `locust` as Locust sees them.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use serde_json::Value;

use super::{
    command_line::{Word, WordOrigin},
    expansion::{Expanded, expand},
    locust_option::{Arity, LocustOption},
    locust_options::OPTIONS,
};
use podgraft_merge::path::FieldPath;
use podgraft_pod::cursor::Cursor;

/// The variables of one container, after expansion.
#[derive(Debug, Default)]
pub(crate) struct ContainerEnvironment {
    variables: BTreeMap<String, Expanded>,
    /// Where `env` is.
    list: FieldPath,
    /// The variables of which only their source is written.
    from_sources: BTreeSet<String>,
    /// Where variables are that the command sets.
    set: BTreeMap<String, FieldPath>,
}

impl ContainerEnvironment {
    /// Reads `env` of a container. Of two variables with one name the later counts; a value may
    /// refer to variables before it.
    ///
    /// # Source
    /// Kubernetes 1.37.2, `pkg/kubelet/kubelet_pods.go`, `makeEnvironmentVariables`.
    pub(crate) fn read(container: &Cursor<'_>) -> Self {
        let mut read = Self { list: container.field("env"), ..Self::default() };
        let variables = container.value.get("env").and_then(Value::as_array);
        for variable in variables.into_iter().flatten() {
            let text = |field: &str| variable.get(field).and_then(Value::as_str);
            let Some(name) = text("name") else { continue };
            let value = text("value").unwrap_or_default();
            let is_sourced =
                value.is_empty() && variable.get("valueFrom").is_some_and(|from| !from.is_null());
            let text = if is_sourced {
                read.from_sources.insert(name.to_owned());
                Expanded::Unseen { head: String::new(), written: format!("$({name})") }
            } else {
                read.from_sources.remove(name);
                expand(value, &read.variables)
            };
            read.variables.insert(name.to_owned(), text);
        }
        read
    }

    /// All variables, for expanding a command line.
    pub(crate) fn variables(&self) -> &BTreeMap<String, Expanded> {
        &self.variables
    }

    /// A variable's value and place.
    pub(crate) fn get(&self, name: &str) -> Option<(&Expanded, FieldPath)> {
        let value = self.variables.get(name)?;
        let place = self.set.get(name).cloned().unwrap_or_else(|| {
            let field = if self.from_sources.contains(name) { "valueFrom" } else { "value" };
            self.list.item("name", name).field(field)
        });
        Some((value, place))
    }

    /// Sets a variable, as `env NAME=value` does before it starts a program.
    pub(crate) fn set(&mut self, name: &str, value: Expanded, path: FieldPath) {
        self.variables.insert(name.to_owned(), value);
        self.set.insert(name.to_owned(), path);
    }

    /// Removes a variable.
    pub(crate) fn unset(&mut self, name: &str) {
        self.variables.remove(name);
    }

    /// Removes all variables.
    pub(crate) fn clear(&mut self) {
        self.variables.clear();
    }

    /// The words of a command line with those that variables put among them, where the line does not have the
    /// option spelled in full. What a flag's variable says is not put there while it cannot be seen.
    ///
    /// # Source
    /// `ConfigArgParse` 1.9.0, `configargparse.py`, `ArgParser.parse_known_args`, `_find_insertion_index` and
    /// `already_on_command_line`.
    pub(crate) fn with_line(&self, line: Vec<Word>) -> Vec<Word> {
        let mut put: Vec<Word> = Vec::new();
        for option in OPTIONS {
            let Some((variable, (value, path))) =
                option.variable.and_then(|variable| Some((variable, self.get(variable)?)))
            else {
                continue;
            };
            if is_on_line(&line, option) {
                continue;
            }
            let place = WordOrigin::Variable(Rc::new(path));
            let word = |text| Word { text, place: place.clone(), variable: Some(variable) };
            put.extend(words_of(option, value).into_iter().map(word));
        }
        let is_end = |word: &Word| word.text.known() == Some("--");
        let is_option = |word: &Word| match &word.text {
            Expanded::Known(text) => text.starts_with('-'),
            Expanded::Unseen { head, .. } => head.starts_with('-'),
        };
        let index = line.iter().position(is_end).or_else(|| line.iter().position(is_option));
        let index = index.unwrap_or(line.len());
        let mut words = line;
        words.splice(index..index, put);
        words
    }
}

/// Whether a line has an option spelled in full before its `--`.
fn is_on_line(line: &[Word], option: &LocustOption) -> bool {
    let words = line.iter().take_while(|word| word.text.known() != Some("--"));
    let name = |word: &Word| {
        let (text, is_whole) = match &word.text {
            Expanded::Known(text) => (text, true),
            Expanded::Unseen { head, .. } => (head, false),
        };
        match text.split_once('=') {
            Some((name, _)) if text.starts_with('-') => option.strings.contains(&name),
            _ => is_whole && option.strings.contains(&text.as_str()),
        }
    };
    words.into_iter().any(name)
}

/// The words that the value of an option's variable puts on the line.
///
/// # Source
/// `ConfigArgParse` 1.9.0, `configargparse.py`, `ArgParser.convert_item_to_command_line_arg`.
fn words_of(option: &LocustOption, value: &Expanded) -> Vec<Expanded> {
    let Some(name) = option.strings.last() else { return Vec::new() };
    match (option.values, value) {
        (Arity::None, Expanded::Known(value)) if flag_value(value) == Some(true) => {
            vec![Expanded::Known((*name).to_owned())]
        }
        (Arity::None, _) => Vec::new(),
        (Arity::Many, Expanded::Known(value)) if value.is_empty() => Vec::new(),
        (Arity::Many, Expanded::Known(value)) if value.starts_with('[') && value.ends_with(']') => {
            let name = std::iter::once((*name).to_owned());
            name.chain(elements(value)).map(Expanded::Known).collect()
        }
        (_, Expanded::Known(value)) => vec![Expanded::Known(format!("{name}={value}"))],
        (_, Expanded::Unseen { head, written }) => {
            vec![Expanded::Unseen { head: format!("{name}={head}"), written: format!("{name}={written}") }]
        }
    }
}

/// The elements of a list in a variable: JSON, or what stands between commas.
fn elements(list: &str) -> Vec<String> {
    match serde_json::from_str::<Vec<Value>>(list) {
        Ok(elements) => elements
            .into_iter()
            .map(|element| element.as_str().map_or_else(|| element.to_string(), str::to_owned))
            .collect(),
        Err(_) => list
            .get(1..list.len().saturating_sub(1))
            .unwrap_or_default()
            .split(',')
            .map(|element| element.trim().to_owned())
            .collect(),
    }
}

/// What `ConfigArgParse` makes of the value of a flag's variable.
///
/// # Source
/// `ConfigArgParse` 1.9.0, `configargparse.py`, `ArgParser.convert_item_to_command_line_arg`.
pub(crate) fn flag_value(value: &str) -> Option<bool> {
    match value.to_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

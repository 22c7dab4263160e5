//! `values.yaml`: the values with what their comments say.

use std::fs;

use podgraft_pod::manifest;
use podgraft_testkit::files::root;
use serde_json::{Value, json};

/// Where the chart is.
pub(crate) const CHART: &str = "charts/podgraft";

/// A value of the chart, or a group of them.
#[derive(Debug)]
pub(crate) struct ChartValue {
    pub(crate) name: String,
    /// Where it stands, with dots.
    pub(crate) path: String,
    pub(crate) description: String,
    /// What its `@schema` lines say.
    pub(crate) narrowing: Value,
    pub(crate) default: Value,
    /// The values in a group; none in a value, which may be a map.
    pub(crate) members: Vec<ChartValue>,
}

/// A line with a key, and the comment above it.
struct KeyLine {
    indent: usize,
    name: String,
    comment: Vec<String>,
}

/// All values of the chart.
pub(crate) fn chart_values() -> Vec<ChartValue> {
    let text = fs::read_to_string(root().join(CHART).join("values.yaml")).unwrap();
    let defaults = yaml(&text);
    let lines = key_lines(&text);
    let mut rest = lines.as_slice();
    let values = members(&mut rest, 0, "", &defaults);
    assert!(rest.is_empty());
    values
}

/// The one document of a text.
pub(crate) fn yaml(text: &str) -> Value {
    let read = manifest::read("text", text.as_bytes());
    assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
    let [document] = read.documents.as_slice() else { panic!("{} documents", read.documents.len()) };
    document.value.clone()
}

fn key_lines(text: &str) -> Vec<KeyLine> {
    let (mut lines, mut comment) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let trimmed = line.trim_start();
        if let Some(words) = trimmed.strip_prefix("# ") {
            comment.push(words.to_owned());
        } else if let Some((name, _)) = trimmed.split_once(':')
            && !trimmed.starts_with('-')
        {
            let comment = std::mem::take(&mut comment);
            lines.push(KeyLine { indent: line.len() - trimmed.len(), name: name.to_owned(), comment });
        } else {
            comment.clear();
        }
    }
    lines
}

/// The values at this indentation, up to the first line with less.
fn members(lines: &mut &[KeyLine], indent: usize, above: &str, defaults: &Value) -> Vec<ChartValue> {
    let mut values = Vec::new();
    while let [line, rest @ ..] = *lines
        && line.indent >= indent
    {
        *lines = rest;
        let path = if above.is_empty() { line.name.clone() } else { format!("{above}.{}", line.name) };
        let default = defaults[&line.name].clone();
        let mut members = members(lines, indent + 2, &path, &default);
        // Without a comment, what is in a map is its default.
        if members.iter().all(|member| member.description.is_empty() && member.members.is_empty()) {
            members.clear();
        }
        let (narrowing, words): (Vec<&String>, Vec<&String>) =
            line.comment.iter().partition(|words| words.starts_with("@schema "));
        let mut schema = json!({});
        for words in narrowing {
            let words: Value = serde_json::from_str(&words["@schema ".len()..]).expect(&path);
            schema.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
        }
        let description = words.iter().map(|words| words.as_str()).collect::<Vec<_>>().join(" ");
        values.push(ChartValue {
            name: line.name.clone(),
            path,
            description,
            narrowing: schema,
            default,
            members,
        });
    }
    values
}

/// What the public operator's chart has, and this one has not or reads otherwise.
pub(crate) struct PublicValue {
    pub(crate) path: String,
    pub(crate) instead: String,
    pub(crate) entry: Value,
}

/// `files/public-chart.yaml`.
pub(crate) fn public_values() -> Vec<PublicValue> {
    let text = fs::read_to_string(root().join(CHART).join("files/public-chart.yaml")).unwrap();
    let words = |entry: &Value, key: &str| entry[key].as_str().unwrap().to_owned();
    let entries = yaml(&text)["values"].as_array().unwrap().clone();
    entries
        .into_iter()
        .map(|entry| PublicValue { path: words(&entry, "path"), instead: words(&entry, "instead"), entry })
        .collect()
}

//! [`EnvValues`]: keeps the values of environment variables out of what others than their author read.
//!
//! Passwords should be in Secrets, and are in `value` all the same. Whoever may read a test's status, its events or a log may not be allowed
//! to read the test. So what an operator says there has no value of a variable in it, whatever made the message.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use aho_corasick::{AhoCorasick, MatchKind};
use podgraft_merge::{
    diagnostic::Diagnostic,
    path::{FieldPath, Segment},
};
use serde_json::Value;

/// What stands where a value was.
pub const REDACTED: &str = "<redacted>";

/// Fields that hold variables: Kubernetes' own, that of typed fields, and those that people write for them.
const LISTS: [&str; 6] = ["env", "variables", "environment", "envs", "envVars", "environmentVariables"];
/// What a variable has beside its value.
const NOT_VALUES: [&str; 2] = ["name", "valueFrom"];
/// A value of this length is no word that a message has anyway: it goes wherever it is.
const LONG: usize = 12;
/// A value of this length goes where it is a word of its own, and a shorter one only in quotes.
const WORD: usize = 6;
/// To how many characters messages shorten what is longer.
const SHORTENED: usize = 60;

/// The values of the environment variables of some objects.
#[derive(Debug, Default)]
pub struct EnvValues(Search);

/// How values are found in a text.
#[derive(Debug, Default)]
enum Search {
    /// There are none.
    #[default]
    Nothing,
    Values(AhoCorasick),
    /// There are more than can be searched for at once.
    Everything,
}

impl EnvValues {
    /// The values in these objects: pods, templates, whatever has lists or maps of variables at any depth.
    #[must_use]
    pub fn of<'v>(objects: impl IntoIterator<Item = &'v Value>) -> Self {
        let (mut values, mut names) = (HashSet::new(), HashSet::new());
        for object in objects {
            collect(object, &mut values, &mut names);
        }
        values.retain(|value| !value.is_empty() && !names.contains(value.as_ref()));
        if values.is_empty() {
            return Self::default();
        }
        let searched = values.iter().flat_map(|value| forms(value));
        let searched = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(searched);
        Self(searched.map_or(Search::Everything, Search::Values))
    }

    /// The text without the values.
    #[must_use]
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let searched = match &self.0 {
            Search::Nothing => return Cow::Borrowed(text),
            Search::Values(searched) => searched,
            Search::Everything => return Cow::Borrowed(REDACTED),
        };
        let (mut redacted, mut from) = (String::new(), 0);
        for found in searched.find_iter(text) {
            if goes(text, found.start(), found.end()) {
                redacted.push_str(&text[from..found.start()]);
                redacted.push_str(REDACTED);
                from = found.end();
            }
        }
        if from == 0 { Cow::Borrowed(text) } else { Cow::Owned(redacted + &text[from..]) }
    }

    /// The diagnostic without the values in its words. Its path stays.
    #[must_use]
    pub fn redact_diagnostic(&self, diagnostic: Diagnostic) -> Diagnostic {
        let message = self.redact(&diagnostic.message).into_owned();
        let help = diagnostic.help.as_deref().map(|help| self.redact(help).into_owned());
        Diagnostic { message, help, ..diagnostic }
    }
}

/// A value at a path of a pod or of a template, without the values of variables in it.
#[must_use]
pub fn redacted(path: &FieldPath, value: &Value) -> Value {
    replaced(path, value, &mut |value| *value = Value::from(REDACTED))
}

/// Takes the values of variables out of several objects, so that it can still be seen which are equal: each value has a
/// number of its own, `<redacted 1>`.
#[derive(Debug, Default)]
pub struct NumberedValues(HashMap<String, usize>);

impl NumberedValues {
    /// A value at a path of a pod or of a template, or an object as a whole, with numbers for the values of variables in it.
    pub fn redacted(&mut self, path: &FieldPath, value: &Value) -> Value {
        replaced(path, value, &mut |value| {
            let next = self.0.len() + 1;
            let number = self.0.entry(value.to_string()).or_insert(next);
            *value = Value::from(format!("<redacted {number}>"));
        })
    }
}

/// A value at a path, with something else for the values of variables in it.
fn replaced(path: &FieldPath, value: &Value, replace: &mut impl FnMut(&mut Value)) -> Value {
    let mut value = value.clone();
    let names: Vec<&str> = path.segments().iter().filter_map(field_name).collect();
    match names.iter().rposition(|name| LISTS.contains(name)) {
        // In a list of variables: the field of a variable, or a whole one.
        Some(list) => match names.get(list + 1) {
            Some(name) if NOT_VALUES.contains(name) => {}
            Some(_) => replace(&mut value),
            None => replace_variables(&mut value, replace),
        },
        None => replace_below(&mut value, replace),
    }
    value
}

fn field_name(segment: &Segment) -> Option<&str> {
    match segment {
        Segment::Field(name) => Some(name),
        _ => None,
    }
}

fn replace_below(value: &mut Value, replace: &mut impl FnMut(&mut Value)) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                if LISTS.contains(&name.as_str()) {
                    replace_variables(inner, replace);
                } else {
                    replace_below(inner, replace);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace_below(item, replace)),
        _ => {}
    }
}

/// A list or map of variables, one variable, or the value of one.
fn replace_variables(value: &mut Value, replace: &mut impl FnMut(&mut Value)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace_variables(item, replace)),
        Value::Object(fields) => {
            let others = fields.iter_mut().filter(|(name, _)| !NOT_VALUES.contains(&name.as_str()));
            others.for_each(|(_, inner)| replace_variables(inner, replace));
        }
        Value::Null => {}
        scalar => replace(scalar),
    }
}

/// Collects the values of variables in an object, and its names, which are no secrets.
fn collect<'v>(object: &'v Value, values: &mut HashSet<Cow<'v, str>>, names: &mut HashSet<&'v str>) {
    match object {
        Value::Object(fields) => {
            for (name, inner) in fields {
                if name == "name" {
                    names.extend(inner.as_str());
                } else if LISTS.contains(&name.as_str()) {
                    collect_variables(inner, values, names);
                } else {
                    collect(inner, values, names);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, values, names)),
        _ => {}
    }
}

fn collect_variables<'v>(value: &'v Value, values: &mut HashSet<Cow<'v, str>>, names: &mut HashSet<&'v str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_variables(item, values, names)),
        Value::Object(fields) => {
            names.extend(fields.get("name").and_then(Value::as_str));
            let others = fields.iter().filter(|(name, _)| !NOT_VALUES.contains(&name.as_str()));
            others.for_each(|(_, inner)| collect_variables(inner, values, names));
        }
        Value::String(text) => {
            // NAME=value, as other programs write it.
            values.extend(text.split_once('=').map(|(_, value)| Cow::Borrowed(value)));
            values.insert(Cow::Borrowed(text));
        }
        Value::Null => {}
        scalar => {
            values.insert(Cow::Owned(scalar.to_string()));
        }
    }
}

/// How a value may stand in a message: as it is, escaped, and the beginnings of both.
fn forms(value: &str) -> Vec<String> {
    let json = Value::from(value).to_string();
    let escaped = json[1..json.len() - 1].to_owned();
    let debug = format!("{value:?}");
    let mut forms = vec![value.to_owned(), escaped, debug[1..debug.len() - 1].to_owned()];
    forms.dedup();
    let beginning = |form: &String| {
        let (end, _) = form.char_indices().nth(SHORTENED)?;
        Some(form[..end].to_owned())
    };
    let beginnings: Vec<String> = forms.iter().filter_map(beginning).collect();
    forms.extend(beginnings);
    forms
}

/// Whether what was found is to go: not a word that a message has anyway, and not a part of a path.
fn goes(text: &str, start: usize, end: usize) -> bool {
    let (before, after) = (&text[..start], &text[end..]);
    if before.ends_with("=\"")
        && before.contains('[')
        && (after.starts_with("\"]") || after.starts_with("\","))
    {
        return false;
    }
    let is_quoted = before.ends_with(['"', '\'', '`']) && after.starts_with(['"', '\'', '`']);
    let is_word = !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric);
    let length = end - start;
    is_quoted || length >= LONG || (length >= WORD && is_word)
}

#[cfg(test)]
mod tests {
    use podgraft_merge::schema::FieldType;
    use serde_json::json;

    use super::*;

    fn values() -> EnvValues {
        EnvValues::of([&json!({"spec": {
            "containers": [{"name": "locust", "env": [
                {"name": "A", "value": "hunter2hunter2"}, {"name": "B", "value": "true"}, {"name": "C", "value": "locust"},
                {"name": "D", "value": "two \"words\""}, {"name": "E", "value": "x".repeat(80)}, {"name": "F", "value": 8080},
                {"name": "G", "valueFrom": {"secretKeyRef": {"name": "shop", "key": "token"}}}
            ]}],
            "env": {"variables": [{"name": "H", "value": "secret"}]},
            "eachContainer": {"env": {"I": "map-value"}}
        }})])
    }

    #[test]
    fn values_go_and_words_stay() {
        let values = values();
        for (text, expected) in [
            ("A is hunter2hunter2", "A is <redacted>"),
            ("xhunter2hunter2y", "x<redacted>y"),
            ("it is true that \"true\" is not true", "it is true that \"<redacted>\" is not true"),
            ("container \"locust\" has no image", "container \"locust\" has no image"),
            (r#"write "two \"words\"""#, r#"write "<redacted>""#),
            ("secrets are secret", "secrets are <redacted>"),
            ("quote 8080: \"8080\"", "quote 8080: \"<redacted>\""),
            (".spec.env[name=\"secret\"].value", ".spec.env[name=\"secret\"].value"),
            ("key \"token\" of shop", "key \"token\" of shop"),
            ("a map: map-value", "a map: <redacted>"),
        ] {
            assert_eq!(values.redact(text), expected, "{text}");
        }
        let shortened = format!("\"{}...\"", "x".repeat(60));
        assert_eq!(values.redact(&shortened), "\"<redacted>...\"");
        assert_eq!(EnvValues::default().redact("anything"), "anything");
    }

    #[test]
    fn values_of_variables_go_from_values() {
        let of = |path: &str, value: Value| {
            redacted(&FieldPath::parse(path, FieldType::pod_template()).unwrap(), &value)
        };
        assert_eq!(of(".spec.containers[name=\"a\"].env[name=\"A\"].value", json!("x")), json!(REDACTED));
        assert_eq!(of(".spec.containers[name=\"a\"].env[name=\"A\"].name", json!("x")), json!("x"));
        assert_eq!(of(".spec.containers[name=\"a\"].image", json!("x")), json!("x"));
        let variable = json!({"name": "A", "value": "x"});
        let gone = json!({"name": "A", "value": REDACTED});
        assert_eq!(of(".spec.containers[name=\"a\"].env[name=\"A\"]", variable.clone()), gone);
        assert_eq!(of(".spec.containers[name=\"a\"].env", json!([variable])), json!([gone]));
        assert_eq!(
            of(".spec", json!({"containers": [{"env": [variable], "args": ["x"]}]})),
            json!({"containers": [{"env": [gone], "args": ["x"]}]})
        );
        let reference = json!({"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}});
        assert_eq!(of(".spec.containers[name=\"a\"].env[name=\"A\"]", reference.clone()), reference);
    }
}

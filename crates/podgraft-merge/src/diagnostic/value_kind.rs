//! What to do about a value of another kind than its place wants: a map, a list or a single value.

use serde_json::{Map, Value};

/// The three kinds of value that a field can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// A map of fields.
    Map,
    /// A list of items.
    List,
    /// A text, a number, a boolean or null.
    Scalar,
}

impl ValueKind {
    /// The kind of a value.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Object(_) => Self::Map,
            Value::Array(_) => Self::List,
            _ => Self::Scalar,
        }
    }

    /// What people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Map => "a map",
            Self::List => "a list",
            Self::Scalar => "a single value",
        }
    }
}

/// What the items of a list are, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedItems<'k> {
    /// Maps that are known by this field.
    Keyed(&'k str),
    /// Maps that nothing identifies.
    Maps,
    /// Single values.
    Scalars,
    /// Anything.
    Unknown,
}

/// A place: its name, what it wants, and how a list there takes changes.
#[derive(Debug, Clone, Copy)]
pub struct ExpectedValue<'k> {
    /// The name of the field.
    pub name: &'k str,
    /// What it holds.
    pub kind: ValueKind,
    /// What its items are, where it holds a list.
    pub items: ExpectedItems<'k>,
    /// Whether directives such as `$append` mean something there.
    pub is_patch: bool,
}

/// How a value becomes what its place wants, as the end of a sentence; empty where nothing is to be guessed.
pub fn mend(wanted: ExpectedValue<'_>, value: &Value) -> String {
    let advice = match (wanted.kind, value) {
        (ValueKind::List, Value::Object(map)) => list_from_map(wanted, map),
        (ValueKind::List, scalar) => list_from_scalar(wanted, scalar),
        (ValueKind::Map, Value::Array(items)) => Some(map_from_list(items)),
        (ValueKind::Map, scalar) => map_from_scalar(scalar),
        (ValueKind::Scalar, Value::Array(items)) => scalar_from_list(items),
        (ValueKind::Scalar, Value::Object(map)) => scalar_from_map(wanted.name, map),
        (ValueKind::Scalar, _) => None,
    };
    advice.map_or_else(String::new, |advice| format!(": {advice}"))
}

fn list_from_map(wanted: ExpectedValue<'_>, map: &Map<String, Value>) -> Option<String> {
    // Maps are sorted by name; people write these first.
    let usual = ["name", "key", "containerPort", "ip"].into_iter().find_map(|key| map.get_key_value(key));
    let (key, value) = usual.or_else(|| map.iter().next())?;
    if let Some(item) = key.strip_prefix('-').filter(|item| item.starts_with(char::is_alphabetic)) {
        return Some(format!("put a space behind the dash, - {item}: {}", shown(value)));
    }
    if let Some(item) = key.strip_prefix(['•', '*', '–', '—']) {
        return Some(format!("put a dash before each item, - {}: {}", item.trim_start(), shown(value)));
    }
    let directive = map.keys().find_map(|key| directive(key));
    match directive {
        Some(word) => Some(directed(wanted, word, map)),
        None => Some(match (wanted.items, value) {
            (ExpectedItems::Scalars, _) if map.len() == 1 => {
                format!("write each item behind a dash, - {key}: ...")
            }
            (ExpectedItems::Scalars, _) => "write each item behind a dash".to_owned(),
            _ if is_item(wanted, map) => {
                format!("put a dash before its first field, - {key}: {}", shown(value))
            }
            (ExpectedItems::Keyed(name), Value::Object(_)) => {
                format!("write each as an item that has its name inside, - {name}: {key}")
            }
            (ExpectedItems::Keyed(name), scalar) if !scalar.is_array() => {
                format!("write each as an item, - {{{name}: {key}, value: {}}}", shown(scalar))
            }
            (ExpectedItems::Unknown, scalar) if wanted.name == "variables" && !scalar.is_array() => {
                format!("write each as an item, - {{name: {key}, value: {}}}", shown(scalar))
            }
            _ => format!("put a dash before its first field, - {key}: {}", shown(value)),
        }),
    }
}

/// The directive that a key is, with or without its `$`.
fn directive(key: &str) -> Option<&'static str> {
    const WORDS: [&str; 5] = ["append", "prepend", "deleteFromPrimitiveList", "setElementOrder", "patch"];
    let word = key.trim_start_matches('$');
    let known = WORDS.into_iter().find(|known| *known == word)?;
    // Without the $, a field of an item may be called so.
    (key.starts_with('$') || known != "patch").then_some(known)
}

fn directed(wanted: ExpectedValue<'_>, word: &str, map: &Map<String, Value>) -> String {
    let name = wanted.name;
    if !wanted.is_patch {
        return "write the items themselves: directives are for the pod templates".to_owned();
    }
    let verb = map.values().next().and_then(Value::as_str).unwrap_or_default();
    match (word, wanted.items) {
        ("patch", _) if verb == "delete" => {
            format!("to remove the list, write $unset: [{name}] in its place")
        }
        ("patch", ExpectedItems::Keyed(_)) => "write - $patch: replace as the first of its items".to_owned(),
        ("patch", _) => "write the items alone: they replace the list".to_owned(),
        ("append" | "prepend", ExpectedItems::Keyed(key)) => {
            format!("write the items themselves: they merge by {key}, and new ones go last")
        }
        _ => format!("write ${word}/{name}: [...] in its place"),
    }
}

/// Whether a map is an item of the list that is wanted, and not one of all items by their names.
fn is_item(wanted: ExpectedValue<'_>, map: &Map<String, Value>) -> bool {
    const FIELDS: [&str; 10] = [
        "name",
        "key",
        "operator",
        "effect",
        "mountPath",
        "containerPort",
        "value",
        "valueFrom",
        "ip",
        "topologyKey",
    ];
    let is_key = |name: &str| matches!(wanted.items, ExpectedItems::Keyed(key) if key == name);
    map.keys().any(|name| is_key(name) || FIELDS.contains(&name.as_str()))
}

fn list_from_scalar(wanted: ExpectedValue<'_>, value: &Value) -> Option<String> {
    let Some(text) = value.as_str() else {
        return Some(match wanted.items {
            ExpectedItems::Keyed(key) => format!("write [{{{key}: {value}}}]"),
            ExpectedItems::Maps => return None,
            ExpectedItems::Scalars | ExpectedItems::Unknown => format!("write [{}]", quoted(value)),
        });
    };
    if text.starts_with('-') && text[1..].starts_with(char::is_alphanumeric) && text.contains(['\n', ':']) {
        return Some("put a space behind each dash".to_owned());
    }
    if text.contains('\n') {
        return Some(BLOCK.to_owned());
    }
    match (wanted.items, text.split_once('=')) {
        (ExpectedItems::Keyed("name"), Some((name, value))) if wanted.name == "env" => {
            Some(format!("write [{{name: {name}, value: {value}}}]"))
        }
        (ExpectedItems::Keyed(key), _) => Some(format!("write [{{{key}: {text}}}]")),
        (ExpectedItems::Maps, _) => None,
        (ExpectedItems::Unknown, _) if wanted.name == "imagePullSecrets" => {
            Some(format!("write [{{name: {text}}}]"))
        }
        (ExpectedItems::Scalars | ExpectedItems::Unknown, _)
            if text.contains(' ') && !text.contains(['"', '\'', '$', '\\']) =>
        {
            let words: Vec<String> = text.split_whitespace().map(|word| quoted(&Value::from(word))).collect();
            Some(format!("write [{}], each word an item", words.join(", ")))
        }
        (ExpectedItems::Scalars | ExpectedItems::Unknown, _) => Some(format!("write [{}]", quoted(value))),
    }
}

fn map_from_list(items: &[Value]) -> String {
    let first = items.first();
    let named = first.and_then(|item| Some((item.get("name")?.as_str()?, item.get("value")?)));
    match (first, named) {
        (None, _) => "write {} for an empty one".to_owned(),
        (_, Some((name, value))) => {
            format!("write each as a field, {name}: {}, without a dash", shown(value))
        }
        (Some(Value::Object(_)), _) if items.len() == 1 => "remove the dash before its fields".to_owned(),
        (Some(Value::Object(_)), _) => "remove the dashes before its fields".to_owned(),
        (Some(Value::String(text)), _) => match text.split_once(['=', ':']) {
            Some((key, value)) if !key.is_empty() && !key.contains(' ') => {
                format!("write each as a field, {key}: {value}, without a dash")
            }
            _ => "write fields, as in name: value, without a dash".to_owned(),
        },
        _ => "write fields, as in name: value, without a dash".to_owned(),
    }
}

fn map_from_scalar(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let first = text.split_whitespace().next().unwrap_or_default();
    if let Some((key, value)) = glued_field(first) {
        return Some(format!("put a space behind the colon, {key}: {value}"));
    }
    if text.contains('\n') {
        return Some(BLOCK.to_owned());
    }
    let (key, value) = text.split_once('=').filter(|(key, _)| !key.is_empty() && !key.contains(' '))?;
    Some(format!("write {key}: {value}, on a line below"))
}

/// What to do about a text of several lines where a map or list is wanted: `|` and `>` make one of all that follows.
const BLOCK: &str = "remove the | or > before it, which makes one text of all its lines";

fn scalar_from_list(items: &[Value]) -> Option<String> {
    match items {
        [only] if ValueKind::of(only) == ValueKind::Scalar => {
            Some(format!("write {}, without dash or brackets", shown(only)))
        }
        _ => None,
    }
}

fn scalar_from_map(of: &str, map: &Map<String, Value>) -> Option<String> {
    let text =
        |name: &str| map.get(name).filter(|value| ValueKind::of(value) == ValueKind::Scalar).map(shown);
    if let (Some(repository), Some(tag)) = (text("repository").or_else(|| text("name")), text("tag")) {
        return Some(format!("write {repository}:{tag}"));
    }
    let sources = ["secretKeyRef", "configMapKeyRef", "fieldRef", "resourceFieldRef", "valueFrom"];
    if let Some(source) = sources.into_iter().find(|source| map.contains_key(*source)) {
        let advice = match (of, source) {
            ("value", "valueFrom") => "write valueFrom in place of value",
            ("value", _) => "write valueFrom: in place of value:",
            _ => "write the text itself: only variables of env take theirs from elsewhere",
        };
        return Some(advice.to_owned());
    }
    if ["nodeAffinity", "podAffinity", "podAntiAffinity"].contains(&of) {
        return Some("move it to affinity: a nodeSelector has labels only, each with its value".to_owned());
    }
    let mut fields = map.iter();
    match (fields.next(), fields.next()) {
        (Some((name, only)), None) if name == "name" && ValueKind::of(only) == ValueKind::Scalar => {
            Some(format!("write {} alone", shown(only)))
        }
        _ => None,
    }
}

/// What to do about a text that stands for an item of a list that is known by `key`.
#[must_use]
pub fn keyed_item(key: &str, text: &str) -> String {
    match glued_field(text) {
        Some((name, value)) if name == key => format!("put a space behind the colon, - {key}: {value}"),
        _ => format!("write {{{key}: {text}}}"),
    }
}

/// Key and value of a text that is a field but for the space behind its colon.
pub fn glued_field(text: &str) -> Option<(&str, &str)> {
    let (key, value) = text.split_once(':')?;
    let name = key.trim_matches(['"', '\'']);
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_./$".contains(letter));
    let is_address =
        value.starts_with("//") || value.starts_with(':') || value.starts_with(char::is_whitespace);
    (is_name && !value.is_empty() && !is_address).then_some((key, value))
}

/// A single value as YAML has it, cut to what a line can take; `...` for any other.
fn shown(value: &Value) -> String {
    const LENGTH: usize = 40;
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Object(_) | Value::Array(_) => "...".to_owned(),
        other => other.to_string(),
    };
    if text.chars().count() <= LENGTH {
        return text;
    }
    text.chars().take(LENGTH).chain("...".chars()).collect()
}

/// A single value as an item between brackets.
fn quoted(value: &Value) -> String {
    format!("\"{}\"", shown(value).replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_another_kind_are_mended() {
        let list = |name, items| ExpectedValue { name, kind: ValueKind::List, items, is_patch: true };
        let (map, scalar) = (
            ExpectedValue { name: "x", kind: ValueKind::Map, items: ExpectedItems::Unknown, is_patch: true },
            ExpectedValue {
                name: "x",
                kind: ValueKind::Scalar,
                items: ExpectedItems::Unknown,
                is_patch: true,
            },
        );
        let (named, maps, scalars) =
            (ExpectedItems::Keyed("name"), ExpectedItems::Maps, ExpectedItems::Scalars);
        for (wanted, value, advice) in [
            (
                list("tolerations", maps),
                json!({"$append": []}),
                "write $append/tolerations: [...] in its place",
            ),
            (
                list("tolerations", maps),
                json!({"prepend": []}),
                "write $prepend/tolerations: [...] in its place",
            ),
            (
                list("tolerations", maps),
                json!({"$patch": "replace"}),
                "write the items alone: they replace the list",
            ),
            (
                list("tolerations", maps),
                json!({"$patch": "delete"}),
                "to remove the list, write $unset: [tolerations] in its place",
            ),
            (
                list("tolerations", maps),
                json!({"key": "spot"}),
                "put a dash before its first field, - key: spot",
            ),
            (
                list("volumes", named),
                json!({"$append": []}),
                "write the items themselves: they merge by name, and new ones go last",
            ),
            (
                list("volumes", named),
                json!({"$patch": "replace"}),
                "write - $patch: replace as the first of its items",
            ),
            (
                list("volumes", named),
                json!({"data": {}}),
                "write each as an item that has its name inside, - name: data",
            ),
            (list("env", named), json!({"A": 1}), "write each as an item, - {name: A, value: 1}"),
            (list("env", named), json!("A=b"), "write [{name: A, value: b}]"),
            (list("imagePullSecrets", named), json!("regcred"), "write [{name: regcred}]"),
            (list("ports", ExpectedItems::Keyed("containerPort")), json!(80), "write [{containerPort: 80}]"),
            (list("args", scalars), json!("--tags x"), "write [\"--tags\", \"x\"], each word an item"),
            (
                list("args", scalars),
                json!("a: b\n"),
                "remove the | or > before it, which makes one text of all its lines",
            ),
            (list("volumes", named), json!({"-name": "a"}), "put a space behind the dash, - name: a"),
            (list("volumes", named), json!({"• name": "a"}), "put a dash before each item, - name: a"),
            (list("tolerations", maps), json!({"-key": "spot"}), "put a space behind the dash, - key: spot"),
            (list("args", scalars), json!("-a: b"), "put a space behind each dash"),
            (map, json!(["a=b"]), "write each as a field, a: b, without a dash"),
            (map, json!([{"name": "a", "value": "b"}]), "write each as a field, a: b, without a dash"),
            (map, json!([{"a": {}}]), "remove the dash before its fields"),
            (map, json!("replicas:3"), "put a space behind the colon, replicas: 3"),
            (scalar, json!(["a"]), "write a, without dash or brackets"),
            (scalar, json!({"repository": "a", "tag": "b"}), "write a:b"),
            (
                ExpectedValue { name: "value", ..scalar },
                json!({"secretKeyRef": {}}),
                "write valueFrom: in place of value:",
            ),
        ] {
            assert_eq!(mend(wanted, &value), format!(": {advice}"), "{value}");
        }
    }
}

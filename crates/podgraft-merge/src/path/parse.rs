//! Reading paths: the inverse of a [`FieldPath`]'s `Display`.

use serde_json::Value;

use super::{FieldPath, Segment};
use crate::schema::{FieldType, Type};

impl FieldPath {
    /// Reads a path as it is displayed, of a value of type `ty`.
    ///
    /// The type tells how far a key of a free map goes, in which dots are no separators:
    /// `.metadata.labels.app.kubernetes.io/name`.
    ///
    /// # Errors
    /// What to correct, as one line.
    pub fn parse(text: &str, mut ty: FieldType) -> Result<Self, String> {
        let mut path = Self::root();
        let mut rest = if text == "." { "" } else { text };
        while !rest.is_empty() {
            let (segment, after) = match rest.split_at_checked(1) {
                Some((".", key)) if holds_scalars(ty) => (Segment::Field(key.to_owned()), ""),
                Some((".", field)) => {
                    let (name, after) = name(field)?;
                    (Segment::Field(name), after)
                }
                Some(("[", inner)) => {
                    let (segment, after) = bracket(inner)?;
                    (segment.ok_or("name one item in place of [*]")?, after)
                }
                _ => return Err(format!("write a \".\" or \"[\" before \"{rest}\"")),
            };
            ty = ty.below(&segment);
            path.push(segment);
            rest = after;
        }
        Ok(path)
    }
}

/// Whether this is a free map of scalars: what follows it in a path is one key, whatever is in it.
fn holds_scalars(ty: FieldType) -> bool {
    matches!(ty.ty(), Type::Map(Type::Scalar(_) | Type::Custom(..)))
}

/// A field's name, and what follows it.
pub(super) fn name(text: &str) -> Result<(String, &str), String> {
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() {
        return Err("write a field's name after each \".\"".to_owned());
    }
    let usual = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '$' | '/');
    match name.chars().find(|letter| !usual(*letter)) {
        Some(odd) => Err(format!("write the field \"{name}\" as [\"{name}\"]: it has a {odd:?} in it")),
        None => Ok((name.to_owned(), rest)),
    }
}

/// The segment between `[` and `]`, `None` for `[*]`, and what follows it.
pub(super) fn bracket(text: &str) -> Result<(Option<Segment>, &str), String> {
    let unclosed = || format!("close the bracket of \"[{text}\"");
    if let Some(rest) = text.strip_prefix("*]") {
        return Ok((None, rest));
    }
    if text.starts_with('"') {
        let (value, rest) = scalar(text)?;
        let name = value.as_str().unwrap_or_default().to_owned();
        let rest = rest.strip_prefix(']').ok_or_else(unclosed)?;
        return Ok((Some(Segment::Field(name)), rest));
    }
    if let Some(item) = text.strip_prefix('=') {
        let (value, rest) = scalar(item)?;
        return Ok((Some(Segment::Item(value)), rest.strip_prefix(']').ok_or_else(unclosed)?));
    }
    let end = text.find([']', '=']).ok_or_else(unclosed)?;
    if text[end..].starts_with(']') {
        let index = text[..end].parse().map_err(|_| {
            format!(
                "write what is in the brackets as * , an index, \"a field\" or key=value: \"{}\" is none",
                &text[..end]
            )
        })?;
        return Ok((Some(Segment::Index(index)), &text[end + 1..]));
    }
    let mut keys = Vec::new();
    let mut rest = text;
    loop {
        let (key, after) = rest.split_once('=').ok_or_else(unclosed)?;
        let (value, after) = scalar(after)?;
        keys.push((key.trim().to_owned(), value));
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None => {
                return Ok((Some(Segment::Key(keys)), after.strip_prefix(']').ok_or_else(unclosed)?));
            }
        }
    }
}

/// A scalar in JSON, or a bare word as a string, and what follows it.
fn scalar(text: &str) -> Result<(Value, &str), String> {
    if text.starts_with('"') {
        let mut escaped = false;
        for (index, letter) in text.char_indices().skip(1) {
            match letter {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    let value = serde_json::from_str(&text[..=index])
                        .map_err(|error| format!("correct the string {}: {error}", &text[..=index]))?;
                    return Ok((value, &text[index + 1..]));
                }
                _ => {}
            }
        }
        return Err(format!("close the quotes of {text}"));
    }
    if text.starts_with(['{', '[']) {
        // No key that the API server takes, but one that a path may have to name.
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        let value = values.next().and_then(Result::ok).ok_or_else(|| format!("correct the value {text}"))?;
        return Ok((value, text.get(values.byte_offset()..).unwrap_or_default()));
    }
    let end = text.find([',', ']']).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    if word.is_empty() {
        return Err("write a value after each \"=\" in brackets".to_owned());
    }
    Ok((serde_json::from_str(word).unwrap_or_else(|_| Value::from(word)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_displayed() {
        for text in [
            ".",
            ".spec.containers[name=\"a]\\\"b\"].ports[containerPort=80,protocol=\"TCP\"].name",
            ".spec.containers[name={\"a\":[1,\"]\"]}].args[3]",
            ".metadata.finalizers[=\"kubernetes.io/pvc\"]",
            ".metadata.labels.app.kubernetes.io/na me[0]",
            ".spec.containers[name=\"a\"].resources.limits.nvidia.com/gpu",
            ".spec.nodeSelector.a.b",
        ] {
            let path = FieldPath::parse(text, FieldType::pod_template()).unwrap();
            assert_eq!(path.to_string(), text);
        }
        let labels = FieldPath::parse(".metadata.labels.a.b/c", FieldType::pod_template()).unwrap();
        assert_eq!(labels, FieldPath::fields(["metadata", "labels", "a.b/c"]));
        for text in ["spec", ".spec.containers[*].image", ".spec[", ".spec..x"] {
            assert!(FieldPath::parse(text, FieldType::pod_template()).is_err(), "{text}");
        }
    }
}

//! Values to text that kubectl reads back the same.

use std::{fmt::Write, io};

use serde::Serialize;
use serde_json::{
    Value,
    ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer},
};

use super::scalar::{self, Scalar};

/// One YAML document: block style, keys in the map's order, a newline at the end.
#[must_use]
pub fn to_yaml(value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => fields(&mut text, map, 0),
        Value::Array(list) if !list.is_empty() => items(&mut text, list, 0),
        other => {
            scalar_or_empty(&mut text, other, 0);
            text.push('\n');
        }
    }
    text
}

/// A scalar, or an empty map or list, in YAML on one line.
#[must_use]
pub(crate) fn to_yaml_line(value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::String(written) => string(&mut text, written, None),
        Value::Array(items) if !items.is_empty() => return to_json_line(value),
        Value::Object(fields) if !fields.is_empty() => return to_json_line(value),
        other => scalar_or_empty(&mut text, other, 0),
    }
    text
}

/// Indented JSON as kubectl prints it, a newline at the end.
#[must_use]
pub fn to_json(value: &Value) -> String {
    let mut text = print(value, PrettyFormatter::with_indent(b"    "));
    text.push('\n');
    text
}

/// JSON on one line, without its end.
#[must_use]
pub fn to_json_line(value: &Value) -> String {
    print(value, CompactFormatter)
}

/// [`to_json_line`], behind what is there.
pub fn write_json_line(text: &mut Vec<u8>, value: &Value) {
    // Writing to memory cannot fail, and a value always serialises.
    let _ = value.serialize(&mut Serializer::with_formatter(text, GoNumbers(CompactFormatter)));
}

fn print(value: &Value, style: impl Formatter) -> String {
    let mut bytes = Vec::new();
    // As above.
    let _ = value.serialize(&mut Serializer::with_formatter(&mut bytes, GoNumbers(style)));
    String::from_utf8(bytes).unwrap_or_default()
}

/// Prints floats as Go does: whole ones without a fraction.
struct GoNumbers<F>(F);

/// The rest of the format is the inner formatter's.
macro_rules! delegate {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => {$(
        fn $name<W: ?Sized + io::Write>(&mut self, writer: &mut W $(, $argument: $type)*) -> io::Result<()> {
            self.0.$name(writer $(, $argument)*)
        }
    )*};
}

impl<F: Formatter> Formatter for GoNumbers<F> {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        write!(writer, "{}", float(value))
    }

    delegate! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }
}

/// A float as Go prints it in JSON.
fn float(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e21 {
        return format!("{value:.0}");
    }
    serde_json::Number::from_f64(value).map_or_else(|| "null".to_owned(), |number| number.to_string())
}

fn fields(text: &mut String, map: &serde_json::Map<String, Value>, indent: usize) {
    for (rank, (key, value)) in map.iter().enumerate() {
        if rank > 0 {
            pad(text, indent);
        }
        string(text, key, None);
        text.push(':');
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                text.push('\n');
                pad(text, indent + 2);
                fields(text, inner, indent + 2);
            }
            // kubectl does not indent a list below its key.
            Value::Array(inner) if !inner.is_empty() => {
                text.push('\n');
                pad(text, indent);
                items(text, inner, indent);
            }
            other => {
                text.push(' ');
                scalar_or_empty(text, other, indent + 2);
                text.push('\n');
            }
        }
    }
}

fn items(text: &mut String, list: &[Value], indent: usize) {
    for (rank, value) in list.iter().enumerate() {
        if rank > 0 {
            pad(text, indent);
        }
        text.push_str("- ");
        match value {
            Value::Object(inner) if !inner.is_empty() => fields(text, inner, indent + 2),
            Value::Array(inner) if !inner.is_empty() => items(text, inner, indent + 2),
            other => {
                scalar_or_empty(text, other, indent + 2);
                text.push('\n');
            }
        }
    }
}

fn pad(text: &mut String, indent: usize) {
    text.extend(std::iter::repeat_n(' ', indent));
}

/// A scalar, or an empty map or list.
fn scalar_or_empty(text: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(value) => text.push_str(&float(value)),
            None => text.push_str(&number.to_string()),
        },
        Value::String(written) => string(text, written, Some(indent)),
        Value::Array(_) => text.push_str("[]"),
        Value::Object(_) => text.push_str("{}"),
    }
}

/// A string: plain where every reader reads it back, a literal block for lines of text, else quoted.
fn string(text: &mut String, written: &str, block_indent: Option<usize>) {
    if is_plain(written) {
        text.push_str(written);
    } else if let Some(indent) = block_indent.filter(|_| is_block(written)) {
        text.push_str(if written.ends_with('\n') { "|" } else { "|-" });
        for line in written.lines() {
            text.push('\n');
            if !line.is_empty() {
                pad(text, indent);
                text.push_str(line);
            }
        }
    } else {
        quoted(text, written);
    }
}

/// Whether a string means itself when it is written without quotes, in YAML 1.1 and 1.2.
fn is_plain(written: &str) -> bool {
    let mut letters = written.chars();
    let starts_well = match (letters.next(), letters.next()) {
        (Some('-'), Some(second)) => second != ' ' && !written.starts_with("---"),
        (Some(first), _) => {
            first.is_ascii_alphanumeric() || matches!(first, '_' | '/' | '$' | '(' | '.' | '+' | '^' | '<')
        }
        _ => false,
    };
    let inside = |letter: char| letter.is_ascii_graphic() || letter == ' ' || letter.is_alphanumeric();
    // 1:30 is a number to some readers of YAML 1.1, and 2001-01-01 is a time.
    let looks_like_number = written
        .starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.'))
        && written.chars().all(|letter| {
            letter.is_ascii_digit() || matches!(letter, ':' | '.' | '_' | '-' | '+' | 'T' | 'Z' | 'e' | 'E')
        });
    starts_well
        && !looks_like_number
        && written.chars().all(inside)
        && !written.contains(": ")
        && !written.contains(" #")
        && !written.ends_with([':', ' '])
        && !written.starts_with("...")
        && matches!(scalar::resolve(written), Scalar::Value(Value::String(_)))
}

/// Whether a string can be a literal block: lines of text without anything that a block would change.
fn is_block(written: &str) -> bool {
    let lines_are_fine = written.lines().all(|line| !line.ends_with(' '));
    let text = |letter: char| {
        letter == '\n' || letter.is_ascii_graphic() || letter == ' ' || letter.is_alphanumeric()
    };
    written.trim_end_matches('\n').contains('\n')
        && !written.starts_with(['\n', ' '])
        && !written.ends_with("\n\n")
        && lines_are_fine
        && written.chars().all(text)
}

fn quoted(text: &mut String, written: &str) {
    text.push('"');
    for letter in written.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            plain if plain.is_ascii_graphic() || plain == ' ' || plain.is_alphanumeric() => text.push(plain),
            // Writing to a string cannot fail.
            other if u32::from(other) > 0xffff => drop(write!(text, "\\U{:08X}", u32::from(other))),
            other => drop(write!(text, "\\u{:04X}", u32::from(other))),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn writes_as_kubectl_does() {
        let value = json!({
            "a": {"b": [{"c": 1, "d": "x"}, "yes", []], "e": {}},
            "f": "two\nlines\n", "g": 1.0, "h": "0644", "i": "--master", "j": null, "y": "k: v"
        });
        let text = "a:\n  b:\n  - c: 1\n    d: x\n  - \"yes\"\n  - []\n  e: {}\nf: |\n  two\n  lines\ng: 1\nh: \"0644\"\ni: --master\nj: null\n\"y\": \"k: v\"\n";
        assert_eq!(to_yaml(&value), text);
        assert_eq!(to_json_line(&json!({"a": 80.0, "b": 1.5})), "{\"a\":80,\"b\":1.5}");
    }
}

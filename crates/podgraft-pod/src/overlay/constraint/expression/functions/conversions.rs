//! Conversions between the simple types.
//!
//! # Source
//! cel-go 0.29.2, `common/types`: `ConvertToType` of each type; Go's `strconv`.

use std::{fmt::Write, rc::Rc};

use super::{Budget, Evaluated, Fault, Value, no_overload};

const TOO_LARGE: Fault = Fault::Other("a number grows too large");

/// `bool(x)`, `bytes(x)`, `double(x)`, `int(x)`, `string(x)` and `uint(x)`.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the bounds are asked for first, and doubles lose what they lose in the API server"
)]
pub(super) fn convert<'a>(to: &str, value: &Value<'a>, budget: &Budget) -> Evaluated<'a> {
    if let Value::String(text) = value {
        budget.read(text.len())?;
    }
    let wrong = Fault::Other("a text that it converts is written otherwise than what it is converted to");
    match (to, value) {
        ("bool", Value::Bool(_))
        | ("bytes", Value::Bytes(_))
        | ("double", Value::Double(_))
        | ("int", Value::Int(_))
        | ("string", Value::String(_))
        | ("uint", Value::Uint(_)) => Ok(value.clone()),
        ("bool", Value::String(text)) => truth(text).map(Value::Bool).ok_or(wrong),
        ("bytes", Value::String(text)) => Ok(Value::Bytes(Rc::from(text.as_bytes()))),
        ("double", Value::Int(number)) => Ok(Value::Double(*number as f64)),
        ("double", Value::Uint(number)) => Ok(Value::Double(*number as f64)),
        ("double", Value::String(text)) => double(text).map(Value::Double).ok_or(wrong),
        ("int", Value::Uint(number)) => i64::try_from(*number).map(Value::Int).map_err(|_| TOO_LARGE),
        ("int", Value::Double(number)) => {
            // Both ends are left out, as in cel-go.
            let fits = *number > i64::MIN as f64 && *number < i64::MAX as f64;
            if fits { Ok(Value::Int(*number as i64)) } else { Err(TOO_LARGE) }
        }
        ("int", Value::String(text)) => text.parse().map(Value::Int).map_err(|_| wrong),
        ("uint", Value::Int(number)) => u64::try_from(*number).map(Value::Uint).map_err(|_| TOO_LARGE),
        ("uint", Value::Double(number)) => {
            let fits = *number >= 0.0 && *number < u64::MAX as f64;
            if fits { Ok(Value::Uint(*number as u64)) } else { Err(TOO_LARGE) }
        }
        ("uint", Value::String(text)) if !text.starts_with('+') => {
            text.parse().map(Value::Uint).map_err(|_| wrong)
        }
        ("uint", Value::String(_)) => Err(wrong),
        ("string", Value::Bool(truth)) => Ok(Value::text(truth.to_string())),
        ("string", Value::Int(number)) => Ok(Value::text(number.to_string())),
        ("string", Value::Uint(number)) => Ok(Value::text(number.to_string())),
        ("string", Value::Double(number)) => Ok(Value::text(written(*number))),
        ("string", Value::Bytes(bytes)) => {
            budget.read(bytes.len())?;
            let text = std::str::from_utf8(bytes).map_err(|_| Fault::Other("bytes are no text"))?;
            Ok(Value::text(text))
        }
        _ => Err(no_overload(to.to_owned(), &[value])),
    }
}

/// Whether a value is what a field has that nobody set.
pub(super) fn is_zero(value: &Value<'_>) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(truth) => !truth,
        Value::Int(number) => *number == 0,
        Value::Uint(number) => *number == 0,
        Value::Double(number) => *number == 0.0,
        Value::String(text) => text.is_empty(),
        Value::Bytes(bytes) => bytes.is_empty(),
        Value::List(list) => list.len() == 0,
        Value::Map(map) => map.len() == 0,
        Value::Optional(inner) => inner.is_none(),
        Value::Quantity(_) => false,
    }
}

/// A truth as Go's `ParseBool` reads it.
fn truth(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// A double as Go's `ParseFloat` reads it, without its hexadecimal form.
fn double(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    let is_written = text.bytes().any(|letter| letter.is_ascii_digit());
    // Digits that are too large for a double are an error; "inf" is not.
    (number.is_finite() || !is_written).then_some(number)
}

/// A double as Go writes it with `%g`: the shortest digits, with an exponent where it is large or small.
fn written(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&exponent) {
        return number.to_string();
    }
    let mut text = digits.to_owned();
    let sign = if exponent < 0 { '-' } else { '+' };
    // Writing into a String cannot fail.
    let _ = write!(text, "e{sign}{:02}", exponent.abs());
    text
}

//! What a plain YAML scalar means to Kubernetes: YAML 1.1 as go-yaml reads it.
//!
//! # Source
//! sigs.k8s.io/yaml v1.6, `goyaml.v2/resolve.go`, `resolve`; and `yaml.go`,
//! `convertToJSONableObject`, for what becomes of it in JSON.

use serde_json::{Number, Value};

/// A resolved plain scalar.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Value(Value),
    /// `<<`, the merge key.
    Merge,
    /// `.nan` or `.inf`, which JSON cannot hold.
    NotANumber,
}

/// Resolves a plain scalar.
pub(super) fn resolve(text: &str) -> Scalar {
    let Some(first) = text.chars().next() else { return Scalar::Value(Value::Null) };
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Scalar::Value(Value::Bool(true));
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Scalar::Value(Value::Bool(false));
        }
        "~" | "null" | "Null" | "NULL" => return Scalar::Value(Value::Null),
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf"
        | "-.Inf" | "-.INF" => return Scalar::NotANumber,
        "<<" => return Scalar::Merge,
        _ => {}
    }
    let number = match first {
        '.' => float(text),
        '+' | '-' | '0'..='9' => {
            let plain = text.replace('_', "");
            integer(&plain).or_else(|| if is_float(&plain) { float(&plain) } else { None })
        }
        _ => None,
    };
    Scalar::Value(number.map_or_else(|| Value::String(text.to_owned()), Value::Number))
}

/// An integer as Go's `strconv.ParseInt` reads it with base 0: `0x`, `0o`, `0b`, and a leading `0`
/// for octal.
fn integer(text: &str) -> Option<Number> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = if let Some(hex) = lower.strip_prefix("0x") {
        (16, hex)
    } else if let Some(octal) = lower.strip_prefix("0o") {
        (8, octal)
    } else if let Some(binary) = lower.strip_prefix("0b") {
        (2, binary)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (8, &lower[1..])
    } else {
        (10, &*lower)
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        return 0_i64.checked_sub_unsigned(magnitude).map(Number::from);
    }
    match i64::try_from(magnitude) {
        Ok(integer) => Some(Number::from(integer)),
        // What does not fit is a float in Kubernetes; an explicit + keeps Go's unsigned reader away.
        Err(_) if text.starts_with('+') => None,
        #[expect(clippy::cast_precision_loss, reason = "as Go does")]
        Err(_) => Number::from_f64(magnitude as f64),
    }
}

/// Whether a text is a float by YAML's rule: digits, an optional fraction, an optional exponent.
fn is_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.chars().all(|digit| digit.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_is_fine = exponent.is_none_or(|exponent| {
        let unsigned = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !unsigned.is_empty() && digits(unsigned)
    });
    let has_digits = if whole.is_empty() { !fraction.is_empty() } else { true };
    digits(whole) && digits(fraction) && has_digits && exponent_is_fine
}

/// A float, as JSON would print it and read it again: a whole number that fits becomes an integer.
fn float(text: &str) -> Option<Number> {
    let starts_well =
        text.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | 'e' | 'E' | '+' | '-'));
    let value: f64 = text.parse().ok().filter(|_| starts_well)?;
    if !value.is_finite() {
        return None;
    }
    json_number(value)
}

/// The number that Go's JSON prints for a float and reads back.
pub(super) fn json_number(value: f64) -> Option<Number> {
    /// Two to the power of 63: the first float that is too large for an integer.
    const TOO_LARGE: f64 = 9_223_372_036_854_775_808.0;
    if value.fract() == 0.0 && (-TOO_LARGE..TOO_LARGE).contains(&value) {
        #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
        return Some(Number::from(value as i64));
    }
    Number::from_f64(value)
}

/// A scalar as a map key, as kubectl makes strings of them; `None` for what cannot be a key, or what
/// kubectl would write with an exponent.
pub(super) fn key(scalar: &Value) -> Option<String> {
    match scalar {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => match number.as_i64() {
            // The smallest integer may have been a float that was rounded to it.
            Some(i64::MIN) => None,
            Some(integer) => Some(integer.to_string()),
            #[expect(clippy::cast_possible_truncation, reason = "kubectl prints float keys with 32 bits")]
            None => number
                .as_f64()
                .filter(|float| (1e-4..1e6).contains(&float.abs()))
                .map(|float| (float as f32).to_string()),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scalars_mean_what_they_mean_to_kubectl() {
        for (text, value) in [
            ("yes", json!(true)),
            ("off", json!(false)),
            ("tRUE", json!("tRUE")),
            ("0644", json!(420)),
            ("0o17", json!(15)),
            ("08", json!(8)),
            ("0x1F", json!(31)),
            ("0b11", json!(3)),
            ("-0b11", json!(-3)),
            ("1_000", json!(1000)),
            ("1__0", json!(10)),
            ("1_0.5", json!(10.5)),
            ("1e3", json!(1000)),
            ("1.0", json!(1)),
            (".5", json!(0.5)),
            ("1e400", json!("1e400")),
            ("1:30", json!("1:30")),
            ("2001-01-01", json!("2001-01-01")),
            ("~", json!(null)),
            ("-", json!("-")),
            ("--master", json!("--master")),
            ("1.2.3", json!("1.2.3")),
            ("+5", json!(5)),
            ("_1", json!("_1")),
            ("18446744073709551615", json!(18_446_744_073_709_551_615.0)),
        ] {
            assert_eq!(resolve(text), Scalar::Value(value), "{text}");
        }
        assert_eq!(resolve(".NaN"), Scalar::NotANumber);
        assert_eq!(resolve("<<"), Scalar::Merge);
    }
}

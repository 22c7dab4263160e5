//! [`Quantity`]: an amount of a resource.

use std::fmt;

use serde_json::Value;

const NANO: i128 = 1_000_000_000;
/// The largest amount that Kubernetes keeps; what is more counts as this.
const LARGEST: i128 = i64::MAX as i128 * NANO;

/// An amount, in billionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(i128);

impl Quantity {
    /// Reads `2`, `0.5`, `100m`, `1.5Gi`, `1e3`; what is finer than a billionth is rounded up.
    ///
    /// # Source
    /// Kubernetes 1.37.2, apimachinery `pkg/api/resource/quantity.go`, `ParseQuantity`.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Self::parse(text.trim()),
            Value::Number(number) => Self::parse(&number.to_string()),
            _ => None,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
        let (number, suffix) = rest.split_at(end);
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        if part.contains('.') || (whole.is_empty() && part.is_empty()) {
            return None;
        }
        let (factor, power) = scale(suffix)?;
        let digits = format!("{whole}{part}");
        let amount = scaled(&digits, factor, power - i32::try_from(part.len()).ok()? + 9).min(LARGEST);
        Some(Self(if negative { -amount } else { amount }))
    }

    /// The same amount, rounded up to thousandths.
    #[must_use]
    pub(crate) fn in_thousandths(self) -> Self {
        Self((self.0 + NANO / 1000 - 1).div_euclid(NANO / 1000) * (NANO / 1000))
    }

    /// Both amounts together.
    #[must_use]
    pub(crate) fn plus(self, other: Self) -> Self {
        Self((self.0 + other.0).min(LARGEST))
    }

    /// Whether it is less than nothing.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether it is a whole number, to the thousandth: finer amounts count as the next one.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.in_thousandths().0 % NANO == 0
    }

    /// Whether it is a multiple of another amount of whole units.
    #[must_use]
    pub fn is_multiple_of(self, unit: Self) -> bool {
        let units = |quantity: Self| (quantity.0 + NANO - 1).div_euclid(NANO);
        units(unit) > 0 && units(self) % units(unit) == 0
    }
}

impl fmt::Display for Quantity {
    /// As a plain decimal number: `0.256`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_negative() { "-" } else { "" };
        let (whole, part) = (self.0.abs() / NANO, self.0.abs() % NANO);
        let digits = format!("{part:09}");
        let digits = digits.trim_end_matches('0');
        let point = if digits.is_empty() { "" } else { "." };
        write!(formatter, "{sign}{whole}{point}{digits}")
    }
}

/// What a suffix multiplies by: a binary factor and a power of ten.
fn scale(suffix: &str) -> Option<(i128, i32)> {
    Some(match suffix {
        "" => (1, 0),
        "n" => (1, -9),
        "u" => (1, -6),
        "m" => (1, -3),
        "k" => (1, 3),
        "M" => (1, 6),
        "G" => (1, 9),
        "T" => (1, 12),
        "P" => (1, 15),
        "E" => (1, 18),
        "Ki" => (1 << 10, 0),
        "Mi" => (1 << 20, 0),
        "Gi" => (1 << 30, 0),
        "Ti" => (1 << 40, 0),
        "Pi" => (1 << 50, 0),
        "Ei" => (1 << 60, 0),
        exponent => (1, exponent.strip_prefix(['e', 'E']).filter(|text| !text.is_empty())?.parse().ok()?),
    })
}

/// `digits` times `factor` times ten to the `power`, rounded up, at most far beyond [`LARGEST`].
fn scaled(digits: &str, factor: i128, power: i32) -> i128 {
    let add = |sum: i128, digit: u8| sum.saturating_mul(10).saturating_add(i128::from(digit - b'0'));
    let mut amount = digits.bytes().fold(0, add).saturating_mul(factor);
    for _ in 0..power.clamp(0, 60) {
        amount = amount.saturating_mul(10);
    }
    for _ in 0..(-power).clamp(0, 60) {
        amount = amount / 10 + i128::from(amount % 10 != 0);
    }
    amount
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_amounts_as_kubernetes_does() {
        let read = |value: Value| Quantity::read(&value).map(|quantity| quantity.0);
        for (written, amount) in [
            (json!("1"), Some(NANO)),
            (json!(0.5), Some(NANO / 2)),
            (json!("100m"), Some(NANO / 10)),
            (json!("1.5Gi"), Some((3 << 29) * NANO)),
            (json!("1e3"), Some(1000 * NANO)),
            (json!("1E"), Some(1_000_000_000_000_000_000 * NANO)),
            (json!(".5"), Some(NANO / 2)),
            (json!("5."), Some(5 * NANO)),
            (json!("-1"), Some(-NANO)),
            (json!("0.1n"), Some(1)),
            (json!("99E99"), Some(LARGEST)),
            (json!(" 1 "), Some(NANO)),
        ] {
            assert_eq!(read(written.clone()), amount, "{written}");
        }
        for wrong in ["", "1GB", "1 Gi", "x", "1.2.3", "1g", "1e", "--1", ".", "1mi"] {
            assert_eq!(read(json!(wrong)), None, "{wrong}");
        }
    }

    #[test]
    fn compares_and_divides_amounts() {
        let read = |text: &str| Quantity::parse(text).unwrap();
        assert!(read("1000m") == read("1") && read("1Gi") > read("1G"));
        assert_eq!(read("256m").to_string(), "0.256");
        assert_eq!((read("-1.5").to_string(), read("2k").to_string()), ("-1.5".into(), "2000".into()));
        assert!(read("2").is_whole() && !read("1500m").is_whole());
        assert!(read("4Mi").is_multiple_of(read("2Mi")) && !read("3Mi").is_multiple_of(read("2Mi")));
    }
}

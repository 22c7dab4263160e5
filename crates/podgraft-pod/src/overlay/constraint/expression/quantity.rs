//! [`CelQuantity`]: an amount of a resource, exact, as expressions compute with it.
//!
//! # Source
//! Kubernetes 1.37.2, apimachinery `pkg/api/resource`: `quantity.go`, `amount.go`, `math.go`.

use std::cmp::Ordering;

use num_bigint::{BigInt, Sign};

use super::fault::Fault;

/// The decimal places that Kubernetes keeps.
const NANO: i32 = 9;
/// The digits that surely fit into 64 bits.
const DIGITS: i32 = 18;
/// The largest power of ten that is computed with; the largest that means anything is 18.
const POWER: i32 = 2_000;
/// The longest text that is read as a quantity, in bytes.
const LENGTH: usize = 1_000;

/// An amount.
#[derive(Debug, Clone)]
pub(super) enum CelQuantity {
    /// `value` times ten to the `scale`.
    Small { value: i64, scale: i32 },
    /// `unscaled` divided by ten to the `places`; Kubernetes never takes it for an integer.
    Large { unscaled: BigInt, places: i32 },
}

impl From<i64> for CelQuantity {
    fn from(value: i64) -> Self {
        Self::Small { value, scale: 0 }
    }
}

/// The parts of a written quantity.
struct QuantityParts<'t> {
    is_negative: bool,
    whole: &'t str,
    part: &'t str,
    suffix: &'t str,
}

impl CelQuantity {
    /// Reads a quantity.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        const WRONG: Fault = Fault::Function(
            "quantity",
            "write it as 2, 1.5, 500m, 4Gi or 1e3; ask with isQuantity(...) first",
        );
        let written = QuantityParts::read(text).filter(|_| text.len() <= LENGTH).ok_or(WRONG)?;
        let (factor, power) = written.multiplier().ok_or(WRONG)?;
        let places = i32::try_from(written.part.len()).map_err(|_| WRONG)?;
        if let Some(small) = written.small(factor, power, places) {
            return Ok(small);
        }
        let digits: BigInt = format!("0{}{}", written.whole, written.part).parse().map_err(|_| WRONG)?;
        let unscaled = digits << factor.unwrap_or_default();
        let places = places.checked_sub(power).ok_or(WRONG)?;
        if unscaled.sign() == Sign::NoSign {
            return Ok(Self::Large { unscaled, places });
        }
        let mut amount = round_up(&unscaled, places)?;
        if factor.is_some() {
            // Amounts with a binary suffix end at 64 bits.
            amount = amount.min(BigInt::from(i64::MAX) * BigInt::from(10).pow(9));
        }
        Ok(Self::Large { unscaled: if written.is_negative { -amount } else { amount }, places: NANO })
    }

    /// What computing with it costs: as much as it has words of 32 bits.
    pub(super) fn cost(&self) -> usize {
        match self {
            Self::Small { .. } => 1,
            Self::Large { unscaled, .. } => 1 + usize::try_from(unscaled.bits() / 32).unwrap_or(usize::MAX),
        }
    }

    pub(super) fn sign(&self) -> i64 {
        match self {
            Self::Small { value, .. } => value.signum(),
            Self::Large { unscaled, .. } => match unscaled.sign() {
                Sign::Minus => -1,
                Sign::NoSign => 0,
                Sign::Plus => 1,
            },
        }
    }

    /// As an integer, where Kubernetes takes it for one.
    pub(super) fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Small { value, scale } => scaled(*value, *scale),
            Self::Large { .. } => None,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "it is approximate")]
    pub(super) fn as_approximate_float(&self) -> f64 {
        let (base, power) = match self {
            Self::Small { value, scale } => (*value as f64, *scale),
            Self::Large { unscaled, places } => (unscaled.to_string().parse().unwrap_or(f64::NAN), -places),
        };
        if power == 0 { base } else { base * power_of_ten(power) }
    }

    /// Both together.
    pub(super) fn add(&self, other: &Self) -> Result<Self, Fault> {
        if let (Self::Small { value, scale }, Self::Small { value: more, scale: other_scale }) = (self, other)
            && let Some(sum) = add_small((*value, *scale), (*more, *other_scale))
        {
            return Ok(sum);
        }
        self.add_large(other, false)
    }

    /// What is left without another.
    pub(super) fn sub(&self, other: &Self) -> Result<Self, Fault> {
        if let (Self::Small { value, scale }, Self::Small { value: less, scale: other_scale }) = (self, other)
            // The least integer stays what it is when it is negated, in Kubernetes as well.
            && let Some(rest) = add_small((*value, *scale), (less.wrapping_neg(), *other_scale))
        {
            return Ok(rest);
        }
        self.add_large(other, true)
    }

    fn add_large(&self, other: &Self, negated: bool) -> Result<Self, Fault> {
        let ((one, one_places), (other, other_places)) = (self.unscaled(), other.unscaled());
        let places = one_places.max(other_places);
        let one = times_ten(&one, places - one_places)?;
        let other = times_ten(&other, places - other_places)?;
        Ok(Self::Large { unscaled: if negated { one - other } else { one + other }, places })
    }

    fn unscaled(&self) -> (BigInt, i32) {
        match self {
            Self::Small { value, scale } => (BigInt::from(*value), -scale),
            Self::Large { unscaled, places } => (unscaled.clone(), *places),
        }
    }
}

impl PartialEq for CelQuantity {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for CelQuantity {}

impl PartialOrd for CelQuantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for CelQuantity {
    /// Compares the amounts, however large their powers are, without computing these.
    fn cmp(&self, other: &Self) -> Ordering {
        let by_sign = self.sign().cmp(&other.sign());
        if by_sign != Ordering::Equal || self.sign() == 0 {
            return by_sign;
        }
        let ((one, one_places), (other, other_places)) = (self.unscaled(), other.unscaled());
        let (one, other) = (one.magnitude().to_string(), other.magnitude().to_string());
        let length =
            |digits: &str, places: i32| i64::try_from(digits.len()).unwrap_or(i64::MAX) - i64::from(places);
        let by_length = length(&one, one_places).cmp(&length(&other, other_places));
        let by_digits = || one.trim_end_matches('0').cmp(other.trim_end_matches('0'));
        let order = by_length.then_with(by_digits);
        if self.sign() < 0 { order.reverse() } else { order }
    }
}

impl<'t> QuantityParts<'t> {
    /// Takes a text apart; `None` where it has letters that no quantity has.
    fn read(text: &'t str) -> Option<Self> {
        let first = text.as_bytes().first()?;
        let is_negative = *first == b'-';
        let rest = if matches!(first, b'-' | b'+') { &text[1..] } else { text };
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let (whole, rest) = rest.split_at(digits(rest));
        let (part, suffix) = match rest.strip_prefix('.') {
            Some(rest) => rest.split_at(digits(rest)),
            None => ("", rest),
        };
        let letters = suffix.bytes().take_while(|letter| b"eEinumkKMGTP".contains(letter)).count();
        let exponent = suffix[letters..].strip_prefix(['-', '+']).unwrap_or(&suffix[letters..]);
        let whole = whole.trim_start_matches('0');
        (digits(exponent) == exponent.len()).then_some(Self { is_negative, whole, part, suffix })
    }

    /// What the suffix multiplies by: a power of two, where it is binary, and a power of ten.
    fn multiplier(&self) -> Option<(Option<u32>, i32)> {
        let binary = |power| Some((Some(power), 0));
        let decimal = |power| Some((None, power));
        match self.suffix {
            "" => decimal(0),
            "n" => decimal(-9),
            "u" => decimal(-6),
            "m" => decimal(-3),
            "k" => decimal(3),
            "M" => decimal(6),
            "G" => decimal(9),
            "T" => decimal(12),
            "P" => decimal(15),
            "E" => decimal(18),
            "Ki" => binary(10),
            "Mi" => binary(20),
            "Gi" => binary(30),
            "Ti" => binary(40),
            "Pi" => binary(50),
            "Ei" => binary(60),
            exponent => {
                let power: i64 = exponent.strip_prefix(['e', 'E'])?.parse().ok()?;
                #[expect(clippy::cast_possible_truncation, reason = "Kubernetes wraps it as well")]
                decimal(power as i32)
            }
        }
    }

    /// The amount in 64 bits, where Kubernetes keeps it so.
    fn small(&self, factor: Option<u32>, power: i32, places: i32) -> Option<CelQuantity> {
        let length = i32::try_from(self.whole.len().max(1)).ok()?;
        let (scale, mantissa, precision) = match factor {
            None => (power, 1, DIGITS - length - places),
            // Ten bits take some three digits.
            Some(bits) if places == 0 => {
                (0, 1_i64 << bits, 15 - length - i32::try_from(bits).ok()? * 3 / 10 - 1)
            }
            Some(_) => return None,
        };
        let scale = scale.checked_sub(places)?;
        if precision < 0 || scale < -NANO {
            return None;
        }
        let value: i64 = format!("0{}{}", self.whole, self.part).parse().ok()?;
        let value = value.checked_mul(mantissa)?;
        Some(CelQuantity::Small { value: if self.is_negative { -value } else { value }, scale })
    }
}

/// The sum of two small amounts, where it is one.
fn add_small((one, one_scale): (i64, i32), (other, other_scale): (i64, i32)) -> Option<CelQuantity> {
    let small = |value, scale| Some(CelQuantity::Small { value, scale });
    if other == 0 {
        return small(one, one_scale);
    }
    if one == 0 {
        return small(other, other_scale);
    }
    let scale = one_scale.min(other_scale);
    let one = scaled(one, one_scale.checked_sub(scale)?)?;
    small(one.checked_add(scaled(other, other_scale.checked_sub(scale)?)?)?, scale)
}

/// A number times a power of ten, which is not negative, where it fits into 64 bits.
fn scaled(value: i64, power: i32) -> Option<i64> {
    match value {
        0 if power >= 0 => Some(0),
        _ => value.checked_mul(10_i64.checked_pow(u32::try_from(power).ok()?)?),
    }
}

/// A number times a power of ten, which is not negative.
fn times_ten(number: &BigInt, power: i32) -> Result<BigInt, Fault> {
    if power > POWER && number.sign() != Sign::NoSign {
        return Err(Fault::Other("a quantity is too large to compute with"));
    }
    Ok(number * BigInt::from(10).pow(u32::try_from(power.min(POWER)).unwrap_or_default()))
}

/// An amount in billionths; what is finer is rounded up.
fn round_up(unscaled: &BigInt, places: i32) -> Result<BigInt, Fault> {
    if places <= NANO {
        return times_ten(unscaled, NANO.saturating_sub(places));
    }
    let power = u32::try_from(places - NANO).unwrap_or_default();
    let digits = u32::try_from(unscaled.to_string().len()).unwrap_or(u32::MAX);
    if power > digits {
        return Ok(BigInt::from(1));
    }
    let unit = BigInt::from(10).pow(power);
    Ok((unscaled + &unit - 1) / unit)
}

/// A power of ten as Go's `math.Pow10` computes it, from two of its tables' values.
fn power_of_ten(power: i32) -> f64 {
    let exact = |power: i32| format!("1e{power}").parse::<f64>().unwrap_or(f64::NAN);
    match power {
        0..=308 => exact(power / 32 * 32) * exact(power % 32),
        -323..=-1 => exact(-(-power / 32 * 32)) / exact(-power % 32),
        309.. => f64::INFINITY,
        _ => 0.0,
    }
}

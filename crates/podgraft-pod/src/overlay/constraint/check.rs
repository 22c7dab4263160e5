//! [`Check`]: what a value may be.

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::{stored::normal, target::ConstraintTarget};
use crate::overlay::api::ConstraintSpec;
use crate::validity::Quantity;
use podgraft_merge::schema::{ScalarType, Schema, Type};

/// A compiled pattern may not be larger than this, in bytes; matching takes time in proportion to it.
const PATTERN_SIZE: usize = 256 << 10;

/// What a value may be, and which values are none.
#[derive(Debug, Clone)]
pub(in crate::overlay) struct Check {
    demand: Demand,
    /// Zero is no limit.
    is_limit: bool,
    /// Paths of a file system are compared in their shortest form.
    is_path: bool,
    /// An empty map there says something: an `emptyDir`, or a selector of everything.
    means_something_empty: bool,
}

/// What a value may be.
#[derive(Debug, Clone)]
enum Demand {
    /// Anything, as long as it is there.
    Any,
    /// One of some values; quantities are compared as quantities.
    OneOf { values: Vec<Value>, quantities: bool },
    /// Text that a pattern matches from its beginning to its end.
    Matches { source: String, pattern: Regex },
    /// A quantity or number within bounds.
    Within { min: Option<Bound>, max: Option<Bound> },
}

/// A bound as it was written, and what it means.
#[derive(Debug, Clone)]
pub(in crate::overlay) struct Bound {
    written: String,
    amount: Quantity,
}

/// What is wrong with a check: the field, and what to do.
type Wrong = (&'static str, String);

impl Check {
    pub(in crate::overlay) fn read(
        written: &ConstraintSpec,
        place: &ConstraintTarget,
    ) -> Result<Self, Wrong> {
        let is_path = place.is_path();
        let mut demand = Demand::read(written, place.ty)?;
        if let (true, Demand::OneOf { values, .. }) = (is_path, &mut demand) {
            for value in values {
                *value = in_short(value);
            }
        }
        let means_something_empty =
            Schema::new(place.ty).struct_type().is_some_and(|of| MEANINGFUL_EMPTY.contains(&of.name));
        Ok(Self { demand, is_limit: place.is_limit(), is_path, means_something_empty })
    }

    /// Whether only the presence is demanded.
    pub(in crate::overlay) fn is_any(&self) -> bool {
        matches!(self.demand, Demand::Any)
    }

    /// Whether a value is as good as none: what is required must say something.
    pub(in crate::overlay) fn is_missing(&self, value: &Value) -> bool {
        match value {
            Value::Null => true,
            // What is listed is allowed, also when it is empty.
            _ if matches!(self.demand, Demand::OneOf { .. }) && self.demand.allows(value) => false,
            Value::String(text) if text.is_empty() => true,
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty() && !self.means_something_empty,
            value => self.is_limit && is_zero(value),
        }
    }

    /// Whether a value may be there.
    pub(in crate::overlay) fn allows(&self, value: &Value) -> bool {
        if self.is_limit && is_zero(value) && matches!(self.demand, Demand::Within { max: Some(_), .. }) {
            return false;
        }
        if self.is_path { self.demand.allows(&in_short(value)) } else { self.demand.allows(value) }
    }

    /// What is allowed, in words that follow "write the field".
    pub(in crate::overlay) fn wanted(&self) -> String {
        self.demand.wanted()
    }

    /// Why a value is not allowed, where that is not plain.
    pub(in crate::overlay) fn reason(&self, value: &Value) -> &'static str {
        if self.is_limit && is_zero(value) { ", which is no limit" } else { "" }
    }
}

/// Structures that say something without a field.
const MEANINGFUL_EMPTY: [&str; 2] = ["EmptyDirVolumeSource", "LabelSelector"];

/// A path in its shortest form.
fn in_short(value: &Value) -> Value {
    value.as_str().map_or_else(|| value.clone(), |path| Value::from(normal(path)))
}

fn is_zero(value: &Value) -> bool {
    Quantity::read(value).is_some_and(Quantity::is_zero)
}

impl Demand {
    fn read(written: &ConstraintSpec, ty: Type) -> Result<Self, Wrong> {
        if let Some(values) = &written.values {
            if values.is_empty() {
                return Err((
                    "enum",
                    "add values to the enum, or remove it: nothing would be allowed".to_owned(),
                ));
            }
            let quantities = matches!(ty, Type::Custom(ScalarType::Quantity, _));
            return Ok(Self::OneOf { values: values.clone(), quantities });
        }
        if let Some(source) = &written.pattern {
            if matches!(ty, Type::Struct(_) | Type::Map(_) | Type::List(_)) {
                return Err((
                    "pattern",
                    "let the path end at a text or number: a pattern matches no map or list".to_owned(),
                ));
            }
            let pattern = compile(source).map_err(|message| ("pattern", message))?;
            return Ok(Self::Matches { source: source.clone(), pattern });
        }
        let bounds = [("min", &written.min), ("max", &written.max)];
        if bounds.iter().all(|(_, bound)| bound.is_none()) {
            return Ok(Self::Any);
        }
        let is_amount = matches!(
            ty,
            Type::Scalar(ScalarType::Integer | ScalarType::Number | ScalarType::Any)
                | Type::Custom(ScalarType::Quantity | ScalarType::IntOrString, _)
        );
        let [min, max] = bounds.map(|(name, bound)| match bound {
            Some(_) if !is_amount => {
                Err((name, "let the path end at a number or quantity: nothing else has bounds".to_owned()))
            }
            Some(value) => Bound::read(value).map(Some).map_err(|message| (name, message)),
            None => Ok(None),
        });
        let (min, max) = (min?, max?);
        if let (Some(least), Some(most)) = (&min, &max)
            && least.amount > most.amount
        {
            return Err(("max", format!("write max as {} or more: it is less than min", least.written)));
        }
        Ok(Self::Within { min, max })
    }

    fn allows(&self, value: &Value) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf { values, quantities } => values
                .iter()
                .any(|allowed| *quantities && equal_quantities(allowed, value) || equal(allowed, value)),
            Self::Matches { pattern, .. } => text(value).is_some_and(|text| pattern.is_match(&text)),
            Self::Within { min, max } => Quantity::read(value).is_some_and(|amount| {
                min.as_ref().is_none_or(|min| amount >= min.amount)
                    && max.as_ref().is_none_or(|max| amount <= max.amount)
            }),
        }
    }

    fn wanted(&self) -> String {
        match self {
            Self::Any => "as what it should be".to_owned(),
            Self::OneOf { values, .. } => match values.as_slice() {
                [only] => format!("as {only}"),
                values => format!("as one of {}", listing(values)),
            },
            Self::Matches { source, .. } => format!("so that all of it matches {source}"),
            Self::Within { min: Some(min), max: Some(max) } => {
                format!("as {} to {}", min.written, max.written)
            }
            Self::Within { min: Some(min), .. } => format!("as {} or more", min.written),
            Self::Within { max: Some(max), .. } => format!("as {} or less", max.written),
            Self::Within { .. } => "as an amount".to_owned(),
        }
    }
}

impl Bound {
    fn read(value: &Value) -> Result<Self, String> {
        let written = text(value).unwrap_or_default();
        let amount = Quantity::read(value).ok_or_else(|| {
            format!("write the bound as a quantity or number, such as 500m or 1Gi: {value} is none")
        })?;
        Ok(Self { written, amount })
    }
}

/// A pattern that must match a whole text: one that is satisfied by a part of it lets anything through.
fn compile(source: &str) -> Result<Regex, String> {
    let build = |source: &str| RegexBuilder::new(source).size_limit(PATTERN_SIZE).build();
    // The pattern by itself first, so that a message is about what was written.
    build(source).and_then(|_| build(&format!(r"\A(?:{source})\z"))).map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "write a simpler pattern: this one is too large".to_owned(),
        error => {
            let last = error.to_string();
            let reason = last.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            format!("correct the pattern {source}: {reason}")
        }
    })
}

/// A scalar as people write it.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

fn equal(allowed: &Value, value: &Value) -> bool {
    match (allowed, value) {
        // 1 and 1.0 are one number.
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        _ => allowed == value,
    }
}

fn equal_quantities(allowed: &Value, value: &Value) -> bool {
    match (Quantity::read(allowed), Quantity::read(value)) {
        (Some(allowed), Some(value)) => allowed == value,
        _ => false,
    }
}

fn listing(values: &[Value]) -> String {
    const SHOWN: usize = 10;
    let shown: Vec<String> = values.iter().take(SHOWN).map(Value::to_string).collect();
    let more = if values.len() > SHOWN { ", ..." } else { "" };
    format!("{}{more}", shown.join(", "))
}

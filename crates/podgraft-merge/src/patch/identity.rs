//! [`ScalarKey`]: when two merge keys, or two items of a set, are the same, by Go's `==`.

use std::collections::HashMap;

use serde_json::Value;

/// A scalar as Go's decoder would hold it: `80`, `80.0` and `"80"` are three different elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ScalarKey<'v> {
    Null,
    Boolean(bool),
    Integer(i64),
    /// The bits of the number, negative zero made positive.
    Float(u64),
    String(&'v str),
}

impl<'v> ScalarKey<'v> {
    /// The identity of a scalar; `None` for maps and lists, which have none.
    pub(crate) fn from_value(value: &'v Value) -> Option<Self> {
        Some(match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Boolean(*flag),
            Value::String(text) => Self::String(text),
            Value::Number(number) => match number.as_i64() {
                Some(integer) => Self::Integer(integer),
                None => Self::Float((number.as_f64().unwrap_or_default() + 0.0).to_bits()),
            },
            Value::Array(_) | Value::Object(_) => return None,
        })
    }
}

/// What Go's `reflect.TypeOf` would tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GoType {
    Nil,
    Boolean,
    Integer,
    Float,
    String,
    Map,
    Slice,
}

impl GoType {
    pub(crate) fn from_value(value: &Value) -> Self {
        match value {
            Value::Null => Self::Nil,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if number.is_i64() => Self::Integer,
            Value::Number(_) => Self::Float,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Slice,
            Value::Object(_) => Self::Map,
        }
    }

    /// As messages call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nil => "null",
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::Float => "a number with a fraction or exponent",
            Self::String => "a string",
            Self::Map => "a map",
            Self::Slice => "a list",
        }
    }
}

/// Numbers elements in the order in which they are first seen. Short lists are searched, longer
/// ones hashed: most lists in a pod have fewer than ten items.
#[derive(Debug, Default)]
pub(crate) struct Interner<'v> {
    few: Vec<ScalarKey<'v>>,
    many: HashMap<ScalarKey<'v>, u32>,
}

/// Up to this many elements, searching is quicker than hashing.
const FEW: usize = 12;

impl<'v> Interner<'v> {
    /// The number of this element.
    pub(crate) fn id(&mut self, element: ScalarKey<'v>) -> u32 {
        if self.many.is_empty() {
            if let Some(found) = self.few.iter().position(|known| *known == element) {
                return number(found);
            }
            if self.few.len() < FEW {
                self.few.push(element);
                return number(self.few.len() - 1);
            }
            self.many = self.few.iter().enumerate().map(|(id, known)| (*known, number(id))).collect();
        }
        let next = number(self.many.len());
        *self.many.entry(element).or_insert(next)
    }

    /// How many elements have been seen.
    pub(crate) fn len(&self) -> usize {
        if self.many.is_empty() { self.few.len() } else { self.many.len() }
    }
}

/// A list position as the small number that the merge keeps many of.
pub(crate) fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_of_different_kinds_are_different_elements() {
        let (a, b, c, d) = (json!(80), json!(80.0), json!("80"), json!(80));
        let mut interner = Interner::default();
        let ids: Vec<u32> =
            [&a, &b, &c, &d].into_iter().map(|v| interner.id(ScalarKey::from_value(v).unwrap())).collect();
        assert_eq!(ids, [0, 1, 2, 0]);
    }

    #[test]
    fn ids_stay_the_same_when_the_list_grows_long() {
        let values: Vec<Value> = (0..100).map(|n| json!(n % 50)).collect();
        let mut interner = Interner::default();
        let ids: Vec<u32> = values.iter().map(|v| interner.id(ScalarKey::from_value(v).unwrap())).collect();
        assert_eq!(ids[3], ids[53]);
        assert_eq!(interner.len(), 50);
    }
}

//! [`Value`]: what an expression computes with. What comes from the pod is borrowed from it.

use std::{cmp::Ordering, ops::Deref, rc::Rc};

use serde_json::{Map as JsonMap, Value as Json};

use super::{budget::Budget, fault::Fault, quantity::CelQuantity};

/// What evaluating a part of an expression gives.
pub(super) type Evaluated<'a> = Result<Value<'a>, Fault>;

/// A value of CEL.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    String(Text<'a>),
    Bytes(Rc<[u8]>),
    List(List<'a>),
    Map(Map<'a>),
    Quantity(Rc<CelQuantity>),
    Optional(Option<Rc<Value<'a>>>),
}

/// A text, of the pod or of the expression, or one that was made.
#[derive(Debug, Clone)]
pub(super) enum Text<'a> {
    Borrowed(&'a str),
    Made(Rc<str>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Made(text) => text,
        }
    }
}

/// A list, of the pod or one that was made.
#[derive(Debug, Clone)]
pub(super) enum List<'a> {
    Json(&'a [Json]),
    Made(Rc<Vec<Value<'a>>>),
}

impl<'a> List<'a> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Json(items) => items.len(),
            Self::Made(items) => items.len(),
        }
    }

    pub(super) fn get(&self, index: usize) -> Option<Value<'a>> {
        match self {
            Self::Json(items) => items.get(index).map(Value::from),
            Self::Made(items) => items.get(index).cloned(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Value<'a>> {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

/// A map, of the pod or one that the expression writes, which is small.
#[derive(Debug, Clone)]
pub(super) enum Map<'a> {
    Json(&'a JsonMap<String, Json>),
    Made(Rc<Vec<(Value<'a>, Value<'a>)>>),
}

impl<'a> Map<'a> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Json(fields) => fields.len(),
            Self::Made(entries) => entries.len(),
        }
    }

    /// The value of a field.
    pub(super) fn field(&self, name: &str) -> Option<Value<'a>> {
        match self {
            Self::Json(fields) => fields.get(name).map(Value::from),
            Self::Made(entries) => entries.iter().find_map(|(key, value)| match key {
                Value::String(key) if **key == *name => Some(value.clone()),
                _ => None,
            }),
        }
    }

    /// The value at a key of any type.
    pub(super) fn get(&self, key: &Value<'a>, budget: &Budget) -> Result<Option<Value<'a>>, Fault> {
        match (self, key) {
            (_, Value::String(name)) => Ok(self.field(name)),
            (Self::Json(_), _) => Ok(None),
            (Self::Made(entries), _) => {
                for (found, value) in entries.iter() {
                    if found.equals(key, budget)? {
                        return Ok(Some(value.clone()));
                    }
                }
                Ok(None)
            }
        }
    }

    pub(super) fn keys(&self) -> Vec<Value<'a>> {
        match self {
            Self::Json(fields) => fields.keys().map(|key| Value::borrowed(key)).collect(),
            Self::Made(entries) => entries.iter().map(|(key, _)| key.clone()).collect(),
        }
    }

    fn entries(&self) -> Vec<(Value<'a>, Value<'a>)> {
        match self {
            Self::Json(fields) => {
                fields.iter().map(|(key, value)| (Value::borrowed(key), value.into())).collect()
            }
            Self::Made(entries) => entries.to_vec(),
        }
    }
}

impl<'a> From<&'a Json> for Value<'a> {
    /// JSON as the API server reads it: numbers beyond 64 bits, and those with a point, are doubles.
    fn from(json: &'a Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(truth) => Self::Bool(*truth),
            Json::Number(number) => match number.as_i64() {
                Some(number) => Self::Int(number),
                None => Self::Double(number.as_f64().unwrap_or_default()),
            },
            Json::String(text) => Self::borrowed(text),
            Json::Array(items) => Self::List(List::Json(items)),
            Json::Object(fields) => Self::Map(Map::Json(fields)),
        }
    }
}

impl<'a> Value<'a> {
    pub(super) fn borrowed(text: &'a str) -> Self {
        Self::String(Text::Borrowed(text))
    }

    /// A text that was made.
    pub(super) fn text(text: impl Into<Rc<str>>) -> Self {
        Self::String(Text::Made(text.into()))
    }

    /// A list that was made.
    pub(super) fn list(items: Vec<Self>) -> Self {
        Self::List(List::Made(Rc::new(items)))
    }

    pub(super) fn optional(value: Option<Self>) -> Self {
        Self::Optional(value.map(Rc::new))
    }

    /// The number of something, which is far below what an integer holds.
    pub(super) fn count(count: usize) -> Self {
        Self::Int(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// The name of its type, as CEL has it.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::String(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Quantity(_) => "quantity",
            Self::Optional(_) => "optional",
        }
    }

    /// Whether both are the same value; numbers are compared as numbers.
    ///
    /// # Errors
    /// The budget is used up, or a quantity is compared with what is none.
    ///
    /// # Source
    /// cel-go 0.29.2, `common/types`: `Equal` of each type.
    pub(super) fn equals(&self, other: &Self, budget: &Budget) -> Result<bool, Fault> {
        budget.spend(1)?;
        Ok(match (self, other) {
            (Self::Null, _) | (_, Self::Null) => matches!((self, other), (Self::Null, Self::Null)),
            (Self::Bool(one), Self::Bool(other)) => one == other,
            (Self::String(one), Self::String(other)) => {
                budget.read(one.len().min(other.len()))?;
                **one == **other
            }
            (Self::Bytes(one), Self::Bytes(other)) => {
                budget.read(one.len().min(other.len()))?;
                one == other
            }
            (Self::List(one), Self::List(other)) => {
                if one.len() != other.len() {
                    return Ok(false);
                }
                for (one, other) in one.iter().zip(other.iter()) {
                    if !one.equals(&other, budget)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Self::Map(one), Self::Map(other)) => one.len() == other.len() && one.is_in(other, budget)?,
            (Self::Quantity(one), Self::Quantity(other)) => {
                budget.spend(one.cost() + other.cost())?;
                one == other
            }
            (Self::Quantity(_), _) => return Err(no_overload("==", &[self, other])),
            (Self::Optional(one), Self::Optional(other)) => match (one, other) {
                (None, None) => true,
                (Some(one), Some(other)) => one.equals(other, budget)?,
                _ => false,
            },
            _ => numbers(self, other) == Some(Ordering::Equal),
        })
    }

    /// The order of two values; `None` where not-a-number is one of them.
    ///
    /// # Errors
    /// The values have no order.
    pub(super) fn compare(
        &self,
        other: &Self,
        function: &'static str,
        budget: &Budget,
    ) -> Result<Option<Ordering>, Fault> {
        Ok(match (self, other) {
            (Self::Bool(one), Self::Bool(other)) => Some(one.cmp(other)),
            (Self::String(one), Self::String(other)) => {
                budget.read(one.len().min(other.len()))?;
                Some((**one).cmp(&**other))
            }
            (Self::Bytes(one), Self::Bytes(other)) => {
                budget.read(one.len().min(other.len()))?;
                Some(one.cmp(other))
            }
            _ if self.is_number() && other.is_number() => numbers(self, other),
            _ => return Err(no_overload(function, &[self, other])),
        })
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Int(_) | Self::Uint(_) | Self::Double(_))
    }
}

impl Map<'_> {
    /// Whether each entry is in another map.
    fn is_in(&self, other: &Self, budget: &Budget) -> Result<bool, Fault> {
        for (key, value) in self.entries() {
            let Some(found) = other.get(&key, budget)? else { return Ok(false) };
            if !value.equals(&found, budget)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The order of two numbers; integers are compared with doubles as doubles, as cel-go does.
#[expect(clippy::cast_precision_loss, reason = "the API server loses it as well")]
fn numbers(one: &Value<'_>, other: &Value<'_>) -> Option<Ordering> {
    use Value::{Double, Int, Uint};
    match (one, other) {
        (Int(one), Int(other)) => Some(one.cmp(other)),
        (Uint(one), Uint(other)) => Some(one.cmp(other)),
        (Int(one), Uint(other)) => Some(i128::from(*one).cmp(&i128::from(*other))),
        (Uint(one), Int(other)) => Some(i128::from(*one).cmp(&i128::from(*other))),
        (Double(one), Double(other)) => one.partial_cmp(other),
        (Double(one), Int(other)) => one.partial_cmp(&(*other as f64)),
        (Double(one), Uint(other)) => one.partial_cmp(&(*other as f64)),
        (Int(one), Double(other)) => (*one as f64).partial_cmp(other),
        (Uint(one), Double(other)) => (*one as f64).partial_cmp(other),
        _ => None,
    }
}

/// What an operator or function says of values that it does not take: their types, not themselves.
pub(super) fn no_overload(
    function: impl Into<std::borrow::Cow<'static, str>>,
    given: &[&Value<'_>],
) -> Fault {
    let given: Vec<&str> = given.iter().map(|value| value.type_name()).collect();
    Fault::NoSuchOverload { function: function.into(), given: given.join(" and ") }
}

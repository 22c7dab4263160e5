//! The functions, by the type that they are called on.

mod conversions;
mod lists;
mod strings;

use std::rc::Rc;

use super::{
    budget::Budget,
    fault::Fault,
    operators::contains,
    pattern::{self, CompiledPatterns},
    quantity::CelQuantity,
    value::{Evaluated, List, Value, no_overload},
};

/// Calls a function by its name alone, such as `size(x)` or `sets.contains(x, y)`.
pub(super) fn global<'a>(
    name: &str,
    arguments: &[Value<'a>],
    patterns: &CompiledPatterns,
    budget: &Budget,
) -> Evaluated<'a> {
    match (name, arguments) {
        ("dyn", [value]) => Ok(value.clone()),
        ("size", [value]) => size(value, budget),
        ("matches", [text, _]) => member(name, text, &arguments[1..], patterns, budget),
        ("bool" | "bytes" | "double" | "int" | "string" | "uint", [value]) => {
            conversions::convert(name, value, budget)
        }
        ("quantity", [Value::String(text)]) => {
            budget.read(text.len())?;
            CelQuantity::parse(text).map(|quantity| Value::Quantity(Rc::new(quantity)))
        }
        ("isQuantity", [Value::String(text)]) => {
            budget.read(text.len())?;
            Ok(Value::Bool(CelQuantity::parse(text).is_ok()))
        }
        ("sets.contains", [Value::List(set), Value::List(of)]) => has_all(set, of, budget).map(Value::Bool),
        ("sets.equivalent", [Value::List(one), Value::List(other)]) => {
            Ok(Value::Bool(has_all(one, other, budget)? && has_all(other, one, budget)?))
        }
        ("sets.intersects", [Value::List(one), set @ Value::List(_)]) => {
            for item in one.iter() {
                if contains(set, &item, budget)? {
                    return Ok(Value::Bool(true));
                }
            }
            Ok(Value::Bool(false))
        }
        ("strings.quote", [Value::String(text)]) => strings::quote(text, budget),
        ("lists.range", [Value::Int(end)]) => lists::range(*end, budget),
        ("optional.none", []) => Ok(Value::Optional(None)),
        ("optional.of", [value]) => Ok(Value::optional(Some(value.clone()))),
        ("optional.ofNonZeroValue", [value]) => {
            Ok(Value::optional((!conversions::is_zero(value)).then(|| value.clone())))
        }
        _ => Err(no_overload(name.to_owned(), &arguments.iter().collect::<Vec<_>>())),
    }
}

/// Calls a function on a value, such as `x.startsWith(y)`.
pub(super) fn member<'a>(
    name: &str,
    target: &Value<'a>,
    arguments: &[Value<'a>],
    patterns: &CompiledPatterns,
    budget: &Budget,
) -> Evaluated<'a> {
    let found = match (target, name, arguments) {
        (_, "size", []) => Some(size(target, budget)),
        (_, "includes", [value]) => Some(match target {
            Value::List(_) => contains(target, value, budget).map(Value::Bool),
            _ => target.equals(value, budget).map(Value::Bool),
        }),
        (Value::String(text), "matches", [Value::String(pattern)]) => {
            Some(pattern::with(pattern, text, patterns, budget, |regex| Value::Bool(regex.is_match(text))))
        }
        (Value::String(text), "find", [Value::String(pattern)]) => {
            Some(pattern::find(pattern, text, patterns, budget))
        }
        (Value::String(text), "findAll", [Value::String(pattern), most @ ..]) => {
            Some(pattern::find_all(pattern, text, most, patterns, budget))
        }
        (Value::String(text), ..) => strings::call(name, text, arguments, budget),
        (Value::List(list), "join", _) => Some(strings::join(list, arguments, budget)),
        (Value::List(list), ..) => lists::call(name, list, arguments, budget),
        (Value::Quantity(quantity), ..) => {
            budget.spend(quantity.cost())?;
            if let [Value::Quantity(other)] = arguments {
                budget.spend(other.cost())?;
            }
            on_quantity(name, quantity, arguments)
        }
        (Value::Optional(inner), ..) => on_optional(name, inner.as_deref(), arguments),
        _ => None,
    };
    found.unwrap_or_else(|| {
        let given: Vec<&Value<'a>> = std::iter::once(target).chain(arguments).collect();
        Err(no_overload(name.to_owned(), &given))
    })
}

fn size<'a>(value: &Value<'a>, budget: &Budget) -> Evaluated<'a> {
    Ok(Value::count(match value {
        Value::String(text) => {
            budget.read(text.len())?;
            text.chars().count()
        }
        Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        _ => return Err(no_overload("size", &[value])),
    }))
}

/// Whether all items of a list are in another.
fn has_all(set: &List<'_>, items: &List<'_>, budget: &Budget) -> Result<bool, Fault> {
    let set = Value::List(set.clone());
    for item in items.iter() {
        if !contains(&set, &item, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// # Source
/// Kubernetes 1.37.2, apiserver `pkg/cel/library/quantity.go`.
fn on_quantity<'a>(name: &str, quantity: &CelQuantity, arguments: &[Value<'a>]) -> Option<Evaluated<'a>> {
    let made =
        |quantity: Result<CelQuantity, Fault>| quantity.map(|quantity| Value::Quantity(Rc::new(quantity)));
    Some(match (name, arguments) {
        ("isInteger", []) => Ok(Value::Bool(quantity.as_integer().is_some())),
        ("asInteger", []) => quantity
            .as_integer()
            .map(Value::Int)
            .ok_or(Fault::Function("asInteger", "the quantity is no integer, or too large for one")),
        ("asApproximateFloat", []) => Ok(Value::Double(quantity.as_approximate_float())),
        ("sign", []) => Ok(Value::Int(quantity.sign())),
        ("add", [Value::Quantity(other)]) => made(quantity.add(other)),
        ("add", [Value::Int(other)]) => made(quantity.add(&CelQuantity::from(*other))),
        ("sub", [Value::Quantity(other)]) => made(quantity.sub(other)),
        ("sub", [Value::Int(other)]) => made(quantity.sub(&CelQuantity::from(*other))),
        ("isGreaterThan", [Value::Quantity(other)]) => Ok(Value::Bool(quantity > &**other)),
        ("isLessThan", [Value::Quantity(other)]) => Ok(Value::Bool(quantity < &**other)),
        ("compareTo", [Value::Quantity(other)]) => Ok(Value::Int(quantity.cmp(other) as i64)),
        _ => return None,
    })
}

fn on_optional<'a>(name: &str, inner: Option<&Value<'a>>, arguments: &[Value<'a>]) -> Option<Evaluated<'a>> {
    Some(Ok(match (name, arguments) {
        ("hasValue", []) => Value::Bool(inner.is_some()),
        ("value", []) => match inner {
            Some(value) => value.clone(),
            None => return Some(Err(Fault::Function("value", "there is none; ask with hasValue() first"))),
        },
        // Where there is a value, its substitute is not even evaluated.
        ("orValue", [other]) | ("or", [other @ Value::Optional(_)]) => other.clone(),
        _ => return None,
    }))
}

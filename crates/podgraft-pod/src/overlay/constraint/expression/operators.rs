//! Operators that look at all of their operands.
//!
//! # Source
//! cel-go 0.29.2, `common/types`: `int.go`, `uint.go`, `double.go`, `string.go`, `list.go`, `overflow.go`.

use std::{cmp::Ordering, rc::Rc};

use cel::common::ast::operators::{
    ADD, DIVIDE, EQUALS, GREATER, GREATER_EQUALS, IN, LESS, LESS_EQUALS, LOGICAL_NOT, MODULO, MULTIPLY,
    NEGATE, NOT_EQUALS, SUBSTRACT,
};

use super::{
    budget::Budget,
    fault::Fault,
    value::{Evaluated, Value, no_overload},
};

const OVERFLOW: Fault = Fault::Other("a number grows too large");
const BY_ZERO: Fault = Fault::Other("it divides by zero");

/// Applies an operator; `None` for any other function.
pub(super) fn apply<'a>(name: &str, operands: &[Value<'a>], budget: &Budget) -> Option<Evaluated<'a>> {
    Some(match (name, operands) {
        (EQUALS, [one, other]) => one.equals(other, budget).map(Value::Bool),
        (NOT_EQUALS, [one, other]) => one.equals(other, budget).map(|equal| Value::Bool(!equal)),
        (LESS, [one, other]) => compare(one, other, "<", budget, Ordering::is_lt),
        (LESS_EQUALS, [one, other]) => compare(one, other, "<=", budget, Ordering::is_le),
        (GREATER, [one, other]) => compare(one, other, ">", budget, Ordering::is_gt),
        (GREATER_EQUALS, [one, other]) => compare(one, other, ">=", budget, Ordering::is_ge),
        (IN, [one, other]) => contains(other, one, budget).map(Value::Bool),
        (LOGICAL_NOT, [Value::Bool(truth)]) => Ok(Value::Bool(!truth)),
        (LOGICAL_NOT, [value]) => Err(no_overload("!", &[value])),
        (NEGATE, [Value::Int(number)]) => number.checked_neg().map(Value::Int).ok_or(OVERFLOW),
        (NEGATE, [Value::Double(number)]) => Ok(Value::Double(-number)),
        (NEGATE, [value]) => Err(no_overload("-", &[value])),
        (ADD, [one, other]) => add(one, other, budget),
        (SUBSTRACT, [one, other]) => subtract(one, other),
        (MULTIPLY, [one, other]) => multiply(one, other),
        (DIVIDE, [one, other]) => divide(one, other),
        (MODULO, [one, other]) => modulo(one, other),
        _ => return None,
    })
}

fn compare<'a>(
    one: &Value<'a>,
    other: &Value<'a>,
    operator: &'static str,
    budget: &Budget,
    holds: impl Fn(Ordering) -> bool,
) -> Evaluated<'a> {
    let order = one.compare(other, operator, budget)?;
    order
        .map(|order| Value::Bool(holds(order)))
        .ok_or(Fault::Other("what is not a number (NaN) has no order"))
}

/// Whether a list has an item, or a map a key.
pub(super) fn contains(container: &Value<'_>, value: &Value<'_>, budget: &Budget) -> Result<bool, Fault> {
    match container {
        Value::List(list) => {
            for item in list.iter() {
                if item.equals(value, budget)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Map(map) => map.get(value, budget).map(|found| found.is_some()),
        _ => Err(no_overload("in", &[value, container])),
    }
}

/// A number as a list's index: whole ones of any type.
#[expect(clippy::cast_possible_truncation, reason = "only whole numbers within 64 bits are cast")]
pub(super) fn index(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Int(index) => Some(*index),
        Value::Uint(index) => i64::try_from(*index).ok(),
        Value::Double(index) if index.fract() == 0.0 && index.abs() < 9.0e18 => Some(*index as i64),
        _ => None,
    }
}

/// The sum of two numbers, or two texts or lists one after the other.
pub(super) fn add<'a>(one: &Value<'a>, other: &Value<'a>, budget: &Budget) -> Evaluated<'a> {
    match (one, other) {
        (Value::Int(one), Value::Int(other)) => one.checked_add(*other).map(Value::Int).ok_or(OVERFLOW),
        (Value::Uint(one), Value::Uint(other)) => one.checked_add(*other).map(Value::Uint).ok_or(OVERFLOW),
        (Value::Double(one), Value::Double(other)) => Ok(Value::Double(one + other)),
        (Value::String(one), Value::String(other)) => {
            budget.read(one.len() + other.len())?;
            Ok(Value::text([&**one, &**other].concat()))
        }
        (Value::Bytes(one), Value::Bytes(other)) => {
            budget.read(one.len() + other.len())?;
            Ok(Value::Bytes(Rc::from([&**one, &**other].concat())))
        }
        (Value::List(one), Value::List(other)) => {
            budget.spend(one.len() + other.len())?;
            Ok(Value::list(one.iter().chain(other.iter()).collect()))
        }
        _ => Err(no_overload("+", &[one, other])),
    }
}

fn subtract<'a>(one: &Value<'a>, other: &Value<'a>) -> Evaluated<'a> {
    match (one, other) {
        (Value::Int(one), Value::Int(other)) => one.checked_sub(*other).map(Value::Int).ok_or(OVERFLOW),
        (Value::Uint(one), Value::Uint(other)) => one.checked_sub(*other).map(Value::Uint).ok_or(OVERFLOW),
        (Value::Double(one), Value::Double(other)) => Ok(Value::Double(one - other)),
        _ => Err(no_overload("-", &[one, other])),
    }
}

fn multiply<'a>(one: &Value<'a>, other: &Value<'a>) -> Evaluated<'a> {
    match (one, other) {
        (Value::Int(one), Value::Int(other)) => one.checked_mul(*other).map(Value::Int).ok_or(OVERFLOW),
        (Value::Uint(one), Value::Uint(other)) => one.checked_mul(*other).map(Value::Uint).ok_or(OVERFLOW),
        (Value::Double(one), Value::Double(other)) => Ok(Value::Double(one * other)),
        _ => Err(no_overload("*", &[one, other])),
    }
}

fn divide<'a>(one: &Value<'a>, other: &Value<'a>) -> Evaluated<'a> {
    match (one, other) {
        (Value::Int(_), Value::Int(0)) | (Value::Uint(_), Value::Uint(0)) => Err(BY_ZERO),
        (Value::Int(one), Value::Int(other)) => one.checked_div(*other).map(Value::Int).ok_or(OVERFLOW),
        (Value::Uint(one), Value::Uint(other)) => Ok(Value::Uint(one / other)),
        (Value::Double(one), Value::Double(other)) => Ok(Value::Double(one / other)),
        _ => Err(no_overload("/", &[one, other])),
    }
}

fn modulo<'a>(one: &Value<'a>, other: &Value<'a>) -> Evaluated<'a> {
    match (one, other) {
        (Value::Int(_), Value::Int(0)) | (Value::Uint(_), Value::Uint(0)) => Err(BY_ZERO),
        (Value::Int(one), Value::Int(other)) => one.checked_rem(*other).map(Value::Int).ok_or(OVERFLOW),
        (Value::Uint(one), Value::Uint(other)) => Ok(Value::Uint(one % other)),
        _ => Err(no_overload("%", &[one, other])),
    }
}

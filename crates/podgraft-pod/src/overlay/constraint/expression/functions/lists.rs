//! Functions of lists.
//!
//! # Source
//! Kubernetes 1.37.2, apiserver `pkg/cel/library/lists.go`; cel-go 0.29.2, `ext/lists.go`
//! (`ListsVersion(3)`) and `cel/library.go` (`first` and `last`).

use std::cmp::Ordering;

use super::{Budget, Evaluated, Fault, List, Value, contains, no_overload};
use crate::overlay::constraint::expression::operators::add;

const OUT_OF_RANGE: &str = "a place is beyond the list's ends";

/// Calls a function on a list; `None` where there is no such one.
pub(super) fn call<'a>(
    name: &str,
    list: &List<'a>,
    arguments: &[Value<'a>],
    budget: &Budget,
) -> Option<Evaluated<'a>> {
    if let Err(fault) = budget.spend(list.len()) {
        return Some(Err(fault));
    }
    Some(match (name, arguments) {
        ("isSorted", []) => is_sorted(list, budget).map(Value::Bool),
        ("sum", []) => sum(list, budget),
        ("min", []) => extreme(list, "min", Ordering::Less, budget),
        ("max", []) => extreme(list, "max", Ordering::Greater, budget),
        ("indexOf", [value]) => index_of(list, value, false, budget),
        ("lastIndexOf", [value]) => index_of(list, value, true, budget),
        ("slice", [Value::Int(start), Value::Int(end)]) => slice(list, *start, *end),
        ("sort", []) => sort(list, budget),
        ("reverse", []) => {
            let mut items: Vec<_> = list.iter().collect();
            items.reverse();
            Ok(Value::list(items))
        }
        ("distinct", []) => distinct(list, budget),
        ("flatten", []) => flatten(list, 1, budget),
        ("flatten", [Value::Int(depth)]) => match usize::try_from(*depth) {
            Ok(depth) => flatten(list, depth, budget),
            Err(_) => Err(Fault::Function("flatten", "the depth is less than nothing")),
        },
        ("first", []) => Ok(Value::optional(list.get(0))),
        ("last", []) => Ok(Value::optional(list.len().checked_sub(1).and_then(|last| list.get(last)))),
        _ => return None,
    })
}

fn is_sorted(list: &List<'_>, budget: &Budget) -> Result<bool, Fault> {
    let mut last: Option<Value<'_>> = None;
    for item in list.iter() {
        let order = match &last {
            Some(last) => last.compare(&item, "isSorted", budget)?,
            None => item.compare(&item, "isSorted", budget)?,
        };
        if last.is_some() && order == Some(Ordering::Greater) {
            return Ok(false);
        }
        last = Some(item);
    }
    Ok(true)
}

fn sum<'a>(list: &List<'a>, budget: &Budget) -> Evaluated<'a> {
    let mut items = list.iter();
    let Some(mut sum) = items.next() else { return Ok(Value::Int(0)) };
    if !sum.is_number() {
        return Err(no_overload("sum", &[&sum]));
    }
    for item in items {
        sum = add(&sum, &item, budget)?;
    }
    Ok(sum)
}

fn extreme<'a>(list: &List<'a>, name: &'static str, wanted: Ordering, budget: &Budget) -> Evaluated<'a> {
    let mut found: Option<Value<'a>> = None;
    for item in list.iter() {
        // The first is compared with itself: it must have an order.
        let order = item.compare(found.as_ref().unwrap_or(&item), name, budget)?;
        if found.is_none() || order == Some(wanted) {
            found = Some(item);
        }
    }
    found.ok_or(Fault::Function(name, "the list is empty"))
}

fn index_of<'a>(list: &List<'a>, value: &Value<'a>, is_last: bool, budget: &Budget) -> Evaluated<'a> {
    let length = list.len();
    for step in 0..length {
        let index = if is_last { length - 1 - step } else { step };
        if let Some(item) = list.get(index)
            && item.equals(value, budget)?
        {
            return Ok(Value::count(index));
        }
    }
    Ok(Value::Int(-1))
}

fn slice<'a>(list: &List<'a>, start: i64, end: i64) -> Evaluated<'a> {
    match (usize::try_from(start), usize::try_from(end)) {
        (Ok(start), Ok(end)) if start <= end && end <= list.len() => {
            Ok(Value::list((start..end).filter_map(|index| list.get(index)).collect()))
        }
        _ => Err(Fault::Function("slice", OUT_OF_RANGE)),
    }
}

fn sort<'a>(list: &List<'a>, budget: &Budget) -> Evaluated<'a> {
    let mut items: Vec<Value<'a>> = list.iter().collect();
    let Some(first) = items.first().map(Value::type_name) else { return Ok(Value::list(items)) };
    if let Some(other) = items.iter().find(|item| item.type_name() != first) {
        return Err(no_overload("sort", &[&items[0], other]));
    }
    let mut fault = items[0].compare(&items[0], "sort", budget).err();
    items.sort_by(|one, other| match one.compare(other, "sort", budget) {
        Ok(order) => order.unwrap_or(Ordering::Equal),
        Err(error) => {
            fault.get_or_insert(error);
            Ordering::Equal
        }
    });
    fault.map_or(Ok(Value::list(items)), Err)
}

fn distinct<'a>(list: &List<'a>, budget: &Budget) -> Evaluated<'a> {
    let mut unique = Value::list(Vec::new());
    for item in list.iter() {
        if contains(&unique, &item, budget)? {
            continue;
        }
        if let Value::List(List::Made(items)) = &mut unique {
            std::rc::Rc::make_mut(items).push(item);
        }
    }
    Ok(unique)
}

fn flatten<'a>(list: &List<'a>, depth: usize, budget: &Budget) -> Evaluated<'a> {
    let mut flat = Vec::new();
    flatten_into(list, depth, &mut flat, budget)?;
    Ok(Value::list(flat))
}

fn flatten_into<'a>(
    list: &List<'a>,
    depth: usize,
    flat: &mut Vec<Value<'a>>,
    budget: &Budget,
) -> Result<(), Fault> {
    budget.spend(list.len())?;
    for item in list.iter() {
        match &item {
            Value::List(inner) if depth > 0 => flatten_into(inner, depth - 1, flat, budget)?,
            _ => flat.push(item),
        }
    }
    Ok(())
}

/// The numbers from nothing up to an end.
pub(super) fn range<'a>(end: i64, budget: &Budget) -> Evaluated<'a> {
    let length =
        usize::try_from(end).map_err(|_| Fault::Function("lists.range", "the end is less than nothing"))?;
    budget.spend(length)?;
    Ok(Value::list((0..end).map(Value::Int).collect()))
}

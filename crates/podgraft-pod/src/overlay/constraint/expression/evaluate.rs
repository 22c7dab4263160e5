//! [`Evaluation`]: an expression's value.
//!
//! The parser is a library's, the evaluation is not: a constraint must mean what the API server would
//! take it for, count what it costs as it goes, and copy nothing of the pod.
//!
//! # Source
//! cel-go 0.29.2, `interpreter`: `interpretable.go` and `attributes.go`.

use std::rc::Rc;

use cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr as Tree, LiteralValue, MapExpr, SelectExpr,
    operators,
};

use super::{
    budget::Budget,
    fault::Fault,
    functions, operators as arithmetic,
    pattern::CompiledPatterns,
    signatures::is_namespace,
    value::{Evaluated, List, Map, Value, no_overload},
};

/// What making a list or a map costs, as in cel-go.
const LIST: usize = 10;
const MAP: usize = 30;

/// What an expression sees while it is evaluated.
pub(super) struct Evaluation<'a> {
    /// `object`: the pod template.
    pub(super) object: &'a serde_json::Value,
    /// `namespaceObject`.
    pub(super) namespace: &'a serde_json::Value,
    pub(super) budget: &'a Budget,
    /// The patterns that the expression writes, compiled when it was read.
    pub(super) patterns: &'a CompiledPatterns,
    /// What macros bind, the innermost last. A loop's result may be an error that a later round absorbs.
    scope: Vec<(&'a str, Evaluated<'a>)>,
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(
        object: &'a serde_json::Value,
        namespace: &'a serde_json::Value,
        budget: &'a Budget,
        patterns: &'a CompiledPatterns,
    ) -> Self {
        Self { object, namespace, budget, patterns, scope: Vec::new() }
    }

    /// The value of a part of an expression.
    pub(super) fn value(&mut self, tree: &'a Tree) -> Evaluated<'a> {
        self.budget.spend(1)?;
        match &tree.expr {
            Expr::Literal(literal) => Ok(constant(literal)),
            Expr::Ident(name) => self.variable(name),
            Expr::Select(select) => self.select(select),
            Expr::List(list) => {
                self.budget.spend(LIST)?;
                let items: Result<Vec<_>, _> = list.elements.iter().map(|item| self.value(item)).collect();
                items.map(Value::list)
            }
            Expr::Map(map) => self.map(map),
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(of) => self.comprehension(of),
            Expr::Struct(_) | Expr::Unspecified => Err(Fault::Other("a part of it is no value")),
        }
    }

    /// The value of a part of an expression in which a name stands for a value.
    pub(super) fn bound(&mut self, name: &'a str, value: Value<'a>, tree: &'a Tree) -> Evaluated<'a> {
        self.scope.push((name, Ok(value)));
        let value = self.value(tree);
        self.scope.pop();
        value
    }

    fn variable(&self, name: &str) -> Evaluated<'a> {
        if let Some((_, value)) = self.scope.iter().rev().find(|(bound, _)| *bound == name) {
            return value.clone();
        }
        Ok(Value::from(if name == "object" { self.object } else { self.namespace }))
    }

    /// `value.field`, and `has(value.field)`.
    fn select(&mut self, select: &'a SelectExpr) -> Evaluated<'a> {
        let value = self.value(&select.operand)?;
        if select.test {
            return Ok(Value::Bool(match value {
                Value::Map(map) => map.field(&select.field).is_some(),
                Value::Optional(Some(inner)) => {
                    matches!(&*inner, Value::Map(map) if map.field(&select.field).is_some())
                }
                Value::List(_) => return Err(no_overload("has", &[&value])),
                // As in Kubernetes: what is no map has no field.
                _ => false,
            }));
        }
        match value {
            Value::Map(map) => map.field(&select.field).ok_or_else(|| Fault::NoSuchKey(select.field.clone())),
            // Once a field was optional, those behind it are.
            Value::Optional(Some(inner)) => {
                find_optional(&inner, &Value::borrowed(&select.field), self.budget)
            }
            Value::Optional(None) => Ok(Value::Optional(None)),
            other => Err(no_overload(format!(".{}", select.field), &[&other])),
        }
    }

    fn map(&mut self, map: &'a MapExpr) -> Evaluated<'a> {
        self.budget.spend(MAP)?;
        let mut entries: Vec<(Value<'a>, Value<'a>)> = Vec::with_capacity(map.entries.len());
        for entry in &map.entries {
            let EntryExpr::MapEntry(entry) = &entry.expr else {
                return Err(Fault::Other("a part of it is no value"));
            };
            let key = self.value(&entry.key)?;
            if !matches!(key, Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::String(_)) {
                return Err(no_overload("a map's key", &[&key]));
            }
            for (other, _) in &entries {
                if other.equals(&key, self.budget)? {
                    return Err(Fault::Other("a map that it writes has a key twice"));
                }
            }
            entries.push((key, self.value(&entry.value)?));
        }
        Ok(Value::Map(Map::Made(Rc::new(entries))))
    }

    fn call(&mut self, call: &'a CallExpr) -> Evaluated<'a> {
        let target = call.target.as_deref();
        match (call.func_name.as_str(), target, call.args.as_slice()) {
            (operators::LOGICAL_OR, None, [one, other]) => self.either(one, other, true),
            (operators::LOGICAL_AND, None, [one, other]) => self.either(one, other, false),
            (operators::CONDITIONAL, None, [condition, yes, no]) => match self.value(condition)? {
                Value::Bool(true) => self.value(yes),
                Value::Bool(false) => self.value(no),
                other => Err(no_overload("?:", &[&other])),
            },
            (operators::NOT_STRICTLY_FALSE, None, [value]) => match self.value(value) {
                Err(fault) if fault.is_final() => Err(fault),
                value => Ok(Value::Bool(!matches!(value, Ok(Value::Bool(false))))),
            },
            (operators::INDEX, None, [value, index]) => {
                let (value, key) = (self.value(value)?, self.value(index)?);
                self.index(value, &key, index)
            }
            (operators::OPT_INDEX | operators::OPT_SELECT, None, [value, index]) => {
                let (value, key) = (self.value(value)?, self.value(index)?);
                let value = match value {
                    Value::Optional(None) => return Ok(value),
                    Value::Optional(Some(inner)) => (*inner).clone(),
                    other => other,
                };
                find_optional(&value, &key, self.budget)
            }
            (name, Some(Tree { expr: Expr::Ident(prefix), .. }), _) if self.is_namespace(prefix) => {
                let arguments = self.arguments(&call.args)?;
                functions::global(&format!("{prefix}.{name}"), &arguments, self.patterns, self.budget)
            }
            (name, Some(target), arguments) => {
                let target = self.value(target)?;
                if let (Value::Optional(Some(inner)), "orValue" | "or", [_]) = (&target, name, arguments) {
                    // What stands in for a missing value is not evaluated where there is one.
                    return Ok(if name == "or" { target } else { (**inner).clone() });
                }
                let arguments = self.arguments(&call.args)?;
                functions::member(name, &target, &arguments, self.patterns, self.budget)
            }
            (name, None, _) => {
                let arguments = self.arguments(&call.args)?;
                arithmetic::apply(name, &arguments, self.budget)
                    .unwrap_or_else(|| functions::global(name, &arguments, self.patterns, self.budget))
            }
        }
    }

    fn arguments(&mut self, trees: &'a [Tree]) -> Result<Vec<Value<'a>>, Fault> {
        trees.iter().map(|tree| self.value(tree)).collect()
    }

    /// Whether a name is the first part of functions' names, and not that of a variable.
    fn is_namespace(&self, name: &str) -> bool {
        is_namespace(name) && !self.scope.iter().any(|(bound, _)| *bound == name)
    }

    /// "||" where `decides` is true, else "&&": an error on one side is none where the other decides.
    fn either(&mut self, one: &'a Tree, other: &'a Tree, decides: bool) -> Evaluated<'a> {
        let operator = if decides { "||" } else { "&&" };
        let mut fault = None;
        for side in [one, other] {
            match self.value(side) {
                Ok(Value::Bool(answer)) if answer == decides => return Ok(Value::Bool(decides)),
                Ok(Value::Bool(_)) => {}
                Ok(value) => fault = fault.or_else(|| Some(no_overload(operator, &[&value]))),
                Err(error) if error.is_final() => return Err(error),
                Err(error) => fault = fault.or(Some(error)),
            }
        }
        fault.map_or(Ok(Value::Bool(!decides)), Err)
    }

    /// `value[key]`.
    fn index(&self, value: Value<'a>, key: &Value<'a>, written: &Tree) -> Evaluated<'a> {
        if let Value::Optional(inner) = value {
            let Some(inner) = inner else { return Ok(Value::Optional(None)) };
            return find_optional(&inner, key, self.budget);
        }
        match (find(&value, key, self.budget)?, value) {
            (Some(found), _) => Ok(found),
            (None, Value::List(_)) => Err(Fault::Other("a list has no such index")),
            // A key that was computed may be a secret.
            (None, _) => Err(match (&written.expr, key) {
                (Expr::Literal(_), Value::String(key)) => Fault::NoSuchKey(key.to_string()),
                _ => Fault::NoSuchComputedKey,
            }),
        }
    }

    fn comprehension(&mut self, of: &'a ComprehensionExpr) -> Evaluated<'a> {
        let items = match self.value(&of.iter_range)? {
            Value::List(list) => list,
            Value::Map(map) => {
                self.budget.spend(map.len())?;
                List::Made(Rc::new(map.keys()))
            }
            other => return Err(no_overload("a loop", &[&other])),
        };
        let depth = self.scope.len();
        let mut result = self.value(&of.accu_init);
        // A loop that no round can end has no use for rounds after an error.
        let runs_on = matches!(&of.loop_cond.expr, Expr::Literal(_));
        for item in items.iter() {
            self.scope.truncate(depth);
            self.scope.push((&of.accu_var, result));
            let goes_on = self.value(&of.loop_cond);
            if !matches!(goes_on, Ok(Value::Bool(true))) {
                result = self.scope.pop().map_or(Ok(Value::Null), |(_, result)| result);
                goes_on?;
                break;
            }
            self.scope.push((&of.iter_var, Ok(item)));
            result = self.step(&of.loop_step, depth);
            match &result {
                Err(fault) if runs_on || fault.is_final() => break,
                _ => {}
            }
        }
        self.scope.truncate(depth);
        self.scope.push((&of.accu_var, result));
        let value = self.value(&of.result);
        self.scope.truncate(depth);
        value
    }

    /// The next result of a loop, whose last is at `place` in the scope: what appends to a list appends
    /// in place, for a copy a round would take quadratic time.
    fn step(&mut self, tree: &'a Tree, place: usize) -> Evaluated<'a> {
        if let Expr::Call(call) = &tree.expr {
            let is_result = |tree: &Tree| matches!(&tree.expr, Expr::Ident(name) if self.scope.get(place).is_some_and(|(bound, _)| bound == name));
            match (call.func_name.as_str(), call.args.as_slice()) {
                (operators::ADD, [result, Tree { expr: Expr::List(list), .. }]) if is_result(result) => {
                    self.budget.spend(LIST)?;
                    let items = self.arguments(&list.elements)?;
                    return append(self.take(place)?, items);
                }
                (operators::CONDITIONAL, [condition, next, result]) if is_result(result) => {
                    return match self.value(condition)? {
                        Value::Bool(true) => self.step(next, place),
                        Value::Bool(false) => self.take(place),
                        other => Err(no_overload("a loop's condition", &[&other])),
                    };
                }
                _ => {}
            }
        }
        self.value(tree)
    }

    /// Takes the last result of a loop out of the scope.
    fn take(&mut self, place: usize) -> Evaluated<'a> {
        self.budget.spend(1)?;
        std::mem::replace(&mut self.scope[place].1, Ok(Value::Null))
    }
}

fn append<'a>(list: Value<'a>, more: Vec<Value<'a>>) -> Evaluated<'a> {
    let Value::List(List::Made(mut items)) = list else { return Err(no_overload("+", &[&list])) };
    Rc::make_mut(&mut items).extend(more);
    Ok(Value::List(List::Made(items)))
}

/// What is at a key or index; `None` where nothing is.
fn find<'a>(value: &Value<'a>, key: &Value<'a>, budget: &Budget) -> Result<Option<Value<'a>>, Fault> {
    match value {
        Value::Map(map) => map.get(key, budget),
        Value::List(list) => {
            let index = arithmetic::index(key).ok_or_else(|| no_overload("[]", &[value, key]))?;
            Ok(usize::try_from(index).ok().and_then(|index| list.get(index)))
        }
        _ => Err(no_overload("[]", &[value, key])),
    }
}

/// The same, as an optional value: what has no items has none at any key.
fn find_optional<'a>(value: &Value<'a>, key: &Value<'a>, budget: &Budget) -> Evaluated<'a> {
    match value {
        Value::Map(_) | Value::List(_) => find(value, key, budget).map(Value::optional),
        _ => Ok(Value::Optional(None)),
    }
}

fn constant(literal: &LiteralValue) -> Value<'_> {
    match literal {
        LiteralValue::Null => Value::Null,
        LiteralValue::Boolean(truth) => Value::Bool(*truth.inner()),
        LiteralValue::Int(number) => Value::Int(*number.inner()),
        LiteralValue::UInt(number) => Value::Uint(*number.inner()),
        LiteralValue::Double(number) => Value::Double(*number.inner()),
        LiteralValue::String(text) => Value::borrowed(text.inner()),
        LiteralValue::Bytes(bytes) => Value::Bytes(bytes.inner().into()),
    }
}

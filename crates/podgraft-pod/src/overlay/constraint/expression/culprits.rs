//! The containers and volumes for which an expression does not hold, where it says something of each.

use cel::{
    IdedExpr as Tree,
    common::ast::{ComprehensionExpr, Expr, LiteralValue, operators},
};

use super::{Expression, evaluate::Evaluation, value::Value, variables::Variables};

/// A list of containers or volumes, and the index of one.
pub(in crate::overlay) type Culprit = (&'static str, usize);

const LISTS: [&str; 3] = ["initContainers", "containers", "volumes"];

impl Expression {
    /// The containers and volumes on account of which the expression is not true: those that a loop over them says
    /// something else of than it demands of all. None where there is no such loop.
    pub(in crate::overlay) fn culprits(&self, variables: &Variables<'_>) -> Vec<Culprit> {
        let mut found = Vec::new();
        let mut evaluation = variables.begin(&self.read.patterns);
        visit(&self.read.tree, true, &mut evaluation, &mut found);
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Looks for loops in a part of an expression that should be `wanted`.
fn visit<'a>(tree: &'a Tree, wanted: bool, evaluation: &mut Evaluation<'a>, found: &mut Vec<Culprit>) {
    match &tree.expr {
        Expr::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND | operators::LOGICAL_OR, [one, other]) => {
                visit(one, wanted, evaluation, found);
                visit(other, wanted, evaluation, found);
            }
            (operators::CONDITIONAL, [_, yes, no]) => {
                visit(yes, wanted, evaluation, found);
                visit(no, wanted, evaluation, found);
            }
            (operators::LOGICAL_NOT, [inner]) => visit(inner, !wanted, evaluation, found),
            _ => {}
        },
        Expr::Comprehension(of) => of_loop(of, wanted, evaluation, found),
        _ => {}
    }
}

/// The items that make a loop of `all`, or of `exists` that should find none, what it should not be.
fn of_loop<'a>(
    of: &'a ComprehensionExpr,
    wanted: bool,
    evaluation: &mut Evaluation<'a>,
    found: &mut Vec<Culprit>,
) {
    let Some(condition) = condition(of, wanted) else { return };
    for list in lists(&of.iter_range) {
        let pod = evaluation.object;
        let items = pod.get("spec").and_then(|spec| spec.get(list)).and_then(serde_json::Value::as_array);
        for (index, item) in items.into_iter().flatten().enumerate() {
            let answer = evaluation.bound(&of.iter_var, Value::from(item), condition);
            let is_as_wanted = matches!(answer, Ok(Value::Bool(answer)) if answer == wanted);
            if !is_as_wanted && !matches!(&answer, Err(fault) if fault.is_final()) {
                found.push((list, index));
            }
        }
    }
}

/// What a loop asks of each item, where it is `all` (and must be true) or `exists` (and must not).
fn condition(of: &ComprehensionExpr, wanted: bool) -> Option<&Tree> {
    let Expr::Literal(LiteralValue::Boolean(start)) = &of.accu_init.expr else { return None };
    let Expr::Call(step) = &of.loop_step.expr else { return None };
    let operator = if wanted { operators::LOGICAL_AND } else { operators::LOGICAL_OR };
    match step.args.as_slice() {
        [Tree { expr: Expr::Ident(result), .. }, condition]
            if *start.inner() == wanted && step.func_name == operator && *result == of.accu_var =>
        {
            Some(condition)
        }
        _ => None,
    }
}

/// The lists that a value is made of: `object.spec.containers + object.spec.?initContainers.orValue([])`.
fn lists(tree: &Tree) -> Vec<&'static str> {
    match &tree.expr {
        Expr::Select(select) if is_spec(&select.operand) => known(&select.field),
        Expr::Call(call) => match (call.func_name.as_str(), call.target.as_deref(), call.args.as_slice()) {
            (operators::ADD, None, [one, other]) => [lists(one), lists(other)].concat(),
            ("orValue", Some(target), _) => lists(target),
            (operators::OPT_SELECT | operators::OPT_INDEX | operators::INDEX, None, [value, name])
                if is_spec(value) =>
            {
                match &name.expr {
                    Expr::Literal(LiteralValue::String(name)) => known(name.inner()),
                    _ => Vec::new(),
                }
            }
            (operators::CONDITIONAL, None, [_, yes, no]) => [lists(yes), lists(no)].concat(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn known(name: &str) -> Vec<&'static str> {
    LISTS.into_iter().filter(|list| *list == name).collect()
}

/// Whether a value is `object.spec`.
fn is_spec(tree: &Tree) -> bool {
    let is_object = |tree: &Tree| matches!(&tree.expr, Expr::Ident(name) if name == "object");
    match &tree.expr {
        Expr::Select(select) => select.field == "spec" && is_object(&select.operand),
        Expr::Call(call) => match call.args.as_slice() {
            [value, name] if call.func_name == operators::OPT_SELECT => {
                is_object(value)
                    && matches!(&name.expr, Expr::Literal(LiteralValue::String(name)) if name.inner() == "spec")
            }
            _ => false,
        },
        _ => false,
    }
}

//! What an evaluation may spend.
//!
//! The interpreter has no budget of its own, so a part of an expression that can take long, or make
//! something large, is wrapped in a call that pays for it first: each round of a loop, with the item that it
//! copies and the result so far; and everything that is handed to a function.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use kube_cel::cel::{
    ExecutionError, Value,
    common::ast::{CallExpr, EntryExpr, Expr},
    parser::Expression as Tree,
};

/// What one evaluation may spend: a value costs one, and one more for each [`LETTERS`] of text in it.
const BUDGET: u64 = 1_000_000;
const LETTERS: u64 = 16;
/// What compiling a pattern costs beside.
pub(super) const PATTERN: u64 = 1_000;

pub(super) const SPENT: &str =
    "it takes too long for this pod; nest fewer loops, and do not build large lists or texts";

/// Pays for a value and gives it back.
pub(super) const PAY: &str = "@pay";
/// Pays for two values and gives back the second.
pub(super) const PAY_BOTH: &str = "@pay_both";

/// What is left of a budget.
#[derive(Debug, Clone, Default)]
pub(super) struct Meter(Arc<AtomicU64>);

impl Meter {
    /// Starts anew.
    pub(super) fn refill(&self) {
        self.0.store(BUDGET, Ordering::Relaxed);
    }

    pub(super) fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    /// Pays an amount.
    pub(super) fn spend(&self, amount: u64) -> Result<(), ExecutionError> {
        let left = self.0.load(Ordering::Relaxed).saturating_sub(amount);
        self.0.store(left, Ordering::Relaxed);
        if left == 0 { Err(ExecutionError::function_error("budget", SPENT)) } else { Ok(()) }
    }

    /// Pays for a value.
    pub(super) fn pay(&self, value: &Value) -> Result<(), ExecutionError> {
        match value {
            Value::List(items) => {
                self.spend(1)?;
                items.iter().try_for_each(|item| self.pay(item))
            }
            Value::Map(map) => {
                self.spend(1 + map.map.len() as u64)?;
                // Each entry costs the same in any order, and the sum is what counts.
                map.map.values().try_for_each(|value| self.pay(value))
            }
            Value::String(text) => self.spend(1 + text.len() as u64 / LETTERS),
            Value::Bytes(bytes) => self.spend(1 + bytes.len() as u64 / LETTERS),
            _ => self.spend(1),
        }
    }
}

/// The same expression, paying for what it does.
pub(super) fn metered(mut tree: Tree) -> Tree {
    wrap_inside(&mut tree);
    tree
}

fn wrap_inside(tree: &mut Tree) {
    match &mut tree.expr {
        Expr::Select(select) => wrap_inside(&mut select.operand),
        Expr::List(list) => list.elements.iter_mut().for_each(wrap_inside),
        Expr::Map(map) => {
            for entry in &mut map.entries {
                if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                    wrap_inside(&mut entry.key);
                    wrap_inside(&mut entry.value);
                }
            }
        }
        Expr::Call(call) => {
            // Operators look at values where they are, but for "+", which copies them.
            let copies = call.func_name == "_+_" || !call.func_name.contains(['_', '@', '!']);
            let is_name = |target: &Tree| matches!(target.expr, Expr::Ident(_));
            if let Some(target) = &mut call.target {
                wrap_inside(target);
                // "sets.contains": the target may be a part of the function's name.
                if copies && !is_name(target) {
                    wrap(target);
                }
            }
            for argument in &mut call.args {
                wrap_inside(argument);
                if copies {
                    wrap(argument);
                }
            }
        }
        Expr::Comprehension(of) => {
            for part in
                [&mut of.iter_range, &mut of.accu_init, &mut of.loop_cond, &mut of.loop_step, &mut of.result]
            {
                wrap_inside(part);
            }
            let item = Tree { id: 0, expr: Expr::Ident(of.iter_var.clone()) };
            let step = std::mem::take(&mut of.loop_step);
            of.loop_step = call(PAY_BOTH, vec![item, step]);
        }
        Expr::Literal(_) | Expr::Ident(_) | Expr::Struct(_) | Expr::Unspecified => {}
    }
}

fn wrap(tree: &mut Tree) {
    let inner = std::mem::take(tree);
    *tree = call(PAY, vec![inner]);
}

fn call(name: &str, args: Vec<Tree>) -> Tree {
    Tree { id: 0, expr: Expr::Call(CallExpr { func_name: name.to_owned(), target: None, args }) }
}

//! The names in an expression: a misspelt one is told when the overlay is read, not when a test starts.

use kube_cel::cel::{
    common::ast::{EntryExpr, Expr},
    parser::Expression as Tree,
};

use crate::diagnostic::did_you_mean;

const VARIABLES: [&str; 2] = ["object", "namespaceObject"];

/// What can be called: CEL's own functions, and Kubernetes' for strings, lists, sets and quantities.
/// `lists.range` is left out, for it makes lists of any length; times are, for a pod has none.
const FUNCTIONS: [&str; 60] = [
    "add",
    "asApproximateFloat",
    "asInteger",
    "bytes",
    "charAt",
    "compareTo",
    "contains",
    "distinct",
    "double",
    "endsWith",
    "first",
    "flatten",
    "indexOf",
    "int",
    "isGreaterThan",
    "isInteger",
    "isLessThan",
    "isQuantity",
    "isSorted",
    "join",
    "last",
    "lastIndexOf",
    "lowerAscii",
    "matches",
    "max",
    "min",
    "quantity",
    "replace",
    "reverse",
    "sets.contains",
    "sets.equivalent",
    "sets.intersects",
    "sign",
    "size",
    "slice",
    "sort",
    "split",
    "startsWith",
    "string",
    "strings.quote",
    "sub",
    "substring",
    "sum",
    "trim",
    "uint",
    "upperAscii",
    // Operators and what macros become.
    "_?_:_",
    "_&&_",
    "_||_",
    "!_",
    "_-_",
    "_+_",
    "_*_",
    "_/_",
    "_%_",
    "_==_",
    "_!=_",
    "_>=_",
    "_<=_",
    "_>_",
];
const MORE: [&str; 6] = ["_<_", "-_", "_[_]", "@not_strictly_false", "@in", "not"];

/// Refuses unknown variables and functions.
pub(super) fn check(tree: &Tree) -> Result<(), String> {
    visit(tree, &mut Vec::new())
}

/// Goes through an expression; `bound` are the names that macros around it bind.
fn visit<'t>(tree: &'t Tree, bound: &mut Vec<&'t str>) -> Result<(), String> {
    match &tree.expr {
        Expr::Literal(_) => Ok(()),
        Expr::Ident(name) => variable(name, bound),
        Expr::Select(select) => visit(&select.operand, bound),
        Expr::List(list) => list.elements.iter().try_for_each(|item| visit(item, bound)),
        Expr::Map(map) => map.entries.iter().try_for_each(|entry| match &entry.expr {
            EntryExpr::MapEntry(entry) => {
                visit(&entry.key, bound)?;
                visit(&entry.value, bound)
            }
            EntryExpr::StructField(_) => Err(NO_TYPES.to_owned()),
        }),
        Expr::Call(call) => {
            let mut name = call.func_name.clone();
            if let Some(target) = &call.target {
                match &target.expr {
                    Expr::Ident(prefix) if is_namespace(prefix) => name = format!("{prefix}.{name}"),
                    _ => visit(target, bound)?,
                }
            }
            function(&name)?;
            call.args.iter().try_for_each(|argument| visit(argument, bound))
        }
        Expr::Comprehension(of) => {
            visit(&of.iter_range, bound)?;
            visit(&of.accu_init, bound)?;
            let outside = bound.len();
            bound.extend([of.iter_var.as_str(), of.accu_var.as_str()]);
            bound.extend(of.iter_var2.as_deref());
            let inside = [&of.loop_cond, &of.loop_step, &of.result];
            inside.into_iter().try_for_each(|part| visit(part, bound))?;
            bound.truncate(outside);
            Ok(())
        }
        Expr::Struct(_) => Err(NO_TYPES.to_owned()),
        Expr::Unspecified => Err("correct the expression: a part of it is missing".to_owned()),
    }
}

const NO_TYPES: &str = "write a map as {\"key\": value}: there are no types to make objects of";

fn is_namespace(prefix: &str) -> bool {
    FUNCTIONS.iter().any(|name| name.split_once('.').is_some_and(|(first, _)| first == prefix))
}

fn variable(name: &str, bound: &[&str]) -> Result<(), String> {
    if VARIABLES.contains(&name) || bound.contains(&name) {
        return Ok(());
    }
    // What macros bind has names that nobody can write.
    let named = bound.iter().copied().filter(|name| !name.starts_with('@'));
    let near = did_you_mean(name, VARIABLES.into_iter().chain(named));
    let near = if near.is_empty() { format!("; there is {}", VARIABLES.join(" and ")) } else { near };
    Err(format!("there is no variable \"{name}\"{near}"))
}

fn function(name: &str) -> Result<(), String> {
    if FUNCTIONS.contains(&name) || MORE.contains(&name) {
        return Ok(());
    }
    let macros = ["has", "all", "exists", "exists_one", "map", "filter"];
    let known = FUNCTIONS.into_iter().filter(|name| !name.starts_with(['_', '!'])).chain(macros);
    let near = did_you_mean(name, known);
    let near = if near.is_empty() { "; docs/overlays.md lists what there is".to_owned() } else { near };
    Err(format!("there is no function \"{name}\" with these arguments{near}"))
}

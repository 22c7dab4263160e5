//! The names in an expression: a misspelt one is told when the overlay is read, not when it is judged.

use std::ops::RangeInclusive;

use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr as Tree, LiteralValue};

use super::signatures::{GLOBAL, MACROS, MEMBER, is_namespace};
use podgraft_merge::diagnostic::did_you_mean;

const VARIABLES: [&str; 2] = ["object", "namespaceObject"];

/// What the parser makes of operators and macros.
const OPERATORS: [&str; 19] = [
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
    "_<_",
    "-_",
    "_[_]",
    "@not_strictly_false",
    "@in",
];
/// The same, of optional fields and items.
const OPTIONAL: [&str; 2] = ["_?._", "_[?_]"];

/// What an expression names.
#[derive(Debug, Default)]
pub(super) struct Names<'t> {
    /// The patterns that it writes.
    pub(super) patterns: Vec<&'t str>,
    /// Whether `namespaceObject` is among the names.
    pub(super) has_namespace: bool,
    /// The names that macros around a part bind.
    bound: Vec<&'t str>,
}

/// Refuses unknown variables and functions.
///
/// # Errors
/// The first of them, and what may be meant.
pub(super) fn check(tree: &Tree) -> Result<Names<'_>, String> {
    let mut names = Names::default();
    names.visit(tree)?;
    Ok(names)
}

const NO_TYPES: &str = "write a map as {\"key\": value}: there are no types to make objects of";
const NO_OPTIONAL_ITEMS: &str = "write lists and maps without \"?\" before their items";

impl<'t> Names<'t> {
    fn visit(&mut self, tree: &'t Tree) -> Result<(), String> {
        match &tree.expr {
            Expr::Literal(_) => Ok(()),
            Expr::Ident(name) => self.variable(name),
            Expr::Select(select) => self.visit(&select.operand),
            Expr::List(list) if !list.optional_indices.is_empty() => Err(NO_OPTIONAL_ITEMS.to_owned()),
            Expr::List(list) => list.elements.iter().try_for_each(|item| self.visit(item)),
            Expr::Map(map) => map.entries.iter().try_for_each(|entry| match &entry.expr {
                EntryExpr::MapEntry(entry) if entry.optional => Err(NO_OPTIONAL_ITEMS.to_owned()),
                EntryExpr::MapEntry(entry) => {
                    self.visit(&entry.key)?;
                    self.visit(&entry.value)
                }
                EntryExpr::StructField(_) => Err(NO_TYPES.to_owned()),
            }),
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(of) => self.comprehension(of),
            Expr::Struct(_) => Err(NO_TYPES.to_owned()),
            Expr::Unspecified => Err("correct the expression: a part of it is missing".to_owned()),
        }
    }

    fn call(&mut self, call: &'t CallExpr) -> Result<(), String> {
        let name = call.func_name.as_str();
        let known = match call.target.as_deref() {
            Some(Tree { expr: Expr::Ident(prefix), .. })
                if is_namespace(prefix) && !self.bound.contains(&prefix.as_str()) =>
            {
                let name = format!("{prefix}.{name}");
                function(&name, &GLOBAL, call.args.len())
            }
            Some(target) => {
                self.visit(target)?;
                function(name, &MEMBER, call.args.len())
            }
            None if OPERATORS.contains(&name) || OPTIONAL.contains(&name) => Ok(()),
            None => function(name, &GLOBAL, call.args.len()),
        };
        known?;
        if matches!(name, "matches" | "find" | "findAll")
            && let Some(Tree { expr: Expr::Literal(LiteralValue::String(pattern)), .. }) =
                call.args.get(usize::from(call.target.is_none()))
        {
            self.patterns.push(pattern.inner());
        }
        call.args.iter().try_for_each(|argument| self.visit(argument))
    }

    fn comprehension(&mut self, of: &'t ComprehensionExpr) -> Result<(), String> {
        self.visit(&of.iter_range)?;
        self.visit(&of.accu_init)?;
        let outside = self.bound.len();
        self.bound.extend([of.iter_var.as_str(), of.accu_var.as_str()]);
        for inside in [&of.loop_cond, &of.loop_step, &of.result] {
            self.visit(inside)?;
        }
        self.bound.truncate(outside);
        Ok(())
    }

    fn variable(&mut self, name: &str) -> Result<(), String> {
        if self.bound.contains(&name) {
            return Ok(());
        }
        self.has_namespace |= name == VARIABLES[1];
        if VARIABLES.contains(&name) {
            return Ok(());
        }
        // What macros bind has names that nobody can write.
        let named = self.bound.iter().copied().filter(|name| !name.starts_with('@'));
        let near = did_you_mean(name, VARIABLES.into_iter().chain(named));
        let near = if near.is_empty() { format!("; there is {}", VARIABLES.join(" and ")) } else { near };
        Err(format!("there is no variable \"{name}\"{near}"))
    }
}

/// Whether a function is among some, and takes so many arguments.
fn function(name: &str, among: &[(&str, RangeInclusive<usize>)], count: usize) -> Result<(), String> {
    if among.iter().any(|(known, counts)| *known == name && counts.contains(&count)) {
        return Ok(());
    }
    let all = GLOBAL.iter().chain(&MEMBER);
    let counts: Vec<&RangeInclusive<usize>> =
        all.clone().filter(|(known, _)| *known == name).map(|(_, counts)| counts).collect();
    if !among.iter().any(|(known, _)| *known == name) && !counts.is_empty() {
        let way = if GLOBAL.iter().any(|(known, _)| *known == name) { "" } else { "value." };
        return Err(format!("call it as {way}{name}(...)"));
    }
    if !counts.is_empty() {
        return Err(format!(
            "there is no function \"{name}\" with {count} arguments; docs/overlays.md lists what there is"
        ));
    }
    let near = did_you_mean(name, all.map(|(known, _)| *known).chain(MACROS));
    let near = if near.is_empty() { "; docs/overlays.md lists what there is".to_owned() } else { near };
    Err(format!("there is no function \"{name}\"{near}"))
}

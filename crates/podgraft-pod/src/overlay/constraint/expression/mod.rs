//! [`Expression`]: a constraint in CEL, as a `ValidatingAdmissionPolicy` writes it.
//!
//! `object` is the role's final pod template, `namespaceObject` its namespace. Kubernetes' functions for
//! strings, lists, sets, patterns and quantities are there ([`signatures`]). An expression is bounded: in
//! length and depth when it is read, and in what it may cost when it is evaluated.

mod budget;
mod culprits;
mod evaluate;
mod fault;
mod functions;
mod limits;
mod names;
mod operators;
mod pattern;
mod quantity;
mod signatures;
mod value;
mod variables;

use std::{collections::HashMap, sync::Arc};

use cel::{
    IdedExpr as Tree,
    parser::{ParseErrors, Parser},
};
pub(in crate::overlay) use culprits::Culprit;
use fault::Fault;
use pattern::CompiledPatterns;
use value::Value;
pub(in crate::overlay) use variables::Variables;

/// The longest expression, in characters: what the API server takes.
const LENGTH: usize = 4096;
/// How deep an expression may nest.
const DEPTH: u16 = 32;

/// An expression that was read without an error.
#[derive(Debug, Clone)]
pub struct Expression {
    source: String,
    read: Arc<ParsedExpression>,
}

#[derive(Debug)]
struct ParsedExpression {
    tree: Tree,
    /// The patterns that the expression writes itself.
    patterns: CompiledPatterns,
    names_namespace: bool,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with it, and where in it, as one line.
    pub fn read(source: &str) -> Result<Self, String> {
        let source = source.trim();
        if source.is_empty() {
            return Err("write an expression, such as object.spec.hostNetwork != true".to_owned());
        }
        if source.chars().count() > LENGTH {
            return Err(format!("shorten the expression to {LENGTH} characters"));
        }
        let parser = Parser::new().max_recursion_depth(DEPTH).enable_optional_syntax(true);
        let tree = parser.parse(source).map_err(|error| syntax(&error))?;
        let found = names::check(&tree)?;
        let mut patterns = HashMap::new();
        for written in found.patterns {
            let pattern = pattern::compile(written).ok_or_else(|| {
                format!("correct the pattern {written}, or shorten it: it is wrong or too large")
            })?;
            patterns.insert(written.to_owned(), pattern);
        }
        let names_namespace = found.has_namespace;
        Ok(Self {
            source: source.to_owned(),
            read: Arc::new(ParsedExpression { tree, patterns, names_namespace }),
        })
    }

    /// The expression as it is written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it is true in an variables.
    ///
    /// # Errors
    /// Why it is neither, without a value of the pod.
    pub(in crate::overlay) fn holds(&self, variables: &Variables<'_>) -> Result<bool, String> {
        match variables.begin(&self.read.patterns).value(&self.read.tree) {
            Ok(Value::Bool(answer)) => Ok(answer),
            Ok(other) => Err(format!("it must be true or false, and is of the type {}", other.type_name())),
            Err(Fault::NoSuchKey(key)) if variables.lacks_namespace() && self.read.names_namespace => {
                Err(format!(
                    "there is no \"{key}\"; say which namespace it is with --namespace NAME=label=value,..."
                ))
            }
            Err(fault) => Err(fault.to_string()),
        }
    }
}

/// The first thing that the parser says, with its place.
fn syntax(errors: &ParseErrors) -> String {
    let Some(error) = errors.errors.first() else { return "correct the expression".to_owned() };
    let message = error.msg.lines().next().unwrap_or_default();
    let (line, column) = error.pos;
    format!("correct the expression at line {line}, column {column}: {message}")
}

#[cfg(test)]
mod tests;

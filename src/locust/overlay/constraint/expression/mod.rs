//! [`Expression`]: a constraint in CEL, as a `ValidatingAdmissionPolicy` writes it.
//!
//! `object` is the role's final pod template, `namespaceObject` its namespace. Kubernetes' functions for
//! strings, lists, sets and quantities are there. An expression is bounded: in length and depth when it is
//! read, and in what it may spend when it is evaluated.

mod environment;
mod meter;
mod names;

use std::sync::Arc;

pub(super) use environment::Environment;
use kube_cel::cel::{
    ExecutionError, Value,
    parser::{Expression as Tree, ParseErrors, Parser},
};

/// The longest expression, in characters: what the API server takes.
const LENGTH: usize = 4096;
/// How deep an expression may nest.
const DEPTH: u16 = 32;

/// An expression that was read without an error.
#[derive(Debug, Clone)]
pub struct Expression {
    source: String,
    tree: Arc<Tree>,
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
        let tree = Parser::new().max_recursion_depth(DEPTH).parse(source).map_err(|error| syntax(&error))?;
        names::check(&tree)?;
        Ok(Self { source: source.to_owned(), tree: Arc::new(meter::metered(tree)) })
    }

    /// The expression as it is written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it is true in an environment.
    pub(super) fn holds(&self, environment: &Environment) -> Result<bool, String> {
        environment.refill();
        match Value::resolve(&self.tree, environment.context()) {
            // An error that "||" absorbed is none, but a budget that is used up is.
            _ if environment.is_spent() => Err(meter::SPENT.to_owned()),
            Ok(Value::Bool(answer)) => Ok(answer),
            Ok(other) => Err(format!("it must be true or false, and is a {}", other.type_of())),
            Err(error) => Err(reason(&error, environment)),
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

/// What went wrong in an evaluation, without the values: a whole pod helps nobody.
fn reason(error: &ExecutionError, environment: &Environment) -> String {
    match error {
        ExecutionError::NoSuchKey(key) if environment.lacks_namespace() => {
            format!("there is no \"{key}\"; say which namespace it is with --namespace NAME=label=value,...")
        }
        ExecutionError::NoSuchKey(key) => {
            format!(
                "there is no \"{key}\"; ask with has(...) first, or with \"{key}\" in ... where it is no plain name"
            )
        }
        ExecutionError::NoSuchOverload
        | ExecutionError::UnsupportedBinaryOperator(..)
        | ExecutionError::ValuesNotComparable(..) => {
            "it compares or computes with values of different types".to_owned()
        }
        ExecutionError::UndeclaredReference(name) => format!("there is no \"{name}\""),
        ExecutionError::FunctionError { function, message } => format!("{function}: {message}"),
        ExecutionError::UnexpectedType { got, want } => format!("it wants a {want} and gets a {got}"),
        ExecutionError::InvalidArgumentCount { expected, actual } => {
            format!("a function takes {expected} arguments and gets {actual}")
        }
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "it divides by zero".to_owned()
        }
        ExecutionError::Overflow(..) => "a number grows too large".to_owned(),
        ExecutionError::IndexOutOfBounds(_) => "a list has no such index".to_owned(),
        _ => "it uses values in ways that they cannot be used".to_owned(),
    }
}

#[cfg(test)]
mod tests;

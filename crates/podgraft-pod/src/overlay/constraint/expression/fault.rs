//! [`Fault`]: why an expression has no answer, in words, and without a value of the pod: one may be secret.

use std::{borrow::Cow, fmt};

use super::limits::{PER_EXPRESSION, PER_POD};

/// Why an expression, or a part of it, has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// A map lacks a key, which the expression itself writes.
    NoSuchKey(String),
    /// A map lacks a key that was computed.
    NoSuchComputedKey,
    /// The expression costs more than one may.
    ExpressionBudget,
    /// All expressions for this pod cost more than they may together.
    PodBudget,
    /// An operator or function that does not take such values.
    NoSuchOverload {
        /// The operator or function.
        function: Cow<'static, str>,
        /// The types that it was given.
        given: String,
    },
    /// What a function says itself.
    Function(&'static str, &'static str),
    /// Anything else.
    Other(&'static str),
}

impl Fault {
    /// Whether evaluation must end at once: no "||" may take it for an answer.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, Self::ExpressionBudget | Self::PodBudget)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchKey(key) => write!(
                f,
                "there is no \"{key}\"; ask with has(...) first, or with \"{key}\" in ... where it is no plain name"
            ),
            Self::NoSuchComputedKey => f.write_str("a map has no such key; ask with ... in ... first"),
            Self::ExpressionBudget => write!(
                f,
                "it costs more than {PER_EXPRESSION} units for this pod; nest fewer loops, and do not build large lists or texts"
            ),
            Self::PodBudget => write!(
                f,
                "the expressions of all overlays together cost more than {PER_POD} units for this pod; nest fewer loops in them"
            ),
            Self::NoSuchOverload { function, given } => {
                write!(f, "it compares or computes with values of different types: {function} of {given}")
            }
            Self::Function(function, message) => write!(f, "{function}: {message}"),
            Self::Other(message) => f.write_str(message),
        }
    }
}

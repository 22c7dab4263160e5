//! [`Variables`]: what the expressions of all overlays see of one pod, and what they may cost together.

use serde_json::Value as Json;

use super::{budget::Budget, evaluate::Evaluation, pattern::CompiledPatterns};
use crate::overlay::namespace::Namespace;

/// The variables of one pod; expressions are evaluated one after another.
#[derive(Debug)]
pub(in crate::overlay) struct Variables<'a> {
    object: &'a Json,
    namespace: Json,
    lacks_namespace: bool,
    budget: Budget,
}

impl<'a> Variables<'a> {
    /// What expressions see of a role's final pod template and its namespace.
    pub(in crate::overlay) fn new(pod: &'a Json, namespace: Option<&Namespace>) -> Self {
        Self {
            object: pod,
            namespace: namespace.map_or(Json::Null, Namespace::object),
            lacks_namespace: namespace.is_none_or(|namespace| namespace.labels.is_none()),
            budget: Budget::default(),
        }
    }

    /// Begins an expression, with what one may cost.
    pub(super) fn begin<'e>(&'e self, patterns: &'e CompiledPatterns) -> Evaluation<'e> {
        self.budget.next_expression();
        Evaluation::new(self.object, &self.namespace, &self.budget, patterns)
    }

    /// Whether the namespace's labels are not known.
    pub(in crate::overlay) fn lacks_namespace(&self) -> bool {
        self.lacks_namespace
    }
}

//! [`Environment`]: what the expressions of all overlays see of one pod, and what they may cost together.

use serde_json::Value as Json;

use super::{budget::Budget, evaluate::Evaluation};
use crate::overlay::namespace::Namespace;

/// The variables of one pod; expressions are evaluated one after another.
#[derive(Debug)]
pub(in crate::overlay::constraint) struct Environment<'a> {
    object: &'a Json,
    namespace: Json,
    lacks_namespace: bool,
    budget: Budget,
}

impl<'a> Environment<'a> {
    /// What expressions see of a role's final pod template and its namespace.
    pub(in crate::overlay::constraint) fn new(pod: &'a Json, namespace: Option<&Namespace>) -> Self {
        Self {
            object: pod,
            namespace: namespace.map_or(Json::Null, Namespace::object),
            lacks_namespace: namespace.is_none_or(|namespace| namespace.labels.is_none()),
            budget: Budget::default(),
        }
    }

    /// Begins an expression, with what one may cost.
    pub(super) fn begin<'e>(
        &'e self,
        patterns: &'e std::collections::HashMap<String, regex::Regex>,
    ) -> Evaluation<'e> {
        self.budget.next_expression();
        Evaluation::new(self.object, &self.namespace, &self.budget, patterns)
    }

    /// Whether the namespace's labels are not known.
    pub(super) fn lacks_namespace(&self) -> bool {
        self.lacks_namespace
    }
}

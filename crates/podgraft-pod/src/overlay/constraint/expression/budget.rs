//! [`Budget`]: what evaluating expressions may cost.
//!
//! Costs are counted much as the API server counts them: one for a variable, a field or a call, a tenth of a
//! text's bytes for each time that it is gone through, and what a function makes or compares. Where real
//! work is dearer than the API server's count, for patterns that are computed and long quantities, that work is
//! counted. The limits are the API server's own.
//!
//! # Source
//! Kubernetes 1.37.2, apiserver `pkg/apis/cel/config.go` and `pkg/cel/library/cost.go`; cel-go 0.29.2,
//! `interpreter/runtimecost.go`.

use std::cell::Cell;

use super::{
    fault::Fault,
    limits::{PER_EXPRESSION, PER_POD},
};

/// The bytes of text that are gone through for one unit.
const BYTES: usize = 10;

/// What is left for one pod and, of that, for the expression that is evaluated.
#[derive(Debug)]
pub(super) struct Budget {
    pod: Cell<u64>,
    expression: Cell<u64>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { pod: Cell::new(PER_POD), expression: Cell::new(PER_EXPRESSION) }
    }
}

impl Budget {
    /// Begins the next expression.
    pub(super) fn next_expression(&self) {
        self.expression.set(PER_EXPRESSION);
    }

    /// Spends an amount.
    ///
    /// # Errors
    /// The expression's or the pod's budget is used up.
    pub(super) fn spend(&self, amount: usize) -> Result<(), Fault> {
        let (expression, pod) = (self.expression.get(), self.pod.get());
        let amount = (amount as u64).min(expression + 1);
        self.expression.set(expression.saturating_sub(amount));
        self.pod.set(pod.saturating_sub(amount));
        match amount {
            _ if amount > pod => Err(Fault::PodBudget),
            _ if amount > expression => Err(Fault::ExpressionBudget),
            _ => Ok(()),
        }
    }

    /// Spends what going through so many bytes of text costs.
    ///
    /// # Errors
    /// As [`Self::spend`].
    pub(super) fn read(&self, bytes: usize) -> Result<(), Fault> {
        self.spend(bytes.div_ceil(BYTES))
    }
}

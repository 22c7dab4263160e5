//! [`Work`]: how much one rendering has done, and how much it may do.

use std::cell::Cell;

/// Counts the steps of one rendering: about one for each value that is visited, and eight for each that is made.
///
/// What is nearly linear never comes near the limit with anything that an API server stores; products, such as
/// a hundred patches for each of ten thousand containers, do. Who counts stops when it [is spent](Self::is_spent),
/// with whatever it has; who asked for the work says so, and uses none of it.
#[derive(Debug)]
pub struct Work {
    steps: Cell<u64>,
    limit: u64,
}

/// What making a value costs, in steps: it takes memory, which the limit bounds as well.
pub const MADE: usize = 8;

/// How many bytes of text cost one step.
const BYTES: usize = 64;

impl Work {
    /// What may take so many steps.
    #[must_use]
    pub const fn limited(limit: u64) -> Self {
        Self { steps: Cell::new(0), limit }
    }

    /// What may take any number of steps, which are counted all the same.
    #[must_use]
    pub const fn unlimited() -> Self {
        Self::limited(u64::MAX)
    }

    /// Counts so many steps.
    pub fn spend(&self, steps: usize) {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        self.steps.set(self.steps.get().saturating_add(steps));
    }

    /// Counts the making of a text or another scalar.
    pub fn spend_scalar(&self, value: &serde_json::Value) {
        self.spend(MADE + value.as_str().map_or(0, str::len) / BYTES);
    }

    /// Whether there were more steps than there may be.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.steps.get() > self.limit
    }

    /// The steps so far.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_at_its_limit_and_never_overflows() {
        let work = Work::limited(10);
        work.spend(10);
        assert!(!work.is_spent());
        work.spend(1);
        assert!(work.is_spent());
        let all = Work::unlimited();
        all.spend(usize::MAX);
        all.spend(usize::MAX);
        assert!(!all.is_spent());
    }

    #[test]
    fn long_texts_cost_more() {
        let work = Work::unlimited();
        work.spend_scalar(&"x".repeat(64 * 100).into());
        assert_eq!(work.steps(), 108);
    }
}

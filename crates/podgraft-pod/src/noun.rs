//! [`Noun`]: what the objects are called whose pods an operator makes.

/// What the objects of an operator are called in messages, reports and JSON: `test` and `tests`, `widget` and `widgets`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noun {
    /// One of them.
    pub one: &'static str,
    /// Several of them.
    pub many: &'static str,
}

impl Noun {
    /// So many of them: `1 widget`, `3 widgets`.
    #[must_use]
    pub fn count(&self, count: usize) -> String {
        format!("{count} {}", if count == 1 { self.one } else { self.many })
    }
}

//! [`LocustOption`]: an option of Locust's own parser.

/// An option of Locust's own parser. Locustfiles and plugins may add more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LocustOption {
    /// How it is spelled in full, in the parser's order.
    pub(crate) strings: &'static [&'static str],
    /// How many words behind it are its values.
    pub(crate) values: Arity,
    /// The variable that is read where the line does not have the option.
    pub(crate) variable: Option<&'static str>,
}

/// How many values an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arity {
    /// It is a flag.
    None,
    /// One, in the same word behind `=` or in the next.
    One,
    /// Any number.
    Many,
}

//! [`Code`]: the kind of a message, with what it means and how to mend it.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
};

use super::Severity;

/// The kind of a message, for programs and for looking it up. Stable: a code is never given another meaning.
///
/// Each crate has a catalogue of its own, made by [`codes!`](crate::codes).
#[derive(Clone, Copy)]
pub struct Code(&'static CodeEntry);

/// What is said of a code, once for all of its messages.
#[derive(Debug)]
pub struct CodeEntry {
    /// The code as messages show it, in kebab case.
    pub text: &'static str,
    /// What the code is about: one of a few words for many codes.
    pub topic: &'static str,
    /// How much its messages matter; the first is the usual one.
    pub severities: &'static [Severity],
    /// What is wrong where this is said.
    pub meaning: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

/// Makes the catalogue of a crate: a constant for each code, and `CATALOG` with all of them, so that no code is
/// without an explanation.
///
/// Each entry is the constant's name, the code's text, its severities (the usual one first), what it means and what
/// to do about it.
///
/// ```
/// podgraft_merge::codes! {
///     "Widgets" {
///         NO_WHEELS "no-wheels" Error | Warning,
///             "The widget has no wheels."
///             "Set spec.wheels."
///     }
/// }
/// assert_eq!(NO_WHEELS.as_str(), "no-wheels");
/// assert_eq!(CATALOG, [NO_WHEELS]);
/// ```
#[macro_export]
macro_rules! codes {
    ($($topic:literal {
        $($name:ident $text:literal $($severity:ident)|+, $meaning:literal $remedy:literal)*
    })*) => {
        $($(
            #[doc = $meaning]
            pub const $name: $crate::diagnostic::Code =
                $crate::diagnostic::Code::new(&$crate::diagnostic::CodeEntry {
                    text: $text,
                    topic: $topic,
                    severities: &[$($crate::diagnostic::Severity::$severity),+],
                    meaning: $meaning,
                    remedy: $remedy,
                });
        )*)*

        /// Every code of this crate, by topic.
        pub const CATALOG: &[$crate::diagnostic::Code] = &[$($($name,)*)*];
    };
}

impl Code {
    /// The code with this entry; see [`codes!`](crate::codes).
    #[must_use]
    pub const fn new(entry: &'static CodeEntry) -> Self {
        Self(entry)
    }

    /// The code as messages show it, in kebab case: `unknown-field`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0.text
    }

    /// What the code is about: one of a few words for many codes.
    #[must_use]
    pub const fn topic(self) -> &'static str {
        self.0.topic
    }

    /// How much its messages matter; the first is the usual one.
    #[must_use]
    pub const fn severities(self) -> &'static [Severity] {
        self.0.severities
    }

    /// What is wrong where this is said.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        self.0.meaning
    }

    /// What to do about it.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        self.0.remedy
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Code {}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Code {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl PartialEq<&str> for Code {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

//! [`Code`]: the kind of a message, with what it means and how to mend it.

use std::fmt;

use super::Severity;
pub use super::codes::Code;

/// What is said of a code, once for all of its messages.
pub(super) struct Entry {
    pub(super) code: Code,
    pub(super) text: &'static str,
    pub(super) topic: &'static str,
    pub(super) severities: &'static [Severity],
    pub(super) meaning: &'static str,
    pub(super) remedy: &'static str,
}

/// Makes the type [`Code`] and its table of one list, so that no code is without an explanation.
///
/// The first severity is the usual one.
macro_rules! codes {
    ($($topic:literal {
        $($name:ident $text:literal $($severity:ident)|+, $meaning:literal $remedy:literal)*
    })*) => {
        /// The kind of a message, for programs and for looking it up. Stable: a code is never given
        /// another meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $($(#[doc = $meaning] $name,)*)* }

        pub(super) const TABLE: &[Entry] = &[$($(Entry {
            code: Code::$name,
            text: $text,
            topic: $topic,
            severities: &[$(Severity::$severity),+],
            meaning: $meaning,
            remedy: $remedy,
        },)*)*];
    };
}
pub(super) use codes;

impl Code {
    /// Every code there is, by topic.
    #[must_use]
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        super::codes::TABLE.iter().map(|entry| entry.code)
    }

    /// The code as messages show it, in kebab case: `unknown-field`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.entry().text
    }

    /// What the code is about: one of a few words for many codes.
    #[must_use]
    pub const fn topic(self) -> &'static str {
        self.entry().topic
    }

    /// How much its messages matter; the first is the usual one.
    #[must_use]
    pub const fn severities(self) -> &'static [Severity] {
        self.entry().severities
    }

    /// What is wrong where this is said.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        self.entry().meaning
    }

    /// What to do about it.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        self.entry().remedy
    }

    const fn entry(self) -> &'static Entry {
        &super::codes::TABLE[self as usize]
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq<&str> for Code {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_code_is_its_own_in_kebab_case() {
        let mut seen = BTreeSet::new();
        for (index, code) in Code::all().enumerate() {
            assert_eq!(code as usize, index);
            assert!(seen.insert(code.as_str()), "{code} is there twice");
            // The name in Rust and the name in messages are one word.
            let kebab = format!("{code:?}").chars().fold(String::new(), |made, letter| {
                let dash = if letter.is_uppercase() && !made.is_empty() { "-" } else { "" };
                format!("{made}{dash}{}", letter.to_lowercase())
            });
            assert_eq!(kebab, code.as_str());
        }
    }

    #[test]
    fn each_code_is_explained_in_sentences() {
        for code in Code::all() {
            assert!(code.meaning().ends_with('.') && code.remedy().ends_with('.'), "{code}");
            assert!(!code.severities().is_empty(), "{code}");
        }
    }
}

//! [`Roots`]: what the documents of a text may be, and [`Documents`]: what comes of them.

use podgraft_merge::diagnostic::Diagnostic;

use super::document::Document;

/// What a document may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Roots {
    Objects,
    /// An object too: whoever takes it says what is wrong with it.
    Lists,
}

/// The documents of a text, and warnings about how it is written.
pub(super) type Documents = (Vec<Document>, Vec<Diagnostic>);

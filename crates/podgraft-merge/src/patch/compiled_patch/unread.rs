//! [`UnreadFields`]: the parts of a text that were not read.

use std::ops::Range;

/// The field that numbers what was kept of a map. No text and no patch that has it is read in part.
pub(super) const MARK: &str = "\0";

/// What was not read of a map.
#[derive(Debug)]
pub(super) enum UnreadFields {
    /// Everything, from the first key to the last value; the fields that were read are in it.
    All(Range<usize>),
    /// Fields, each from its key to the end of its value; what stands next to each other is one.
    Some(Vec<Range<usize>>),
}

//! Conflicts.
/// x
pub fn conflicts() {}

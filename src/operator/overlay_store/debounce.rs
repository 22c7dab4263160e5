//! [`Debounce`]: many changes at once are one.

use std::time::Duration;

/// A turn: every test is looked at once nothing has changed for this long, so that hundreds of changes at once are one.
pub(super) const QUIET_PERIOD: Duration = Duration::from_secs(1);

/// How many turns the tests wait at most while changes go on coming.
const MAX_PERIODS: u32 = 5;

/// Changes that come one after another.
#[derive(Default)]
pub(super) struct Debounce {
    /// Whether one came since the last turn.
    pub(super) is_coming: bool,
    /// For how many turns some are there of which nobody was told.
    turns: u32,
}

impl Debounce {
    /// Once a turn: whether it is time to tell of what came.
    pub(super) fn is_over(&mut self) -> bool {
        let is_quiet = !std::mem::take(&mut self.is_coming);
        if is_quiet && self.turns == 0 {
            return false;
        }
        self.turns += 1;
        let is_over = is_quiet || self.turns > MAX_PERIODS;
        if is_over {
            self.turns = 0;
        }
        is_over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In which turns it is told, when changes come in these turns.
    fn told(coming: &str) -> String {
        let mut debounce = Debounce::default();
        let turn = |comes| {
            debounce.is_coming |= comes == 'x';
            if debounce.is_over() { 'T' } else { '.' }
        };
        coming.chars().map(turn).collect()
    }

    #[test]
    fn changes_are_told_when_they_cease_or_go_on_for_long() {
        assert_eq!(told("..x..x.."), "...T..T.");
        assert_eq!(told("xxx..."), "...T..");
        assert_eq!(told("xxxxxxxxx.."), ".....T...T.");
    }
}

//! [`Debounce`]: many changes that come together are handled once.

use std::time::Duration;

/// Every test is looked at when nothing has changed for this long, so that hundreds of changes at once cost one look.
pub(super) const QUIET_PERIOD: Duration = Duration::from_secs(1);

/// How many periods the tests wait at most while changes go on coming.
const MAX_PERIODS: u32 = 5;

/// Whether changes are pending, and for how long.
#[derive(Default)]
pub(super) struct Debounce {
    /// Whether a change came in this period.
    pub(super) has_changed: bool,
    /// For how many periods changes have been pending.
    pending: u32,
}

impl Debounce {
    /// Called once a period: whether it is time to handle the changes.
    pub(super) fn fires(&mut self) -> bool {
        let is_quiet = !std::mem::take(&mut self.has_changed);
        if is_quiet && self.pending == 0 {
            return false;
        }
        self.pending += 1;
        let fires = is_quiet || self.pending > MAX_PERIODS;
        if fires {
            self.pending = 0;
        }
        fires
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In which periods it fires, when changes come in these periods.
    fn fired(coming: &str) -> String {
        let mut debounce = Debounce::default();
        let period = |comes| {
            debounce.has_changed |= comes == 'x';
            if debounce.fires() { 'T' } else { '.' }
        };
        coming.chars().map(period).collect()
    }

    #[test]
    fn it_fires_when_changes_cease_or_go_on_for_long() {
        assert_eq!(fired("..x..x.."), "...T..T.");
        assert_eq!(fired("xxx..."), "...T..");
        assert_eq!(fired("xxxxxxxxx.."), ".....T...T.");
    }
}

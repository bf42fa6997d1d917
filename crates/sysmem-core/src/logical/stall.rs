//! The report about collections that do not get allocated (`sysmem2-protocols.md` 6.4).

use super::allocation::Stage;
use super::{LogicalCollection, listed};
use crate::interface::{Instant, Severity};
use crate::shared::Shared;
use crate::tree::node::Link;

const FIRST_AFTER_NS: i64 = 5_000_000_000;
const SECOND_AFTER_NS: i64 = 30_000_000_000;

/// Two reports, the first of which a client can move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StallTimer {
    First(Instant),
    Second(Instant),
    Stopped,
}

impl StallTimer {
    pub const fn new(now: Instant) -> Self {
        Self::First(Instant(now.0.saturating_add(FIRST_AFTER_NS)))
    }

    pub const fn deadline(self) -> Option<Instant> {
        match self {
            Self::First(deadline) | Self::Second(deadline) => Some(deadline),
            Self::Stopped => None,
        }
    }

    /// Moves the first report. Too late when that was made.
    pub const fn move_first(&mut self, to: Instant) {
        if let Self::First(deadline) = self {
            *deadline = to;
        }
    }

    /// There is a result.
    pub const fn stop(&mut self) {
        *self = Self::Stopped;
    }

    /// Whether it is time for a report; then the timer goes on to the next.
    fn fire(&mut self, now: Instant) -> bool {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return false;
        }
        *self = match self {
            Self::First(_) => Self::Second(Instant(now.0.saturating_add(SECOND_AFTER_NS))),
            Self::Second(_) | Self::Stopped => Self::Stopped,
        };
        true
    }
}

impl<H> LogicalCollection<H> {
    /// Says who keeps the collection from being allocated, if it is time to.
    pub fn report_stall(&mut self, shared: &mut Shared<H>) {
        if !self.stall.fire(shared.now) {
            return;
        }
        let waits_for = match self.stage {
            Stage::UnderWay(_) => "the heap is still at work".to_owned(),
            Stage::Gathering | Stage::Allocated(_) => self.present_nodes(),
        };
        self.log(shared, Severity::Warning, format!("not allocated yet: {waits_for}"));
    }

    /// Everybody who could have a say in the initial allocation and has not left.
    fn present_nodes(&self) -> String {
        let nodes = self.tree.pruned(self.tree.root()).into_iter();
        let present = nodes.filter_map(|id| self.tree.get(id)).filter(|n| n.link != Link::Orphaned);
        listed(present.map(|n| format!("{}: {}", n.debug, n.state())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_two_reports() {
        let mut timer = StallTimer::new(Instant(1));
        assert_eq!(timer.deadline(), Some(Instant(5_000_000_001)));
        assert!(!timer.fire(Instant(5_000_000_000)));
        assert!(timer.fire(Instant(6_000_000_000)));
        assert_eq!(timer.deadline(), Some(Instant(36_000_000_000)));
        timer.move_first(Instant(0));
        assert!(!timer.fire(Instant(35_000_000_000)));
        assert!(timer.fire(Instant(36_000_000_000)));
        assert!(!timer.fire(Instant(i64::MAX)));
    }
}

//! Who was given handles to the buffers of an allocation, for as long as they have them.

use std::num::NonZeroU32;

use sysmem_core::{Instant, Recipient};
use zx::{Slot, Strength};

/// From how many loans on those are forgotten of which no handle is left. What few
/// participants share costs nothing to keep.
const FORGOTTEN_FROM: usize = 32;

/// How many earlier loans are looked at for each new one: with more than one, those that are
/// remembered are at most twice those that are alive.
const LOOKED_AT_EACH_TIME: usize = 2;

/// Loans of one allocation that are alive at a time. The kernel goes through all locks of a buffer
/// to set, to find or to undo one, so that the work for all grows with the square of this. Handles
/// of further loans are tracked by their connections.
pub(super) const LOANS_MAX: usize = 256;

/// Handles that went out together, to all buffers of an allocation or to some. They have the same
/// slot.
#[derive(Debug)]
pub(crate) struct Loan {
    pub(crate) slot: Slot,
    /// Whom they were for, as clients call themselves.
    pub(crate) recipient: Recipient,
    /// The process that they were sent to, or that it was when it connected.
    pub(crate) client: Option<NonZeroU32>,
    /// When that was.
    pub(crate) since: Instant,
}

/// The loans of an allocation.
#[derive(Debug, Default)]
pub(super) struct Loans {
    alive: Vec<Loan>,
    next_number: u32,
    next_look: usize,
}

impl Loans {
    /// A slot for another loan. `is_alive` tells whether any handle of an earlier one is left.
    ///
    /// `None`: there are too many to track one more.
    pub(super) fn take_slot(
        &mut self,
        strength: Strength,
        is_alive: impl Fn(&Loan) -> bool,
    ) -> Option<Slot> {
        if self.alive.len() >= FORGOTTEN_FROM {
            for _ in 0..LOOKED_AT_EACH_TIME {
                self.look_at_one(&is_alive);
            }
        }
        if self.alive.len() >= LOANS_MAX {
            return None;
        }
        let number = self.next_number;
        // After four thousand million loans slots are shared, which errs to "held".
        self.next_number = number.wrapping_add(1);
        Some(Slot { strength, number })
    }

    pub(super) fn add(&mut self, loan: Loan) {
        self.alive.push(loan);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Loan> {
        self.alive.iter()
    }

    fn look_at_one(&mut self, is_alive: impl Fn(&Loan) -> bool) {
        let Some(loan) = self.alive.get(self.next_look) else {
            self.next_look = 0;
            return;
        };
        if is_alive(loan) {
            self.next_look += 1;
        } else {
            self.alive.swap_remove(self.next_look);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loan(slot: Slot) -> Loan {
        let recipient = Recipient { name: "test".into(), id: 1 };
        Loan { slot, recipient, client: None, since: Instant(0) }
    }

    /// Makes loans of which the handles to the first `kept` stay alive.
    fn deliver(loans: &mut Loans, times: usize, kept: u32) {
        for _ in 0..times {
            let is_alive = |loan: &Loan| loan.slot.number < kept;
            let slot = loans.take_slot(Strength::Strong, is_alive).unwrap();
            loans.add(loan(slot));
        }
    }

    #[test]
    fn objects_loans_of_which_no_handle_is_left_are_forgotten() {
        let mut loans = Loans::default();
        deliver(&mut loans, 10_000, 100);
        assert!(loans.alive.len() <= 2 * 100 + 1, "{}", loans.alive.len());
        let is_kept = |number| loans.iter().any(|loan| loan.slot.number == number);
        assert!((0..100).all(is_kept));
        assert!(is_kept(9_999));
    }

    #[test]
    fn objects_so_many_loans_are_tracked_and_no_more_until_some_are_gone() {
        let mut loans = Loans::default();
        deliver(&mut loans, LOANS_MAX, u32::MAX);
        assert_eq!(loans.take_slot(Strength::Weak, |_| true), None);
        assert!(loans.take_slot(Strength::Weak, |_| false).is_some());
    }
}

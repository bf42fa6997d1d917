//! An end to the work that participants can cause.
//!
//! Work is counted in items of their tables that are looked at, each about as expensive as the
//! others: a pair that is combined, a size that is compared with others, a participant as such.

use super::limits::MAX_WORK;

/// What may still be looked at. Once it is used up, it stays so.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
}

/// The budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exhausted;

/// Why a step does not succeed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stop<E> {
    Exhausted,
    Because(E),
}

impl Budget {
    /// For one logical allocation.
    pub(super) fn full() -> Self {
        Self { left: MAX_WORK }
    }

    /// What was looked at.
    pub(super) fn spent(&self) -> usize {
        MAX_WORK.saturating_sub(self.left)
    }

    /// To be called before the work is done.
    pub(super) fn spend(&mut self, items: usize) -> Result<(), Exhausted> {
        match self.left.checked_sub(items) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                Err(Exhausted)
            }
        }
    }
}

impl<E> From<Exhausted> for Stop<E> {
    fn from(_: Exhausted) -> Self {
        Self::Exhausted
    }
}

impl<E> Stop<E> {
    pub(super) fn map<T>(self, wrap: impl FnOnce(E) -> T) -> Stop<T> {
        match self {
            Self::Exhausted => Stop::Exhausted,
            Self::Because(error) => Stop::Because(wrap(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_spent_to_its_end_and_stays_empty() {
        let mut budget = Budget { left: 3 };
        assert_eq!(budget.spend(1), Ok(()));
        assert_eq!(budget.spend(2), Ok(()));
        assert_eq!(budget.spend(0), Ok(()));
        assert_eq!(budget.spend(1), Err(Exhausted));
        let mut budget = Budget { left: 3 };
        assert_eq!(budget.spend(usize::MAX), Err(Exhausted));
        assert_eq!(budget.spend(1), Err(Exhausted));
    }
}

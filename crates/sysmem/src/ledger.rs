//! Which tokens the service is sure to know (`sysmem2-protocols.md` 2.1).
//!
//! A handle in a message is known when the message was handled. A token that was made by a message
//! on one channel must not be turned in on another one before that; a completed call on either
//! channel proves it. The ledger of a channel counts what was made on it and what is proven.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts of one channel.
#[derive(Debug, Default)]
pub struct Ledger {
    made: AtomicU64,
    proven: AtomicU64,
}

/// Where a token came from.
#[derive(Debug)]
pub enum Origin {
    /// Made by the message with this number on a channel of this process.
    Made { on: Arc<Ledger>, number: u64 },
    /// From the service's reply or from somebody who had to be sure.
    Known,
}

impl Ledger {
    /// Enters something that is made by the next message.
    pub fn enter(self: &Arc<Self>) -> Origin {
        let number = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        Origin::Made { on: Arc::clone(self), number }
    }

    /// What a call that is sent now will prove.
    pub fn mark(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    /// Whether any call has completed since something was made.
    pub fn has_proof(&self) -> bool {
        self.proven.load(Ordering::Relaxed) > 0
    }

    /// A call that was sent at this mark has completed.
    pub fn prove(&self, mark: u64) {
        self.proven.fetch_max(mark, Ordering::Relaxed);
    }
}

impl Origin {
    /// Whether the service is sure to know it.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Made { on, number } => on.proven.load(Ordering::Relaxed) >= *number,
            Self::Known => true,
        }
    }

    /// Whether it was made by a message on this channel: a later one on the same is handled later.
    pub fn is_made_on(&self, ledger: &Arc<Ledger>) -> bool {
        matches!(self, Self::Made { on, .. } if Arc::ptr_eq(on, ledger))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_2_1_a_completed_call_proves_what_was_made_before_it() {
        let ledger = Arc::new(Ledger::default());
        let early = ledger.enter();
        let mark = ledger.mark();
        let late = ledger.enter();
        assert!(!early.is_known());
        ledger.prove(mark);
        assert!(early.is_known());
        assert!(!late.is_known());
        ledger.prove(ledger.mark());
        assert!(late.is_known());
        assert!(late.is_made_on(&ledger));
        assert!(!late.is_made_on(&Arc::default()));
        assert!(Origin::Known.is_known());
    }
}

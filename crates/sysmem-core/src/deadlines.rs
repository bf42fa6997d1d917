//! Which collection wants to be woken when.

use std::collections::{BTreeMap, BTreeSet};

use crate::interface::Instant;

/// At most one deadline for each collection.
#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    by_collection: BTreeMap<u64, Instant>,
    by_time: BTreeSet<(Instant, u64)>,
}

impl Deadlines {
    pub fn set(&mut self, collection: u64, deadline: Option<Instant>) {
        let old = match deadline {
            Some(deadline) => self.by_collection.insert(collection, deadline),
            None => self.by_collection.remove(&collection),
        };
        if old == deadline {
            return;
        }
        if let Some(old) = old {
            self.by_time.remove(&(old, collection));
        }
        if let Some(deadline) = deadline {
            self.by_time.insert((deadline, collection));
        }
    }

    pub fn of(&self, collection: u64) -> Option<Instant> {
        self.by_collection.get(&collection).copied()
    }

    pub fn next(&self) -> Option<Instant> {
        self.by_time.first().map(|(deadline, _)| *deadline)
    }

    /// Whose deadline has come.
    pub fn due(&self, now: Instant) -> Vec<u64> {
        let due = self.by_time.iter().take_while(|(deadline, _)| *deadline <= now);
        due.map(|(_, collection)| *collection).collect()
    }
}

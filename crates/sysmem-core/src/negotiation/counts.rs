//! How many buffers (`sysmem2-constraints.md` 2.2, 3.2, 4.1).

use sysmem_fidl::fuchsia_sysmem2::BufferCollectionConstraints;

use super::failure::{CountFault, CountShortfall};
use super::limits::MAX_BUFFER_COUNT;

/// The counts of one participant or of all together. `max` is never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    camping: u32,
    dedicated_slack: u32,
    shared_slack: u32,
    min: u32,
    max: u32,
}

impl Counts {
    /// Nobody needs any buffer, and any number will do.
    pub(super) const UNCONSTRAINED: Self =
        Self { camping: 0, dedicated_slack: 0, shared_slack: 0, min: 0, max: u32::MAX };

    /// Defaults and checks of C3, C9, C10.
    pub(super) fn sanitize(table: &BufferCollectionConstraints) -> Result<Self, CountFault> {
        let counts = Self {
            camping: table.min_buffer_count_for_camping.unwrap_or(0),
            dedicated_slack: table.min_buffer_count_for_dedicated_slack.unwrap_or(0),
            shared_slack: table.min_buffer_count_for_shared_slack.unwrap_or(0),
            min: table.min_buffer_count.unwrap_or(0),
            max: table.max_buffer_count.unwrap_or(u32::MAX),
        };
        if counts.max == 0 {
            return Err(CountFault::MaxIsZero);
        }
        counts.check()?;
        Ok(counts)
    }

    /// The check of C10 that aggregation can make fail.
    pub(super) fn check(&self) -> Result<(), CountFault> {
        if self.min > self.max {
            return Err(CountFault::MinAboveMax { min: self.min, max: self.max });
        }
        Ok(())
    }

    /// Both together (3.2). None if a sum does not fit; Fuchsia's server lets it wrap.
    pub(super) fn combine(self, other: Self) -> Option<Self> {
        Some(Self {
            camping: self.camping.checked_add(other.camping)?,
            dedicated_slack: self.dedicated_slack.checked_add(other.dedicated_slack)?,
            shared_slack: self.shared_slack.max(other.shared_slack),
            min: self.min.max(other.min),
            max: self.max.min(other.max),
        })
    }

    /// As a participant says them, without what restricts nothing.
    pub(super) fn to_table(self) -> BufferCollectionConstraints {
        let at_least = |count: u32| Some(count).filter(|count| *count != 0);
        BufferCollectionConstraints {
            min_buffer_count_for_camping: at_least(self.camping),
            min_buffer_count_for_dedicated_slack: at_least(self.dedicated_slack),
            min_buffer_count_for_shared_slack: at_least(self.shared_slack),
            min_buffer_count: at_least(self.min),
            max_buffer_count: Some(self.max).filter(|count| *count != u32::MAX),
            ..Default::default()
        }
    }

    /// How many buffers to make (4.1), never more than needed.
    pub(super) fn select(&self) -> Result<u32, CountShortfall> {
        // Three numbers of 32 bits always fit into 64.
        let needed = [self.camping, self.dedicated_slack, self.shared_slack];
        let needed = needed.into_iter().map(u64::from).sum::<u64>().max(self.min.into());
        if needed == 0 {
            return Err(CountShortfall::Nobody);
        }
        if needed > u64::from(self.max) {
            return Err(CountShortfall::AboveMax { needed, max: self.max });
        }
        match u32::try_from(needed) {
            Ok(count) if count <= MAX_BUFFER_COUNT => Ok(count),
            _ => Err(CountShortfall::AboveLimit { needed }),
        }
    }
}

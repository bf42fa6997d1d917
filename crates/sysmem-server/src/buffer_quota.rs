//! How many buffers each client has had made that are still there.
//!
//! A buffer is a descriptor of the server, and stays one for as long as anybody keeps its memory:
//! longer than the collection, the channels and even the descriptors of those who have it mapped.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::num::NonZeroU32;

use sysmem_core::AllocationId;

use crate::channels::descriptor_limit;

/// The most buffers that one client may have, and the part of all descriptors that they may take.
const MAX_BUFFERS_PER_CLIENT: usize = 16_384;
const CLIENT_SHARE: usize = 4;

/// See the module's words. A client is a process, and what it does last is what has buffers made;
/// those of unknown processes count together.
#[derive(Debug)]
pub(crate) struct BufferQuota {
    per_client: HashMap<Option<NonZeroU32>, usize>,
    allocations: HashMap<AllocationId, Share>,
    max_per_client: usize,
}

/// What is left of an allocation, and whom it counts for.
#[derive(Debug)]
struct Share {
    client: Option<NonZeroU32>,
    buffers: usize,
}

/// A client would have too many buffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct QuotaExceeded {
    limit: usize,
}

impl BufferQuota {
    pub(crate) fn new() -> Self {
        let max_per_client = MAX_BUFFERS_PER_CLIENT.min(descriptor_limit() / CLIENT_SHARE);
        Self { per_client: HashMap::new(), allocations: HashMap::new(), max_per_client }
    }

    /// Counts buffers that are about to be made.
    pub(crate) fn take(
        &mut self,
        allocation: AllocationId,
        client: Option<NonZeroU32>,
        buffers: u32,
    ) -> Result<(), QuotaExceeded> {
        let buffers = buffers as usize;
        let count = self.per_client.get(&client).copied().unwrap_or_default() + buffers;
        if count > self.max_per_client {
            return Err(QuotaExceeded { limit: self.max_per_client });
        }
        if buffers > 0 {
            self.per_client.insert(client, count);
            self.allocations.insert(allocation, Share { client, buffers });
        }
        Ok(())
    }

    /// The memory of one buffer of an allocation is free.
    pub(crate) fn freed(&mut self, allocation: AllocationId) {
        self.give_back(allocation, 1);
    }

    /// The buffers of an allocation were not made after all.
    pub(crate) fn not_made(&mut self, allocation: AllocationId) {
        self.give_back(allocation, usize::MAX);
    }

    fn give_back(&mut self, allocation: AllocationId, buffers: usize) {
        let Entry::Occupied(mut entry) = self.allocations.entry(allocation) else { return };
        let share = entry.get_mut();
        let buffers = buffers.min(share.buffers);
        share.buffers -= buffers;
        let (client, is_over) = (share.client, share.buffers == 0);
        if is_over {
            entry.remove();
        }
        if let Entry::Occupied(mut count) = self.per_client.entry(client) {
            *count.get_mut() -= buffers;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

impl fmt::Display for QuotaExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the client would have more than {} buffers", self.limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_has_a_share_until_its_buffers_are_freed() {
        let mut quota = BufferQuota { max_per_client: 10, ..BufferQuota::new() };
        let [one, other] = [1, 2].map(NonZeroU32::new);
        assert_eq!(quota.take(AllocationId(1), one, 6), Ok(()));
        assert_eq!(quota.take(AllocationId(2), one, 5), Err(QuotaExceeded { limit: 10 }));
        assert_eq!(quota.take(AllocationId(3), one, 4), Ok(()));
        assert_eq!(quota.take(AllocationId(4), other, 10), Ok(()));
        quota.freed(AllocationId(1));
        assert_eq!(quota.take(AllocationId(5), one, 2), Err(QuotaExceeded { limit: 10 }));
        quota.not_made(AllocationId(3));
        assert_eq!(quota.take(AllocationId(5), one, 5), Ok(()));
        for _ in 0..5 {
            quota.freed(AllocationId(1));
            quota.freed(AllocationId(5));
        }
        quota.not_made(AllocationId(4));
        assert!(quota.per_client.is_empty() && quota.allocations.is_empty());
    }
}

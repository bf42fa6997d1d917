//! Buffers and their holders, for people who look into the service.

use std::num::NonZeroU32;

use sysmem_core::{Instant, Recipient};
use zx::{Strength, VmoIdentity};

use super::{BufferId, Buffers};
use crate::channels::Channels;

/// Loans of one buffer that are looked at, each with a system call. Others are counted.
const LOANS_LOOKED_AT_MAX: usize = 256;

/// A buffer that is not freed.
#[derive(Debug)]
pub(crate) struct SeenBuffer {
    pub(crate) index: u32,
    pub(crate) size_bytes: u64,
    pub(crate) memory: VmoIdentity,
    /// Neither the core nor a client holds it strongly.
    pub(crate) strong_gone: bool,
    /// Those of whom a handle is left.
    pub(crate) holders: Vec<Holder>,
    /// Loans that were looked at, and loans that were not.
    pub(crate) looks: usize,
    pub(crate) omitted: usize,
}

/// Who was given a handle.
#[derive(Debug)]
pub(crate) struct Holder {
    pub(crate) strength: Strength,
    pub(crate) client: Option<NonZeroU32>,
    /// As whom, and when. `None`: only the connection is known.
    pub(crate) to: Option<(Recipient, Instant)>,
}

impl Buffers {
    /// All buffers, those of one allocation behind each other, the oldest first. Some may be gone.
    pub(crate) fn ids(&self) -> Vec<BufferId> {
        let ids = self.allocations.iter().flat_map(|(allocation, entry)| {
            entry.indices().map(|index| BufferId { allocation: *allocation, index })
        });
        let mut ids: Vec<_> = ids.collect();
        ids.sort_unstable();
        ids
    }

    /// A buffer, and who holds it at this moment; `None` if it is gone.
    pub(crate) fn inspect(&self, id: BufferId, channels: &Channels) -> Option<SeenBuffer> {
        let entry = self.allocations.get(&id.allocation)?;
        let buffer = entry.get(id.index)?;
        let looked_at = entry.loans().take(LOANS_LOOKED_AT_MAX);
        let known = looked_at.filter(|loan| buffer.is_held(loan.slot)).map(|loan| Holder {
            strength: loan.slot.strength,
            client: loan.client,
            to: Some((loan.recipient.clone(), loan.since)),
        });
        let connections = buffer.connections().map(|(channel, strength)| Holder {
            strength,
            client: channels.pid_of(channel),
            to: None,
        });
        let loans = entry.loans().count();
        Some(SeenBuffer {
            index: id.index,
            size_bytes: buffer.memory.size_bytes(),
            memory: buffer.memory.identity(),
            strong_gone: buffer.vigil.as_ref().is_some_and(|vigil| vigil.strong_gone),
            holders: known.chain(connections).collect(),
            looks: loans.min(LOANS_LOOKED_AT_MAX),
            omitted: loans.saturating_sub(LOANS_LOOKED_AT_MAX),
        })
    }
}

//! The memory of the buffers, and whether anybody still holds it
//! (`linux-objects.md`, VMO handles, rights and lifetime).
//!
//! As long as the core holds the buffers of an allocation, nobody asks who else does. When it lets
//! go, each buffer is watched and looked at until the last strong handle to it is gone, and then
//! until the last handle is, and its memory is freed. It is never used again for somebody else.

mod allocation;
mod buffer;
mod inspect;
mod loans;
mod signal;
#[cfg(test)]
mod tests;
mod watching;

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::io;
use std::mem;
use std::num::NonZeroU32;
use std::os::fd::RawFd;

use sysmem_core::{AllocationId, ChannelId, Instant};
use zx::{CloseWatch, Drained, Strength, Vmo, VmoError, VmoIdentity};

use crate::closer::Closer;
use allocation::Allocation;
pub(crate) use allocation::{Addressee, Terms};
use buffer::Buffer;
pub(crate) use inspect::{Holder, SeenBuffer};
pub(crate) use loans::Loan;
use watching::{Vigil, Watching};

/// How many buffers are looked at before others have their turn. A client that makes the kernel
/// lose events makes the server look at all.
const LOOKS_PER_TURN: usize = 256;

/// All buffers that there are.
#[derive(Debug)]
pub(crate) struct Buffers {
    allocations: HashMap<AllocationId, Allocation>,
    by_memory: HashMap<VmoIdentity, BufferId>,
    /// Allocations of which some handle counts as held as long as a channel is open.
    by_connection: HashMap<ChannelId, BTreeSet<AllocationId>>,
    watching: Watching,
    closer: Closer,
}

/// Which buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct BufferId {
    pub(crate) allocation: AllocationId,
    pub(crate) index: u32,
}

/// What has become of a buffer that the core does not hold any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// Nobody has a strong handle.
    Strong(BufferId),
    /// Nobody has any handle, and it was freed. Comes after [`Loss::Strong`].
    Memory(BufferId),
}

impl Buffers {
    /// An empty store, whose buffers `watch` tells about; without it they are looked at in
    /// intervals.
    pub(crate) fn new(watch: Option<CloseWatch>, closer: Closer) -> Self {
        Self {
            allocations: HashMap::new(),
            by_memory: HashMap::new(),
            by_connection: HashMap::new(),
            watching: Watching::new(watch),
            closer,
        }
    }

    /// What becomes readable when [`Buffers::read_events`] has something to read.
    pub(crate) fn event_source(&self) -> Option<RawFd> {
        self.watching.event_source()
    }

    /// Takes the buffers of an allocation in.
    pub(crate) fn insert(&mut self, allocation: AllocationId, buffers: Vec<Vmo>) {
        for (index, memory) in (0..).zip(&buffers) {
            self.by_memory.insert(memory.identity(), BufferId { allocation, index });
        }
        self.allocations.insert(allocation, Allocation::new(buffers));
    }

    /// The buffer that a handle is of.
    pub(crate) fn buffer_of(&self, handle: &zx::Handle) -> Option<BufferId> {
        self.by_memory.get(&handle.identity().ok()?).copied()
    }

    /// What kind of handle to `buffer` this is.
    pub(crate) fn strength_of(&self, buffer: BufferId, handle: &zx::Handle) -> Strength {
        let allocation = self.allocations.get(&buffer.allocation);
        allocation.map_or(Strength::Strong, |entry| entry.strength_of(buffer.index, handle))
    }

    /// Whether any client has a strong handle to a buffer now.
    pub(crate) fn has_strong_handle(&self, buffer: BufferId) -> bool {
        let allocation = self.allocations.get(&buffer.allocation);
        allocation.is_some_and(|entry| entry.is_held_by_any(buffer.index, Strength::Strong))
    }

    /// Makes a handle to each buffer of an allocation that is `wanted`; `None` in the place of
    /// others, and of those that are gone. Each is an open file description of its own, and locked
    /// before anybody gets it.
    ///
    /// # Errors
    ///
    /// When descriptors ran out.
    pub(crate) fn lend(
        &mut self,
        allocation: AllocationId,
        terms: Terms,
        to: Addressee,
        wanted: impl Fn(u32) -> bool,
    ) -> Result<Vec<Option<zx::Handle>>, VmoError> {
        let Some(entry) = self.allocations.get_mut(&allocation) else { return Ok(Vec::new()) };
        let channel = to.channel;
        entry.lend(terms, to, wanted, || {
            self.by_connection.entry(channel).or_default().insert(allocation);
        })
    }

    /// Makes a handle to one buffer; `None` if it is gone.
    ///
    /// # Errors
    ///
    /// When descriptors ran out.
    pub(crate) fn lend_one(
        &mut self,
        buffer: BufferId,
        terms: Terms,
        to: Addressee,
    ) -> Result<Option<zx::Handle>, VmoError> {
        let handles = self.lend(buffer.allocation, terms, to, |index| index == buffer.index)?;
        Ok(handles.into_iter().flatten().next())
    }

    /// The end of the `close_weak_asap` of a buffer to be sent to a client; `None` if the buffer is
    /// gone.
    ///
    /// # Errors
    ///
    /// When descriptors ran out.
    pub(crate) fn close_weak_asap(
        &mut self,
        buffer: BufferId,
        client: Option<NonZeroU32>,
    ) -> io::Result<Option<zx::Handle>> {
        let held = find(&mut self.allocations, buffer);
        held.map(|held| held.close_weak_asap(client)).transpose()
    }

    /// Tells all who have weak handles to a buffer to give them up.
    pub(crate) fn signal_close_weak_asap(&mut self, buffer: BufferId) {
        if let Some(held) = find(&mut self.allocations, buffer) {
            held.signal_close_weak_asap(&self.closer);
        }
    }

    /// The memory of a buffer.
    pub(crate) fn memory_of(&self, buffer: BufferId) -> Option<VmoIdentity> {
        Some(self.allocations.get(&buffer.allocation)?.get(buffer.index)?.memory.identity())
    }

    /// Who was given handles to a buffer, and has them still.
    pub(crate) fn loans_of(&self, buffer: BufferId) -> impl Iterator<Item = &Loan> {
        let allocation = self.allocations.get(&buffer.allocation).into_iter();
        allocation.flat_map(move |entry| entry.loans_of(buffer.index))
    }

    /// The core does not hold these buffers any more. What is lost with that is added to `losses`.
    pub(crate) fn let_go(
        &mut self,
        allocation: AllocationId,
        now: Instant,
        losses: &mut Vec<Loss>,
    ) {
        let Some(entry) = self.allocations.get(&allocation) else { return };
        for index in entry.indices() {
            let buffer = BufferId { allocation, index };
            let Some(held) = find(&mut self.allocations, buffer) else { continue };
            held.vigil = Some(Vigil::default());
            // Mostly everybody else has gone before, and then there is nothing to watch.
            self.look(buffer, now, losses);
            self.watch(buffer);
            // A handle that was closed just before the watch began may still seem to be there, and
            // no event will tell: so this counts as an event.
            self.look_afresh(buffer, now, losses);
        }
    }

    /// A channel is closed. What is lost with it is added to `losses`.
    pub(crate) fn connection_closed(
        &mut self,
        channel: ChannelId,
        now: Instant,
        losses: &mut Vec<Loss>,
    ) {
        for allocation in self.by_connection.remove(&channel).into_iter().flatten() {
            let Some(entry) = self.allocations.get(&allocation) else { continue };
            for index in entry.indices() {
                let buffer = BufferId { allocation, index };
                let held = find(&mut self.allocations, buffer);
                if held.is_some_and(|held| held.connection_closed(channel)) {
                    self.look_afresh(buffer, now, losses);
                }
            }
        }
    }

    /// Reads what the kernel has to tell, and remembers where to look because of it.
    ///
    /// # Errors
    ///
    /// What reading reports, on an inotify descriptor nothing that is expected.
    pub(crate) fn read_events(&mut self, now: Instant) -> io::Result<Drained> {
        let mut hints = BTreeSet::new();
        let drained = self.watching.read(&mut hints);
        for buffer in hints {
            let held = find(&mut self.allocations, buffer);
            if let Some(Buffer { vigil: Some(vigil), .. }) = held {
                self.watching.look_at(buffer, vigil, now);
            }
        }
        drained
    }

    /// When [`Buffers::look_due`] has something to do.
    pub(crate) fn next_look(&self) -> Option<Instant> {
        self.watching.next_look()
    }

    /// Looks at what is due, but not at everything at once. What is lost is added to `losses`.
    pub(crate) fn look_due(&mut self, now: Instant, losses: &mut Vec<Loss>) {
        for _ in 0..LOOKS_PER_TURN {
            let Some(buffer) = self.watching.take_due(now) else { return };
            self.look(buffer, now, losses);
        }
    }

    /// The server ends, and nobody is told anything any more.
    pub(crate) fn end(&mut self) {
        for allocation in self.allocations.drain().map(|(_, allocation)| allocation) {
            allocation.into_buffers().for_each(|buffer| buffer.end(&self.closer));
        }
    }

    fn watch(&mut self, buffer: BufferId) {
        let held = find(&mut self.allocations, buffer);
        if let Some(Buffer { memory, vigil: Some(vigil), .. }) = held {
            self.watching.begin(memory, buffer, vigil);
        }
    }

    /// As [`Self::look`], after something has happened.
    fn look_afresh(&mut self, buffer: BufferId, now: Instant, losses: &mut Vec<Loss>) {
        let held = find(&mut self.allocations, buffer);
        if let Some(Buffer { vigil: Some(vigil), .. }) = held {
            self.watching.start_over(buffer, vigil);
            self.look(buffer, now, losses);
        }
    }

    /// Finds out who holds a buffer that the core has let go of, and frees it if nobody does.
    /// Otherwise puts the next look on the agenda, if one is needed.
    fn look(&mut self, buffer: BufferId, now: Instant, losses: &mut Vec<Loss>) {
        let Some(entry) = self.allocations.get_mut(&buffer.allocation) else { return };
        let kept_by = entry.kept_by(buffer.index);
        let Some(Buffer { vigil: Some(vigil), .. }) = entry.get_mut(buffer.index) else { return };
        if kept_by != Some(Strength::Strong) && !mem::replace(&mut vigil.strong_gone, true) {
            losses.push(Loss::Strong(buffer));
        }
        match kept_by {
            Some(_) => self.watching.look_again(buffer, vigil, now),
            None => {
                self.watching.end(buffer, vigil);
                self.free(buffer);
                losses.push(Loss::Memory(buffer));
            }
        }
    }

    fn free(&mut self, buffer: BufferId) {
        let Entry::Occupied(mut entry) = self.allocations.entry(buffer.allocation) else { return };
        if let Some(freed) = entry.get_mut().take(buffer.index) {
            self.by_memory.remove(&freed.memory.identity());
            for (channel, _) in freed.connections() {
                if !entry.get().is_tracked_by(channel) {
                    forget(&mut self.by_connection, channel, buffer.allocation);
                }
            }
            freed.end(&self.closer);
        }
        if entry.get().is_over() {
            entry.remove();
        }
    }
}

fn find(
    allocations: &mut HashMap<AllocationId, Allocation>,
    buffer: BufferId,
) -> Option<&mut Buffer> {
    allocations.get_mut(&buffer.allocation)?.get_mut(buffer.index)
}

/// No handle to any buffer of the allocation is tracked by this connection any more.
fn forget(
    by_connection: &mut HashMap<ChannelId, BTreeSet<AllocationId>>,
    channel: ChannelId,
    allocation: AllocationId,
) {
    if let Entry::Occupied(mut tracked) = by_connection.entry(channel) {
        tracked.get_mut().remove(&allocation);
        if tracked.get().is_empty() {
            tracked.remove();
        }
    }
}

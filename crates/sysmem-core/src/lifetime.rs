//! The buffers of all collections, for as long as anybody may ask about them
//! (`sysmem2-protocols.md` 5.2 to 5.5, 5.9).
//!
//! A record begins when a heap is asked for buffers and ends with the memory of the last one, which
//! may be long after the collection. In between a buffer loses first its strong handles, then its
//! memory; each of them on its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::interface::{
    AllocationId, COMPLAINT_AFTER_NS, ChannelId, CollectionName, Instant, Presence,
};

/// See the module's words. `H` is the handle of an eventpair that follows the number of buffers.
#[derive(Debug)]
pub(crate) struct Allocations<H> {
    by_id: BTreeMap<AllocationId, Allocation<H>>,
    /// When to complain about which buffer's weak handles.
    complaints: BTreeSet<(Instant, AllocationId, u32)>,
}

/// The buffers of one collection.
#[derive(Debug)]
pub(crate) struct Allocation<H> {
    pub collection: u64,
    /// The collection's name; empty if it has none.
    pub name: String,
    pub settings: Arc<fsysmem2::SingleBufferSettings>,
    stage: Stage,
    buffers: Vec<Buffer>,
    trackers: Vec<Tracker<H>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The heap is at work.
    Making,
    /// The heap is at work for a collection that has failed in the meantime.
    Unwanted,
    /// The core holds the buffers.
    Held,
    /// Clients hold them, or nobody.
    LetGo,
}

#[derive(Clone, Copy, Debug)]
struct Buffer {
    presence: Presence,
    /// Some weak handle, or an eventpair that belongs to one, has been delivered.
    has_weak: bool,
    complain_at: Option<Instant>,
}

/// An eventpair that closes when no more than so many buffers are left (5.5). Dropping it is what
/// closes it.
#[derive(Debug)]
pub(crate) struct Tracker<H> {
    /// Never used, but owned.
    pub _end: H,
    pub buffers_remaining: u32,
    /// The connection to the Allocator whose quota it counts against.
    pub owner: ChannelId,
}

/// What a heap's answer comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeapAnswer {
    /// The collection is waiting for it.
    For(u64),
    /// The buffers are there and nobody wants them: they were let go of.
    Unwanted,
    /// There is nothing to be done.
    Nothing,
}

/// What follows from the loss of the last strong handle to a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StrongLoss {
    /// It was the last buffer that was held strongly; it is this collection's.
    pub last_of: Option<u64>,
}

// Derived, this would ask for a default of `H`.
impl<H> Default for Allocations<H> {
    fn default() -> Self {
        Self { by_id: BTreeMap::new(), complaints: BTreeSet::new() }
    }
}

impl<H> Allocations<H> {
    pub fn begin(&mut self, id: AllocationId, allocation: Allocation<H>) {
        self.by_id.insert(id, allocation);
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// The record of buffers, made or not.
    pub fn get(&self, id: AllocationId) -> Option<&Allocation<H>> {
        self.by_id.get(&id)
    }

    /// The collection has another name now.
    pub fn rename(&mut self, id: AllocationId, name: &str) {
        if let Some(allocation) = self.by_id.get_mut(&id) {
            name.clone_into(&mut allocation.name);
        }
    }

    /// The record of buffers that were made and are not all gone.
    pub fn made(&self, id: AllocationId) -> Option<&Allocation<H>> {
        self.by_id.get(&id).filter(|allocation| allocation.is_made())
    }

    /// As [`Self::made`].
    pub fn made_mut(&mut self, id: AllocationId) -> Option<&mut Allocation<H>> {
        self.by_id.get_mut(&id).filter(|allocation| allocation.is_made())
    }

    /// The heap has made the buffers, or not.
    pub fn answered(&mut self, id: AllocationId, is_made: bool) -> HeapAnswer {
        let Some(allocation) = self.by_id.get_mut(&id) else { return HeapAnswer::Nothing };
        let (stage, answer) = match allocation.stage {
            Stage::Making => (Stage::Held, HeapAnswer::For(allocation.collection)),
            Stage::Unwanted if is_made => (Stage::LetGo, HeapAnswer::Unwanted),
            Stage::Unwanted => (Stage::LetGo, HeapAnswer::Nothing),
            Stage::Held | Stage::LetGo => return HeapAnswer::Nothing,
        };
        allocation.stage = stage;
        if !is_made {
            self.by_id.remove(&id);
        }
        answer
    }

    /// The collection needs its buffers no longer, made or not. Whether it held them until now.
    pub fn let_go(&mut self, id: AllocationId) -> bool {
        let Some(allocation) = self.by_id.get_mut(&id) else { return false };
        let (stage, held) = match allocation.stage {
            Stage::Making => (Stage::Unwanted, false),
            Stage::Held => (Stage::LetGo, true),
            other => (other, false),
        };
        allocation.stage = stage;
        held
    }

    /// No strong handle to a buffer is left. `None`: that was known, or cannot be.
    pub fn strong_gone(
        &mut self,
        id: AllocationId,
        index: u32,
        now: Instant,
    ) -> Option<StrongLoss> {
        let buffer = self.let_go_of(id)?.buffer_mut(index)?;
        if buffer.presence != Presence::Strong {
            return None;
        }
        buffer.presence = Presence::Weak;
        if buffer.has_weak {
            let at = Instant(now.0.saturating_add(COMPLAINT_AFTER_NS));
            buffer.complain_at = Some(at);
            self.complaints.insert((at, id, index));
        }
        let allocation = self.by_id.get(&id)?;
        let is_last = !allocation.buffers.iter().any(|left| left.presence == Presence::Strong);
        Some(StrongLoss { last_of: is_last.then_some(allocation.collection) })
    }

    /// The memory of a buffer is freed. The trackers that have waited for it; with the last buffer
    /// the record ends.
    pub fn buffer_gone(&mut self, id: AllocationId, index: u32) -> Vec<Tracker<H>> {
        let Some(allocation) = self.let_go_of(id) else { return Vec::new() };
        let Some(buffer) = allocation.buffer_mut(index) else { return Vec::new() };
        buffer.presence = Presence::Gone;
        let complaint = buffer.complain_at.take();
        let remaining = allocation.remaining();
        let is_done = |tracker: &mut Tracker<H>| tracker.buffers_remaining >= remaining;
        let done = allocation.trackers.extract_if(.., is_done).collect();
        if remaining == 0 {
            self.by_id.remove(&id);
        }
        if let Some(at) = complaint {
            self.complaints.remove(&(at, id, index));
        }
        done
    }

    /// When [`Self::next_complaint`] may have one.
    pub fn deadline(&self) -> Option<Instant> {
        self.complaints.first().map(|(at, _, _)| *at)
    }

    /// A buffer that still has weak handles, long enough after it lost its strong ones.
    pub fn next_complaint(&mut self, now: Instant) -> Option<(AllocationId, u32, CollectionName)> {
        let (at, id, index) = self.complaints.first().copied().filter(|(at, _, _)| *at <= now)?;
        self.complaints.remove(&(at, id, index));
        let allocation = self.by_id.get_mut(&id)?;
        if let Some(buffer) = allocation.buffer_mut(index) {
            buffer.complain_at = None;
        }
        let name = CollectionName { id: allocation.collection, name: allocation.name.clone() };
        Some((id, index, name))
    }

    /// Who owns all the trackers, for checks.
    pub fn tracker_owners(&self) -> impl Iterator<Item = ChannelId> {
        self.by_id.values().flat_map(|allocation| &allocation.trackers).map(|tracker| tracker.owner)
    }

    /// A record that does not fit together, for checks.
    pub fn first_inconsistent(&self) -> Option<AllocationId> {
        let is_noted = |id, index, buffer: &Buffer| {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            buffer.complain_at.is_none_or(|at| {
                buffer.presence == Presence::Weak && self.complaints.contains(&(at, id, index))
            })
        };
        let mut inconsistent = self.by_id.iter().filter(|(id, allocation)| {
            let remaining = allocation.remaining();
            let is_late = |tracker: &Tracker<H>| tracker.buffers_remaining >= remaining;
            let mut buffers = allocation.buffers.iter().enumerate();
            remaining == 0
                || allocation.trackers.iter().any(is_late)
                || !buffers.all(|(index, buffer)| is_noted(**id, index, buffer))
        });
        inconsistent.next().map(|(id, _)| *id)
    }

    fn let_go_of(&mut self, id: AllocationId) -> Option<&mut Allocation<H>> {
        self.by_id.get_mut(&id).filter(|allocation| allocation.stage == Stage::LetGo)
    }
}

impl<H> Allocation<H> {
    /// Buffers that a heap is about to make.
    pub fn new(
        collection: u64,
        name: String,
        settings: Arc<fsysmem2::SingleBufferSettings>,
        count: u32,
    ) -> Self {
        let buffer = Buffer { presence: Presence::Strong, has_weak: false, complain_at: None };
        let buffers = (0..count).map(|_| buffer).collect();
        let trackers = Vec::new();
        Self { collection, name, settings, stage: Stage::Making, buffers, trackers }
    }

    pub fn is_held(&self) -> bool {
        self.stage == Stage::Held
    }

    /// What is left of a buffer, as far as the core was told.
    pub fn presence(&self, index: u32) -> Option<Presence> {
        self.buffers.get(usize::try_from(index).ok()?).map(|buffer| buffer.presence)
    }

    /// What is left of each buffer, for somebody who gets weak handles or their eventpairs.
    pub fn deliver_weak(&mut self) -> Vec<Presence> {
        let buffers = self.buffers.iter_mut();
        let presence = buffers.map(|buffer| {
            buffer.has_weak = true;
            buffer.presence
        });
        presence.collect()
    }

    /// Somebody gets a weak handle to one of the buffers.
    pub fn deliver_weak_of(&mut self, index: u32) {
        if let Some(buffer) = self.buffer_mut(index) {
            buffer.has_weak = true;
        }
    }

    /// Keeps a tracker until so few buffers are left; gives it back if that is the case already.
    pub fn track(&mut self, tracker: Tracker<H>) -> Option<Tracker<H>> {
        if tracker.buffers_remaining >= self.remaining() {
            return Some(tracker);
        }
        self.trackers.push(tracker);
        None
    }

    const fn is_made(&self) -> bool {
        matches!(self.stage, Stage::Held | Stage::LetGo)
    }

    /// How many buffers have memory.
    fn remaining(&self) -> u32 {
        let left = self.buffers.iter().filter(|buffer| buffer.presence != Presence::Gone);
        u32::try_from(left.count()).unwrap_or(u32::MAX)
    }

    fn buffer_mut(&mut self, index: u32) -> Option<&mut Buffer> {
        self.buffers.get_mut(usize::try_from(index).ok()?)
    }
}

//! The memory of the buffers, and whether anybody still holds it
//! (`linux-objects.md`, VMO handles, rights and lifetime).
//!
//! As long as the core holds the buffers of an allocation, nobody asks who else does. When it lets
//! go, the buffers are watched and looked at until the last handle of each is gone, and its memory
//! is freed. It is never used again for somebody else.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::os::fd::{AsRawFd, RawFd};

use sysmem_core::{AllocationId, ChannelId, Instant};
use zx::{CloseWatch, Drained, LockError, Vmo, VmoError, VmoIdentity, WatchEvent, WatchId};

use crate::closer::Closer;

/// How often a buffer is looked at that inotify has no watch for, in nanoseconds.
const UNWATCHED_INTERVAL_NS: i64 = 500_000_000;

/// All buffers that there are.
#[derive(Debug)]
pub(crate) struct Buffers {
    allocations: HashMap<AllocationId, Allocation>,
    by_memory: HashMap<VmoIdentity, (AllocationId, u32)>,
    /// When to look at which allocation again.
    agenda: BTreeSet<(Instant, AllocationId)>,
    /// Buffers of which some handle counts as held as long as a channel is open.
    by_connection: HashMap<ChannelId, BTreeSet<AllocationId>>,
    /// `None`: the user has no inotify instance left.
    watch: Option<CloseWatch>,
    watched: HashMap<WatchId, AllocationId>,
    said_unwatched: bool,
    closer: Closer,
}

#[derive(Debug)]
struct Allocation {
    /// `None`: nobody held it, and it was freed.
    buffers: Vec<Option<Buffer>>,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// The core holds the buffers.
    Held,
    /// They live as long as somebody else does. `looked` counts the looks since the last event.
    LetGo { looked: usize, next_look: Option<Instant> },
}

#[derive(Debug)]
struct Buffer {
    memory: Vmo,
    /// The byte to lock for the next handle.
    next_slot: u32,
    /// Connections to which a handle went that could not be locked.
    connections: Vec<ChannelId>,
    watch: Option<WatchId>,
}

impl Buffers {
    /// An empty store, whose buffers `watch` tells about; without it they are looked at in
    /// intervals.
    pub(crate) fn new(watch: Option<CloseWatch>, closer: Closer) -> Self {
        Self {
            allocations: HashMap::new(),
            by_memory: HashMap::new(),
            agenda: BTreeSet::new(),
            by_connection: HashMap::new(),
            watch,
            watched: HashMap::new(),
            said_unwatched: false,
            closer,
        }
    }

    /// What becomes readable when [`Buffers::read_events`] has something to read.
    pub(crate) fn event_source(&self) -> Option<RawFd> {
        self.watch.as_ref().map(AsRawFd::as_raw_fd)
    }

    /// Takes the buffers of an allocation in.
    pub(crate) fn insert(&mut self, allocation: AllocationId, buffers: Vec<Vmo>) {
        for (index, memory) in (0..).zip(&buffers) {
            self.by_memory.insert(memory.identity(), (allocation, index));
        }
        let buffers = buffers.into_iter().map(|memory| Some(Buffer::new(memory))).collect();
        self.allocations.insert(allocation, Allocation { buffers, stage: Stage::Held });
    }

    /// The buffer that a handle is of.
    pub(crate) fn buffer_of(&self, handle: &zx::Handle) -> Option<(AllocationId, u32)> {
        self.by_memory.get(&handle.identity().ok()?).copied()
    }

    /// Whether anybody holds any buffer of an allocation.
    pub(crate) fn has(&self, allocation: AllocationId) -> bool {
        self.allocations.contains_key(&allocation)
    }

    /// A handle to each buffer of an allocation, for the participant on `channel`. Each is an open
    /// file description of its own, and locked before anybody gets it.
    ///
    /// # Errors
    ///
    /// When descriptors ran out.
    pub(crate) fn handles(
        &mut self,
        allocation: AllocationId,
        access: zx::Access,
        channel: ChannelId,
    ) -> Result<Vec<zx::Handle>, VmoError> {
        let Some(Allocation { buffers, .. }) = self.allocations.get_mut(&allocation) else {
            return Ok(Vec::new());
        };
        let mut handles = Vec::with_capacity(buffers.len());
        for buffer in buffers.iter_mut().flatten() {
            let (handle, hold) = buffer.open(access)?;
            if let Hold::Connection = hold
                && !buffer.connections.contains(&channel)
            {
                buffer.connections.push(channel);
                self.by_connection.entry(channel).or_default().insert(allocation);
            }
            handles.push(handle);
        }
        Ok(handles)
    }

    /// The core does not hold these buffers any more. Whether nobody does.
    pub(crate) fn let_go(&mut self, allocation: AllocationId, now: Instant) -> bool {
        let Some(entry) = self.allocations.get_mut(&allocation) else { return true };
        entry.stage = Stage::LetGo { looked: 0, next_look: None };
        // Mostly everybody else has gone before, and then there is nothing to watch.
        if self.look(allocation, now) {
            return true;
        }
        self.watch_all(allocation);
        // A handle that was closed just before the watch began may still seem to be there, and no
        // event will tell: so this counts as an event.
        self.look_afresh(allocation, now)
    }

    /// A channel is closed. Allocations that nobody holds any more are added to `gone`.
    pub(crate) fn connection_closed(
        &mut self,
        channel: ChannelId,
        now: Instant,
        gone: &mut Vec<AllocationId>,
    ) {
        for allocation in self.by_connection.remove(&channel).into_iter().flatten() {
            let Some(entry) = self.allocations.get_mut(&allocation) else { continue };
            for buffer in entry.buffers.iter_mut().flatten() {
                buffer.connections.retain(|holder| *holder != channel);
            }
            if self.look_afresh(allocation, now) {
                gone.push(allocation);
            }
        }
    }

    /// Reads what the kernel has to tell. Allocations that nobody holds any more are added to
    /// `gone`.
    ///
    /// # Errors
    ///
    /// What reading reports, on an inotify descriptor nothing that is expected.
    pub(crate) fn read_events(
        &mut self,
        now: Instant,
        gone: &mut Vec<AllocationId>,
    ) -> io::Result<Drained> {
        let mut hints = BTreeSet::new();
        let (Some(watch), watched) = (&mut self.watch, &mut self.watched) else {
            return Ok(Drained::All);
        };
        let drained = watch.read(|event| match event {
            WatchEvent::Closed(watch) => hints.extend(watched.get(&watch)),
            WatchEvent::Ignored(watch) => drop(watched.remove(&watch)),
            WatchEvent::Overflow => hints.extend(watched.values()),
        });
        gone.extend(hints.into_iter().filter(|allocation| self.look_afresh(*allocation, now)));
        drained
    }

    /// When [`Buffers::look_due`] has something to do.
    pub(crate) fn next_look(&self) -> Option<Instant> {
        self.agenda.first().map(|(at, _)| *at)
    }

    /// Looks at what is due. Allocations that nobody holds any more are added to `gone`.
    pub(crate) fn look_due(&mut self, now: Instant, gone: &mut Vec<AllocationId>) {
        while let Some((at, allocation)) = self.agenda.first().copied()
            && at <= now
        {
            self.agenda.remove(&(at, allocation));
            if self.look(allocation, now) {
                gone.push(allocation);
            }
        }
    }

    fn watch_all(&mut self, allocation: AllocationId) {
        let Some(watch) = &self.watch else { return };
        let Some(entry) = self.allocations.get_mut(&allocation) else { return };
        for buffer in entry.buffers.iter_mut().flatten() {
            match watch.watch(&buffer.memory) {
                Ok(id) => {
                    buffer.watch = Some(id);
                    self.watched.insert(id, allocation);
                }
                Err(error) if !self.said_unwatched => {
                    self.said_unwatched = true;
                    tracing::warn!(%error, "buffers are looked at twice a second instead");
                }
                Err(_) => {}
            }
        }
    }

    fn look_afresh(&mut self, allocation: AllocationId, now: Instant) -> bool {
        if let Some(Allocation { stage: Stage::LetGo { looked, next_look }, .. }) =
            self.allocations.get_mut(&allocation)
        {
            *looked = 0;
            if let Some(at) = next_look.take() {
                self.agenda.remove(&(at, allocation));
            }
        }
        self.look(allocation, now)
    }

    /// Frees the buffers of an allocation that nobody holds; whether that was the last of them.
    /// Otherwise puts the next look on the agenda, if one is needed.
    fn look(&mut self, allocation: AllocationId, now: Instant) -> bool {
        let Some(entry) = self.allocations.get_mut(&allocation) else { return false };
        let Stage::LetGo { looked, next_look } = &mut entry.stage else { return false };
        let mut remaining = 0_usize;
        let mut unwatched = false;
        for place in &mut entry.buffers {
            if place.as_ref().is_some_and(Buffer::is_held) {
                remaining += 1;
                unwatched |= place.as_ref().is_some_and(|buffer| buffer.watch.is_none());
            } else if let Some(buffer) = place.take() {
                self.by_memory.remove(&buffer.memory.identity());
                if let (Some(watch), Some(id)) = (&self.watch, buffer.watch) {
                    self.watched.remove(&id);
                    watch.unwatch(id);
                }
                self.closer.free(buffer.memory);
            }
        }
        if remaining == 0 {
            self.allocations.remove(&allocation);
            return true;
        }
        let wait_ns = match zx::RECHECK_AFTER.get(*looked) {
            Some(wait) => i64::try_from(wait.as_nanos()).ok(),
            None => unwatched.then_some(UNWATCHED_INTERVAL_NS),
        };
        *looked = looked.saturating_add(1);
        *next_look = wait_ns.map(|wait_ns| Instant(now.0.saturating_add(wait_ns)));
        self.agenda.extend(next_look.map(|at| (at, allocation)));
        false
    }
}

/// How it is known that a handle is still there.
enum Hold {
    /// By the lock on its description.
    Lock,
    /// A client has taken the byte: the connection has to do.
    Connection,
}

impl Buffer {
    fn new(memory: Vmo) -> Self {
        Self { memory, next_slot: 0, connections: Vec::new(), watch: None }
    }

    fn open(&mut self, access: zx::Access) -> Result<(zx::Handle, Hold), VmoError> {
        let handle = self.memory.reopen(access)?;
        let slot = self.next_slot;
        // After four thousand million handles of one buffer bytes are shared, which errs to "held".
        self.next_slot = slot.wrapping_add(1);
        let hold = match self.memory.lock(&handle, slot) {
            Ok(()) => Hold::Lock,
            Err(LockError::Taken) => Hold::Connection,
            Err(error) => {
                tracing::warn!(%error, "a handle is tracked by its connection");
                Hold::Connection
            }
        };
        Ok((handle, hold))
    }

    fn is_held(&self) -> bool {
        // What cannot be asked counts as held: memory is freed late rather than early.
        !self.connections.is_empty() || self.memory.is_held_by_anyone().unwrap_or(true)
    }
}

#[cfg(test)]
mod tests {
    use zx::Access;

    use super::*;
    use crate::closer::Closed;

    const ALLOCATION: AllocationId = AllocationId(1);
    const CHANNEL: ChannelId = ChannelId(2);
    const START: Instant = Instant(0);

    fn store(watch: Option<CloseWatch>, buffers: u32) -> (Buffers, Closed) {
        let (closer, closed) = Closer::spawn().unwrap();
        let mut store = Buffers::new(watch, closer);
        let make = |_| Vmo::create("test", 4096).unwrap();
        store.insert(ALLOCATION, (0..buffers).map(make).collect());
        (store, closed)
    }

    /// Goes from one look to the next; those that were gone at the last one, and when that was.
    fn look_until_gone(store: &mut Buffers) -> (Vec<AllocationId>, Option<Instant>) {
        let (mut gone, mut last) = (Vec::new(), None);
        while let Some(at) = store.next_look()
            && gone.is_empty()
        {
            last = Some(at);
            store.look_due(at, &mut gone);
        }
        (gone, last)
    }

    #[test]
    fn objects_buffers_that_nobody_was_given_are_freed_at_once() {
        let (mut store, closed) = store(CloseWatch::new().ok(), 3);
        assert!(store.let_go(ALLOCATION, START));
        assert_eq!(store.next_look(), None);
        drop(store);
        closed.wait();
    }

    #[test]
    fn objects_a_held_buffer_is_looked_at_after_1_4_16_and_64_ms_and_then_after_an_event() {
        let (mut store, _closed) = store(Some(CloseWatch::new().unwrap()), 2);
        let mut handles = store.handles(ALLOCATION, Access::ReadOnly, CHANNEL).unwrap();
        assert_eq!(store.buffer_of(&handles[1]), Some((ALLOCATION, 1)));
        assert!(!store.let_go(ALLOCATION, START));
        let ms = |ms: i64| Some(Instant(ms * 1_000_000));
        let mut gone = Vec::new();
        for at in [1, 5, 21, 85].map(ms) {
            assert_eq!(store.next_look(), at);
            store.look_due(at.unwrap(), &mut gone);
        }
        assert_eq!(store.next_look(), None);
        // One is freed without the other.
        let second = handles.pop().unwrap();
        handles.clear();
        assert_eq!(store.read_events(START, &mut gone).unwrap(), Drained::All);
        assert!(gone.is_empty());
        assert_eq!(store.by_memory.len(), 1);
        let copy = second.duplicate().unwrap();
        drop(second);
        assert_eq!(store.read_events(START, &mut gone).unwrap(), Drained::All);
        assert!(gone.is_empty());
        drop(copy);
        assert_eq!(store.read_events(START, &mut gone).unwrap(), Drained::All);
        assert_eq!(gone, [ALLOCATION]);
        assert!(store.by_memory.is_empty() && store.watched.is_empty());
    }

    #[test]
    fn objects_without_inotify_buffers_are_looked_at_in_intervals() {
        let (mut store, _closed) = store(None, 1);
        let handles = store.handles(ALLOCATION, Access::ReadWrite, CHANNEL).unwrap();
        assert!(!store.let_go(ALLOCATION, START));
        let mut gone = Vec::new();
        for _ in 0..20 {
            store.look_due(store.next_look().unwrap(), &mut gone);
        }
        assert!(gone.is_empty());
        let before = store.next_look().unwrap();
        drop(handles);
        assert_eq!(look_until_gone(&mut store), (vec![ALLOCATION], Some(before)));
        assert!(before.0 > 10 * UNWATCHED_INTERVAL_NS);
    }

    #[test]
    fn objects_each_of_many_handles_holds_its_buffer() {
        let (mut store, _closed) = store(None, 1);
        let mut first = store.handles(ALLOCATION, Access::ReadOnly, CHANNEL).unwrap();
        for _ in 0..100 {
            drop(store.handles(ALLOCATION, Access::ReadOnly, CHANNEL).unwrap());
        }
        assert!(!store.let_go(ALLOCATION, START));
        first.clear();
        assert_eq!(look_until_gone(&mut store).0, [ALLOCATION]);
    }
}

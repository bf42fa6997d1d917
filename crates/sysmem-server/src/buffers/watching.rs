//! When to look whether buffers are still held.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::os::fd::{AsRawFd, RawFd};

use sysmem_core::Instant;
use zx::{CloseWatch, Drained, Vmo, WatchEvent, WatchId};

use super::BufferId;

/// How often a buffer is looked at that inotify has no watch for, in nanoseconds.
pub(super) const UNWATCHED_INTERVAL_NS: i64 = 500_000_000;

/// The watches of inotify, and the looks that are due without an event.
#[derive(Debug)]
pub(super) struct Watching {
    /// `None`: the user has no inotify instance left.
    watch: Option<CloseWatch>,
    watched: HashMap<WatchId, BufferId>,
    /// When to look at which buffer again.
    agenda: BTreeSet<(Instant, BufferId)>,
    said_unwatched: bool,
}

/// The watch over one buffer.
#[derive(Debug, Default)]
pub(super) struct Vigil {
    /// Nobody has a strong handle any more, and this was reported.
    pub(super) strong_gone: bool,
    watch: Option<WatchId>,
    /// Looks since the last event.
    looked: usize,
    next_look: Option<Instant>,
}

impl Watching {
    pub(super) fn new(watch: Option<CloseWatch>) -> Self {
        Self { watch, watched: HashMap::new(), agenda: BTreeSet::new(), said_unwatched: false }
    }

    /// What becomes readable when [`Watching::read`] has something to read.
    pub(super) fn event_source(&self) -> Option<RawFd> {
        self.watch.as_ref().map(AsRawFd::as_raw_fd)
    }

    /// Adds the buffers to `hints` of which a handle may be gone.
    ///
    /// # Errors
    ///
    /// What reading reports, on an inotify descriptor nothing that is expected.
    pub(super) fn read(&mut self, hints: &mut BTreeSet<BufferId>) -> io::Result<Drained> {
        let (Some(watch), watched) = (&mut self.watch, &mut self.watched) else {
            return Ok(Drained::All);
        };
        watch.read(|event| match event {
            WatchEvent::Closed(watch) => hints.extend(watched.get(&watch)),
            WatchEvent::Ignored(watch) => drop(watched.remove(&watch)),
            WatchEvent::Overflow => hints.extend(watched.values()),
        })
    }

    /// Has events of a buffer reported, if there is a watch to be had.
    pub(super) fn begin(&mut self, memory: &Vmo, buffer: BufferId, vigil: &mut Vigil) {
        let Some(watch) = &self.watch else { return };
        match watch.watch(memory) {
            Ok(id) => {
                vigil.watch = Some(id);
                self.watched.insert(id, buffer);
            }
            Err(error) if !self.said_unwatched => {
                self.said_unwatched = true;
                tracing::warn!(%error, "buffers are looked at twice a second instead");
            }
            Err(_) => {}
        }
    }

    /// The buffer is gone.
    pub(super) fn end(&mut self, buffer: BufferId, vigil: &Vigil) {
        if let Some(at) = vigil.next_look {
            self.agenda.remove(&(at, buffer));
        }
        if let (Some(watch), Some(id)) = (&self.watch, vigil.watch) {
            self.watched.remove(&id);
            watch.unwatch(id);
        }
    }

    /// Something has happened: the next look is the first one after it.
    pub(super) fn start_over(&mut self, buffer: BufferId, vigil: &mut Vigil) {
        vigil.looked = 0;
        if let Some(at) = vigil.next_look.take() {
            self.agenda.remove(&(at, buffer));
        }
    }

    /// As [`Self::start_over`]; that look is due at `at`.
    pub(super) fn look_at(&mut self, buffer: BufferId, vigil: &mut Vigil, at: Instant) {
        // What is due earlier is a look after this event, too.
        let at = vigil.next_look.map_or(at, |next| next.min(at));
        self.start_over(buffer, vigil);
        vigil.next_look = Some(at);
        self.agenda.insert((at, buffer));
    }

    /// A look has found the buffer held: puts the next one on the agenda, if one is needed.
    pub(super) fn look_again(&mut self, buffer: BufferId, vigil: &mut Vigil, now: Instant) {
        let wait_ns = match zx::RECHECK_AFTER.get(vigil.looked) {
            Some(wait) => i64::try_from(wait.as_nanos()).ok(),
            None => vigil.watch.is_none().then_some(UNWATCHED_INTERVAL_NS),
        };
        vigil.looked = vigil.looked.saturating_add(1);
        vigil.next_look = wait_ns.map(|wait_ns| Instant(now.0.saturating_add(wait_ns)));
        self.agenda.extend(vigil.next_look.map(|at| (at, buffer)));
    }

    /// When the next look is due.
    pub(super) fn next_look(&self) -> Option<Instant> {
        self.agenda.first().map(|(at, _)| *at)
    }

    /// Takes a buffer from the agenda whose look is due.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<BufferId> {
        let (at, buffer) = self.agenda.first().copied()?;
        (at <= now).then(|| {
            self.agenda.remove(&(at, buffer));
            buffer
        })
    }

    #[cfg(test)]
    pub(super) fn is_idle(&self) -> bool {
        self.watched.is_empty() && self.agenda.is_empty()
    }
}

//! One buffer.

use std::cell::Cell;
use std::io;
use std::num::NonZeroU32;

use sysmem_core::ChannelId;
use zx::{LockError, Slot, Strength, Vmo, VmoError};

use super::signal::CloseWeakAsap;
use super::watching::Vigil;
use crate::closer::Closer;

/// Memory, and what is known about its holders.
#[derive(Debug)]
pub(super) struct Buffer {
    pub(super) memory: Vmo,
    /// `None`: the core holds it.
    pub(super) vigil: Option<Vigil>,
    /// Connections to which handles went that could not be locked.
    connections: Vec<(ChannelId, Strength)>,
    close_weak_asap: CloseWeakAsap,
    /// A client has set so many locks that handles are not looked at any more.
    is_overgrown: Cell<bool>,
}

/// How it is known that a handle is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// By the lock on its description.
    Lock,
    /// A client has taken the byte, or too many: the connection has to do.
    Connection,
}

impl Buffer {
    pub(super) fn new(memory: Vmo) -> Self {
        Self {
            memory,
            vigil: None,
            connections: Vec::new(),
            close_weak_asap: CloseWeakAsap::default(),
            is_overgrown: Cell::default(),
        }
    }

    /// A handle to be sent: an open file description of its own, locked before anybody gets it.
    ///
    /// # Errors
    ///
    /// When descriptors ran out.
    pub(super) fn open(
        &self,
        access: zx::Access,
        slot: Option<Slot>,
    ) -> Result<(zx::Handle, Hold), VmoError> {
        let handle = self.memory.reopen(access)?;
        let hold = match slot.map(|slot| self.memory.lock(&handle, slot)) {
            Some(Ok(())) => Hold::Lock,
            Some(Err(LockError::Taken)) | None => Hold::Connection,
            Some(Err(error)) => {
                tracing::warn!(%error, "a handle is tracked by its connection");
                Hold::Connection
            }
        };
        Ok((handle, hold))
    }

    /// What kind of handle this is: strong, if that cannot be told.
    pub(super) fn strength_of(&self, handle: &zx::Handle) -> Strength {
        if self.is_overgrown.get() {
            return Strength::Strong;
        }
        match self.memory.slot_of(handle) {
            Ok(slot) => slot.map_or(Strength::Strong, |slot| slot.strength),
            Err(error) => {
                // To look takes a while then, and whoever did it would have it done again and again.
                self.is_overgrown.set(error.kind() == io::ErrorKind::FileTooLarge);
                Strength::Strong
            }
        }
    }

    /// Counts a handle as held for as long as this connection is open.
    pub(super) fn track_by(&mut self, channel: ChannelId, strength: Strength) {
        if !self.connections.contains(&(channel, strength)) {
            self.connections.push((channel, strength));
        }
    }

    /// Connections to which handles went that could not be locked.
    pub(super) fn connections(&self) -> impl Iterator<Item = (ChannelId, Strength)> {
        self.connections.iter().copied()
    }

    /// Whether any handle was tracked by this connection, which is closed now.
    pub(super) fn connection_closed(&mut self, channel: ChannelId) -> bool {
        let before = self.connections.len();
        self.connections.retain(|(holder, _)| *holder != channel);
        self.connections.len() < before
    }

    /// Whether any handle of this kind is left. What cannot be asked counts as held: memory is
    /// freed late rather than early.
    pub(super) fn is_held_by_any(&self, strength: Strength) -> bool {
        self.connections.iter().any(|(_, of)| *of == strength)
            || self.memory.is_held_by_any(strength).unwrap_or(true)
    }

    /// Whether the handle of this slot is left.
    pub(super) fn is_held(&self, slot: Slot) -> bool {
        self.memory.is_held(slot).unwrap_or(true)
    }

    /// The end of the `close_weak_asap` of this buffer to be sent to a client.
    ///
    /// # Errors
    ///
    /// When descriptors ran out.
    pub(super) fn close_weak_asap(&mut self, client: Option<NonZeroU32>) -> io::Result<zx::Handle> {
        self.close_weak_asap.end_for(client)
    }

    pub(super) fn signal_close_weak_asap(&mut self, closer: &Closer) {
        self.close_weak_asap.signal(closer);
    }

    /// Frees it.
    pub(super) fn end(mut self, closer: &Closer) {
        // Somebody may have kept the eventpair without the memory.
        self.signal_close_weak_asap(closer);
        closer.free(self.memory);
    }
}

//! The buffers of one allocation.

use std::num::NonZeroU32;

use sysmem_core::{ChannelId, Instant, Recipient};
use zx::{Slot, Strength, Vmo, VmoError};

use super::buffer::{Buffer, Hold};
use super::loans::{Loan, Loans};

/// Buffers that were made together, and who was given handles to them.
#[derive(Debug)]
pub(super) struct Allocation {
    /// `None`: nobody held it, and it was freed.
    buffers: Vec<Option<Buffer>>,
    loans: Loans,
    /// A weak handle was made, at some time.
    lent_weakly: bool,
}

/// What handles are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) strength: Strength,
    pub(crate) access: zx::Access,
}

/// Whom handles are for.
#[derive(Debug)]
pub(crate) struct Addressee {
    pub(crate) channel: ChannelId,
    /// The process that the channel belongs to.
    pub(crate) client: Option<NonZeroU32>,
    pub(crate) recipient: Recipient,
    pub(crate) now: Instant,
}

impl Allocation {
    pub(super) fn new(buffers: Vec<Vmo>) -> Self {
        let buffers = buffers.into_iter().map(|memory| Some(Buffer::new(memory))).collect();
        Self { buffers, loans: Loans::default(), lent_weakly: false }
    }

    pub(super) fn get(&self, index: u32) -> Option<&Buffer> {
        self.buffers.get(usize::try_from(index).ok()?)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, index: u32) -> Option<&mut Buffer> {
        self.buffers.get_mut(usize::try_from(index).ok()?)?.as_mut()
    }

    /// All indices, also of buffers that are gone.
    pub(super) fn indices(&self) -> impl Iterator<Item = u32> + use<> {
        (0..).take(self.buffers.len())
    }

    /// Takes a buffer out for good.
    pub(super) fn take(&mut self, index: u32) -> Option<Buffer> {
        self.buffers.get_mut(usize::try_from(index).ok()?)?.take()
    }

    /// The buffers that are not gone.
    pub(super) fn into_buffers(self) -> impl Iterator<Item = Buffer> {
        self.buffers.into_iter().flatten()
    }

    /// Whether all buffers are gone.
    pub(super) fn is_over(&self) -> bool {
        self.buffers.iter().all(Option::is_none)
    }

    /// Makes a handle to each buffer that is `wanted`. Calls `on_connection` for each that counts as
    /// held for as long as the channel is open.
    ///
    /// # Errors
    ///
    /// When descriptors ran out.
    pub(super) fn lend(
        &mut self,
        terms: Terms,
        to: Addressee,
        wanted: impl Fn(u32) -> bool,
        mut on_connection: impl FnMut(),
    ) -> Result<Vec<Option<zx::Handle>>, VmoError> {
        let Terms { strength, access } = terms;
        self.lent_weakly |= strength == Strength::Weak;
        let slot = self.take_slot(strength);
        let mut handles = Vec::with_capacity(self.buffers.len());
        for (index, place) in (0..).zip(&mut self.buffers) {
            let Some(buffer) = place.as_mut().filter(|_| wanted(index)) else {
                handles.push(None);
                continue;
            };
            let (handle, hold) = buffer.open(access, slot)?;
            if hold == Hold::Connection {
                buffer.track_by(to.channel, strength);
                on_connection();
            }
            handles.push(Some(handle));
        }
        if let Some(slot) = slot {
            let Addressee { client, recipient, now: since, .. } = to;
            self.loans.add(Loan { slot, recipient, client, since });
        }
        Ok(handles)
    }

    /// Whether a client has a handle of this kind to a buffer.
    pub(super) fn is_held_by_any(&self, index: u32, strength: Strength) -> bool {
        (strength == Strength::Strong || self.lent_weakly)
            && self.get(index).is_some_and(|buffer| buffer.is_held_by_any(strength))
    }

    /// Whether a handle to any of the buffers counts as held for as long as this channel is open.
    pub(super) fn is_tracked_by(&self, channel: ChannelId) -> bool {
        let mut connections = self.buffers.iter().flatten().flat_map(Buffer::connections);
        connections.any(|(holder, _)| holder == channel)
    }

    /// What keeps a buffer that the core has let go of: the strongest handle that a client has to
    /// it. What was lost does not come back.
    pub(super) fn kept_by(&self, index: u32) -> Option<Strength> {
        let vigil = self.get(index)?.vigil.as_ref()?;
        let is_possible = |strength| strength == Strength::Weak || !vigil.strong_gone;
        [Strength::Strong, Strength::Weak]
            .into_iter()
            .find(|strength| is_possible(*strength) && self.is_held_by_any(index, *strength))
    }

    /// What kind of handle to a buffer this is. One that a client opened itself is strong; so is
    /// one whose lock its holder has undone, or that could not be locked.
    pub(super) fn strength_of(&self, index: u32, handle: &zx::Handle) -> Strength {
        // Where nobody was given a weak handle, there is nothing to ask.
        let buffer = self.get(index).filter(|_| self.lent_weakly);
        buffer.map_or(Strength::Strong, |buffer| buffer.strength_of(handle))
    }

    /// All loans that are remembered, alive or not.
    pub(super) fn loans(&self) -> impl Iterator<Item = &Loan> {
        self.loans.iter()
    }

    /// Loans of which a handle to this buffer is left.
    pub(super) fn loans_of(&self, index: u32) -> impl Iterator<Item = &Loan> {
        let buffer = self.get(index);
        let is_left = move |loan: &&Loan| buffer.is_some_and(|buffer| buffer.is_held(loan.slot));
        self.loans.iter().filter(is_left)
    }

    fn take_slot(&mut self, strength: Strength) -> Option<Slot> {
        let buffers = &self.buffers;
        let is_left =
            |loan: &Loan| buffers.iter().flatten().any(|buffer| buffer.is_held(loan.slot));
        self.loans.take_slot(strength, is_left)
    }
}

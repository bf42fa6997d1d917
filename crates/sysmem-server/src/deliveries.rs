//! Handles to buffers in replies, and complaints about those that are kept too long.

use std::io;
use std::num::NonZeroU32;
use std::sync::Arc;

use sysmem_core::{
    Access, BufferName, ChannelId, CollectionName, Delivery, Handles, NewWeak, Presence, Recipient,
    VmoInfo,
};
use sysmem_fidl::Handle;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;
use zx::Strength;

use crate::buffers::{Addressee, BufferId, Loan, Terms};
use crate::driver::{Driver, now};
use crate::replies::ReplyError;

/// Leaked handles of one buffer that are told one by one.
const COMPLAINTS_MAX: usize = 16;

/// For each buffer of an allocation a handle, or none.
pub(crate) type PerBuffer = Vec<Option<zx::Handle>>;

impl Driver {
    /// The buffers of a collection, as the participant on `channel` gets them.
    ///
    /// # Errors
    ///
    /// When descriptors ran out.
    pub(crate) fn deliver(
        &mut self,
        channel: ChannelId,
        delivery: Delivery,
    ) -> Result<fsysmem2::BufferCollectionWaitForAllBuffersAllocatedResponse<Handle>, ReplyError>
    {
        let (collection, count) = (delivery.collection, delivery.count);
        let settings = Arc::clone(&delivery.settings);
        let close_weak_asap = self.signals_of(channel, &delivery)?;
        let memory = self.lend(channel, delivery)?;
        // Whoever uses no memory still learns how many buffers there are
        // (`sysmem2-protocols.md` 5.8).
        let mut memory = memory.into_iter();
        let mut close_weak_asap = close_weak_asap.into_iter();
        let buffers = (0..count).map(|_| fsysmem2::VmoBuffer {
            vmo: memory.next().flatten().map(Handle::from),
            vmo_usable_start: Some(0),
            close_weak_asap: close_weak_asap.next().flatten().map(Handle::from),
        });
        let buffer_collection_info = Some(fsysmem2::BufferCollectionInfo {
            settings: Some(Arc::unwrap_or_clone(settings)),
            buffers: Some(buffers.collect()),
            buffer_collection_id: Some(collection),
        });
        Ok(fsysmem2::BufferCollectionWaitForAllBuffersAllocatedResponse { buffer_collection_info })
    }

    /// For each buffer a handle, as far as there is any for the participant on `channel`: weak ones
    /// to buffers that somebody holds strongly.
    ///
    /// # Errors
    ///
    /// When descriptors ran out.
    pub(crate) fn lend(
        &mut self,
        channel: ChannelId,
        delivery: Delivery,
    ) -> Result<PerBuffer, ReplyError> {
        let Delivery { allocation, handles, recipient, .. } = delivery;
        let to = self.addressee(channel, recipient);
        let buffers = &mut self.objects.buffers;
        match handles {
            Handles::None | Handles::Weak { access: None, .. } => Ok(Vec::new()),
            Handles::Strong(access) => {
                let terms = Terms { strength: Strength::Strong, access: rights(access) };
                Ok(buffers.lend(allocation, terms, to, |_| true)?)
            }
            Handles::Weak { access: Some(access), presence } => {
                let terms = Terms { strength: Strength::Weak, access: rights(access) };
                let is_strong = |index: u32| {
                    let presence =
                        usize::try_from(index).ok().and_then(|index| presence.get(index));
                    presence == Some(&Presence::Strong)
                };
                Ok(buffers.lend(allocation, terms, to, is_strong)?)
            }
        }
    }

    /// What is known about a VMO, for the client on `channel`.
    ///
    /// # Errors
    ///
    /// `UNSPECIFIED` when descriptors ran out (`sysmem2-protocols.md` 2.6).
    pub(crate) fn describe(
        &mut self,
        channel: ChannelId,
        info: VmoInfo,
    ) -> Result<fsysmem2::AllocatorGetVmoInfoResponse<Handle>, fsysmem2::Error> {
        let BufferName { collection, index } = info.name;
        let buffer = BufferId {
            allocation: info.allocation,
            index: u32::try_from(index).map_err(|_| fsysmem2::Error::UNSPECIFIED)?,
        };
        let close_weak_asap = info.close_weak_asap.then(|| self.signal_of(channel, buffer));
        let weak_vmo = info.weak.map(|weak| self.lend_one_weakly(channel, buffer, weak));
        Ok(fsysmem2::AllocatorGetVmoInfoResponse {
            buffer_collection_id: Some(collection),
            buffer_index: Some(index),
            close_weak_asap: close_weak_asap.transpose()?,
            weak_vmo: weak_vmo.transpose()?,
            single_buffer_settings: info.settings.map(Arc::unwrap_or_clone),
            constraints_ok: info.constraints_ok,
            vmo_settings_match: info.vmo_settings_match,
        })
    }

    /// Says loudly who keeps weak handles to a buffer that has no strong one left
    /// (`sysmem2-protocols.md` 5.4).
    pub(crate) fn complain_of_weak(&self, buffer: BufferId, collection: &CollectionName) {
        let Some(memory) = self.objects.buffers.memory_of(buffer) else { return };
        let is_weak = |loan: &&Loan| loan.slot.strength == Strength::Weak;
        let mut kept = self.objects.buffers.loans_of(buffer).filter(is_weak);
        let mut told = 0;
        for loan in kept.by_ref().take(COMPLAINTS_MAX) {
            told += 1;
            tracing::error!(
                collection = collection.id,
                name = collection.name,
                buffer = buffer.index,
                client = loan.recipient.name.as_ref(),
                client_id = loan.recipient.id,
                pid = loan.client.map(NonZeroU32::get),
                had_for_s = now().0.saturating_sub(loan.since.0) / 1_000_000_000,
                memory = format_args!("{}:{}", memory.dev, memory.ino),
                "a weak handle is kept, though the last strong one has gone 5 seconds ago"
            );
        }
        if told == 0 || kept.next().is_some() {
            // Handles that are tracked by their connections are known to nobody by name.
            let (collection, buffer) = (collection.id, buffer.index);
            tracing::error!(collection, buffer, told, "more weak handles are kept");
        }
    }

    /// `close_weak_asap` of all buffers that there are, for a weak participant on `channel`.
    fn signals_of(
        &mut self,
        channel: ChannelId,
        delivery: &Delivery,
    ) -> Result<PerBuffer, ReplyError> {
        let Handles::Weak { presence, .. } = &delivery.handles else { return Ok(Vec::new()) };
        let client = self.objects.channels.pid_of(channel);
        let allocation = delivery.allocation;
        let end_of = |(index, presence): (u32, &Presence)| match presence {
            Presence::Gone => Ok(None),
            Presence::Strong | Presence::Weak => {
                self.objects.buffers.close_weak_asap(BufferId { allocation, index }, client)
            }
        };
        let signals: io::Result<PerBuffer> = (0..).zip(presence).map(end_of).collect();
        Ok(signals?)
    }

    fn lend_one_weakly(
        &mut self,
        channel: ChannelId,
        buffer: BufferId,
        NewWeak { access, recipient }: NewWeak,
    ) -> Result<Handle, fsysmem2::Error> {
        let to = self.addressee(channel, recipient);
        let terms = Terms { strength: Strength::Weak, access: rights(access) };
        match self.objects.buffers.lend_one(buffer, terms, to) {
            Ok(Some(handle)) => Ok(handle.into()),
            Ok(None) => Err(fsysmem2::Error::UNSPECIFIED),
            Err(error) => {
                tracing::error!(%error, channel = channel.0, "no weak handle can be made");
                Err(fsysmem2::Error::UNSPECIFIED)
            }
        }
    }

    fn signal_of(
        &mut self,
        channel: ChannelId,
        buffer: BufferId,
    ) -> Result<Handle, fsysmem2::Error> {
        let client = self.objects.channels.pid_of(channel);
        match self.objects.buffers.close_weak_asap(buffer, client) {
            Ok(Some(end)) => Ok(end.into()),
            Ok(None) => Err(fsysmem2::Error::UNSPECIFIED),
            Err(error) => {
                tracing::error!(%error, channel = channel.0, "no eventpair can be made");
                Err(fsysmem2::Error::UNSPECIFIED)
            }
        }
    }

    fn addressee(&self, channel: ChannelId, recipient: Recipient) -> Addressee {
        let client = self.objects.channels.pid_of(channel);
        Addressee { channel, client, recipient, now: now() }
    }
}

fn rights(access: Access) -> zx::Access {
    match access {
        Access::ReadOnly => zx::Access::ReadOnly,
        Access::ReadWrite => zx::Access::ReadWrite,
    }
}

//! `GetVmoInfo` (`sysmem2-protocols.md` 2.6).

use std::sync::Arc;

use fsysmem2::Error;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::core::{Config, Core};
use crate::interface::{BufferHandle, BufferName, Host, NewWeak, Presence, Strength, VmoInfo};
use crate::negotiation::{negotiate, pin};
use crate::shared::Shared;
use crate::tree::debug_info::DebugInfo;

impl<H> Core<H> {
    /// What is known about a VMO. Works for as long as its buffer has memory.
    pub(crate) fn vmo_info(
        &mut self,
        request: fsysmem2::AllocatorGetVmoInfoRequest<H>,
        debug: Option<DebugInfo>,
        host: &dyn Host<H>,
    ) -> Result<VmoInfo, Error> {
        // The handle stays until the end: as long as it does, a strong one counts.
        let vmo = request.vmo.ok_or(Error::PROTOCOL_DEVIATION)?;
        let handle = host.buffer_of(&vmo).ok_or(Error::NOT_FOUND)?;
        let BufferHandle { allocation, index, strength, access } = handle;
        let record = self.shared.allocations.made(allocation).ok_or(Error::NOT_FOUND)?;
        let settings = Arc::clone(&record.settings);
        let name = BufferName { collection: record.collection, index: u64::from(index) };

        let other = match request.vmo_settings_to_check {
            Some(vmo) => Some(self.shared.settings_of(host, &vmo).ok_or(Error::NOT_FOUND)?),
            None => None,
        };
        let ignore_size = request.vmo_settings_to_check_ignore_size.unwrap_or_default();
        let constraints = request.constraints_to_check;
        let config = &self.shared.config;
        let constraints_ok = constraints.map(|table| suits(&table, &settings, config));

        let need_weak = request.need_weak.unwrap_or_default();
        if need_weak && !self.shared.is_held_strongly(&handle, host) {
            return Err(Error::NO_MORE_STRONG_VMO_HANDLES);
        }
        let recipient = debug.unwrap_or_default().recipient();
        let weak = need_weak.then_some(NewWeak { access, recipient });
        if need_weak && let Some(record) = self.shared.allocations.made_mut(allocation) {
            record.deliver_weak_of(index);
        }
        Ok(VmoInfo {
            name,
            allocation,
            close_weak_asap: need_weak || strength == Strength::Weak,
            weak,
            constraints_ok,
            vmo_settings_match: other.map(|other| is_alike(&settings, &other, ignore_size)),
            settings: request.need_single_buffer_settings.unwrap_or_default().then_some(settings),
        })
    }
}

impl<H> Shared<H> {
    /// Of the buffers that a VMO is one of, if it is.
    pub(crate) fn settings_of(
        &self,
        host: &dyn Host<H>,
        vmo: &H,
    ) -> Option<Arc<fsysmem2::SingleBufferSettings>> {
        let record = self.allocations.made(host.buffer_of(vmo)?.allocation)?;
        Some(Arc::clone(&record.settings))
    }

    /// By the core or by a client.
    fn is_held_strongly(&self, handle: &BufferHandle, host: &dyn Host<H>) -> bool {
        let BufferHandle { allocation, index, .. } = *handle;
        self.allocations.made(allocation).is_some_and(|record| {
            let may_be = record.presence(index) == Some(Presence::Strong);
            may_be && (record.is_held() || host.has_strong_handle(allocation, index))
        })
    }
}

/// Whether a participant with these constraints would be content with exactly these settings. How
/// many buffers it wants has to make sense in itself, and nothing more; it need not use them.
fn suits(
    constraints: &fsysmem2::BufferCollectionConstraints,
    settings: &fsysmem2::SingleBufferSettings,
    config: &Config,
) -> bool {
    let none = fsysmem2::NONE_USAGE | fsysmem2::NONE_USAGE_PERMIT_ALLOCATION;
    let existing = fsysmem2::BufferCollectionConstraints {
        usage: Some(fsysmem2::BufferUsage { none: Some(none), ..Default::default() }),
        min_buffer_count: Some(1),
        ..pin(settings)
    };
    negotiate(&[constraints, &existing], &config.environment())
        .is_ok_and(|agreement| agreement.settings == *settings)
}

fn is_alike(
    one: &fsysmem2::SingleBufferSettings,
    other: &fsysmem2::SingleBufferSettings,
    ignore_size: bool,
) -> bool {
    if !ignore_size {
        return one == other;
    }
    let without_size = |settings: &fsysmem2::SingleBufferSettings| {
        settings.buffer_settings.clone().map(|memory| fsysmem2::BufferMemorySettings {
            size_bytes: None,
            raw_vmo_size: None,
            ..memory
        })
    };
    one.image_format_constraints == other.image_format_constraints
        && without_size(one) == without_size(other)
}

//! Questions about a buffer of which only a handle is known (`sysmem2-protocols.md` 2.6).

use sysmem_fidl::Handle;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;
use zx::EventPair;

use crate::constraints::Constraints;
use crate::error::{Error, ProtocolError};

/// What is asked about a buffer, by [`Allocator::vmo_info`](crate::client::Allocator::vmo_info).
#[derive(Debug)]
#[must_use = "nothing is asked before this is given to an Allocator"]
pub struct VmoQuery(fsysmem2::AllocatorGetVmoInfoRequest<Handle>);

/// What the service knows about a buffer.
#[derive(Debug)]
pub struct VmoInfo {
    /// The collection that it belongs to.
    pub collection_id: u64,
    /// Its number there.
    pub buffer_index: u64,
    /// If the handle was weak, or a weak one was asked for: the other end closes when nobody uses
    /// the buffer any more.
    pub close_weak_asap: Option<EventPair>,
    /// A weak handle, if one was asked for.
    pub weak_handle: Option<zx::Handle>,
    /// The settings of the buffer, if they were asked for.
    pub settings: Option<fsysmem2::SingleBufferSettings>,
    /// Whether the settings satisfy the constraints, if some were given.
    pub constraints_ok: Option<bool>,
    /// Whether the settings are those of the other buffer, if one was given.
    pub settings_match: Option<bool>,
}

impl VmoQuery {
    /// Asks which buffer this is.
    pub fn new(memory: zx::Handle) -> Self {
        Self(fsysmem2::AllocatorGetVmoInfoRequest {
            vmo: Some(memory.into()),
            ..Default::default()
        })
    }

    /// Asks for a weak handle to it, with no more rights than the given one has.
    pub fn need_weak(mut self) -> Self {
        self.0.need_weak = Some(true);
        self
    }

    /// Asks for its settings.
    pub fn need_settings(mut self) -> Self {
        self.0.need_single_buffer_settings = Some(true);
        self
    }

    /// Asks whether its settings satisfy these constraints.
    pub fn check_constraints(mut self, constraints: impl Into<Constraints>) -> Self {
        self.0.constraints_to_check = Some(constraints.into().into());
        self
    }

    /// Asks whether its settings are those of another buffer.
    pub fn check_settings(mut self, other: zx::Handle) -> Self {
        self.0.vmo_settings_to_check = Some(other.into());
        self
    }

    /// As [`VmoQuery::check_settings`], whatever the sizes of the two.
    pub fn check_settings_but_size(mut self, other: zx::Handle) -> Self {
        self.0.vmo_settings_to_check_ignore_size = Some(true);
        self.check_settings(other)
    }
}

impl From<VmoQuery> for fsysmem2::AllocatorGetVmoInfoRequest<Handle> {
    fn from(query: VmoQuery) -> Self {
        query.0
    }
}

impl VmoInfo {
    pub(crate) fn new(
        response: fsysmem2::AllocatorGetVmoInfoResponse<Handle>,
    ) -> Result<Self, Error> {
        let missing = ProtocolError::MissingField;
        let eventpair = |end| EventPair::from(zx::Handle::from(end));
        Ok(Self {
            collection_id: response.buffer_collection_id.ok_or(missing("buffer_collection_id"))?,
            buffer_index: response.buffer_index.ok_or(missing("buffer_index"))?,
            close_weak_asap: response.close_weak_asap.map(eventpair),
            weak_handle: response.weak_vmo.map(Into::into),
            settings: response.single_buffer_settings,
            constraints_ok: response.constraints_ok,
            settings_match: response.vmo_settings_match,
        })
    }
}

//! What arrives on tokens. A token is made and used by clients of either version, and on the way
//! from one to another nobody says which one holds it: so it speaks both, told apart by ordinals
//! (`sysmem2-protocols.md` 1.2).

use fidl::{Handle, Incoming, RequestError, RequestSet};
use sysmem_fidl::{fuchsia_sysmem as fsysmem, fuchsia_sysmem2 as fsysmem2};

use crate::interface::{ChannelId, Input};

/// A request on a token.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "a request moves once, from its packet to the core")]
pub enum TokenRequest<H> {
    V1(fsysmem::BufferCollectionTokenRequest<H>),
    V2(fsysmem2::BufferCollectionTokenRequest<H>),
}

impl<H> TokenRequest<H> {
    /// The input that brings it to the core.
    pub fn into_input(self, channel: ChannelId) -> Input<H> {
        match self {
            Self::V1(request) => Input::TokenV1(channel, request),
            Self::V2(request) => Input::Token(channel, request),
        }
    }
}

impl<H: Handle> RequestSet<H> for TokenRequest<H> {
    /// The open one of the two, by which unknown requests are judged.
    type Protocol = fsysmem2::BufferCollectionTokenMarker;

    fn decode(ordinal: u64, mut message: Incoming<'_, H>) -> Result<Option<Self>, RequestError> {
        let v2 = fsysmem2::BufferCollectionTokenRequest::decode(ordinal, message.reborrow())?;
        if let Some(request) = v2 {
            return Ok(Some(Self::V2(request)));
        }
        let v1 = fsysmem::BufferCollectionTokenRequest::decode(ordinal, message)?;
        Ok(v1.map(Self::V1))
    }

    fn method_name(&self) -> &'static str {
        match self {
            Self::V1(request) => request.method_name(),
            Self::V2(request) => request.method_name(),
        }
    }
}

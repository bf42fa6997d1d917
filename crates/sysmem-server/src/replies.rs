//! Replies of the core into packets.

use std::fmt;
use std::io;

use fidl::{ClientEnd, EncodeError};
use sysmem_core::{Breakage, ChannelId, ChannelKind, Reply};
use sysmem_fidl::Handle;
use sysmem_fidl::conversions::ToV1Error;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;
use zx::VmoError;

use crate::driver::Driver;

/// Client ends of tokens, as replies carry them.
type Tokens = Vec<ClientEnd<fsysmem2::BufferCollectionTokenMarker, Handle>>;

/// Why a reply cannot be made.
#[derive(Debug)]
pub(crate) enum ReplyError {
    /// It does not fit into a packet.
    Encode(EncodeError),
    /// The descriptors that it carries cannot be made.
    Descriptors(io::Error),
    /// The handles to the buffers cannot be made.
    Buffers(VmoError),
    /// The first version of the protocol has no room for it.
    Inexpressible(ToV1Error),
}

impl Driver {
    /// Sends a reply. If there is none to be made, the channel has failed: its client would wait
    /// for ever.
    ///
    /// For a channel that has failed or is gone nothing is made: descriptors are not free.
    pub(crate) fn reply(&mut self, channel: ChannelId, reply: Reply) {
        if self.objects.channels.get(channel).is_none_or(|served| served.deaf) {
            self.forgo(reply);
            return;
        }
        match self.encode_reply(channel, reply) {
            Ok(()) => self.send_encoded(channel),
            Err(error) => {
                tracing::error!(%error, client = self.client_pid(), "a reply cannot be made");
                self.break_off(channel, Breakage::Unservable);
            }
        }
    }

    /// Nobody will get this reply.
    fn forgo(&mut self, reply: Reply) {
        if let Reply::Duplicates(_, children) | Reply::Children(_, children) = reply {
            // Nobody will ever speak on them, and the collection must not wait for that.
            for child in children {
                self.break_off(child, Breakage::Unservable);
            }
        }
    }

    fn encode_reply(&mut self, channel: ChannelId, reply: Reply) -> Result<(), ReplyError> {
        match reply {
            Reply::Sync(responder) => responder.encode((), &mut self.encoder)?,
            Reply::NodeRef(responder, node) => {
                let node_ref = Some(self.objects.node_refs.handle_for(node)?.into());
                let response = fsysmem2::NodeGetNodeRefResponse { node_ref };
                responder.encode(response, &mut self.encoder)?;
            }
            Reply::IsAlternateFor(responder, result) => {
                let result = result.map(|is_alternate| fsysmem2::NodeIsAlternateForResponse {
                    is_alternate: Some(is_alternate),
                });
                responder.encode(result, &mut self.encoder)?;
            }
            Reply::CollectionId(responder, id) => {
                let response =
                    fsysmem2::NodeGetBufferCollectionIdResponse { buffer_collection_id: Some(id) };
                responder.encode(response, &mut self.encoder)?;
            }
            Reply::Duplicates(responder, children) => {
                let tokens = Some(self.make_tokens(&children)?);
                let response = fsysmem2::BufferCollectionTokenDuplicateSyncResponse { tokens };
                responder.encode(response, &mut self.encoder)?;
            }
            Reply::Children(responder, children) => {
                let tokens = Some(self.make_tokens(&children)?);
                let response =
                    fsysmem2::BufferCollectionTokenGroupCreateChildrenSyncResponse { tokens };
                responder.encode(response, &mut self.encoder)?;
            }
            Reply::Buffers(responder, result) => {
                let result = match result {
                    Ok(delivery) => Ok(self.deliver(channel, delivery)?),
                    Err(error) => Err(error),
                };
                responder.encode(result, &mut self.encoder)?;
            }
            Reply::Check(responder, result) => responder.encode(result, &mut self.encoder)?,
            Reply::IsTokenKnown(responder, is_known) => {
                let response = fsysmem2::AllocatorValidateBufferCollectionTokenResponse {
                    is_known: Some(is_known),
                };
                responder.encode(response, &mut self.encoder)?;
            }
            Reply::VmoInfo(responder, result) => {
                let result = result.and_then(|info| self.describe(channel, info));
                responder.encode(result, &mut self.encoder)?;
            }
            Reply::V1(reply) => self.encode_reply_v1(channel, reply)?,
            Reply::UnknownMethod { txid, ordinal } => {
                fidl::encode_unknown_reply(txid, ordinal, &mut self.encoder)?;
            }
        }
        Ok(())
    }

    /// Makes a channel for each child, serves it as a token, and returns the client ends.
    fn make_tokens(&mut self, children: &[ChannelId]) -> Result<Tokens, ReplyError> {
        let mut tokens = Vec::with_capacity(children.len());
        let mut result = Ok(());
        for child in children {
            match zx::Channel::pair() {
                Ok((client, server)) => {
                    self.serve(*child, ChannelKind::Token, server);
                    tokens.push(ClientEnd::new(client.into()));
                }
                Err(error) => {
                    // Nobody will ever speak on it, and the collection must not wait for that.
                    self.break_off(*child, Breakage::Unservable);
                    result = Err(ReplyError::Descriptors(error));
                }
            }
        }
        result.map(|()| tokens)
    }
}

impl From<EncodeError> for ReplyError {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}

impl From<io::Error> for ReplyError {
    fn from(error: io::Error) -> Self {
        Self::Descriptors(error)
    }
}

impl From<VmoError> for ReplyError {
    fn from(error: VmoError) -> Self {
        Self::Buffers(error)
    }
}

impl fmt::Display for ReplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encode(error) => error.fmt(f),
            Self::Descriptors(error) => write!(f, "no descriptors: {error}"),
            Self::Buffers(error) => error.fmt(f),
            Self::Inexpressible(error) => error.fmt(f),
        }
    }
}

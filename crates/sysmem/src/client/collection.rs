//! Collections: constraints in, buffers out.

use std::ops::Deref;
use std::sync::Arc;

use fidl::ServerEnd;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;
use zx::{Channel, EventPair};

use crate::Rights;
use crate::client::buffers::Buffers;
use crate::client::node::Node;
use crate::client::token::Token;
use crate::constraints::Constraints;
use crate::diagnostics::Diagnostics;
use crate::error::{Error, ProtocolError};
use crate::ledger::Ledger;
use crate::transport::Transport;

/// A participant's view of a collection.
///
/// Dropping it without [`Collection::release`] is a failure, of which all other participants hear.
#[derive(Debug)]
pub struct Collection<C> {
    node: Node<C>,
    diagnostics: Option<Diagnostics>,
}

impl<C: Transport> Collection<C> {
    pub(crate) fn new(
        channel: Channel,
        ledger: Arc<Ledger>,
        diagnostics: Option<Diagnostics>,
    ) -> Result<Self, Error> {
        Ok(Self { node: Node::new(channel, "collection", ledger)?, diagnostics })
    }

    /// States what this participant needs. Allowed once. Does not wait.
    ///
    /// # Errors
    ///
    /// A closed channel. Constraints that cannot be met make the allocation fail, not this.
    pub fn set_constraints(&self, constraints: impl Into<Constraints>) -> Result<(), Error> {
        self.send_constraints(constraints.into(), None)
    }

    /// As [`Collection::set_constraints`], and asks for the very settings that another buffer has:
    /// that of `memory`, a handle to any buffer of the service. How many there are is not compared.
    ///
    /// # Errors
    ///
    /// A closed channel. A handle of no buffer is a failure of this participant.
    pub fn set_constraints_to_match(
        &self,
        constraints: impl Into<Constraints>,
        memory: zx::Handle,
    ) -> Result<(), Error> {
        self.send_constraints(constraints.into(), Some(memory))
    }

    /// Waits until all participants have stated their constraints and buffers are allocated. Any
    /// number of calls; each gets handles of its own.
    ///
    /// # Errors
    ///
    /// [`Error::Allocation`] when there is no common ground or no memory, with the service's
    /// explanation if it has one; [`Error::Closed`] when another participant fails before.
    pub fn wait_for_buffers(&self) -> C::Reply<Buffers> {
        type Wait = fsysmem2::BufferCollectionWaitForAllBuffersAllocatedMethod;
        let reply = C::map(self.node.caller().call::<Wait>(()), |response| {
            let response = response.map_err(Error::no_buffers)?;
            match response.buffer_collection_info {
                Some(info) => Buffers::new(info),
                None => Err(ProtocolError::MissingField("buffer_collection_info").into()),
            }
        });
        self.explained(reply)
    }

    /// Whether buffers are allocated.
    ///
    /// # Errors
    ///
    /// [`Error::Allocation`] when there will be none; a closed channel.
    pub fn check(&self) -> C::Reply<bool> {
        type Check = fsysmem2::BufferCollectionCheckAllBuffersAllocatedMethod;
        let reply = C::map(self.node.caller().call::<Check>(()), |response| match response {
            Ok(_) => Ok(true),
            Err(fsysmem2::Error::PENDING) => Ok(false),
            Err(error) => Err(Error::no_buffers(error)),
        });
        self.explained(reply)
    }

    /// Makes a token for a participant that joins later, or that may fail without consequences for
    /// this one. Does not wait; call [`sync`](Node::sync) before it is passed on.
    ///
    /// # Errors
    ///
    /// A closed channel, or no descriptors left.
    pub fn attach(&self, rights: Rights) -> Result<Token<C>, Error> {
        let (client, server) = Channel::pair().map_err(Error::System)?;
        let origin = self.node.ledger().enter();
        self.node.caller().send::<fsysmem2::BufferCollectionAttachTokenMethod>(
            fsysmem2::BufferCollectionAttachTokenRequest {
                rights_attenuation_mask: Some(rights.bits()),
                token_request: Some(ServerEnd::new(server.into())),
            },
        )?;
        Token::new(client, origin)
    }

    /// Gives an eventpair whose other end closes when so many buffers, or fewer, are left: when no
    /// more have any handle, strong or weak, or are in use for a participant. 0: when all are gone.
    /// It closes as well when there will be no buffers for this participant.
    ///
    /// # Errors
    ///
    /// A closed channel, or no descriptors left.
    pub fn track_lifetime(&self, buffers_remaining: u32) -> Result<EventPair, Error> {
        let (ours, theirs) = EventPair::pair().map_err(Error::System)?;
        self.node.caller().send::<fsysmem2::BufferCollectionAttachLifetimeTrackingMethod>(
            fsysmem2::BufferCollectionAttachLifetimeTrackingRequest {
                server_end: Some(zx::Handle::from(theirs).into()),
                buffers_remaining: Some(buffers_remaining),
            },
        )?;
        Ok(ours)
    }

    /// Leaves without failing. Constraints that were stated stay in force, and buffers stay valid.
    ///
    /// # Errors
    ///
    /// A closed channel.
    pub fn release(self) -> Result<(), Error> {
        self.node.release()
    }

    fn explained<T: 'static>(&self, reply: C::Reply<T>) -> C::Reply<T> {
        self.node.caller().explained(reply, self.diagnostics.as_ref())
    }

    fn send_constraints(
        &self,
        constraints: Constraints,
        must_match_vmo: Option<zx::Handle>,
    ) -> Result<(), Error> {
        self.node.caller().send::<fsysmem2::BufferCollectionSetConstraintsMethod>(
            fsysmem2::BufferCollectionSetConstraintsRequest {
                constraints: Some(constraints.into()),
                must_match_vmo: must_match_vmo.map(Into::into),
            },
        )
    }
}

/// A collection is a node: the protocols say so, by `compose`.
impl<C> Deref for Collection<C> {
    type Target = Node<C>;

    fn deref(&self) -> &Node<C> {
        &self.node
    }
}

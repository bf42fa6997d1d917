//! Tokens: the right to take part.

use std::ops::Deref;
use std::sync::Arc;

use fidl::{ClientEnd, ServerEnd};
use sysmem_fidl::Handle;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;
use zx::Channel;

use crate::Rights;
use crate::client::group::Group;
use crate::client::node::Node;
use crate::error::{Error, ProtocolError};
use crate::ledger::{Ledger, Origin};
use crate::transport::Transport;

/// The client end of a token, as replies carry it.
type TokenEnd = ClientEnd<fsysmem2::BufferCollectionTokenMarker, Handle>;

/// The right to take part in a collection.
///
/// A token that is neither turned in ([`Allocator::bind`](crate::client::Allocator::bind)) nor
/// released keeps everybody waiting; one that is dropped ends the collection.
#[derive(Debug)]
pub struct Token<C> {
    node: Node<C>,
    origin: Origin,
    /// Proven by calls on the token's own channel.
    own: Arc<Ledger>,
}

impl<C: Transport> Token<C> {
    pub(crate) fn new(channel: Channel, origin: Origin) -> Result<Self, Error> {
        let own = Arc::<Ledger>::default();
        // The token itself is the first thing that a call on its channel proves.
        own.enter();
        Ok(Self { node: Node::new(channel, "token", Arc::clone(&own))?, origin, own })
    }

    /// Takes a token that somebody else made, and that the service knows.
    ///
    /// # Errors
    ///
    /// [`Error::System`].
    pub fn from_channel(channel: Channel) -> Result<Self, Error> {
        Self::new(channel, Origin::Known)
    }

    /// Makes a token for another participant. Does not wait; call [`sync`](Node::sync) before it is
    /// passed on.
    ///
    /// # Errors
    ///
    /// A closed channel, or no descriptors left.
    pub fn duplicate(&self) -> Result<Self, Error> {
        self.duplicate_with(Rights::SAME)
    }

    /// Makes a token for another participant whose handles have these rights at most.
    ///
    /// # Errors
    ///
    /// A closed channel, or no descriptors left.
    pub fn duplicate_with(&self, rights: Rights) -> Result<Self, Error> {
        let (client, server) = Channel::pair().map_err(Error::System)?;
        let origin = self.own.enter();
        self.node.caller().send::<fsysmem2::BufferCollectionTokenDuplicateMethod>(
            fsysmem2::BufferCollectionTokenDuplicateRequest {
                rights_attenuation_mask: Some(rights.bits()),
                token_request: Some(ServerEnd::new(server.into())),
            },
        )?;
        Self::new(client, origin)
    }

    /// Makes a token for each element, and waits until the service knows all of them. At most 64.
    ///
    /// # Errors
    ///
    /// A closed channel.
    pub fn duplicate_many(&self, rights: &[Rights]) -> C::Reply<Vec<Self>>
    where
        C: 'static,
    {
        let masks = rights.iter().map(|rights| rights.bits()).collect();
        let mark = self.own.mark();
        let own = Arc::clone(&self.own);
        let reply = self.node.caller().call::<fsysmem2::BufferCollectionTokenDuplicateSyncMethod>(
            fsysmem2::BufferCollectionTokenDuplicateSyncRequest {
                rights_attenuation_masks: Some(masks),
            },
        );
        C::map(reply, move |response| {
            own.prove(mark);
            tokens(response.tokens)
        })
    }

    /// Makes a group below this token: alternatives, of which one takes part. Does not wait.
    ///
    /// # Errors
    ///
    /// A closed channel, or no descriptors left.
    pub fn create_group(&self) -> Result<Group<C>, Error> {
        type Create = fsysmem2::BufferCollectionTokenCreateBufferCollectionTokenGroupMethod;
        let (client, server) = Channel::pair().map_err(Error::System)?;
        self.node.caller().send::<Create>(
            fsysmem2::BufferCollectionTokenCreateBufferCollectionTokenGroupRequest {
                group_request: Some(ServerEnd::new(server.into())),
            },
        )?;
        Group::new(client)
    }

    /// Makes the collection survive a failure of this participant, once buffers are allocated.
    ///
    /// # Errors
    ///
    /// A closed channel.
    pub fn set_dispensable(&self) -> Result<(), Error> {
        self.node.caller().send::<fsysmem2::BufferCollectionTokenSetDispensableMethod>(())
    }

    /// Opts out: no constraints, no buffers. Tokens made from this one stay.
    ///
    /// # Errors
    ///
    /// A closed channel.
    pub fn release(self) -> Result<(), Error> {
        self.node.release()
    }

    /// The channel, to be sent to another process, which makes a token of it again
    /// ([`Token::from_channel`]).
    ///
    /// # Errors
    ///
    /// [`Error::NotSynced`] if the service may not know the token yet. The token is lost then, and
    /// with it the collection.
    pub fn into_channel(self) -> Result<Channel, Error> {
        if self.is_known() { self.node.into_channel() } else { Err(Error::NotSynced) }
    }

    /// Whether the service is sure to know the token.
    pub fn is_known(&self) -> bool {
        self.origin.is_known() || self.own.has_proof()
    }

    pub(crate) fn is_made_on(&self, ledger: &Arc<Ledger>) -> bool {
        self.origin.is_made_on(ledger)
    }

    pub(crate) fn into_parts(self) -> Result<(Channel, Arc<Ledger>), Error> {
        Ok((self.node.into_channel()?, self.own))
    }

    pub(crate) fn server_koid(&self) -> Option<u64> {
        self.node.caller().peer_koid().map(zx::Koid::get)
    }
}

/// A token is a node: the protocols say so, by `compose`.
impl<C> Deref for Token<C> {
    type Target = Node<C>;

    fn deref(&self) -> &Node<C> {
        &self.node
    }
}

/// Tokens that the service has made.
pub(crate) fn tokens<C: Transport>(ends: Option<Vec<TokenEnd>>) -> Result<Vec<Token<C>>, Error> {
    let missing = ProtocolError::MissingField("tokens");
    let channel = |end: TokenEnd| {
        Channel::from_handle(end.into_handle().into())
            .map_err(|_| ProtocolError::MissingField("tokens"))
    };
    ends.ok_or(missing)?.into_iter().map(|end| Token::from_channel(channel(end)?)).collect()
}

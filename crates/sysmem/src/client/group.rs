//! Groups: alternatives, of which one takes part.

use std::ops::Deref;
use std::sync::Arc;

use fidl::ServerEnd;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;
use zx::Channel;

use crate::Rights;
use crate::client::node::Node;
use crate::client::token::{Token, tokens};
use crate::error::Error;
use crate::ledger::Ledger;
use crate::transport::Transport;

/// Alternatives, the best first: of its children the service takes the first with which everybody
/// gets buffers. The others get none, and their channels close.
///
/// Made by [`Token::create_group`]. Dropping it without [`Group::release`] is a failure, of which
/// all other participants hear.
#[derive(Debug)]
pub struct Group<C> {
    node: Node<C>,
}

impl<C: Transport> Group<C> {
    pub(crate) fn new(channel: Channel) -> Result<Self, Error> {
        Ok(Self { node: Node::new(channel, "group", Arc::<Ledger>::default())? })
    }

    /// Makes a token for one more alternative, after those that there are. Does not wait; call
    /// [`sync`](Node::sync) before it is passed on.
    ///
    /// # Errors
    ///
    /// A closed channel, or no descriptors left.
    pub fn create_child(&self) -> Result<Token<C>, Error> {
        self.create_child_with(Rights::SAME)
    }

    /// As [`Group::create_child`], for a participant whose handles have these rights at most.
    ///
    /// # Errors
    ///
    /// A closed channel, or no descriptors left.
    pub fn create_child_with(&self, rights: Rights) -> Result<Token<C>, Error> {
        let (client, server) = Channel::pair().map_err(Error::System)?;
        let origin = self.node.ledger().enter();
        self.node.caller().send::<fsysmem2::BufferCollectionTokenGroupCreateChildMethod>(
            fsysmem2::BufferCollectionTokenGroupCreateChildRequest {
                token_request: Some(ServerEnd::new(server.into())),
                rights_attenuation_mask: Some(rights.bits()),
            },
        )?;
        Token::new(client, origin)
    }

    /// Makes a token for each element, in this order, and waits until the service knows all of
    /// them. At most 64.
    ///
    /// # Errors
    ///
    /// A closed channel.
    pub fn create_children(&self, rights: &[Rights]) -> C::Reply<Vec<Token<C>>>
    where
        C: 'static,
    {
        type Create = fsysmem2::BufferCollectionTokenGroupCreateChildrenSyncMethod;
        let request = fsysmem2::BufferCollectionTokenGroupCreateChildrenSyncRequest {
            rights_attenuation_masks: Some(rights.iter().map(|rights| rights.bits()).collect()),
        };
        let mark = self.node.ledger().mark();
        let ledger = Arc::clone(self.node.ledger());
        C::map(self.node.caller().call::<Create>(request), move |response| {
            ledger.prove(mark);
            tokens(response.tokens)
        })
    }

    /// Says that there are no more alternatives; nobody gets buffers before. There has to be one at
    /// least, and each has to be turned in, or released and closed.
    ///
    /// # Errors
    ///
    /// A closed channel.
    pub fn all_children_present(&self) -> Result<(), Error> {
        type Present = fsysmem2::BufferCollectionTokenGroupAllChildrenPresentMethod;
        self.node.caller().send::<Present>(())
    }

    /// Leaves without failing, once all children are present. The alternatives stay what they are.
    ///
    /// # Errors
    ///
    /// A closed channel.
    pub fn release(self) -> Result<(), Error> {
        self.node.release()
    }
}

/// A group is a node: the protocols say so, by `compose`.
impl<C> Deref for Group<C> {
    type Target = Node<C>;

    fn deref(&self) -> &Node<C> {
        &self.node
    }
}

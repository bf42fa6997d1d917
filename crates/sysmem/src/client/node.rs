//! What tokens and collections have in common (`sysmem2-protocols.md` 2.7).

use std::sync::Arc;

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;
use zx::{Channel, EventPair};

use crate::error::{Error, ProtocolError};
use crate::ledger::Ledger;
use crate::transport::Transport;

/// A node of the tree that a collection is.
#[derive(Debug)]
pub struct Node<C> {
    caller: C,
    ledger: Arc<Ledger>,
}

impl<C: Transport> Node<C> {
    pub(crate) fn new(
        channel: Channel,
        protocol: &'static str,
        ledger: Arc<Ledger>,
    ) -> Result<Self, Error> {
        Ok(Self { caller: C::over(channel, protocol)?, ledger })
    }

    /// Waits until the service has handled all that was sent on this channel before. Tokens that
    /// were made here can be turned in by anybody from then on. One call serves any number of them.
    ///
    /// # Errors
    ///
    /// A closed channel.
    pub fn sync(&self) -> C::Reply<()> {
        let mark = self.ledger.mark();
        let ledger = Arc::clone(&self.ledger);
        C::map(self.caller.call::<fsysmem2::NodeSyncMethod>(()), move |()| {
            ledger.prove(mark);
            Ok(())
        })
    }

    /// Names the buffers, for diagnostics. The name with the highest priority counts; it has at
    /// most 64 bytes.
    ///
    /// # Errors
    ///
    /// A closed channel, or a name that is too long.
    pub fn set_name(&self, priority: u32, name: &str) -> Result<(), Error> {
        self.caller.send::<fsysmem2::NodeSetNameMethod>(fsysmem2::NodeSetNameRequest {
            priority: Some(priority),
            name: Some(name.to_owned()),
        })
    }

    /// Sets who the service names in its log for this node and for those made through it
    /// afterwards.
    ///
    /// # Errors
    ///
    /// A closed channel, or a name of more than 256 bytes.
    pub fn set_debug_info(&self, name: &str, id: u64) -> Result<(), Error> {
        self.caller.send::<fsysmem2::NodeSetDebugClientInfoMethod>(
            fsysmem2::NodeSetDebugClientInfoRequest { name: Some(name.to_owned()), id: Some(id) },
        )
    }

    /// Sets when the service logs for whom the collection still waits, as an absolute monotonic
    /// time in nanoseconds ([`monotonic_now`](crate::monotonic_now)).
    ///
    /// # Errors
    ///
    /// A closed channel.
    pub fn set_debug_timeout_log_deadline(&self, deadline: i64) -> Result<(), Error> {
        self.caller.send::<fsysmem2::NodeSetDebugTimeoutLogDeadlineMethod>(
            fsysmem2::NodeSetDebugTimeoutLogDeadlineRequest { deadline: Some(deadline) },
        )
    }

    /// Makes the service log about the whole collection in detail.
    ///
    /// # Errors
    ///
    /// A closed channel.
    pub fn set_verbose_logging(&self) -> Result<(), Error> {
        self.caller.send::<fsysmem2::NodeSetVerboseLoggingMethod>(())
    }

    /// The id of the collection: not 0, the same for all participants, never used again.
    ///
    /// # Errors
    ///
    /// A closed channel.
    pub fn collection_id(&self) -> C::Reply<u64> {
        C::map(self.caller.call::<fsysmem2::NodeGetBufferCollectionIdMethod>(()), |response| {
            response
                .buffer_collection_id
                .ok_or_else(|| ProtocolError::MissingField("buffer_collection_id").into())
        })
    }

    /// A handle that stands for this node, for [`Node::is_alternate_for`] of another one.
    ///
    /// # Errors
    ///
    /// A closed channel.
    pub fn node_ref(&self) -> C::Reply<zx::Handle> {
        C::map(self.caller.call::<fsysmem2::NodeGetNodeRefMethod>(()), |response| {
            match response.node_ref {
                Some(node_ref) => Ok(node_ref.into()),
                None => Err(ProtocolError::MissingField("node_ref").into()),
            }
        })
    }

    /// Whether this node and another are alternatives of which at most one gets buffers.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] for a handle of another collection; a closed channel.
    pub fn is_alternate_for(&self, node_ref: zx::Handle) -> C::Reply<bool> {
        let request = fsysmem2::NodeIsAlternateForRequest { node_ref: Some(node_ref.into()) };
        C::map(self.caller.call::<fsysmem2::NodeIsAlternateForMethod>(request), |response| {
            response
                .map_err(Error::Refused)?
                .is_alternate
                .ok_or_else(|| ProtocolError::MissingField("is_alternate").into())
        })
    }

    /// Makes this participant weak: its handles keep the memory, but do not count as use. Nodes that
    /// are made from this one afterwards are weak, too; there is no way back. It gets along with
    /// weak buffers ([`Node::set_weak_ok`]); those made from it have to say so for themselves.
    ///
    /// Allowed on a token at any time, on a collection before its constraints are set. A weak
    /// participant watches [`close_weak_asap`](crate::Buffer::close_weak_asap) of each buffer.
    ///
    /// # Errors
    ///
    /// A closed channel.
    pub fn set_weak(&self) -> Result<(), Error> {
        self.caller.send::<fsysmem2::NodeSetWeakMethod>(())
    }

    /// Says that this participant knows how to deal with weak buffers, in case that it is weak.
    /// Whoever is and has not said so gets no buffers. Allowed before buffers are waited for.
    ///
    /// # Errors
    ///
    /// A closed channel.
    pub fn set_weak_ok(&self) -> Result<(), Error> {
        self.send_weak_ok(None)
    }

    /// As [`Node::set_weak_ok`], also for all nodes that are made from this one afterwards.
    ///
    /// # Errors
    ///
    /// A closed channel.
    pub fn set_weak_ok_for_children(&self) -> Result<(), Error> {
        self.send_weak_ok(Some(true))
    }

    /// Gives an eventpair whose other end closes when this node is gone and its constraints do not
    /// count any more. That is not when it is released, but when nothing of it is left in force:
    /// from then on another participant can take its place.
    ///
    /// # Errors
    ///
    /// A closed channel, or no descriptors left. The service takes 256 for each node.
    pub fn track_node(&self) -> Result<EventPair, Error> {
        let (ours, theirs) = EventPair::pair().map_err(Error::System)?;
        let server_end = Some(zx::Handle::from(theirs).into());
        self.caller.send::<fsysmem2::NodeAttachNodeTrackingMethod>(
            fsysmem2::NodeAttachNodeTrackingRequest { server_end },
        )?;
        Ok(ours)
    }

    /// What requests are sent through, for those that have no method here.
    pub fn caller(&self) -> &C {
        &self.caller
    }

    /// Announces that closing the channel is no failure, and closes it.
    pub(crate) fn release(self) -> Result<(), Error> {
        self.caller.send::<fsysmem2::NodeReleaseMethod>(())
    }

    fn send_weak_ok(&self, for_child_nodes_also: Option<bool>) -> Result<(), Error> {
        self.caller.send::<fsysmem2::NodeSetWeakOkMethod>(fsysmem2::NodeSetWeakOkRequest {
            for_child_nodes_also,
        })
    }

    pub(crate) fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    pub(crate) fn into_channel(self) -> Result<Channel, Error> {
        self.caller.into_channel()
    }
}

//! Turning a token in for a collection (`sysmem2-protocols.md` 2.5).

use fidl::{ClientEnd, Method, ServerEnd};
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use super::LogicalCollection;
use crate::deviation::Deviation;
use crate::interface::{ChannelKind, Effect, NodeId};
use crate::shared::{Served, Shared};
use crate::tree::debug_info::DebugInfo;
use crate::tree::node::{Kind, Link, Participant, TurnIn};

impl<H> LogicalCollection<H> {
    /// Parks the request on the token, and has the token proven and drained.
    pub fn turn_in(
        &mut self,
        shared: &mut Shared<H>,
        id: NodeId,
        token: ClientEnd<fsysmem2::BufferCollectionTokenMarker, H>,
        collection: ServerEnd<fsysmem2::BufferCollectionMarker, H>,
        debug: Option<DebugInfo>,
    ) {
        let Some(node) = self.tree.get_mut(id) else { return };
        let (link, Kind::Token { turn_in }) = (node.link, &mut node.kind) else { return };
        let deviation = match link {
            Link::Open(channel) if turn_in.is_none() => {
                *turn_in = Some(TurnIn { collection, debug });
                shared.emit(Effect::TurnIn { channel, client_end: token.into_handle() });
                return;
            }
            _ if turn_in.is_some() => Deviation::TurnedInTwice,
            _ => Deviation::TurnedInAfterRelease,
        };
        let method = fsysmem2::AllocatorBindSharedCollectionMethod::NAME;
        self.deviate(shared, id, Some(method), &deviation);
    }

    /// The token was drained. If it is proven, the node becomes a collection; everything else about
    /// it stays. If not, nothing has happened.
    pub fn turned_in(&mut self, shared: &mut Shared<H>, id: NodeId, proven: bool) {
        let Some(node) = self.tree.get_mut(id) else { return };
        let Kind::Token { turn_in } = &mut node.kind else { return };
        let Some(TurnIn { collection, debug }) = turn_in.take() else { return };
        if !proven {
            return;
        }
        let token = match node.link {
            Link::Open(token) => token,
            Link::Released(_) | Link::Orphaned => {
                self.deviate(shared, id, None, &Deviation::ReleaseWhileTurnedIn);
                return;
            }
        };
        shared.close(token, None);
        let served = Served::Node { collection: self.id, node: id };
        let channel = shared.serve(ChannelKind::Collection, collection.into_handle(), served);
        node.kind = Kind::Collection(Participant::default());
        node.link = Link::Open(channel);
        if let Some(debug) = debug {
            node.debug = debug;
        }
    }
}

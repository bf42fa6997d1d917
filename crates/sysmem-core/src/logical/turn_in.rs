//! Turning a token in for a collection (`sysmem2-protocols.md` 2.5).

use fidl::Method;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use super::LogicalCollection;
use crate::deviation::Deviation;
use crate::interface::{Effect, NodeId, Severity};
use crate::shared::{Served, Shared};
use crate::tree::debug_info::DebugInfo;
use crate::tree::node::{Kind, Link, Participant, TurnIn};

impl<H> LogicalCollection<H> {
    /// Parks the request on the token, and has the token proven and drained.
    ///
    /// Nothing is judged before that: the name of a token's client end can be forged, and whoever
    /// does not hold the token must not be able to fail it.
    pub fn turn_in(&mut self, shared: &mut Shared<H>, id: NodeId, token: H, turn_in: TurnIn<H>) {
        let Some(node) = self.tree.get_mut(id) else { return };
        let (Some(channel), Kind::Token { turn_ins }) = (node.channel(), &mut node.kind) else {
            return;
        };
        turn_ins.push_back(turn_in);
        shared.emit(Effect::TurnIn { channel, client_end: token });
    }

    /// The token was drained. If it is proven, the node becomes a collection; everything else about
    /// it stays. If not, nothing has happened.
    ///
    /// A proven token has been held by whoever turned it in, and is used up: requests that are
    /// still parked on it come from copies of its end, or from nobody who held it, and find it as
    /// unknown as those that come after the conversion.
    pub fn turned_in(&mut self, shared: &mut Shared<H>, id: NodeId, proven: bool) {
        let Some(node) = self.tree.get_mut(id) else { return };
        let Kind::Token { turn_ins } = &mut node.kind else { return };
        let Some(TurnIn { dialect, collection, debug }) = turn_ins.pop_front() else { return };
        if !proven {
            log_unknown_token(shared, debug);
            return;
        }
        let Link::Open(token) = node.link else {
            // Step 6 would have another epitaph for a `Release` that follows the hand-in. It cannot
            // be told from one before that (step 2): both are queued ahead of the proof. The one
            // before is what clients get wrong; the other takes a copy of the end that was kept.
            let method = fsysmem2::AllocatorBindSharedCollectionMethod::NAME;
            self.deviate(shared, id, Some(method), &Deviation::TurnedInAfterRelease);
            return;
        };
        for copy in turn_ins.drain(..) {
            log_unknown_token(shared, copy.debug);
        }
        shared.close(token, None);
        let served = Served::Node { collection: self.id, node: id };
        let channel = shared.serve(dialect.collection(), collection, served);
        self.tree.change(id, |node| {
            node.kind = Kind::Collection(Participant::new(dialect));
            node.link = Link::Open(channel);
            node.debug = debug.unwrap_or_else(|| node.debug.clone());
        });
    }
}

/// Whoever turned in a token that is none is told in the log alone (2.5 step 1).
pub(crate) fn log_unknown_token<H>(shared: &mut Shared<H>, client: Option<DebugInfo>) {
    let client = client.unwrap_or_default();
    let method = fsysmem2::AllocatorBindSharedCollectionMethod::NAME;
    let text = format!(
        "{method} of {client}: the token is unknown; was it turned in before a Sync on the channel \
         that made it?"
    );
    shared.log(Severity::Warning, 0, text);
}

//! Failure domains (`sysmem2-protocols.md` 2.2, 3.5, 3.6 A).

use super::LogicalCollection;
use super::allocation::Stage;
use super::v1::{epitaph, is_view};
use crate::deviation::{Deviation, INTERNAL};
use crate::interface::{Effect, NodeId, Severity};
use crate::shared::Shared;
use crate::tree::node::{FailureMode, Node};

impl<H> LogicalCollection<H> {
    /// The client of a node did what the protocol does not allow: its channel closes, and its
    /// failure domain fails.
    pub fn deviate(
        &mut self,
        shared: &mut Shared<H>,
        id: NodeId,
        method: Option<&str>,
        deviation: &Deviation,
    ) {
        let Some(node) = self.tree.get(id) else { return };
        let method = method.map(|name| format!("{name}: ")).unwrap_or_default();
        let text = format!("{} ({}): {method}{deviation}", node.debug, node.state());
        let channel = node.channel();
        let epitaph = if is_view(node) { epitaph(deviation) } else { deviation.epitaph() };
        self.log(shared, Severity::Error, text);
        if let Some(channel) = channel {
            shared.close(channel, epitaph);
        }
        self.fail(shared, id);
    }

    /// Fails everything, whatever the modes of nodes.
    pub fn fail_all(&mut self, shared: &mut Shared<H>) {
        self.delete(shared, self.tree.root());
    }

    /// Fails the domain of a node.
    fn fail(&mut self, shared: &mut Shared<H>, id: NodeId) {
        if let Some(top) = self.domain_top(id) {
            self.fail_subtree(shared, top);
        }
    }

    /// Fails a node and everything below it. The zero-client rule is applied afterwards, since a
    /// failure can take the last open channel of an outer domain with it (section 8).
    pub(super) fn fail_subtree(&mut self, shared: &mut Shared<H>, top: NodeId) {
        let above = self.tree.get(top).and_then(|node| node.parent);
        self.delete(shared, top);
        self.sweep(shared, above);
    }

    /// Fails the domains in which no client is left, inner ones before outer ones. Channels have
    /// gone from `lowest` or from below it, so that all others are as inhabited as before.
    pub(super) fn sweep(&mut self, shared: &mut Shared<H>, lowest: Option<NodeId>) {
        let mut next = lowest;
        while let Some(id) = next {
            let Some(node) = self.tree.get(id).filter(|_| self.tree.channels(id) == 0) else {
                return;
            };
            next = node.parent;
            if node.parent.is_none() || node.failure_mode != FailureMode::Propagate {
                let Some(top) = self.domain_top(id) else { return };
                self.log_deserted(shared, id, top);
                next = self.tree.get(top).and_then(|node| node.parent);
                self.delete(shared, top);
            }
        }
    }

    /// Clients of a part may come and go; a collection is there to be allocated.
    fn log_deserted(&self, shared: &mut Shared<H>, deserted: NodeId, failing: NodeId) {
        let root = self.tree.root();
        let severity = match self.stage {
            Stage::Gathering | Stage::UnderWay(_) if failing == root => Severity::Error,
            _ => Severity::Info,
        };
        let what = if deserted == root { "the collection" } else { "a subtree" };
        self.log(shared, severity, format!("every client of {what} has left"));
    }

    /// The deepest channels close first.
    fn delete(&mut self, shared: &mut Shared<H>, top: NodeId) {
        for (id, node) in self.tree.take(top).into_iter().rev() {
            if let Some(channel) = node.channel() {
                shared.close(channel, Some(INTERNAL));
            }
            self.stored.forget(&node);
            Self::end_tracking(shared, node);
            shared.emit(Effect::ForgetNode(id));
        }
        if self.tree.is_empty() {
            self.stall.stop();
            self.let_go(shared);
        }
    }

    /// Where a failure of `id` stops to climb (3.5, Up).
    fn domain_top(&self, id: NodeId) -> Option<NodeId> {
        let is_top = |node: &Node<H>| match node.failure_mode {
            FailureMode::Propagate => node.parent.is_none(),
            FailureMode::PropagateBeforeAllocation => node.parent.is_none() || node.allocated,
            FailureMode::DoNotPropagate => true,
        };
        self.tree.upwards(id).find(|(_, node)| is_top(node)).map(|(id, _)| id)
    }
}

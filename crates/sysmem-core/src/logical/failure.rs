//! Failure domains (`sysmem2-protocols.md` 2.2, 3.5, 3.6 A).

use std::collections::BTreeSet;

use super::LogicalCollection;
use super::allocation::Stage;
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
        self.log(shared, Severity::Error, text);
        if let Some(channel) = channel {
            shared.close(channel, deviation.epitaph());
        }
        self.fail(shared, id);
    }

    /// Fails everything, whatever the modes of nodes.
    pub fn fail_all(&mut self, shared: &mut Shared<H>) {
        self.delete(shared, self.tree.root());
    }

    /// Fails the domain of a node. The zero-client rule is applied afterwards, since a failure can
    /// take the last open channel of an outer domain with it (section 8).
    pub(super) fn fail(&mut self, shared: &mut Shared<H>, id: NodeId) {
        if let Some(top) = self.domain_top(id) {
            self.delete(shared, top);
            self.sweep(shared);
        }
    }

    /// Fails the domains in which no client is left.
    pub(super) fn sweep(&mut self, shared: &mut Shared<H>) {
        while let Some(deserted) = self.deserted_domain() {
            let severity = match self.stage {
                Stage::Allocated(_) => Severity::Info,
                Stage::Gathering | Stage::UnderWay(_) => Severity::Error,
            };
            let what = if deserted == self.tree.root() { "the collection" } else { "a subtree" };
            self.log(shared, severity, format!("every client of {what} has left"));
            match self.domain_top(deserted) {
                Some(top) => self.delete(shared, top),
                None => return,
            }
        }
    }

    /// Fails a node and everything below it: the deepest channels close first.
    pub(super) fn delete(&mut self, shared: &mut Shared<H>, top: NodeId) {
        for (id, node) in self.tree.take(top).into_iter().rev() {
            if let Some(channel) = node.channel() {
                shared.close(channel, Some(INTERNAL));
            }
            self.stored.forget(&node);
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

    /// A root, dispensable or attached node without any open channel in its subtree; an inner one
    /// before an outer one.
    fn deserted_domain(&self) -> Option<NodeId> {
        let mut inhabited = BTreeSet::new();
        for id in self.tree.breadth_first(self.tree.root()).into_iter().rev() {
            let node = self.tree.get(id)?;
            if node.channel().is_some() || inhabited.contains(&id) {
                inhabited.extend(node.parent);
            } else if node.parent.is_none() || node.failure_mode != FailureMode::Propagate {
                return Some(id);
            }
        }
        None
    }
}

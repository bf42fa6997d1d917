//! What holds between any two inputs, written down so that simulations can look after every step.

use std::collections::BTreeSet;

use super::LogicalCollection;
use super::allocation::Stage;
use super::stored::Stored;
use crate::interface::{AllocationId, ChannelId, NodeId};
use crate::shared::{Served, Shared};
use crate::tree::node::Kind;

/// A fault of the core itself: what should hold between any two inputs and does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Inconsistency {
    /// A channel is served for a node that is not there, or that has another channel.
    StrayChannel(ChannelId),
    /// A node's channel is not served for it.
    UnservedNode(NodeId),
    /// Parent and child do not know each other.
    BrokenFamily(NodeId),
    /// A collection is kept without any node.
    EmptyCollection(u64),
    /// Buffers are there and the root has not got them, or the other way round.
    UnclearAllocation(u64),
    /// The collection has other nodes, or stores more or less for them, than it has counted.
    Miscounted(u64),
    /// A node has what a channel is needed for, and has none.
    DutyWithoutChannel(NodeId),
    /// A node has its buffers, and waits that are not answered, or eventpairs that do not follow
    /// the buffers.
    ForgottenWait(NodeId),
    /// Buffers are held though no strong node is left, or let go of though one is.
    UnclearHold(u64),
    /// A buffer's record does not fit what else is known of it.
    WrongRecord(AllocationId),
    /// More or fewer eventpairs are kept for a connection than are counted.
    MiscountedTrackers,
    /// The collection wants to be woken at another time than is noted.
    WrongDeadline(u64),
}

impl<H> LogicalCollection<H> {
    /// Whether everything about this collection fits together.
    pub fn check(&self, shared: &Shared<H>) -> Result<(), Inconsistency> {
        let root = self.tree.root();
        let Some(root_node) = self.tree.get(root) else {
            return Err(Inconsistency::EmptyCollection(self.id));
        };
        if root_node.allocated != matches!(self.stage, Stage::Allocated(_)) {
            return Err(Inconsistency::UnclearAllocation(self.id));
        }
        if let Some(allocation) = self.allocation() {
            let record = shared.allocations.made(allocation);
            let held = self.tree.strong() > 0;
            if record.is_none_or(|record| record.is_held() != held) {
                return Err(Inconsistency::UnclearHold(self.id));
            }
        }
        let order = self.tree.breadth_first(root);
        let mut stored = Stored::default();
        order.iter().filter_map(|id| self.tree.get(*id)).for_each(|node| stored.count(node));
        if stored != self.stored || !self.tree.is_counted_right() {
            return Err(Inconsistency::Miscounted(self.id));
        }
        let reachable: BTreeSet<NodeId> = order.iter().copied().collect();
        if reachable.len() != self.tree.len() || order.len() != self.tree.len() {
            return Err(Inconsistency::BrokenFamily(root));
        }
        order.into_iter().try_for_each(|id| self.check_node(shared, id))
    }

    /// Whether a channel that is said to be this collection's leads to a node that has it.
    pub fn owns(&self, node: NodeId, channel: ChannelId) -> bool {
        self.tree.get(node).is_some_and(|node| node.channel() == Some(channel))
    }

    /// Whose quota the eventpairs of nodes count against, one by one.
    pub fn tracker_owners(&self) -> impl Iterator<Item = ChannelId> {
        self.tree.nodes().flat_map(|(_, node)| {
            let of_node = node.trackers.iter().map(|tracker| tracker.owner);
            let pending = match &node.kind {
                Kind::Collection(participant) => participant.trackers.as_slice(),
                Kind::Token { .. } | Kind::Group { .. } => &[],
            };
            of_node.chain(pending.iter().map(|tracker| tracker.owner))
        })
    }

    fn check_node(&self, shared: &Shared<H>, id: NodeId) -> Result<(), Inconsistency> {
        let Some(node) = self.tree.get(id) else { return Err(Inconsistency::BrokenFamily(id)) };
        let is_child =
            |child: &NodeId| self.tree.get(*child).is_some_and(|child| child.parent == Some(id));
        if !node.children.iter().all(is_child) {
            return Err(Inconsistency::BrokenFamily(id));
        }
        if let Some(channel) = node.channel() {
            match shared.served(channel) {
                Some(Served::Node { collection, node })
                    if (*collection, *node) == (self.id, id) => {}
                _ => return Err(Inconsistency::UnservedNode(id)),
            }
        }
        let (has_duty, waits) = match &node.kind {
            Kind::Token { turn_ins } => (!turn_ins.is_empty(), false),
            Kind::Collection(participant) => {
                let waits = participant.waits.is_owed_news() || !participant.trackers.is_empty();
                (waits, waits)
            }
            Kind::Group { .. } => (false, false),
        };
        if has_duty && node.channel().is_none() {
            return Err(Inconsistency::DutyWithoutChannel(id));
        }
        if waits && node.allocated {
            return Err(Inconsistency::ForgottenWait(id));
        }
        Ok(())
    }
}

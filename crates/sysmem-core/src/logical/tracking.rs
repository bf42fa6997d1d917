//! Eventpairs that tell clients when buffers and nodes are gone (`sysmem2-protocols.md` 5.5, 5.6).

use super::LogicalCollection;
use crate::deviation::Deviation;
use crate::interface::NodeId;
use crate::lifetime::Tracker;
use crate::limits::NODE_TRACKERS_MAX;
use crate::shared::Shared;
use crate::tree::node::{Kind, Node, NodeTracker};

impl<H> LogicalCollection<H> {
    /// `end` closes when the node has been deleted, and its constraints count no longer.
    pub(super) fn attach_node_tracking(
        &mut self,
        shared: &mut Shared<H>,
        id: NodeId,
        end: H,
    ) -> Result<(), Deviation> {
        let Some(node) = self.tree.get_mut(id) else { return Ok(()) };
        if node.trackers.len() >= NODE_TRACKERS_MAX {
            return Err(Deviation::TooManyTrackersOfNode { limit: NODE_TRACKERS_MAX });
        }
        let owner = shared.owners.add_tracker(self.id)?;
        node.trackers.push(NodeTracker { _end: end, owner });
        Ok(())
    }

    /// `end` closes when no more than `buffers_remaining` buffers are left. Until there are any, it
    /// belongs to the node, and goes with its channel.
    pub(super) fn attach_lifetime_tracking(
        &mut self,
        shared: &mut Shared<H>,
        id: NodeId,
        end: H,
        buffers_remaining: u32,
    ) -> Result<(), Deviation> {
        let owner = shared.owners.add_tracker(self.id)?;
        if let Some(participant) = self.participant(id) {
            participant.trackers.push(Tracker { _end: end, buffers_remaining, owner });
        }
        self.begin_tracking(shared, id);
        Ok(())
    }

    /// The trackers of a node follow the buffers from now on, if the node has any.
    pub(super) fn begin_tracking(&mut self, shared: &mut Shared<H>, id: NodeId) {
        let Some(allocation) = self.allocation() else { return };
        if !self.tree.get(id).is_some_and(|node| node.allocated) {
            return;
        }
        let Some(participant) = self.participant(id) else { return };
        for tracker in participant.trackers.drain(..) {
            let record = shared.allocations.made_mut(allocation);
            let done = record.and_then(|record| record.track(tracker));
            shared.close_trackers(done);
        }
    }

    /// Closes what tracks a node that was deleted, and what waits for buffers that it has not got.
    pub(super) fn end_tracking(shared: &mut Shared<H>, node: Node<H>) {
        for tracker in node.trackers {
            shared.owners.remove_trackers(tracker.owner, 1);
        }
        if let Kind::Collection(participant) = node.kind {
            shared.close_trackers(participant.trackers);
        }
    }
}

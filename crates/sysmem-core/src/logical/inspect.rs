//! How a collection shows itself to people who look into the service.

use std::sync::Arc;

use super::LogicalCollection;
use super::allocation::Stage;
use crate::inspect;
use crate::interface::NodeId;
use crate::tree::node::{FailureMode, Kind, Link, Node};

impl<H> LogicalCollection<H> {
    /// What there is now.
    pub fn inspect(&self) -> inspect::Collection {
        let nodes = self.tree.depth_first(self.tree.root()).into_iter();
        inspect::Collection {
            id: self.id,
            name: self.name.as_ref().map(|name| name.text.clone()),
            verbose: self.verbose,
            created: self.created,
            stall_deadline: self.stall.deadline(),
            stage: self.stage.inspect(),
            nodes: nodes.filter_map(|id| Some(inspect_node(id, self.tree.get(id)?))).collect(),
        }
    }
}

impl Stage {
    fn inspect(&self) -> inspect::Stage {
        match self {
            Self::Gathering => inspect::Stage::Gathering,
            Self::UnderWay(attempt) => inspect::Stage::Allocating(attempt.buffers.allocation),
            Self::Allocated(buffers) => inspect::Stage::Allocated {
                allocation: buffers.allocation,
                count: buffers.count,
                settings: Arc::clone(&buffers.settings),
            },
        }
    }
}

fn inspect_node<H>(id: NodeId, node: &Node<H>) -> inspect::Node {
    let (kind, constraints, waits) = match &node.kind {
        Kind::Token { .. } => (inspect::NodeKind::Token, None, 0),
        Kind::Collection(participant) => {
            let constraints = participant.constraints.as_ref().map(Arc::clone);
            (inspect::NodeKind::Collection, constraints, participant.waits.len())
        }
        Kind::Group { .. } => (inspect::NodeKind::Group, None, 0),
    };
    inspect::Node {
        id,
        parent: node.parent,
        kind,
        link: match node.link {
            Link::Open(channel) => inspect::Link::Open(channel),
            Link::Released(channel) => inspect::Link::Released(channel),
            Link::Orphaned => inspect::Link::Closed,
        },
        client: node.debug.recipient(),
        failure_mode: match node.failure_mode {
            FailureMode::Propagate => inspect::FailureMode::Propagate,
            FailureMode::PropagateBeforeAllocation => {
                inspect::FailureMode::PropagateBeforeAllocation
            }
            FailureMode::DoNotPropagate => inspect::FailureMode::DoNotPropagate,
        },
        allocated: node.allocated,
        rights: node.rights.bits(),
        strength: node.weakness.strength(),
        weak_ok: node.weakness.ok(),
        constraints,
        awaited: awaited(node),
        waits,
    }
}

/// What keeps a node from being ready (3.2). Of one that is released it is the end of its channel,
/// whatever it has not said.
fn awaited<H>(node: &Node<H>) -> Option<inspect::Awaited> {
    if node.is_ready() {
        return None;
    }
    Some(match node.kind {
        _ if node.is_released() => inspect::Awaited::Close,
        Kind::Token { .. } => inspect::Awaited::TurnIn,
        Kind::Collection(_) => inspect::Awaited::Constraints,
        Kind::Group { .. } => inspect::Awaited::AllChildrenPresent,
    })
}

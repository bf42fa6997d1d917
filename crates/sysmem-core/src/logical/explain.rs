//! What is kept of a search that found nothing, for whoever explains it.

use std::collections::BTreeMap;
use std::sync::Arc;

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use super::LogicalCollection;
use super::late::Pinned;
use crate::failed::{FailedAllocation, FailedCombination, FailedParticipant, Rejection};
use crate::interface::NodeId;
use crate::limits::EXPLAINED_COMBINATIONS_MAX;
use crate::selection::Selections;
use crate::shared::Shared;
use crate::tree::node::Node;
use crate::tree::selection::PrunedNode;

/// Everybody who took part, with the number that they get.
#[derive(Default)]
struct Numbers {
    of: BTreeMap<NodeId, usize>,
    participants: Vec<FailedParticipant>,
}

impl<H> LogicalCollection<H> {
    /// The failure of everybody below `top`. Selections are made once more, so that those searches
    /// that find something need not remember them.
    pub(super) fn failed(
        &self,
        shared: &Shared<H>,
        top: NodeId,
        pinned: Option<&Pinned>,
        rejections: Vec<Rejection>,
        error: fsysmem2::Error,
    ) -> FailedAllocation {
        let combinations_tried = rejections.len();
        let mut numbers = Numbers::default();
        let selections = Selections::new(PrunedNode::new(&self.tree, top));
        let combinations = selections.zip(rejections).take(EXPLAINED_COMBINATIONS_MAX);
        let combinations = combinations.map(|(selection, rejection)| {
            let selected: Vec<NodeId> = selection.into_iter().map(PrunedNode::id).collect();
            let nodes = self.negotiators(&selected, pinned.is_some());
            let present = nodes.iter().filter(|(_, node)| node.allocated).count();
            let participants =
                nodes.into_iter().filter_map(|(id, node)| numbers.number(id, node)).collect();
            FailedCombination { participants, present, rejection }
        });
        let combinations = combinations.collect();
        let nodes = self.tree.breadth_first(top).into_iter();
        FailedAllocation {
            collection: self.id,
            name: self.name.as_ref().map(|name| name.text.clone()).unwrap_or_default(),
            error,
            failed_at: shared.now,
            channels: nodes.filter_map(|id| self.tree.get(id)?.channel()).collect(),
            participants: numbers.participants,
            combinations,
            combinations_tried,
            existing: pinned.cloned(),
        }
    }
}

impl Numbers {
    /// `None` if it has not set constraints.
    fn number<H>(&mut self, id: NodeId, node: &Node<H>) -> Option<usize> {
        if let Some(number) = self.of.get(&id) {
            return Some(*number);
        }
        let constraints = Arc::clone(node.shared_constraints()?);
        let number = self.participants.len();
        self.of.insert(id, number);
        let (debug, must_match) = (node.debug.clone(), node.must_match().cloned());
        self.participants.push(FailedParticipant { debug, constraints, must_match });
        Some(number)
    }
}

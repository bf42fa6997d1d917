//! Finding group selections whose participants agree (`sysmem2-protocols.md` 3.6 D, E; 4).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use super::late::Pinned;
use super::{LogicalCollection, listed, v1};
use crate::core::Config;
use crate::failed::Rejection;
use crate::interface::{Effect, NodeId, Refusal};
use crate::limits::SELECTIONS_MAX;
use crate::negotiation::{Agreement, Brief, BriefSettings, Failure, Negotiation, Prepared, pin};
use crate::selection::Selections;
use crate::shared::Shared;
use crate::tree::node::Node;
use crate::tree::selection::PrunedNode;

/// What the selections of one search have in common.
struct Attempts<'a> {
    negotiation: Negotiation<'a>,
    prepared: BTreeMap<NodeId, Prepared<'a>>,
    pinned: Option<(&'a Pinned, Prepared<'a>)>,
    /// Of the nodes that have one.
    must_match: BTreeMap<NodeId, Prepared<'a>>,
}

/// A selection whose participants agree.
struct Found {
    selected: Vec<NodeId>,
    agreement: Agreement,
    /// What they ask for together, if somebody wants to read it.
    aggregated: Option<fsysmem2::BufferCollectionConstraints>,
}

/// What a participant's `must_match_vmo` asks for, as constraints.
type MustMatch = (NodeId, fsysmem2::BufferCollectionConstraints);

impl<H> LogicalCollection<H> {
    /// The first selection below `top` whose participants agree, and on what. With `pinned`, they
    /// have to agree on what there is already.
    pub(super) fn search(
        &self,
        shared: &mut Shared<H>,
        top: NodeId,
        pinned: Option<&Pinned>,
    ) -> Result<(Vec<NodeId>, Agreement), Refusal> {
        self.log_verbose(shared, || {
            format!("everybody is ready: {}", self.describe(&self.tree.pruned(top)))
        });
        let mut rejections = Vec::new();
        match self.first_agreed(&shared.config, top, pinned, &mut rejections) {
            Ok(found) => {
                self.log_found(shared, &found, &rejections);
                Ok((found.selected, found.agreement))
            }
            Err(error) => {
                let refusal = v1::refusal(error, rejections.last());
                let failed = self.failed(shared, top, pinned, rejections, error);
                shared.emit(Effect::Explain(Box::new(failed)));
                Err(refusal)
            }
        }
    }

    /// Verbose logging tells what led to the result (6.3).
    fn log_found(&self, shared: &mut Shared<H>, found: &Found, rejections: &[Rejection]) {
        for rejection in rejections {
            self.log_verbose(shared, || format!("other selection: {rejection}"));
        }
        self.log_verbose(shared, || format!("selected: {}", self.describe(&found.selected)));
        if let Some(aggregated) = &found.aggregated {
            self.log_verbose(shared, || format!("aggregated constraints: {}", Brief(aggregated)));
        }
        let Agreement { buffer_count, settings, .. } = &found.agreement;
        self.log_verbose(shared, || {
            format!("agreed on {buffer_count} buffers: {}", BriefSettings(settings))
        });
    }

    fn first_agreed(
        &self,
        config: &Config,
        top: NodeId,
        pinned: Option<&Pinned>,
        rejections: &mut Vec<Rejection>,
    ) -> Result<Found, fsysmem2::Error> {
        let must_match = self.must_match();
        let mut attempts = Attempts::new(config, pinned, &must_match);
        for selection in Selections::new(PrunedNode::new(&self.tree, top)) {
            if rejections.len() == SELECTIONS_MAX {
                return Err(fsysmem2::Error::TOO_MANY_GROUP_CHILD_COMBINATIONS);
            }
            let selected: Vec<NodeId> = selection.into_iter().map(PrunedNode::id).collect();
            match self.attempt(&mut attempts, &selected) {
                Ok(agreement) => {
                    let aggregated = self.verbose.then(|| {
                        attempts.aggregate(&self.negotiators(&selected, pinned.is_some()))
                    });
                    return Ok(Found { selected, agreement, aggregated: aggregated.flatten() });
                }
                Err(rejection) => rejections.push(rejection),
            }
        }
        Err(fsysmem2::Error::CONSTRAINTS_INTERSECTION_EMPTY)
    }

    /// For logs: nodes with the node that each is below.
    fn describe(&self, nodes: &[NodeId]) -> String {
        let known = nodes.iter().filter_map(|id| Some((id, self.tree.get(*id)?)));
        let lines = known.map(|(id, node)| {
            let parent = node.parent.map_or(String::new(), |parent| format!(" below {}", parent.0));
            format!("node {}{parent}: {}, {}", id.0, node.debug, node.state())
        });
        listed(lines)
    }

    fn attempt<'a>(
        &'a self,
        attempts: &mut Attempts<'a>,
        selected: &[NodeId],
    ) -> Result<Agreement, Rejection> {
        let nodes = self.negotiators(selected, attempts.pinned.is_some());
        if nodes.is_empty() {
            return Err(Rejection::NoParticipants);
        }
        let agreement = attempts.negotiate(&nodes).map_err(|failure| {
            let client = failure.participant().and_then(|index| nodes.get(index));
            Rejection::Constraints { client: client.map(|(_, node)| node.debug.clone()), failure }
        })?;
        match &attempts.pinned {
            Some((pinned, _)) if !pinned.is(&agreement) => Err(Rejection::OtherSettings),
            _ => Ok(agreement),
        }
    }

    /// What buffers have to be like for somebody, apart from its constraints
    /// (`sysmem2-constraints.md` 6.5). It joins the negotiation like one more participant, and so
    /// does not keep the others from narrowing what an image may be.
    fn must_match(&self) -> Vec<MustMatch> {
        let nodes = self.tree.nodes();
        nodes.filter_map(|(id, node)| Some((id, pin(node.must_match()?)))).collect()
    }

    /// Those of the selected nodes who want something; before them everybody who has buffers
    /// already, if they are late. Empty if none of the selected ones does.
    pub(super) fn negotiators(&self, selected: &[NodeId], late: bool) -> Vec<(NodeId, &Node<H>)> {
        let mut nodes = self.participants(selected);
        if late && !nodes.is_empty() {
            let mut present = self.participants(&self.tree.breadth_first(self.tree.root()));
            present.retain(|(_, node)| node.allocated);
            nodes.splice(..0, present);
        }
        nodes
    }

    /// Those of some nodes that have set constraints.
    fn participants(&self, nodes: &[NodeId]) -> Vec<(NodeId, &Node<H>)> {
        let nodes = nodes.iter().filter_map(|id| Some((*id, self.tree.get(*id)?)));
        nodes.filter(|(_, node)| node.constraints().is_some()).collect()
    }
}

impl<'a> Attempts<'a> {
    fn new(config: &'a Config, pinned: Option<&'a Pinned>, must_match: &'a [MustMatch]) -> Self {
        let must_match = must_match.iter().map(|(id, table)| (*id, Prepared::new(table)));
        Self {
            negotiation: Negotiation::new(config.environment()),
            prepared: BTreeMap::new(),
            pinned: pinned.map(|pinned| (pinned, Prepared::new(pinned.constraints()))),
            must_match: must_match.collect(),
        }
    }

    fn negotiate<H>(&mut self, nodes: &[(NodeId, &'a Node<H>)]) -> Result<Agreement, Failure> {
        for (id, node) in nodes {
            let constraints = node.constraints();
            if let (Entry::Vacant(entry), Some(table)) = (self.prepared.entry(*id), constraints) {
                entry.insert(Prepared::new(table));
            }
        }
        let Self { negotiation, prepared, pinned, must_match } = self;
        negotiation.agree(&everybody(nodes, prepared, pinned, must_match))
    }

    /// What nodes that have negotiated ask for together.
    fn aggregate<H>(
        &mut self,
        nodes: &[(NodeId, &'a Node<H>)],
    ) -> Option<fsysmem2::BufferCollectionConstraints> {
        let Self { negotiation, prepared, pinned, must_match } = self;
        negotiation.aggregate(&everybody(nodes, prepared, pinned, must_match))
    }
}

/// All constraints of a negotiation, in the order of `sysmem2-constraints.md` 6.4.
fn everybody<'s, 'a, H>(
    nodes: &[(NodeId, &Node<H>)],
    prepared: &'s BTreeMap<NodeId, Prepared<'a>>,
    pinned: &'s Option<(&'a Pinned, Prepared<'a>)>,
    must_match: &'s BTreeMap<NodeId, Prepared<'a>>,
) -> Vec<&'s Prepared<'a>> {
    let participants = nodes.iter().filter_map(|(id, _)| prepared.get(id));
    let pinned = pinned.iter().map(|(_, prepared)| prepared);
    let must_match = nodes.iter().filter_map(|(id, _)| must_match.get(id));
    participants.chain(pinned).chain(must_match).collect()
}

//! Finding group selections whose participants agree (`sysmem2-protocols.md` 3.6 D, E; 4).

use std::fmt;

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use super::late::Pinned;
use super::{LogicalCollection, listed};
use crate::interface::{NodeId, Severity};
use crate::limits::SELECTIONS_MAX;
use crate::negotiation::{Agreement, Environment, Failure, negotiate};
use crate::shared::Shared;
use crate::tree::debug_info::DebugInfo;
use crate::tree::node::Node;
use crate::tree::selection::Selections;

/// Why one selection of nodes gets no buffers.
#[derive(Debug)]
enum Rejection {
    /// Nobody has set constraints: everybody gave up a token, or left.
    NoParticipants,
    Constraints {
        failure: Failure,
        client: Option<DebugInfo>,
    },
    /// Late participants do not get along with the buffers that there are.
    OtherSettings,
}

impl<H> LogicalCollection<H> {
    /// The first selection below `top` whose participants agree, and on what. With `pinned`, they
    /// have to agree on what there is already.
    pub(super) fn search(
        &self,
        shared: &mut Shared<H>,
        top: NodeId,
        pinned: Option<&Pinned>,
    ) -> Result<(Vec<NodeId>, Agreement), fsysmem2::Error> {
        let mut selections = Selections::new(&self.tree, top);
        let mut rejections = Vec::new();
        self.log_verbose(shared, || self.describe(&self.tree.pruned(top)));
        while let Some(selected) = selections.current(&self.tree, top) {
            if rejections.len() == SELECTIONS_MAX {
                let text = format!("no agreement in {SELECTIONS_MAX} combinations of children");
                self.log(shared, Severity::Error, text);
                return Err(fsysmem2::Error::TOO_MANY_GROUP_CHILD_COMBINATIONS);
            }
            match self.attempt(shared, &selected, pinned) {
                Ok(agreement) => {
                    for rejection in rejections {
                        self.log_verbose(shared, || format!("other selection: {rejection}"));
                    }
                    self.log_verbose(shared, || {
                        format!("selected {}: {agreement:?}", self.describe(&selected))
                    });
                    return Ok((selected, agreement));
                }
                Err(rejection) => rejections.push(rejection),
            }
            selections.advance();
        }
        for rejection in rejections {
            self.log(shared, Severity::Error, format!("no buffers: {rejection}"));
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

    fn attempt(
        &self,
        shared: &Shared<H>,
        selected: &[NodeId],
        pinned: Option<&Pinned>,
    ) -> Result<Agreement, Rejection> {
        let config = &shared.config;
        let environment = Environment {
            heaps: &config.heaps,
            format_costs: &config.format_costs,
            page_size_bytes: config.page_size_bytes,
        };
        let newcomers = selected.iter().filter_map(|id| self.tree.get(*id)).collect();
        let mut nodes: Vec<&Node<H>> = newcomers;
        nodes.retain(|node| node.constraints().is_some());
        if nodes.is_empty() {
            return Err(Rejection::NoParticipants);
        }
        if pinned.is_some() {
            let present = self.tree.breadth_first(self.tree.root()).into_iter();
            let present = present.filter_map(|id| self.tree.get(id)).filter(|n| n.allocated);
            nodes.splice(..0, present.filter(|node| node.constraints().is_some()));
        }
        let mut constraints: Vec<_> = nodes.iter().filter_map(|node| node.constraints()).collect();
        constraints.extend(pinned.map(Pinned::constraints));
        let agreement = negotiate(&constraints, &environment).map_err(|failure| {
            let client = failure.participant().and_then(|index| nodes.get(index));
            Rejection::Constraints { client: client.map(|node| node.debug.clone()), failure }
        })?;
        if pinned.is_some_and(|pinned| !pinned.is(&agreement)) {
            return Err(Rejection::OtherSettings);
        }
        Ok(agreement)
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoParticipants => f.write_str("no participant has set constraints"),
            Self::Constraints { failure, client } => {
                // It can name heaps, by the types that clients have come up with.
                failure.to_string().escape_debug().fmt(f)?;
                client.iter().try_for_each(|client| write!(f, " ({client})"))
            }
            Self::OtherSettings => {
                f.write_str("a late participant would need other settings or more buffers")
            }
        }
    }
}

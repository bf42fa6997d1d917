//! Finding group selections whose participants agree (`sysmem2-protocols.md` 3.6 D, E; 4).

use std::fmt;

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use super::LogicalCollection;
use super::late::Pinned;
use crate::interface::{NodeId, Severity};
use crate::limits::SELECTIONS_MAX;
use crate::negotiation::{Agreement, Environment, Failure, negotiate};
use crate::shared::Shared;
use crate::tree::selection::Selections;

/// Why one selection of nodes gets no buffers.
#[derive(Debug)]
enum Rejection {
    /// Nobody has set constraints: everybody gave up a token, or left.
    NoParticipants,
    Constraints(Failure),
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
        let constraints = |id: &NodeId| self.tree.get(*id).and_then(|node| node.constraints());
        let mut participants: Vec<_> = selected.iter().filter_map(constraints).collect();
        if participants.is_empty() {
            return Err(Rejection::NoParticipants);
        }
        let Some(pinned) = pinned else {
            return negotiate(&participants, &environment).map_err(Rejection::Constraints);
        };
        let everybody = self.tree.breadth_first(self.tree.root());
        let present = everybody.iter().filter_map(|id| self.tree.get(*id));
        let present = present.filter(|node| node.allocated).filter_map(|node| node.constraints());
        let mut all: Vec<_> = present.collect();
        all.append(&mut participants);
        all.push(pinned.constraints());
        let agreement = negotiate(&all, &environment).map_err(Rejection::Constraints)?;
        if pinned.is(&agreement) { Ok(agreement) } else { Err(Rejection::OtherSettings) }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoParticipants => f.write_str("no participant has set constraints"),
            Self::Constraints(failure) => failure.fmt(f),
            Self::OtherSettings => {
                f.write_str("a late participant would need other settings or more buffers")
            }
        }
    }
}

//! Weak nodes, and what happens when nobody else is left (`sysmem2-protocols.md` 5.2 to 5.4).

use super::LogicalCollection;
use super::allocation::{Buffers, Stage, access};
use crate::deviation::Deviation;
use crate::interface::{Handles, NodeId, Severity};
use crate::shared::Shared;
use crate::tree::node::{Kind, Node};

impl<H> LogicalCollection<H> {
    /// The node, and what is made below it from now on, holds the buffers no longer. Only as long
    /// as it is not ready; a token never is.
    pub(super) fn set_weak(&mut self, id: NodeId) -> Result<(), Deviation> {
        if self.tree.get(id).is_some_and(Node::is_ready) {
            return Err(Deviation::WeakWhenReady);
        }
        self.tree.change(id, |node| node.weakness.set_weak());
        Ok(())
    }

    /// The client is going to watch `close_weak_asap`. It has to say so before its first wait.
    pub(super) fn set_weak_ok(
        &mut self,
        id: NodeId,
        for_child_nodes_also: bool,
    ) -> Result<(), Deviation> {
        let Some(node) = self.tree.get_mut(id) else { return Ok(()) };
        if matches!(&node.kind, Kind::Collection(participant) if participant.has_waited) {
            return Err(Deviation::WeakOkAfterWait);
        }
        node.weakness.set_ok(for_child_nodes_also);
        Ok(())
    }

    /// Draws the conclusions when no strong node is left: no buffers will be made any more, or
    /// those that were made are held no longer.
    ///
    /// Fuchsia's documentation has it noticed before allocation when all nodes are ready, its
    /// server at once. No strong node can come in between, so that at once is soon enough (section
    /// 8).
    pub fn check_strength(&mut self, shared: &mut Shared<H>) {
        if self.tree.strong() > 0 || self.tree.is_empty() {
            return;
        }
        match &self.stage {
            Stage::Allocated(buffers) => shared.let_go(buffers.allocation),
            Stage::Gathering | Stage::UnderWay(_) => {
                self.log(shared, Severity::Error, "every node that is left is weak");
                self.fail_all(shared);
            }
        }
    }

    /// No strong handle to any of the buffers is left: weak ones are all that anybody could get.
    pub fn lost_strong_handles(&mut self, shared: &mut Shared<H>) {
        self.log(shared, Severity::Info, "the last strong handle to the buffers is gone");
        self.fail_all(shared);
    }

    /// Which handles a node gets.
    pub(super) fn handles_for(
        shared: &mut Shared<H>,
        buffers: &Buffers,
        node: &Node<H>,
    ) -> Handles {
        let access = access(node.constraints(), node.rights);
        if !node.weakness.is_weak() {
            return access.map_or(Handles::None, Handles::Strong);
        }
        let record = shared.allocations.made_mut(buffers.allocation);
        let presence = record.map(|record| record.deliver_weak()).unwrap_or_default();
        Handles::Weak { access, presence }
    }
}

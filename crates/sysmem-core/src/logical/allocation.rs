//! The allocation loop (`sysmem2-protocols.md` 3.6 to 3.8).
//!
//! Heaps work on their own: between [`Effect::Allocate`](crate::Effect::Allocate) and its answer
//! the clients go on. In that time no node can join the initial allocation, since all its tokens
//! are turned in and all its groups complete; nodes can leave it only by failing, and then the root
//! fails.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use super::{LogicalCollection, v1};
use crate::interface::{
    Access, AllocationId, AllocationPlan, Delivery, Effect, Handles, HeapFailure, NodeId, Refusal,
    Reply, Severity,
};
use crate::negotiation::{Agreement, has_real_usage, has_write_usage};
use crate::shared::Shared;
use crate::tree::node::{Kind, Node};
use crate::tree::rights::RightsMask;
use crate::tree::waits::Waits;

/// How far the initial allocation is.
#[derive(Debug)]
pub(super) enum Stage {
    /// Somebody is not ready.
    Gathering,
    /// The heap is at work.
    UnderWay(Box<Attempt>),
    Allocated(Buffers),
}

/// What the heap works for.
#[derive(Debug)]
pub(super) struct Attempt {
    pub buffers: Buffers,
    /// Who gets the buffers, breadth-first.
    selected: Vec<NodeId>,
}

/// The buffers that there are.
#[derive(Debug)]
pub(super) struct Buffers {
    pub allocation: AllocationId,
    pub count: u32,
    pub settings: Arc<fsysmem2::SingleBufferSettings>,
}

impl Stage {
    /// The buffers, made or asked for.
    pub const fn allocation(&self) -> Option<AllocationId> {
        match self {
            Self::Gathering => None,
            Self::UnderWay(attempt) => Some(attempt.buffers.allocation),
            Self::Allocated(buffers) => Some(buffers.allocation),
        }
    }
}

impl<H> LogicalCollection<H> {
    /// Brings the collection as far as it can get, now that a node may have become ready.
    pub(super) fn settle(&mut self, shared: &mut Shared<H>, id: NodeId) {
        if let Some(top) = self.tree.top_of(id) {
            self.settle_subtrees(shared, VecDeque::from([top]));
        }
    }

    /// Allocates for those of the pruned subtrees that are eligible, and for what is attached to
    /// them in turn.
    fn settle_subtrees(&mut self, shared: &mut Shared<H>, mut tops: VecDeque<NodeId>) {
        while let Some(top) = tops.pop_front() {
            match &self.stage {
                _ if !self.is_eligible(top) => {}
                Stage::Gathering => self.attempt_initial(shared),
                Stage::UnderWay(_) => {}
                Stage::Allocated(_) => tops.extend(self.attempt_late(shared, top)),
            }
        }
    }

    /// The heap has answered.
    pub fn allocated(&mut self, shared: &mut Shared<H>, result: Result<(), HeapFailure>) {
        let attempt = match std::mem::replace(&mut self.stage, Stage::Gathering) {
            Stage::UnderWay(attempt) => attempt,
            other => {
                self.stage = other;
                return;
            }
        };
        self.stall.stop();
        let root = self.tree.root();
        if let Err(failure) = result {
            self.log(shared, Severity::Error, format!("the heap failed: {}", failure.reason));
            self.reject(shared, root, fsysmem2::Error::NO_MEMORY.into());
            return;
        }
        let Attempt { buffers, selected } = *attempt;
        self.log_verbose(shared, || format!("{} buffers are allocated", buffers.count));
        self.stage = Stage::Allocated(buffers);
        let attached = self.conclude(shared, root, &selected);
        self.settle_subtrees(shared, attached.into());
    }

    /// Answers the waits of a node, if it has its buffers.
    pub(super) fn answer_waits(&mut self, shared: &mut Shared<H>, id: NodeId) {
        let Some(node) = self.tree.get(id) else { return };
        if !matches!(&node.kind, Kind::Collection(participant) if participant.waits.is_owed_news())
        {
            return;
        }
        if let Some(delivery) = self.delivery_for(shared, node) {
            self.answer(shared, id, &Ok(delivery));
        }
    }

    /// The buffers as a node gets them, if it has any.
    pub(super) fn delivery_for(&self, shared: &mut Shared<H>, node: &Node<H>) -> Option<Delivery> {
        let buffers = self.buffers_of(node)?;
        Some(self.delivery(buffers, node, Self::handles_for(shared, buffers, node)))
    }

    /// The buffers, if the node has any, with no handles to them.
    pub(super) fn delivery_without_handles(&self, node: &Node<H>) -> Option<Delivery> {
        Some(self.delivery(self.buffers_of(node)?, node, Handles::None))
    }

    fn delivery(&self, buffers: &Buffers, node: &Node<H>, handles: Handles) -> Delivery {
        Delivery {
            allocation: buffers.allocation,
            collection: self.id,
            settings: Arc::clone(&buffers.settings),
            count: buffers.count,
            handles,
            recipient: node.debug.recipient(),
        }
    }

    const fn buffers_of(&self, node: &Node<H>) -> Option<&Buffers> {
        match &self.stage {
            Stage::Allocated(buffers) if node.allocated => Some(buffers),
            _ => None,
        }
    }

    /// Tells everybody below `top` that there are no buffers for them, then fails them (3.8).
    pub(super) fn reject(&mut self, shared: &mut Shared<H>, top: NodeId, refusal: Refusal) {
        for id in self.tree.breadth_first(top) {
            self.answer(shared, id, &Err(refusal));
            self.refuse_queued(shared, id, refusal);
        }
        self.dismiss_views(shared, top, refusal);
        self.fail_subtree(shared, top);
    }

    /// Waits that the client has sent and nobody has read yet get the error as well: a client that
    /// sends a wait right behind its constraints, the last ones, would otherwise never learn it.
    fn refuse_queued(&self, shared: &mut Shared<H>, id: NodeId, refusal: Refusal) {
        let Some(node) = self.tree.get(id).filter(|node| !node.is_released()) else { return };
        if let (Some(channel), Some(_)) = (node.channel(), node.constraints()) {
            shared.emit(Effect::RefuseQueued { channel, refusal });
        }
    }

    /// Gives the selected nodes of a subtree their buffers, and fails the others: they are the
    /// alternatives that a group did without (4.5). Returns what is attached to the selected ones,
    /// whose turn it is now.
    pub(super) fn conclude(
        &mut self,
        shared: &mut Shared<H>,
        top: NodeId,
        selected: &[NodeId],
    ) -> Vec<NodeId> {
        let winners: BTreeSet<NodeId> = selected.iter().copied().collect();
        let mut losers = self.tree.pruned(top);
        losers.retain(|id| !winners.contains(id));
        for &id in selected {
            if let Some(node) = self.tree.get_mut(id) {
                node.allocated = true;
            }
            self.answer_waits(shared, id);
            self.begin_tracking(shared, id);
        }
        for id in losers.into_iter().rev() {
            let lost = fsysmem2::Error::CONSTRAINTS_INTERSECTION_EMPTY;
            self.dismiss_views(shared, id, lost.into());
            self.fail_subtree(shared, id);
        }
        let nodes = selected.iter().filter_map(|id| self.tree.get(*id));
        let children = nodes.flat_map(|node| &node.children).copied();
        children.filter(|child| self.tree.top_of(*child) == Some(*child)).collect()
    }

    /// Buffers are wanted no longer, made or not.
    pub(super) fn let_go(&mut self, shared: &mut Shared<H>) {
        if let Some(allocation) = std::mem::replace(&mut self.stage, Stage::Gathering).allocation()
        {
            shared.let_go(allocation);
        }
    }

    /// The buffers, if they were made.
    pub(super) const fn allocation(&self) -> Option<AllocationId> {
        match &self.stage {
            Stage::Allocated(buffers) => Some(buffers.allocation),
            Stage::Gathering | Stage::UnderWay(_) => None,
        }
    }

    /// Answers all waits of a node alike.
    fn answer(&mut self, shared: &mut Shared<H>, id: NodeId, result: &Result<Delivery, Refusal>) {
        let Some(node) = self.tree.get_mut(id) else { return };
        let (channel, rights) = (node.channel(), node.rights);
        let (Some(channel), Kind::Collection(participant)) = (channel, &mut node.kind) else {
            return;
        };
        match &mut participant.waits {
            Waits::V2(waits) => {
                self.stored.drop_waits(waits.len());
                for responder in waits.drain(..) {
                    let result = result.clone().map_err(|refusal| refusal.error);
                    shared.reply(channel, Reply::Buffers(responder, result));
                }
            }
            Waits::V1(view) => match v1::outcome(result, rights) {
                Ok(outcome) => {
                    self.stored.drop_waits(view.waits.len());
                    view.tell(shared, channel, &outcome);
                }
                Err(fault) => self.deviate(shared, id, None, &fault.into()),
            },
        }
    }

    /// Whether a pruned subtree is to be allocated, and everybody in it is ready (3.6 B, C).
    fn is_eligible(&self, top: NodeId) -> bool {
        let Some(node) = self.tree.get(top) else { return false };
        let above = node.parent.and_then(|parent| self.tree.get(parent));
        let is_next = !node.allocated && above.is_none_or(|parent| parent.allocated);
        is_next && self.tree.is_all_ready(top)
    }

    fn attempt_initial(&mut self, shared: &mut Shared<H>) {
        let root = self.tree.root();
        match self.search(shared, root, None) {
            Ok((selected, agreement)) => {
                let plan = self.plan(&agreement);
                let count = agreement.buffer_count;
                let settings = Arc::new(agreement.settings);
                let allocation = shared.allocate(plan, Arc::clone(&settings));
                let buffers = Buffers { allocation, count, settings };
                self.stage = Stage::UnderWay(Box::new(Attempt { buffers, selected }));
            }
            Err(refusal) => self.reject(shared, root, refusal),
        }
    }

    fn plan(&self, agreement: &Agreement) -> AllocationPlan {
        let memory = agreement.settings.buffer_settings.clone().unwrap_or_default();
        let heap = memory.heap.unwrap_or_default();
        AllocationPlan {
            collection: self.id,
            name: self.name.as_ref().map(|name| name.text.clone()).unwrap_or_default(),
            count: agreement.buffer_count,
            raw_size_bytes: memory.raw_vmo_size.unwrap_or_default(),
            heap_type: heap.heap_type.unwrap_or_default(),
            heap_id: heap.id.unwrap_or_default(),
            physically_contiguous: memory.is_physically_contiguous.unwrap_or_default(),
            physical_alignment_bytes: agreement.physical_alignment_bytes,
        }
    }
}

/// What a participant gets of the buffers (5.7, 5.8). Masks can take away more rights than that of
/// writing; on Linux there are no handles without the others.
pub(super) fn access(
    constraints: Option<&fsysmem2::BufferCollectionConstraints>,
    rights: RightsMask,
) -> Option<Access> {
    let usage = constraints?.usage.as_ref()?;
    let none = usage.none.unwrap_or_default();
    if !has_real_usage(usage) && none & fsysmem2::NONE_USAGE_PERMIT_ALLOCATION == 0 {
        return None;
    }
    let writes = has_write_usage(usage) && rights.lets_write();
    Some(if writes { Access::ReadWrite } else { Access::ReadOnly })
}

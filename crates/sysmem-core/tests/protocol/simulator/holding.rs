//! What clients do about buffers and how long they live.

use fsysmem2::BufferCollectionConstraints;
use sysmem_core::{AllocationId, ChannelKind, Presence, Strength};
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use super::run::Run;
use crate::constraints::{cpu, impossible};
use crate::handle::{Object, Pair, SimHandle};
use crate::wires::Answer;

impl Run {
    /// A client drops handles, or the core hears of some that were dropped.
    pub fn something_about_buffers(&mut self) {
        let reports = self.driver.reports();
        if let Some((allocation, index)) = self.rng.pick(&reports).filter(|_| self.rng.percent(70))
        {
            assert!(self.driver.report(allocation, index));
            self.tally.reports += 1;
            return;
        }
        let held = self.held_by_clients();
        if let Some((allocation, index, strength, handles)) = self.rng.pick(&held) {
            let handles = if self.rng.percent(40) { handles } else { 1 };
            for _ in 0..handles {
                self.driver.drop_handle(allocation, index, strength);
            }
        }
    }

    /// Weakness and tracking of a node.
    pub fn act_about_lifetime(&mut self, pair: Pair) {
        match self.rng.below(10) {
            0 if self.manners.weak => self.set_weak(pair),
            0..4 if !self.peers[&pair].has_waited => self.set_weak_ok(pair),
            4..7 if self.peers[&pair].kind == ChannelKind::Collection => {
                let (_, end) = self.driver.wires.new_eventpair();
                let request = fsysmem2::BufferCollectionAttachLifetimeTrackingRequest {
                    server_end: Some(end),
                    buffers_remaining: Some(self.rng.below(4) as u32),
                };
                self.send::<fsysmem2::BufferCollectionAttachLifetimeTrackingMethod>(pair, request);
            }
            _ => {
                let (_, end) = self.driver.wires.new_eventpair();
                let request = fsysmem2::NodeAttachNodeTrackingRequest { server_end: Some(end) };
                self.send::<fsysmem2::NodeAttachNodeTrackingMethod>(pair, request);
            }
        }
    }

    /// Mostly of those who do no harm by it: not ready, and others are probably strong.
    pub fn set_weak(&mut self, pair: Pair) {
        let peer = self.peer(pair);
        let is_harmless = peer.is_child && !peer.ready;
        if is_harmless || self.rng.percent(3) {
            let peer = self.peer(pair);
            (peer.weak, peer.weak_ok) = (true, true);
            self.send::<fsysmem2::NodeSetWeakMethod>(pair, ());
        }
    }

    pub fn set_weak_ok(&mut self, pair: Pair) {
        let for_children = self.rng.percent(50);
        let peer = self.peer(pair);
        peer.weak_ok = true;
        peer.weak_ok_for_children |= for_children;
        let request = fsysmem2::NodeSetWeakOkRequest { for_child_nodes_also: Some(for_children) };
        self.send::<fsysmem2::NodeSetWeakOkMethod>(pair, request);
    }

    /// Asks about some VMO, or about two.
    pub fn ask_about_vmo(&mut self, allocator: Pair) {
        let vmo = self.some_vmo();
        let other = self.rng.percent(30).then(|| self.some_vmo());
        let constraints: [BufferCollectionConstraints; 3] =
            [cpu(1, 64), cpu(9, 1 << 20), impossible()];
        let constraints_to_check =
            self.rng.percent(30).then(|| constraints[self.rng.below(3)].clone());
        let request = fsysmem2::AllocatorGetVmoInfoRequest {
            vmo: Some(vmo).filter(|_| !self.rng.percent(5)),
            need_weak: Some(self.rng.percent(50)),
            need_single_buffer_settings: Some(self.rng.percent(50)),
            constraints_to_check,
            vmo_settings_to_check: other,
            vmo_settings_to_check_ignore_size: Some(self.rng.percent(50)),
        };
        self.driver.wires.call::<fsysmem2::AllocatorGetVmoInfoMethod>(allocator, request);
    }

    /// A handle that some client has, mostly.
    pub fn some_vmo(&mut self) -> SimHandle {
        let held = self.held_by_clients();
        let object = match self.rng.pick(&held).filter(|_| !self.rng.percent(5)) {
            Some((allocation, index, Strength::Strong, _)) => Object::Buffer(allocation, index),
            Some((allocation, index, Strength::Weak, _)) => Object::WeakBuffer(allocation, index),
            None => Object::Vmo,
        };
        self.driver.wires.handle(object)
    }

    /// What was asked about is answered in full, or not at all.
    pub fn note_vmo_info(&mut self, answer: &Answer) {
        match answer {
            Answer::VmoInfo(Ok(info)) => {
                self.tally.vmo_infos += 1;
                self.tally.weak_handles += usize::from(info.weak.is_some());
                assert!(info.close_weak_asap || info.weak.is_none());
            }
            Answer::VmoInfo(Err(fsysmem2::Error::NO_MORE_STRONG_VMO_HANDLES)) => {
                self.tally.no_more_strong += 1;
            }
            _ => {}
        }
    }

    /// Which buffers clients have handles to, of which strength, and how many.
    fn held_by_clients(&self) -> Vec<(AllocationId, u32, Strength, usize)> {
        let mut held = Vec::new();
        for (id, memory) in &self.driver.wires.allocations {
            for (index, buffer) in (0..).zip(&memory.buffers) {
                if buffer.told == Presence::Gone {
                    continue;
                }
                for (strength, handles) in
                    [(Strength::Strong, buffer.strong), (Strength::Weak, buffer.weak)]
                {
                    held.extend((handles > 0).then_some((*id, index, strength, handles)));
                }
            }
        }
        held
    }
}

//! One run: who there is, what happens next, what has to hold.

use std::collections::{BTreeMap, BTreeSet};

use sysmem_core::{AllocationId, ChannelKind, Delivery, Handles, HeapFailure, Instant, NodeId, v1};

use super::Tally;
use super::rng::Rng;
use crate::driver::Driver;
use crate::handle::Pair;
use crate::memory::Memory;
use crate::wires::Answer;

/// A simulated world in its course.
pub struct Run {
    pub driver: Driver,
    pub rng: Rng,
    pub manners: Manners,
    pub peers: BTreeMap<Pair, Peer>,
    pub tally: Tally,
    /// The collection that each channel belongs to, open or not.
    pub families: BTreeMap<Pair, usize>,
    failed_families: BTreeSet<usize>,
    /// Of all node refs that were handed out.
    pub known_nodes: Vec<NodeId>,
    last_family: usize,
    delivered: BTreeMap<AllocationId, Delivery>,
}

/// How clients behave, in percent of what they do.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// Closing without a word.
    pub deaths: usize,
    /// Saying what one should not.
    pub rudeness: usize,
    pub heap_failures: usize,
    /// Neither groups nor dispensable nor attached nodes: a failure ends the whole collection.
    pub plain: bool,
    /// Nobody wants what others cannot have.
    pub agreeable: bool,
    /// Some nodes are weak.
    pub weak: bool,
}

/// A channel as the client side remembers it.
#[derive(Clone, Debug)]
pub struct Peer {
    pub kind: ChannelKind,
    pub released: bool,
    /// `SetConstraints` or `AllChildrenPresent` was sent.
    pub ready: bool,
    pub has_children: bool,
    /// Below an attached token.
    pub attached: bool,
    pub has_waited: bool,
    /// `SetEventSink` was sent.
    pub has_sink: bool,
    /// It was made with a parent.
    pub is_child: bool,
    /// `SetWeak` was sent on it, or before it was made on a parent; `SetWeakOk` likewise.
    pub weak: bool,
    pub weak_ok: bool,
    pub weak_ok_for_children: bool,
}

impl Manners {
    pub const PERFECT: Self = Self {
        deaths: 0,
        rudeness: 0,
        heap_failures: 0,
        plain: true,
        agreeable: true,
        weak: false,
    };

    pub fn random(rng: &mut Rng) -> Self {
        Self {
            deaths: rng.pick(&[0, 0, 1, 3]).unwrap_or_default(),
            rudeness: rng.pick(&[0, 0, 2, 5]).unwrap_or_default(),
            heap_failures: rng.pick(&[0, 10, 50]).unwrap_or_default(),
            plain: rng.percent(40),
            agreeable: rng.percent(50),
            weak: rng.percent(60),
        }
    }
}

impl Peer {
    pub const fn new(kind: ChannelKind) -> Self {
        Self {
            kind,
            released: false,
            ready: false,
            has_children: false,
            attached: false,
            has_waited: false,
            has_sink: false,
            is_child: false,
            weak: false,
            weak_ok: false,
            weak_ok_for_children: false,
        }
    }

    /// A token below it.
    pub const fn child(&self) -> Self {
        Self {
            attached: self.attached,
            is_child: true,
            weak: self.weak,
            weak_ok: self.weak_ok_for_children,
            weak_ok_for_children: self.weak_ok_for_children,
            ..Self::new(ChannelKind::Token)
        }
    }
}

impl Run {
    pub fn new(manners: Manners) -> Self {
        Self {
            driver: Driver::new(),
            rng: Rng::new(0),
            manners,
            peers: BTreeMap::new(),
            tally: Tally::default(),
            families: BTreeMap::new(),
            failed_families: BTreeSet::new(),
            known_nodes: Vec::new(),
            last_family: 0,
            delivered: BTreeMap::new(),
        }
    }

    /// Anything that can happen; what, comes from `choices`.
    pub fn step(&mut self, choices: u64) {
        self.rng = Rng::new(choices);
        self.tally.steps += 1;
        match self.rng.below(100) {
            0..48 => self.deliver_something(),
            48..55 => self.heap_answers(),
            55..62 => self.drain_something(),
            62..64 => self.time_passes(),
            64..70 => self.something_about_buffers(),
            _ => self.act(),
        }
        self.check();
    }

    /// A collection that nobody is in yet.
    pub const fn new_family(&mut self) -> usize {
        self.last_family += 1;
        self.last_family
    }

    /// Open channels of a kind.
    pub fn open(&self, kind: ChannelKind) -> Vec<Pair> {
        let peers = self.peers.iter().filter(|(_, peer)| peer.kind == kind);
        peers.map(|(pair, _)| *pair).collect()
    }

    /// The client side has a new channel.
    pub fn meet(&mut self, pair: Pair, peer: Peer, family: usize) {
        self.peers.insert(pair, peer);
        self.families.insert(pair, family);
    }

    /// The client forgets a channel, since it has closed it or given it away.
    pub fn forget(&mut self, pair: Pair) {
        self.peers.remove(&pair);
    }

    pub fn close(&mut self, pair: Pair) {
        self.driver.wires.close(pair);
        self.forget(pair);
    }

    /// Everybody sends what is missing, and everybody gets buffers.
    pub fn bring_to_a_good_end(&mut self) {
        self.work_off();
        for token in self.open(ChannelKind::Token) {
            if self.peers[&token].released {
                self.close(token);
            } else {
                self.bind_token(token);
            }
        }
        self.work_off();
        let mut views = self.open(ChannelKind::View);
        for view in views.clone() {
            if self.peers[&view].released {
                self.close(view);
            } else if !self.peers[&view].ready {
                self.constrain_view(view);
            }
        }
        views.retain(|view| self.peers.contains_key(view));
        let mut waiting = Vec::new();
        for collection in self.open(ChannelKind::Collection) {
            if self.peers[&collection].released {
                self.close(collection);
                continue;
            }
            if !self.peers[&collection].ready {
                self.set_constraints(collection);
            }
            waiting.push(collection);
        }
        self.work_off();
        for collection in waiting {
            let wire = &self.driver.wires.channels[&collection];
            let log = &self.driver.wires.log;
            assert!(wire.ended.is_none(), "{collection:?} has failed: {log:#?}");
            let buffers = self.wait_for(collection);
            assert!(matches!(buffers, Some(Answer::Buffers(Ok(_)))), "{buffers:?}");
        }
        for view in views {
            let answer = self.wait_for_view(view);
            let Some(Answer::V1(reply)) = answer else { panic!("{answer:?}") };
            assert!(matches!(*reply, v1::Reply::Buffers(_, Ok(_))), "{reply:?}");
        }
    }

    /// All clients close; then the core may remember nothing.
    pub fn everybody_leaves(&mut self) {
        for pair in self.peers.keys().copied().collect::<Vec<_>>() {
            self.close(pair);
        }
        self.work_off();
        while let Some(allocation) = self.memory_in(Memory::LetGo).first() {
            self.driver.free(*allocation);
        }
        self.collect_answers();
        self.tally.complaints = self.driver.wires.complaints.len();
        self.tally.closed_trackers = self.driver.wires.closed_eventpairs.len();
        assert!(self.driver.core.is_idle(), "the core keeps something");
        assert_eq!(self.driver.wires.register.alive(), 0, "handles leak");
        assert!(self.driver.wires.node_refs.is_empty(), "node refs leak");
        let memory = self.driver.wires.allocations.values();
        assert!(memory.into_iter().all(|memory| memory.stage == Memory::Gone), "memory leaks");
    }

    /// Until nothing is under way any more.
    fn work_off(&mut self) {
        loop {
            if let Some(pair) = self.rng.pick(&self.driver.pending()) {
                assert!(self.driver.deliver(pair));
            } else if !self.driver.wires.turn_ins.is_empty() {
                self.drain_something();
            } else if !self.memory_in(Memory::Wanted).is_empty() {
                self.heap_answers();
            } else {
                break;
            }
            self.check();
        }
    }

    fn deliver_something(&mut self) {
        if let Some(pair) = self.rng.pick(&self.driver.pending()) {
            assert!(self.driver.deliver(pair));
        }
    }

    fn heap_answers(&mut self) {
        let Some(allocation) = self.rng.pick(&self.memory_in(Memory::Wanted)) else { return };
        let fails = self.rng.percent(self.manners.heap_failures);
        let failure = HeapFailure { reason: "simulated".into() };
        self.driver.answer_allocation(allocation, if fails { Err(failure) } else { Ok(()) });
        let stage = self.driver.wires.allocations[&allocation].stage;
        self.tally.unwanted_buffers += usize::from(stage == Memory::LetGo);
    }

    fn drain_something(&mut self) {
        let waiting = self.driver.wires.turn_ins.len();
        if waiting > 0 {
            let index = self.rng.below(waiting);
            self.driver.drain_token(index);
            self.tally.conversions += 1;
        }
    }

    fn time_passes(&mut self) {
        let now = self.driver.now.0;
        let deadline = self.driver.core.next_deadline().filter(|_| self.rng.percent(50));
        let then = deadline.map_or(now + 1_000_000_000, |deadline| deadline.0);
        self.driver.tick(Instant(then));
    }

    pub fn memory_in(&self, stage: Memory) -> Vec<AllocationId> {
        let allocations = self.driver.wires.allocations.iter();
        allocations.filter(|(_, memory)| memory.stage == stage).map(|(id, _)| *id).collect()
    }

    fn check(&mut self) {
        self.collect_answers();
        self.notice_closed_channels();
        if self.manners.plain {
            self.check_that_families_fail_together();
        }
    }

    /// Whoever gets the same buffers is told the same about them.
    fn collect_answers(&mut self) {
        for (pair, _, answer) in self.driver.wires.take_all_answers() {
            match answer {
                Answer::Buffers(Ok(delivery)) => self.note_delivery(pair, *delivery),
                Answer::Buffers(Err(_)) => self.tally.refusals += 1,
                Answer::Tokens(tokens) => self.adopt(pair, &tokens),
                Answer::NodeRef(node) => self.known_nodes.push(node),
                Answer::V1(reply) => self.note_reply_v1(pair, *reply),
                other => self.note_vmo_info(&other),
            }
        }
    }

    pub fn note_delivery(&mut self, pair: Pair, delivery: Delivery) {
        self.tally.deliveries += 1;
        let attached = self.peers.get(&pair).is_some_and(|peer| peer.attached);
        self.tally.late_deliveries += usize::from(attached);
        let is_weak = matches!(delivery.handles, Handles::Weak { .. });
        self.tally.weak_deliveries += usize::from(is_weak);
        let first = self.delivered.entry(delivery.allocation).or_insert_with(|| delivery.clone());
        let expected = Delivery {
            handles: delivery.handles.clone(),
            recipient: delivery.recipient.clone(),
            ..first.clone()
        };
        assert_eq!(delivery, expected, "all are told the same about their buffers");
    }

    /// Tokens that the server has made.
    fn adopt(&mut self, parent_pair: Pair, tokens: &[Pair]) {
        match self.peers.get(&parent_pair).cloned() {
            Some(parent) => {
                let child = parent.child();
                for &token in tokens {
                    self.meet(token, child.clone(), self.families[&parent_pair]);
                }
            }
            // The client has gone before it got them: they go with the message.
            None => tokens.iter().for_each(|token| self.driver.wires.close(*token)),
        }
    }

    fn notice_closed_channels(&mut self) {
        for pair in std::mem::take(&mut self.driver.wires.closed) {
            let has_failed = self.driver.wires.channels[&pair].ended.flatten().is_some();
            if let Some(family) = self.families.get(&pair).filter(|_| has_failed) {
                self.tally.failed_nodes += 1;
                self.failed_families.insert(*family);
            }
            self.forget(pair);
        }
    }

    /// In a plain tree every failure is one of the root: nobody outlives it.
    fn check_that_families_fail_together(&self) {
        for pair in self.driver.wires.served.values() {
            let family = self.families.get(pair);
            assert!(
                family.is_none_or(|family| !self.failed_families.contains(family)),
                "{pair:?} has outlived its collection"
            );
        }
    }
}

//! What the core says is carried out, and checked: that it names live things only, and says each
//! thing once.

use std::fmt::Debug;

use sysmem_core::{
    ChannelId, ChannelKind, Effect, FailedAllocation, Handles, Record, Reply, Severity,
};

use crate::handle::{Object, Pair, SimHandle};
use crate::memory::{Allocation, Memory};
use crate::wires::{Answer, Wires};

/// Of one input or effect in a trace.
const TRACE_LINE_BYTES: usize = 300;

impl Wires {
    pub fn note(&mut self, direction: &str, what: &impl Debug) {
        if let Some(trace) = &mut self.trace {
            let mut line = format!("{direction}{what:?}");
            line.truncate(line.floor_char_boundary(TRACE_LINE_BYTES));
            trace.push(line);
        }
    }

    pub fn carry_out(&mut self, effect: Effect<SimHandle>) {
        self.note("   <- ", &effect);
        match effect {
            Effect::Serve { channel, kind, end } => {
                let Object::ServerEnd(pair) = end.object() else {
                    panic!("{:?} is served", end.object())
                };
                assert_eq!(self.channels[&pair].kind, kind, "the protocol of {pair:?}");
                self.attach(channel, pair);
            }
            Effect::Reply { channel, reply } => self.reply(channel, reply),
            Effect::TurnIn { channel, client_end } => {
                assert!(self.served.contains_key(&channel), "{channel:?} is not live");
                self.turn_ins.push((channel, client_end));
            }
            // Clients of this world have nothing in their queues: what they send is fed at once.
            Effect::RefuseQueued { channel, .. } => {
                assert!(self.served.contains_key(&channel), "{channel:?} is not live");
            }
            Effect::Close { channel, epitaph } => self.detach(channel, epitaph),
            Effect::Allocate { allocation, plan } => {
                let first = self.collections_allocated.insert(plan.collection);
                assert!(first, "collection {} is allocated twice", plan.collection);
                let memory = Allocation::new(plan);
                assert!(self.allocations.insert(allocation, memory).is_none());
            }
            Effect::LetGo(allocation) => {
                let memory = self.allocations.get_mut(&allocation).expect("an allocation");
                assert_eq!(memory.stage, Memory::Made, "let go of once, and when it is there");
                memory.stage = Memory::LetGo;
            }
            Effect::CloseWeakAsap { allocation, index } => {
                let now = self.now;
                self.buffer(allocation, index).close_weak_asap(now);
            }
            Effect::ComplainOfWeak { allocation, index, collection } => {
                assert_eq!(self.allocations[&allocation].plan.collection, collection.id);
                let now = self.now;
                self.buffer(allocation, index).complain(now);
                self.complaints.push(collection);
            }
            Effect::ForgetNode(node) => {
                assert!(self.forgotten.insert(node), "{node:?} is forgotten twice");
                self.node_refs.remove(&node);
            }
            Effect::Log(record) => self.log.push(record),
            Effect::Explain(failure) => self.failed(failure),
            Effect::SetSink { view, sink } => self.set_sink(view, sink),
            Effect::Notify { view, event } => self.notify(view, event),
        }
    }

    fn failed(&mut self, failure: Box<FailedAllocation>) {
        for channel in &failure.channels {
            assert!(self.served.contains_key(channel), "{channel:?} closes before the failure");
        }
        let (severity, collection) = (Severity::Error, failure.collection);
        let text = format!("collection {collection}: {failure}");
        self.log.push(Record { severity, collection, text });
        self.failure = Some(failure);
    }

    fn reply(&mut self, channel: ChannelId, reply: Reply) {
        let pair = *self.served.get(&channel).expect("a reply goes to a live channel");
        let (txid, answer) = match reply {
            Reply::Sync(responder) => (responder.txid(), Answer::Sync),
            Reply::NodeRef(responder, node) => {
                assert!(!self.forgotten.contains(&node), "{node:?} is gone");
                self.node_refs.insert(node);
                (responder.txid(), Answer::NodeRef(node))
            }
            Reply::IsAlternateFor(responder, result) => {
                (responder.txid(), Answer::IsAlternate(result))
            }
            Reply::CollectionId(responder, id) => (responder.txid(), Answer::CollectionId(id)),
            Reply::Duplicates(responder, channels) => {
                (responder.txid(), Answer::Tokens(self.new_tokens(channels)))
            }
            Reply::Children(responder, channels) => {
                (responder.txid(), Answer::Tokens(self.new_tokens(channels)))
            }
            Reply::Buffers(responder, result) => {
                if let Ok(delivery) = &result {
                    let memory = self.allocations.get_mut(&delivery.allocation);
                    memory.expect("an allocation").deliver(delivery);
                    let is_weak = matches!(delivery.handles, Handles::Weak { .. });
                    self.delivered.push((channel, is_weak));
                }
                (responder.txid(), Answer::Buffers(result.map(Box::new)))
            }
            Reply::Check(responder, result) => (responder.txid(), Answer::Check(result)),
            Reply::IsTokenKnown(responder, known) => (responder.txid(), Answer::IsKnown(known)),
            Reply::VmoInfo(responder, result) => {
                if let Ok(info) = &result
                    && info.weak.is_some()
                {
                    let memory = self.allocations.get_mut(&info.allocation).expect("an allocation");
                    memory.deliver_new_weak(info.name.index as u32);
                }
                (responder.txid(), Answer::VmoInfo(result.map(Box::new)))
            }
            Reply::UnknownMethod { txid, .. } => (txid, Answer::UnknownMethod),
            Reply::V1(reply) => self.reply_v1(channel, reply),
        };
        let wire = self.channels.get_mut(&pair).expect("a channel");
        assert!(wire.outstanding.remove(&txid), "{txid:?} on {pair:?} is not waited for");
        wire.answers.push_back((txid, answer));
        self.answered.insert(pair);
    }

    fn new_tokens(&mut self, channels: Vec<ChannelId>) -> Vec<Pair> {
        let mut new_token = |channel| {
            let pair = self.new_pair(ChannelKind::Token);
            self.attach(channel, pair);
            pair
        };
        channels.into_iter().map(&mut new_token).collect()
    }

    /// Dropping the handle of an end closes that end.
    pub fn note_drops(&mut self) {
        loop {
            let dropped = self.register.take_dropped();
            if dropped.is_empty() {
                return;
            }
            for object in dropped {
                match object {
                    Object::ClientEnd(pair) => self.close(pair),
                    Object::ServerEnd(pair) => self.server_end_dropped(pair),
                    Object::Buffer(..) | Object::WeakBuffer(..) => {
                        if let Some(handles) = self.handles_to(object) {
                            *handles -= 1;
                        }
                    }
                    Object::EventPair(number) => drop(self.closed_eventpairs.insert(number)),
                    _ => {}
                }
            }
        }
    }

    fn server_end_dropped(&mut self, pair: Pair) {
        let wire = self.channels.get_mut(&pair).expect("a channel");
        if wire.served_as.is_none() {
            wire.ended.get_or_insert(None);
            wire.to_server.clear();
        }
    }
}

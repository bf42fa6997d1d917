//! Replies and events of the first version, carried out and checked.

use fidl::Txid;
use sysmem_core::{ChannelId, Handles, v1};

use crate::handle::{Object, SimHandle};
use crate::wires::{Answer, Wires};

/// What has come to the sink of a view.
#[derive(Debug)]
pub struct Notice {
    pub event: v1::Event,
    /// How many replies the view had by then that nobody had looked at.
    pub replies_before: usize,
}

impl Wires {
    pub fn reply_v1(&mut self, channel: ChannelId, reply: v1::Reply) -> (Txid, Answer) {
        let txid = match &reply {
            v1::Reply::IsTokenKnown(responder, _) => responder.txid(),
            v1::Reply::TokenSync(responder) => responder.txid(),
            v1::Reply::ViewSync(responder) => responder.txid(),
            v1::Reply::Buffers(responder, outcome) => {
                self.delivered_v1(channel, outcome);
                responder.txid()
            }
            v1::Reply::Check(responder, _) => responder.txid(),
            v1::Reply::AuxBuffers(responder, _) => responder.txid(),
        };
        (txid, Answer::V1(Box::new(reply)))
    }

    pub fn set_sink(&mut self, view: ChannelId, sink: SimHandle) {
        assert!(self.served.contains_key(&view), "{view:?} is not live");
        assert!(self.sinks.insert(view, sink).is_none(), "{view:?} has two sinks");
    }

    pub fn notify(&mut self, view: ChannelId, event: v1::Event) {
        if let v1::Event::BuffersAllocated(outcome) = &event {
            self.delivered_v1(view, outcome);
        }
        let pair = *self.served.get(&view).expect("an event is of a live view");
        let sink = self.sinks.get(&view).expect("an event goes to a sink");
        let Object::ClientEnd(sink) = sink.object() else { panic!("{:?}", sink.object()) };
        let replies_before = self.channels[&pair].answers.len();
        self.events.entry(sink).or_default().push(Notice { event, replies_before });
    }

    fn delivered_v1(&mut self, channel: ChannelId, outcome: &v1::Outcome) {
        if let Ok(v1::Delivery { buffers, .. }) = outcome {
            let memory = self.allocations.get_mut(&buffers.allocation);
            memory.expect("an allocation").deliver(buffers);
            let is_weak = matches!(buffers.handles, Handles::Weak { .. });
            self.delivered.push((channel, is_weak));
        }
    }
}

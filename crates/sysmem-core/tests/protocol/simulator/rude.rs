//! What clients do when they do not behave.

use fidl::message::{Header, Ordinal, encode_packet};
use fidl::{ClientEnd, Encoder, Method};
use sysmem_core::{Breakage, ChannelKind};
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use super::run::{Peer, Run};
use crate::handle::{Object, Pair, SimHandle};

impl Run {
    /// Says something that it should not.
    pub fn be_rude(&mut self, pair: Pair) {
        match self.rng.below(9) {
            0 => {
                let length = self.rng.below(64);
                let bytes = (0..length).map(|_| self.rng.next().to_le_bytes()[0]).collect();
                let handle = self.driver.wires.new_eventpair().1;
                self.driver.wires.send_raw(pair, bytes, vec![handle]);
            }
            1 => {
                let ordinal = self.rng.next() >> 1;
                self.send_header(pair, ordinal);
            }
            2 => {
                // A known method, of this protocol or not, without the body that it may have.
                let ordinal = self.rng.pick(&ORDINALS).unwrap_or_default();
                self.send_header(pair, ordinal);
            }
            3 => {
                let reasons = [Breakage::Full, Breakage::Truncated, Breakage::Unservable];
                let reason = reasons[self.rng.below(reasons.len())].clone();
                self.driver.break_channel(pair, reason);
            }
            4 => self.pretend_to_have_a_token(),
            5 => self.bind_what_is_no_token(),
            6 => {
                self.driver
                    .wires
                    .call::<fsysmem2::BufferCollectionWaitForAllBuffersAllocatedMethod>(pair, ());
            }
            7 => self.driver.wires.send::<fsysmem2::NodeReleaseMethod>(pair, ()),
            _ => self.close(pair),
        }
    }

    /// A message without body.
    fn send_header(&mut self, pair: Pair, ordinal: u64) {
        let txid = self.rng.percent(50).then(|| self.driver.wires.next_txid(pair));
        let header = Header { txid, flexible: true, ordinal: Ordinal::Method(ordinal.max(1)) };
        let mut e = Encoder::<SimHandle>::new();
        encode_packet::<fidl::wire::NoBody, _>(header, (), &mut e).expect("a header alone");
        self.driver.wires.send_raw(pair, e.bytes().to_vec(), Vec::new());
    }

    /// Turns in an end that says it is a token.
    fn pretend_to_have_a_token(&mut self) {
        if let Some(token) = self.rng.pick(&self.open(ChannelKind::Token)) {
            let family = self.families[&token];
            self.bind_object(Object::Impostor(token), family);
        }
    }

    fn bind_what_is_no_token(&mut self) {
        let family = self.new_family();
        let pair = self.driver.wires.new_pair(ChannelKind::Token);
        self.bind_object(Object::ClientEnd(pair), family);
    }

    fn bind_object(&mut self, object: Object, family: usize) {
        let Some(allocator) = self.rng.pick(&self.open(ChannelKind::Allocator)) else { return };
        let (_, end) = self.new_channel(Peer::new(ChannelKind::Collection), family);
        let token = Some(ClientEnd::new(self.driver.wires.handle(object)));
        self.driver.wires.send::<fsysmem2::AllocatorBindSharedCollectionMethod>(
            allocator,
            fsysmem2::AllocatorBindSharedCollectionRequest {
                token,
                buffer_collection_request: Some(end),
            },
        );
    }
}

const ORDINALS: [u64; 8] = [
    <fsysmem2::AllocatorGetVmoInfoMethod as Method>::ORDINAL,
    <fsysmem2::NodeSetNameMethod as Method>::ORDINAL,
    <fsysmem2::NodeSetWeakMethod as Method>::ORDINAL,
    <fsysmem2::NodeIsAlternateForMethod as Method>::ORDINAL,
    <fsysmem2::BufferCollectionTokenDuplicateSyncMethod as Method>::ORDINAL,
    <fsysmem2::BufferCollectionSetConstraintsMethod as Method>::ORDINAL,
    <fsysmem2::BufferCollectionAttachTokenMethod as Method>::ORDINAL,
    <fsysmem2::BufferCollectionTokenGroupAllChildrenPresentMethod as Method>::ORDINAL,
];

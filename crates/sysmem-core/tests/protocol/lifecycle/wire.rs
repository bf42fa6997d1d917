//! 1 to 9: wire and dispatch.

use fidl::message::{HEADER_SIZE, Header, Ordinal, Txid};
use fidl::{Encoder, Method, OneWay};
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::client::{Client, INTERNAL};
use crate::constraints::cpu;
use crate::handle::{Object, SimHandle};
use crate::wires::Answer;
use crate::world::World;

const NOBODY_KNOWS: u64 = 0x1234_5678_9abc_def0;
const DECODING_FAILED: Option<i32> = Some(-10);

/// A message without body.
fn packet(txid: Option<Txid>, ordinal: u64, flexible: bool) -> Vec<u8> {
    let header = Header { txid, flexible, ordinal: Ordinal::Method(ordinal) };
    let mut e: Encoder<SimHandle> = Encoder::new();
    fidl::message::encode_packet::<fidl::wire::NoBody, _>(header, (), &mut e).unwrap();
    e.bytes().to_vec()
}

/// A collection of two, so that one can see how far a failure goes.
fn pair_of_tokens(world: &World) -> (Client, Client) {
    let token = world.shared_token();
    let other = token.duplicate();
    (token, other)
}

#[test]
fn lifecycle_s01_sync_has_one_ordinal_everywhere() {
    assert_eq!(fsysmem2::NodeSyncMethod::ORDINAL, 0x11ac_2555_cf57_5b54);
    let world = World::new();
    let token = world.shared_token();
    let group = token.group();
    assert!(matches!(token.sync().answer(), Answer::Sync));
    assert!(matches!(group.sync().answer(), Answer::Sync));
    assert!(matches!(world.bind(token).sync().answer(), Answer::Sync));
}

/// A one-way request as it goes over the wire, without its header.
fn body_of<M: OneWay<SimHandle>>(request: fidl::RequestValue<M, SimHandle>) -> Vec<u8> {
    let mut e = Encoder::new();
    fidl::encode_event::<M, SimHandle>(request, &mut e).unwrap();
    e.bytes()[HEADER_SIZE..].to_vec()
}

#[test]
fn lifecycle_s02_the_response_of_sync_is_a_union_around_an_empty_struct() {
    let mut e: Encoder<SimHandle> = Encoder::new();
    let txid = Txid::new(5).unwrap();
    fidl::encode_call::<fsysmem2::NodeSyncMethod, SimHandle>(txid, (), &mut e).unwrap();
    let received = fidl::receive_request(e.bytes(), &mut Vec::new()).unwrap();
    let fidl::Received::Request(fsysmem2::BufferCollectionTokenRequest::<SimHandle>::Sync {
        responder,
    }) = received
    else {
        panic!("{received:?}");
    };
    responder.encode((), &mut e).unwrap();
    let inline_empty_struct = [0, 0, 0, 0, 0, 0, 1, 0];
    let body = [[1, 0, 0, 0, 0, 0, 0, 0], inline_empty_struct].concat();
    assert_eq!(e.bytes()[HEADER_SIZE..], body);
}

#[test]
fn lifecycle_s07_the_token_comes_first_in_create_child_alone() {
    let world = World::new();
    let end = || {
        let pair = world.foreign_token().pair;
        Some(fidl::ServerEnd::new(world.handle(Object::ServerEnd(pair))))
    };
    let create_child = body_of::<fsysmem2::BufferCollectionTokenGroupCreateChildMethod>(
        fsysmem2::BufferCollectionTokenGroupCreateChildRequest {
            token_request: end(),
            rights_attenuation_mask: None,
        },
    );
    let duplicate = body_of::<fsysmem2::BufferCollectionTokenDuplicateMethod>(
        fsysmem2::BufferCollectionTokenDuplicateRequest {
            token_request: end(),
            rights_attenuation_mask: None,
        },
    );
    let attach = body_of::<fsysmem2::BufferCollectionAttachTokenMethod>(
        fsysmem2::BufferCollectionAttachTokenRequest {
            token_request: end(),
            rights_attenuation_mask: None,
        },
    );
    // The first word of a table is its highest ordinal.
    assert_eq!([create_child[0], duplicate[0], attach[0]], [1, 2, 2]);
}

#[test]
fn lifecycle_s03_an_unknown_one_way_method_fails_the_domain() {
    let world = World::new();
    let (token, other) = pair_of_tokens(&world);
    token.send_raw(packet(None, NOBODY_KNOWS, true));
    assert_eq!(token.epitaph(), INTERNAL);
    assert_eq!(other.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s04_an_unknown_two_way_method_is_answered_before_the_close() {
    let world = World::new();
    let (token, other) = pair_of_tokens(&world);
    let txid = world.driver().wires.next_txid(token.pair);
    token.send_raw(packet(Some(txid), NOBODY_KNOWS, true));
    let answer = world.driver().wires.take_answer(token.pair, txid);
    assert!(matches!(answer, Some(Answer::UnknownMethod)));
    assert_eq!(token.epitaph(), INTERNAL);
    assert_eq!(other.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s05_an_unknown_method_closes_one_allocator_alone() {
    let world = World::new();
    let allocator = world.allocator();
    let token = allocator.shared_token();
    allocator.send_raw(packet(None, NOBODY_KNOWS, true));
    assert_eq!(allocator.epitaph(), INTERNAL);
    assert!(token.is_open());
}

#[test]
fn lifecycle_s06_closes_by_the_server_carry_an_epitaph() {
    let world = World::new();
    let (token, other) = pair_of_tokens(&world);
    token.send::<fsysmem2::NodeSetNameMethod>(fsysmem2::NodeSetNameRequest::default());
    assert_eq!(token.epitaph(), INTERNAL);
    assert_eq!(other.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s06_an_unknown_strict_method_gets_the_epitaph_of_the_runtime() {
    let world = World::new();
    let (token, other) = pair_of_tokens(&world);
    token.send_raw(packet(None, NOBODY_KNOWS, false));
    assert_eq!(token.epitaph(), Some(-2));
    assert_eq!(other.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s08_too_long_names_do_not_decode() {
    // One byte more than the bound: encoded by hand, since no encoder of ours would.
    let limits: [(u64, usize, &[u8]); 2] = [
        (fsysmem2::NodeSetNameMethod::ORDINAL, 64, &[2]),
        (fsysmem2::NodeSetDebugClientInfoMethod::ORDINAL, 256, &[1]),
    ];
    for (ordinal, bound, name_ordinal) in limits {
        for (length, fits) in [(bound, true), (bound + 1, false)] {
            let world = World::new();
            let (token, other) = pair_of_tokens(&world);
            token.send_raw(name_table(ordinal, name_ordinal[0], length));
            assert_eq!(token.is_open(), fits, "{length} bytes");
            assert_eq!(other.is_open(), fits, "{length} bytes");
            if !fits {
                assert_eq!(token.epitaph(), DECODING_FAILED);
            }
        }
    }
}

/// A request whose table has a name, and in front of it a priority if there is room for one.
fn name_table(method: u64, name_ordinal: u8, length: usize) -> Vec<u8> {
    let mut bytes = packet(None, method, true);
    bytes.extend(u64::from(name_ordinal).to_le_bytes());
    bytes.extend(u64::MAX.to_le_bytes());
    for ordinal in 1..=name_ordinal {
        if ordinal == name_ordinal {
            let size = 16 + length.next_multiple_of(8);
            bytes.extend(u32::try_from(size).unwrap().to_le_bytes());
            bytes.extend([0; 4]);
        } else {
            bytes.extend(7_u32.to_le_bytes());
            bytes.extend([0, 0, 1, 0]);
        }
    }
    bytes.extend((length as u64).to_le_bytes());
    bytes.extend(u64::MAX.to_le_bytes());
    bytes.extend(std::iter::repeat_n(b'n', length));
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

#[test]
fn lifecycle_s09_zero_masks_make_zero_tokens() {
    let world = World::new();
    let token = world.shared_token();
    assert!(token.duplicate_sync(&[]).tokens().is_empty());
    assert_eq!(token.duplicate_sync(&[u32::MAX; 64]).tokens().len(), 64);
    assert!(token.is_open());
}

#[test]
fn lifecycle_s09_sixty_five_masks_fail_the_domain() {
    let world = World::new();
    let (token, other) = pair_of_tokens(&world);
    let mut bytes = packet(
        Some(Txid::new(1).unwrap()),
        fsysmem2::BufferCollectionTokenDuplicateSyncMethod::ORDINAL,
        true,
    );
    bytes.extend(1_u64.to_le_bytes());
    bytes.extend(u64::MAX.to_le_bytes());
    bytes.extend((16 + 65 * 4 + 4_u32).to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(65_u64.to_le_bytes());
    bytes.extend(u64::MAX.to_le_bytes());
    bytes.extend([0xff; 65 * 4]);
    bytes.extend([0; 4]);
    token.send_raw(bytes);
    assert_eq!(token.epitaph(), DECODING_FAILED);
    assert_eq!(other.epitaph(), INTERNAL);
}

#[test]
fn a_handle_of_the_wrong_type_fails_the_domain() {
    let world = World::new();
    let (token, other) = pair_of_tokens(&world);
    let request = fsysmem2::NodeIsAlternateForRequest { node_ref: Some(world.handle(Object::Vmo)) };
    token.call::<fsysmem2::NodeIsAlternateForMethod>(request);
    assert_eq!(token.epitaph(), DECODING_FAILED);
    assert_eq!(other.epitaph(), INTERNAL);
    assert_eq!(world.driver().wires.register.alive(), 0);
}

#[test]
fn messages_to_a_closed_channel_are_ignored() {
    let world = World::new();
    let collection = world.allocator().non_shared_collection();
    let channel = world.driver().wires.channels[&collection.pair].served_as.unwrap();
    let wait = collection.wait();
    assert_eq!(collection.epitaph(), INTERNAL);
    world.driver().feed(sysmem_core::Input::Closed(channel));
    world.driver().feed(sysmem_core::Input::TurnedIn { channel, proven: true });
    collection.set_constraints(cpu(1, 64));
    assert!(wait.is_unanswered());
}

//! Packets of `fuchsia.sysmem2`, byte by byte where a page spells them and by their rules elsewhere.

use fidl::message::encode_packet;
use fidl::{
    DecodeError, Encoder, HandleFault, Header, Method, ObjectType, ReceiveError, Received,
    RequestError, RequestSet, Rights, ServerEnd, Txid, decode_reply, encode_call, encode_event,
    receive_request,
};
use sysmem_fidl::fuchsia_sysmem2::*;

/// A handle that is told apart by its number and accepted as anything but 13.
#[derive(Debug, PartialEq)]
struct TestHandle(u32);

impl fidl::Handle for TestHandle {
    fn receive(self, _: ObjectType, _: Rights) -> Result<Self, HandleFault> {
        if self.0 == 13 { Err(HandleFault::WrongType) } else { Ok(self) }
    }
}

type Packet = (Vec<u8>, Vec<TestHandle>);

fn packet(mut encoder: Encoder<TestHandle>) -> Packet {
    let handles = encoder.take_handles().map(|disposition| disposition.handle).collect();
    (encoder.bytes().to_vec(), handles)
}

fn one_way<M: fidl::OneWay<TestHandle>>(request: fidl::RequestValue<M, TestHandle>) -> Packet {
    let mut encoder = Encoder::new();
    encode_event::<M, TestHandle>(request, &mut encoder).expect("the request encodes");
    packet(encoder)
}

fn call<M: fidl::TwoWay<TestHandle>>(request: fidl::TwoWayRequestValue<M, TestHandle>) -> Packet {
    let mut encoder = Encoder::new();
    let txid = Txid::new(7).expect("not 0");
    encode_call::<M, TestHandle>(txid, request, &mut encoder).expect("the request encodes");
    packet(encoder)
}

fn receive<R: RequestSet<TestHandle>>(packet: Packet) -> Result<Received<R>, ReceiveError> {
    let (bytes, mut handles) = packet;
    receive_request(&bytes, &mut handles)
}

fn request<R: RequestSet<TestHandle>>(packet: Packet) -> R {
    match receive(packet) {
        Ok(Received::Request(request)) => request,
        Ok(Received::Unknown { ordinal, .. }) => panic!("unknown ordinal {ordinal:#x}"),
        Err(error) => panic!("{error:?}"),
    }
}

fn decode_fault<R: RequestSet<TestHandle>>(packet: Packet) -> DecodeError {
    match receive::<R>(packet) {
        Err(ReceiveError::Request(RequestError::Decode(fault))) => fault,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("the packet decodes"),
    }
}

/// Test sentence 1 of `sysmem2-protocols.md`.
#[test]
fn lifecycle_s01_sync_is_the_same_message_on_all_nodes() {
    let sync = || call::<NodeSyncMethod>(());
    let expected = [
        7, 0, 0, 0, // transaction
        2, 0, 0x80, 1, // wire format v2, flexible, magic number
        0x54, 0x5b, 0x57, 0xcf, 0x55, 0x25, 0xac, 0x11,
    ];
    assert_eq!(sync(), (expected.to_vec(), vec![]));
    let token = request::<BufferCollectionTokenRequest<_>>(sync());
    let collection = request::<BufferCollectionRequest<_>>(sync());
    let group = request::<BufferCollectionTokenGroupRequest<_>>(sync());
    assert!(matches!(token, BufferCollectionTokenRequest::Sync { .. }));
    assert!(matches!(collection, BufferCollectionRequest::Sync { .. }));
    assert!(matches!(group, BufferCollectionTokenGroupRequest::Sync { .. }));
}

/// Test sentence 2.
#[test]
fn lifecycle_s02_the_response_to_sync_is_a_result_union() {
    let BufferCollectionRequest::Sync { responder } = request(call::<NodeSyncMethod>(())) else {
        panic!("not a Sync");
    };
    let mut encoder = Encoder::<TestHandle>::new();
    responder.encode((), &mut encoder).expect("the reply encodes");
    let body = [
        1, 0, 0, 0, 0, 0, 0, 0, // variant 1
        0, 0, 0, 0, 0, 0, 1, 0, // an empty struct, inlined
    ];
    assert_eq!(encoder.bytes()[16..], body);
    let reply =
        decode_reply::<NodeSyncMethod, TestHandle>(NodeSyncMethod::ORDINAL, &body, &mut vec![]);
    assert_eq!(reply, Ok(()));
}

#[test]
fn a_one_way_method_without_arguments_has_no_body() {
    let (bytes, handles) = one_way::<NodeReleaseMethod>(());
    assert_eq!((bytes.len(), handles.len()), (16, 0));
    let (header, body) = Header::parse(&bytes).expect("a header");
    assert_eq!((header.txid, header.flexible, body), (None, true, &[][..]));
    let request = request::<BufferCollectionTokenRequest<_>>((bytes, handles));
    assert_eq!(request, BufferCollectionTokenRequest::Release);
}

/// Test sentence 8, names of nodes; the allocator's request is the same.
#[test]
fn lifecycle_s08_names_have_a_bound() {
    let set_name = |bytes: usize| {
        let name = Some("x".repeat(64));
        let (mut packet, handles) =
            one_way::<NodeSetNameMethod>(NodeSetNameRequest { priority: Some(1), name });
        // The encoder refuses longer ones, so the count in the message is changed afterwards.
        assert_eq!(packet.len(), 16 + 16 + 16 + 16 + 64);
        packet[16 + 16 + 16] = u8::try_from(bytes).expect("a small number");
        packet[16 + 16 + 8] = if bytes > 64 { 88 } else { 80 };
        packet.resize(packet.len() + if bytes > 64 { 8 } else { 0 }, 0);
        (packet, handles)
    };
    assert!(receive::<BufferCollectionRequest<_>>(set_name(64)).is_ok());
    let fault = decode_fault::<BufferCollectionRequest<_>>(set_name(65));
    assert_eq!(fault, DecodeError::StringTooLong);
}

/// Test sentence 9.
#[test]
fn lifecycle_s09_masks_have_a_bound() {
    let masks = |count| BufferCollectionTokenDuplicateSyncRequest {
        rights_attenuation_masks: Some(vec![u32::MAX; count]),
    };
    let packet = |count| call::<BufferCollectionTokenDuplicateSyncMethod>(masks(count));
    for count in [0, 64] {
        let received = request::<BufferCollectionTokenRequest<_>>(packet(count));
        let BufferCollectionTokenRequest::DuplicateSync { payload, .. } = received else {
            panic!("not a DuplicateSync");
        };
        assert_eq!(payload, masks(count));
    }
    let mut encoder = Encoder::<TestHandle>::new();
    let txid = Txid::new(1).expect("not 0");
    let error =
        encode_call::<BufferCollectionTokenDuplicateSyncMethod, _>(txid, masks(65), &mut encoder);
    assert_eq!(error, Err(fidl::EncodeError::CountExceedsLimit { count: 65, bound: 64 }));
}

#[test]
fn handles_travel_in_the_order_of_ordinals() {
    let payload = AllocatorBindSharedCollectionRequest {
        token: Some(fidl::ClientEnd::new(TestHandle(1))),
        buffer_collection_request: Some(ServerEnd::new(TestHandle(2))),
    };
    let (bytes, handles) = one_way::<AllocatorBindSharedCollectionMethod>(payload);
    assert_eq!(handles, [TestHandle(1), TestHandle(2)]);
    let AllocatorRequest::BindSharedCollection { payload } = request((bytes, handles)) else {
        panic!("not a BindSharedCollection");
    };
    assert_eq!(payload.token.map(fidl::ClientEnd::into_handle), Some(TestHandle(1)));
    let collection = payload.buffer_collection_request.map(ServerEnd::into_handle);
    assert_eq!(collection, Some(TestHandle(2)));
}

#[test]
fn a_handle_of_the_wrong_type_does_not_decode() {
    let payload = NodeAttachNodeTrackingRequest { server_end: Some(TestHandle(13)) };
    let packet = one_way::<NodeAttachNodeTrackingMethod>(payload);
    let fault = decode_fault::<BufferCollectionTokenRequest<_>>(packet);
    assert_eq!(fault, DecodeError::IncorrectHandleType);
}

/// `sysmem2-protocols.md` 1.1: any bit pattern of rights decodes.
#[test]
fn rights_decode_whatever_they_are() {
    for mask in [0, 0x8000_0000, u32::MAX, 0x1234_5678] {
        let payload = BufferCollectionTokenDuplicateRequest {
            rights_attenuation_mask: Some(mask),
            token_request: Some(ServerEnd::new(TestHandle(1))),
        };
        let packet = one_way::<BufferCollectionTokenDuplicateMethod>(payload);
        let BufferCollectionTokenRequest::Duplicate { payload } = request(packet) else {
            panic!("not a Duplicate");
        };
        assert_eq!(payload.rights_attenuation_mask, Some(mask));
    }
}

/// `sysmem2-protocols.md` 1.3: flexible methods that nobody knows pass, strict ones do not.
#[test]
fn unknown_methods_pass_if_they_are_flexible() {
    let header = |flexible| Header {
        txid: Txid::new(3),
        flexible,
        ordinal: fidl::message::Ordinal::Method(0x1234),
    };
    let packet_of = |flexible| {
        let mut encoder = Encoder::new();
        encode_packet::<fidl::wire::NoBody, _>(header(flexible), (), &mut encoder)
            .expect("the header encodes");
        packet(encoder)
    };
    let received = receive::<AllocatorRequest<_>>(packet_of(true));
    assert_eq!(received, Ok(Received::Unknown { ordinal: 0x1234, txid: Txid::new(3) }));
    let refused = receive::<AllocatorRequest<_>>(packet_of(false));
    assert!(matches!(refused, Err(ReceiveError::UnknownMethod { ordinal: 0x1234, .. })));
}

#[test]
fn values_of_errors_that_nobody_knows_arrive() {
    let packet = call::<BufferCollectionCheckAllBuffersAllocatedMethod>(());
    let BufferCollectionRequest::CheckAllBuffersAllocated { responder } = request(packet) else {
        panic!("not a CheckAllBuffersAllocated");
    };
    let error = Error::from_primitive(0xffff_ffe7);
    let mut encoder = Encoder::<TestHandle>::new();
    responder.encode(Err(error), &mut encoder).expect("the reply encodes");
    let (_, body) = Header::parse(encoder.bytes()).expect("a header");
    type Check = BufferCollectionCheckAllBuffersAllocatedMethod;
    let reply = decode_reply::<Check, TestHandle>(Check::ORDINAL, body, &mut vec![]);
    assert_eq!(reply, Ok(Err(error)));
    assert!(error.is_unknown());
}

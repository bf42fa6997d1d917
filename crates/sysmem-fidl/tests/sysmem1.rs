//! Packets of `fuchsia.sysmem`: sizes, and what receivers do not look at.

use fidl::{
    DecodeError, Encoder, HandleFault, Method, ObjectType, ReceiveError, Received, RequestError,
    RequestSet, Rights, Txid, encode_call, encode_event, receive_request,
};
use sysmem_fidl::fuchsia_sysmem::*;

/// A handle that is told apart by its number.
#[derive(Debug, PartialEq)]
struct TestHandle(u32);

impl fidl::Handle for TestHandle {
    fn receive(self, _: ObjectType, _: Rights) -> Result<Self, HandleFault> {
        Ok(self)
    }
}

fn one_way<M: fidl::OneWay<TestHandle>>(request: fidl::RequestValue<M, TestHandle>) -> Vec<u8> {
    let mut encoder = Encoder::new();
    encode_event::<M, TestHandle>(request, &mut encoder).expect("the request encodes");
    encoder.bytes().to_vec()
}

fn receive<R: RequestSet<TestHandle>>(bytes: &[u8]) -> Result<R, ReceiveError> {
    match receive_request(bytes, &mut Vec::new())? {
        Received::Request(request) => Ok(request),
        Received::Unknown { ordinal, .. } => panic!("unknown ordinal {ordinal:#x}"),
    }
}

fn constraints(packet: &[u8]) -> Result<Box<BufferCollectionSetConstraintsRequest>, ReceiveError> {
    match receive::<BufferCollectionRequest<TestHandle>>(packet)? {
        BufferCollectionRequest::SetConstraints { payload } => Ok(Box::new(payload)),
        other => panic!("{}", other.method_name()),
    }
}

/// A request with something in every part that a flag or a count can hide.
fn full_constraints() -> BufferCollectionConstraints {
    let mut constraints = BufferCollectionConstraints {
        min_buffer_count_for_camping: 3,
        has_buffer_memory_constraints: true,
        image_format_constraints_count: 2,
        ..Default::default()
    };
    constraints.usage.cpu = CPU_USAGE_READ;
    constraints.buffer_memory_constraints.cpu_domain_supported = true;
    constraints.buffer_memory_constraints.heap_permitted_count = 1;
    for format in &mut constraints.image_format_constraints[..2] {
        format.pixel_format.r#type = PixelFormatType::NV12;
        format.pixel_format.has_format_modifier = true;
        format.pixel_format.format_modifier.value = FORMAT_MODIFIER_LINEAR;
        format.color_spaces_count = 1;
        format.color_space[0].r#type = ColorSpaceType::REC709;
    }
    constraints
}

fn set_constraints(has_constraints: bool, constraints: BufferCollectionConstraints) -> Vec<u8> {
    one_way::<BufferCollectionSetConstraintsMethod>(BufferCollectionSetConstraintsRequest {
        has_constraints,
        constraints,
    })
}

/// Bytes of a packet where the constraints begin.
const BODY: usize = 24;

/// Size and alignment of a type on the wire.
const fn shape<C: fidl::Codec<TestHandle>>() -> (usize, usize) {
    (C::SIZE, C::ALIGN)
}

/// Sections 2.1 to 2.6, level 3; a wrong one does not compile. Offsets are in the tests of `fidlc`.
const _: () = {
    const fn check(shape: (usize, usize), size: usize, align: usize) {
        assert!(shape.0 == size && shape.1 == align);
    }
    check(shape::<BufferUsage>(), 20, 4);
    check(shape::<FormatModifier>(), 8, 8);
    check(shape::<PixelFormat>(), 16, 8);
    check(shape::<ColorSpace>(), 4, 4);
    check(shape::<ImageFormatConstraints>(), 232, 8);
    check(shape::<BufferMemoryConstraints>(), 280, 8);
    check(shape::<BufferMemorySettings>(), 24, 8);
    check(shape::<BufferCollectionConstraints>(), 7760, 8);
    check(shape::<BufferCollectionConstraintsAuxBuffers>(), 2, 1);
    check(shape::<VmoBuffer<TestHandle>>(), 16, 8);
    check(shape::<SingleBufferSettings>(), 264, 8);
    check(shape::<SingleBufferInfo<TestHandle>>(), 280, 8);
    check(shape::<BufferCollectionInfo2<TestHandle>>(), 1296, 8);
    check(shape::<ImageFormat2>(), 56, 8);
    check(shape::<PhysicalSecureHeap>(), 24, 8);
    check(shape::<PhysicalSecureHeaps>(), 776, 8);
    check(shape::<ImagePlane>(), 8, 4);
    check(shape::<ImageFormat>(), 72, 8);
    check(shape::<BufferFormat>(), 80, 8);
    check(shape::<ImageSpec>(), 40, 8);
    check(shape::<BufferCollectionInfo<TestHandle>>(), 352, 8);
};

#[test]
fn sysmem1_r25_encoded_sizes_of_large_messages() {
    assert_eq!(set_constraints(true, full_constraints()).len(), 7784);
    let event = BufferCollectionEventsOnBuffersAllocatedRequest::<TestHandle>::default();
    let packet = one_way::<BufferCollectionEventsOnBuffersAllocatedMethod>(event);
    assert_eq!(packet.len(), 1320);
    let event = BufferCollectionEventsOnAllocateSingleBufferDoneRequest::<TestHandle>::default();
    let packet = one_way::<BufferCollectionEventsOnAllocateSingleBufferDoneMethod>(event);
    assert_eq!(packet.len(), 304);
}

#[test]
fn sysmem1_structs_survive_the_wire() {
    let sent = full_constraints();
    let received = constraints(&set_constraints(true, sent.clone())).expect("it decodes");
    assert!(received.has_constraints);
    assert_eq!(received.constraints, sent);
}

/// Fills a part of a packet with a byte that is no `bool`.
fn spoil(packet: &mut [u8], at: std::ops::Range<usize>) {
    packet[at].fill(0xa5);
}

#[test]
fn sysmem1_r26_what_a_flag_denies_is_not_looked_at() {
    let mut without = full_constraints();
    without.has_buffer_memory_constraints = false;
    without.buffer_memory_constraints = BufferMemoryConstraints::default();
    without.image_format_constraints[0].pixel_format.has_format_modifier = false;
    let expected = without.clone();
    let mut packet = set_constraints(true, without);
    spoil(&mut packet, BODY + 48..BODY + 328);
    spoil(&mut packet, BODY + 336 + 8..BODY + 336 + 16);
    assert_eq!(constraints(&packet).expect("it decodes").constraints, expected);

    let mut packet = set_constraints(false, BufferCollectionConstraints::default());
    spoil(&mut packet, BODY..BODY + 7760);
    let received = constraints(&packet).expect("it decodes");
    assert_eq!(received.constraints, BufferCollectionConstraints::default());
}

/// The one flag for two members, in the one struct that no message has.
#[test]
fn sysmem1_r26_an_aspect_ratio_that_is_denied_is_not_looked_at() {
    let body = |has_ratio: u8| {
        let mut body = [0; 56];
        body[44] = has_ratio;
        body[48..].fill(0xa5);
        body
    };
    let decode = |body: &[u8]| fidl::decode_body::<ImageFormat2, TestHandle>(body, &mut Vec::new());
    assert_eq!(decode(&body(0)), Ok(ImageFormat2::default()));
    let with = decode(&body(1)).expect("it decodes");
    assert_eq!(with.pixel_aspect_ratio_width, 0xa5a5_a5a5);
}

#[test]
fn sysmem1_elements_behind_the_count_are_not_looked_at() {
    let sent = full_constraints();
    let mut packet = set_constraints(true, sent.clone());
    spoil(&mut packet, BODY + 336 + 2 * 232..BODY + 7760);
    // Heaps, and color spaces of the first format.
    spoil(&mut packet, BODY + 48 + 24 + 8..BODY + 328);
    spoil(&mut packet, BODY + 336 + 20 + 4..BODY + 336 + 148);
    assert_eq!(constraints(&packet).expect("it decodes").constraints, sent);
}

#[test]
fn sysmem1_s36_counts_beyond_the_array_are_for_the_server_to_refuse() {
    let mut sent = full_constraints();
    sent.image_format_constraints_count = 33;
    let received = constraints(&set_constraints(true, sent)).expect("it decodes");
    assert_eq!(received.constraints.image_format_constraints_count, 33);
}

#[test]
fn sysmem1_s52_padding_is_not_looked_at() {
    let sent = full_constraints();
    let mut packet = set_constraints(true, sent.clone());
    for padding in [17..BODY, BODY + 41..BODY + 48, BODY + 61..BODY + 64, BODY + 332..BODY + 336] {
        spoil(&mut packet, padding);
    }
    assert_eq!(constraints(&packet).expect("it decodes").constraints, sent);

    let aux = BufferCollectionSetConstraintsAuxBuffersRequest::default();
    let mut packet = one_way::<BufferCollectionSetConstraintsAuxBuffersMethod>(aux);
    spoil(&mut packet, 18..24);
    assert!(receive::<BufferCollectionRequest<TestHandle>>(&packet).is_ok());
}

#[test]
fn sysmem1_s53_bools_above_one_are_malformed() {
    for at in [16, BODY + 40, BODY + 48 + 8, BODY + 336 + 4] {
        let mut packet = set_constraints(true, full_constraints());
        packet[at] = 2;
        let fault = ReceiveError::Request(RequestError::Decode(DecodeError::InvalidBoolean));
        assert_eq!(constraints(&packet), Err(fault), "byte {at}");
    }
}

#[test]
fn sysmem1_s32_a_two_way_request_needs_a_transaction_id() {
    let mut encoder = Encoder::<TestHandle>::new();
    let txid = Txid::new(7).expect("not 0");
    encode_call::<BufferCollectionSyncMethod, _>(txid, (), &mut encoder).expect("it encodes");
    let mut packet = encoder.bytes().to_vec();
    assert!(receive::<BufferCollectionRequest<TestHandle>>(&packet).is_ok());
    packet[0] = 0;
    let result = receive::<BufferCollectionRequest<TestHandle>>(&packet);
    assert_eq!(result, Err(ReceiveError::Request(RequestError::MissingTxid)));
}

#[test]
fn sysmem1_s33_a_one_way_request_may_have_a_transaction_id() {
    let mut packet = one_way::<BufferCollectionCloseMethod>(());
    packet[0] = 9;
    let request = receive::<BufferCollectionRequest<TestHandle>>(&packet).expect("it decodes");
    assert_eq!(request, BufferCollectionRequest::Close);
}

#[test]
fn sysmem1_methods_are_strict() {
    const { assert!(!BufferCollectionSyncMethod::FLEXIBLE) };
    assert_eq!(one_way::<BufferCollectionCloseMethod>(())[6], 0);
}

/// The founding texts say to look at these files; what is used everywhere is made of the second.
#[test]
fn sysmem1_r27_the_files_that_the_seeds_name_exist() {
    let library =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fidl/fuchsia.sysmem");
    let text = |file| std::fs::read_to_string(library.join(file)).expect(file);
    assert!(text("allocator_2.fidl").contains("protocol Allocator2 {"));
    let allocator = text("allocator.fidl");
    assert!(allocator.contains("protocol Allocator {"));
    assert!(allocator.contains("AllocateSharedCollection("));
    // From `fuchsia.sysmem/Allocator.AllocateSharedCollection` (`sysmem1.md` 1.1).
    let ordinal = <AllocatorAllocateSharedCollectionMethod as Method>::ORDINAL;
    assert_eq!(ordinal, 0x7a75_7a57_bfda_0f71);
}

//! C at one end, the Rust bindings at the other: every message of `fuchsia.sysmem`, in both
//! directions.

mod support;

use std::mem;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use fidl::message::encode_packet;
use fidl::response::Response;
use fidl::{
    Encoder, Header, OneWay, Received, RequestSet, RequestValue, Responder, TwoWay,
    TwoWayRequestValue, Txid, encode_call, encode_event, receive_request,
};
use sysmem_fidl::Handle;
use sysmem_fidl::fuchsia_sysmem::*;
use zx::{Access, Channel, Interest, Mapping, MessageBuffer, Vmo};

/// Longer than anything here takes, valgrind included.
const LONG: Duration = Duration::from_secs(60);

/// A program of `programs/peer.c`, and the other end of its channel.
struct Peer {
    child: Child,
    channel: Channel,
    buffer: MessageBuffer,
}

impl Peer {
    fn start(role: &str) -> Self {
        static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
        let program = PROGRAM.get_or_init(|| support::program("peer"));
        let (channel, theirs) = Channel::pair().expect("a channel");
        let mut command = support::command(program);
        command.arg(role).stdin(Stdio::from(std::os::fd::OwnedFd::from(theirs)));
        let child = command.spawn().expect("it runs");
        // The command holds the other end as long as it lives.
        drop(command);
        Self { child, channel, buffer: MessageBuffer::new() }
    }

    /// The next packet: its bytes and handles.
    fn receive(&mut self) -> (Vec<u8>, Vec<Handle>) {
        let readable = self.channel.wait(Interest::Readable, Some(LONG)).expect("it can be waited");
        assert!(readable, "the peer says nothing");
        let message = self.channel.recv(&mut self.buffer).expect("a message");
        let handles = mem::take(message.handles).into_iter().map(Handle::from).collect();
        (message.bytes.to_vec(), handles)
    }

    /// The next request, of a protocol.
    fn request<R: RequestSet<Handle>>(&mut self) -> R {
        let (bytes, mut handles) = self.receive();
        match receive_request(&bytes, &mut handles) {
            Ok(Received::Request(request)) => request,
            Ok(Received::Unknown { ordinal, .. }) => panic!("unknown ordinal {ordinal:#x}"),
            Err(error) => panic!("{error:?}"),
        }
    }

    fn reply<M: TwoWay<Handle>>(
        &self,
        responder: Responder<M>,
        value: <M::Response as Response<Handle>>::Value,
    ) {
        let mut encoder = Encoder::new();
        responder.encode(value, &mut encoder).expect("the reply encodes");
        self.send(encoder);
    }

    fn one_way<M: OneWay<Handle>>(&self, request: RequestValue<M, Handle>) {
        let mut encoder = Encoder::new();
        encode_event::<M, Handle>(request, &mut encoder).expect("the request encodes");
        self.send(encoder);
    }

    fn call<M: TwoWay<Handle>>(&self, txid: u32, request: TwoWayRequestValue<M, Handle>) {
        let mut encoder = Encoder::new();
        let txid = Txid::new(txid).expect("not 0");
        encode_call::<M, Handle>(txid, request, &mut encoder).expect("the request encodes");
        self.send(encoder);
    }

    fn send(&self, mut encoder: Encoder<Handle>) {
        let mut handles: Vec<zx::Handle> =
            encoder.take_handles().map(|disposition| disposition.handle.into()).collect();
        self.channel.send_owned(encoder.bytes(), &mut handles).expect("it is sent");
    }

    /// Closes the channel; the program has to be content.
    fn finish(mut self) {
        drop(self.channel);
        let status = self.child.wait().expect("it ends");
        assert!(status.success(), "the program: {status}");
    }
}

/// A VMO of one page whose first byte is this.
fn vmo(first: u8) -> Handle {
    let vmo = Vmo::create("test", 4096).expect("a VMO");
    let handle = vmo.reopen(Access::ReadWrite).expect("a handle");
    let mapping = Mapping::new(&handle, 4096, Access::ReadWrite).expect("a mapping");
    mapping.store_u8(0, first).expect("in range");
    handle.into()
}

/// What `nv12` in the program makes.
fn nv12() -> ImageFormatConstraints {
    let mut format = ImageFormatConstraints {
        color_spaces_count: 2,
        min_coded_width: 1,
        max_coded_width: 2,
        min_coded_height: 3,
        max_coded_height: 4,
        min_bytes_per_row: 5,
        max_bytes_per_row: 6,
        max_coded_width_times_coded_height: 7,
        layers: 8,
        coded_width_divisor: 9,
        coded_height_divisor: 10,
        bytes_per_row_divisor: 11,
        start_offset_divisor: 12,
        display_width_divisor: 13,
        display_height_divisor: 14,
        required_min_coded_width: 15,
        required_max_coded_width: 16,
        required_min_coded_height: 17,
        required_max_coded_height: 18,
        required_min_bytes_per_row: 19,
        required_max_bytes_per_row: 20,
        ..Default::default()
    };
    format.pixel_format.r#type = PixelFormatType::NV12;
    format.pixel_format.has_format_modifier = true;
    format.pixel_format.format_modifier.value = FORMAT_MODIFIER_INTEL_I915_X_TILED;
    format.color_space[0].r#type = ColorSpaceType::REC709;
    format.color_space[1].r#type = ColorSpaceType::REC2100;
    format
}

/// What `constraints` in the program makes.
fn constraints() -> BufferCollectionConstraints {
    let mut constraints = BufferCollectionConstraints {
        usage: BufferUsage {
            none: 0,
            cpu: CPU_USAGE_READ,
            vulkan: VULKAN_USAGE_SAMPLED,
            display: DISPLAY_USAGE_CURSOR,
            video: VIDEO_USAGE_CAPTURE,
        },
        min_buffer_count_for_camping: 1,
        min_buffer_count_for_dedicated_slack: 2,
        min_buffer_count_for_shared_slack: 3,
        min_buffer_count: 4,
        max_buffer_count: 5,
        has_buffer_memory_constraints: true,
        image_format_constraints_count: 1,
        ..Default::default()
    };
    let memory = &mut constraints.buffer_memory_constraints;
    memory.min_size_bytes = 6;
    memory.max_size_bytes = 7;
    memory.secure_required = true;
    memory.cpu_domain_supported = true;
    memory.heap_permitted_count = 2;
    memory.heap_permitted[1] = HeapType::AMLOGIC_SECURE;
    constraints.image_format_constraints[0] = nv12();
    constraints
}

/// What `check_info` in the program expects.
fn info() -> BufferCollectionInfo2<Handle> {
    let mut info = BufferCollectionInfo2 { buffer_count: 2, ..Default::default() };
    let settings = &mut info.settings;
    settings.buffer_settings.size_bytes = 4096;
    settings.buffer_settings.is_physically_contiguous = true;
    settings.buffer_settings.coherency_domain = CoherencyDomain::RAM;
    settings.buffer_settings.heap = HeapType::FRAMEBUFFER;
    settings.has_image_format_constraints = true;
    settings.image_format_constraints = nv12();
    info.buffers[0].vmo = Some(vmo(b'x'));
    info.buffers[1].vmo = Some(vmo(b'y'));
    info.buffers[1].vmo_usable_start = 16;
    info
}

fn serve_allocator(peer: &mut Peer) {
    use AllocatorRequest as R;
    let R::AllocateNonSharedCollection { .. } = peer.request() else { panic!() };
    let R::AllocateSharedCollection { .. } = peer.request() else { panic!() };
    let R::BindSharedCollection { .. } = peer.request() else { panic!() };
    let R::ValidateBufferCollectionToken { payload, responder } = peer.request() else { panic!() };
    assert_eq!(payload.token_server_koid, 77);
    let reply = AllocatorValidateBufferCollectionTokenResponse { is_known: true };
    peer.reply(responder, reply);
    let R::SetDebugClientInfo { payload } = peer.request() else { panic!() };
    assert_eq!((payload.name.as_str(), payload.id), ("a C program", 42));
}

fn serve_token(peer: &mut Peer) {
    use BufferCollectionTokenRequest as R;
    let R::Duplicate { payload } = peer.request() else { panic!() };
    assert_eq!(payload.rights_attenuation_mask, 0xffff_fff7);
    let R::Sync { responder } = peer.request() else { panic!() };
    peer.reply(responder, ());
    let R::SetName { payload } = peer.request() else { panic!() };
    assert_eq!((payload.priority, payload.name.as_str()), (5, "büffer"));
    let R::SetDebugClientInfo { payload } = peer.request() else { panic!() };
    assert_eq!((payload.name.as_str(), payload.id), ("", 1));
    let R::SetDebugTimeoutLogDeadline { payload } = peer.request() else { panic!() };
    assert_eq!(payload.deadline, i64::MAX);
    let R::Close = peer.request() else { panic!() };
}

fn serve_collection(peer: &mut Peer) {
    use BufferCollectionRequest as R;
    let R::SetEventSink { .. } = peer.request() else { panic!() };
    let R::Sync { responder } = peer.request() else { panic!() };
    peer.reply(responder, ());
    let R::SetConstraintsAuxBuffers { payload } = peer.request() else { panic!() };
    assert!(!payload.constraints.need_clear_aux_buffers_for_secure);
    assert!(payload.constraints.allow_clear_aux_buffers_for_secure);
    let R::SetConstraints { payload } = peer.request() else { panic!() };
    assert!(payload.has_constraints);
    assert_eq!(payload.constraints, constraints());
    let R::SetConstraints { payload } = peer.request() else { panic!() };
    assert_eq!(payload, BufferCollectionSetConstraintsRequest::default());
    serve_waits(peer);
    serve_single_buffers(peer);
    let R::GetAuxBuffers { responder } = peer.request() else { panic!() };
    peer.reply(
        responder,
        BufferCollectionGetAuxBuffersResponse { status: -20, ..Default::default() },
    );
    let R::SetName { payload } = peer.request() else { panic!() };
    assert_eq!((payload.priority, payload.name.as_str()), (1, "name"));
    let R::SetDebugClientInfo { payload } = peer.request() else { panic!() };
    assert_eq!((payload.name.as_str(), payload.id), ("client", 2));
    let R::Close = peer.request() else { panic!() };
}

fn serve_waits(peer: &mut Peer) {
    use BufferCollectionRequest as R;
    let R::WaitForBuffersAllocated { responder } = peer.request() else { panic!() };
    let buffer_collection_info = info();
    peer.reply(
        responder,
        BufferCollectionWaitForBuffersAllocatedResponse { status: 0, buffer_collection_info },
    );
    let R::WaitForBuffersAllocated { responder } = peer.request() else { panic!() };
    assert_eq!(responder.txid().get(), 5);
    peer.reply(
        responder,
        BufferCollectionWaitForBuffersAllocatedResponse { status: -2, ..Default::default() },
    );
    let R::CheckBuffersAllocated { responder } = peer.request() else { panic!() };
    peer.reply(responder, BufferCollectionCheckBuffersAllocatedResponse { status: -28 });
}

fn serve_single_buffers(peer: &mut Peer) {
    use BufferCollectionRequest as R;
    let R::CloseSingleBuffer { payload } = peer.request() else { panic!() };
    assert_eq!(payload.buffer_index, 3);
    let R::AllocateSingleBuffer { payload } = peer.request() else { panic!() };
    assert_eq!(payload.buffer_index, 4);
    let R::WaitForSingleBufferAllocated { payload, responder } = peer.request() else { panic!() };
    assert_eq!(payload.buffer_index, 5);
    let mut reply = BufferCollectionWaitForSingleBufferAllocatedResponse::default();
    reply.buffer_info.buffer.vmo = Some(vmo(b'z'));
    peer.reply(responder, reply);
    let R::CheckSingleBufferAllocated { payload } = peer.request() else { panic!() };
    assert_eq!(payload.buffer_index, u64::MAX);
}

fn serve_driver_and_heap(peer: &mut Peer) {
    let DriverConnectorRequest::Connect { .. } = peer.request();
    let HeapRequest::AllocateVmo { payload, responder } = peer.request() else { panic!() };
    assert_eq!(payload.size, 4096);
    peer.reply(responder, HeapAllocateVmoResponse { s: 0, vmo: Some(vmo(b'h')) });
    let HeapRequest::CreateResource { responder, .. } = peer.request() else { panic!() };
    peer.reply(responder, HeapCreateResourceResponse { s: 0, id: 99 });
    let HeapRequest::DestroyResource { payload, responder } = peer.request() else { panic!() };
    assert_eq!(payload.id, 99);
    peer.reply(responder, ());
    let HeapRequest::AllocateVmo { responder, .. } = peer.request() else { panic!() };
    peer.reply(responder, HeapAllocateVmoResponse { s: -4, vmo: None });
}

#[test]
fn sysmem1_r21_a_c_client_calls_every_method_of_a_rust_server() {
    let mut peer = Peer::start("client");
    serve_allocator(&mut peer);
    serve_token(&mut peer);
    serve_collection(&mut peer);
    serve_driver_and_heap(&mut peer);
    peer.finish();
}

#[test]
fn sysmem1_r23_a_c_program_serves_events() {
    let peer = Peer::start("events");
    peer.one_way::<BufferCollectionEventsOnDuplicatedTokensKnownByServerMethod>(());
    peer.one_way::<BufferCollectionEventsOnBuffersAllocatedMethod>(
        BufferCollectionEventsOnBuffersAllocatedRequest {
            status: 0,
            buffer_collection_info: info(),
        },
    );
    peer.one_way::<BufferCollectionEventsOnAllocateSingleBufferDoneMethod>(
        BufferCollectionEventsOnAllocateSingleBufferDoneRequest {
            status: -25,
            ..Default::default()
        },
    );
    peer.finish();
}

#[test]
fn sysmem1_r19_a_c_program_serves_calls() {
    let mut peer = Peer::start("allocator");
    peer.one_way::<AllocatorSetDebugClientInfoMethod>(AllocatorSetDebugClientInfoRequest {
        name: "Rust".to_owned(),
        id: 3,
    });
    for (txid, token_server_koid) in [(1, 6), (0x7fff_ffff, 7)] {
        let request = AllocatorValidateBufferCollectionTokenRequest { token_server_koid };
        peer.call::<AllocatorValidateBufferCollectionTokenMethod>(txid, request);
        let (bytes, _) = peer.receive();
        let mut expected = Encoder::<Handle>::new();
        let header = Header { txid: Txid::new(txid), flexible: false, ..header() };
        let reply =
            AllocatorValidateBufferCollectionTokenResponse { is_known: token_server_koid == 7 };
        encode_packet::<AllocatorValidateBufferCollectionTokenResponse, Handle>(
            header,
            reply,
            &mut expected,
        )
        .expect("it encodes");
        assert_eq!(bytes, expected.bytes());
    }
    peer.finish();
}

/// The header of messages of `Allocator.ValidateBufferCollectionToken`.
fn header() -> Header {
    let ordinal = <AllocatorValidateBufferCollectionTokenMethod as fidl::Method>::ORDINAL;
    Header { txid: None, flexible: false, ordinal: fidl::message::Ordinal::Method(ordinal) }
}

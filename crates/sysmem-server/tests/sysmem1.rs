//! The first version of the protocol over real sockets: requirements (`sysmem1_r..`) and edge cases
//! (`sysmem1_c..`) of `sysmem1.md` sections 7 and 8 that descriptors and timing have a part in.

mod common;

use std::collections::BTreeSet;
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

use common::{End, PATIENCE, Wire, server};
use fidl::{ClientEnd, Received, ServerEnd};
use sysmem_fidl::Handle;
use sysmem_fidl::fuchsia_sysmem::*;
use sysmem_server::{Discoverable, EmbeddedServer};
use zx::{Channel, Interest, Mapping, MessageBuffer};

type Allocator = AllocatorProxy<Wire>;
type Token = BufferCollectionTokenProxy<Wire>;
type View = BufferCollectionProxy<Wire>;
type Info = BufferCollectionInfo2<Handle>;

const PAGE: u32 = 4096;

fn connect(server: &EmbeddedServer) -> Allocator {
    Allocator::new(Wire::new(server.connect_to(Discoverable::AllocatorV1).unwrap()))
}

fn shared_token(allocator: &Allocator) -> Token {
    let (token, token_request) = Wire::pair();
    let request = AllocatorAllocateSharedCollectionRequest { token_request };
    allocator.allocate_shared_collection(request);
    Token::new(token)
}

fn duplicate(token: &Token) -> Token {
    let (child, token_request) = Wire::pair();
    let rights_attenuation_mask = u32::MAX;
    token.duplicate(BufferCollectionTokenDuplicateRequest {
        rights_attenuation_mask,
        token_request,
    });
    Token::new(child)
}

fn bind(allocator: &Allocator, token: Token) -> View {
    bind_handle(allocator, token.into_caller().channel.into())
}

/// Turns in whatever it is.
fn bind_handle(allocator: &Allocator, token: Handle) -> View {
    let (view, buffer_collection_request) = Wire::pair();
    allocator.bind_shared_collection(AllocatorBindSharedCollectionRequest {
        token: ClientEnd::new(token),
        buffer_collection_request,
    });
    View::new(view)
}

/// `N` participants of one collection.
fn views<const N: usize>(allocator: &Allocator) -> [View; N] {
    let root = shared_token(allocator);
    let mut tokens: Vec<Token> = (1..N).map(|_| duplicate(&root)).collect();
    root.sync().unwrap();
    tokens.insert(0, root);
    let views: Vec<View> = tokens.into_iter().map(|token| bind(allocator, token)).collect();
    views.try_into().ok().unwrap()
}

fn constrain(view: &View, usage: u32, buffers: u32, bytes: u32) {
    let mut constraints = BufferCollectionConstraints {
        min_buffer_count_for_camping: buffers,
        has_buffer_memory_constraints: true,
        ..Default::default()
    };
    constraints.usage.cpu = usage;
    constraints.buffer_memory_constraints.min_size_bytes = bytes;
    constraints.buffer_memory_constraints.cpu_domain_supported = true;
    set_constraints(view, true, constraints);
}

fn set_constraints(view: &View, has_constraints: bool, constraints: BufferCollectionConstraints) {
    view.set_constraints(BufferCollectionSetConstraintsRequest { has_constraints, constraints });
}

fn wait(view: &View) -> Result<Info, i32> {
    let response = view.wait_for_buffers_allocated().unwrap();
    if response.status == 0 { Ok(response.buffer_collection_info) } else { Err(response.status) }
}

/// The memory of each buffer, as its inode.
fn inodes(info: &Info) -> Vec<u64> {
    let handles = info.buffers.iter().filter_map(|buffer| buffer.vmo.as_ref());
    handles.map(|vmo| rustix::fs::fstat(vmo).unwrap().st_ino).collect()
}

fn map(info: &Info, index: usize, access: zx::Access) -> Mapping {
    let vmo = info.buffers[index].vmo.as_ref().unwrap().as_fd().try_clone_to_owned().unwrap();
    Mapping::new(&vmo.into(), PAGE.into(), access).unwrap()
}

/// The server's end of a view's sink, which its client has.
struct EventSink(Channel);

impl EventSink {
    fn of(view: &View) -> Self {
        let (events, own) = Channel::pair().unwrap();
        let events = ClientEnd::new(events.into());
        view.set_event_sink(BufferCollectionSetEventSinkRequest { events });
        Self(own)
    }

    /// The next event, dispatched as any server dispatches requests; `None`: there are no more.
    fn next(&self) -> Option<BufferCollectionEventsRequest<Handle>> {
        let mut buffer = MessageBuffer::new();
        loop {
            assert!(self.0.wait(Interest::Readable, Some(PATIENCE)).unwrap(), "no event");
            let packet = match self.0.recv(&mut buffer) {
                Ok(packet) => packet,
                Err(zx::RecvError::WouldBlock) => continue,
                Err(zx::RecvError::PeerClosed) => return None,
                Err(error) => panic!("{error}"),
            };
            assert_eq!(packet.bytes[..4], [0; 4], "events have no transaction");
            let mut handles = packet.handles.drain(..).map(Handle::from).collect();
            match fidl::receive_request(packet.bytes, &mut handles).unwrap() {
                Received::Request(event) => return Some(event),
                Received::Unknown { ordinal, .. } => panic!("unknown event {ordinal:#x}"),
            }
        }
    }

    fn tokens_known(&self) {
        match self.next() {
            Some(BufferCollectionEventsRequest::OnDuplicatedTokensKnownByServer) => {}
            other => panic!("{other:?}"),
        }
    }

    fn buffers(&self) -> Result<Info, i32> {
        match self.next() {
            Some(BufferCollectionEventsRequest::OnBuffersAllocated { payload }) => {
                match payload.status {
                    0 => Ok(payload.buffer_collection_info),
                    status => Err(status),
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn sysmem1_r18_views_that_wait_hold_nobody_up() {
    let server = server();
    let allocator = connect(&server);
    let participants = views::<8>(&allocator);
    let waiting: Vec<_> = participants
        .iter()
        .map(|view| view.caller().start::<BufferCollectionWaitForBuffersAllocatedMethod>(()))
        .collect();
    let [bystander] = views(&allocator);
    for view in &participants {
        bystander.sync().unwrap();
        constrain(view, CPU_USAGE_READ, 1, PAGE);
    }
    let mut all = BTreeSet::new();
    for (view, txid) in participants.iter().zip(waiting) {
        let reply = view.caller().finish::<BufferCollectionWaitForBuffersAllocatedMethod>(txid);
        all.insert(inodes(&reply.unwrap().buffer_collection_info));
    }
    assert_eq!(all.len(), 1, "all have the same buffers");
    assert_eq!(all.first().map(Vec::len), Some(8));
}

#[test]
fn sysmem1_r20_r22_r23_who_never_calls_gets_from_the_allocator_to_shared_frames() {
    let server = server();
    let allocator = connect(&server);
    let root = shared_token(&allocator);
    let for_other = duplicate(&root);
    let view = bind(&allocator, root);
    let sink = EventSink::of(&view);
    constrain(&view, CPU_USAGE_WRITE, 1, PAGE);
    // From here on the token is safe to send, and nobody has called anything.
    sink.tokens_known();
    let other = std::thread::spawn(move || {
        let allocator = connect(&server);
        let view = bind(&allocator, for_other);
        let sink = EventSink::of(&view);
        constrain(&view, CPU_USAGE_READ, 1, PAGE);
        sink.tokens_known();
        let info = sink.buffers().unwrap();
        view.close();
        (info, server)
    });
    let own = sink.buffers().unwrap();
    let (others, _server) = other.join().unwrap();
    assert_eq!((own.buffer_count, others.buffer_count), (2, 2));
    assert_eq!(inodes(&own), inodes(&others));
    map(&own, 1, zx::Access::ReadWrite).write(0, b"a frame").unwrap();
    let mut frame = [0; 7];
    map(&others, 1, zx::Access::ReadOnly).read(0, &mut frame).unwrap();
    assert_eq!(&frame, b"a frame");
}

#[test]
fn sysmem1_r22_who_never_calls_learns_of_failure() {
    let server = server();
    let allocator = connect(&server);
    let [good, bad] = views(&allocator);
    let sinks = [EventSink::of(&good), EventSink::of(&bad)];
    constrain(&good, CPU_USAGE_READ, 1, PAGE);
    constrain(&bad, CPU_USAGE_READ, 65, PAGE);
    for sink in &sinks {
        sink.tokens_known();
        assert_eq!(sink.buffers().unwrap_err(), -2);
        assert!(sink.next().is_none());
    }
}

#[test]
fn sysmem1_c03_what_is_no_channel_closes_what_was_passed_and_nothing_else() {
    let server = server();
    let allocator = connect(&server);
    let strangers: [Handle; 3] = [
        Channel::pair().unwrap().0.into(),
        OwnedFd::from(UnixStream::pair().unwrap().0).into(),
        OwnedFd::from(File::open("/dev/null").unwrap()).into(),
    ];
    for stranger in strangers {
        let view = bind_handle(&allocator, stranger);
        assert_eq!(view.caller().end(), End { epitaph: None });
    }
    let [view] = views(&allocator);
    constrain(&view, CPU_USAGE_READ, 1, PAGE);
    assert!(wait(&view).is_ok(), "the Allocator goes on");
}

#[test]
fn sysmem1_c18_r24_a_sink_that_is_closed_loses_events_and_nothing_else() {
    let server = server();
    let allocator = connect(&server);
    let [view, other] = views(&allocator);
    let sink = EventSink::of(&view);
    sink.tokens_known();
    drop(sink);
    constrain(&view, CPU_USAGE_READ, 1, PAGE);
    constrain(&other, CPU_USAGE_READ, 1, PAGE);
    assert_eq!(wait(&view).unwrap().buffer_count, 2);
    assert_eq!(wait(&other).unwrap().buffer_count, 2);
    view.sync().unwrap();
}

#[test]
fn sysmem1_r24_a_sink_that_is_full_loses_events_and_nothing_else() {
    let server = server();
    let allocator = connect(&server);
    let [view] = views(&allocator);
    let (events, own) = Channel::pair().unwrap();
    // Its owner has filled it up and reads nothing.
    while events.send(&[0; 16], &[]).is_ok() {}
    view.set_event_sink(BufferCollectionSetEventSinkRequest {
        events: ClientEnd::new(events.into()),
    });
    constrain(&view, CPU_USAGE_READ, 1, PAGE);
    assert_eq!(wait(&view).unwrap().buffer_count, 1);
    view.sync().unwrap();
    drop(own);
}

#[test]
fn objects_a_client_end_in_the_queue_of_a_sink_keeps_no_channel_open() {
    let server = server();
    let allocator = connect(&server);
    let token = shared_token(&allocator);
    let given_up = duplicate(&token).into_caller().channel;
    let view = bind(&allocator, token);
    let (events, own) = Channel::pair().unwrap();
    own.send(b"x", &[given_up.as_fd()]).unwrap();
    drop(given_up);
    view.set_event_sink(BufferCollectionSetEventSinkRequest {
        events: ClientEnd::new(events.into()),
    });
    // Without a close: the failure of the collection.
    view.caller().end();
}

#[test]
fn sysmem1_r24_a_missing_sink_is_malformed() {
    let server = server();
    let allocator = connect(&server);
    let [view] = views(&allocator);
    let mut packet = vec![0; 24];
    packet[4..8].copy_from_slice(&[2, 0, 0, 1]);
    let ordinal = <BufferCollectionSetEventSinkMethod as fidl::Method>::ORDINAL;
    packet[8..16].copy_from_slice(&ordinal.to_le_bytes());
    view.caller().send_raw(&packet, &[]);
    assert_eq!(view.caller().end(), End { epitaph: Some(-10) });
}

#[test]
fn sysmem1_c19_replies_come_before_the_event() {
    let server = server();
    let allocator = connect(&server);
    let [view] = views(&allocator);
    let sink = EventSink::of(&view);
    let txid = view.caller().start::<BufferCollectionWaitForBuffersAllocatedMethod>(());
    constrain(&view, CPU_USAGE_READ, 1, PAGE);
    sink.tokens_known();
    let of_event = sink.buffers().unwrap();
    // It is there already.
    assert!(view.caller().channel.wait(Interest::Readable, Some(Default::default())).unwrap());
    let reply = view.caller().finish::<BufferCollectionWaitForBuffersAllocatedMethod>(txid);
    assert_eq!(inodes(&reply.unwrap().buffer_collection_info), inodes(&of_event));
}

#[test]
fn sysmem1_c20_c21_64_waits_get_64_handles_each() {
    let server = server();
    let allocator = connect(&server);
    let [view, other] = views(&allocator);
    let mut waiting: Vec<_> = (0..64)
        .map(|_| view.caller().start::<BufferCollectionWaitForBuffersAllocatedMethod>(()))
        .collect();
    // While 64 are unanswered, nothing more may come on this view: the constraints come first.
    let [patient] = views(&allocator);
    constrain(&other, CPU_USAGE_READ, 1, PAGE);
    view.caller().send_raw(&one_way_close(), &[]);
    assert_eq!(view.caller().end(), End { epitaph: Some(-3) });
    waiting.clear();

    constrain(&patient, CPU_USAGE_READ, 64, PAGE);
    let first = wait(&patient).unwrap();
    waiting.extend(
        (0..8).map(|_| patient.caller().start::<BufferCollectionWaitForBuffersAllocatedMethod>(())),
    );
    for txid in waiting {
        let reply = patient.caller().finish::<BufferCollectionWaitForBuffersAllocatedMethod>(txid);
        let info = reply.unwrap().buffer_collection_info;
        assert_eq!(info.buffer_count, 64);
        assert_eq!(inodes(&info), inodes(&first));
    }
}

fn one_way_close() -> Vec<u8> {
    let mut encoder = fidl::Encoder::<Handle>::new();
    fidl::encode_event::<BufferCollectionCloseMethod, _>((), &mut encoder).unwrap();
    encoder.bytes().to_vec()
}

#[test]
fn sysmem1_c23_who_wants_nothing_gets_no_descriptors() {
    let server = server();
    let allocator = connect(&server);
    let [own, other] = views(&allocator);
    constrain(&own, CPU_USAGE_WRITE, 3, PAGE);
    set_constraints(&other, false, Default::default());
    let info = wait(&other).unwrap();
    assert_eq!((info.buffer_count, info.settings.buffer_settings.size_bytes), (3, PAGE));
    assert!(inodes(&info).is_empty());
    assert_eq!(inodes(&wait(&own).unwrap()).len(), 3);
}

#[test]
fn sysmem1_c27_c34_the_status_can_be_read_though_the_channel_is_closed() {
    let server = server();
    let allocator = connect(&server);
    let [good, bad] = views(&allocator);
    let wait_method =
        |view: &View| view.caller().start::<BufferCollectionWaitForBuffersAllocatedMethod>(());
    let waiting = [wait_method(&good), wait_method(&good), wait_method(&bad)];
    constrain(&good, CPU_USAGE_READ, 1, PAGE);
    constrain(&bad, CPU_USAGE_READ, 65, PAGE);
    allocator.validate_buffer_collection_token(Default::default()).unwrap();
    for (view, txid) in [&good, &good, &bad].into_iter().zip(waiting) {
        let reply = view.caller().finish::<BufferCollectionWaitForBuffersAllocatedMethod>(txid);
        let reply = reply.unwrap();
        let info = reply.buffer_collection_info;
        assert_eq!((reply.status, info.buffer_count), (-2, 0));
        assert_eq!(info.settings, SingleBufferSettings::default());
    }
    for view in [good, bad] {
        assert_eq!(view.caller().end(), End { epitaph: Some(-2) });
    }
}

#[test]
fn sysmem1_c35_buffers_outlive_a_crash() {
    let server = server();
    let allocator = connect(&server);
    let [own, crashing] = views(&allocator);
    constrain(&own, CPU_USAGE_WRITE, 1, PAGE);
    constrain(&crashing, CPU_USAGE_READ, 0, PAGE);
    let info = wait(&own).unwrap();
    drop(crashing);
    assert_eq!(own.caller().end(), End { epitaph: Some(-1) });
    let mapping = map(&info, 0, zx::Access::ReadWrite);
    mapping.write(0, &[7]).unwrap();
    let mut byte = [0];
    mapping.read(0, &mut byte).unwrap();
    assert_eq!(byte, [7]);
}

#[test]
fn sysmem1_read_only_participants_cannot_write() {
    let server = server();
    let allocator = connect(&server);
    let [writer, reader] = views(&allocator);
    constrain(&writer, CPU_USAGE_WRITE, 1, PAGE);
    constrain(&reader, CPU_USAGE_READ, 0, PAGE);
    let (writes, reads) = (wait(&writer).unwrap(), wait(&reader).unwrap());
    let try_write =
        |info: &Info| rustix::io::pwrite(info.buffers[0].vmo.as_ref().unwrap(), &[1], 0).is_ok();
    assert!(try_write(&writes) && !try_write(&reads));
}

#[test]
fn sysmem1_a_token_is_known_by_its_koid_to_either_version() {
    let server = server();
    let allocator = connect(&server);
    let token = shared_token(&allocator);
    token.sync().unwrap();
    let koid = token.caller().channel.peer_name_koid().unwrap().get();
    let request = AllocatorValidateBufferCollectionTokenRequest { token_server_koid: koid };
    assert!(allocator.validate_buffer_collection_token(request).unwrap().is_known);
    let v2 = common::connect(&server);
    let request = sysmem_fidl::fuchsia_sysmem2::AllocatorValidateBufferCollectionTokenRequest {
        token_server_koid: Some(koid),
    };
    assert_eq!(v2.validate_buffer_collection_token(request).unwrap().is_known, Some(true));
    let other = AllocatorValidateBufferCollectionTokenRequest { token_server_koid: koid ^ 1 };
    assert!(!allocator.validate_buffer_collection_token(other).unwrap().is_known);
}

#[test]
fn sysmem1_the_service_has_a_socket_of_its_own_name() {
    let scratch = common::Scratch::new("sysmem1");
    let config = sysmem_server::ServerConfig::in_directory(&scratch.0);
    let _server = EmbeddedServer::spawn(config).unwrap();
    let connection = zx::connect(scratch.0.join("fuchsia.sysmem.Allocator")).unwrap();
    let allocator = Allocator::new(Wire::new(connection));
    let (view, collection_request): (_, ServerEnd<BufferCollectionMarker, Handle>) = Wire::pair();
    let request = AllocatorAllocateNonSharedCollectionRequest { collection_request };
    allocator.allocate_non_shared_collection(request);
    let view = View::new(view);
    constrain(&view, CPU_USAGE_READ, 1, PAGE);
    assert_eq!(wait(&view).unwrap().buffer_count, 1);
}

//! Clients and heaps that hold things up hold up nobody else.

mod common;

use std::io::{IoSlice, Write};
use std::mem::MaybeUninit;
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use common::memory::{close_weak_asap, eventpair, is_closed, the_only, wait_until_closed};
use common::*;
use fidl::Method;
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use sysmem_fidl::fuchsia_sysmem2::*;
use sysmem_heap::{BufferRequest, Heap, HeapError, HeapProperties, Pace, SystemRam};
use sysmem_server::{EmbeddedServer, HeapEntry, Server, ServerConfig};
use zx::{Channel, Interest, SendError};

#[test]
fn objects_a_client_that_never_reads_loses_its_channel() {
    let server = server();
    let allocator = connect(&server);
    let collection = sole_collection(&allocator);
    let channel = &collection.caller().channel;
    let mut sync = vec![1, 0, 0, 0, 2, 0, 0x80, 1];
    sync.extend(NodeSyncMethod::ORDINAL.to_le_bytes());
    let mut sent = 0;
    loop {
        match channel.send(&sync, &[]) {
            Ok(()) => sent += 1,
            Err(SendError::WouldBlock) => {
                assert!(channel.wait(Interest::Writable, Some(PATIENCE)).unwrap());
            }
            Err(SendError::PeerClosed) => break,
            Err(error) => panic!("{error}"),
        }
        assert!(sent < 100_000, "the server goes on answering");
    }
    assert_serves(&allocator);
}

#[test]
fn objects_a_client_that_never_stops_leaves_others_their_turns() {
    let server = server();
    let allocator = connect(&server);
    let busy = connect(&server);
    let (stop, stopped) = mpsc::channel::<()>();
    let thread = std::thread::spawn(move || {
        let token = shared_token(&busy);
        // One-way requests as fast as they go, the queue always full.
        while stopped.try_recv() == Err(mpsc::TryRecvError::Empty) {
            token.caller().channel.wait(Interest::Writable, Some(PATIENCE)).unwrap();
            token.set_verbose_logging();
        }
        token.sync().unwrap();
    });
    for _ in 0..100 {
        assert_serves(&allocator);
    }
    drop(stop);
    thread.join().unwrap();
}

/// A socket whose close waits for half an hour, since its peer does not take what was sent.
fn lingering_socket() -> (OwnedFd, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (peer, _) = listener.accept().unwrap();
    stream.set_nonblocking(true).unwrap();
    while stream.write(&[0; 65_536]).is_ok() {}
    stream.set_nonblocking(false).unwrap();
    rustix::net::sockopt::set_socket_linger(&stream, Some(Duration::from_secs(1800))).unwrap();
    (stream.into(), peer)
}

#[test]
fn objects_a_descriptor_whose_close_blocks_holds_up_nobody() {
    assert_slow_close_holds_up_nobody(&allocate_shared(), Some(-10));
}

#[test]
fn objects_a_descriptor_whose_close_blocks_in_a_refused_packet_holds_up_nobody() {
    assert_slow_close_holds_up_nobody(&[0; 65_537], Some(-10));
    assert_slow_close_holds_up_nobody(&[], None);
}

#[test]
fn objects_a_socket_with_a_slow_close_in_its_queue_is_no_channel_and_holds_up_nobody() {
    let (stream, far_end) = UnixStream::pair().unwrap();
    let (lingering, _peer) = lingering_socket();
    put_into_queue(far_end.as_fd(), b"x", lingering);
    assert_closing_holds_up_nobody(&allocate_shared(), stream.into(), Some(-10));
}

#[test]
fn objects_a_channel_with_a_slow_close_in_its_queue_holds_up_nobody() {
    let (inner, inner_far_end) = Channel::pair().unwrap();
    let (lingering, _peer) = lingering_socket();
    put_into_queue(inner_far_end.as_fd(), &[], lingering);
    let (outer, outer_far_end) = Channel::pair().unwrap();
    outer_far_end.send(b"malformed", &[]).unwrap();
    put_into_queue(outer_far_end.as_fd(), b"x", inner.into());
    // A proper request, then an improper one, so that all ends.
    assert_closing_holds_up_nobody(&allocate_shared(), outer.into(), None);
    assert_eq!(Wire::new(outer_far_end).end().epitaph, Some(-10));
}

#[test]
fn objects_nothing_gets_into_the_queue_of_an_eventpair_that_the_server_never_reads() {
    for stop_first in [false, true] {
        let server = server();
        let allocator = connect(&server);
        let (strong, weak) = strong_and_weak(&allocator, 1);
        let held = wait_for_buffers(&strong);
        let mut lent = the_only(wait_for_buffers(&weak));
        let signal = close_weak_asap(&mut lent);
        let sent = rustix::net::send(&signal, b"x", SendFlags::NOSIGNAL);
        assert_eq!(sent, Err(rustix::io::Errno::PIPE));
        assert!(!is_closed(&signal));
        if !stop_first {
            leave(strong);
            drop(held);
            wait_until_closed(&signal);
            assert_serves(&allocator);
        }
        server.stop().unwrap();
        assert!(is_closed(&signal));
    }
}

#[test]
fn objects_a_client_end_in_the_queue_of_a_tracker_keeps_no_channel_open() {
    let server = server();
    let allocator = connect(&server);
    for send_first in [false, true] {
        let token = shared_token(&allocator);
        let given_up = duplicate(&token).into_caller().channel;
        let collection = bind(&allocator, token);
        let (tracker, server_end) = eventpair();
        let attach = || {
            collection.attach_node_tracking(NodeAttachNodeTrackingRequest { server_end });
            collection.sync().unwrap();
        };
        if send_first {
            put_into_queue(tracker.as_fd(), b"x", OwnedFd::from(given_up));
            attach();
        } else {
            attach();
            send_if_possible(tracker.as_fd(), given_up.into());
        }
        // Without a release: the failure of the collection.
        collection.caller().end();
        wait_until_closed(&tracker);
    }
}

/// A request of the Allocator with one handle.
fn allocate_shared() -> Vec<u8> {
    let mut message = vec![0, 0, 0, 0, 2, 0, 0x80, 1];
    message.extend(AllocatorAllocateSharedCollectionMethod::ORDINAL.to_le_bytes());
    for word in [1, u64::MAX, 1 << 48 | 1 << 32 | 0xffff_ffff] {
        message.extend(u64::to_le_bytes(word));
    }
    message
}

/// Sends `packet` on a socket, and leaves in its queue the only descriptor of `handle` that is left.
fn put_into_queue(socket: BorrowedFd<'_>, packet: &[u8], handle: OwnedFd) {
    send_away(socket, packet, handle).unwrap();
}

/// Sends the only descriptor of `handle` that is left, unless the socket takes no more.
fn send_if_possible(socket: BorrowedFd<'_>, handle: OwnedFd) {
    let sent = send_away(socket, b"x", handle);
    assert!(matches!(sent, Ok(_) | Err(rustix::io::Errno::PIPE)), "{sent:?}");
}

fn send_away(socket: BorrowedFd<'_>, packet: &[u8], handle: OwnedFd) -> rustix::io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let handles = [handle.as_fd()];
    assert!(control.push(SendAncillaryMessage::ScmRights(&handles)));
    let iov = [IoSlice::new(packet)];
    rustix::net::sendmsg(socket, &iov, &mut control, SendFlags::NOSIGNAL)
}

/// Sends `packet` with a descriptor that takes long to close, and looks whether others are served.
fn assert_slow_close_holds_up_nobody(packet: &[u8], epitaph: Option<i32>) {
    let (socket, _peer) = lingering_socket();
    assert_closing_holds_up_nobody(packet, socket, epitaph);
}

fn assert_closing_holds_up_nobody(packet: &[u8], handle: OwnedFd, epitaph: Option<i32>) {
    // The server does not run yet, so that the descriptor in the message is the last one.
    let server = Server::bind(ServerConfig::embedded()).unwrap();
    let victim = Wire::new(server.connector().connect().unwrap());
    let allocator = AllocatorProxy::new(Wire::new(server.connector().connect().unwrap()));
    victim.send_unchecked(&[handle.as_fd()], packet);
    drop(handle);
    if epitaph.is_none() && !packet.is_empty() {
        victim.send_unchecked(&[], &[]);
    }
    let stopper = server.stopper();
    let thread = std::thread::spawn(|| server.run());
    assert_eq!(victim.end().epitaph, epitaph);
    assert_serves(&allocator);
    stopper.stop();
    thread.join().unwrap().unwrap();
}

/// A heap that makes buffers when it is told to.
struct SlowHeap {
    started: mpsc::Sender<BufferRequest>,
    go: Mutex<mpsc::Receiver<Go>>,
}

enum Go {
    Allocate,
    Panic,
}

impl Heap for SlowHeap {
    fn properties(&self) -> HeapProperties {
        HeapProperties { pace: Pace::Slow, ..SystemRam::new().properties() }
    }

    fn allocate(&self, request: &BufferRequest) -> Result<Vec<zx::Vmo>, HeapError> {
        self.started.send(request.clone()).unwrap();
        match self.go.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).recv().unwrap() {
            Go::Allocate => SystemRam::new().allocate(request),
            Go::Panic => panic!("this heap was told to"),
        }
    }
}

/// A server that has system RAM and a slow heap called `slow`.
fn server_with_slow_heap() -> (EmbeddedServer, mpsc::Receiver<BufferRequest>, mpsc::Sender<Go>) {
    let (started, starts) = mpsc::channel();
    let (go, gos) = mpsc::channel();
    let heap = Arc::new(SlowHeap { started, go: Mutex::new(gos) });
    let mut config = ServerConfig::embedded();
    config.heaps.push(HeapEntry { heap_type: "slow".to_owned(), id: 0, heap });
    (EmbeddedServer::spawn(config).unwrap(), starts, go)
}

fn collection_in_slow_heap(allocator: &Allocator, name: &str) -> Collection {
    let collection = sole_collection(allocator);
    let name = NodeSetNameRequest { priority: Some(1), name: Some(name.to_owned()) };
    collection.set_name(name);
    let heap = sysmem_fidl::fuchsia_sysmem2::Heap {
        heap_type: Some("slow".to_owned()),
        ..Default::default()
    };
    collection.set_constraints(BufferCollectionSetConstraintsRequest {
        constraints: Some(BufferCollectionConstraints {
            usage: Some(BufferUsage { cpu: Some(CPU_USAGE_READ), ..Default::default() }),
            min_buffer_count: Some(2),
            buffer_memory_constraints: Some(BufferMemoryConstraints {
                min_size_bytes: Some(8192),
                cpu_domain_supported: Some(true),
                permitted_heaps: Some(vec![heap]),
                ..Default::default()
            }),
            ..Default::default()
        }),
        ..Default::default()
    });
    collection
}

#[test]
fn design_a_slow_heap_works_while_others_are_served() {
    let (server, starts, go) = server_with_slow_heap();
    let allocator = connect(&server);
    let collection = collection_in_slow_heap(&allocator, "slow");
    let request = starts.recv_timeout(PATIENCE).unwrap();
    assert_eq!((request.count, request.size_bytes), (2, 8192));
    assert_serves(&allocator);
    assert_eq!(collection.check_all_buffers_allocated().unwrap(), Err(Error::PENDING));
    go.send(Go::Allocate).unwrap();
    assert_eq!(wait_for_buffers(&collection).len(), 2);
}

#[test]
fn design_a_heap_that_panics_fails_one_collection() {
    let (server, starts, go) = server_with_slow_heap();
    let allocator = connect(&server);
    let collection = collection_in_slow_heap(&allocator, "slow");
    starts.recv_timeout(PATIENCE).unwrap();
    type Wait = BufferCollectionWaitForAllBuffersAllocatedMethod;
    let wait = collection.caller().start::<Wait>(());
    assert_eq!(collection.check_all_buffers_allocated().unwrap(), Err(Error::PENDING));
    go.send(Go::Panic).unwrap();
    let answer = collection.caller().finish::<Wait>(wait).unwrap();
    assert_eq!(answer.err(), Some(Error::NO_MEMORY));
    let next = collection_in_slow_heap(&allocator, "slow");
    go.send(Go::Allocate).unwrap();
    assert_eq!(wait_for_buffers(&next).len(), 2);
}

#[test]
fn design_a_collection_that_dies_while_its_heap_works_leaves_no_memory_behind() {
    const NAME: &str = "abandoned";
    let (server, starts, go) = server_with_slow_heap();
    let allocator = connect(&server);
    let collection = collection_in_slow_heap(&allocator, NAME);
    starts.recv_timeout(PATIENCE).unwrap();
    collection.caller().send_raw(b"not a message", &[]);
    collection.caller().end();
    go.send(Go::Allocate).unwrap();
    // The heap answers one after the other, and the server hears them in that order.
    let next = collection_in_slow_heap(&allocator, NAME);
    go.send(Go::Allocate).unwrap();
    let buffers = wait_for_buffers(&next);
    assert!(open_buffers(NAME) >= buffers.len());
    drop((next, buffers));
    server.stop().unwrap();
    assert_eq!(open_buffers(NAME), 0);
}

/// How many descriptors of buffers with this name the process has, the server's own included.
fn open_buffers(name: &str) -> usize {
    let link = format!("/memfd:{name}:");
    let is_one = |entry: &std::fs::DirEntry| {
        std::fs::read_link(entry.path())
            .is_ok_and(|target| target.to_string_lossy().starts_with(&link))
    };
    let entries = std::fs::read_dir("/proc/self/fd").unwrap();
    entries.filter(|entry| entry.as_ref().is_ok_and(is_one)).count()
}

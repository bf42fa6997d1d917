//! Channels (`linux-objects.md`, "Channels" and "Limits of the sockets").

mod common;

use std::io::{IoSlice, pipe};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use common::{PATIENCE, receive};
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::net::{
    AddressFamily, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketFlags, SocketType,
};
use zx::{
    Channel, EventPair, Handle, Interest, MAX_MESSAGE_BYTES, MAX_MESSAGE_HANDLES, MessageBuffer,
    NotAChannel, RecvError, SendError, Vmo,
};

const NO_WAIT: Option<Duration> = Some(Duration::ZERO);

#[test]
fn objects_message_carries_bytes_and_handles_in_order() {
    let (a, b) = Channel::pair().unwrap();
    let vmos: Vec<Vmo> = (0..MAX_MESSAGE_HANDLES as u64)
        .map(|index| Vmo::create("order", index + 1).unwrap())
        .collect();
    let handles: Vec<BorrowedFd<'_>> = vmos.iter().map(AsFd::as_fd).collect();
    let bytes: Vec<u8> = (0..MAX_MESSAGE_BYTES).map(|index| index as u8).collect();
    a.send(&bytes, &handles).unwrap();

    let mut buffer = MessageBuffer::new();
    let received = b.recv(&mut buffer).unwrap();
    assert_eq!(received.bytes, bytes);
    assert_eq!(received.handles.len(), MAX_MESSAGE_HANDLES);
    for (handle, vmo) in received.handles.iter().zip(&vmos) {
        assert_eq!(handle.identity().unwrap(), vmo.identity());
    }
}

#[test]
fn objects_messages_keep_their_borders() {
    let (a, b) = Channel::pair().unwrap();
    a.send(b"one", &[]).unwrap();
    a.send(b"three", &[]).unwrap();
    let mut buffer = MessageBuffer::new();
    assert_eq!(b.recv(&mut buffer).unwrap().bytes, b"one");
    assert_eq!(b.recv(&mut buffer).unwrap().bytes, b"three");
    assert_eq!(b.recv(&mut buffer).unwrap_err(), RecvError::WouldBlock);
}

#[test]
fn objects_limits_of_a_message_are_checked_before_it_is_sent() {
    let (a, b) = Channel::pair().unwrap();
    let fds = vec![a.as_fd(); MAX_MESSAGE_HANDLES + 1];
    let too_long = vec![0; MAX_MESSAGE_BYTES + 1];
    let cases = [
        (a.send(&too_long, &[]), SendError::BadLength { bytes: 65_537 }),
        (a.send(b"", &[]), SendError::BadLength { bytes: 0 }),
        (a.send(b"x", &fds), SendError::TooManyHandles { handles: 254 }),
    ];
    for (result, expected) in cases {
        assert_eq!(result, Err(expected));
    }
    assert_eq!(b.recv(&mut MessageBuffer::new()).unwrap_err(), RecvError::WouldBlock);
}

#[test]
fn objects_truncated_packet_is_refused_and_closes_every_descriptor() {
    assert_refused(&vec![1; MAX_MESSAGE_BYTES + 1], RecvError::Truncated);
}

#[test]
fn objects_zero_byte_packet_is_the_end_and_closes_every_descriptor() {
    assert_refused(b"", RecvError::PeerClosed);
}

/// Sends a packet past [`Channel::send`], with two descriptors in it.
fn assert_refused(bytes: &[u8], expected: RecvError) {
    let (a, b) = Channel::pair().unwrap();
    let (kept, sent) = EventPair::pair().unwrap();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let fds = [sent.as_fd(), sent.as_fd()];
    assert!(control.push(SendAncillaryMessage::ScmRights(&fds)));
    rustix::net::sendmsg(&a, &[IoSlice::new(bytes)], &mut control, SendFlags::empty()).unwrap();
    drop(sent);

    assert!(!kept.is_peer_closed().unwrap(), "in flight is not closed");
    let mut buffer = MessageBuffer::new();
    assert_eq!(b.recv(&mut buffer).unwrap_err(), expected);
    assert!(kept.is_peer_closed().unwrap(), "a descriptor of a refused packet is open");
}

#[test]
fn objects_handles_left_in_a_buffer_are_closed_by_the_next_message() {
    let (a, b) = Channel::pair().unwrap();
    let (kept, sent) = EventPair::pair().unwrap();
    a.send_owned(b"handle", &mut vec![sent.into()]).unwrap();
    a.send(b"none", &[]).unwrap();
    let mut buffer = MessageBuffer::new();
    assert_eq!(b.recv(&mut buffer).unwrap().handles.len(), 1);
    assert!(!kept.is_peer_closed().unwrap());
    assert_eq!(b.recv(&mut buffer).unwrap().handles.len(), 0);
    assert!(kept.is_peer_closed().unwrap());
}

#[test]
fn objects_received_descriptors_are_close_on_exec() {
    let (a, b) = Channel::pair().unwrap();
    let (reader, _writer) = pipe().unwrap();
    rustix::io::fcntl_setfd(&reader, rustix::io::FdFlags::empty()).unwrap();
    a.send(b"x", &[reader.as_fd()]).unwrap();
    let (_, handles) = receive(&b);
    let flags = rustix::io::fcntl_getfd(&handles[0]).unwrap();
    assert!(flags.contains(rustix::io::FdFlags::CLOEXEC));
}

#[test]
fn objects_sender_closes_its_own_copy_whatever_the_outcome() {
    let (a, b) = Channel::pair().unwrap();
    let (kept, sent) = EventPair::pair().unwrap();
    let mut handles = vec![Handle::from(sent)];
    a.send_owned(b"x", &mut handles).unwrap();
    assert!(handles.is_empty());
    assert!(!kept.is_peer_closed().unwrap());
    drop(b);
    assert!(kept.is_peer_closed().unwrap(), "what was in flight goes with the receiver");

    let (kept, sent) = EventPair::pair().unwrap();
    let mut handles = vec![Handle::from(sent)];
    assert_eq!(a.send_owned(b"x", &mut handles), Err(SendError::PeerClosed));
    assert!(handles.is_empty());
    assert!(kept.is_peer_closed().unwrap());
}

#[test]
fn objects_what_was_sent_before_the_close_arrives() {
    let (a, b) = Channel::pair().unwrap();
    a.send(b"last", &[]).unwrap();
    drop(a);
    let mut buffer = MessageBuffer::new();
    assert_eq!(b.recv(&mut buffer).unwrap().bytes, b"last");
    assert_eq!(b.recv(&mut buffer).unwrap_err(), RecvError::PeerClosed);
    assert_eq!(b.send(b"x", &[]), Err(SendError::PeerClosed));
}

#[test]
fn objects_what_was_sent_before_the_close_arrives_when_ours_was_unread() {
    let (a, b) = Channel::pair().unwrap();
    b.send(b"never read", &[]).unwrap();
    a.send(b"last", &[]).unwrap();
    drop(a);
    let mut buffer = MessageBuffer::new();
    // The kernel says ECONNRESET first here.
    assert_eq!(b.recv(&mut buffer).unwrap().bytes, b"last");
    assert_eq!(b.recv(&mut buffer).unwrap_err(), RecvError::PeerClosed);
}

#[test]
fn objects_full_socket_does_not_block() {
    let (a, b) = Channel::pair().unwrap();
    let mut sent = 0;
    let refusal = loop {
        match a.send(&[0; 4096], &[]) {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(refusal, SendError::WouldBlock);
    assert!(!a.wait(Interest::Writable, NO_WAIT).unwrap());
    let mut buffer = MessageBuffer::new();
    for _ in 0..sent {
        assert_eq!(b.recv(&mut buffer).unwrap().bytes.len(), 4096);
    }
    assert!(a.wait(Interest::Writable, Some(PATIENCE)).unwrap());
    a.send(b"again", &[]).unwrap();
}

#[test]
fn objects_nothing_blocks_when_the_peer_takes_o_nonblock_away() {
    let (a, b) = Channel::pair().unwrap();
    for end in [&a, &b] {
        rustix::io::ioctl_fionbio(end, false).unwrap();
    }
    assert_eq!(b.recv(&mut MessageBuffer::new()).unwrap_err(), RecvError::WouldBlock);
    while a.send(&[0; 4096], &[]).is_ok() {}
    assert_eq!(a.send(&[0; 4096], &[]), Err(SendError::WouldBlock));
}

#[test]
fn objects_wait_ends_by_message_by_close_and_by_time() {
    let (a, b) = Channel::pair().unwrap();
    assert!(!b.wait(Interest::Readable, NO_WAIT).unwrap());
    assert!(!b.wait(Interest::Readable, Some(Duration::from_millis(2))).unwrap());
    a.send(b"x", &[]).unwrap();
    assert!(b.wait(Interest::Readable, None).unwrap());
    assert_eq!(receive(&b).0, b"x");

    let waiting = std::thread::spawn(move || {
        let woken = b.wait(Interest::Readable, Some(Duration::MAX)).unwrap();
        (woken, b.recv(&mut MessageBuffer::new()).unwrap_err())
    });
    drop(a);
    assert_eq!(waiting.join().unwrap(), (true, RecvError::PeerClosed));
}

#[test]
fn objects_channel_is_a_connected_seqpacket_socket_and_nothing_else() {
    let flags = SocketFlags::CLOEXEC;
    let pair = |kind| rustix::net::socketpair(AddressFamily::UNIX, kind, flags, None).unwrap().0;
    let alone = |family, kind| rustix::net::socket_with(family, kind, flags, None).unwrap();
    let cases: [(&str, OwnedFd, NotAChannel); 6] = [
        ("pipe", pipe().unwrap().0.into(), NotAChannel::NotASocket),
        ("memfd", memfd(), NotAChannel::NotASocket),
        ("stream", pair(SocketType::STREAM), NotAChannel::WrongSocket),
        ("datagram", pair(SocketType::DGRAM), NotAChannel::WrongSocket),
        ("netlink", alone(AddressFamily::NETLINK, SocketType::RAW), NotAChannel::WrongSocket),
        ("alone", alone(AddressFamily::UNIX, SocketType::SEQPACKET), NotAChannel::NotConnected),
    ];
    for (name, fd, expected) in cases {
        assert_eq!(Channel::from_handle(fd.into()).unwrap_err(), expected, "{name}");
    }

    let (theirs, ours) = Channel::pair().unwrap();
    let again = Channel::from_handle(ours.into()).unwrap();
    theirs.send(b"x", &[]).unwrap();
    drop(theirs);
    // A peer that is gone already makes it no less of a channel.
    let again = Channel::from_handle(again.into()).unwrap();
    assert_eq!(receive(&again).0, b"x");
}

#[test]
fn objects_a_handle_that_is_no_channel_is_given_back() {
    let memory = Handle::from(memfd());
    let identity = memory.identity().unwrap();
    let (given_back, error) = Channel::adopt(memory).unwrap_err();
    assert_eq!(given_back.identity().unwrap(), identity);
    assert_eq!(error, NotAChannel::NotASocket);
}

#[test]
fn objects_a_queue_is_emptied_of_all_its_handles_before_a_close() {
    let (theirs, ours) = Channel::pair().unwrap();
    let memory = memfd();
    theirs.send(b"one", &[memory.as_fd()]).unwrap();
    // An empty packet is no end.
    for handles in [&[][..], &[memory.as_fd()]] {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        if !handles.is_empty() {
            assert!(control.push(SendAncillaryMessage::ScmRights(handles)));
        }
        rustix::net::sendmsg(&theirs, &[], &mut control, SendFlags::empty()).unwrap();
    }
    theirs.send(b"two", &[memory.as_fd(), memory.as_fd()]).unwrap();
    ours.stop_receiving().unwrap();
    assert_eq!(theirs.send(b"late", &[]), Err(SendError::PeerClosed));
    let mut buffer = MessageBuffer::new();
    let mut counts = Vec::new();
    while let Some(handles) = ours.take_queued(&mut buffer) {
        counts.push(handles.len());
    }
    assert_eq!(counts, [1, 0, 1, 2]);
}

#[test]
fn objects_an_end_that_receives_nothing_more_does_not_look_closed_to_its_peer() {
    let (theirs, ours) = Channel::pair().unwrap();
    ours.stop_receiving().unwrap();
    let all = PollFlags::IN | PollFlags::OUT | PollFlags::RDHUP;
    let mut polled = [PollFd::new(&theirs, all)];
    rustix::event::poll(&mut polled, Some(&Timespec::default())).unwrap();
    assert_eq!(polled[0].revents(), PollFlags::OUT);
    let mut buffer = MessageBuffer::new();
    assert_eq!(theirs.recv(&mut buffer).unwrap_err(), RecvError::WouldBlock);
    assert_eq!(theirs.send(b"x", &[]), Err(SendError::PeerClosed));
    ours.send(b"event", &[]).unwrap();
    assert_eq!(theirs.recv(&mut buffer).unwrap().bytes, b"event");
    drop(ours);
    rustix::event::poll(&mut polled, Some(&Timespec::default())).unwrap();
    assert!(polled[0].revents().contains(PollFlags::HUP));
}

fn memfd() -> OwnedFd {
    Handle::from(rustix::fs::memfd_create("x", rustix::fs::MemfdFlags::CLOEXEC).unwrap()).into()
}

#[test]
fn objects_credentials_are_those_of_the_process_that_connected() {
    let (a, _b) = Channel::pair().unwrap();
    let credentials = a.peer_credentials().unwrap();
    assert_eq!(credentials.pid.map(|pid| pid.get()), Some(std::process::id()));
    assert_eq!(credentials.uid, rustix::process::geteuid().as_raw());
    assert_eq!(credentials.gid, rustix::process::getegid().as_raw());
}

#[test]
fn objects_descriptors_made_here_are_close_on_exec() {
    let (a, b) = Channel::pair().unwrap();
    let (c, d) = EventPair::pair().unwrap();
    for fd in [a.as_fd(), b.as_fd(), c.as_fd(), d.as_fd()] {
        let flags = rustix::io::fcntl_getfd(fd).unwrap();
        assert!(flags.contains(rustix::io::FdFlags::CLOEXEC), "{}", fd.as_raw_fd());
    }
}

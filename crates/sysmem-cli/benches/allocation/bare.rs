//! The floor: a server that passes descriptors around and knows nothing else.
//!
//! The first byte of a packet says what it is. Packets have the lengths of the real ones.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::path::Path;

use rustix::event::epoll;
use sysmem::{Access, Channel, Handle, Interest, MessageBuffer, RecvError};
use zx::{Listener, Vmo};

use crate::Workload;

/// A channel comes along: serve it.
pub const NEW: u8 = b'n';
/// A channel to close and one to serve.
pub const BIND: u8 = b'b';
/// Answer.
pub const SYNC: u8 = b's';
/// Nothing.
pub const CONSTRAINTS: u8 = b'c';
/// Answer with buffers once as many wait as the second byte says; the third is the number of
/// buffers, the fourth to eleventh their size.
pub const WAIT: u8 = b'w';

/// Lengths of the real packets.
const NEW_BYTES: usize = 48;
const BIND_BYTES: usize = 56;
const CONSTRAINTS_BYTES: usize = 400;
const SMALL_BYTES: usize = 16;
const REPLY_BYTES: usize = 656;
const SYNC_REPLY_BYTES: usize = 32;

/// Serves until its one client, the leader, is gone.
pub fn serve(path: &Path) {
    let listener = Listener::bind(path, 0o600).expect("the bare server listens");
    crate::roles::report_ready();
    let poll = epoll::create(epoll::CreateFlags::CLOEXEC).expect("epoll");
    let mut channels = BTreeMap::new();
    watch(&poll, listener.as_fd(), listener.as_raw_fd());
    let mut waiting: Vec<i32> = Vec::new();
    let mut buffer = MessageBuffer::new();
    let mut events = Vec::with_capacity(64);
    loop {
        events.clear();
        let _ = epoll::wait(&poll, rustix::buffer::spare_capacity(&mut events), None);
        for event in &events {
            let fd = i32::try_from(event.data.u64()).expect("a descriptor");
            if fd == listener.as_raw_fd() {
                while let Ok(Some(channel)) = listener.accept() {
                    add(&poll, &mut channels, channel);
                }
                continue;
            }
            read_all(&poll, &mut channels, fd, &mut buffer, &mut waiting);
        }
    }
}

fn read_all(
    poll: &impl AsFd,
    channels: &mut BTreeMap<i32, Channel>,
    fd: i32,
    buffer: &mut MessageBuffer,
    waiting: &mut Vec<i32>,
) {
    while let Some(channel) = channels.get(&fd) {
        match channel.recv(buffer) {
            Ok(message) => {
                let mut received = message.handles.drain(..);
                match message.bytes[0] {
                    NEW => {
                        let handle = received.next().expect("a channel");
                        add(poll, channels, Channel::from_handle(handle).expect("a channel"));
                    }
                    BIND => {
                        drop(received.next());
                        let handle = received.next().expect("a channel");
                        add(poll, channels, Channel::from_handle(handle).expect("a channel"));
                    }
                    SYNC => channel.send(&[0; SYNC_REPLY_BYTES], &[]).expect("room"),
                    WAIT => {
                        waiting.push(fd);
                        if waiting.len() == usize::from(message.bytes[1]) {
                            let size = message.bytes[3..11].try_into().expect("eight bytes");
                            deliver(channels, waiting, message.bytes[2], u64::from_le_bytes(size));
                        }
                    }
                    _ => {}
                }
            }
            Err(RecvError::WouldBlock) => return,
            Err(_) => {
                channels.remove(&fd);
                return;
            }
        }
    }
}

fn deliver(channels: &BTreeMap<i32, Channel>, waiting: &mut Vec<i32>, count: u8, size: u64) {
    let buffers: Vec<Vmo> =
        (0..count).map(|_| Vmo::create("bare", size).expect("a memfd")).collect();
    for fd in waiting.drain(..) {
        let handles: Vec<Handle> =
            buffers.iter().map(|b| b.reopen(Access::ReadWrite).expect("a descriptor")).collect();
        let borrowed: Vec<BorrowedFd<'_>> = handles.iter().map(AsFd::as_fd).collect();
        let channel = channels.get(&fd).expect("who waits is there");
        channel.send(&[0; REPLY_BYTES], &borrowed).expect("room");
    }
}

fn add(poll: &impl AsFd, channels: &mut BTreeMap<i32, Channel>, channel: Channel) {
    let fd = channel.as_raw_fd();
    watch(poll, channel.as_fd(), fd);
    channels.insert(fd, channel);
}

fn watch(poll: &impl AsFd, fd: BorrowedFd<'_>, data: i32) {
    let data = epoll::EventData::new_u64(u64::try_from(data).expect("not negative"));
    epoll::add(poll, fd, data, epoll::EventFlags::IN).expect("epoll");
}

/// Makes a channel and has the server at `server` serve it.
pub fn new_channel(server: &Channel) -> Channel {
    let (ours, theirs) = Channel::pair().expect("a channel");
    send(server, NEW, NEW_BYTES, &[theirs.as_fd()]);
    ours
}

/// Turns a channel in for another one.
pub fn bind(server: &Channel, token: Channel) -> Channel {
    let (ours, theirs) = Channel::pair().expect("a channel");
    send(server, BIND, BIND_BYTES, &[token.as_fd(), theirs.as_fd()]);
    ours
}

/// Waits until the server has read what was sent.
pub fn sync(channel: &Channel) {
    send(channel, SYNC, SMALL_BYTES, &[]);
    receive(channel);
}

/// What a participant sends and gets; the handles are closed.
pub fn participate(collection: &Channel, workload: Workload) {
    send(collection, CONSTRAINTS, CONSTRAINTS_BYTES, &[]);
    let mut packet = [0; SMALL_BYTES];
    packet[..3].copy_from_slice(&[WAIT, workload.participants(), workload.buffers()]);
    packet[3..11].copy_from_slice(&workload.buffer_bytes().to_le_bytes());
    collection.send(&packet, &[]).expect("room");
    receive(collection);
}

fn send(channel: &Channel, kind: u8, length: usize, handles: &[BorrowedFd<'_>]) {
    let mut packet = [0; CONSTRAINTS_BYTES];
    packet[0] = kind;
    channel.send(&packet[..length], handles).expect("room");
}

fn receive(channel: &Channel) {
    thread_local! {
        static BUFFER: std::cell::RefCell<MessageBuffer> = MessageBuffer::new().into();
    }
    BUFFER.with_borrow_mut(|buffer| {
        loop {
            match channel.recv(buffer) {
                Ok(_) => return,
                Err(RecvError::WouldBlock) => {
                    channel.wait(Interest::Readable, None).expect("poll");
                }
                Err(error) => panic!("the bare server is gone: {error}"),
            }
        }
    });
}

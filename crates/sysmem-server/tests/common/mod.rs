//! A client of a few lines, that can also say what no client should.
#![allow(dead_code, reason = "every test uses a part of it")]

pub mod log;
pub mod memory;
pub mod service;

use std::cell::{Cell, RefCell};
use std::fs;
use std::io::IoSlice;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::PathBuf;
use std::time::Duration;

use fidl::{Caller, ClientEnd, Encoder, ServerEnd, ServerMessage, Txid};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use sysmem_fidl::Handle;
use sysmem_fidl::fuchsia_sysmem2::*;
use sysmem_server::{EmbeddedServer, ServerConfig};
use zx::{Channel, Interest, MessageBuffer, RecvError};

/// A directory that goes away with the test.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("sysmem-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// How long anything may take before a test counts as hanging.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A channel, used by one thread, one call at a time.
pub struct Wire {
    pub channel: Channel,
    buffer: RefCell<MessageBuffer>,
    last_txid: Cell<u32>,
}

/// The server has closed the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    pub epitaph: Option<i32>,
}

pub type Allocator = AllocatorProxy<Wire>;
pub type Token = BufferCollectionTokenProxy<Wire>;
pub type Collection = BufferCollectionProxy<Wire>;
pub type Group = BufferCollectionTokenGroupProxy<Wire>;

impl Wire {
    pub fn new(channel: Channel) -> Self {
        Self { channel, buffer: RefCell::default(), last_txid: Cell::new(0) }
    }

    /// Both ends of a channel that speaks `P`.
    pub fn pair<P>() -> (Self, ServerEnd<P, Handle>) {
        let (client, server) = Channel::pair().unwrap();
        (Self::new(client), ServerEnd::new(server.into()))
    }

    pub fn send_raw(&self, bytes: &[u8], handles: &[BorrowedFd<'_>]) {
        self.channel.send(bytes, handles).unwrap();
    }

    /// Sends what a channel of ours refuses to send: packets of any length.
    pub fn send_unchecked(&self, handles: &[BorrowedFd<'_>], bytes: &[u8]) {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        if !handles.is_empty() {
            assert!(control.push(SendAncillaryMessage::ScmRights(handles)));
        }
        let iov = [IoSlice::new(bytes)];
        let sent = rustix::net::sendmsg(&self.channel, &iov, &mut control, SendFlags::NOSIGNAL);
        assert_eq!(sent, Ok(bytes.len()));
    }

    /// Sends a two-way request.
    pub fn start<M: fidl::TwoWay<Handle>>(
        &self,
        request: fidl::TwoWayRequestValue<M, Handle>,
    ) -> Txid {
        self.last_txid.set(self.last_txid.get() + 1);
        let txid = Txid::new(self.last_txid.get()).unwrap();
        let mut encoder = Encoder::new();
        fidl::encode_call::<M, Handle>(txid, request, &mut encoder).unwrap();
        self.send_encoded(encoder);
        txid
    }

    /// Waits for the reply to a two-way request. It has to be the next message.
    pub fn finish<M: fidl::TwoWay<Handle>>(
        &self,
        txid: Txid,
    ) -> Result<fidl::ReplyValue<M, Handle>, End> {
        self.receive(|message, handles| match message {
            ServerMessage::Reply { txid: of, ordinal, body } if of == txid => {
                let mut handles = handles.drain(..).map(Handle::from).collect();
                Ok(fidl::decode_reply::<M, Handle>(ordinal, body, &mut handles).unwrap())
            }
            ServerMessage::Epitaph(status) => Err(End { epitaph: Some(status) }),
            other => panic!("{other:?} where a reply to {txid:?} should be"),
        })?
    }

    /// Waits for the reply to any of some requests, and takes that out of them. It has to be the next
    /// message.
    pub fn finish_any<M: fidl::TwoWay<Handle>>(
        &self,
        pending: &mut Vec<Txid>,
    ) -> Result<fidl::ReplyValue<M, Handle>, End> {
        self.receive(|message, handles| match message {
            ServerMessage::Reply { txid, ordinal, body } => {
                let place = pending.iter().position(|of| *of == txid);
                pending.swap_remove(place.expect("a reply to one of the requests"));
                let mut handles = handles.drain(..).map(Handle::from).collect();
                Ok(fidl::decode_reply::<M, Handle>(ordinal, body, &mut handles).unwrap())
            }
            ServerMessage::Epitaph(status) => Err(End { epitaph: Some(status) }),
            other => panic!("{other:?} where a reply should be"),
        })?
    }

    /// Waits for the server to close, and returns its last words.
    pub fn end(&self) -> End {
        let mut end = End { epitaph: None };
        loop {
            match self.receive(|message, _| match message {
                ServerMessage::Epitaph(status) => Some(status),
                other => panic!("{other:?} where the channel should end"),
            }) {
                Ok(status) => end.epitaph = status,
                Err(_) => return end,
            }
        }
    }

    /// Waits for the next message; `Err` if there will be none.
    fn receive<T>(
        &self,
        look: impl FnOnce(ServerMessage<'_>, &mut Vec<zx::Handle>) -> T,
    ) -> Result<T, End> {
        let mut buffer = self.buffer.borrow_mut();
        loop {
            assert!(self.channel.wait(Interest::Readable, Some(PATIENCE)).unwrap(), "no answer");
            match self.channel.recv(&mut buffer) {
                Ok(packet) => {
                    let message = fidl::receive_from_server(packet.bytes).unwrap();
                    return Ok(look(message, packet.handles));
                }
                Err(RecvError::WouldBlock) => {}
                Err(RecvError::PeerClosed) => return Err(End { epitaph: None }),
                Err(error) => panic!("{error}"),
            }
            // Only after "would block": somebody else was faster, so wait again.
        }
    }

    fn send_encoded(&self, mut encoder: Encoder<Handle>) {
        let handles: Vec<Handle> = encoder.take_handles().map(|one| one.handle).collect();
        let borrowed: Vec<BorrowedFd<'_>> = handles.iter().map(AsFd::as_fd).collect();
        // A server that has closed is found out by whoever waits for it.
        let _ = self.channel.send(encoder.bytes(), &borrowed);
    }
}

impl Caller for Wire {
    type Handle = Handle;
    type Sent = ();
    type Reply<T> = Result<T, End>;

    fn send<M: fidl::OneWay<Handle>>(&self, request: fidl::RequestValue<M, Handle>) {
        let mut encoder = Encoder::new();
        fidl::encode_event::<M, Handle>(request, &mut encoder).unwrap();
        self.send_encoded(encoder);
    }

    fn call<M: fidl::TwoWay<Handle>>(
        &self,
        request: fidl::TwoWayRequestValue<M, Handle>,
    ) -> Result<fidl::ReplyValue<M, Handle>, End> {
        let txid = self.start::<M>(request);
        self.finish::<M>(txid)
    }
}

/// A server in this process, without a directory.
pub fn server() -> EmbeddedServer {
    EmbeddedServer::spawn(ServerConfig::embedded()).unwrap()
}

pub fn connect(server: &EmbeddedServer) -> Allocator {
    AllocatorProxy::new(Wire::new(server.connect().unwrap()))
}

/// The root token of a new collection.
pub fn shared_token(allocator: &Allocator) -> Token {
    let (token, end) = Wire::pair();
    allocator.allocate_shared_collection(AllocatorAllocateSharedCollectionRequest {
        token_request: Some(end),
    });
    BufferCollectionTokenProxy::new(token)
}

pub fn duplicate(token: &Token) -> Token {
    let (child, end) = Wire::pair();
    token.duplicate(BufferCollectionTokenDuplicateRequest {
        rights_attenuation_mask: Some(u32::MAX),
        token_request: Some(end),
    });
    BufferCollectionTokenProxy::new(child)
}

/// Turns a token in.
pub fn bind(allocator: &Allocator, token: Token) -> Collection {
    bind_end(allocator, token.into_caller().channel)
}

/// Turns in whatever it is.
pub fn bind_end(allocator: &Allocator, token: Channel) -> Collection {
    let (collection, end) = Wire::pair();
    allocator.bind_shared_collection(AllocatorBindSharedCollectionRequest {
        token: Some(ClientEnd::new(token.into())),
        buffer_collection_request: Some(end),
    });
    BufferCollectionProxy::new(collection)
}

/// A collection for one participant.
pub fn sole_collection(allocator: &Allocator) -> Collection {
    let (collection, end) = Wire::pair();
    allocator.allocate_non_shared_collection(AllocatorAllocateNonSharedCollectionRequest {
        collection_request: Some(end),
    });
    BufferCollectionProxy::new(collection)
}

/// Asks for buffers of one page for CPU use.
pub fn set_constraints(collection: &Collection, cpu_usage: u32, buffers: u32) {
    let constraints = BufferCollectionConstraints {
        usage: Some(BufferUsage { cpu: Some(cpu_usage), ..Default::default() }),
        min_buffer_count_for_camping: Some(buffers),
        buffer_memory_constraints: Some(BufferMemoryConstraints {
            min_size_bytes: Some(4096),
            cpu_domain_supported: Some(true),
            ..Default::default()
        }),
        ..Default::default()
    };
    collection.set_constraints(BufferCollectionSetConstraintsRequest {
        constraints: Some(constraints),
        ..Default::default()
    });
}

/// Waits for the buffers of a collection.
pub fn wait_for_buffers(collection: &Collection) -> Vec<VmoBuffer<Handle>> {
    let response = collection.wait_for_all_buffers_allocated().unwrap().unwrap();
    response.buffer_collection_info.unwrap().buffers.unwrap()
}

/// Whether the service still does its work: a collection is negotiated from beginning to end.
pub fn assert_serves(allocator: &Allocator) {
    let collection = sole_collection(allocator);
    set_constraints(&collection, CPU_USAGE_READ | CPU_USAGE_WRITE, 1);
    assert_eq!(wait_for_buffers(&collection).len(), 1);
    collection.release();
}

/// A collection with a strong and a weak participant, who have set their constraints.
pub fn strong_and_weak(allocator: &Allocator, buffers: u32) -> (Collection, Collection) {
    let token = shared_token(allocator);
    let child = duplicate(&token);
    child.set_weak();
    let (strong, weak) = (bind(allocator, token), bind(allocator, child));
    set_constraints(&strong, CPU_USAGE_READ | CPU_USAGE_WRITE, buffers);
    set_constraints(&weak, CPU_USAGE_READ, 0);
    (strong, weak)
}

/// Leaves without failing.
pub fn leave(collection: Collection) {
    collection.release();
}

/// Asks about memory, giving a copy of the handle away.
pub fn vmo_info(
    allocator: &Allocator,
    memory: &Handle,
    need_weak: bool,
) -> Result<AllocatorGetVmoInfoResponse<Handle>, Error> {
    let copy = memory.as_fd().try_clone_to_owned().unwrap();
    let request = AllocatorGetVmoInfoRequest {
        vmo: Some(zx::Handle::from(copy).into()),
        need_weak: Some(need_weak),
        ..Default::default()
    };
    allocator.get_vmo_info(request).unwrap()
}

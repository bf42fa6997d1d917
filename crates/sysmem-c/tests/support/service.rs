//! A server of `fuchsia.sysmem` that is just good enough for participants who behave, and insists
//! that nobody ever asks for a reply.

use std::mem;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use fidl::{Encoder, OneWay, Received, RequestSet, RequestValue, receive_request};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use sysmem_fidl::Handle;
use sysmem_fidl::fuchsia_sysmem::*;
use zx::{Access, Channel, Koid, Listener, MessageBuffer, RecvError, Vmo};

/// A service in a folder of its own, on a thread of its own.
pub struct Service {
    directory: PathBuf,
    thread: Option<JoinHandle<usize>>,
    stop: Option<std::sync::mpsc::Sender<()>>,
}

impl Service {
    pub fn start(directory: &Path) -> Self {
        let path = directory.join("fuchsia.sysmem.Allocator");
        let listener = Listener::bind(path, 0o600).expect("a listener");
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || Server::default().run(&listener, &stopped));
        Self { directory: directory.to_owned(), thread: Some(thread), stop: Some(stop) }
    }

    /// What `SYSMEM_SVC` has to be.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Ends the service; how many collections it has allocated.
    pub fn finish(mut self) -> usize {
        drop(self.stop.take());
        self.thread.take().expect("a thread").join().expect("a service without complaints")
    }
}

/// What a channel is.
enum Role {
    Allocator,
    Token { collection: usize, koid: Koid },
    View { collection: usize, sink: Option<Channel>, constraints: Option<Box<Constraints>> },
}

type Constraints = BufferCollectionConstraints;

#[derive(Default)]
struct Server {
    channels: Vec<(Channel, Role)>,
    collections: usize,
    allocated: usize,
    buffer: MessageBuffer,
}

impl Server {
    fn run(mut self, listener: &Listener, stopped: &Receiver<()>) -> usize {
        while stopped.try_recv() != Err(TryRecvError::Disconnected) {
            while let Some(client) = listener.accept().expect("a connection") {
                self.channels.push((client, Role::Allocator));
            }
            self.serve_ready(listener);
        }
        self.allocated
    }

    /// Waits a little for any channel, and handles one message of each that has one.
    fn serve_ready(&mut self, listener: &Listener) {
        let mut fds = vec![PollFd::new(listener, PollFlags::IN)];
        fds.extend(self.channels.iter().map(|(channel, _)| PollFd::new(channel, PollFlags::IN)));
        let a_little = Timespec::try_from(Duration::from_millis(20)).expect("a time");
        poll(&mut fds, Some(&a_little)).expect("poll");
        let ready: Vec<bool> = fds[1..].iter().map(|fd| !fd.revents().is_empty()).collect();
        drop(fds);
        for index in (0..ready.len()).rev().filter(|&index| ready[index]) {
            self.serve(index);
        }
    }

    fn serve(&mut self, index: usize) {
        let (channel, role) = &self.channels[index];
        let (bytes, handles) = match channel.recv(&mut self.buffer) {
            Ok(message) => (message.bytes.to_vec(), mem::take(message.handles)),
            Err(RecvError::WouldBlock) => return,
            Err(RecvError::PeerClosed) => {
                self.channels.remove(index);
                return;
            }
            Err(error) => panic!("{error:?}"),
        };
        let mut handles = handles.into_iter().map(Handle::from).collect();
        assert_eq!(bytes[..4], [0; 4], "R22: nobody asks for a reply");
        match role {
            Role::Allocator => self.allocator(request(&bytes, &mut handles)),
            Role::Token { collection, .. } => {
                let collection = *collection;
                self.token(collection, request(&bytes, &mut handles));
            }
            Role::View { .. } => self.view(index, request(&bytes, &mut handles)),
        }
    }

    fn allocator(&mut self, request: AllocatorRequest<Handle>) {
        match request {
            AllocatorRequest::AllocateSharedCollection { payload } => {
                self.collections += 1;
                self.add_token(self.collections, payload.token_request.into_handle());
            }
            AllocatorRequest::BindSharedCollection { payload } => {
                let token: zx::Handle = payload.token.into_handle().into();
                let token = Channel::from_handle(token).expect("a channel");
                let koid = token.peer_name_koid();
                let is_it =
                    |role: &Role| matches!(role, Role::Token { koid: k, .. } if Some(*k) == koid);
                // A token that the server does not know: the client did not wait as it should.
                let index = self.channels.iter().position(|(_, role)| is_it(role));
                let index = index.expect("a token that is known");
                // What was sent on the token before comes first; these clients send nothing else
                // then, so one look does.
                self.serve(index);
                let (_, role) = self.channels.remove(index);
                let Role::Token { collection, .. } = role else { panic!() };
                let view: zx::Handle = payload.buffer_collection_request.into_handle().into();
                let view = Channel::from_handle(view).expect("a channel");
                let role = Role::View { collection, sink: None, constraints: None };
                self.channels.push((view, role));
            }
            other => panic!("{}", other.method_name()),
        }
    }

    fn add_token(&mut self, collection: usize, handle: Handle) {
        let channel = Channel::from_handle(handle.into()).expect("a channel");
        let koid = Koid::random();
        channel.bind_koid(koid).expect("a name");
        self.channels.push((channel, Role::Token { collection, koid }));
    }

    fn token(&mut self, collection: usize, request: BufferCollectionTokenRequest<Handle>) {
        match request {
            BufferCollectionTokenRequest::Duplicate { payload } => {
                self.add_token(collection, payload.token_request.into_handle());
            }
            other => panic!("{}", other.method_name()),
        }
    }

    fn view(&mut self, index: usize, request: BufferCollectionRequest<Handle>) {
        let Role::View { collection, sink, constraints } = &mut self.channels[index].1 else {
            panic!("a view")
        };
        let collection = *collection;
        match request {
            BufferCollectionRequest::SetEventSink { payload } => {
                let handle: zx::Handle = payload.events.into_handle().into();
                let channel = Channel::from_handle(handle).expect("a channel");
                tell::<BufferCollectionEventsOnDuplicatedTokensKnownByServerMethod>(&channel, ());
                *sink = Some(channel);
            }
            BufferCollectionRequest::SetConstraints { payload } => {
                assert!(payload.has_constraints && constraints.is_none());
                *constraints = Some(Box::new(payload.constraints));
                self.allocate_if_complete(collection);
            }
            BufferCollectionRequest::Close => {}
            other => panic!("{}", other.method_name()),
        }
    }

    fn allocate_if_complete(&mut self, wanted: usize) {
        let mut all = Vec::new();
        for (_, role) in &self.channels {
            match role {
                Role::Token { collection, .. } if *collection == wanted => return,
                Role::View { collection, sink, constraints } if *collection == wanted => {
                    let Some(constraints) = constraints else { return };
                    all.push((sink.as_ref().expect("a sink"), constraints));
                }
                _ => {}
            }
        }
        let count = all.iter().map(|(_, c)| c.min_buffer_count_for_camping).sum::<u32>();
        let sizes = all.iter().map(|(_, c)| c.buffer_memory_constraints.min_size_bytes);
        let size_bytes = sizes.max().unwrap_or(0);
        let create = |_| Vmo::create("test", size_bytes.into()).expect("a VMO");
        let vmos: Vec<Vmo> = (0..count).map(create).collect();
        for (sink, constraints) in all {
            let writes = constraints.usage.cpu & CPU_USAGE_WRITE != 0;
            let access = if writes { Access::ReadWrite } else { Access::ReadOnly };
            let mut payload = BufferCollectionEventsOnBuffersAllocatedRequest::default();
            let info = &mut payload.buffer_collection_info;
            info.buffer_count = count;
            info.settings.buffer_settings.size_bytes = size_bytes;
            for (buffer, vmo) in info.buffers.iter_mut().zip(&vmos) {
                buffer.vmo = Some(vmo.reopen(access).expect("a handle").into());
            }
            tell::<BufferCollectionEventsOnBuffersAllocatedMethod>(sink, payload);
        }
        self.allocated += 1;
    }
}

fn request<R: RequestSet<Handle>>(bytes: &[u8], handles: &mut Vec<Handle>) -> R {
    match receive_request(bytes, handles) {
        Ok(Received::Request(request)) => request,
        Ok(Received::Unknown { ordinal, .. }) => panic!("unknown ordinal {ordinal:#x}"),
        Err(error) => panic!("{error:?}"),
    }
}

fn tell<M: OneWay<Handle>>(sink: &Channel, event: RequestValue<M, Handle>) {
    let mut encoder = Encoder::new();
    fidl::encode_event::<M, Handle>(event, &mut encoder).expect("the event encodes");
    let mut handles: Vec<zx::Handle> =
        encoder.take_handles().map(|disposition| disposition.handle.into()).collect();
    sink.send_owned(encoder.bytes(), &mut handles).expect("it is sent");
}

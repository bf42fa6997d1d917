//! The first version of the protocol: its generated calls over [`Blocking`], and a sink for events.
//!
//! For programs that have to speak it. Participants of both versions share collections: a [`Token`]
//! can be sent to either, and turned in over the Allocator of either. Structs become tables and the
//! other way round by [`conversions`].
//!
//! A participant that never waits for a reply gives its [`View`] an [`EventSink`].
//!
//! ```no_run
//! use sysmem::v1::{self, EventSink, View, fuchsia_sysmem::*};
//!
//! # fn main() -> Result<(), sysmem::Error> {
//! let allocator = v1::connect()?;
//! let (view, collection_request) = v1::endpoints()?;
//! allocator.allocate_non_shared_collection(AllocatorAllocateNonSharedCollectionRequest {
//!     collection_request,
//! })?;
//! let view = View::new(view);
//! let (sink, events) = EventSink::new()?;
//! view.set_event_sink(BufferCollectionSetEventSinkRequest { events })?;
//! # Ok(())
//! # }
//! ```

use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::time::Duration;

use fidl::{ClientEnd, Protocol, ReceiveError, Received, ServerEnd};
use sysmem_fidl::Handle;
use zx::{Channel, Interest, MessageBuffer, RecvError};

pub use sysmem_fidl::{conversions, fuchsia_sysmem};

use crate::blocking::Blocking;
use crate::error::{ALLOCATOR, Error, ProtocolError};
use crate::transport::Transport;

/// Makes collections, and turns tokens into views.
pub type Allocator = fuchsia_sysmem::AllocatorProxy<Blocking>;

/// The right to take part in a collection.
pub type Token = fuchsia_sysmem::BufferCollectionTokenProxy<Blocking>;

/// A participant's view of a collection.
pub type View = fuchsia_sysmem::BufferCollectionProxy<Blocking>;

/// What a view has to tell.
pub type Event = fuchsia_sysmem::BufferCollectionEventsRequest<Handle>;

/// Connects to the service of this system, as [`crate::Allocator::connect`].
///
/// # Errors
///
/// [`Error::Connect`].
pub fn connect() -> Result<Allocator, Error> {
    connect_in(&zx::service_directory())
}

/// Connects to the service in a directory.
///
/// # Errors
///
/// [`Error::Connect`].
pub fn connect_in(directory: &Path) -> Result<Allocator, Error> {
    let name = fuchsia_sysmem::AllocatorMarker::DISCOVERABLE.unwrap_or("fuchsia.sysmem.Allocator");
    match zx::connect(directory.join(name)) {
        Ok(channel) => from_channel(channel),
        Err(source) => Err(Error::Connect { directory: directory.to_path_buf(), source }),
    }
}

/// Speaks to an Allocator over a channel that comes from elsewhere.
///
/// # Errors
///
/// [`Error::System`].
pub fn from_channel(channel: Channel) -> Result<Allocator, Error> {
    Blocking::over(channel, ALLOCATOR).map(Allocator::new)
}

/// Both ends of a new channel: one to call on, and one to send in a request.
///
/// # Errors
///
/// No descriptors left.
pub fn endpoints<P>() -> Result<(Blocking, ServerEnd<P, Handle>), Error> {
    let (client, server) = Channel::pair().map_err(Error::System)?;
    Ok((Blocking::over(client, "collection")?, ServerEnd::new(server.into())))
}

/// Where the events of a view come. Whoever waits in a loop of its own polls its descriptor.
#[derive(Debug)]
pub struct EventSink {
    channel: Channel,
    buffer: MessageBuffer,
}

impl EventSink {
    /// A sink, and what `SetEventSink` takes.
    ///
    /// # Errors
    ///
    /// No descriptors left.
    pub fn new()
    -> Result<(Self, ClientEnd<fuchsia_sysmem::BufferCollectionEventsMarker, Handle>), Error> {
        let (events, channel) = Channel::pair().map_err(Error::System)?;
        Ok((Self { channel, buffer: MessageBuffer::new() }, ClientEnd::new(events.into())))
    }

    /// The next event, `None` if there is none yet. Does not wait.
    ///
    /// # Errors
    ///
    /// [`Error::Closed`] after the last one: the view is gone.
    pub fn poll(&mut self) -> Result<Option<Event>, Error> {
        let packet = match self.channel.recv(&mut self.buffer) {
            Ok(packet) => packet,
            Err(RecvError::WouldBlock) => return Ok(None),
            Err(RecvError::PeerClosed) => {
                return Err(Error::Closed { protocol: "events", epitaph: None });
            }
            Err(error) => return Err(Error::Receive(error)),
        };
        let mut handles = packet.handles.drain(..).map(Handle::from).collect();
        match fidl::receive_request(packet.bytes, &mut handles) {
            Ok(Received::Request(event)) => Ok(Some(event)),
            Ok(Received::Unknown { ordinal, .. })
            | Err(ReceiveError::UnknownMethod { ordinal, .. }) => {
                Err(ProtocolError::UnexpectedEvent(ordinal).into())
            }
            Err(error) => Err(ProtocolError::Event(error).into()),
        }
    }

    /// Waits for the next event, but no longer than this; `None` if there is none then.
    ///
    /// # Errors
    ///
    /// As [`EventSink::poll`].
    pub fn wait(&mut self, timeout: Duration) -> Result<Option<Event>, Error> {
        self.channel.wait(Interest::Readable, Some(timeout)).map_err(Error::System)?;
        self.poll()
    }
}

impl AsFd for EventSink {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.channel.as_fd()
    }
}

//! Channels, VMOs, eventpairs, events and koids of Zircon, as Linux kernel objects.
//!
//! The one crate that speaks to the kernel about these objects; it knows nothing of FIDL. What
//! each object is on Linux is fixed by `linux-objects.md`, and the facts about the kernel behind
//! it stand in `linux-platform.md`; the documentation here cites both by section.
//!
//! | Zircon | here |
//! |---|---|
//! | handle | [`Handle`], an owned file descriptor |
//! | channel endpoint | [`Channel`], one end of an `AF_UNIX` `SOCK_SEQPACKET` connection |
//! | VMO | [`Vmo`] at the server, a [`Handle`] of its own description at a participant |
//! | mapped VMO | [`Mapping`] and [`SharedSlice`], memory that others write |
//! | who else has it | [`find_memory`] |
//! | "the last handle is gone" | [`Vmo::lock`], [`Vmo::is_held_by_any`] and [`CloseWatch`] |
//! | eventpair | [`EventPair`] |
//! | event | [`Event`] |
//! | koid | [`Koid`], proven by a [`Nonce`] |
//! | `/svc` | [`service_directory`], [`Listener`], [`connect`] |
//! | `/dev/class/sysmem` | a directory of sockets, watched with [`DirectoryWatch`] |
//!
//! # Rules that hold everywhere
//!
//! - Every descriptor has one owner from the moment the kernel hands it over.
//! - Nothing blocks but [`Channel::wait`]. No call relies on `O_NONBLOCK`: that flag lives on the
//!   open file description, which the other side may share and change.
//! - Every descriptor made here is close-on-exec.

mod channel;
mod directory;
mod event;
mod eventpair;
mod frozen;
mod handle;
mod koid;
mod limits;
mod lock;
mod mapping;
mod message;
mod peer;
mod poll;
mod process;
mod service;
mod shared;
mod sys;
mod time;
mod vmo;
mod watch;

pub use channel::{
    BindError, Channel, Credentials, Interest, NotAChannel, RecvError, SendError, SocketName,
};
pub use directory::{DirectoryWatch, News};
pub use event::{Event, EventIdentity};
pub use eventpair::EventPair;
pub use frozen::{freeze, read_frozen};
pub use handle::{Handle, Kind, Memory, VmoIdentity};
pub use koid::{Koid, Nonce};
pub use limits::raise_descriptor_limit;
pub use lock::{LockError, Slot, Strength};
pub use mapping::{MapError, Mapping};
pub use message::{MAX_MESSAGE_BYTES, MAX_MESSAGE_HANDLES, MessageBuffer, Received};
pub use peer::PeerProcess;
pub use process::{Descriptor, Mapped, Sighting, Sightings, find_memory, program_of, start_of};
pub use rustix::io::Errno;
pub use service::{
    AcceptError, ActivationError, ConnectError, ListenError, Listener, activated_listeners,
    connect, service_directory,
};
pub use shared::{MemoryError, SharedSlice};
pub use time::monotonic_now;
pub use vmo::{Access, Vmo, VmoError, VmoStep};
pub use watch::{CloseWatch, Drained, RECHECK_AFTER, WatchError, WatchEvent, WatchId};

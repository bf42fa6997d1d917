//! The client library of sysmem: connect, say what you need, get buffers that suit everybody.
//!
//! Participants, each usually in a process of its own, share the buffers of a *collection*. One of
//! them makes it and gets a first [`Token`]; a token is the right to take part. It makes one more
//! for each other participant and sends them off. Everyone turns the own token in for a
//! [`Collection`], states its [`Constraints`], and waits for [`Buffers`]. When the last one has
//! spoken, the service picks one format, layout, heap and count that suits all, and everyone gets
//! descriptors of the same memory.
//!
//! ```no_run
//! use sysmem::{Allocator, Constraints, ImageConstraints, PixelFormat, ColorSpace};
//!
//! # fn hand_over(_: sysmem::Channel) {}
//! # fn main() -> Result<(), sysmem::Error> {
//! let allocator = Allocator::connect()?;
//! let token = allocator.new_shared_token()?;
//! let for_display = token.duplicate()?;
//! // From here on the service knows the new token, and anybody may turn it in.
//! token.sync()?;
//! hand_over(for_display.into_channel()?);
//!
//! let collection = allocator.bind(token)?;
//! let image = ImageConstraints::linear(PixelFormat::NV12)
//!     .color_space(ColorSpace::REC709)
//!     .size(1920, 1080);
//! collection.set_constraints(Constraints::new().cpu_write().camping(1).image(image))?;
//! let buffers = collection.wait_for_buffers()?;
//! let memory = buffers[0].map()?;
//! memory.write(0, &[16; 1920])?;
//! # Ok(())
//! # }
//! ```
//!
//! Requests without an answer are sent and not waited for; [`Token::sync`](Node::sync) is the one
//! that waits, and [`Token::into_channel`] and [`Allocator::bind`](client::Allocator::bind) refuse
//! a token that still needs it.
//!
//! A participant that closes its collection without [`Collection::release`] has failed, and by
//! default the others fail with it: nobody waits for somebody who is gone. So keep the collection
//! for as long as the buffers are in use, and release it at the end.
//!
//! When nothing suits everybody, the error says who conflicts with whom about what, and what would
//! help: [`Error::explanation`]. The service is asked for that after the failure
//! ([`Diagnostics`]), so it costs nothing as long as nothing fails.
//!
//! Memory that others write is no `&[u8]`: [`Buffer::map`] gives a [`Mapping`], which copies in and
//! out.
//!
//! Tokens also make a [`Group`] of alternatives, of which one takes part. Participants that should
//! not keep buffers in use are weak ([`Node::set_weak`]): each buffer tells them when to give it up
//! ([`Buffer::close_weak_asap`]). [`Collection::track_lifetime`] and [`Node::track_node`] tell when
//! buffers, or the claims of a participant, are gone; [`Allocator::vmo_info`](client::Allocator::vmo_info)
//! tells what a handle is.
//!
//! The same types work on tokio, where what waits is a future: module `tokio`, behind the feature
//! of that name.

mod blocking;
pub mod client;
mod constraints;
mod diagnostics;
mod error;
mod ledger;
mod packet;
mod transport;

#[cfg(feature = "tokio")]
pub mod tokio;
#[cfg(feature = "v1")]
pub mod v1;

pub use blocking::Blocking;
pub use client::{Buffer, Buffers, Node, VmoInfo, VmoQuery};
pub use constraints::{Constraints, ImageConstraints};
pub use diagnostics::{Diagnostics, Explanation};
pub use error::{ACCESS_DENIED, AllocationFailure, Error, SnapshotError};
pub use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
pub use sysmem_fidl::fuchsia_math::SizeU;
pub use sysmem_fidl::{fuchsia_images2, fuchsia_sysmem2, linux_sysmem};
pub use transport::Transport;
pub use zx::{
    Access, Channel, ConnectError, EventPair, Handle, Interest, Mapping, MemoryError,
    MessageBuffer, RecvError, SendError, SharedSlice, monotonic_now, service_directory,
};

/// Makes collections, and turns tokens into collections. Waits block the thread.
pub type Allocator = client::Allocator<Blocking>;

/// Looks into a running service. Waits block the thread.
pub type Inspector = client::Inspector<Blocking>;

/// The right to take part in a collection. Waits block the thread.
pub type Token = client::Token<Blocking>;

/// Alternatives, of which one takes part. Waits block the thread.
pub type Group = client::Group<Blocking>;

/// A participant's view of a collection. Waits block the thread.
pub type Collection = client::Collection<Blocking>;

/// Rights that handles of buffers have at most (`sysmem2-protocols.md` 5.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rights(u32);

impl Rights {
    /// Takes nothing away.
    pub const SAME: Self = Self(sysmem_fidl::zx::RIGHT_SAME_RIGHTS);
    /// Takes the right to write away.
    pub const READ_ONLY: Self = Self(!sysmem_fidl::zx::RIGHT_WRITE);

    /// The mask with these bits, `None` for 0, which the service refuses.
    pub const fn from_bits(bits: u32) -> Option<Self> {
        if bits == 0 { None } else { Some(Self(bits)) }
    }

    /// The bits.
    pub const fn bits(self) -> u32 {
        self.0
    }
}

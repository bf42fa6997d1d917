//! Where the memory of buffers comes from.
//!
//! A [`Heap`] makes buffers and says what they are good for. It knows nothing of collections or of
//! protocols; which heap a collection uses is negotiated elsewhere. [`SystemRam`] is the heap that
//! is always there. Facts about the kernel are cited as sections of `linux-platform.md`.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod budget;
mod error;
mod system_ram;

pub use error::HeapError;
pub use system_ram::SystemRam;

/// A source of buffers.
pub trait Heap: Send + Sync {
    /// What buffers of this heap are good for. Never changes.
    fn properties(&self) -> HeapProperties;

    /// Makes all buffers of a request, or none.
    ///
    /// Blocks for as long as it takes; [`HeapProperties::pace`] says whether that is long. Memory is
    /// given back by dropping the buffers, after the last participant dropped its handles.
    ///
    /// # Errors
    ///
    /// See [`HeapError`].
    fn allocate(&self, request: &BufferRequest) -> Result<Vec<zx::Vmo>, HeapError>;
}

/// Buffers of one kind, for one collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BufferRequest {
    /// For labels: buffer `i` is called `<name>:<i>` in `/proc` (`sysmem2-protocols.md` 6.1). Any
    /// string.
    pub name: String,
    /// How many.
    pub count: u32,
    /// Bytes of each, a multiple of the page size.
    pub size_bytes: u64,
    /// Each buffer has to be one piece of physical memory.
    pub physically_contiguous: bool,
    /// Where that piece starts is a multiple of this, in bytes, a power of two.
    pub physical_alignment_bytes: Option<u64>,
}

/// What buffers of a heap are good for (`sysmem2-constraints.md` 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeapProperties {
    /// Coherency domains that participants can agree on.
    pub domains: CoherencyDomains,
    /// The CPU cannot reach the memory.
    pub secure: bool,
    /// The heap can make physically contiguous buffers.
    pub contiguous: bool,
    /// Fresh buffers hold what earlier ones held, and have to be cleared before they are given away.
    pub need_clear: bool,
    /// How long an allocation takes.
    pub pace: Pace,
}

/// The coherency domains that a heap supports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoherencyDomains {
    /// Participants use the memory through CPU caches.
    pub cpu: bool,
    /// Participants flush CPU caches before others look.
    pub ram: bool,
    /// No participant looks with a CPU.
    pub inaccessible: bool,
}

/// How long [`Heap::allocate`] takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Microseconds: an event loop may call it.
    Immediate,
    /// Longer, since pages are committed or someone else is asked: for a thread of its own.
    Slow,
}

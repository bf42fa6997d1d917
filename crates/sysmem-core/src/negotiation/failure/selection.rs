//! Why no buffers can be made although the constraints agree (`sysmem2-constraints.md` section 4).

use std::fmt;

use sysmem_fidl::fuchsia_math::SizeU;

use super::image::Pixels;
use crate::negotiation::formats::FormatPair;
use crate::negotiation::heap::Domains;
use crate::negotiation::limits::{MAX_BUFFER_BYTES, MAX_BUFFER_COUNT, MAX_COLLECTION_BYTES};

/// What cannot be made.
#[derive(Clone, Debug, PartialEq)]
pub enum Shortfall {
    Count(CountShortfall),
    Heap(HeapShortfall),
    Domain(DomainShortfall),
    /// 4.4: only layouts that the CPU may have to write are left, and the buffers are secure.
    NoProtectedFormat,
    /// Images of the chosen format cannot be as large as required.
    Size {
        pair: FormatPair,
        shortfall: SizeShortfall,
    },
    /// 4.7: the size cannot be rounded up to pages.
    SizeOverflow {
        bytes: u64,
    },
    /// 4.9.
    BufferTooLarge {
        bytes: u64,
    },
    /// 4.9.
    CollectionTooLarge {
        bytes: u64,
        count: u32,
    },
}

/// Why there is no number of buffers (4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountShortfall {
    /// No participant needs a buffer.
    Nobody,
    AboveMax {
        needed: u64,
        max: u32,
    },
    AboveLimit {
        needed: u64,
    },
}

/// Why there is no heap (4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeapShortfall {
    NoSecure,
    NoSystemRam,
    NoContiguousMemory,
    /// No heap that is permitted exists and has a domain that all support.
    NoneUsable {
        permitted: Vec<String>,
        domains: Domains,
    },
}

/// The heap has no coherency domain that all support (4.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainShortfall {
    pub heap: String,
    pub offered: Domains,
    pub supported: Domains,
}

/// Why images have no size (4.6 to 4.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeShortfall {
    /// An image of at least this size, aligned, is above the maximum.
    AboveMaxSize { required: SizeU, max: SizeU },
    /// Rows of so many pixels need more than `max` bytes.
    AboveMaxRow { width: u32, max: u32 },
    /// More than `max` pixels.
    AboveMaxArea { size: SizeU, max: u64 },
    /// The size of such an image does not fit into 64 bits.
    Uncountable { size: SizeU },
    /// More bytes than anybody's `max_size_bytes`.
    AboveMaxBytes { bytes: u64, max: u64 },
    /// The same, but only because of the padding.
    PaddedAboveMaxBytes { bytes: u64, max: u64 },
    /// The image with its padding has no size.
    Padding,
}

impl Shortfall {
    pub(super) fn rule(&self) -> &'static str {
        match self {
            Self::Count(_) => "4.1",
            Self::Heap(_) => "4.2",
            Self::Domain(_) => "4.3",
            Self::NoProtectedFormat => "4.4",
            Self::Size { shortfall, .. } => shortfall.rule(),
            Self::SizeOverflow { .. } => "4.7",
            Self::BufferTooLarge { .. } | Self::CollectionTooLarge { .. } => "4.9",
        }
    }
}

impl SizeShortfall {
    fn rule(self) -> &'static str {
        match self {
            Self::PaddedAboveMaxBytes { .. } => "4.7",
            Self::Padding => "4.8",
            _ => "4.6",
        }
    }
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(shortfall) => shortfall.fmt(f),
            Self::Heap(shortfall) => shortfall.fmt(f),
            Self::Domain(shortfall) => shortfall.fmt(f),
            Self::NoProtectedFormat => {
                f.write_str("no format that is left can be in secure memory")
            }
            Self::Size { pair, shortfall } => write!(f, "{pair}: {shortfall}"),
            Self::SizeOverflow { bytes } => write!(f, "{bytes} bytes do not fit into pages"),
            Self::BufferTooLarge { bytes } => {
                write!(f, "a buffer of {bytes} bytes is above the limit of {MAX_BUFFER_BYTES}")
            }
            Self::CollectionTooLarge { bytes, count } => write!(
                f,
                "{count} buffers of {bytes} bytes are above the limit of {MAX_COLLECTION_BYTES}"
            ),
        }
    }
}

impl fmt::Display for CountShortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => f.write_str("nobody needs a buffer"),
            Self::AboveMax { needed, max } => {
                write!(f, "{needed} buffers are needed, above max_buffer_count {max}")
            }
            Self::AboveLimit { needed } => {
                write!(f, "{needed} buffers are needed, above the limit of {MAX_BUFFER_COUNT}")
            }
        }
    }
}

impl fmt::Display for HeapShortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSecure => f.write_str("there is no secure heap"),
            Self::NoSystemRam => f.write_str("there is no SYSTEM_RAM"),
            Self::NoContiguousMemory => {
                f.write_str("SYSTEM_RAM has no physically contiguous memory")
            }
            Self::NoneUsable { permitted, domains } => {
                let permitted = permitted.join(", ");
                write!(f, "no permitted heap ({permitted}) exists and supports {domains}")
            }
        }
    }
}

impl fmt::Display for DomainShortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { heap, offered, supported } = self;
        write!(f, "heap {heap} offers {offered}, but all support {supported}")
    }
}

impl fmt::Display for SizeShortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::AboveMaxSize { required, max } => {
                write!(f, "the aligned size {} is above max_size {}", Pixels(required), Pixels(max))
            }
            Self::AboveMaxRow { width, max } => {
                write!(f, "a row of {width} pixels needs more than {max} bytes")
            }
            Self::AboveMaxArea { size, max } => {
                write!(f, "{} is more than {max} pixels", Pixels(size))
            }
            Self::Uncountable { size } => {
                write!(f, "an image of {} has no countable size", Pixels(size))
            }
            Self::AboveMaxBytes { bytes, max } => {
                write!(f, "{bytes} bytes are above max_size_bytes {max}")
            }
            Self::PaddedAboveMaxBytes { bytes, max } => {
                write!(f, "{bytes} bytes with padding are above max_size_bytes {max}")
            }
            Self::Padding => f.write_str("the padding for block access cannot be computed"),
        }
    }
}

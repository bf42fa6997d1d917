//! What is wrong with memory constraints.

use std::fmt;

use crate::negotiation::heap::Domains;

/// What is wrong with the memory constraints of one participant or of all together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryFault {
    /// M1: an alignment of the base without `physically_contiguous_required`.
    AlignmentOfScattered { bytes: u64 },
    /// M1.
    AlignmentNotPowerOfTwo { bytes: u64 },
    /// M3: a list of heaps that is set and empty.
    NoHeapPermitted,
    /// M4.
    HeapWithoutType,
    /// M5.
    MinSizeAboveMax { min: u64, max: u64 },
    /// M6: secure memory is needed, and somebody does not support `INACCESSIBLE`.
    SecureButAccessible,
    /// M6: secure memory is needed, and no secure heap is permitted.
    NoSecureHeap,
    /// C12.
    CpuUsageWithoutDomain,
    /// C13.
    CpuUsageOfSecure,
    /// C14.
    SecureWithDomain(Domains),
}

/// Two participants permit different heaps (3.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeapConflict {
    /// What those before permit.
    pub permitted: Vec<String>,
    /// What the participant permits.
    pub wanted: Vec<String>,
}

impl MemoryFault {
    pub(super) fn rule(&self) -> &'static str {
        match self {
            Self::AlignmentOfScattered { .. } | Self::AlignmentNotPowerOfTwo { .. } => "M1",
            Self::NoHeapPermitted => "M3",
            Self::HeapWithoutType => "M4",
            Self::MinSizeAboveMax { .. } => "M5",
            Self::SecureButAccessible | Self::NoSecureHeap => "M6",
            Self::CpuUsageWithoutDomain => "C12",
            Self::CpuUsageOfSecure => "C13",
            Self::SecureWithDomain(_) => "C14",
        }
    }
}

impl fmt::Display for MemoryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlignmentOfScattered { bytes } => write!(
                f,
                "min_physical_base_alignment {bytes} needs physically_contiguous_required"
            ),
            Self::AlignmentNotPowerOfTwo { bytes } => {
                write!(f, "min_physical_base_alignment {bytes} is not a power of two")
            }
            Self::NoHeapPermitted => f.write_str("permitted_heaps is set and empty"),
            Self::HeapWithoutType => f.write_str("a permitted heap has no heap_type"),
            Self::MinSizeAboveMax { min, max } => {
                write!(f, "min_size_bytes {min} is above max_size_bytes {max}")
            }
            Self::SecureButAccessible => f.write_str(
                "secure memory is required, but the INACCESSIBLE domain is not supported",
            ),
            Self::NoSecureHeap => {
                f.write_str("secure memory is required, but no secure heap is permitted")
            }
            Self::CpuUsageWithoutDomain => {
                f.write_str("the CPU is used, but neither the CPU nor the RAM domain is supported")
            }
            Self::CpuUsageOfSecure => f.write_str("the CPU cannot use secure memory"),
            Self::SecureWithDomain(domains) => {
                write!(f, "secure memory is INACCESSIBLE, but supported are {domains}")
            }
        }
    }
}

impl fmt::Display for HeapConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (permitted, wanted) = (self.permitted.join(", "), self.wanted.join(", "));
        write!(f, "permitted heaps are {permitted}, but it permits only {wanted}")
    }
}

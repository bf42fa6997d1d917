//! What memory the buffers are in (`sysmem2-constraints.md` 1.5, 2.3, 2.4, 3.3).

use sysmem_fidl::fuchsia_sysmem2::BufferMemoryConstraints;

use super::failure::{HeapConflict, MemoryFault};
use super::heap::{Domains, HeapCatalog, HeapName, PermittedHeaps};
use super::usage::Usage;

/// The memory constraints of one participant or of all together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Memory<'a> {
    pub(super) min_size_bytes: u64,
    pub(super) max_size_bytes: u64,
    /// Set if the memory has to be physically contiguous: only then its base can be aligned.
    pub(super) contiguous: Option<BaseAlignment>,
    pub(super) secure: bool,
    pub(super) domains: Domains,
    pub(super) heaps: PermittedHeaps<'a>,
}

/// What the physical address of a buffer has to be a multiple of: a power of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BaseAlignment(u64);

impl BaseAlignment {
    fn new(bytes: u64) -> Option<Self> {
        bytes.is_power_of_two().then_some(Self(bytes))
    }

    pub(super) fn bytes(self) -> u64 {
        self.0
    }
}

/// What a participant without `buffer_memory_constraints` has.
static UNSET: BufferMemoryConstraints = BufferMemoryConstraints {
    min_size_bytes: None,
    max_size_bytes: None,
    physically_contiguous_required: None,
    secure_required: None,
    cpu_domain_supported: None,
    ram_domain_supported: None,
    inaccessible_domain_supported: None,
    permitted_heaps: None,
    min_physical_base_alignment: None,
};

impl<'a> Memory<'a> {
    /// Any memory of any size.
    pub(super) const UNCONSTRAINED: Memory<'static> = Memory {
        min_size_bytes: 0,
        max_size_bytes: u64::MAX,
        contiguous: None,
        secure: false,
        domains: Domains::ALL,
        heaps: PermittedHeaps::Any,
    };

    /// Defaults and checks of one participant (M1 to M6, C12 to C14). The usage is its own.
    pub(super) fn sanitize(
        table: Option<&'a BufferMemoryConstraints>,
        usage: Usage,
        catalog: &HeapCatalog,
    ) -> Result<Self, MemoryFault> {
        let table = table.unwrap_or(&UNSET);
        let secure = table.secure_required.unwrap_or(false);
        let memory = Self {
            min_size_bytes: table.min_size_bytes.unwrap_or(0),
            max_size_bytes: table.max_size_bytes.unwrap_or(u64::MAX),
            contiguous: contiguous(table)?,
            secure,
            domains: Domains {
                cpu: table.cpu_domain_supported.unwrap_or(!secure),
                ram: table.ram_domain_supported.unwrap_or(!secure && !usage.is_cpu()),
                inaccessible: table.inaccessible_domain_supported.unwrap_or(!usage.is_cpu()),
            },
            heaps: permitted_heaps(table)?,
        };
        memory.check(catalog)?;
        memory.check_participant(usage)?;
        Ok(memory)
    }

    /// The checks that aggregation can make fail (M5, M6).
    pub(super) fn check(&self, catalog: &HeapCatalog) -> Result<(), MemoryFault> {
        if self.min_size_bytes > self.max_size_bytes {
            return Err(MemoryFault::MinSizeAboveMax {
                min: self.min_size_bytes,
                max: self.max_size_bytes,
            });
        }
        if !self.secure {
            return Ok(());
        }
        if !self.domains.inaccessible {
            return Err(MemoryFault::SecureButAccessible);
        }
        if catalog.secure(&self.heaps).next().is_none() {
            return Err(MemoryFault::NoSecureHeap);
        }
        Ok(())
    }

    fn check_participant(&self, usage: Usage) -> Result<(), MemoryFault> {
        let reaches_cpu = self.domains.cpu || self.domains.ram;
        if usage.is_cpu() && !reaches_cpu {
            return Err(MemoryFault::CpuUsageWithoutDomain);
        }
        if usage.is_cpu() && self.secure {
            return Err(MemoryFault::CpuUsageOfSecure);
        }
        if self.secure && reaches_cpu {
            return Err(MemoryFault::SecureWithDomain(self.domains));
        }
        Ok(())
    }

    /// How many names of heaps are compared to combine both, at most.
    pub(super) fn comparisons(&self, other: &Self) -> usize {
        self.heaps.listed().len().saturating_mul(other.heaps.listed().len())
    }

    /// Adds those of the next participant (3.3).
    pub(super) fn combine(&mut self, other: &Self) -> Result<(), HeapConflict> {
        self.min_size_bytes = self.min_size_bytes.max(other.min_size_bytes).max(1);
        self.max_size_bytes = self.max_size_bytes.min(other.max_size_bytes);
        self.contiguous = self.contiguous.max(other.contiguous);
        self.secure |= other.secure;
        self.domains = self.domains & other.domains;
        self.heaps.intersect(&other.heaps)
    }
}

/// M1. Unset, the alignment is 1 if the memory has to be contiguous.
fn contiguous(table: &BufferMemoryConstraints) -> Result<Option<BaseAlignment>, MemoryFault> {
    let is_required = table.physically_contiguous_required.unwrap_or(false);
    match table.min_physical_base_alignment {
        Some(bytes) if !is_required => Err(MemoryFault::AlignmentOfScattered { bytes }),
        Some(bytes) => match BaseAlignment::new(bytes) {
            None => Err(MemoryFault::AlignmentNotPowerOfTwo { bytes }),
            alignment => Ok(alignment),
        },
        None => Ok(is_required.then_some(BaseAlignment(1))),
    }
}

/// M3 and M4.
fn permitted_heaps(table: &BufferMemoryConstraints) -> Result<PermittedHeaps<'_>, MemoryFault> {
    let Some(heaps) = &table.permitted_heaps else { return Ok(PermittedHeaps::Any) };
    if heaps.is_empty() {
        return Err(MemoryFault::NoHeapPermitted);
    }
    let names = heaps.iter().map(HeapName::of).collect::<Option<Vec<_>>>();
    names.map(PermittedHeaps::Listed).ok_or(MemoryFault::HeapWithoutType)
}

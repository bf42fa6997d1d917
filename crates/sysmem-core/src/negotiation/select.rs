//! Chooses one kind of buffers among all that everybody agrees on (`sysmem2-constraints.md` section
//! 4).

use sysmem_fidl::fuchsia_sysmem2::{BufferMemorySettings, Heap, SingleBufferSettings};

use super::cost::cheapest;
use super::failure::Shortfall;
use super::image::Candidate;
use super::limits::{MAX_BUFFER_BYTES, MAX_COLLECTION_BYTES};
use super::padding::padded_bytes;
use super::size::size_bytes;
use super::terms::Settlement;
use super::{Agreement, Environment};

impl Settlement<'_> {
    /// The buffers to make. The format is chosen before its size is known, and no other one is
    /// tried if it turns out too large.
    pub(super) fn select(self, environment: &Environment<'_>) -> Result<Agreement, Shortfall> {
        let buffer_count = self.counts.select().map_err(Shortfall::Count)?;
        let memory = self.memory;
        let heap = environment.heaps.select(&memory).map_err(Shortfall::Heap)?;
        let is_displayed = self.usage.display != 0;
        let domain = memory.domains.select(heap, is_displayed).map_err(Shortfall::Domain)?;

        let has_images = !self.candidates.is_empty();
        let candidates = possible(self.candidates, memory.secure);
        let chosen = cheapest(candidates, self.usage, environment.format_costs);
        if has_images && chosen.is_none() {
            return Err(Shortfall::NoProtectedFormat);
        }
        let sizes = match &chosen {
            None => Sizes { reported: memory.min_size_bytes, padded: memory.min_size_bytes },
            Some(candidate) => {
                let pair = candidate.pair;
                let in_format = |shortfall| Shortfall::Size { pair, shortfall };
                let reported = size_bytes(candidate, &memory).map_err(in_format)?;
                let padded = padded_bytes(candidate, &memory, reported).map_err(in_format)?;
                Sizes { reported, padded }
            }
        };
        let raw_vmo_size = sizes.in_pages(buffer_count, environment.page_size_bytes)?;

        let buffer_settings = BufferMemorySettings {
            size_bytes: Some(sizes.reported),
            is_physically_contiguous: Some(memory.contiguous.is_some()),
            is_secure: Some(memory.secure),
            coherency_domain: Some(domain),
            heap: Some(Heap { heap_type: Some(heap.heap_type.clone()), id: Some(heap.id) }),
            raw_vmo_size: Some(raw_vmo_size),
        };
        Ok(Agreement {
            buffer_count,
            settings: SingleBufferSettings {
                buffer_settings: Some(buffer_settings),
                image_format_constraints: chosen.map(|candidate| candidate.report()),
            },
            physical_alignment_bytes: memory
                .contiguous
                .map(|alignment| alignment.bytes().max(environment.page_size_bytes)),
        })
    }
}

/// Without those that secure memory cannot hold (4.4 step 1).
fn possible(mut candidates: Vec<Candidate<'_>>, is_secure: bool) -> Vec<Candidate<'_>> {
    candidates.retain(|candidate| {
        !is_secure || image_format::is_compatible_with_protected_memory(candidate.pair.modifier)
    });
    candidates
}

/// Bytes of one buffer.
struct Sizes {
    /// What participants are told.
    reported: u64,
    /// With the padding, which nobody is told.
    padded: u64,
}

impl Sizes {
    /// Bytes of memory for one buffer, if the limits are kept (4.9).
    fn in_pages(&self, count: u32, page_size_bytes: u64) -> Result<u64, Shortfall> {
        let bytes = self.padded;
        if bytes > MAX_BUFFER_BYTES {
            return Err(Shortfall::BufferTooLarge { bytes });
        }
        match bytes.checked_mul(count.into()) {
            Some(total) if total <= MAX_COLLECTION_BYTES => {}
            _ => return Err(Shortfall::CollectionTooLarge { bytes, count }),
        }
        bytes.checked_next_multiple_of(page_size_bytes).ok_or(Shortfall::SizeOverflow { bytes })
    }
}

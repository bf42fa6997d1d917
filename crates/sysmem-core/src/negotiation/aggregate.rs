//! What all participants ask for together, as a table that one could have sent.

use sysmem_fidl::fuchsia_sysmem2::{
    BufferCollectionConstraints, BufferMemoryConstraints, BufferUsage,
};

use super::memory::Memory;
use super::terms::Settlement;
use super::usage::Usage;

impl Settlement<'_> {
    /// For people to read. Numbers that restrict nothing are left out.
    pub(super) fn to_table(&self) -> BufferCollectionConstraints {
        let images = self.candidates.iter().map(|candidate| candidate.report()).collect();
        BufferCollectionConstraints {
            usage: Some(usage_table(self.usage)),
            buffer_memory_constraints: Some(memory_table(&self.memory)),
            image_format_constraints: Some(images).filter(|images: &Vec<_>| !images.is_empty()),
            ..self.counts.to_table()
        }
    }
}

fn usage_table(usage: Usage) -> BufferUsage {
    let word = |bits: u32| Some(bits).filter(|bits| *bits != 0);
    BufferUsage {
        // Everybody starts from it.
        none: word(usage.none).filter(|_| !usage.is_real()),
        cpu: word(usage.cpu),
        vulkan: word(usage.vulkan),
        display: word(usage.display),
        video: word(usage.video),
    }
}

fn memory_table(memory: &Memory<'_>) -> BufferMemoryConstraints {
    let heaps = memory.heaps.listed().iter().map(|heap| heap.to_table()).collect();
    BufferMemoryConstraints {
        min_size_bytes: Some(memory.min_size_bytes),
        max_size_bytes: Some(memory.max_size_bytes).filter(|bytes| *bytes != u64::MAX),
        physically_contiguous_required: memory.contiguous.map(|_| true),
        secure_required: memory.secure.then_some(true),
        cpu_domain_supported: Some(memory.domains.cpu),
        ram_domain_supported: Some(memory.domains.ram),
        inaccessible_domain_supported: Some(memory.domains.inaccessible),
        permitted_heaps: Some(heaps).filter(|heaps: &Vec<_>| !heaps.is_empty()),
        min_physical_base_alignment: memory.contiguous.map(|alignment| alignment.bytes()),
    }
}

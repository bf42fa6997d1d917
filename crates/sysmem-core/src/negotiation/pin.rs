//! Buffers that there are, as constraints (`sysmem2-constraints.md` 6.4, 6.5).

use sysmem_fidl::fuchsia_sysmem2::{
    BufferCollectionConstraints, BufferMemoryConstraints, BufferUsage, CoherencyDomain, NONE_USAGE,
    SingleBufferSettings,
};

/// Constraints that accept buffers with these settings and no others, in any number: those of a
/// `must_match_vmo`. For participants who come late the number of buffers goes with them.
///
/// Padding is not in `size_bytes` and counts against `max_size_bytes` all the same, so that buffers
/// whose image has any accept nobody. That looks unintended and is Fuchsia's rule
/// (`sysmem2-constraints.md` 6.4, section 9).
pub fn pin(settings: &SingleBufferSettings) -> BufferCollectionConstraints {
    let image = settings.image_format_constraints.clone();
    BufferCollectionConstraints {
        usage: Some(BufferUsage { none: Some(NONE_USAGE), ..Default::default() }),
        buffer_memory_constraints: settings.buffer_settings.as_ref().map(|memory| {
            let is_in = |domain| Some(memory.coherency_domain == Some(domain));
            BufferMemoryConstraints {
                min_size_bytes: memory.size_bytes,
                max_size_bytes: memory.size_bytes,
                physically_contiguous_required: memory.is_physically_contiguous.filter(|set| *set),
                secure_required: memory.is_secure.filter(|set| *set),
                cpu_domain_supported: is_in(CoherencyDomain::CPU),
                ram_domain_supported: is_in(CoherencyDomain::RAM),
                inaccessible_domain_supported: is_in(CoherencyDomain::INACCESSIBLE),
                permitted_heaps: memory.heap.clone().map(|heap| vec![heap]),
                min_physical_base_alignment: None,
            }
        }),
        image_format_constraints: image.map(|image| vec![image]),
        ..Default::default()
    }
}

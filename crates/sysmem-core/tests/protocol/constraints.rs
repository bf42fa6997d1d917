//! Constraints that participants set in these tests.

use fsysmem2::BufferCollectionConstraints;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

/// A CPU that reads, wants `count` buffers for itself, of at least `size_bytes`.
pub fn cpu(count: u32, size_bytes: u64) -> BufferCollectionConstraints {
    with_usage(fsysmem2::CPU_USAGE_READ_OFTEN, count, size_bytes)
}

/// As [`cpu`], but it writes.
pub fn writer(count: u32, size_bytes: u64) -> BufferCollectionConstraints {
    with_usage(fsysmem2::CPU_USAGE_WRITE_OFTEN, count, size_bytes)
}

/// Nobody can meet these: a minimum above the maximum.
pub fn impossible() -> BufferCollectionConstraints {
    BufferCollectionConstraints {
        min_buffer_count: Some(2),
        max_buffer_count: Some(1),
        ..cpu(1, 64)
    }
}

/// `NONE_USAGE`, and more bits of it if one likes.
pub fn no_use(more: u32) -> BufferCollectionConstraints {
    BufferCollectionConstraints {
        usage: Some(fsysmem2::BufferUsage {
            none: Some(fsysmem2::NONE_USAGE | more),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn with_usage(cpu: u32, count: u32, size_bytes: u64) -> BufferCollectionConstraints {
    BufferCollectionConstraints {
        usage: Some(fsysmem2::BufferUsage { cpu: Some(cpu), ..Default::default() }),
        min_buffer_count_for_camping: Some(count),
        buffer_memory_constraints: Some(fsysmem2::BufferMemoryConstraints {
            min_size_bytes: Some(size_bytes),
            cpu_domain_supported: Some(true),
            ..Default::default()
        }),
        ..Default::default()
    }
}

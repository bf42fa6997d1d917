//! Constraints that participants set in these tests.

use fsysmem2::BufferCollectionConstraints;
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
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

/// Somebody who uses images of one format, linear, in sRGB, with one buffer of its own per `count`.
pub fn images(
    usage: fsysmem2::BufferUsage,
    count: u32,
    pixel_format: PixelFormat,
) -> BufferCollectionConstraints {
    BufferCollectionConstraints {
        usage: Some(usage),
        min_buffer_count_for_camping: Some(count),
        image_format_constraints: Some(vec![fsysmem2::ImageFormatConstraints {
            pixel_format: Some(pixel_format),
            pixel_format_modifier: Some(PixelFormatModifier::LINEAR),
            color_spaces: Some(vec![ColorSpace::SRGB]),
            ..Default::default()
        }]),
        ..Default::default()
    }
}

/// Usage by a GPU that samples.
pub fn sampled() -> fsysmem2::BufferUsage {
    let vulkan = Some(fsysmem2::VULKAN_IMAGE_USAGE_SAMPLED);
    fsysmem2::BufferUsage { vulkan, ..Default::default() }
}

//! Constraints in the structs of the first version.

use sysmem_fidl::fuchsia_sysmem::*;

/// A CPU that reads and wants so many buffers of at least so many bytes.
pub fn cpu(count: u32, min_size_bytes: u32) -> BufferCollectionConstraints {
    with_usage(CPU_USAGE_READ_OFTEN, count, min_size_bytes)
}

/// As [`cpu`], but it writes.
pub fn writer(count: u32, min_size_bytes: u32) -> BufferCollectionConstraints {
    with_usage(CPU_USAGE_WRITE_OFTEN, count, min_size_bytes)
}

fn with_usage(cpu: u32, count: u32, min_size_bytes: u32) -> BufferCollectionConstraints {
    BufferCollectionConstraints {
        usage: BufferUsage { cpu, ..Default::default() },
        min_buffer_count_for_camping: count,
        has_buffer_memory_constraints: true,
        buffer_memory_constraints: BufferMemoryConstraints {
            min_size_bytes,
            cpu_domain_supported: true,
            ..Default::default()
        },
        ..Default::default()
    }
}

/// One NV12 image of 640 by 480 pixels.
pub fn image() -> ImageFormatConstraints {
    let mut image = ImageFormatConstraints {
        color_spaces_count: 1,
        min_coded_width: 640,
        min_coded_height: 480,
        ..Default::default()
    };
    image.pixel_format.r#type = PixelFormatType::NV12;
    image.color_space[0].r#type = ColorSpaceType::REC709;
    image
}

/// A CPU that reads one image in any of these formats.
pub fn images(images: &[ImageFormatConstraints]) -> BufferCollectionConstraints {
    let mut constraints = cpu(1, 0);
    constraints.image_format_constraints_count = images.len() as u32;
    for (place, image) in constraints.image_format_constraints.iter_mut().zip(images) {
        *place = image.clone();
    }
    constraints
}

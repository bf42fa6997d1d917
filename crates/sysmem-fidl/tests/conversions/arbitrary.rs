//! Arbitrary valid structs of `fuchsia.sysmem`: the normal form of each value, which comes back as
//! it went.

use proptest::prelude::*;
use sysmem_fidl::fuchsia_sysmem::*;

fn number() -> impl Strategy<Value = u32> + Clone {
    prop_oneof![
        Just(0),
        0_u32..5,
        (0_u32..32).prop_map(|bit| 1 << bit),
        Just(u32::MAX),
        any::<u32>(),
    ]
}

/// Both 0, or neither.
fn whole_size() -> impl Strategy<Value = (u32, u32)> {
    prop_oneof![Just((0, 0)), (1..=u32::MAX, 1..=u32::MAX)]
}

/// Elements, and how many of them count; the others are zeros.
fn some_of<T: Copy + std::fmt::Debug + 'static, const N: usize>(
    element: impl Strategy<Value = T> + 'static,
    rest: T,
) -> impl Strategy<Value = (u32, [T; N])> {
    prop::collection::vec(element, 0..=N).prop_map(move |elements| {
        let mut array = [rest; N];
        array[..elements.len()].copy_from_slice(&elements);
        (elements.len() as u32, array)
    })
}

pub fn usage() -> impl Strategy<Value = BufferUsage> {
    [number(), number(), number(), number(), number()].prop_map(
        |[none, cpu, vulkan, display, video]| BufferUsage { none, cpu, vulkan, display, video },
    )
}

pub fn heap() -> impl Strategy<Value = HeapType> {
    prop_oneof![
        4 => prop::sample::select(HeapType::MEMBERS),
        1 => any::<u64>().prop_map(HeapType::from_primitive),
    ]
}

fn modifier() -> impl Strategy<Value = FormatModifier> {
    let known = [
        FORMAT_MODIFIER_LINEAR,
        FORMAT_MODIFIER_INTEL_I915_X_TILED,
        FORMAT_MODIFIER_ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TE,
        FORMAT_MODIFIER_GOOGLE_GOLDFISH_OPTIMAL,
    ];
    // Not what the second version calls the goldfish modifier: that comes back as the first one's.
    let others = (1_u64 << 60..1 << 62).prop_map(|value| value);
    prop_oneof![prop::sample::select(known.to_vec()), others]
        .prop_map(|value| FormatModifier { value })
}

fn pixel_format_with_modifier() -> impl Strategy<Value = PixelFormat> {
    (prop::sample::select(PixelFormatType::MEMBERS), modifier()).prop_map(|(r#type, modifier)| {
        PixelFormat { r#type, has_format_modifier: true, format_modifier: modifier }
    })
}

fn pixel_format() -> impl Strategy<Value = PixelFormat> {
    (pixel_format_with_modifier(), any::<bool>()).prop_map(|(format, has)| {
        let without = PixelFormat { r#type: format.r#type, ..PixelFormat::default() };
        if has { format } else { without }
    })
}

fn color_space() -> impl Strategy<Value = ColorSpace> {
    prop::sample::select(ColorSpaceType::MEMBERS).prop_map(|r#type| ColorSpace { r#type })
}

pub fn image_format() -> impl Strategy<Value = ImageFormat2> {
    let numbers = [number(), number(), number(), number(), number()];
    let aspect = prop::option::of((number(), number()));
    (pixel_format(), numbers, color_space(), aspect).prop_map(
        |(pixel_format, [coded_width, coded_height, row, width, height], color_space, aspect)| {
            let (aspect_width, aspect_height) = aspect.unwrap_or_default();
            ImageFormat2 {
                pixel_format,
                coded_width,
                coded_height,
                bytes_per_row: row,
                display_width: width,
                display_height: height,
                layers: 1,
                color_space,
                has_pixel_aspect_ratio: aspect.is_some(),
                pixel_aspect_ratio_width: aspect_width,
                pixel_aspect_ratio_height: aspect_height,
            }
        },
    )
}

pub fn image_constraints() -> impl Strategy<Value = ImageFormatConstraints> {
    let sizes = [number(), number(), number(), number(), number(), number(), number()];
    let whole = [whole_size(), whole_size(), whole_size(), whole_size()];
    let formats = (pixel_format_with_modifier(), some_of(color_space(), ColorSpace::default()));
    (formats, sizes, whole, number(), number()).prop_map(|(formats, sizes, whole, row, offset)| {
        let (pixel_format, (color_spaces_count, color_space)) = formats;
        let [min_width, max_width, min_height, max_height, min_row, max_row, area] = sizes;
        let [coded, display, required_min, required_max] = whole;
        ImageFormatConstraints {
            pixel_format,
            color_spaces_count,
            color_space,
            min_coded_width: min_width,
            max_coded_width: max_width,
            min_coded_height: min_height,
            max_coded_height: max_height,
            min_bytes_per_row: min_row,
            max_bytes_per_row: max_row,
            max_coded_width_times_coded_height: area,
            layers: 1,
            coded_width_divisor: coded.0,
            coded_height_divisor: coded.1,
            bytes_per_row_divisor: row,
            start_offset_divisor: offset,
            display_width_divisor: display.0,
            display_height_divisor: display.1,
            required_min_coded_width: required_min.0,
            required_max_coded_width: required_max.0,
            required_min_coded_height: required_min.1,
            required_max_coded_height: required_max.1,
            required_min_bytes_per_row: 0,
            required_max_bytes_per_row: 0,
        }
    })
}

pub fn memory() -> impl Strategy<Value = BufferMemoryConstraints> {
    let heaps = some_of(heap(), HeapType::SYSTEM_RAM);
    (number(), number(), any::<[bool; 5]>(), heaps).prop_map(|(min, max, bools, heaps)| {
        let [contiguous, secure, ram, cpu, inaccessible] = bools;
        let (heap_permitted_count, heap_permitted) = heaps;
        BufferMemoryConstraints {
            min_size_bytes: min,
            max_size_bytes: max,
            physically_contiguous_required: contiguous,
            secure_required: secure,
            ram_domain_supported: ram,
            cpu_domain_supported: cpu,
            inaccessible_domain_supported: inaccessible,
            heap_permitted_count,
            heap_permitted,
        }
    })
}

pub fn constraints() -> impl Strategy<Value = BufferCollectionConstraints> {
    let counts = [number(), number(), number(), number(), number()];
    let images = prop::collection::vec(image_constraints(), 0..=32);
    (usage(), counts, prop::option::of(memory()), images).prop_map(
        |(usage, [camping, dedicated, shared, min, max], memory, images)| {
            let mut constraints = BufferCollectionConstraints {
                usage,
                min_buffer_count_for_camping: camping,
                min_buffer_count_for_dedicated_slack: dedicated,
                min_buffer_count_for_shared_slack: shared,
                min_buffer_count: min,
                max_buffer_count: max,
                has_buffer_memory_constraints: memory.is_some(),
                buffer_memory_constraints: memory.unwrap_or_default(),
                image_format_constraints_count: images.len() as u32,
                ..Default::default()
            };
            for (place, image) in constraints.image_format_constraints.iter_mut().zip(images) {
                *place = image;
            }
            constraints
        },
    )
}

pub fn memory_settings() -> impl Strategy<Value = BufferMemorySettings> {
    let domain = prop::sample::select(CoherencyDomain::MEMBERS);
    (number(), any::<[bool; 2]>(), domain, heap()).prop_map(
        |(size_bytes, [is_physically_contiguous, is_secure], coherency_domain, heap)| {
            BufferMemorySettings {
                size_bytes,
                is_physically_contiguous,
                is_secure,
                coherency_domain,
                heap,
            }
        },
    )
}

pub fn settings() -> impl Strategy<Value = SingleBufferSettings> {
    let image = prop::option::of(image_constraints());
    (memory_settings(), image).prop_map(|(buffer_settings, image)| SingleBufferSettings {
        buffer_settings,
        has_image_format_constraints: image.is_some(),
        image_format_constraints: image.unwrap_or_default(),
    })
}

/// With numbers for handles.
pub fn buffers() -> impl Strategy<Value = BufferCollectionInfo2<u32>> {
    let buffers = prop::collection::vec((any::<Option<u32>>(), any::<u64>()), 0..=64);
    (settings(), buffers).prop_map(|(settings, buffers)| {
        let buffer_count = buffers.len() as u32;
        let mut info = BufferCollectionInfo2 { buffer_count, settings, ..Default::default() };
        for (place, (vmo, vmo_usable_start)) in info.buffers.iter_mut().zip(buffers) {
            *place = VmoBuffer { vmo, vmo_usable_start };
        }
        info
    })
}

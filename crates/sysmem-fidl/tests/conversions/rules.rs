//! The rules one by one (`sysmem1.md` 3.1, 3.2; `image-formats.md` section 7).

use sysmem_fidl::conversions::{FromV1Error, ToV1Error};
use sysmem_fidl::fuchsia_images2::{ColorSpace, ImageFormat, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_math::{RectU, SizeU};
use sysmem_fidl::{fuchsia_sysmem as v1, fuchsia_sysmem2 as v2};

fn image() -> v1::ImageFormatConstraints {
    let mut image = v1::ImageFormatConstraints { color_spaces_count: 1, ..Default::default() };
    image.pixel_format.r#type = v1::PixelFormatType::NV12;
    image.color_space[0].r#type = v1::ColorSpaceType::REC709;
    image
}

fn table(image: v1::ImageFormatConstraints) -> Result<v2::ImageFormatConstraints, FromV1Error> {
    (&image).try_into()
}

fn size(width: u32, height: u32) -> Option<SizeU> {
    Some(SizeU { width, height })
}

#[test]
fn sysmem1_zeros_are_fields_that_are_not_set() {
    let zeros = v1::BufferCollectionConstraints::default();
    let expected = v2::BufferCollectionConstraints {
        usage: Some(v2::BufferUsage::default()),
        ..Default::default()
    };
    assert_eq!((&zeros).try_into(), Ok(expected));
}

#[test]
fn sysmem1_bools_are_always_set() {
    let zeros = v1::BufferMemoryConstraints::default();
    let expected = v2::BufferMemoryConstraints {
        physically_contiguous_required: Some(false),
        secure_required: Some(false),
        cpu_domain_supported: Some(false),
        ram_domain_supported: Some(false),
        inaccessible_domain_supported: Some(false),
        ..Default::default()
    };
    assert_eq!((&zeros).try_into(), Ok(expected));
}

#[test]
fn sysmem1_c36_counts_beyond_their_arrays_are_errors() {
    let mut constraints = v1::BufferCollectionConstraints {
        image_format_constraints_count: 33,
        ..Default::default()
    };
    let error = |field, limit| Err(FromV1Error::TooMany { field, count: limit as u32 + 1, limit });
    let table = v2::BufferCollectionConstraints::try_from(&constraints);
    assert_eq!(table, error("image_format_constraints", 32));

    constraints.image_format_constraints_count = 1;
    constraints.image_format_constraints[0].color_spaces_count = 33;
    let table = v2::BufferCollectionConstraints::try_from(&constraints);
    assert_eq!(table, error("color_space", 32));

    constraints.image_format_constraints_count = 0;
    constraints.buffer_memory_constraints.heap_permitted_count = 33;
    assert!(v2::BufferCollectionConstraints::try_from(&constraints).is_ok());
    constraints.has_buffer_memory_constraints = true;
    let table = v2::BufferCollectionConstraints::try_from(&constraints);
    assert_eq!(table, error("heap_permitted", 32));

    let info = v1::BufferCollectionInfo2::<u32> { buffer_count: 65, ..Default::default() };
    let error = FromV1Error::TooMany { field: "buffers", count: 65, limit: 64 };
    assert_eq!(v2::BufferCollectionInfo::try_from(info), Err(error));
}

#[test]
fn sysmem1_vectors_beyond_their_arrays_are_errors() {
    let images = vec![v2::ImageFormatConstraints::try_from(&image()).expect("valid"); 33];
    let constraints = v2::BufferCollectionConstraints {
        image_format_constraints: Some(images),
        ..Default::default()
    };
    let error = |field, limit| ToV1Error::TooMany { field, count: limit + 1, limit };
    let converted = v1::BufferCollectionConstraints::try_from(&constraints);
    assert_eq!(converted, Err(error("image_format_constraints", 32)));

    let heap = v2::Heap::from(v1::HeapType::SYSTEM_RAM);
    let memory =
        v2::BufferMemoryConstraints { permitted_heaps: Some(vec![heap; 33]), ..Default::default() };
    let converted = v1::BufferMemoryConstraints::try_from(&memory);
    assert_eq!(converted, Err(error("heap_permitted", 32)));

    let settings = v2::SingleBufferSettings {
        buffer_settings: Some(v1::BufferMemorySettings::default().into()),
        ..Default::default()
    };
    let buffers = (0..65).map(|_| v2::VmoBuffer::<u32>::default()).collect();
    let info = v2::BufferCollectionInfo {
        settings: Some(settings),
        buffers: Some(buffers),
        ..Default::default()
    };
    assert_eq!(v1::BufferCollectionInfo2::try_from(info), Err(error("buffers", 64)));
}

#[test]
fn sysmem1_heaps_have_names() {
    for (number, name) in [
        (v1::HeapType::SYSTEM_RAM, "fuchsia.sysmem.heap.HEAP_TYPE.SYSTEM_RAM"),
        (v1::HeapType::FRAMEBUFFER, "fuchsia.sysmem.heap.HEAP_TYPE.FRAMEBUFFER"),
        (v1::HeapType::from_primitive(7), "fuchsia.sysmem.heap.HEAP_TYPE.0x7"),
    ] {
        let heap = v2::Heap { heap_type: Some(name.into()), id: Some(0) };
        assert_eq!(v2::Heap::from(number), heap);
    }
    let named = |heap_type: &str, id| v2::Heap { heap_type: Some(heap_type.into()), id };
    for (heap_type, id) in [
        ("linux.dma-heap.sysmem.heap.HEAP_TYPE.CMA", None),
        ("fuchsia.sysmem.heap.HEAP_TYPE.SYSTEM_RAM", Some(1)),
    ] {
        let error = ToV1Error::NoSuchHeap { heap_type: heap_type.into(), id: id.unwrap_or(0) };
        assert_eq!(v1::HeapType::try_from(&named(heap_type, id)), Err(error));
    }
}

#[test]
fn sysmem1_the_goldfish_modifier_has_two_numbers() {
    let value = v1::FORMAT_MODIFIER_GOOGLE_GOLDFISH_OPTIMAL;
    let modifier = PixelFormatModifier::from(v1::FormatModifier { value });
    assert_eq!(modifier, PixelFormatModifier::GOOGLE_GOLDFISH_OPTIMAL);
    assert_eq!(modifier.into_primitive(), 0x6700_0000_0000_0001);
    assert_eq!(v1::FormatModifier::from(modifier).value, value);
}

#[test]
fn sysmem1_c50_no_modifier_in_constraints_is_linear() {
    let without = table(image()).expect("valid");
    assert_eq!(without.pixel_format_modifier, Some(PixelFormatModifier::LINEAR));
    let mut with = image();
    with.pixel_format.has_format_modifier = true;
    assert_eq!(table(with), Ok(without.clone()));
    let back = v1::ImageFormatConstraints::try_from(&without).expect("valid");
    assert!(back.pixel_format.has_format_modifier);
}

#[test]
fn sysmem1_c45_a_divisor_of_zero_is_one() {
    let table = table(v1::ImageFormatConstraints { coded_width_divisor: 16, ..image() });
    let table = table.expect("valid");
    assert_eq!(table.size_alignment, size(16, 1));
    assert_eq!((table.display_rect_alignment, table.bytes_per_row_divisor), (None, None));
}

#[test]
fn sysmem1_c46_no_layers_are_one() {
    for (layers, expected) in [(0, None), (1, None), (2, Some(FromV1Error::Layers(2)))] {
        assert_eq!(table(v1::ImageFormatConstraints { layers, ..image() }).err(), expected);
        let format = v1::ImageFormat2 { layers, ..Default::default() };
        assert_eq!(ImageFormat::try_from(&format).err(), expected);
    }
}

#[test]
fn sysmem1_required_sizes_are_whole() {
    let half = v1::ImageFormatConstraints { required_min_coded_width: 640, ..image() };
    assert_eq!(table(half), Err(FromV1Error::HalfSize("required_min_coded_*")));
    let half = v1::ImageFormatConstraints { required_max_coded_height: 480, ..image() };
    assert_eq!(table(half), Err(FromV1Error::HalfSize("required_max_coded_*")));
    // A limit that is half given is a limit of 0 on the other half.
    let half = v1::ImageFormatConstraints { max_coded_width: 640, ..image() };
    assert_eq!(table(half).expect("valid").max_size, size(640, 0));
}

#[test]
fn sysmem1_required_bytes_per_row_are_dropped() {
    let image = v1::ImageFormatConstraints { required_max_bytes_per_row: 64, ..image() };
    let back = v1::ImageFormatConstraints::try_from(&table(image).expect("valid"));
    assert_eq!(back.expect("valid").required_max_bytes_per_row, 0);
}

#[test]
fn sysmem1_formats_and_color_spaces_of_version_2_alone_are_errors() {
    for format in [PixelFormat::P010, PixelFormat::R8G8B8X8, PixelFormat::DO_NOT_CARE] {
        let image = v2::ImageFormatConstraints { pixel_format: Some(format), ..Default::default() };
        let value = format.into_primitive();
        let error = ToV1Error::NoSuchMember { field: "pixel_format", value };
        assert_eq!(v1::ImageFormatConstraints::try_from(&image), Err(error));
    }
    let image = v2::ImageFormatConstraints {
        pixel_format: Some(PixelFormat::NV12),
        color_spaces: Some(vec![ColorSpace::PASSTHROUGH]),
        ..Default::default()
    };
    let error = ToV1Error::NoSuchMember { field: "color_space", value: 9 };
    assert_eq!(v1::ImageFormatConstraints::try_from(&image), Err(error));
}

#[test]
fn sysmem1_what_would_place_images_elsewhere_is_an_error() {
    let nv12 = || table(image()).expect("valid");
    let padded = v2::ImageFormatConstraints { pad_for_block_size: size(16, 16), ..nv12() };
    let longer = v2::ImageFormatConstraints { pad_beyond_image_size_bytes: Some(1), ..nv12() };
    for (image, field) in [(padded, "pad_for_block_size"), (longer, "pad_beyond_image_size_bytes")]
    {
        let converted = v1::ImageFormatConstraints::try_from(&image);
        assert_eq!(converted, Err(ToV1Error::Inexpressible(field)));
    }
    let harmless = v2::ImageFormatConstraints {
        pad_for_block_size: size(1, 1),
        pad_beyond_image_size_bytes: Some(0),
        ..nv12()
    };
    assert!(v1::ImageFormatConstraints::try_from(&harmless).is_ok());
}

#[test]
fn sysmem1_numbers_that_do_not_fit_are_errors_or_limits() {
    let large = 1_u64 << 32;
    let settings = v2::BufferMemorySettings {
        size_bytes: Some(large),
        ..v1::BufferMemorySettings::default().into()
    };
    let error = |field| Some(ToV1Error::TooLarge { field, value: large });
    assert_eq!(v1::BufferMemorySettings::try_from(&settings).err(), error("size_bytes"));

    let memory = v2::BufferMemoryConstraints { max_size_bytes: Some(large), ..Default::default() };
    let converted = v1::BufferMemoryConstraints::try_from(&memory).expect("a limit fits");
    assert_eq!(converted.max_size_bytes, u32::MAX);

    let area = |pixels| v2::ImageFormatConstraints {
        pixel_format: Some(PixelFormat::NV12),
        max_width_times_height: Some(pixels),
        ..Default::default()
    };
    let converted = v1::ImageFormatConstraints::try_from(&area(large));
    assert_eq!(converted.err(), error("max_width_times_height"));
    let converted = v1::ImageFormatConstraints::try_from(&area(u64::MAX)).expect("no limit");
    assert_eq!(converted.max_coded_width_times_coded_height, u32::MAX);
}

#[test]
fn sysmem1_images_that_begin_elsewhere_are_errors() {
    let rect = RectU { x: 0, y: 2, width: 4, height: 4 };
    let image = ImageFormat {
        pixel_format: Some(PixelFormat::NV12),
        display_rect: Some(rect),
        ..Default::default()
    };
    let error = ToV1Error::Inexpressible("display_rect");
    assert_eq!(v1::ImageFormat2::try_from(&image), Err(error));
    let error = ToV1Error::Missing("pixel_format");
    assert_eq!(v1::ImageFormat2::try_from(&ImageFormat::default()), Err(error));
}

#[test]
fn sysmem1_weak_buffers_are_errors() {
    let buffer = v2::VmoBuffer { vmo: Some(1), close_weak_asap: Some(2), vmo_usable_start: None };
    let error = ToV1Error::Inexpressible("close_weak_asap");
    assert_eq!(v1::VmoBuffer::try_from(buffer), Err(error));
}

#[test]
fn sysmem1_errors_are_statuses() {
    use v2::Error as E;
    for (error, status) in [
        (E::NO_MEMORY, -4),
        (E::HANDLE_ACCESS_DENIED, -30),
        (E::PROTOCOL_DEVIATION, -10),
        (E::CONSTRAINTS_INTERSECTION_EMPTY, -2),
        (E::NOT_FOUND, -25),
        (E::PENDING, -28),
        (E::TOO_MANY_GROUP_CHILD_COMBINATIONS, -14),
        (E::UNSPECIFIED, -1),
        (E::NO_MORE_STRONG_VMO_HANDLES, -1),
    ] {
        assert_eq!(error.into_v1_status(), status, "{error:?}");
    }
}

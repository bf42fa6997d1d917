//! What is written is read as the same again, and what is not read is told.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use serde_json::Value as Json;
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2::*;
use sysmem_json::{Form, Report, Scenario, from_json, from_text, to_json};

/// By value and by text, since numbers of 64 bits have to survive both.
fn assert_survives<T>(value: &T)
where
    T: Form<Value = T> + PartialEq + std::fmt::Debug,
{
    let json = to_json(value);
    assert_eq!(from_json::<T>(&json).as_ref(), Ok(value), "{json}");
    assert_eq!(from_text::<T>(&json.to_string()).as_ref(), Ok(value), "{json}");
}

proptest! {
    #[test]
    fn constraints_survive(table in constraints().boxed()) {
        assert_survives(&table);
    }

    #[test]
    fn reports_survive(report in report().boxed()) {
        assert_survives(&report);
    }

    /// Whatever a file holds, it is read or there is one line about it.
    #[test]
    fn anything_is_read_or_told(json in anything()) {
        let scenario = Scenario::from_json(&json).err();
        let table = from_json::<BufferCollectionConstraints>(&json).err();
        for error in scenario.into_iter().chain(table) {
            let text = error.to_string();
            prop_assert!(!text.is_empty() && !text.contains('\n'), "{text:?}");
        }
    }
}

/// Any number, those that mean something more often.
fn short() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0), 1..64_u32, Just(u32::MAX), any::<u32>()]
}

fn long() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), 1..64_u64, Just(u64::MAX), any::<u64>()]
}

fn size() -> impl Strategy<Value = SizeU> {
    (short(), short()).prop_map(|(width, height)| SizeU { width, height })
}

fn pixel_format() -> impl Strategy<Value = PixelFormat> {
    let other = short().prop_map(PixelFormat::from_primitive);
    prop_oneof![prop::sample::select(PixelFormat::MEMBERS), other]
}

fn modifier() -> impl Strategy<Value = PixelFormatModifier> {
    let other = long().prop_map(PixelFormatModifier::from_primitive);
    prop_oneof![prop::sample::select(PixelFormatModifier::MEMBERS), other]
}

fn color_space() -> impl Strategy<Value = ColorSpace> {
    let other = short().prop_map(ColorSpace::from_primitive);
    prop_oneof![prop::sample::select(ColorSpace::MEMBERS), other]
}

fn pair() -> impl Strategy<Value = PixelFormatAndModifier> {
    (pixel_format(), modifier()).prop_map(|(pixel_format, pixel_format_modifier)| {
        PixelFormatAndModifier { pixel_format, pixel_format_modifier }
    })
}

prop_compose! {
    fn usage()(
        none in of(short()),
        cpu in of(short()),
        vulkan in of(short()),
        display in of(short()),
        video in of(short()),
    ) -> BufferUsage {
        BufferUsage { none, cpu, vulkan, display, video }
    }
}

prop_compose! {
    fn heap()(heap_type in of(".{0,32}"), id in of(long())) -> Heap {
        Heap { heap_type, id }
    }
}

prop_compose! {
    fn memory()(
        min_size_bytes in of(long()),
        max_size_bytes in of(long()),
        physically_contiguous_required in of(any::<bool>()),
        secure_required in of(any::<bool>()),
        cpu_domain_supported in of(any::<bool>()),
        ram_domain_supported in of(any::<bool>()),
        inaccessible_domain_supported in of(any::<bool>()),
        permitted_heaps in of(vec(heap(), 0..4)),
        min_physical_base_alignment in of(long()),
    ) -> BufferMemoryConstraints {
        BufferMemoryConstraints {
            min_size_bytes,
            max_size_bytes,
            physically_contiguous_required,
            secure_required,
            cpu_domain_supported,
            ram_domain_supported,
            inaccessible_domain_supported,
            permitted_heaps,
            min_physical_base_alignment,
        }
    }
}

prop_compose! {
    /// The fields about sizes.
    fn image_sizes()(
        min_size in of(size()),
        max_size in of(size()),
        size_alignment in of(size()),
        display_rect_alignment in of(size()),
        required_min_size in of(size()),
        required_max_size in of(size()),
        required_max_size_list in of(vec(size(), 0..4)),
        pad_for_block_size in of(size()),
    ) -> ImageFormatConstraints {
        ImageFormatConstraints {
            min_size,
            max_size,
            size_alignment,
            display_rect_alignment,
            required_min_size,
            required_max_size,
            required_max_size_list,
            pad_for_block_size,
            ..Default::default()
        }
    }
}

prop_compose! {
    fn image()(
        sizes in image_sizes().boxed(),
        (pixel_format, pixel_format_modifier) in (of(pixel_format()), of(modifier())),
        color_spaces in of(vec(color_space(), 0..4)),
        (min_bytes_per_row, max_bytes_per_row) in (of(short()), of(short())),
        max_width_times_height in of(long()),
        bytes_per_row_divisor in of(short()),
        start_offset_divisor in of(short()),
        pixel_format_and_modifiers in of(vec(pair(), 0..4)),
        require_bytes_per_row_at_pixel_boundary in of(any::<bool>()),
        is_alpha_present in of(any::<bool>()),
        pad_beyond_image_size_bytes in of(long()),
    ) -> ImageFormatConstraints {
        ImageFormatConstraints {
            pixel_format,
            pixel_format_modifier,
            color_spaces,
            min_bytes_per_row,
            max_bytes_per_row,
            max_width_times_height,
            bytes_per_row_divisor,
            start_offset_divisor,
            pixel_format_and_modifiers,
            require_bytes_per_row_at_pixel_boundary,
            is_alpha_present,
            pad_beyond_image_size_bytes,
            ..sizes
        }
    }
}

prop_compose! {
    fn constraints()(
        usage in of(usage()),
        min_buffer_count_for_camping in of(short()),
        min_buffer_count_for_dedicated_slack in of(short()),
        min_buffer_count_for_shared_slack in of(short()),
        min_buffer_count in of(short()),
        max_buffer_count in of(short()),
        buffer_memory_constraints in of(memory().boxed()),
        image_format_constraints in of(vec(image().boxed(), 0..4)),
    ) -> BufferCollectionConstraints {
        BufferCollectionConstraints {
            usage,
            min_buffer_count_for_camping,
            min_buffer_count_for_dedicated_slack,
            min_buffer_count_for_shared_slack,
            min_buffer_count,
            max_buffer_count,
            buffer_memory_constraints,
            image_format_constraints,
        }
    }
}

prop_compose! {
    fn memory_settings()(
        size_bytes in of(long()),
        is_physically_contiguous in of(any::<bool>()),
        is_secure in of(any::<bool>()),
        coherency_domain in of(short()),
        heap in of(heap()),
        raw_vmo_size in of(long()),
    ) -> BufferMemorySettings {
        let coherency_domain = coherency_domain.map(CoherencyDomain::from_primitive);
        BufferMemorySettings {
            size_bytes,
            is_physically_contiguous,
            is_secure,
            coherency_domain,
            heap,
            raw_vmo_size,
        }
    }
}

fn report() -> impl Strategy<Value = Report> {
    let settings = (of(memory_settings().boxed()), of(image().boxed())).prop_map(
        |(buffer_settings, image_format_constraints)| {
            Box::new(SingleBufferSettings { buffer_settings, image_format_constraints })
        },
    );
    let ok = (short(), settings, vec(".{0,8}", 0..4));
    let ok = ok.prop_map(|(buffer_count, settings, chosen)| Report::Ok {
        buffer_count,
        settings,
        chosen,
    });
    let error = (short(), of(".{0,8}")).prop_map(|(error, explanation)| Report::Error {
        error: Error::from_primitive(error),
        explanation,
    });
    let bad_input = ".{0,8}".prop_map(|error| Report::BadInput { error });
    prop_oneof![ok, error, bad_input]
}

/// Any JSON at all, made of the words that mean something here.
fn anything() -> impl Strategy<Value = Json> {
    let word = prop::sample::select(WORDS).prop_map(str::to_owned);
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        word.clone().prop_map(Json::from),
    ];
    leaf.prop_recursive(6, 64, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(word.clone(), inner, 0..4)
                .prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

const WORDS: &[&str] = &[
    "root",
    "participants",
    "heaps",
    "format_costs",
    "group",
    "children",
    "name",
    "constraints",
    "usage",
    "cpu",
    "READ",
    "min_buffer_count",
    "image_format_constraints",
    "pixel_format",
    "NV12",
    "0x",
    "0x1",
    "a\nb",
    "",
];

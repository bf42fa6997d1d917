//! Late participants and images: the examples E45 to E47 of `sysmem2-constraints.md` 7.

use fsysmem2::{BufferCollectionConstraints, BufferMemoryConstraints, ImageFormatConstraints};
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::client::Client;
use crate::constraints::{images, sampled};
use crate::world::World;

const BGRA: PixelFormat = PixelFormat::B8G8R8A8;
const RGBA: PixelFormat = PixelFormat::R8G8B8A8;

const fn size(width: u32, height: u32) -> SizeU {
    SizeU { width, height }
}

/// `constraints` with its first image entry changed.
fn with_image(
    mut constraints: BufferCollectionConstraints,
    change: impl FnOnce(&mut ImageFormatConstraints),
) -> BufferCollectionConstraints {
    change(&mut constraints.image_format_constraints.as_mut().unwrap()[0]);
    constraints
}

/// Two allocated participants: a GPU that wants 100x50, a display that wants two buffers.
fn base(world: &World, min_buffer_count: u32) -> Client {
    let (root, [display]) = world.participants();
    let display_usage = fsysmem2::BufferUsage {
        display: Some(fsysmem2::DISPLAY_USAGE_LAYER),
        ..Default::default()
    };
    let mut gpu =
        with_image(images(sampled(), 1, BGRA), |image| image.min_size = Some(size(100, 50)));
    gpu.min_buffer_count = Some(min_buffer_count);
    root.set_constraints(gpu);
    display.set_constraints(images(display_usage, 2, BGRA));
    let buffers = root.wait().buffers();
    assert_eq!(buffers.count, min_buffer_count.max(3));
    assert_eq!(buffers.settings.buffer_settings.as_ref().unwrap().size_bytes, Some(20_000));
    root
}

/// Whether somebody with these constraints gets the buffers that `root` has.
fn joins(world: &World, root: &Client, constraints: BufferCollectionConstraints) -> bool {
    let late = world.bind(root.attach());
    late.set_constraints(constraints);
    let joins = late.is_open();
    if joins {
        assert_eq!(late.wait().buffers().settings, root.wait().buffers().settings);
    }
    assert!(root.is_open());
    joins
}

#[test]
fn constraints_e45_late_participants_take_what_there_is() {
    let joiner = || images(sampled(), 0, BGRA);
    let wildcard = with_image(joiner(), |image| {
        image.pixel_format = Some(PixelFormat::DO_NOT_CARE);
        image.pixel_format_modifier = Some(PixelFormatModifier::DO_NOT_CARE);
        image.color_spaces = Some(vec![ColorSpace::DO_NOT_CARE]);
    });
    let mut two_formats = joiner();
    let more = images(sampled(), 0, RGBA).image_format_constraints.unwrap();
    two_formats.image_format_constraints.as_mut().unwrap().extend(more);
    let reader = |ram_domain_supported| BufferCollectionConstraints {
        usage: Some(fsysmem2::BufferUsage {
            cpu: Some(fsysmem2::CPU_USAGE_READ),
            ..Default::default()
        }),
        buffer_memory_constraints: Some(BufferMemoryConstraints {
            ram_domain_supported,
            ..Default::default()
        }),
        ..joiner()
    };
    let memory = BufferMemoryConstraints { min_size_bytes: Some(20_001), ..Default::default() };
    let cases = [
        ("camp 0", joiner(), true),
        ("camp 1", images(sampled(), 1, BGRA), false),
        (
            "shared slack 1",
            BufferCollectionConstraints { min_buffer_count_for_shared_slack: Some(1), ..joiner() },
            false,
        ),
        ("divisor 16", with_image(joiner(), |i| i.bytes_per_row_divisor = Some(16)), false),
        ("min 10x10", with_image(joiner(), |i| i.min_size = Some(size(10, 10))), true),
        ("max 200x200", with_image(joiner(), |i| i.max_size = Some(size(200, 200))), false),
        ("one more format", two_formats, true),
        ("any format", wildcard, true),
        (
            "min_size_bytes 20001",
            BufferCollectionConstraints { buffer_memory_constraints: Some(memory), ..joiner() },
            false,
        ),
        ("no constraints", BufferCollectionConstraints::default(), true),
        ("CPU without RAM", reader(None), false),
        ("CPU with RAM", reader(Some(true)), true),
    ];
    for (name, constraints, expected) in cases {
        let world = World::new();
        let root = base(&world, 0);
        assert_eq!(joins(&world, &root, constraints), expected, "{name}");
    }
    let world = World::new();
    let root = base(&world, 4);
    assert!(joins(&world, &root, images(sampled(), 1, BGRA)));
    assert!(!joins(&world, &root, images(sampled(), 1, BGRA)), "that was the last one");
}

#[test]
fn constraints_e46_late_participants_add_no_sizes() {
    for (list, expected) in [(vec![size(10, 10), size(64, 20)], true), (vec![size(65, 1)], false)] {
        let world = World::new();
        let root = world.allocator().non_shared_collection();
        root.set_constraints(with_image(images(sampled(), 1, BGRA), |image| {
            image.required_max_size_list = Some(vec![size(64, 32), size(32, 64)]);
            image.required_max_size = Some(size(40, 40));
        }));
        assert_eq!(root.check(), Ok(()));
        let joiner = with_image(images(sampled(), 0, BGRA), |image| {
            image.required_max_size_list = Some(list);
        });
        assert_eq!(joins(&world, &root, joiner), expected);
    }
}

/// Padding is beyond the size that a late participant has to agree with. That also holds for one who
/// asks for nothing.
#[test]
fn constraints_e47_padding_keeps_everybody_out() {
    let decoder = || fsysmem2::BufferUsage {
        video: Some(fsysmem2::VIDEO_USAGE_HW_DECODER),
        ..Default::default()
    };
    // E34, of both participants at once.
    let blocks = with_image(images(decoder(), 1, RGBA), |image| {
        image.min_size = Some(size(1, 1));
        image.max_size = Some(size(1024, u32::MAX));
        image.pad_for_block_size = Some(size(16, 16));
        image.required_max_size_list = Some(vec![size(100, 50)]);
    });
    // E35.
    let tail = with_image(images(decoder(), 1, RGBA), |image| {
        image.min_size = Some(size(1024, 1));
        image.pad_beyond_image_size_bytes = Some(16);
    });
    for (padded, sizes) in [(blocks, (22_400, 86_016)), (tail, (4096, 8192))] {
        let world = World::new();
        let root = world.allocator().non_shared_collection();
        root.set_constraints(padded);
        let settings = root.wait().buffers().settings.buffer_settings.clone().unwrap();
        assert_eq!((settings.size_bytes.unwrap(), settings.raw_vmo_size.unwrap()), sizes);
        assert!(!joins(&world, &root, BufferCollectionConstraints::default()));
        assert!(!joins(&world, &root, images(sampled(), 0, RGBA)));
    }
}

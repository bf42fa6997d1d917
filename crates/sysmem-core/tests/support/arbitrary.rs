//! Arbitrary constraints: values where rules change are frequent, so that many agree.

use proptest::option;
use proptest::prelude::*;
use sysmem_core::negotiation::{FormatCost, HeapCatalog, HeapDeclaration, SYSTEM_RAM, Usage};
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2::*;

use super::participants::{Participant, World};

/// How strange values are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Taste {
    /// What programs send; most of it agrees.
    Usual,
    /// Anything that can be decoded.
    Wild,
}

impl Taste {
    fn pick<T: std::fmt::Debug + 'static>(
        self,
        usual: impl Strategy<Value = T> + 'static,
        wild: impl Strategy<Value = T> + 'static,
    ) -> BoxedStrategy<T> {
        match self {
            Self::Usual => usual.boxed(),
            Self::Wild => prop_oneof![usual, wild].boxed(),
        }
    }

    fn u32(self, usual: &'static [u32]) -> BoxedStrategy<u32> {
        self.pick(prop::sample::select(usual), number())
    }
}

pub fn participants(taste: Taste) -> impl Strategy<Value = Vec<Participant>> {
    prop::collection::vec(participant(taste), 1..5)
}

pub fn world() -> impl Strategy<Value = World> {
    let heaps = prop::collection::vec(declaration(), 0..4);
    let costs = prop::collection::vec(format_cost(), 0..4);
    (heaps, costs, any::<bool>()).prop_map(|(heaps, format_costs, contiguous)| {
        let system_ram = HeapCatalog::system_ram(contiguous);
        let heaps = system_ram.heaps().iter().cloned().chain(heaps).collect();
        World { heaps: HeapCatalog::new(heaps), format_costs }
    })
}

pub fn participant(taste: Taste) -> BoxedStrategy<Participant> {
    let counts = (
        option::of(taste.u32(&[0, 1, 2])),
        option::of(taste.u32(&[0, 1])),
        option::of(taste.u32(&[0, 1, 2])),
        option::of(taste.u32(&[0, 1, 5])),
        option::weighted(0.2, taste.u32(&[8, 20, 64, u32::MAX])),
    );
    let images = prop::collection::vec(image(taste), 0..3);
    let table = (usage(taste), counts, option::weighted(0.8, memory(taste)), option::of(images));
    let table = table.prop_map(|(usage, counts, buffer_memory_constraints, images)| {
        Participant(BufferCollectionConstraints {
            usage,
            min_buffer_count_for_camping: counts.0,
            min_buffer_count_for_dedicated_slack: counts.1,
            min_buffer_count_for_shared_slack: counts.2,
            min_buffer_count: counts.3,
            max_buffer_count: counts.4,
            buffer_memory_constraints,
            image_format_constraints: images,
        })
    });
    prop_oneof![10 => table, 1 => Just(Participant::default())].boxed()
}

fn usage(taste: Taste) -> BoxedStrategy<Option<BufferUsage>> {
    let usual = prop_oneof![
        Just(BufferUsage { none: Some(NONE_USAGE), ..Default::default() }),
        Just(BufferUsage { cpu: Some(CPU_USAGE_READ), ..Default::default() }),
        Just(BufferUsage { vulkan: Some(VULKAN_IMAGE_USAGE_SAMPLED), ..Default::default() }),
        Just(BufferUsage { display: Some(DISPLAY_USAGE_LAYER), ..Default::default() }),
        Just(BufferUsage { video: Some(VIDEO_USAGE_HW_DECODER), ..Default::default() }),
    ];
    let word = || option::of(number());
    let wild = (word(), word(), word(), word(), word());
    let wild = wild.prop_map(|(none, cpu, vulkan, display, video)| BufferUsage {
        none,
        cpu,
        vulkan,
        display,
        video,
    });
    taste.pick(usual.prop_map(Some), option::of(wild))
}

fn memory(taste: Taste) -> impl Strategy<Value = BufferMemoryConstraints> {
    let rare = |strategy| option::weighted(0.1, strategy);
    let min = taste.pick(prop::sample::select(&[1, 100, 4096, 70000][..]), long_number());
    let max = taste.pick(prop::sample::select(&[1 << 20, u64::MAX][..]), long_number());
    let alignment = taste.pick(prop::sample::select(&[1, 4096][..]), long_number());
    let heaps = prop::collection::vec(heap(), 0..4);
    (
        option::weighted(0.8, min),
        option::weighted(0.2, max),
        rare(any::<bool>()),
        rare(any::<bool>()),
        rare(any::<bool>()),
        option::of(any::<bool>()),
        rare(any::<bool>()),
        option::weighted(0.2, heaps),
        option::weighted(0.02, alignment),
    )
        .prop_map(|fields| BufferMemoryConstraints {
            min_size_bytes: fields.0,
            max_size_bytes: fields.1,
            physically_contiguous_required: fields.2,
            secure_required: fields.3,
            cpu_domain_supported: fields.4,
            ram_domain_supported: fields.5,
            inaccessible_domain_supported: fields.6,
            permitted_heaps: fields.7,
            min_physical_base_alignment: fields.8,
        })
}

fn image(taste: Taste) -> impl Strategy<Value = ImageFormatConstraints> {
    let color_spaces = taste.pick(
        prop::sample::select(vec![vec![ColorSpace::PASSTHROUGH], vec![ColorSpace::DO_NOT_CARE]]),
        prop::collection::vec(color_space(), 1..4),
    );
    let formats = (
        option::weighted(0.95, pixel_format(taste)),
        option::of(modifier(taste)),
        option::weighted(0.98, color_spaces),
        option::weighted(0.2, prop::collection::vec(pair(taste), 0..5)),
        option::weighted(0.2, any::<bool>()),
    );
    let sizes = (
        option::weighted(0.8, size(taste, &[1, 16, 33, 64])),
        option::weighted(0.2, size(taste, &[64, 100, 1000, u32::MAX])),
        option::weighted(0.2, size(taste, &[1, 2, 16])),
        option::weighted(0.1, size(taste, &[1, 2])),
        option::weighted(0.1, size(taste, &[64, 100, u32::MAX])),
        option::weighted(0.1, size(taste, &[0, 1, 50])),
        option::weighted(0.2, prop::collection::vec(size(taste, &[1, 30, 57, 60]), 0..4)),
        option::weighted(0.05, size(taste, &[1, 2, 16])),
    );
    let rows = (
        option::weighted(0.2, taste.u32(&[0, 1, 64, 300])),
        option::weighted(0.1, taste.u32(&[1000, 4096, u32::MAX])),
        option::weighted(0.2, taste.u32(&[1, 3, 4, 64])),
        option::weighted(0.2, any::<bool>()),
        option::weighted(0.2, taste.u32(&[1, 2, 64, 4096])),
        option::weighted(0.1, taste.pick(prop::sample::select(&[0, 16, 5000][..]), long_number())),
        option::weighted(
            0.1,
            taste.pick(prop::sample::select(&[9000, u64::MAX][..]), long_number()),
        ),
    );
    (formats, sizes, rows).prop_map(|(formats, sizes, rows)| ImageFormatConstraints {
        pixel_format: formats.0,
        pixel_format_modifier: formats.0.and(formats.1),
        color_spaces: formats.2,
        pixel_format_and_modifiers: formats.3,
        is_alpha_present: formats.4,
        min_size: sizes.0,
        max_size: sizes.1,
        size_alignment: sizes.2,
        display_rect_alignment: sizes.3,
        required_min_size: sizes.4,
        required_max_size: sizes.5,
        required_max_size_list: sizes.6,
        pad_for_block_size: sizes.7,
        min_bytes_per_row: rows.0,
        max_bytes_per_row: rows.1,
        bytes_per_row_divisor: rows.2,
        require_bytes_per_row_at_pixel_boundary: rows.3,
        start_offset_divisor: rows.4,
        pad_beyond_image_size_bytes: rows.5,
        max_width_times_height: rows.6,
    })
}

fn pair(taste: Taste) -> impl Strategy<Value = PixelFormatAndModifier> {
    (pixel_format(taste), modifier(taste)).prop_map(|(pixel_format, pixel_format_modifier)| {
        PixelFormatAndModifier { pixel_format, pixel_format_modifier }
    })
}

fn pixel_format(taste: Taste) -> impl Strategy<Value = PixelFormat> {
    use PixelFormat as F;
    let usual = [F::R8G8B8A8, F::R8G8B8A8, F::R8G8B8A8, F::B8G8R8A8, F::NV12, F::DO_NOT_CARE];
    taste.pick(prop::sample::select(usual.to_vec()), prop::sample::select(PixelFormat::MEMBERS))
}

fn modifier(taste: Taste) -> impl Strategy<Value = PixelFormatModifier> {
    use PixelFormatModifier as M;
    let usual = [M::LINEAR, M::LINEAR, M::LINEAR, M::DO_NOT_CARE, M::INTEL_I915_X_TILED];
    taste.pick(prop::sample::select(usual.to_vec()), prop::sample::select(M::MEMBERS))
}

fn color_space() -> impl Strategy<Value = ColorSpace> {
    prop_oneof![
        3 => Just(ColorSpace::PASSTHROUGH),
        3 => Just(ColorSpace::DO_NOT_CARE),
        2 => Just(ColorSpace::SRGB),
        1 => prop::sample::select(ColorSpace::MEMBERS),
        1 => (0_u32..40).prop_map(ColorSpace::from_primitive),
    ]
}

fn size(taste: Taste, usual: &'static [u32]) -> impl Strategy<Value = SizeU> + Clone {
    let side = taste.u32(usual);
    (side.clone(), side).prop_map(|(width, height)| SizeU { width, height })
}

/// Numbers near those at which something changes.
fn number() -> impl Strategy<Value = u32> + Clone {
    prop_oneof![
        0_u32..5,
        (0_u32..32).prop_map(|bit| 1 << bit),
        (0_u32..32).prop_map(|bit| u32::MAX >> bit),
        any::<u32>(),
    ]
}

fn long_number() -> impl Strategy<Value = u64> + Clone {
    prop_oneof![
        number().prop_map(u64::from),
        (0_u32..64).prop_map(|bit| 1 << bit),
        (0_u32..64).prop_map(|bit| u64::MAX >> bit),
    ]
}

const HEAPS: [&str; 4] = [SYSTEM_RAM, "H1", "H2", "S1"];

fn heap() -> impl Strategy<Value = Heap> {
    let heap_type = option::weighted(0.95, prop::sample::select(&HEAPS[..]));
    (heap_type, option::of(0_u64..2))
        .prop_map(|(heap_type, id)| Heap { heap_type: heap_type.map(str::to_owned), id })
}

fn declaration() -> impl Strategy<Value = HeapDeclaration> {
    (1_usize..4, 0_u64..2, any::<[bool; 3]>()).prop_map(|(index, id, [cpu, ram, contiguous])| {
        let secure = HEAPS[index].starts_with('S');
        HeapDeclaration {
            heap_type: HEAPS[index].to_owned(),
            id,
            cpu: cpu && !secure,
            ram: ram && !secure,
            inaccessible: true,
            secure,
            contiguous,
        }
    })
}

fn format_cost() -> impl Strategy<Value = FormatCost> {
    (pixel_format(Taste::Usual), modifier(Taste::Usual), 0_u32..2, 0_u32..100).prop_map(
        |(pixel_format, pixel_format_modifier, cpu, cost)| FormatCost {
            pixel_format,
            pixel_format_modifier,
            usage: Usage { cpu, ..Usage::default() },
            cost: cost.into(),
        },
    )
}

//! Participants and worlds in the short notation of `sysmem2-constraints.md` section 7.

use sysmem_core::negotiation::{
    Agreement, Environment, Failure, FormatCost, HeapCatalog, HeapDeclaration, Usage, negotiate,
};
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2::*;

pub const PAGE: u64 = 4096;

pub type Image = ImageFormatConstraints;

/// The constraints of one participant.
#[derive(Clone, Debug, Default)]
pub struct Participant(pub BufferCollectionConstraints);

/// One that has sent no constraints.
pub fn nobody() -> Participant {
    Participant::default()
}

pub fn with_usage(usage: BufferUsage) -> Participant {
    nobody().with(|table| table.usage = Some(usage))
}

pub fn none() -> Participant {
    with_usage(BufferUsage { none: Some(NONE_USAGE), ..Default::default() })
}

pub fn cpu(bits: u32) -> Participant {
    with_usage(BufferUsage { cpu: Some(bits), ..Default::default() })
}

pub fn cpu_read() -> Participant {
    cpu(CPU_USAGE_READ)
}

pub fn cpu_write() -> Participant {
    cpu(CPU_USAGE_WRITE)
}

pub fn vulkan() -> Participant {
    let bits = VULKAN_IMAGE_USAGE_SAMPLED;
    with_usage(BufferUsage { vulkan: Some(bits), ..Default::default() })
}

pub fn display() -> Participant {
    with_usage(BufferUsage { display: Some(DISPLAY_USAGE_LAYER), ..Default::default() })
}

pub fn video(bits: u32) -> Participant {
    with_usage(BufferUsage { video: Some(bits), ..Default::default() })
}

pub fn decoder() -> Participant {
    video(VIDEO_USAGE_HW_DECODER)
}

impl Participant {
    pub fn with(mut self, change: impl FnOnce(&mut BufferCollectionConstraints)) -> Self {
        change(&mut self.0);
        self
    }

    pub fn camping(self, count: u32) -> Self {
        self.with(|table| table.min_buffer_count_for_camping = Some(count))
    }

    pub fn shared_slack(self, count: u32) -> Self {
        self.with(|table| table.min_buffer_count_for_shared_slack = Some(count))
    }

    pub fn min_count(self, count: u32) -> Self {
        self.with(|table| table.min_buffer_count = Some(count))
    }

    pub fn max_count(self, count: u32) -> Self {
        self.with(|table| table.max_buffer_count = Some(count))
    }

    pub fn memory(self, change: impl FnOnce(&mut BufferMemoryConstraints)) -> Self {
        self.with(|table| change(table.buffer_memory_constraints.get_or_insert_default()))
    }

    /// `min_size_bytes`.
    pub fn bytes(self, bytes: u64) -> Self {
        self.memory(|memory| memory.min_size_bytes = Some(bytes))
    }

    pub fn max_bytes(self, bytes: u64) -> Self {
        self.memory(|memory| memory.max_size_bytes = Some(bytes))
    }

    pub fn secure(self) -> Self {
        self.memory(|memory| memory.secure_required = Some(true))
    }

    pub fn ram(self) -> Self {
        self.memory(|memory| memory.ram_domain_supported = Some(true))
    }

    pub fn heaps<const N: usize>(self, types: [&str; N]) -> Self {
        let heap = |heap_type: &str| Heap { heap_type: Some(heap_type.to_owned()), id: None };
        let heaps = types.into_iter().map(heap).collect();
        self.memory(|memory| memory.permitted_heaps = Some(heaps))
    }

    pub fn images<const N: usize>(self, images: [Image; N]) -> Self {
        self.with(|table| table.image_format_constraints = Some(images.into()))
    }
}

pub fn image(format: PixelFormat, modifier: PixelFormatModifier, color: ColorSpace) -> Image {
    Image {
        pixel_format: Some(format),
        pixel_format_modifier: Some(modifier),
        color_spaces: Some(vec![color]),
        ..Default::default()
    }
}

pub fn rgba() -> Image {
    image(PixelFormat::R8G8B8A8, PixelFormatModifier::LINEAR, ColorSpace::SRGB)
}

pub fn bgra() -> Image {
    image(PixelFormat::B8G8R8A8, PixelFormatModifier::LINEAR, ColorSpace::SRGB)
}

pub fn bgr() -> Image {
    image(PixelFormat::B8G8R8, PixelFormatModifier::LINEAR, ColorSpace::SRGB)
}

pub fn nv12() -> Image {
    image(PixelFormat::NV12, PixelFormatModifier::LINEAR, ColorSpace::REC709)
}

/// `DO_NOT_CARE` in all three.
pub fn any() -> Image {
    Image {
        pixel_format: Some(PixelFormat::DO_NOT_CARE),
        pixel_format_modifier: None,
        color_spaces: Some(vec![ColorSpace::DO_NOT_CARE]),
        ..Default::default()
    }
}

/// The same with another modifier.
pub fn tiled(image: Image, modifier: PixelFormatModifier) -> Image {
    Image { pixel_format_modifier: Some(modifier), ..image }
}

/// The same for each of these modifiers, in one entry.
pub fn with_modifiers<const N: usize>(image: Image, modifiers: [PixelFormatModifier; N]) -> Image {
    let pixel_format = image.pixel_format.unwrap();
    let pair =
        |pixel_format_modifier| PixelFormatAndModifier { pixel_format, pixel_format_modifier };
    Image {
        pixel_format: None,
        pixel_format_modifier: None,
        pixel_format_and_modifiers: Some(modifiers.map(pair).into()),
        ..image
    }
}

pub fn colors<const N: usize>(image: Image, colors: [ColorSpace; N]) -> Image {
    Image { color_spaces: Some(colors.into()), ..image }
}

/// The same with a `min_size`.
pub fn at_least(width: u32, height: u32, image: Image) -> Image {
    Image { min_size: size(width, height), ..image }
}

/// The same with a `max_size`.
pub fn at_most(width: u32, height: u32, image: Image) -> Image {
    Image { max_size: size(width, height), ..image }
}

/// The same with a `required_max_size_list`.
pub fn required<const N: usize>(sizes: [(u32, u32); N], image: Image) -> Image {
    let sizes = sizes.map(|(width, height)| SizeU { width, height });
    Image { required_max_size_list: Some(sizes.into()), ..image }
}

pub fn size(width: u32, height: u32) -> Option<SizeU> {
    Some(SizeU { width, height })
}

/// The heaps and costs that there are.
#[derive(Debug)]
pub struct World {
    pub heaps: HeapCatalog,
    pub format_costs: Vec<FormatCost>,
}

impl World {
    /// Only ordinary memory and no costs.
    pub fn plain() -> Self {
        Self { heaps: HeapCatalog::system_ram(true), format_costs: Vec::new() }
    }

    /// Ordinary memory and these.
    pub fn with_heaps(heaps: impl IntoIterator<Item = HeapDeclaration>) -> Self {
        let plain = Self::plain();
        let heaps = plain.heaps.heaps().iter().cloned().chain(heaps).collect();
        Self { heaps: HeapCatalog::new(heaps), ..plain }
    }

    pub fn with_costs(costs: impl IntoIterator<Item = FormatCost>) -> Self {
        Self { format_costs: costs.into_iter().collect(), ..Self::plain() }
    }

    pub fn negotiate(&self, participants: &[Participant]) -> Result<Agreement, Failure> {
        let tables: Vec<_> = participants.iter().map(|participant| &participant.0).collect();
        negotiate(&tables, &self.environment())
    }

    pub fn environment(&self) -> Environment<'_> {
        Environment { heaps: &self.heaps, format_costs: &self.format_costs, page_size_bytes: PAGE }
    }

    /// What is agreed on.
    pub fn agree<const N: usize>(&self, participants: [Participant; N]) -> Agreed {
        self.negotiate(&participants).map(Agreed).unwrap_or_else(|failure| panic!("{failure}"))
    }

    /// The rule that is not kept.
    pub fn fail<const N: usize>(&self, participants: [Participant; N]) -> &'static str {
        let failure = self.negotiate(&participants).expect_err("there is an agreement");
        assert!(failure.to_string().len() > 20, "{failure} says too little");
        failure.rule()
    }
}

pub fn agree<const N: usize>(participants: [Participant; N]) -> Agreed {
    World::plain().agree(participants)
}

pub fn fail<const N: usize>(participants: [Participant; N]) -> &'static str {
    World::plain().fail(participants)
}

/// A heap with id 0 and the given domains.
pub fn heap(heap_type: &str, domains: &[CoherencyDomain]) -> HeapDeclaration {
    HeapDeclaration {
        heap_type: heap_type.to_owned(),
        id: 0,
        cpu: domains.contains(&CoherencyDomain::CPU),
        ram: domains.contains(&CoherencyDomain::RAM),
        inaccessible: domains.contains(&CoherencyDomain::INACCESSIBLE),
        secure: false,
        contiguous: false,
    }
}

pub fn secure_heap(heap_type: &str) -> HeapDeclaration {
    HeapDeclaration { secure: true, ..heap(heap_type, &[CoherencyDomain::INACCESSIBLE]) }
}

/// A cost that counts whatever the usage is.
pub fn cost(
    pixel_format: PixelFormat,
    pixel_format_modifier: PixelFormatModifier,
    cost: f64,
) -> FormatCost {
    FormatCost { pixel_format, pixel_format_modifier, usage: Usage::default(), cost }
}

/// A result, taken apart.
#[derive(Debug)]
pub struct Agreed(pub Agreement);

impl Agreed {
    pub fn count(&self) -> u32 {
        self.0.buffer_count
    }

    /// `size_bytes` and `raw_vmo_size`.
    pub fn sizes(&self) -> (u64, u64) {
        let memory = self.memory();
        (memory.size_bytes.unwrap(), memory.raw_vmo_size.unwrap())
    }

    pub fn memory(&self) -> &BufferMemorySettings {
        self.0.settings.buffer_settings.as_ref().unwrap()
    }

    pub fn domain(&self) -> CoherencyDomain {
        self.memory().coherency_domain.unwrap()
    }

    pub fn heap(&self) -> (&str, u64) {
        let heap = self.memory().heap.as_ref().unwrap();
        (heap.heap_type.as_deref().unwrap(), heap.id.unwrap())
    }

    pub fn image(&self) -> &Image {
        self.0.settings.image_format_constraints.as_ref().unwrap()
    }

    pub fn format(&self) -> (PixelFormat, PixelFormatModifier) {
        (self.image().pixel_format.unwrap(), self.image().pixel_format_modifier.unwrap())
    }

    pub fn color_space(&self) -> ColorSpace {
        let [color_space] = self.image().color_spaces.as_deref().unwrap() else {
            panic!("not exactly one color space")
        };
        *color_space
    }

    /// `required_max_size_list`.
    pub fn required(&self) -> Vec<(u32, u32)> {
        let list = self.image().required_max_size_list.as_deref().unwrap();
        list.iter().map(|size| (size.width, size.height)).collect()
    }
}

//! What a participant of a small world wants, and whether that makes sense by itself.

use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_sysmem2::CoherencyDomain;

use crate::support::participants::{self as tables, Image, Participant};

pub type Size = (u32, u32);

/// The constraints of a participant, as far as they vary in these worlds.
#[derive(Clone, Debug)]
pub struct Wish {
    pub usage: Use,
    pub counts: Counts,
    pub memory: Memory,
    pub images: Vec<ImageWish>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    Nothing,
    Cpu,
    Gpu,
    Display,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub camping: u32,
    pub dedicated: u32,
    pub shared: u32,
    pub min: u32,
    pub max: Option<u32>,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    pub min_bytes: u64,
    pub max_bytes: Option<u64>,
    pub cpu: Option<bool>,
    pub ram: Option<bool>,
    pub inaccessible: Option<bool>,
    pub secure: bool,
    pub contiguous: bool,
    /// Empty: any.
    pub heaps: &'static [&'static str],
}

/// An image entry for one pair. `None` is `DO_NOT_CARE`.
#[derive(Clone, Copy, Debug)]
pub struct ImageWish {
    pub format: Option<PixelFormat>,
    pub modifier: Option<PixelFormatModifier>,
    pub colors: Option<&'static [ColorSpace]>,
    pub min: Size,
    pub max: Size,
    pub alignment: u32,
    pub min_row: u32,
    pub max_row: u32,
    pub divisor: u32,
    pub required: &'static [Size],
    pub required_min: Size,
    pub max_area: u64,
    pub alpha: Option<bool>,
}

pub const UNLIMITED: Size = (u32::MAX, u32::MAX);

pub const ANY_IMAGE: ImageWish = ImageWish {
    format: None,
    modifier: None,
    colors: None,
    min: (0, 0),
    max: UNLIMITED,
    alignment: 1,
    min_row: 0,
    max_row: u32::MAX,
    divisor: 1,
    required: &[],
    required_min: UNLIMITED,
    max_area: u64::MAX,
    alpha: None,
};

impl Wish {
    /// One buffer for a GPU.
    pub fn gpu() -> Self {
        Self {
            usage: Use::Gpu,
            counts: Counts { camping: 1, ..Counts::default() },
            memory: Memory::default(),
            images: Vec::new(),
        }
    }

    /// The domains that it does with, by the table of 2.4 and what is set.
    pub fn supports(&self, domain: CoherencyDomain) -> bool {
        let Memory { cpu, ram, inaccessible, secure, .. } = self.memory;
        let is_cpu = self.usage == Use::Cpu;
        match domain {
            CoherencyDomain::CPU => cpu.unwrap_or(!secure),
            CoherencyDomain::RAM => ram.unwrap_or(!secure && !is_cpu),
            _ => inaccessible.unwrap_or(!is_cpu),
        }
    }

    /// Whether anybody could meet it, as far as memory goes. A CPU has to get at its buffers, and
    /// secure ones are out of its reach (C12 to C14).
    pub fn has_coherent_memory(&self) -> bool {
        let reaches = self.supports(CoherencyDomain::CPU) || self.supports(CoherencyDomain::RAM);
        let is_cpu = self.usage == Use::Cpu;
        if self.memory.secure { !is_cpu && !reaches } else { !is_cpu || reaches }
    }

    /// Whether it says how large anything is (2.1).
    pub fn has_size(&self) -> bool {
        let has_area = |(width, height): Size| width > 0 && height > 0;
        let mut images = self.images.iter();
        self.memory.min_bytes > 0
            || images.any(|it| has_area(it.min) || it.required.iter().any(|size| has_area(*size)))
    }

    pub fn table(&self) -> Participant {
        let Counts { camping, dedicated, shared, min, max } = self.counts;
        let Memory { min_bytes, max_bytes, cpu, ram, inaccessible, secure, contiguous, heaps } =
            self.memory;
        let participant = match self.usage {
            Use::Nothing => tables::none(),
            Use::Cpu => tables::cpu_read(),
            Use::Gpu => tables::vulkan(),
            Use::Display => tables::display(),
        };
        participant
            .camping(camping)
            .shared_slack(shared)
            .min_count(min)
            .with(|table| {
                table.min_buffer_count_for_dedicated_slack = Some(dedicated);
                table.max_buffer_count = max;
                table.image_format_constraints =
                    Some(self.images.iter().map(ImageWish::table).collect());
            })
            .memory(|memory| {
                memory.min_size_bytes = Some(min_bytes);
                memory.max_size_bytes = max_bytes;
                memory.cpu_domain_supported = cpu;
                memory.ram_domain_supported = ram;
                memory.inaccessible_domain_supported = inaccessible;
                memory.secure_required = Some(secure);
                memory.physically_contiguous_required = Some(contiguous);
                memory.permitted_heaps = (!heaps.is_empty()).then(|| {
                    let heap = |heap: &&str| sysmem_fidl::fuchsia_sysmem2::Heap {
                        heap_type: Some((*heap).to_owned()),
                        id: None,
                    };
                    heaps.iter().map(heap).collect()
                });
            })
    }
}

impl ImageWish {
    pub const fn of(format: PixelFormat, color: &'static [ColorSpace]) -> Self {
        Self {
            format: Some(format),
            modifier: Some(PixelFormatModifier::LINEAR),
            colors: Some(color),
            ..ANY_IMAGE
        }
    }

    fn table(&self) -> Image {
        let size = |(width, height)| tables::size(width, height);
        Image {
            pixel_format: Some(self.format.unwrap_or(PixelFormat::DO_NOT_CARE)),
            pixel_format_modifier: Some(self.modifier.unwrap_or(PixelFormatModifier::DO_NOT_CARE)),
            color_spaces: Some(self.colors.unwrap_or(&[ColorSpace::DO_NOT_CARE]).to_vec()),
            min_size: size(self.min),
            max_size: size(self.max),
            size_alignment: size((self.alignment, 1)),
            min_bytes_per_row: Some(self.min_row),
            max_bytes_per_row: Some(self.max_row),
            bytes_per_row_divisor: Some(self.divisor),
            required_max_size_list: Some(self.required.iter().filter_map(|it| size(*it)).collect()),
            required_min_size: size(self.required_min),
            max_width_times_height: Some(self.max_area),
            is_alpha_present: self.alpha,
            ..Image::default()
        }
    }
}

//! What the types of the protocol look like in JSON: each is declared once, for both directions.
//!
//! Fields stand in the order of `sysmem2-constraints.md` section 1, bounds are those of the FIDL
//! files.

use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2::{
    self as fsysmem2, BufferCollectionConstraints, BufferMemoryConstraints, BufferMemorySettings,
    BufferUsage, CoherencyDomain, Error, Heap, ImageFormatConstraints, PixelFormatAndModifier,
    SingleBufferSettings,
};

use crate::form::{List, Text, enumeration, structure, table};
use crate::usage::{CpuWord, DisplayWord, Names, NoneWord, VideoWord, VulkanWord};

const IMAGE_FORMATS: usize =
    fsysmem2::MAX_COUNT_BUFFER_COLLECTION_CONSTRAINTS_IMAGE_FORMAT_CONSTRAINTS as usize;
const HEAPS: usize = fsysmem2::MAX_COUNT_BUFFER_MEMORY_CONSTRAINTS_PERMITTED_HEAPS as usize;
const COLOR_SPACES: usize = fsysmem2::MAX_COUNT_IMAGE_FORMAT_CONSTRAINTS_COLOR_SPACES as usize;
const PAIRS: usize = fsysmem2::MAX_COUNT_PIXEL_FORMAT_AND_MODIFIERS as usize;
const REQUIRED_SIZES: usize =
    fsysmem2::MAX_COUNT_IMAGE_FORMAT_CONSTRAINTS_REQUIRED_MAX_SIZE_LIST as usize;

/// `Heap.heap_type`. The FIDL file has no name for the number.
pub(crate) type HeapType = Text<128>;

table!(BufferCollectionConstraints {
    usage: BufferUsage,
    min_buffer_count_for_camping: u32,
    min_buffer_count_for_dedicated_slack: u32,
    min_buffer_count_for_shared_slack: u32,
    min_buffer_count: u32,
    max_buffer_count: u32,
    buffer_memory_constraints: BufferMemoryConstraints,
    image_format_constraints: List<ImageFormatConstraints, IMAGE_FORMATS>,
});

table!(BufferUsage {
    none: Names<NoneWord>,
    cpu: Names<CpuWord>,
    vulkan: Names<VulkanWord>,
    display: Names<DisplayWord>,
    video: Names<VideoWord>,
});

table!(BufferMemoryConstraints {
    min_size_bytes: u64,
    max_size_bytes: u64,
    physically_contiguous_required: bool,
    secure_required: bool,
    cpu_domain_supported: bool,
    ram_domain_supported: bool,
    inaccessible_domain_supported: bool,
    permitted_heaps: List<Heap, HEAPS>,
    min_physical_base_alignment: u64,
});

table!(Heap { heap_type: HeapType, id: u64 });

table!(ImageFormatConstraints {
    pixel_format: PixelFormat,
    pixel_format_modifier: PixelFormatModifier,
    color_spaces: List<ColorSpace, COLOR_SPACES>,
    min_size: SizeU,
    max_size: SizeU,
    min_bytes_per_row: u32,
    max_bytes_per_row: u32,
    max_width_times_height: u64,
    size_alignment: SizeU,
    display_rect_alignment: SizeU,
    required_min_size: SizeU,
    required_max_size: SizeU,
    bytes_per_row_divisor: u32,
    start_offset_divisor: u32,
    pixel_format_and_modifiers: List<PixelFormatAndModifier, PAIRS>,
    require_bytes_per_row_at_pixel_boundary: bool,
    is_alpha_present: bool,
    required_max_size_list: List<SizeU, REQUIRED_SIZES>,
    pad_for_block_size: SizeU,
    pad_beyond_image_size_bytes: u64,
});

structure!(PixelFormatAndModifier {
    pixel_format: PixelFormat,
    pixel_format_modifier: PixelFormatModifier,
});

structure!(SizeU { width: u32, height: u32 });

table!(SingleBufferSettings {
    buffer_settings: BufferMemorySettings,
    image_format_constraints: ImageFormatConstraints,
});

table!(BufferMemorySettings {
    size_bytes: u64,
    is_physically_contiguous: bool,
    is_secure: bool,
    coherency_domain: CoherencyDomain,
    heap: Heap,
    raw_vmo_size: u64,
});

enumeration!(PixelFormat: u32);
enumeration!(PixelFormatModifier: u64);
enumeration!(ColorSpace: u32);
enumeration!(CoherencyDomain: u32);
enumeration!(Error: u32);

//! Builders of constraints. Whatever is not said is left to the others.

use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

/// What a participant needs of buffers: `BufferCollectionConstraints`, step by step.
///
/// For fields without a method here, change the table itself, which converts both ways.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Constraints(fsysmem2::BufferCollectionConstraints);

/// What images a participant works with: `ImageFormatConstraints`, step by step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImageConstraints(fsysmem2::ImageFormatConstraints);

impl Constraints {
    /// No wishes, and no usage: add at least one usage, unless the participant takes no part in the
    /// buffers' content.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads with the CPU, often.
    pub fn cpu_read(self) -> Self {
        self.cpu(fsysmem2::CPU_USAGE_READ | fsysmem2::CPU_USAGE_READ_OFTEN)
    }

    /// Writes with the CPU, often.
    pub fn cpu_write(self) -> Self {
        self.cpu(fsysmem2::CPU_USAGE_WRITE | fsysmem2::CPU_USAGE_WRITE_OFTEN)
    }

    /// Adds `CPU_USAGE_*` bits.
    pub fn cpu(self, bits: u32) -> Self {
        self.usage(|usage| &mut usage.cpu, bits)
    }

    /// Adds `VULKAN_*_USAGE_*` bits.
    pub fn vulkan(self, bits: u32) -> Self {
        self.usage(|usage| &mut usage.vulkan, bits)
    }

    /// Adds `DISPLAY_USAGE_*` bits.
    pub fn display(self, bits: u32) -> Self {
        self.usage(|usage| &mut usage.display, bits)
    }

    /// Adds `VIDEO_USAGE_*` bits.
    pub fn video(self, bits: u32) -> Self {
        self.usage(|usage| &mut usage.video, bits)
    }

    /// Does not touch the content and gets no memory, only settings. Excludes every other usage.
    pub fn no_usage(self) -> Self {
        self.usage(|usage| &mut usage.none, fsysmem2::NONE_USAGE)
    }

    /// Holds on to this many buffers at the same time. Adds up over all participants.
    pub fn camping(mut self, buffers: u32) -> Self {
        self.0.min_buffer_count_for_camping = Some(buffers);
        self
    }

    /// Wants this many more for itself, to run smoothly. Adds up over all participants.
    pub fn dedicated_slack(mut self, buffers: u32) -> Self {
        self.0.min_buffer_count_for_dedicated_slack = Some(buffers);
        self
    }

    /// Wants this many more, which may be those that others want.
    pub fn shared_slack(mut self, buffers: u32) -> Self {
        self.0.min_buffer_count_for_shared_slack = Some(buffers);
        self
    }

    /// At least this many buffers in all.
    pub fn min_buffers(mut self, buffers: u32) -> Self {
        self.0.min_buffer_count = Some(buffers);
        self
    }

    /// At most this many buffers in all, and not 0.
    pub fn max_buffers(mut self, buffers: u32) -> Self {
        self.0.max_buffer_count = Some(buffers);
        self
    }

    /// At least this many bytes in each buffer.
    pub fn min_size_bytes(self, bytes: u64) -> Self {
        self.memory(|memory| memory.min_size_bytes = Some(bytes))
    }

    /// At most this many bytes in each buffer.
    pub fn max_size_bytes(self, bytes: u64) -> Self {
        self.memory(|memory| memory.max_size_bytes = Some(bytes))
    }

    /// Whatever else `BufferMemoryConstraints` can say.
    pub fn memory(mut self, say: impl FnOnce(&mut fsysmem2::BufferMemoryConstraints)) -> Self {
        say(self.0.buffer_memory_constraints.get_or_insert_default());
        self
    }

    /// Works with these images too. Exactly one of all formats will be chosen.
    pub fn image(mut self, image: ImageConstraints) -> Self {
        self.0.image_format_constraints.get_or_insert_default().push(image.0);
        self
    }

    fn usage(
        mut self,
        word: impl FnOnce(&mut fsysmem2::BufferUsage) -> &mut Option<u32>,
        bits: u32,
    ) -> Self {
        *word(self.0.usage.get_or_insert_default()).get_or_insert_default() |= bits;
        self
    }
}

impl ImageConstraints {
    /// Images of this format in rows, one after the other.
    pub fn linear(format: PixelFormat) -> Self {
        Self::new(format, PixelFormatModifier::LINEAR)
    }

    /// Images of this format and modifier.
    pub fn new(format: PixelFormat, modifier: PixelFormatModifier) -> Self {
        Self(fsysmem2::ImageFormatConstraints {
            pixel_format: Some(format),
            pixel_format_modifier: Some(modifier),
            ..Default::default()
        })
    }

    /// All that was said so far holds for this format, too.
    pub fn or(mut self, format: PixelFormat, modifier: PixelFormatModifier) -> Self {
        self.0.pixel_format_and_modifiers.get_or_insert_default().push(
            fsysmem2::PixelFormatAndModifier {
                pixel_format: format,
                pixel_format_modifier: modifier,
            },
        );
        self
    }

    /// Works with this color space too. At least one has to be named.
    pub fn color_space(mut self, space: ColorSpace) -> Self {
        self.0.color_spaces.get_or_insert_default().push(space);
        self
    }

    /// Works with whatever color space others ask for.
    pub fn any_color_space(mut self) -> Self {
        self.0.color_spaces = Some(vec![ColorSpace::DO_NOT_CARE]);
        self
    }

    /// Images of exactly this size.
    pub fn size(self, width: u32, height: u32) -> Self {
        self.min_size(width, height).max_size(width, height)
    }

    /// Images at least this large.
    pub fn min_size(mut self, width: u32, height: u32) -> Self {
        self.0.min_size = Some(SizeU { width, height });
        self
    }

    /// Images at most this large.
    pub fn max_size(mut self, width: u32, height: u32) -> Self {
        self.0.max_size = Some(SizeU { width, height });
        self
    }

    /// Buffers have room for images this large, and everybody can cope with them. Each call adds a
    /// size.
    pub fn required_max_size(mut self, width: u32, height: u32) -> Self {
        self.0.required_max_size_list.get_or_insert_default().push(SizeU { width, height });
        self
    }

    /// Width and height are multiples of these powers of two.
    pub fn size_alignment(mut self, width: u32, height: u32) -> Self {
        self.0.size_alignment = Some(SizeU { width, height });
        self
    }

    /// Rows start at multiples of this many bytes from each other.
    pub fn row_alignment(mut self, bytes: u32) -> Self {
        self.0.bytes_per_row_divisor = Some(bytes);
        self
    }

    /// Rows have at least this many bytes.
    pub fn min_row_bytes(mut self, bytes: u32) -> Self {
        self.0.min_bytes_per_row = Some(bytes);
        self
    }

    /// Rows have at most this many bytes.
    pub fn max_row_bytes(mut self, bytes: u32) -> Self {
        self.0.max_bytes_per_row = Some(bytes);
        self
    }
}

impl From<Constraints> for fsysmem2::BufferCollectionConstraints {
    fn from(constraints: Constraints) -> Self {
        constraints.0
    }
}

impl From<fsysmem2::BufferCollectionConstraints> for Constraints {
    fn from(constraints: fsysmem2::BufferCollectionConstraints) -> Self {
        Self(constraints)
    }
}

impl From<ImageConstraints> for fsysmem2::ImageFormatConstraints {
    fn from(image: ImageConstraints) -> Self {
        image.0
    }
}

impl From<fsysmem2::ImageFormatConstraints> for ImageConstraints {
    fn from(image: fsysmem2::ImageFormatConstraints) -> Self {
        Self(image)
    }
}

//! What the bits of a `BufferUsage` are called (`sysmem2-constraints.md` 1.2).

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

/// Names of bits, without the prefix that all bits of their word have.
pub type BitNames = &'static [(&'static str, u32)];

/// Of the word `none`; these have no prefix.
pub const NONE: BitNames = &[
    ("NONE_USAGE", fsysmem2::NONE_USAGE),
    ("NONE_USAGE_PERMIT_ALLOCATION", fsysmem2::NONE_USAGE_PERMIT_ALLOCATION),
];

/// Of the word `cpu`.
pub const CPU: BitNames = &[
    ("READ", fsysmem2::CPU_USAGE_READ),
    ("READ_OFTEN", fsysmem2::CPU_USAGE_READ_OFTEN),
    ("WRITE", fsysmem2::CPU_USAGE_WRITE),
    ("WRITE_OFTEN", fsysmem2::CPU_USAGE_WRITE_OFTEN),
];

/// Of the word `vulkan`.
pub const VULKAN: BitNames = &[
    ("IMAGE_TRANSFER_SRC", fsysmem2::VULKAN_IMAGE_USAGE_TRANSFER_SRC),
    ("IMAGE_TRANSFER_DST", fsysmem2::VULKAN_IMAGE_USAGE_TRANSFER_DST),
    ("IMAGE_SAMPLED", fsysmem2::VULKAN_IMAGE_USAGE_SAMPLED),
    ("IMAGE_STORAGE", fsysmem2::VULKAN_IMAGE_USAGE_STORAGE),
    ("IMAGE_COLOR_ATTACHMENT", fsysmem2::VULKAN_IMAGE_USAGE_COLOR_ATTACHMENT),
    ("IMAGE_STENCIL_ATTACHMENT", fsysmem2::VULKAN_IMAGE_USAGE_STENCIL_ATTACHMENT),
    ("IMAGE_TRANSIENT_ATTACHMENT", fsysmem2::VULKAN_IMAGE_USAGE_TRANSIENT_ATTACHMENT),
    ("IMAGE_INPUT_ATTACHMENT", fsysmem2::VULKAN_IMAGE_USAGE_INPUT_ATTACHMENT),
    ("BUFFER_TRANSFER_SRC", fsysmem2::VULKAN_BUFFER_USAGE_TRANSFER_SRC),
    ("BUFFER_TRANSFER_DST", fsysmem2::VULKAN_BUFFER_USAGE_TRANSFER_DST),
    ("BUFFER_UNIFORM_TEXEL_BUFFER", fsysmem2::VULKAN_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER),
    ("BUFFER_STORAGE_TEXEL_BUFFER", fsysmem2::VULKAN_BUFFER_USAGE_STORAGE_TEXEL_BUFFER),
    ("BUFFER_UNIFORM_BUFFER", fsysmem2::VULKAN_BUFFER_USAGE_UNIFORM_BUFFER),
    ("BUFFER_STORAGE_BUFFER", fsysmem2::VULKAN_BUFFER_USAGE_STORAGE_BUFFER),
    ("BUFFER_INDEX_BUFFER", fsysmem2::VULKAN_BUFFER_USAGE_INDEX_BUFFER),
    ("BUFFER_VERTEX_BUFFER", fsysmem2::VULKAN_BUFFER_USAGE_VERTEX_BUFFER),
    ("BUFFER_INDIRECT_BUFFER", fsysmem2::VULKAN_BUFFER_USAGE_INDIRECT_BUFFER),
];

/// Of the word `display`.
pub const DISPLAY: BitNames =
    &[("LAYER", fsysmem2::DISPLAY_USAGE_LAYER), ("CURSOR", fsysmem2::DISPLAY_USAGE_CURSOR)];

/// Of the word `video`.
pub const VIDEO: BitNames = &[
    ("HW_DECODER", fsysmem2::VIDEO_USAGE_HW_DECODER),
    ("HW_ENCODER", fsysmem2::VIDEO_USAGE_HW_ENCODER),
    ("CAPTURE", fsysmem2::VIDEO_USAGE_CAPTURE),
    ("DECRYPTOR_OUTPUT", fsysmem2::VIDEO_USAGE_DECRYPTOR_OUTPUT),
    ("HW_DECODER_INTERNAL", fsysmem2::VIDEO_USAGE_HW_DECODER_INTERNAL),
];

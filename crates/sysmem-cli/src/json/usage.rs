//! The names of usage bits: those of the constants, without their prefix.

use serde_json::Value;
use sysmem::fuchsia_sysmem2 as fsysmem2;

/// A bit and its name.
pub type Bit = (u32, &'static str);

/// A word as the list of its names, or as a number if it has bits without one.
pub fn word(bits: u32, names: &[Bit]) -> Value {
    let named = names.iter().filter(|(bit, _)| bits & bit != 0);
    let known = names.iter().fold(0, |known, (bit, _)| known | bit);
    if bits & !known != 0 {
        return bits.into();
    }
    named.map(|(_, name)| Value::from(*name)).collect()
}

/// Bits of `BufferUsage.none`.
pub const NONE: &[Bit] = &[
    (fsysmem2::NONE_USAGE, "NONE_USAGE"),
    (fsysmem2::NONE_USAGE_PERMIT_ALLOCATION, "NONE_USAGE_PERMIT_ALLOCATION"),
];

/// Bits of `BufferUsage.cpu`.
pub const CPU: &[Bit] = &[
    (fsysmem2::CPU_USAGE_READ, "READ"),
    (fsysmem2::CPU_USAGE_READ_OFTEN, "READ_OFTEN"),
    (fsysmem2::CPU_USAGE_WRITE, "WRITE"),
    (fsysmem2::CPU_USAGE_WRITE_OFTEN, "WRITE_OFTEN"),
];

/// Bits of `BufferUsage.vulkan`.
pub const VULKAN: &[Bit] = &[
    (fsysmem2::VULKAN_IMAGE_USAGE_TRANSFER_SRC, "IMAGE_TRANSFER_SRC"),
    (fsysmem2::VULKAN_IMAGE_USAGE_TRANSFER_DST, "IMAGE_TRANSFER_DST"),
    (fsysmem2::VULKAN_IMAGE_USAGE_SAMPLED, "IMAGE_SAMPLED"),
    (fsysmem2::VULKAN_IMAGE_USAGE_STORAGE, "IMAGE_STORAGE"),
    (fsysmem2::VULKAN_IMAGE_USAGE_COLOR_ATTACHMENT, "IMAGE_COLOR_ATTACHMENT"),
    (fsysmem2::VULKAN_IMAGE_USAGE_STENCIL_ATTACHMENT, "IMAGE_STENCIL_ATTACHMENT"),
    (fsysmem2::VULKAN_IMAGE_USAGE_TRANSIENT_ATTACHMENT, "IMAGE_TRANSIENT_ATTACHMENT"),
    (fsysmem2::VULKAN_IMAGE_USAGE_INPUT_ATTACHMENT, "IMAGE_INPUT_ATTACHMENT"),
    (fsysmem2::VULKAN_BUFFER_USAGE_TRANSFER_SRC, "BUFFER_TRANSFER_SRC"),
    (fsysmem2::VULKAN_BUFFER_USAGE_TRANSFER_DST, "BUFFER_TRANSFER_DST"),
    (fsysmem2::VULKAN_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER, "BUFFER_UNIFORM_TEXEL_BUFFER"),
    (fsysmem2::VULKAN_BUFFER_USAGE_STORAGE_TEXEL_BUFFER, "BUFFER_STORAGE_TEXEL_BUFFER"),
    (fsysmem2::VULKAN_BUFFER_USAGE_UNIFORM_BUFFER, "BUFFER_UNIFORM_BUFFER"),
    (fsysmem2::VULKAN_BUFFER_USAGE_STORAGE_BUFFER, "BUFFER_STORAGE_BUFFER"),
    (fsysmem2::VULKAN_BUFFER_USAGE_INDEX_BUFFER, "BUFFER_INDEX_BUFFER"),
    (fsysmem2::VULKAN_BUFFER_USAGE_VERTEX_BUFFER, "BUFFER_VERTEX_BUFFER"),
    (fsysmem2::VULKAN_BUFFER_USAGE_INDIRECT_BUFFER, "BUFFER_INDIRECT_BUFFER"),
];

/// Bits of `BufferUsage.display`.
pub const DISPLAY: &[Bit] =
    &[(fsysmem2::DISPLAY_USAGE_LAYER, "LAYER"), (fsysmem2::DISPLAY_USAGE_CURSOR, "CURSOR")];

/// Bits of `BufferUsage.video`.
pub const VIDEO: &[Bit] = &[
    (fsysmem2::VIDEO_USAGE_HW_DECODER, "HW_DECODER"),
    (fsysmem2::VIDEO_USAGE_HW_ENCODER, "HW_ENCODER"),
    (fsysmem2::VIDEO_USAGE_CAPTURE, "CAPTURE"),
    (fsysmem2::VIDEO_USAGE_DECRYPTOR_OUTPUT, "DECRYPTOR_OUTPUT"),
    (fsysmem2::VIDEO_USAGE_HW_DECODER_INTERNAL, "HW_DECODER_INTERNAL"),
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_usage_words_are_lists_of_names_or_numbers() {
        assert_eq!(word(0, CPU), json!([]));
        assert_eq!(word(0b1010, CPU), json!(["READ_OFTEN", "WRITE_OFTEN"]));
        assert_eq!(word(0x10, CPU), json!(16));
        assert_eq!(word(0x11, CPU), json!(17));
        assert_eq!(word(4, VULKAN), json!(["IMAGE_SAMPLED"]));
    }
}

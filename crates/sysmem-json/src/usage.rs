//! The words of a `BufferUsage`: lists of the names of their bits, without prefix.

use std::marker::PhantomData;

use serde_json::Value;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::error::{Error, Expected};
use crate::form::Form;
use crate::reader::Reader;

/// A bit of a usage word.
type Bit = (&'static str, u32);

/// One of the five words.
pub(crate) trait Word {
    /// The bits that have a name.
    const BITS: &'static [Bit];
}

/// The form of a word: the names of its bits; the number, if one of them has no name.
pub(crate) struct Names<W>(PhantomData<W>);

impl<W: Word> Form for Names<W> {
    type Value = u32;

    fn read(from: &Reader<'_>) -> Result<u32, Error> {
        if !from.is_list() {
            return from.integer_or(Expected::UsageWord);
        }
        from.items()?.try_fold(0, |word, item| Ok(word | item.name(W::BITS.iter().copied())?))
    }

    fn write(value: &u32) -> Value {
        let named = W::BITS.iter().fold(0, |named, (_, bit)| named | bit);
        if value & !named != 0 {
            return Value::from(*value);
        }
        let set = W::BITS.iter().filter(|(_, bit)| value & bit != 0);
        set.map(|(name, _)| Value::from(*name)).collect()
    }
}

pub(crate) struct NoneWord;

impl Word for NoneWord {
    const BITS: &'static [Bit] = &[
        ("NONE_USAGE", fsysmem2::NONE_USAGE),
        ("NONE_USAGE_PERMIT_ALLOCATION", fsysmem2::NONE_USAGE_PERMIT_ALLOCATION),
    ];
}

pub(crate) struct CpuWord;

impl Word for CpuWord {
    const BITS: &'static [Bit] = &[
        ("READ", fsysmem2::CPU_USAGE_READ),
        ("READ_OFTEN", fsysmem2::CPU_USAGE_READ_OFTEN),
        ("WRITE", fsysmem2::CPU_USAGE_WRITE),
        ("WRITE_OFTEN", fsysmem2::CPU_USAGE_WRITE_OFTEN),
    ];
}

pub(crate) struct VulkanWord;

impl Word for VulkanWord {
    const BITS: &'static [Bit] = &[
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
}

pub(crate) struct DisplayWord;

impl Word for DisplayWord {
    const BITS: &'static [Bit] =
        &[("LAYER", fsysmem2::DISPLAY_USAGE_LAYER), ("CURSOR", fsysmem2::DISPLAY_USAGE_CURSOR)];
}

pub(crate) struct VideoWord;

impl Word for VideoWord {
    const BITS: &'static [Bit] = &[
        ("HW_DECODER", fsysmem2::VIDEO_USAGE_HW_DECODER),
        ("HW_ENCODER", fsysmem2::VIDEO_USAGE_HW_ENCODER),
        ("CAPTURE", fsysmem2::VIDEO_USAGE_CAPTURE),
        ("DECRYPTOR_OUTPUT", fsysmem2::VIDEO_USAGE_DECRYPTOR_OUTPUT),
        ("HW_DECODER_INTERNAL", fsysmem2::VIDEO_USAGE_HW_DECODER_INTERNAL),
    ];
}

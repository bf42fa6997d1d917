//! The words of a `BufferUsage`: lists of the names of their bits, without prefix.

use std::marker::PhantomData;

use serde_json::Value;
use sysmem_core::negotiation::usage_names::{self, BitNames};

use crate::error::{Error, Expected};
use crate::form::Form;
use crate::reader::Reader;

/// One of the five words.
pub(crate) trait Word {
    /// The bits that have a name.
    const BITS: BitNames;
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
    const BITS: BitNames = usage_names::NONE;
}

pub(crate) struct CpuWord;

impl Word for CpuWord {
    const BITS: BitNames = usage_names::CPU;
}

pub(crate) struct VulkanWord;

impl Word for VulkanWord {
    const BITS: BitNames = usage_names::VULKAN;
}

pub(crate) struct DisplayWord;

impl Word for DisplayWord {
    const BITS: BitNames = usage_names::DISPLAY;
}

pub(crate) struct VideoWord;

impl Word for VideoWord {
    const BITS: BitNames = usage_names::VIDEO;
}

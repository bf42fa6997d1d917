//! What stands in a field, whatever its type is.

use std::fmt;

use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2::{BufferUsage, Heap, PixelFormatAndModifier};

use crate::negotiation::formats::FormatPair;
use crate::negotiation::usage::Usage;

/// The value of a field. Displays on one line.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Unset,
    Flag(bool),
    Number(u64),
    Size(SizeU),
    Sizes(Vec<SizeU>),
    PixelFormat(PixelFormat),
    Modifier(PixelFormatModifier),
    Formats(Vec<FormatPair>),
    ColorSpaces(Vec<ColorSpace>),
    Heaps(Vec<Heap>),
    Usage(Usage),
}

/// A type of fields.
pub(super) trait Slot: Sized {
    fn to_value(&self) -> Value;

    /// None if it is a value of another type.
    fn from_value(value: &Value) -> Option<Self>;
}

impl Value {
    pub(super) fn of<T: Slot>(slot: Option<&T>) -> Self {
        slot.map_or(Self::Unset, Slot::to_value)
    }

    /// Puts it into a field. One of another type is left alone.
    pub(super) fn put_into<T: Slot>(&self, slot: &mut Option<T>) {
        match T::from_value(self) {
            Some(value) => *slot = Some(value),
            None if *self == Self::Unset => *slot = None,
            None => {}
        }
    }
}

/// Types that are the content of one variant.
macro_rules! slots {
    ($($variant:ident($slot:ty)),* $(,)?) => {
        $(impl Slot for $slot {
            fn to_value(&self) -> Value {
                Value::$variant(self.clone())
            }

            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    Value::$variant(value) => Some(value.clone()),
                    _ => None,
                }
            }
        })*
    };
}

slots! {
    Flag(bool),
    Number(u64),
    Size(SizeU),
    Sizes(Vec<SizeU>),
    PixelFormat(PixelFormat),
    Modifier(PixelFormatModifier),
    ColorSpaces(Vec<ColorSpace>),
    Heaps(Vec<Heap>),
}

impl Slot for u32 {
    fn to_value(&self) -> Value {
        Value::Number((*self).into())
    }

    fn from_value(value: &Value) -> Option<Self> {
        u64::from_value(value)?.try_into().ok()
    }
}

impl Slot for Vec<PixelFormatAndModifier> {
    fn to_value(&self) -> Value {
        Value::Formats(self.iter().map(FormatPair::from).collect())
    }

    fn from_value(value: &Value) -> Option<Self> {
        let Value::Formats(pairs) = value else { return None };
        let pairs = pairs.iter().map(|pair| PixelFormatAndModifier {
            pixel_format: pair.pixel_format,
            pixel_format_modifier: pair.modifier,
        });
        Some(pairs.collect())
    }
}

impl Slot for BufferUsage {
    fn to_value(&self) -> Value {
        Value::Usage(self.into())
    }

    fn from_value(value: &Value) -> Option<Self> {
        let Value::Usage(usage) = value else { return None };
        let word = |bits: u32| (bits != 0).then_some(bits);
        Some(Self {
            none: word(usage.none),
            cpu: word(usage.cpu),
            vulkan: word(usage.vulkan),
            display: word(usage.display),
            video: word(usage.video),
        })
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unset => f.write_str("unset"),
            Self::Flag(flag) => flag.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Size(size) => write!(f, "{}x{}", size.width, size.height),
            Self::Sizes(sizes) => {
                list(f, sizes, |f, size| write!(f, "{}x{}", size.width, size.height))
            }
            Self::PixelFormat(format) => named(f, format.name(), format.into_primitive().into()),
            Self::Modifier(modifier) => named(f, modifier.name(), modifier.into_primitive()),
            Self::Formats(pairs) => list(f, pairs, |f, pair| pair.fmt(f)),
            Self::ColorSpaces(spaces) => {
                list(f, spaces, |f, space| named(f, space.name(), space.into_primitive().into()))
            }
            Self::Heaps(heaps) => list(f, heaps, heap),
            Self::Usage(usage) => usage.fmt(f),
        }
    }
}

fn named(f: &mut fmt::Formatter<'_>, name: Option<&str>, number: u64) -> fmt::Result {
    match name {
        Some(name) => f.write_str(name),
        None => write!(f, "{number:#x}"),
    }
}

fn heap(f: &mut fmt::Formatter<'_>, heap: &Heap) -> fmt::Result {
    match &heap.heap_type {
        Some(heap_type) => write!(f, "{}", heap_type.escape_debug())?,
        None => f.write_str("a heap without heap_type")?,
    }
    match heap.id.unwrap_or(0) {
        0 => Ok(()),
        id => write!(f, " {id}"),
    }
}

/// `[a, b]`; long lists are cut, since people read it.
fn list<T>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    mut item: impl FnMut(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    const SHOWN: usize = 6;
    f.write_str("[")?;
    for (index, one) in items.iter().take(SHOWN).enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        item(f, one)?;
    }
    match items.len().saturating_sub(SHOWN) {
        0 => f.write_str("]"),
        more => write!(f, ", and {more} more]"),
    }
}

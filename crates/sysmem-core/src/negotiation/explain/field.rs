//! The fields of constraints, each by a name of its own.

use std::fmt;

use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_sysmem2::{
    self as fsysmem2, BufferCollectionConstraints, BufferMemoryConstraints, BufferUsage,
    ImageFormatConstraints,
};

use super::value::Value;
use crate::negotiation::usage::has_real_usage;

/// A field of a participant's constraints. Displays as its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// All of `usage`.
    Usage,
    Count(CountField),
    /// In `buffer_memory_constraints`.
    Memory(MemoryField),
    /// In the entry of `image_format_constraints` with that index.
    Image {
        entry: usize,
        field: ImageField,
    },
}

/// An enum of the fields of a table, in the order in which they are let go of.
macro_rules! fields {
    ($(#[$doc:meta])* $fields:ident of $table:ident { $($variant:ident: $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $fields {
            $($variant,)*
        }

        impl $fields {
            /// All of them, those first that are rarely the reason.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// As in FIDL.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($field),)*
                }
            }

            pub(super) fn get(self, table: &$table) -> Value {
                match self {
                    $(Self::$variant => Value::of(table.$field.as_ref()),)*
                }
            }

            fn set(self, table: &mut $table, value: &Value) {
                match self {
                    $(Self::$variant => value.put_into(&mut table.$field),)*
                }
            }
        }
    };
}

fields! {
    /// How many buffers (`sysmem2-constraints.md` 1.3).
    CountField of BufferCollectionConstraints {
        SharedSlack: min_buffer_count_for_shared_slack,
        DedicatedSlack: min_buffer_count_for_dedicated_slack,
        Camping: min_buffer_count_for_camping,
        Min: min_buffer_count,
        Max: max_buffer_count,
    }
}

fields! {
    /// What memory (`sysmem2-constraints.md` 1.5).
    MemoryField of BufferMemoryConstraints {
        MinSizeBytes: min_size_bytes,
        MaxSizeBytes: max_size_bytes,
        BaseAlignment: min_physical_base_alignment,
        Contiguous: physically_contiguous_required,
        CpuDomain: cpu_domain_supported,
        RamDomain: ram_domain_supported,
        InaccessibleDomain: inaccessible_domain_supported,
        PermittedHeaps: permitted_heaps,
        Secure: secure_required,
    }
}

fields! {
    /// What images (`sysmem2-constraints.md` 1.8).
    ImageField of ImageFormatConstraints {
        DisplayRectAlignment: display_rect_alignment,
        StartOffsetDivisor: start_offset_divisor,
        PixelBoundary: require_bytes_per_row_at_pixel_boundary,
        PadBeyond: pad_beyond_image_size_bytes,
        PadForBlockSize: pad_for_block_size,
        SizeAlignment: size_alignment,
        BytesPerRowDivisor: bytes_per_row_divisor,
        MinBytesPerRow: min_bytes_per_row,
        MaxBytesPerRow: max_bytes_per_row,
        MaxWidthTimesHeight: max_width_times_height,
        RequiredMinSize: required_min_size,
        RequiredMaxSize: required_max_size,
        RequiredMaxSizeList: required_max_size_list,
        MinSize: min_size,
        MaxSize: max_size,
        AlphaPresent: is_alpha_present,
        ColorSpaces: color_spaces,
        PixelFormat: pixel_format,
        PixelFormatModifier: pixel_format_modifier,
        PixelFormatAndModifiers: pixel_format_and_modifiers,
    }
}

impl Field {
    /// All fields that constraints with so many image entries have.
    pub fn all(entries: usize) -> impl Iterator<Item = Self> {
        let counts = CountField::ALL.iter().copied().map(Self::Count);
        let memory = MemoryField::ALL.iter().copied().map(Self::Memory);
        let images = (0..entries).flat_map(|entry| {
            ImageField::ALL.iter().map(move |field| Self::Image { entry, field: *field })
        });
        std::iter::once(Self::Usage).chain(counts).chain(memory).chain(images)
    }

    /// As in FIDL, without the tables around it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Count(field) => field.name(),
            Self::Memory(field) => field.name(),
            Self::Image { field, .. } => field.name(),
        }
    }

    /// What stands there.
    pub fn get(self, table: &BufferCollectionConstraints) -> Value {
        match self {
            Self::Usage => Value::of(table.usage.as_ref()),
            Self::Count(field) => field.get(table),
            Self::Memory(field) => {
                let memory = table.buffer_memory_constraints.as_ref();
                memory.map_or(Value::Unset, |memory| field.get(memory))
            }
            Self::Image { entry, field } => {
                let images = table.image_format_constraints.as_deref().unwrap_or_default();
                images.get(entry).map_or(Value::Unset, |image| field.get(image))
            }
        }
    }

    /// Puts something there. Values of another type, and entries that do not exist, are left alone.
    pub fn set(self, table: &mut BufferCollectionConstraints, value: &Value) {
        match self {
            Self::Usage => value.put_into(&mut table.usage),
            Self::Count(field) => field.set(table, value),
            Self::Memory(_)
                if *value == Value::Unset && table.buffer_memory_constraints.is_none() => {}
            Self::Memory(field) => {
                field.set(table.buffer_memory_constraints.get_or_insert_default(), value);
            }
            Self::Image { entry, field } => {
                let images = table.image_format_constraints.as_deref_mut().unwrap_or_default();
                if let Some(image) = images.get_mut(entry) {
                    field.set(image, value);
                }
            }
        }
    }

    /// Makes the field say nothing. Where unset is an error or a default that restricts, that is
    /// what rules out least.
    pub(super) fn neutralize(self, table: &mut BufferCollectionConstraints) {
        match self {
            // Without anything at all, that is the default (C2).
            Self::Usage if *table != BufferCollectionConstraints::default() => {
                table.usage = Some(unused());
            }
            Self::Usage => {}
            Self::Image { entry, field } => {
                let images = table.image_format_constraints.as_deref_mut().unwrap_or_default();
                if let Some(image) = images.get_mut(entry) {
                    neutralize_image(field, image);
                }
            }
            _ => self.set(table, &Value::Unset),
        }
    }
}

/// Spells out the modifiers that follow from `usage` (2.5), so that `usage` can be let go of
/// without changing them.
pub(super) fn spell_out_modifiers(table: &mut BufferCollectionConstraints) {
    if !table.usage.as_ref().is_some_and(has_real_usage) {
        return;
    }
    for image in table.image_format_constraints.iter_mut().flatten() {
        if image.pixel_format.is_some_and(|format| format != PixelFormat::DO_NOT_CARE) {
            image.pixel_format_modifier.get_or_insert(PixelFormatModifier::LINEAR);
        }
    }
}

fn unused() -> BufferUsage {
    BufferUsage { none: Some(fsysmem2::NONE_USAGE), ..BufferUsage::default() }
}

/// A list of formats cannot be neutral in part: what it offers are alternatives, and a wildcard
/// beside them would be ambiguous (C20).
fn neutralize_image(field: ImageField, image: &mut ImageFormatConstraints) {
    let has_list = image.pixel_format_and_modifiers.is_some();
    match field {
        ImageField::ColorSpaces => image.color_spaces = Some(vec![ColorSpace::DO_NOT_CARE]),
        ImageField::PixelFormat if !has_list && image.pixel_format.is_some() => {
            image.pixel_format_modifier.get_or_insert(PixelFormatModifier::DO_NOT_CARE);
            image.pixel_format = Some(PixelFormat::DO_NOT_CARE);
        }
        ImageField::PixelFormatModifier if !has_list && image.pixel_format.is_some() => {
            image.pixel_format_modifier = Some(PixelFormatModifier::DO_NOT_CARE);
        }
        ImageField::PixelFormat | ImageField::PixelFormatModifier => {}
        ImageField::PixelFormatAndModifiers if has_list => {
            image.pixel_format = Some(PixelFormat::DO_NOT_CARE);
            image.pixel_format_modifier = Some(PixelFormatModifier::DO_NOT_CARE);
            image.pixel_format_and_modifiers = None;
        }
        ImageField::PixelFormatAndModifiers => {}
        other => other.set(image, &Value::Unset),
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage | Self::Count(_) => f.write_str(self.name()),
            Self::Memory(field) => write!(f, "buffer_memory_constraints.{}", field.name()),
            Self::Image { entry, field } => {
                write!(f, "image_format_constraints[{entry}].{}", field.name())
            }
        }
    }
}

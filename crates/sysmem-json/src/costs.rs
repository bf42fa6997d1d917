//! What pixel formats cost (`negotiate-json.md`, `format_costs`).

use serde_json::{Value, json};
use sysmem_core::negotiation::{CostTable, FormatCost, Usage};
use sysmem_fidl::fuchsia_images2::{PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_sysmem2::BufferUsage;

use crate::error::Error;
use crate::form::{Form, to_json};
use crate::reader::Reader;

/// A modifier that is left out is `LINEAR` (`sysmem2-constraints.md` 1.14), and without usage the
/// cost counts for any.
impl Form for FormatCost {
    type Value = Self;

    fn read(from: &Reader<'_>) -> Result<Self, Error> {
        let fields = from.fields(&["pixel_format", "pixel_format_modifier", "usage", "cost"])?;
        let modifier = fields.optional::<PixelFormatModifier>("pixel_format_modifier")?;
        let usage = fields.optional::<BufferUsage>("usage")?;
        Ok(Self {
            pixel_format: fields.required::<PixelFormat>("pixel_format")?,
            pixel_format_modifier: modifier.unwrap_or(PixelFormatModifier::LINEAR),
            usage: usage.as_ref().map(Usage::from).unwrap_or_default(),
            cost: fields.need("cost")?.number()?,
        })
    }

    fn write(value: &Self) -> Value {
        let Usage { none, cpu, vulkan, display, video } = value.usage;
        let word = |bits| Some(bits).filter(|bits| *bits != 0);
        let usage = BufferUsage {
            none: word(none),
            cpu: word(cpu),
            vulkan: word(vulkan),
            display: word(display),
            video: word(video),
        };
        json!({
            "pixel_format": to_json(&value.pixel_format),
            "pixel_format_modifier": to_json(&value.pixel_format_modifier),
            "usage": to_json(&usage),
            "cost": value.cost,
        })
    }
}

/// Tables of costs go by their names.
impl Form for CostTable {
    type Value = Self;

    fn read(from: &Reader<'_>) -> Result<Self, Error> {
        from.name(Self::ALL.into_iter().map(|table| (table.name(), table)))
    }

    fn write(value: &Self) -> Value {
        value.name().into()
    }
}

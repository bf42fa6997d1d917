//! Pixel formats, modifiers and color spaces (`image-formats.md` 7.2): the same numbers in both
//! versions, but for one modifier. The first version has fewer members.

use super::ToV1Error;
use crate::fuchsia_images2::{self as images2, PixelFormatModifier};
use crate::fuchsia_sysmem as v1;

impl From<v1::FormatModifier> for PixelFormatModifier {
    fn from(modifier: v1::FormatModifier) -> Self {
        match modifier.value {
            v1::FORMAT_MODIFIER_GOOGLE_GOLDFISH_OPTIMAL => Self::GOOGLE_GOLDFISH_OPTIMAL,
            value => Self::from_primitive(value),
        }
    }
}

impl From<PixelFormatModifier> for v1::FormatModifier {
    fn from(modifier: PixelFormatModifier) -> Self {
        let value = match modifier {
            PixelFormatModifier::GOOGLE_GOLDFISH_OPTIMAL => {
                v1::FORMAT_MODIFIER_GOOGLE_GOLDFISH_OPTIMAL
            }
            other => other.into_primitive(),
        };
        Self { value }
    }
}

impl From<v1::PixelFormatType> for images2::PixelFormat {
    /// Numbers that are no member are kept, and mean nothing in either version.
    fn from(format: v1::PixelFormatType) -> Self {
        Self::from_primitive(format.into_primitive())
    }
}

impl TryFrom<images2::PixelFormat> for v1::PixelFormatType {
    type Error = ToV1Error;

    /// Formats that came later are errors: clients of the first version did not know what to do
    /// with them.
    fn try_from(format: images2::PixelFormat) -> Result<Self, ToV1Error> {
        let value = format.into_primitive();
        let format = Self::from_primitive(value);
        let field = "pixel_format";
        if format.is_unknown() { Err(ToV1Error::NoSuchMember { field, value }) } else { Ok(format) }
    }
}

impl From<v1::ColorSpace> for images2::ColorSpace {
    /// Numbers that are no member are kept, and mean nothing in either version.
    fn from(space: v1::ColorSpace) -> Self {
        Self::from_primitive(space.r#type.into_primitive())
    }
}

impl TryFrom<images2::ColorSpace> for v1::ColorSpace {
    type Error = ToV1Error;

    /// Color spaces that came later are errors, as with formats.
    fn try_from(space: images2::ColorSpace) -> Result<Self, ToV1Error> {
        let value = space.into_primitive();
        let r#type = v1::ColorSpaceType::from_primitive(value);
        if r#type.is_unknown() {
            return Err(ToV1Error::NoSuchMember { field: "color_space", value });
        }
        Ok(Self { r#type })
    }
}

/// The modifier that a format carries, if it carries one.
pub(super) fn modifier(format: v1::PixelFormat) -> Option<PixelFormatModifier> {
    format.has_format_modifier.then(|| format.format_modifier.into())
}

/// A format and its modifier in one struct.
pub(super) fn pixel_format(
    format: Option<images2::PixelFormat>,
    modifier: Option<PixelFormatModifier>,
) -> Result<v1::PixelFormat, ToV1Error> {
    let format = format.ok_or(ToV1Error::Missing("pixel_format"))?;
    Ok(v1::PixelFormat {
        r#type: format.try_into()?,
        has_format_modifier: modifier.is_some(),
        format_modifier: modifier.map(v1::FormatModifier::from).unwrap_or_default(),
    })
}

//! Descriptions of images and constraints on them (`image-formats.md` 7.3, 7.4).

use super::formats::{modifier, pixel_format};
use super::{FromV1Error, ToV1Error, counted, fill, nonzero, nonzero_size};
use crate::fuchsia_images2::{self as images2, PixelFormatModifier};
use crate::fuchsia_math::{RectU, SizeU};
use crate::{fuchsia_sysmem as v1, fuchsia_sysmem2 as v2};

impl TryFrom<&v1::ImageFormat2> for images2::ImageFormat {
    type Error = FromV1Error;

    fn try_from(image: &v1::ImageFormat2) -> Result<Self, FromV1Error> {
        one_layer(image.layers)?;
        let size = SizeU { width: image.coded_width, height: image.coded_height };
        let (width, height) = (image.display_width, image.display_height);
        let aspect = SizeU {
            width: image.pixel_aspect_ratio_width,
            height: image.pixel_aspect_ratio_height,
        };
        Ok(Self {
            pixel_format: Some(image.pixel_format.r#type.into()),
            pixel_format_modifier: modifier(image.pixel_format),
            color_space: Some(image.color_space.into()),
            size: Some(size),
            bytes_per_row: nonzero(image.bytes_per_row),
            display_rect: Some(RectU { x: 0, y: 0, width, height }),
            valid_size: Some(size),
            pixel_aspect_ratio: image.has_pixel_aspect_ratio.then_some(aspect),
        })
    }
}

impl TryFrom<&images2::ImageFormat> for v1::ImageFormat2 {
    type Error = ToV1Error;

    /// `valid_size` has no field in the first version, which shows all of `size` as `coded_*`.
    fn try_from(image: &images2::ImageFormat) -> Result<Self, ToV1Error> {
        let size = image.size.unwrap_or_default();
        let display = image.display_rect.unwrap_or_default();
        if (display.x, display.y) != (0, 0) {
            return Err(ToV1Error::Inexpressible("display_rect"));
        }
        let color_space = image.color_space.map(v1::ColorSpace::try_from).transpose()?;
        let aspect = image.pixel_aspect_ratio.unwrap_or_default();
        Ok(Self {
            pixel_format: pixel_format(image.pixel_format, image.pixel_format_modifier)?,
            coded_width: size.width,
            coded_height: size.height,
            bytes_per_row: image.bytes_per_row.unwrap_or_default(),
            display_width: display.width,
            display_height: display.height,
            layers: 1,
            color_space: color_space.unwrap_or_default(),
            has_pixel_aspect_ratio: image.pixel_aspect_ratio.is_some(),
            pixel_aspect_ratio_width: aspect.width,
            pixel_aspect_ratio_height: aspect.height,
        })
    }
}

impl TryFrom<&v1::ImageFormatConstraints> for v2::ImageFormatConstraints {
    type Error = FromV1Error;

    /// The `required_*_bytes_per_row` have no field in the second version and are dropped.
    fn try_from(image: &v1::ImageFormatConstraints) -> Result<Self, FromV1Error> {
        one_layer(image.layers)?;
        let color_spaces = counted("color_space", &image.color_space, image.color_spaces_count)?;
        let color_spaces: Vec<_> = color_spaces.iter().map(|space| (*space).into()).collect();
        let area = nonzero(image.max_coded_width_times_coded_height);
        Ok(Self {
            pixel_format: Some(image.pixel_format.r#type.into()),
            pixel_format_modifier: Some(
                modifier(image.pixel_format).unwrap_or(PixelFormatModifier::LINEAR),
            ),
            color_spaces: (!color_spaces.is_empty()).then_some(color_spaces),
            min_size: nonzero_size(image.min_coded_width, image.min_coded_height),
            max_size: nonzero_size(image.max_coded_width, image.max_coded_height),
            min_bytes_per_row: nonzero(image.min_bytes_per_row),
            max_bytes_per_row: nonzero(image.max_bytes_per_row),
            max_width_times_height: area.map(u64::from),
            size_alignment: divisors(image.coded_width_divisor, image.coded_height_divisor),
            display_rect_alignment: divisors(
                image.display_width_divisor,
                image.display_height_divisor,
            ),
            required_min_size: whole_size(
                "required_min_coded_*",
                image.required_min_coded_width,
                image.required_min_coded_height,
            )?,
            required_max_size: whole_size(
                "required_max_coded_*",
                image.required_max_coded_width,
                image.required_max_coded_height,
            )?,
            bytes_per_row_divisor: nonzero(image.bytes_per_row_divisor),
            start_offset_divisor: nonzero(image.start_offset_divisor),
            ..Default::default()
        })
    }
}

impl TryFrom<&v2::ImageFormatConstraints> for v1::ImageFormatConstraints {
    type Error = ToV1Error;

    /// What only the second version can say is dropped where images that ignore it are still good:
    /// `required_max_size_list`, `is_alpha_present`, `require_bytes_per_row_at_pixel_boundary`.
    fn try_from(image: &v2::ImageFormatConstraints) -> Result<Self, ToV1Error> {
        refuse_inexpressible(image)?;
        let modifier = image.pixel_format_modifier.unwrap_or(PixelFormatModifier::LINEAR);
        let spaces = image.color_spaces.as_deref().unwrap_or_default();
        let mut color_space = Self::default().color_space;
        let color_spaces_count = fill("color_space", &mut color_space, spaces.iter().copied())?;
        let [min, max, required_min, required_max, divisors, display_divisors] = [
            image.min_size,
            image.max_size,
            image.required_min_size,
            image.required_max_size,
            image.size_alignment,
            image.display_rect_alignment,
        ]
        .map(Option::unwrap_or_default);
        Ok(Self {
            pixel_format: pixel_format(image.pixel_format, Some(modifier))?,
            color_spaces_count,
            color_space,
            min_coded_width: min.width,
            max_coded_width: max.width,
            min_coded_height: min.height,
            max_coded_height: max.height,
            min_bytes_per_row: image.min_bytes_per_row.unwrap_or_default(),
            max_bytes_per_row: image.max_bytes_per_row.unwrap_or_default(),
            max_coded_width_times_coded_height: area(image.max_width_times_height)?,
            layers: 1,
            coded_width_divisor: divisors.width,
            coded_height_divisor: divisors.height,
            bytes_per_row_divisor: image.bytes_per_row_divisor.unwrap_or_default(),
            start_offset_divisor: image.start_offset_divisor.unwrap_or_default(),
            display_width_divisor: display_divisors.width,
            display_height_divisor: display_divisors.height,
            required_min_coded_width: required_min.width,
            required_max_coded_width: required_max.width,
            required_min_coded_height: required_min.height,
            required_max_coded_height: required_max.height,
            required_min_bytes_per_row: 0,
            required_max_bytes_per_row: 0,
        })
    }
}

/// 0 stands for 1 in a struct of zeros.
const fn one_layer(layers: u32) -> Result<(), FromV1Error> {
    if layers > 1 { Err(FromV1Error::Layers(layers)) } else { Ok(()) }
}

/// Once one side has a divisor, the other one's 0 is 1.
fn divisors(width: u32, height: u32) -> Option<SizeU> {
    let size = nonzero_size(width, height)?;
    Some(SizeU { width: size.width.max(1), height: size.height.max(1) })
}

/// A size of which both sides are given or none.
const fn whole_size(
    field: &'static str,
    width: u32,
    height: u32,
) -> Result<Option<SizeU>, FromV1Error> {
    match (width, height) {
        (0, 0) => Ok(None),
        (0, _) | (_, 0) => Err(FromV1Error::HalfSize(field)),
        _ => Ok(Some(SizeU { width, height })),
    }
}

/// The largest number is no limit, in either version.
fn area(pixels: Option<u64>) -> Result<u32, ToV1Error> {
    match pixels {
        None => Ok(0),
        Some(u64::MAX) => Ok(u32::MAX),
        Some(value) => {
            let field = "max_width_times_height";
            u32::try_from(value).map_err(|_| ToV1Error::TooLarge { field, value })
        }
    }
}

/// Whoever does not know of padding would place images wrongly, or choose a format that is not the
/// one.
fn refuse_inexpressible(image: &v2::ImageFormatConstraints) -> Result<(), ToV1Error> {
    const NO_PADDING: SizeU = SizeU { width: 1, height: 1 };
    if image.pad_for_block_size.is_some_and(|block| block != NO_PADDING) {
        return Err(ToV1Error::Inexpressible("pad_for_block_size"));
    }
    if image.pad_beyond_image_size_bytes.is_some_and(|bytes| bytes != 0) {
        return Err(ToV1Error::Inexpressible("pad_beyond_image_size_bytes"));
    }
    if image.pixel_format_and_modifiers.as_ref().is_some_and(|more| !more.is_empty()) {
        return Err(ToV1Error::Inexpressible("pixel_format_and_modifiers"));
    }
    Ok(())
}

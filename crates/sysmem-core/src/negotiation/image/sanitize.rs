//! From the table of a participant to terms without gaps (`sysmem2-constraints.md` 2.6, the steps
//! that need nothing but the entry's own fields).

use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2::ImageFormatConstraints;

use super::required::RequiredSizes;
use super::{Format, ImageTerms};
use crate::negotiation::color_space::ColorSpaces;
use crate::negotiation::failure::ImageFault;
use crate::negotiation::number::{Alignment, Divisor, PowerOfTwo, has_area};

const EMPTY: SizeU = SizeU { width: 0, height: 0 };
const ONE: SizeU = SizeU { width: 1, height: 1 };
const UNLIMITED: SizeU = SizeU { width: u32::MAX, height: u32::MAX };

/// The entry without what depends on the format, which the formats of one table share.
#[derive(Debug)]
pub(super) struct Template<'a> {
    table: &'a ImageFormatConstraints,
    terms: ImageTerms<'a>,
}

impl<'a> Template<'a> {
    pub(super) fn of(table: &'a ImageFormatConstraints) -> Result<Self, ImageFault> {
        let size_alignment = table.size_alignment.unwrap_or(ONE);
        let display_rect_alignment = table.display_rect_alignment.unwrap_or(ONE);
        let terms = ImageTerms {
            color_spaces: ColorSpaces::sanitize(table.color_spaces.as_deref())?,
            min_size: table.min_size.unwrap_or(EMPTY),
            max_size: table.max_size.unwrap_or(UNLIMITED),
            min_bytes_per_row: table.min_bytes_per_row.unwrap_or(0),
            max_bytes_per_row: table.max_bytes_per_row.unwrap_or(u32::MAX),
            max_width_times_height: table.max_width_times_height.unwrap_or(u64::MAX),
            size_alignment: Alignment::new(size_alignment)
                .ok_or(ImageFault::SizeAlignment(size_alignment))?,
            display_rect_alignment: Alignment::new(display_rect_alignment)
                .ok_or(ImageFault::DisplayRectAlignment(display_rect_alignment))?,
            required_min_size: table.required_min_size.unwrap_or(UNLIMITED),
            required_max_size: table.required_max_size.unwrap_or(EMPTY),
            required_max_sizes: required_max_sizes(table)?,
            // Fuchsia's server looks for 0 only after it has divided by it (2.6 step 16).
            bytes_per_row_divisor: Divisor::new(table.bytes_per_row_divisor.unwrap_or(1))
                .ok_or(ImageFault::ZeroDivisor)?,
            require_pixel_boundary: table.require_bytes_per_row_at_pixel_boundary.unwrap_or(false),
            start_offset_divisor: PowerOfTwo::ONE,
            is_alpha_present: table.is_alpha_present,
            pad_for_block_size: Alignment::ONE,
            pad_beyond_image_size_bytes: table.pad_beyond_image_size_bytes.unwrap_or(0),
        };
        Ok(Self { table, terms })
    }

    /// The entry for one of the formats that it stands for.
    pub(super) fn terms_for(
        &self,
        format: Format,
        page_size_bytes: u64,
    ) -> Result<ImageTerms<'a>, ImageFault> {
        let pad_for_block_size = self.table.pad_for_block_size.unwrap_or(ONE);
        Ok(ImageTerms {
            start_offset_divisor: start_offset_divisor(self.table, format, page_size_bytes)?,
            pad_for_block_size: Alignment::new(pad_for_block_size)
                .ok_or(ImageFault::PadAlignment(pad_for_block_size))?,
            ..self.terms.clone()
        })
    }
}

/// Step 6.
fn required_max_sizes(table: &ImageFormatConstraints) -> Result<RequiredSizes<'_>, ImageFault> {
    let list = table.required_max_size_list.as_deref().unwrap_or_default();
    match list.iter().find(|size| !has_area(**size)) {
        Some(size) => Err(ImageFault::EmptyRequiredSize(*size)),
        None => Ok(RequiredSizes::new(list)),
    }
}

/// Steps 8e and 17. The sample alignment comes first: it turns a 0 or a 3 of a participant into
/// something valid.
fn start_offset_divisor(
    table: &ImageFormatConstraints,
    format: Format,
    page_size_bytes: u64,
) -> Result<PowerOfTwo, ImageFault> {
    let own = table.start_offset_divisor.unwrap_or(1);
    let divisor = own.max(format.info().map_or(0, |info| info.sample_alignment));
    PowerOfTwo::new(divisor)
        .filter(|divisor| u64::from(divisor.get()) <= page_size_bytes)
        .ok_or(ImageFault::StartOffset { divisor, page_size_bytes })
}

//! Fits terms to the format that they are about, and sees whether any image is left
//! (`sysmem2-constraints.md` 2.6, from step 4 on).

use image_format::FormatInfo;
use sysmem_fidl::fuchsia_images2::PixelFormatModifier;
use sysmem_fidl::fuchsia_math::SizeU;

use super::{Format, ImageTerms};
use crate::negotiation::failure::ImageFault;
use crate::negotiation::formats::FormatPair;
use crate::negotiation::number::{Alignment, PowerOfTwo, area, fits, max_size};

/// Whose terms they are (`sysmem2-constraints.md` 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::negotiation) enum Stage {
    /// Those of one participant (N).
    Participant,
    /// Those of all together (A).
    Aggregate,
}

/// With padding by blocks, widths end here.
const MAX_PADDED_WIDTH: u32 = 0x8000_0000;

impl ImageTerms<'_> {
    /// Raises minimums and lowers maximums to what the format and the alignments leave, then checks
    /// that they can be kept.
    pub(in crate::negotiation) fn fit(
        &mut self,
        format: Format,
        stage: Stage,
    ) -> Result<(), ImageFault> {
        self.min_size = max_size(self.min_size, self.size_alignment.size());
        if let Format::Specific(pair, info) = format {
            self.adapt_to(pair, info)?;
        }
        self.round()?;
        self.check_area()?;
        if let Format::Specific(pair, _) = format {
            self.color_spaces.check(pair.pixel_format)?;
        }
        self.check_required_sizes()?;
        self.check_padding(format, stage)
    }

    /// Step 8. The divisor for blocks of padding goes between 8d and 8f; Fuchsia's server applies
    /// it only when two participants have entries.
    fn adapt_to(&mut self, pair: FormatPair, info: &FormatInfo) -> Result<(), ImageFault> {
        let divisors = SizeU { width: info.width_divisor, height: info.height_divisor };
        let divisors = Alignment::new(divisors).ok_or(ImageFault::SizeAlignment(divisors))?;
        self.size_alignment = self.size_alignment.max(divisors);
        self.fit_divisor(info)?;
        let samples = PowerOfTwo::new(info.sample_alignment).unwrap_or(PowerOfTwo::ONE);
        self.start_offset_divisor = self.start_offset_divisor.max(samples);
        self.min_bytes_per_row = self.min_bytes_per_row.max(self.bytes_per_row_divisor.get());
        let row_bytes = image_format::minimum_row_bytes(
            pair.pixel_format,
            pair.modifier,
            &self.rows(),
            self.min_size.width,
        );
        // No number is no failure: either a check below finds the reason, or there is a width above
        // the minimum that works.
        if let Some(row_bytes) = row_bytes {
            self.min_bytes_per_row = self.min_bytes_per_row.max(row_bytes);
        }
        Ok(())
    }

    fn fit_divisor(&mut self, info: &FormatInfo) -> Result<(), ImageFault> {
        let too_large = ImageFault::DivisorTooLarge(self.bytes_per_row_divisor.get());
        let mut divisor = self.bytes_per_row_divisor.combine(info.sample_alignment.into());
        if self.require_pixel_boundary {
            let bytes_per_pixel = info.stride_bytes_per_width_pixel.into();
            divisor = divisor.and_then(|divisor| divisor.combine(bytes_per_pixel));
        }
        divisor = divisor.and_then(|divisor| self.divide_into_blocks(divisor, info));
        self.bytes_per_row_divisor = divisor.ok_or(too_large)?;
        Ok(())
    }

    /// Steps 9, 10, 12 and 13: to multiples of the alignments, inwards. A maximum that is unlimited
    /// stays so.
    fn round(&mut self) -> Result<(), ImageFault> {
        let align = self.size_alignment;
        let unrounded = self.min_size;
        self.max_size.width = round_down(self.max_size.width, |max| align.width.round_down(max));
        self.max_size.height = round_down(self.max_size.height, |max| align.height.round_down(max));
        self.min_size = align
            .round_up(unrounded)
            .filter(|min| fits(*min, self.max_size))
            .ok_or(ImageFault::MinSizeAboveMax { min: unrounded, max: self.max_size })?;

        let divisor = self.bytes_per_row_divisor;
        let unrounded = self.min_bytes_per_row;
        self.max_bytes_per_row = round_down(self.max_bytes_per_row, |max| divisor.round_down(max));
        self.min_bytes_per_row = divisor
            .round_up(unrounded.into())
            .and_then(|min| u32::try_from(min).ok())
            .filter(|min| *min <= self.max_bytes_per_row)
            .ok_or(ImageFault::MinRowAboveMax { min: unrounded, max: self.max_bytes_per_row })?;
        Ok(())
    }

    /// Step 14.
    fn check_area(&self) -> Result<(), ImageFault> {
        let max = self.max_width_times_height.min(u32::MAX.into());
        if area(self.min_size) > max {
            return Err(ImageFault::MinAreaAboveMax { min: self.min_size, max });
        }
        Ok(())
    }

    /// Step 20. `required_min_size` is not held against the maximum, as in Fuchsia's server.
    fn check_required_sizes(&self) -> Result<(), ImageFault> {
        let required = self.required_min_size;
        // A minimum size is never 0, so that this finds a 0 as well.
        if !fits(self.min_size, required) {
            return Err(ImageFault::RequiredMinBelowMin { required, min: self.min_size });
        }
        let last = Some(self.required_max_size).filter(|size| !fits(*size, self.max_size));
        match self.required_max_sizes.above(self.max_size).or(last) {
            Some(required) => Err(ImageFault::RequiredMaxAboveMax { required, max: self.max_size }),
            None => Ok(()),
        }
    }

    /// Step 21. Fuchsia's server looks at the width of the blocks only.
    fn check_padding(&self, format: Format, stage: Stage) -> Result<(), ImageFault> {
        if self.pad_for_block_size == Alignment::ONE {
            return Ok(());
        }
        let is_linear = match format {
            Format::Wildcard(_) => false,
            Format::Specific(pair, info) => {
                pair.modifier == PixelFormatModifier::LINEAR && info.single_plane_for_padding
            }
        };
        if !is_linear {
            return Err(ImageFault::PadOfTiledOrPlanar);
        }
        if self.pad_for_block_size.height == PowerOfTwo::ONE {
            return Ok(());
        }
        let max_width = self.max_size.width;
        let is_bounded = match stage {
            Stage::Participant => max_width != u32::MAX,
            Stage::Aggregate => max_width < MAX_PADDED_WIDTH,
        };
        if is_bounded { Ok(()) } else { Err(ImageFault::PadWithoutMaxWidth { max_width }) }
    }
}

fn round_down(max: u32, round: impl FnOnce(u32) -> u32) -> u32 {
    if max == u32::MAX { max } else { round(max) }
}

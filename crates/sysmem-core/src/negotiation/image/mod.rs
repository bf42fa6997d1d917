//! What a participant asks of images of one format (`sysmem2-constraints.md` 1.8, 3.5).
//!
//! Entries come out of [`sanitize`], are [combined](ImageTerms::combine) between participants, and
//! are [fitted](ImageTerms::fit) to their format each time: when they come from a participant, and
//! when all are together.

mod combinations;
mod common;
mod fit;
mod list;
mod memo;
mod required;
mod sanitize;

use std::rc::Rc;

use image_format::{FormatInfo, RowConstraints, RowRule};
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2::ImageFormatConstraints;

use super::color_space::ColorSpaces;
use super::failure::{Elimination, ImageFault};
use super::formats::FormatPair;
use super::number::{Alignment, Divisor, PowerOfTwo, max_size, min_size};

pub(super) use self::common::{Candidate, CommonImages};
pub(super) use self::fit::Stage;
pub(super) use self::list::{ImageList, pairs_of};
use self::required::RequiredSizes;

/// One entry, every default filled in.
#[derive(Clone, Debug)]
pub(super) struct ImageTerms<'a> {
    pub(super) color_spaces: ColorSpaces<'a>,
    pub(super) min_size: SizeU,
    pub(super) max_size: SizeU,
    pub(super) min_bytes_per_row: u32,
    pub(super) max_bytes_per_row: u32,
    pub(super) max_width_times_height: u64,
    pub(super) size_alignment: Alignment,
    pub(super) display_rect_alignment: Alignment,
    pub(super) required_min_size: SizeU,
    pub(super) required_max_size: SizeU,
    pub(super) required_max_sizes: RequiredSizes<'a>,
    pub(super) bytes_per_row_divisor: Divisor,
    pub(super) require_pixel_boundary: bool,
    pub(super) start_offset_divisor: PowerOfTwo,
    pub(super) is_alpha_present: Option<bool>,
    pub(super) pad_for_block_size: Alignment,
    pub(super) pad_beyond_image_size_bytes: u64,
}

/// Terms that several entries share. Many formats are laid out alike, so that most of what a table
/// says comes out equal for them, and is made, combined and fitted once for all.
pub(super) type SharedTerms<'a> = Rc<ImageTerms<'a>>;

/// What is known about the format of an entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Format {
    /// A half of the pair is `DO_NOT_CARE`.
    Wildcard(FormatPair),
    /// A supported pair, and the numbers of its pixel format.
    Specific(FormatPair, &'static FormatInfo),
}

/// All that fitting asks of a format: terms are fitted alike to formats of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct FormatKind {
    /// None for wildcards.
    pixel_format: Option<PixelFormat>,
    is_linear: bool,
    rows: RowRule,
}

impl Format {
    fn kind(self) -> FormatKind {
        match self {
            Self::Wildcard(_) => {
                FormatKind { pixel_format: None, is_linear: false, rows: RowRule::None }
            }
            Self::Specific(FormatPair { pixel_format, modifier }, _) => FormatKind {
                pixel_format: Some(pixel_format),
                is_linear: modifier == PixelFormatModifier::LINEAR,
                rows: RowRule::of(modifier),
            },
        }
    }

    /// Steps 1 and 8a of 2.6.
    pub(super) fn of(pair: FormatPair) -> Result<Self, ImageFault> {
        if pair.is_invalid() {
            return Err(ImageFault::InvalidFormat);
        }
        if !pair.is_specific() {
            return Ok(Self::Wildcard(pair));
        }
        if !pair.is_supported() {
            return Err(ImageFault::UnsupportedFormat);
        }
        // The goldfish modifier is supported with formats that have no numbers.
        let info = FormatInfo::of(pair.pixel_format).ok_or(ImageFault::FormatWithoutLayout)?;
        Ok(Self::Specific(pair, info))
    }

    fn info(self) -> Option<&'static FormatInfo> {
        match self {
            Self::Wildcard(_) => None,
            Self::Specific(_, info) => Some(info),
        }
    }
}

impl<'a> ImageTerms<'a> {
    /// Adds the terms of another participant for the same pair. An error makes the entry disappear,
    /// not the negotiation fail (3.5).
    pub(super) fn combine(&mut self, other: &Self) -> Result<(), Elimination> {
        self.combine_but_sizes(other)?;
        self.required_max_sizes = self.required_max_sizes.joined(&other.required_max_sizes);
        Ok(())
    }

    /// The same for everything but the list of required sizes, which entries can share.
    fn combine_but_sizes(&mut self, other: &Self) -> Result<(), Elimination> {
        self.color_spaces = self
            .color_spaces
            .intersect(&other.color_spaces)
            .ok_or(Elimination::NoCommonColorSpace)?;
        self.is_alpha_present = match (self.is_alpha_present, other.is_alpha_present) {
            (Some(own), Some(others)) if own != others => return Err(Elimination::Alpha),
            (own, others) => own.or(others),
        };
        self.min_size = max_size(self.min_size, other.min_size);
        self.max_size = min_size(self.max_size, other.max_size);
        self.min_bytes_per_row = self.min_bytes_per_row.max(other.min_bytes_per_row);
        self.max_bytes_per_row = self.max_bytes_per_row.min(other.max_bytes_per_row);
        self.max_width_times_height = self.max_width_times_height.min(other.max_width_times_height);
        self.size_alignment = self.size_alignment.max(other.size_alignment);
        self.display_rect_alignment = self.display_rect_alignment.max(other.display_rect_alignment);
        self.required_min_size = min_size(self.required_min_size, other.required_min_size);
        self.required_max_size = max_size(self.required_max_size, other.required_max_size);
        self.require_pixel_boundary |= other.require_pixel_boundary;
        self.start_offset_divisor = self.start_offset_divisor.max(other.start_offset_divisor);
        self.pad_for_block_size = self.pad_for_block_size.max(other.pad_for_block_size);
        self.pad_beyond_image_size_bytes =
            self.pad_beyond_image_size_bytes.max(other.pad_beyond_image_size_bytes);
        let (own, others) = (self.bytes_per_row_divisor, other.bytes_per_row_divisor);
        // Both are multiples of what their own padding needs since they were fitted, so that the
        // common multiple is one of what the larger padding needs.
        self.bytes_per_row_divisor = own
            .combine(others.get().into())
            .ok_or(Elimination::DivisorTooLarge { a: own.get(), b: others.get() })?;
        Ok(())
    }

    /// Makes rows hold whole blocks of padding; none if the divisor does not fit any more.
    fn divide_into_blocks(&self, divisor: Divisor, info: &FormatInfo) -> Option<Divisor> {
        let blocks = u64::from(self.pad_for_block_size.width.get());
        if blocks == 1 {
            return Some(divisor);
        }
        divisor.combine(blocks.checked_mul(info.stride_bytes_per_width_pixel.into())?)
    }

    /// The same for a pair that a wildcard has been replaced by, if it has a color space left (3.4).
    fn narrowed_to(self: &Rc<Self>, pair: FormatPair) -> Option<Rc<Self>> {
        if !pair.is_specific() {
            return Some(Rc::clone(self));
        }
        let color_spaces = self.color_spaces.supported_by(pair.pixel_format)?;
        if color_spaces == self.color_spaces {
            return Some(Rc::clone(self));
        }
        Some(Rc::new(Self { color_spaces, ..Self::clone(self) }))
    }

    /// What bounds the bytes per row.
    pub(super) fn rows(&self) -> RowConstraints {
        RowConstraints {
            min_width: self.min_size.width,
            max_width: self.max_size.width,
            size_alignment_width: self.size_alignment.width.get(),
            min_bytes_per_row: self.min_bytes_per_row,
            max_bytes_per_row: self.max_bytes_per_row,
            bytes_per_row_divisor: self.bytes_per_row_divisor.get(),
        }
    }

    /// As it is reported: every field but the list of formats, and alpha if it has no meaning
    /// (1.13).
    fn report(
        &self,
        pair: FormatPair,
        info: &FormatInfo,
        color_space: ColorSpace,
    ) -> ImageFormatConstraints {
        ImageFormatConstraints {
            pixel_format: Some(pair.pixel_format),
            pixel_format_modifier: Some(pair.modifier),
            color_spaces: Some(vec![color_space]),
            min_size: Some(self.min_size),
            max_size: Some(self.max_size),
            min_bytes_per_row: Some(self.min_bytes_per_row),
            max_bytes_per_row: Some(self.max_bytes_per_row),
            max_width_times_height: Some(self.max_width_times_height),
            size_alignment: Some(self.size_alignment.size()),
            display_rect_alignment: Some(self.display_rect_alignment.size()),
            required_min_size: Some(self.required_min_size),
            required_max_size: Some(self.required_max_size),
            bytes_per_row_divisor: Some(self.bytes_per_row_divisor.get()),
            start_offset_divisor: Some(self.start_offset_divisor.get()),
            pixel_format_and_modifiers: None,
            require_bytes_per_row_at_pixel_boundary: Some(self.require_pixel_boundary),
            is_alpha_present: self.is_alpha_present.filter(|_| info.fourth_channel.is_present()),
            required_max_size_list: Some(self.required_max_sizes.as_slice().to_vec()),
            pad_for_block_size: Some(self.pad_for_block_size.size()),
            pad_beyond_image_size_bytes: Some(self.pad_beyond_image_size_bytes),
        }
    }
}

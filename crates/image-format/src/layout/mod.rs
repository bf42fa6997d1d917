//! Where the bytes of an image are, by family of modifiers (`image-formats.md` section 5,
//! `sysmem2-constraints.md` 2.7 and 2.8).

mod afbc;
mod goldfish;
mod intel;
mod linear;
mod linear_te;
mod transaction_elimination;

use sysmem_fidl::fuchsia_images2::{
    FORMAT_MODIFIER_ARM_BCH_BIT, FORMAT_MODIFIER_ARM_SPARSE_BIT,
    FORMAT_MODIFIER_ARM_SPLIT_BLOCK_BIT, FORMAT_MODIFIER_ARM_TE_BIT,
    FORMAT_MODIFIER_ARM_TILED_HEADER_BIT, FORMAT_MODIFIER_ARM_YUV_BIT, FORMAT_MODIFIER_VENDOR_ARM,
    PixelFormat, PixelFormatModifier,
};

use self::afbc::Afbc;
use self::intel::Intel;
use crate::format::FormatInfo;

/// One plane of an image, or the side buffer behind the planes (index 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Plane {
    /// Distance of its first byte from the first byte of the image.
    pub offset: u64,
    /// Distance in bytes from one row to the next. 0 where there are no rows, as with AFBC.
    pub row_bytes: u32,
}

/// What bounds the number of bytes per row: some fields of `ImageFormatConstraints`, with the
/// defaults of fields that are not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RowConstraints {
    /// `min_size.width`, 0 by default.
    pub min_width: u32,
    /// `max_size.width`, unlimited by default.
    pub max_width: u32,
    /// `size_alignment.width`, 1 by default. 0 makes the computation fail.
    pub size_alignment_width: u32,
    /// `min_bytes_per_row`, 0 by default.
    pub min_bytes_per_row: u32,
    /// `max_bytes_per_row`, unlimited by default.
    pub max_bytes_per_row: u32,
    /// `bytes_per_row_divisor`, 1 by default. 0 makes the computation fail.
    pub bytes_per_row_divisor: u32,
}

impl Default for RowConstraints {
    fn default() -> Self {
        Self {
            min_width: 0,
            max_width: u32::MAX,
            size_alignment_width: 1,
            min_bytes_per_row: 0,
            max_bytes_per_row: u32::MAX,
            bytes_per_row_divisor: 1,
        }
    }
}

impl RowConstraints {
    fn admits_width(&self, width: u64) -> bool {
        (u64::from(self.min_width)..=u64::from(self.max_width)).contains(&width)
    }
}

/// What decides about the rows of an image beside its pixel format: for modifiers with the same rule
/// and one format, [`minimum_row_bytes`] says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowRule {
    /// Pixels one after the other.
    Linear,
    /// Whole tiles of so many bytes.
    Tiles { row_bytes: u64 },
    /// Whole superblocks so many pixels wide, with the width rounded up to the area.
    Blocks { block_width: u64, area_width: u64 },
    /// There is no such number.
    None,
}

impl RowRule {
    /// The rule of a modifier.
    pub fn of(modifier: PixelFormatModifier) -> Self {
        match Family::of(modifier) {
            Some(Family::Linear | Family::LinearTe) => Self::Linear,
            Some(Family::Intel(intel)) => intel.row_rule(),
            Some(Family::Afbc(afbc)) => afbc.row_rule(),
            Some(Family::Goldfish) | None => Self::None,
        }
    }
}

/// The six flags of AFBC; what is left of a modifier without them is the kind of superblock.
const AFBC_FLAGS: u64 = FORMAT_MODIFIER_ARM_YUV_BIT
    | FORMAT_MODIFIER_ARM_SPLIT_BLOCK_BIT
    | FORMAT_MODIFIER_ARM_SPARSE_BIT
    | FORMAT_MODIFIER_ARM_BCH_BIT
    | FORMAT_MODIFIER_ARM_TE_BIT
    | FORMAT_MODIFIER_ARM_TILED_HEADER_BIT;

/// Whether images of the format can be laid out by the modifier (`sysmem2-constraints.md` 2.7).
///
/// Modifiers without a name count if they are AFBC with another combination of flags. As in
/// Fuchsia's server, the goldfish modifier counts with any format, sentinels included, although
/// no number can be computed for it without [`FormatInfo`]; `image-formats.md` section 10 would
/// refuse those, but which wildcards can be combined depends on this answer.
pub fn is_supported(format: PixelFormat, modifier: PixelFormatModifier) -> bool {
    modifier == PixelFormatModifier::GOOGLE_GOLDFISH_OPTIMAL
        || Layout::of(format, modifier).is_some()
}

/// The least number of bytes per row for an image of `width` pixels that keeps `constraints`
/// (`sysmem2-constraints.md` 2.8).
///
/// None if the pair is not supported, if the width is 0 or out of bounds, if no number is small
/// enough, and always with the goldfish modifier.
///
/// The width is held against its bounds before it is rounded up, but after it for Intel tilings.
/// Sample alignment and divisors of the format are not looked at; they have to be merged into the
/// constraints. For AFBC the number has no meaning, ignores all bounds on rows, and must not be
/// used as a pitch.
pub fn minimum_row_bytes(
    format: PixelFormat,
    modifier: PixelFormatModifier,
    constraints: &RowConstraints,
    width: u32,
) -> Option<u32> {
    let layout = Layout::of(format, modifier)?;
    let row_bytes = layout.minimum_row_bytes(constraints, nonzero(width)?)?;
    u32::try_from(row_bytes).ok()
}

/// Bytes that an image takes, side buffers included (`sysmem2-constraints.md` 2.8).
///
/// `width` and `height` in pixels, `row_bytes` the number of bytes per row of plane 0, which AFBC
/// ignores. None if the pair is not supported, the width is 0, or the result does not fit.
pub fn image_size(
    format: PixelFormat,
    modifier: PixelFormatModifier,
    width: u32,
    height: u32,
    row_bytes: u32,
) -> Option<u64> {
    let layout = Layout::of(format, modifier)?;
    layout.image_size(&Extent::new(width, height, row_bytes)?)
}

/// Where plane `index` of an image is: 0 to 2 are planes of samples, 3 is the side buffer of Intel
/// CCS and of Arm transaction elimination (`image-formats.md` 5.2 to 5.6).
///
/// None where there is no such plane, and as for [`image_size`]. Unlike Fuchsia's library this
/// answers for index 3 only if the modifier has a side buffer, as `image-formats.md` section 10
/// suggests.
pub fn plane(
    format: PixelFormat,
    modifier: PixelFormatModifier,
    width: u32,
    height: u32,
    row_bytes: u32,
    index: usize,
) -> Option<Plane> {
    let layout = Layout::of(format, modifier)?;
    layout.plane(&Extent::new(width, height, row_bytes)?, index)
}

/// All planes of an image with their indices; see [`plane`].
pub fn planes(
    format: PixelFormat,
    modifier: PixelFormatModifier,
    width: u32,
    height: u32,
    row_bytes: u32,
) -> impl Iterator<Item = (usize, Plane)> {
    (0..=SIDE_BUFFER).filter_map(move |index| {
        plane(format, modifier, width, height, row_bytes, index).map(|plane| (index, plane))
    })
}

/// Whether buffers of this layout can be in memory that the CPU cannot write
/// (`sysmem2-constraints.md` 4.4): all but those with transaction elimination, whose side buffer
/// the CPU may have to write.
pub fn is_compatible_with_protected_memory(modifier: PixelFormatModifier) -> bool {
    let value = modifier.into_primitive();
    let arm_linear = FORMAT_MODIFIER_VENDOR_ARM;
    let is_arm = value & !AFBC_FLAGS == arm_linear || is_afbc(modifier);
    !is_arm || value & FORMAT_MODIFIER_ARM_TE_BIT == 0
}

/// Whether a modifier is one of AFBC, with a name or not.
pub(crate) fn is_afbc(modifier: PixelFormatModifier) -> bool {
    Afbc::of(modifier).is_some()
}

/// Bytes of a row of an AFBC image as others want to have it stated: of whole superblocks, or tiles
/// of them, before compression (`image-formats.md` 8.2).
pub(crate) fn afbc_pitch(modifier: PixelFormatModifier, width: u32) -> Option<u32> {
    u32::try_from(Afbc::of(modifier)?.uncompressed_row_bytes(width.into())?).ok()
}

/// Index of the plane that is not one of samples.
const SIDE_BUFFER: usize = 3;

/// An image to lay out. The width is not 0.
struct Extent {
    width: u64,
    height: u64,
    row_bytes: u64,
}

impl Extent {
    fn new(width: u32, height: u32, row_bytes: u32) -> Option<Self> {
        let width = nonzero(width)?;
        Some(Self { width, height: height.into(), row_bytes: row_bytes.into() })
    }
}

fn nonzero(width: u32) -> Option<u64> {
    (width != 0).then_some(width.into())
}

/// A supported pair of format and modifier.
struct Layout {
    info: &'static FormatInfo,
    family: Family,
}

enum Family {
    Linear,
    LinearTe,
    Intel(Intel),
    Afbc(Afbc),
    Goldfish,
}

impl Layout {
    /// None if the pair is not supported, and for the goldfish modifier with formats that have no
    /// numbers to compute with.
    fn of(format: PixelFormat, modifier: PixelFormatModifier) -> Option<Self> {
        let info = FormatInfo::of(format)?;
        let family = Family::of(modifier)?;
        family.takes(info).then_some(Self { info, family })
    }

    fn minimum_row_bytes(&self, constraints: &RowConstraints, width: u64) -> Option<u64> {
        match &self.family {
            Family::Linear | Family::LinearTe => {
                linear::minimum_row_bytes(self.info, constraints, width)
            }
            Family::Intel(intel) => intel.minimum_row_bytes(self.info, constraints, width),
            Family::Afbc(afbc) => afbc.minimum_row_bytes(constraints, width),
            Family::Goldfish => None,
        }
    }

    fn image_size(&self, extent: &Extent) -> Option<u64> {
        match &self.family {
            Family::Linear => linear::image_size(self.info, extent),
            Family::LinearTe => linear_te::image_size(self.info, extent),
            Family::Intel(intel) => intel.image_size(self.info, extent),
            Family::Afbc(afbc) => afbc.image_size(extent),
            Family::Goldfish => goldfish::image_size(self.info, extent),
        }
    }

    fn plane(&self, extent: &Extent, index: usize) -> Option<Plane> {
        match &self.family {
            Family::Linear => linear::plane(self.info, extent, index),
            Family::LinearTe => linear_te::plane(self.info, extent, index),
            Family::Intel(intel) => intel.plane(self.info, extent, index),
            Family::Afbc(afbc) => afbc.plane(extent, index),
            Family::Goldfish => goldfish::plane(extent, index),
        }
    }
}

impl Family {
    fn of(modifier: PixelFormatModifier) -> Option<Self> {
        match modifier {
            PixelFormatModifier::LINEAR => Some(Self::Linear),
            PixelFormatModifier::ARM_LINEAR_TE => Some(Self::LinearTe),
            PixelFormatModifier::GOOGLE_GOLDFISH_OPTIMAL => Some(Self::Goldfish),
            _ => {
                Intel::of(modifier).map(Self::Intel).or_else(|| Afbc::of(modifier).map(Self::Afbc))
            }
        }
    }

    fn takes(&self, info: &FormatInfo) -> bool {
        match self {
            Self::Linear | Self::LinearTe | Self::Goldfish => true,
            Self::Intel(_) => is_8888(info) || info.pixel_format == PixelFormat::NV12,
            Self::Afbc(_) => is_8888(info),
        }
    }
}

fn is_8888(info: &FormatInfo) -> bool {
    matches!(
        info.pixel_format,
        PixelFormat::R8G8B8A8
            | PixelFormat::R8G8B8X8
            | PixelFormat::B8G8R8A8
            | PixelFormat::B8G8R8X8
    )
}

//! Modifiers of DRM, and how an image is described to it (`image-formats.md` 8.2 and 8.4).

use std::fmt;

use sysmem_fidl::fuchsia_images2::{
    FORMAT_MODIFIER_ARM_BCH_BIT, FORMAT_MODIFIER_ARM_SPARSE_BIT,
    FORMAT_MODIFIER_ARM_SPLIT_BLOCK_BIT, FORMAT_MODIFIER_ARM_TE_BIT,
    FORMAT_MODIFIER_ARM_TILED_HEADER_BIT, FORMAT_MODIFIER_ARM_YUV_BIT, PixelFormat,
    PixelFormatModifier,
};

use super::Fourcc;
use crate::layout::{self, Plane};

/// A `DRM_FORMAT_MOD_*`. Its number is not that of a [`PixelFormatModifier`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DrmModifier(pub u64);

impl DrmModifier {
    /// `DRM_FORMAT_MOD_LINEAR`
    pub const LINEAR: Self = Self(0);
    /// `DRM_FORMAT_MOD_INVALID`: the layout is what the driver has chosen, and only it knows. Do
    /// not import such a buffer unless its layout is known from elsewhere.
    pub const INVALID: Self = Self(0x00ff_ffff_ffff_ffff);
}

/// Modifiers that are not computed. The numbers of both sides differ for CCS.
const TABLE: &[(PixelFormatModifier, DrmModifier)] = &[
    (PixelFormatModifier::LINEAR, DrmModifier::LINEAR),
    (PixelFormatModifier::INVALID, DrmModifier::INVALID),
    (PixelFormatModifier::INTEL_I915_X_TILED, DrmModifier(0x0100_0000_0000_0001)),
    (PixelFormatModifier::INTEL_I915_Y_TILED, DrmModifier(0x0100_0000_0000_0002)),
    (PixelFormatModifier::INTEL_I915_YF_TILED, DrmModifier(0x0100_0000_0000_0003)),
    (PixelFormatModifier::INTEL_I915_Y_TILED_CCS, DrmModifier(0x0100_0000_0000_0004)),
    (PixelFormatModifier::INTEL_I915_YF_TILED_CCS, DrmModifier(0x0100_0000_0000_0005)),
];

/// `AFBC_FORMAT_MOD_TILED`, the one flag that both sides have under different numbers.
const DRM_TILED: u64 = 0x100;

/// Flags of AFBC that both sides have under the same number.
const SHARED_FLAGS: u64 = FORMAT_MODIFIER_ARM_YUV_BIT
    | FORMAT_MODIFIER_ARM_SPLIT_BLOCK_BIT
    | FORMAT_MODIFIER_ARM_SPARSE_BIT
    | FORMAT_MODIFIER_ARM_BCH_BIT;

impl TryFrom<PixelFormatModifier> for DrmModifier {
    type Error = NoCounterpart;

    /// Fails for `DO_NOT_CARE`, for layouts with transaction elimination, for goldfish, and for
    /// values without meaning.
    fn try_from(modifier: PixelFormatModifier) -> Result<Self, NoCounterpart> {
        if let Some((_, drm)) = TABLE.iter().find(|(sysmem, _)| *sysmem == modifier) {
            return Ok(*drm);
        }
        let value = modifier.into_primitive();
        if !layout::is_afbc(modifier) || value & FORMAT_MODIFIER_ARM_TE_BIT != 0 {
            return Err(NoCounterpart);
        }
        let tiled = value & FORMAT_MODIFIER_ARM_TILED_HEADER_BIT != 0;
        let flags = if tiled { DRM_TILED } else { 0 };
        Ok(Self(value & !FORMAT_MODIFIER_ARM_TILED_HEADER_BIT | flags))
    }
}

impl TryFrom<DrmModifier> for PixelFormatModifier {
    type Error = NoCounterpart;

    /// Fails for all vendors but Intel and Arm, and for AFBC with flags or superblocks that sysmem
    /// has no names for.
    fn try_from(modifier: DrmModifier) -> Result<Self, NoCounterpart> {
        if let Some((sysmem, _)) = TABLE.iter().find(|(_, drm)| *drm == modifier) {
            return Ok(*sysmem);
        }
        let block = Self::from_primitive(modifier.0 & !(SHARED_FLAGS | DRM_TILED));
        if !matches!(block, Self::ARM_AFBC_16X16 | Self::ARM_AFBC_32X8) {
            return Err(NoCounterpart);
        }
        let tiled = modifier.0 & DRM_TILED != 0;
        let flags = if tiled { FORMAT_MODIFIER_ARM_TILED_HEADER_BIT } else { 0 };
        Ok(Self::from_primitive(modifier.0 & !DRM_TILED | flags))
    }
}

/// The other side has no modifier of this meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCounterpart;

impl fmt::Display for NoCounterpart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the modifier has no counterpart of the same meaning")
    }
}

impl std::error::Error for NoCounterpart {}

impl fmt::Debug for DrmModifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DrmModifier({:#018x})", self.0)
    }
}

/// One entry of the lists that go with a dma-buf when it is given to DRM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DrmPlane {
    /// Bytes from the start of the image.
    pub offset: u64,
    /// Bytes from one row to the next.
    pub pitch: u32,
}

/// The planes of an image as DRM counts them: a control surface comes right after the samples, and
/// AFBC has a pitch, that of the rows before compression.
///
/// None if the pair of format and modifier is not supported or DRM has no such layout, which
/// includes `NV12` with a control surface.
pub fn drm_planes(
    format: PixelFormat,
    modifier: PixelFormatModifier,
    width: u32,
    height: u32,
    row_bytes: u32,
) -> Option<Vec<DrmPlane>> {
    DrmModifier::try_from(modifier).ok()?;
    if format == PixelFormat::NV12 && has_control_surface(modifier) {
        return None;
    }
    let planes: Vec<DrmPlane> = if layout::is_afbc(modifier) {
        layout::plane(format, modifier, width, height, row_bytes, 0)?;
        vec![DrmPlane { offset: 0, pitch: layout::afbc_pitch(modifier, width)? }]
    } else {
        layout::planes(format, modifier, width, height, row_bytes)
            .map(|(_, Plane { offset, row_bytes })| DrmPlane { offset, pitch: row_bytes })
            .collect()
    };
    (!planes.is_empty()).then_some(planes)
}

/// The value of `drm-format` in GStreamer's caps of `format=DMA_DRM`: for linear images the code
/// alone, for others with the modifier.
pub fn gstreamer_drm_format(code: Fourcc, modifier: DrmModifier) -> String {
    match modifier {
        DrmModifier::LINEAR => code.to_string(),
        DrmModifier(value) => format!("{code}:{value:#018x}"),
    }
}

const fn has_control_surface(modifier: PixelFormatModifier) -> bool {
    matches!(
        modifier,
        PixelFormatModifier::INTEL_I915_Y_TILED_CCS | PixelFormatModifier::INTEL_I915_YF_TILED_CCS
    )
}

//! Intel tilings (`image-formats.md` 5.4): tiles of 4096 bytes, optionally with a compression
//! control surface (CCS) behind the planes.

use sysmem_fidl::fuchsia_images2::{PixelFormat, PixelFormatModifier};

use super::{Extent, Plane, RowConstraints, RowRule, SIDE_BUFFER, linear};
use crate::arithmetic::{divide_up, round_up};
use crate::format::FormatInfo;

const TILE_BYTES: u64 = 4096;
/// A tile of the control surface covers this many tiles of samples across and down.
const CCS_TILES_ACROSS: u64 = 32;
const CCS_TILES_DOWN: u64 = 16;
const CCS_TILE_ROW_BYTES: u64 = 128;

pub(super) struct Intel {
    tile_row_bytes: u64,
    tile_rows: u64,
    ccs: bool,
}

/// The tiles of an image.
struct Tiles {
    across: u64,
    down: u64,
    /// Of the chroma plane, 0 if there is none.
    chroma_down: u64,
}

impl Tiles {
    fn of_luma(&self) -> Option<u64> {
        self.across.checked_mul(self.down)?.checked_mul(TILE_BYTES)
    }

    fn of_samples(&self) -> Option<u64> {
        let chroma = self.across.checked_mul(self.chroma_down)?.checked_mul(TILE_BYTES)?;
        self.of_luma()?.checked_add(chroma)
    }

    /// Bytes of the control surface. It is sized by the last plane, so by chroma for `NV12`
    /// (`image-formats.md` section 10, kept).
    fn of_ccs(&self) -> Option<u64> {
        let covered = if self.chroma_down == 0 { self.down } else { self.chroma_down };
        let rows = divide_up(covered, CCS_TILES_DOWN)?;
        self.ccs_across()?.checked_mul(rows)?.checked_mul(TILE_BYTES)
    }

    fn ccs_across(&self) -> Option<u64> {
        divide_up(self.across, CCS_TILES_ACROSS)
    }
}

impl Intel {
    /// None if the modifier is not one of the five; X tiling has no form with a control surface.
    pub(super) const fn of(modifier: PixelFormatModifier) -> Option<Self> {
        use PixelFormatModifier as M;
        match modifier {
            M::INTEL_I915_X_TILED => Some(Self { tile_row_bytes: 512, tile_rows: 8, ccs: false }),
            M::INTEL_I915_Y_TILED | M::INTEL_I915_YF_TILED => Some(Self::y(false)),
            M::INTEL_I915_Y_TILED_CCS | M::INTEL_I915_YF_TILED_CCS => Some(Self::y(true)),
            _ => None,
        }
    }

    const fn y(ccs: bool) -> Self {
        Self { tile_row_bytes: 128, tile_rows: 32, ccs }
    }

    pub(super) const fn row_rule(&self) -> RowRule {
        RowRule::Tiles { row_bytes: self.tile_row_bytes }
    }

    pub(super) fn minimum_row_bytes(
        &self,
        info: &FormatInfo,
        constraints: &RowConstraints,
        width: u64,
    ) -> Option<u64> {
        let width = round_up(width, constraints.size_alignment_width.into())?;
        if !constraints.admits_width(width) {
            return None;
        }
        // Rounded up to whole tiles, which is not the least common multiple; so it is specified.
        let divisor = round_up(constraints.bytes_per_row_divisor.into(), self.tile_row_bytes)?;
        linear::row_bytes(info, constraints, width, divisor)
    }

    pub(super) fn image_size(&self, info: &FormatInfo, extent: &Extent) -> Option<u64> {
        let tiles = self.tiles(info, extent)?;
        let ccs = if self.ccs { tiles.of_ccs()? } else { 0 };
        tiles.of_samples()?.checked_add(ccs)
    }

    pub(super) fn plane(&self, info: &FormatInfo, extent: &Extent, index: usize) -> Option<Plane> {
        let tiles = self.tiles(info, extent)?;
        let sample_row = || tiles.across.checked_mul(self.tile_row_bytes);
        let (offset, row_bytes) = match index {
            0 => (0, sample_row()?),
            1 if has_chroma_plane(info) => (tiles.of_luma()?, sample_row()?),
            SIDE_BUFFER if self.ccs => {
                (tiles.of_samples()?, tiles.ccs_across()?.checked_mul(CCS_TILE_ROW_BYTES)?)
            }
            _ => return None,
        };
        Some(Plane { offset, row_bytes: u32::try_from(row_bytes).ok()? })
    }

    /// Here the number of bytes per row does decide, although the interface calls it meaningless
    /// for tiled images.
    fn tiles(&self, info: &FormatInfo, extent: &Extent) -> Option<Tiles> {
        let chroma_rows = if has_chroma_plane(info) { divide_up(extent.height, 2)? } else { 0 };
        Some(Tiles {
            across: divide_up(extent.row_bytes, self.tile_row_bytes)?,
            down: divide_up(extent.height, self.tile_rows)?,
            chroma_down: divide_up(chroma_rows, self.tile_rows)?,
        })
    }
}

fn has_chroma_plane(info: &FormatInfo) -> bool {
    info.pixel_format == PixelFormat::NV12
}

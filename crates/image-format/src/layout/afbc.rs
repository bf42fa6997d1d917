//! Arm frame buffer compression (`image-formats.md` 5.5): superblocks with room for their
//! uncompressed size, and headers. The number of bytes per row has no meaning.

use sysmem_fidl::fuchsia_images2::{
    FORMAT_MODIFIER_ARM_TE_BIT, FORMAT_MODIFIER_ARM_TILED_HEADER_BIT, PixelFormatModifier,
};

use super::{
    AFBC_FLAGS, Extent, Plane, RowConstraints, RowRule, SIDE_BUFFER, transaction_elimination,
};
use crate::arithmetic::{divide_up, round_up};

/// All formats that AFBC takes have this.
const BYTES_PER_PIXEL: u64 = 4;
const HEADER_BYTES_PER_BLOCK: u64 = 16;
/// Tiled headers group this many superblocks: 8 by 8.
const TILE_SIDE_BLOCKS: u64 = 8;

pub(super) struct Afbc {
    block_width: u64,
    block_height: u64,
    /// What the size of the image is rounded up to.
    area_width: u64,
    area_height: u64,
    header_alignment: u64,
    transaction_elimination: bool,
}

impl Afbc {
    /// None if the modifier is not AFBC. Of the flags only two matter for the layout, and all
    /// combinations are accepted.
    pub(super) fn of(modifier: PixelFormatModifier) -> Option<Self> {
        let value = modifier.into_primitive();
        let (block_width, block_height) =
            match PixelFormatModifier::from_primitive(value & !AFBC_FLAGS) {
                PixelFormatModifier::ARM_AFBC_16X16 => (16_u64, 16_u64),
                PixelFormatModifier::ARM_AFBC_32X8 => (32, 8),
                _ => return None,
            };
        let tiled = value & FORMAT_MODIFIER_ARM_TILED_HEADER_BIT != 0;
        let blocks = if tiled { TILE_SIDE_BLOCKS } else { 1 };
        Some(Self {
            block_width,
            block_height,
            area_width: block_width.checked_mul(blocks)?,
            area_height: block_height.checked_mul(blocks)?,
            header_alignment: if tiled { 4096 } else { 1024 },
            transaction_elimination: value & FORMAT_MODIFIER_ARM_TE_BIT != 0,
        })
    }

    pub(super) const fn row_rule(&self) -> RowRule {
        RowRule::Blocks { block_width: self.block_width, area_width: self.area_width }
    }

    /// With tiled headers this is an eighth of a row: tiles are counted and multiplied by the width
    /// of a superblock. Nothing depends on it, and it is kept (`image-formats.md` section 10).
    pub(super) fn minimum_row_bytes(
        &self,
        constraints: &RowConstraints,
        width: u64,
    ) -> Option<u64> {
        if !constraints.admits_width(width) {
            return None;
        }
        divide_up(width, self.area_width)?
            .checked_mul(self.block_width)?
            .checked_mul(BYTES_PER_PIXEL)
    }

    pub(super) fn image_size(&self, extent: &Extent) -> Option<u64> {
        let base = self.base_size(extent)?;
        if self.transaction_elimination {
            transaction_elimination::end(base, extent)
        } else {
            Some(base)
        }
    }

    pub(super) fn plane(&self, extent: &Extent, index: usize) -> Option<Plane> {
        match index {
            0 => Some(Plane { offset: 0, row_bytes: 0 }),
            SIDE_BUFFER if self.transaction_elimination => {
                transaction_elimination::plane(self.base_size(extent)?, extent)
            }
            _ => None,
        }
    }

    pub(super) fn uncompressed_row_bytes(&self, width: u64) -> Option<u64> {
        round_up(width, self.area_width)?.checked_mul(BYTES_PER_PIXEL)
    }

    /// Superblocks and headers.
    fn base_size(&self, extent: &Extent) -> Option<u64> {
        let across = round_up(extent.width, self.area_width)?.checked_div(self.block_width)?;
        let down = round_up(extent.height, self.area_height)?.checked_div(self.block_height)?;
        let blocks = across.checked_mul(down)?;
        let block_bytes =
            self.block_width.checked_mul(self.block_height)?.checked_mul(BYTES_PER_PIXEL)?;
        let headers = round_up(blocks.checked_mul(HEADER_BYTES_PER_BLOCK)?, self.header_alignment)?;
        blocks.checked_mul(block_bytes)?.checked_add(headers)
    }
}

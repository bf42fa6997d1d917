//! The side buffer of Arm transaction elimination (`image-formats.md` 5.3): a header, then two
//! sets of 16 bytes for every tile of 32 by 32 pixels.

use super::{Extent, Plane};
use crate::arithmetic::{divide_up, round_up};

const TILE_SIDE: u64 = 32;
const BYTES_PER_TILE: u64 = 16;
const HEADER_BYTES: u64 = 64;
const ALIGNMENT: u64 = 64;

/// Where an image ends whose side buffer comes after `base` bytes of samples.
pub(super) fn end(base: u64, extent: &Extent) -> Option<u64> {
    let rows = divide_up(extent.height, TILE_SIDE)?.checked_mul(2)?;
    let sets = row_bytes(extent)?.checked_mul(rows)?;
    round_up(base, ALIGNMENT)?.checked_add(HEADER_BYTES)?.checked_add(sets)
}

/// The side buffer, from its header on.
pub(super) fn plane(base: u64, extent: &Extent) -> Option<Plane> {
    let offset = round_up(base, ALIGNMENT)?;
    Some(Plane { offset, row_bytes: u32::try_from(row_bytes(extent)?).ok()? })
}

fn row_bytes(extent: &Extent) -> Option<u64> {
    round_up(divide_up(extent.width, TILE_SIDE)?.checked_mul(BYTES_PER_TILE)?, ALIGNMENT)
}

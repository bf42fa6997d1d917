//! Rows of pixels one after the other (`image-formats.md` 5.2).

use super::{Extent, Plane, RowConstraints};
use crate::arithmetic::round_up;
use crate::format::{FormatInfo, Planes};

pub(super) fn minimum_row_bytes(
    info: &FormatInfo,
    constraints: &RowConstraints,
    width: u64,
) -> Option<u64> {
    if !constraints.admits_width(width) {
        return None;
    }
    let width = round_up(width, constraints.size_alignment_width.into())?;
    row_bytes(info, constraints, width, constraints.bytes_per_row_divisor.into())
}

/// The bytes of `width` pixels, raised to what the constraints demand. None if that is more than
/// they allow.
pub(super) fn row_bytes(
    info: &FormatInfo,
    constraints: &RowConstraints,
    width: u64,
    divisor: u64,
) -> Option<u64> {
    let packed = width.checked_mul(info.stride_bytes_per_width_pixel.into())?;
    let row_bytes = round_up(packed.max(constraints.min_bytes_per_row.into()), divisor)?;
    (row_bytes <= constraints.max_bytes_per_row.into()).then_some(row_bytes)
}

pub(super) fn image_size(info: &FormatInfo, extent: &Extent) -> Option<u64> {
    let luma = extent.height.checked_mul(extent.row_bytes)?;
    if info.planes.adds_half() {
        // Three times the product has to fit before it is halved (`image-formats.md` 5.7).
        luma.checked_mul(3)?.checked_div(2)
    } else {
        Some(luma)
    }
}

pub(super) fn plane(info: &FormatInfo, extent: &Extent, index: usize) -> Option<Plane> {
    let Extent { height, row_bytes, .. } = extent;
    let luma_end = || height.checked_mul(*row_bytes);
    let half_row = row_bytes >> 1;
    let half_height = height >> 1;
    let (offset, row_bytes) = match (info.planes, index) {
        (_, 0) => (0, *row_bytes),
        (Planes::LumaAndChroma, 1) => (luma_end()?, *row_bytes),
        (Planes::LumaAndTwoChroma, 1) => (luma_end()?, half_row),
        (Planes::LumaAndTwoChroma, 2) => {
            (luma_end()?.checked_add(half_height.checked_mul(half_row)?)?, half_row)
        }
        _ => return None,
    };
    Some(Plane { offset, row_bytes: u32::try_from(row_bytes).ok()? })
}

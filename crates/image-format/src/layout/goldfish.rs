//! A layout that the host of an emulator chooses (`image-formats.md` 5.6). Sizes are as if it were
//! linear, and nothing is known of planes behind the first.

use super::{Extent, Plane, linear};
use crate::format::FormatInfo;

pub(super) fn image_size(info: &FormatInfo, extent: &Extent) -> Option<u64> {
    linear::image_size(info, extent)
}

pub(super) fn plane(extent: &Extent, index: usize) -> Option<Plane> {
    let row_bytes = u32::try_from(extent.row_bytes).ok()?;
    (index == 0).then_some(Plane { offset: 0, row_bytes })
}

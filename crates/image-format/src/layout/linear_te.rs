//! Linear, followed by the side buffer of transaction elimination (`image-formats.md` 5.3).

use super::{Extent, Plane, SIDE_BUFFER, linear, transaction_elimination};
use crate::format::FormatInfo;

pub(super) fn image_size(info: &FormatInfo, extent: &Extent) -> Option<u64> {
    transaction_elimination::end(linear::image_size(info, extent)?, extent)
}

pub(super) fn plane(info: &FormatInfo, extent: &Extent, index: usize) -> Option<Plane> {
    match index {
        SIDE_BUFFER => transaction_elimination::plane(linear::image_size(info, extent)?, extent),
        _ => linear::plane(info, extent, index),
    }
}

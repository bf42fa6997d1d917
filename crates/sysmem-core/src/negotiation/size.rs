//! How large a buffer has to be for images of the chosen format (`sysmem2-constraints.md` 4.6).

use sysmem_fidl::fuchsia_math::SizeU;

use super::failure::SizeShortfall;
use super::image::Candidate;
use super::memory::Memory;
use super::number::{area, fits, max_size};

/// Bytes without padding: enough for each required size, and for what is asked for in bytes.
///
/// Fuchsia's server then converts to 32 bits and aborts if that fails. Such sizes are beyond the
/// limit for buffers (4.9) and fail there.
pub(super) fn size_bytes(
    candidate: &Candidate<'_>,
    memory: &Memory<'_>,
) -> Result<u64, SizeShortfall> {
    let no_size_required = [SizeU { width: 0, height: 0 }];
    let required = match candidate.terms.required_max_sizes.as_slice() {
        [] => &no_size_required,
        sizes => sizes,
    };
    let max = memory.max_size_bytes;
    required.iter().try_fold(memory.min_size_bytes, |size, required| {
        let bytes = image_bytes(candidate, *required)?;
        if bytes > max {
            return Err(SizeShortfall::AboveMaxBytes { bytes, max });
        }
        Ok(size.max(bytes))
    })
}

/// Bytes of the smallest image that is at least as large as `required`.
fn image_bytes(candidate: &Candidate<'_>, required: SizeU) -> Result<u64, SizeShortfall> {
    let Candidate { pair, info, terms, .. } = candidate;
    let required = max_size(terms.min_size, required);
    let size = terms
        .size_alignment
        .round_up(required)
        .filter(|size| fits(*size, terms.max_size))
        .ok_or(SizeShortfall::AboveMaxSize { required, max: terms.max_size })?;

    let row_bytes = row_bytes(candidate, size.width, info.stride_bytes_per_width_pixel)
        .ok_or(SizeShortfall::AboveMaxRow { width: size.width, max: terms.max_bytes_per_row })?;

    let max = terms.max_width_times_height.min(u32::MAX.into());
    if area(size) > max {
        return Err(SizeShortfall::AboveMaxArea { size, max });
    }
    image_format::image_size(pair.pixel_format, pair.modifier, size.width, size.height, row_bytes)
        .ok_or(SizeShortfall::Uncountable { size })
}

/// The bytes of a row, whatever the modifier: with tilings, the least number that any consumer may
/// come to.
fn row_bytes(candidate: &Candidate<'_>, width: u32, bytes_per_pixel: u32) -> Option<u32> {
    let terms = &candidate.terms;
    let packed = width.checked_mul(bytes_per_pixel)?.max(terms.min_bytes_per_row);
    let row_bytes = terms.bytes_per_row_divisor.round_up(packed.into())?;
    u32::try_from(row_bytes).ok().filter(|row_bytes| *row_bytes <= terms.max_bytes_per_row)
}

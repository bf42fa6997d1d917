//! Room behind an image for hardware that accesses whole blocks (`sysmem2-constraints.md` 4.7,
//! 4.8).

use image_format::RowConstraints;
use sysmem_fidl::fuchsia_math::SizeU;

use super::failure::SizeShortfall;
use super::image::Candidate;
use super::memory::Memory;
use super::number::Alignment;

/// Bytes of a buffer with its padding, when it has `size_bytes` without. The two paddings overlap.
pub(super) fn padded_bytes(
    candidate: &Candidate<'_>,
    memory: &Memory<'_>,
    size_bytes: u64,
) -> Result<u64, SizeShortfall> {
    let terms = &candidate.terms;
    let blocks = match terms.pad_for_block_size {
        Alignment::ONE => Some(0),
        _ => block_padding(candidate, size_bytes),
    };
    let padding = blocks.ok_or(SizeShortfall::Padding)?.max(terms.pad_beyond_image_size_bytes);
    let bytes = size_bytes.checked_add(padding).ok_or(SizeShortfall::Padding)?;
    if bytes > memory.max_size_bytes {
        return Err(SizeShortfall::PaddedAboveMaxBytes { bytes, max: memory.max_size_bytes });
    }
    Ok(bytes)
}

/// The most bytes by which an image that fits into `size_bytes` can grow when both its sides are
/// rounded up to blocks; none if that has no number.
///
/// An image of the least height has the longest rows, and one that begins a new row of blocks the
/// most rows to add. With a divisor that is no multiple of a pixel this adds what the rule
/// literally computes (`sysmem2-constraints.md` section 9).
fn block_padding(candidate: &Candidate<'_>, size_bytes: u64) -> Option<u64> {
    let terms = &candidate.terms;
    let align = terms.size_alignment.height;
    let lowest = align.round_up(terms.min_size.height)?;
    let padding = padding_at(candidate, size_bytes, lowest)?;

    let blocks = terms.pad_for_block_size.height;
    let next = blocks.round_down(lowest.checked_sub(1)?).checked_add(blocks.get());
    let next = next.and_then(|height| align.round_up(height.checked_add(1)?));
    match next.filter(|height| *height <= terms.max_size.height) {
        Some(height) => Some(padding.max(padding_at(candidate, size_bytes, height)?)),
        None => Some(padding),
    }
}

/// The same for images of one height; 0 if none of that height fits.
fn padding_at(candidate: &Candidate<'_>, size_bytes: u64, height: u32) -> Option<u64> {
    let Some(width) = widest(candidate, size_bytes, height) else { return Some(0) };
    let terms = &candidate.terms;
    let image = bytes_of(candidate, SizeU { width, height }, &terms.rows())?;
    let blocks = terms.pad_for_block_size.round_up(SizeU { width, height })?;
    let rows = RowConstraints {
        max_width: u32::MAX,
        max_bytes_per_row: u32::MAX,
        size_alignment_width: 1,
        ..terms.rows()
    };
    bytes_of(candidate, blocks, &rows)?.checked_sub(image)
}

/// The width of the widest image of a height that fits, if it is wide enough.
fn widest(candidate: &Candidate<'_>, size_bytes: u64, height: u32) -> Option<u32> {
    let terms = &candidate.terms;
    let bytes_per_pixel = candidate.info.stride_bytes_per_width_pixel;
    let pixels = size_bytes.checked_div(bytes_per_pixel.into())?;
    let width = pixels.checked_div(height.into())?.min(u32::MAX.into());
    let row = width.checked_mul(bytes_per_pixel.into())?.min(terms.max_bytes_per_row.into());
    let row = terms.bytes_per_row_divisor.round_down(u32::try_from(row).ok()?);
    let width = row.checked_div(bytes_per_pixel)?.min(terms.max_size.width);
    let width = terms.size_alignment.width.round_down(width);
    (width >= terms.min_size.width).then_some(width)
}

fn bytes_of(candidate: &Candidate<'_>, size: SizeU, rows: &RowConstraints) -> Option<u64> {
    let (format, modifier) = (candidate.pair.pixel_format, candidate.pair.modifier);
    let row_bytes = image_format::minimum_row_bytes(format, modifier, rows, size.width)?;
    image_format::image_size(format, modifier, size.width, size.height, row_bytes)
}

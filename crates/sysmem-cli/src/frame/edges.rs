//! Outlines by the operator of Sobel, in place.
//!
//! A pixel's outline depends on its eight neighbours as they were. So three rows of luma are kept
//! in private memory while the picture is overwritten row by row.

use sysmem::MemoryError;

use crate::frame::effect::{luma, neutral_chroma};
use crate::frame::layout::Plane;
use crate::frame::view::FrameView;
use crate::media::YuvMeaning;

/// Replaces the image by its outlines, light on dark and without color.
pub fn edges(frame: FrameView<'_>, meaning: YuvMeaning) -> Result<(), MemoryError> {
    let Some(plane) = frame.layout().planes().first() else { return Ok(()) };
    let rows = Rows { frame, plane, is_yuv: frame.layout().format().is_yuv(), meaning };
    let last = plane.rows.saturating_sub(1);
    let mut above = rows.luma(0)?;
    let mut here = above.clone();
    for y in 0..plane.rows {
        let below = rows.luma((y + 1).min(last))?;
        rows.write(y, &outline([&above, &here, &below]))?;
        above = here;
        here = below;
    }
    if rows.is_yuv { neutral_chroma(frame) } else { Ok(()) }
}

/// The rows of an image, by luma from 0 to 255 whatever the format and the range.
struct Rows<'m> {
    frame: FrameView<'m>,
    plane: &'m Plane,
    is_yuv: bool,
    meaning: YuvMeaning,
}

impl Rows<'_> {
    fn luma(&self, y: u32) -> Result<Vec<u8>, MemoryError> {
        let row = self.samples(y)?;
        if self.is_yuv {
            let (black, span) = self.meaning.luma_levels();
            let full = |sample: u8| u32::from(sample.saturating_sub(black)) * 255 / u32::from(span);
            return Ok(row.into_iter().map(|sample| full(sample).min(255) as u8).collect());
        }
        let (pixels, _) = row.as_chunks();
        Ok(pixels.iter().map(|&[r, g, b, _]| luma([r, g, b])).collect())
    }

    fn write(&self, y: u32, luma: &[u8]) -> Result<(), MemoryError> {
        if self.is_yuv {
            let (black, span) = self.meaning.luma_levels();
            let scaled = |value: u8| black + (u32::from(value) * u32::from(span) / 255) as u8;
            let row: Vec<u8> = luma.iter().map(|value| scaled(*value)).collect();
            return self.frame.write_row(self.plane, y, &row);
        }
        // Alpha stays.
        let mut row = self.samples(y)?;
        let (pixels, _) = row.as_chunks_mut();
        for ([r, g, b, _], value) in pixels.iter_mut().zip(luma) {
            (*r, *g, *b) = (*value, *value, *value);
        }
        self.frame.write_row(self.plane, y, &row)
    }

    /// A row as it lies in the buffer, but red before blue.
    fn samples(&self, y: u32) -> Result<Vec<u8>, MemoryError> {
        let mut row = vec![0; self.plane.row_bytes];
        self.frame.read_row(self.plane, y, &mut row)?;
        self.frame.swap_if_bgra(&mut row);
        Ok(row)
    }
}

/// How steep luma is at each pixel of the middle row. Beyond the borders the last pixel repeats.
fn outline(rows: [&[u8]; 3]) -> Vec<u8> {
    let width = rows[1].len();
    let at = |row: usize, x: usize| i32::from(rows[row].get(x).copied().unwrap_or(0));
    (0..width)
        .map(|x| {
            let (left, right) = (x.saturating_sub(1), (x + 1).min(width - 1));
            let column = |x| at(0, x) + 2 * at(1, x) + at(2, x);
            let row = |row| at(row, left) + 2 * at(row, x) + at(row, right);
            let (across, down) = (column(right) - column(left), row(2) - row(0));
            steepness(across, down)
        })
        .collect()
}

/// The length of the gradient as brightness. The root lifts faint lines out of the dark without
/// burning out strong ones.
fn steepness(across: i32, down: i32) -> u8 {
    /// The length of the gradient at a step from black to white.
    const FULL_STEP: f32 = 4.0 * 255.0;
    let length = ((across * across + down * down) as f32).sqrt() / FULL_STEP;
    let line = (length - NOISE).max(0.0).sqrt();
    (255.0 * line).min(255.0) as u8
}

/// Gradients below this part of a full step are grain, not lines.
const NOISE: f32 = 0.015;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flat_rows_have_no_outline() {
        assert_eq!(outline([&[77; 9]; 3]), [0; 9]);
        assert_eq!(outline([&[5]; 3]), [0]);
    }

    #[test]
    fn a_step_is_bright_on_both_of_its_sides() {
        let step = [0, 0, 0, 255, 255, 255];
        assert_eq!(outline([&step; 3]), [0, 0, 253, 253, 0, 0]);
        assert_eq!(outline([&[0; 2], &[255; 2], &[255; 2]]), [253; 2]);
    }
}

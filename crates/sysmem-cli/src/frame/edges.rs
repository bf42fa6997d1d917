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
    let rows = Rows::new(frame, plane, meaning);
    let last = plane.rows.saturating_sub(1);
    let mut above = rows.luma(0)?;
    let mut here = above.clone();
    for y in 0..plane.rows {
        let below = rows.luma((y + 1).min(last))?;
        rows.write(y, outline(&above, &here, &below))?;
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
    /// Full range of each sample, and the other way round.
    full: [u8; 256],
    stored: [u8; 256],
}

impl<'m> Rows<'m> {
    fn new(frame: FrameView<'m>, plane: &'m Plane, meaning: YuvMeaning) -> Self {
        let (black, span) = meaning.luma_levels();
        let (black, span) = (i32::from(black), i32::from(span));
        let table = |scaled: &dyn Fn(i32) -> i32| {
            std::array::from_fn(|value| scaled(value as i32).clamp(0, 255) as u8)
        };
        Self {
            frame,
            plane,
            is_yuv: frame.layout().format().is_yuv(),
            full: table(&|stored| (stored - black) * 255 / span),
            stored: table(&|full| black + full * span / 255),
        }
    }

    /// The luma of a row, with the first and the last pixel twice.
    fn luma(&self, y: u32) -> Result<Vec<u8>, MemoryError> {
        let samples = self.samples(y)?;
        let mut row = Vec::with_capacity(samples.len() + 2);
        row.push(0);
        if self.is_yuv {
            row.extend(samples.iter().map(|sample| self.full[usize::from(*sample)]));
        } else {
            let (pixels, _) = samples.as_chunks();
            row.extend(pixels.iter().map(|&[r, g, b, _]| luma([r, g, b])));
        }
        row.extend(row.last().copied());
        row[0] = row.get(1).copied().unwrap_or(0);
        Ok(row)
    }

    fn write(&self, y: u32, luma: impl Iterator<Item = u8>) -> Result<(), MemoryError> {
        if self.is_yuv {
            let row: Vec<u8> = luma.map(|value| self.stored[usize::from(value)]).collect();
            return self.frame.write_row(self.plane, y, &row);
        }
        // Alpha stays.
        let mut row = self.samples(y)?;
        let (pixels, _) = row.as_chunks_mut();
        for ([r, g, b, _], value) in pixels.iter_mut().zip(luma) {
            (*r, *g, *b) = (value, value, value);
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

/// How steep luma is at each pixel of the middle row, from rows that are longer by a pixel on each
/// side.
fn outline<'r>(above: &'r [u8], here: &'r [u8], below: &'r [u8]) -> impl Iterator<Item = u8> + 'r {
    let rows = above.array_windows().zip(here.array_windows()).zip(below.array_windows());
    rows.map(|((above, here), below)| {
        let [above, here, below] = [above, here, below].map(|row: &[u8; 3]| row.map(i32::from));
        let column = |x: usize| above[x] + 2 * here[x] + below[x];
        let row = |row: [i32; 3]| row[0] + 2 * row[1] + row[2];
        steepness(column(2) - column(0), row(below) - row(above))
    })
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

    fn outlines(rows: [&[u8]; 3]) -> Vec<u8> {
        outline(rows[0], rows[1], rows[2]).collect()
    }

    #[test]
    fn flat_rows_have_no_outline() {
        assert_eq!(outlines([&[77; 9]; 3]), [0; 7]);
        assert_eq!(outlines([&[5; 3]; 3]), [0]);
    }

    #[test]
    fn a_step_is_bright_on_both_of_its_sides() {
        let step = [0, 0, 0, 0, 255, 255, 255, 255];
        assert_eq!(outlines([&step; 3]), [0, 0, 253, 253, 0, 0]);
        assert_eq!(outlines([&[0; 4], &[255; 4], &[255; 4]]), [253; 2]);
    }
}

//! What the filter does with pixels, in place.

use std::fmt;

use serde::{Deserialize, Serialize};
use sysmem::MemoryError;

use crate::frame::edges::edges;
use crate::frame::view::FrameView;
use crate::media::YuvMeaning;

/// An effect. None makes a gray pixel colored, and none touches alpha.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
pub enum Effect {
    /// Leaves everything as it is
    None,
    /// Takes the color away
    Gray,
    /// Draws the outlines, light on dark
    Edges,
}

impl Effect {
    /// Changes the image in the buffer. `meaning` is that of YUV samples.
    ///
    /// # Errors
    ///
    /// As [`FrameView::write_row`].
    pub fn apply(self, frame: FrameView<'_>, meaning: YuvMeaning) -> Result<(), MemoryError> {
        match self {
            Self::None => Ok(()),
            Self::Gray if frame.layout().format().is_yuv() => neutral_chroma(frame),
            Self::Gray => gray_pixels(frame),
            Self::Edges => edges(frame, meaning),
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Gray => "gray",
            Self::Edges => "edges",
        })
    }
}

/// The luma of R, G, B or of B, G, R by BT.709, in parts of 256.
pub fn luma([red, green, blue]: [u8; 3]) -> u8 {
    ((54 * u32::from(red) + 183 * u32::from(green) + 19 * u32::from(blue)) >> 8) as u8
}

/// Sets all chroma to "no color".
pub fn neutral_chroma(frame: FrameView<'_>) -> Result<(), MemoryError> {
    for plane in frame.layout().planes().iter().skip(1) {
        let row = vec![128; plane.row_bytes];
        (0..plane.rows).try_for_each(|y| frame.write_row(plane, y, &row))?;
    }
    Ok(())
}

fn gray_pixels(frame: FrameView<'_>) -> Result<(), MemoryError> {
    for plane in frame.layout().planes() {
        let mut row = vec![0; plane.row_bytes];
        for y in 0..plane.rows {
            frame.read_row(plane, y, &mut row)?;
            frame.swap_if_bgra(&mut row);
            let (pixels, _) = row.as_chunks_mut();
            for [r, g, b, _] in pixels {
                let gray = luma([*r, *g, *b]);
                (*r, *g, *b) = (gray, gray, gray);
            }
            frame.write_row(plane, y, &row)?;
        }
    }
    Ok(())
}

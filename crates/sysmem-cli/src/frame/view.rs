//! Pictures in and out of shared memory, row by row.
//!
//! Others may write to the memory at any time. So nothing here refers to it: rows are copied into
//! private memory, and from there.

use sysmem::{Mapping, MemoryError};

use crate::frame::layout::{FrameFormat, FrameLayout, Plane};
use crate::media::{Picture, Rgba, Yuv420};

/// An image in a mapped buffer.
#[derive(Clone, Copy, Debug)]
pub struct FrameView<'m> {
    memory: &'m Mapping,
    layout: &'m FrameLayout,
}

impl<'m> FrameView<'m> {
    /// Looks at `memory` as an image of this layout.
    pub fn new(memory: &'m Mapping, layout: &'m FrameLayout) -> Self {
        Self { memory, layout }
    }

    /// The layout.
    pub fn layout(&self) -> &'m FrameLayout {
        self.layout
    }

    /// Copies a row of a plane into private memory, as much of it as `row` holds.
    ///
    /// # Errors
    ///
    /// A row outside of the memory.
    pub fn read_row(&self, plane: &Plane, y: u32, row: &mut [u8]) -> Result<(), MemoryError> {
        self.memory.read(plane.offset + plane.stride * y as usize, row)
    }

    /// Copies a row into a plane.
    ///
    /// # Errors
    ///
    /// A row outside of the memory, or memory that is mapped for reading.
    pub fn write_row(&self, plane: &Plane, y: u32, row: &[u8]) -> Result<(), MemoryError> {
        self.memory.write(plane.offset + plane.stride * y as usize, row)
    }

    /// Puts a picture into the buffer. The picture is of the layout's size, and of YUV if the
    /// layout is.
    ///
    /// # Errors
    ///
    /// As [`FrameView::write_row`].
    pub fn store(&self, picture: &Picture) -> Result<(), MemoryError> {
        match (picture, self.layout.planes()) {
            (Picture::Yuv(image), [luma, u, v]) => {
                self.store_plane(luma, &image.y)?;
                self.store_plane(u, &image.u)?;
                self.store_plane(v, &image.v)
            }
            (Picture::Yuv(image), [luma, chroma, ..]) => {
                self.store_plane(luma, &image.y)?;
                let pairs = image.u.iter().zip(&image.v).flat_map(|(u, v)| [*u, *v]);
                self.store_plane(chroma, &pairs.collect::<Vec<u8>>())
            }
            (Picture::Rgba(image), [pixels, ..]) => {
                let mut samples = image.pixels.clone();
                self.swap_if_bgra(&mut samples);
                self.store_plane(pixels, &samples)
            }
            (_, _) => Ok(()),
        }
    }

    /// Gets the picture out of the buffer.
    ///
    /// # Errors
    ///
    /// As [`FrameView::read_row`].
    pub fn load(&self) -> Result<Picture, MemoryError> {
        let (width, height) = (self.layout.width(), self.layout.height());
        Ok(match self.layout.planes() {
            [luma, u, v] => {
                let (y, u, v) = (self.load_plane(luma)?, self.load_plane(u)?, self.load_plane(v)?);
                Picture::Yuv(Yuv420 { width, height, y, u, v })
            }
            [luma, chroma] => {
                let y = self.load_plane(luma)?;
                let chroma = self.load_plane(chroma)?;
                let (pairs, _) = chroma.as_chunks();
                let (u, v) = pairs.iter().map(|&[u, v]| (u, v)).unzip();
                Picture::Yuv(Yuv420 { width, height, y, u, v })
            }
            planes => {
                let mut pixels = Vec::new();
                for plane in planes {
                    pixels = self.load_plane(plane)?;
                }
                self.swap_if_bgra(&mut pixels);
                Picture::Rgba(Rgba { width, height, pixels })
            }
        })
    }

    /// Swaps red and blue of R, G, B, A if the buffer has them the other way round.
    pub fn swap_if_bgra(&self, samples: &mut [u8]) {
        if self.layout.format() == FrameFormat::Bgra {
            let (pixels, _) = samples.as_chunks_mut::<4>();
            pixels.iter_mut().for_each(|pixel| pixel.swap(0, 2));
        }
    }

    fn store_plane(&self, plane: &Plane, samples: &[u8]) -> Result<(), MemoryError> {
        let rows = samples.chunks_exact(plane.row_bytes.max(1));
        (0..plane.rows).zip(rows).try_for_each(|(y, row)| self.write_row(plane, y, row))
    }

    fn load_plane(&self, plane: &Plane) -> Result<Vec<u8>, MemoryError> {
        let mut samples = vec![0; plane.row_bytes * plane.rows as usize];
        let rows = samples.chunks_exact_mut(plane.row_bytes.max(1));
        (0..plane.rows).zip(rows).try_for_each(|(y, row)| self.read_row(plane, y, row))?;
        Ok(samples)
    }
}

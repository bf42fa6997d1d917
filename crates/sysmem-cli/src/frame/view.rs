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

#[cfg(test)]
mod tests {
    use sysmem::Access;

    use super::*;
    use crate::frame::effect::Effect;
    use crate::media::YuvMeaning;

    const SIZES: [(u32, u32); 6] = [(1, 1), (2, 2), (5, 3), (8, 1), (1, 9), (33, 18)];
    /// What stands in memory that is not part of the picture.
    const UNTOUCHED: u8 = 0xa5;

    fn picture(format: FrameFormat, width: u32, height: u32) -> Picture {
        let noise = |seed: usize| move |at: usize| ((at + 3) * (seed + 7) % 251) as u8;
        let fill = |samples: &mut Vec<u8>, seed| {
            samples.iter_mut().enumerate().for_each(|(at, sample)| *sample = noise(seed)(at));
        };
        if format.is_yuv() {
            let mut image = Yuv420::black(width, height);
            fill(&mut image.y, 1);
            fill(&mut image.u, 2);
            fill(&mut image.v, 3);
            Picture::Yuv(image)
        } else {
            let mut pixels = vec![0; 4 * width as usize * height as usize];
            fill(&mut pixels, 4);
            Picture::Rgba(Rgba { width, height, pixels })
        }
    }

    /// Memory of a buffer, and where the picture is in it.
    fn buffer(format: FrameFormat, (width, height): (u32, u32)) -> (Mapping, FrameLayout) {
        let bytes_per_row = format.row_bytes(width).next_multiple_of(64);
        let layout = FrameLayout::for_test(format, (width, height), bytes_per_row);
        let bytes = u64::from(bytes_per_row) * u64::from(height + 1) * 2;
        let vmo = zx::Vmo::create("frame", bytes).unwrap();
        let handle = vmo.reopen(Access::ReadWrite).unwrap();
        let memory = Mapping::new(&handle, bytes, Access::ReadWrite).unwrap();
        memory.write(0, &vec![UNTOUCHED; bytes as usize]).unwrap();
        (memory, layout)
    }

    #[test]
    fn pictures_come_out_as_they_went_in_and_nothing_else_is_touched() {
        for format in FrameFormat::ALL {
            for size in SIZES {
                let (memory, layout) = buffer(format, size);
                let picture = picture(format, size.0, size.1);
                let view = FrameView::new(&memory, &layout);
                view.store(&picture).unwrap();
                Effect::None.apply(view, layout.meaning()).unwrap();
                assert_eq!(view.load().unwrap(), picture, "{format:?} {size:?}");
                for plane in layout.planes() {
                    view.write_row(plane, 0, &vec![UNTOUCHED; plane.row_bytes]).unwrap();
                    for y in 1..plane.rows {
                        view.write_row(plane, y, &vec![UNTOUCHED; plane.row_bytes]).unwrap();
                    }
                }
                let mut all = vec![0; memory.len()];
                memory.read(0, &mut all).unwrap();
                assert!(all.iter().all(|byte| *byte == UNTOUCHED), "{format:?} {size:?}");
            }
        }
    }

    #[test]
    fn effects_are_the_same_in_formats_of_the_same_kind() {
        let full = YuvMeaning { red_weight: 0.299, blue_weight: 0.114, full_range: true };
        let pairs =
            [[FrameFormat::I420, FrameFormat::Nv12], [FrameFormat::Rgba, FrameFormat::Bgra]];
        for pair in pairs {
            for (size, effect) in SIZES.into_iter().zip([Effect::Gray, Effect::Edges].repeat(3)) {
                let results = pair.map(|format| {
                    let (memory, layout) = buffer(format, size);
                    let view = FrameView::new(&memory, &layout);
                    view.store(&picture(format, size.0, size.1)).unwrap();
                    effect.apply(view, full).unwrap();
                    view.load().unwrap()
                });
                assert_eq!(results[0], results[1], "{pair:?} {size:?} {effect}");
                assert_ne!(results[0], picture(pair[0], size.0, size.1), "{size:?} {effect}");
            }
        }
    }
}

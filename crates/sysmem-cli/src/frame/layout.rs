//! Where the pixels of an image are in a buffer (`image-formats.md` 5.2, linear).

use sysmem::PixelFormat;

/// The formats that all participants of the demo work with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameFormat {
    I420,
    Nv12,
    Rgba,
    Bgra,
}

/// An image in a buffer. The buffer may be larger than the picture: the negotiated size is even
/// where the format demands it, and rows may be longer than their pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameLayout {
    format: FrameFormat,
    width: u32,
    height: u32,
    planes: Vec<Plane>,
}

/// Rows of bytes at a distance from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plane {
    /// Where the first row starts.
    pub offset: usize,
    /// From the start of a row to that of the next.
    pub stride: usize,
    /// Bytes of a row that belong to the picture.
    pub row_bytes: usize,
    /// Rows that belong to the picture.
    pub rows: u32,
}

impl FrameFormat {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Rgba, Self::Bgra, Self::I420, Self::Nv12];

    /// The format with this number.
    pub fn from_pixel_format(format: PixelFormat) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.pixel_format() == format)
    }

    /// The number of the format.
    pub const fn pixel_format(self) -> PixelFormat {
        match self {
            Self::I420 => PixelFormat::I420,
            Self::Nv12 => PixelFormat::NV12,
            Self::Rgba => PixelFormat::R8G8B8A8,
            Self::Bgra => PixelFormat::B8G8R8A8,
        }
    }

    /// Whether samples are luma and chroma.
    pub const fn is_yuv(self) -> bool {
        matches!(self, Self::I420 | Self::Nv12)
    }

    /// The size that a buffer has to have for a picture of this size: chroma of 4:2:0 covers whole
    /// squares of two by two pixels.
    pub const fn buffer_size(self, width: u32, height: u32) -> (u32, u32) {
        if self.is_yuv() {
            (width.next_multiple_of(2), height.next_multiple_of(2))
        } else {
            (width, height)
        }
    }
}

impl FrameLayout {
    /// The layout of a picture of `width` by `height` in a buffer for images of `buffer_height` rows
    /// which are `bytes_per_row` apart.
    pub fn new(
        format: FrameFormat,
        (width, height): (u32, u32),
        buffer_height: u32,
        bytes_per_row: u32,
    ) -> Self {
        let stride = bytes_per_row as usize;
        let luma_bytes = stride * buffer_height as usize;
        let chroma_bytes = (stride / 2) * (buffer_height / 2) as usize;
        let chroma_columns = width.div_ceil(2) as usize;
        let main = |bytes_per_pixel| Plane {
            offset: 0,
            stride,
            row_bytes: width as usize * bytes_per_pixel,
            rows: height,
        };
        let chroma = |offset, stride, row_bytes| Plane {
            offset,
            stride,
            row_bytes,
            rows: height.div_ceil(2),
        };
        let planes = match format {
            FrameFormat::I420 => vec![
                main(1),
                chroma(luma_bytes, stride / 2, chroma_columns),
                chroma(luma_bytes + chroma_bytes, stride / 2, chroma_columns),
            ],
            FrameFormat::Nv12 => vec![main(1), chroma(luma_bytes, stride, 2 * chroma_columns)],
            FrameFormat::Rgba | FrameFormat::Bgra => vec![main(4)],
        };
        Self { format, width, height, planes }
    }

    /// The format.
    pub fn format(&self) -> FrameFormat {
        self.format
    }

    /// Pixels in a row of the picture.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows of the picture.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The planes, luma first.
    pub fn planes(&self) -> &[Plane] {
        &self.planes
    }

    /// Bytes of the picture itself, without the rest of the buffer.
    pub fn picture_bytes(&self) -> u64 {
        self.planes.iter().map(|plane| plane.row_bytes as u64 * u64::from(plane.rows)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_lie_where_the_rules_for_linear_images_put_them() {
        let layout = FrameLayout::new(FrameFormat::I420, (5, 3), 4, 64);
        let plane = |offset, stride, row_bytes, rows| Plane { offset, stride, row_bytes, rows };
        assert_eq!(
            layout.planes(),
            [plane(0, 64, 5, 3), plane(256, 32, 3, 2), plane(320, 32, 3, 2)]
        );
        assert_eq!(layout.picture_bytes(), 15 + 12);
        let layout = FrameLayout::new(FrameFormat::Nv12, (5, 3), 4, 64);
        assert_eq!(layout.planes(), [plane(0, 64, 5, 3), plane(256, 64, 6, 2)]);
        let layout = FrameLayout::new(FrameFormat::Bgra, (5, 3), 3, 64);
        assert_eq!(layout.planes(), [plane(0, 64, 20, 3)]);
    }

    #[test]
    fn buffers_are_even_where_chroma_is_halved() {
        assert_eq!(FrameFormat::I420.buffer_size(5, 3), (6, 4));
        assert_eq!(FrameFormat::Nv12.buffer_size(4, 2), (4, 2));
        assert_eq!(FrameFormat::Rgba.buffer_size(5, 3), (5, 3));
    }
}

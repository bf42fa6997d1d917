//! Where the pixels of an image are in a buffer (`image-formats.md` 5.2, linear).

use std::fmt;

use sysmem::fuchsia_sysmem2::ImageFormatConstraints;
use sysmem::{ColorSpace, PixelFormat, PixelFormatModifier};

use crate::media::YuvMeaning;

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
#[derive(Clone, Debug, PartialEq)]
pub struct FrameLayout {
    format: FrameFormat,
    width: u32,
    height: u32,
    planes: Vec<Plane>,
    meaning: YuvMeaning,
}

/// Why buffers do not hold a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayoutError {
    /// Nothing was agreed on about images.
    NoImage,
    /// A format that was not asked for.
    OtherFormat(PixelFormat),
    /// Not in rows.
    OtherModifier(PixelFormatModifier),
    /// The buffers are for another size.
    OtherSize { width: u32, height: u32 },
    /// The last row lies outside.
    TooSmall { bytes: u64, needed_bytes: u64 },
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

    /// Bytes of a row of plane 0 without padding.
    pub const fn row_bytes(self, width: u32) -> u32 {
        if self.is_yuv() { width } else { 4 * width }
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
    /// The layout of a picture of this size in buffers for which this was agreed on, and the bytes
    /// from row to row of plane 0: the smallest number that the agreement allows
    /// (`image-formats.md` 5.2 and 5.8).
    ///
    /// # Errors
    ///
    /// See [`LayoutError`].
    pub fn agreed(
        image: Option<&ImageFormatConstraints>,
        (width, height): (u32, u32),
    ) -> Result<(Self, u32), LayoutError> {
        let image = image.ok_or(LayoutError::NoImage)?;
        let pixel_format = image.pixel_format.unwrap_or(PixelFormat::INVALID);
        let format = FrameFormat::from_pixel_format(pixel_format)
            .ok_or(LayoutError::OtherFormat(pixel_format))?;
        let modifier = image.pixel_format_modifier.unwrap_or(PixelFormatModifier::LINEAR);
        if modifier != PixelFormatModifier::LINEAR {
            return Err(LayoutError::OtherModifier(modifier));
        }
        let (buffer_width, buffer_height) = format.buffer_size(width, height);
        let fits = |size: Option<sysmem::SizeU>| {
            size.is_none_or(|size| (size.width, size.height) == (buffer_width, buffer_height))
        };
        if !fits(image.min_size) || !fits(image.max_size) {
            return Err(LayoutError::OtherSize { width: buffer_width, height: buffer_height });
        }
        let bytes_per_row = format
            .row_bytes(buffer_width)
            .max(image.min_bytes_per_row.unwrap_or(0))
            .next_multiple_of(image.bytes_per_row_divisor.unwrap_or(1).max(1));
        let meaning = meaning(image.color_spaces.as_deref().unwrap_or_default());
        let layout = Self::new(format, (width, height), buffer_height, bytes_per_row, meaning);
        Ok((layout, bytes_per_row))
    }

    fn new(
        format: FrameFormat,
        (width, height): (u32, u32),
        buffer_height: u32,
        bytes_per_row: u32,
        meaning: YuvMeaning,
    ) -> Self {
        let stride = bytes_per_row as usize;
        let luma_bytes = stride * buffer_height as usize;
        let chroma_bytes = (stride / 2) * (buffer_height / 2) as usize;
        let chroma_columns = width.div_ceil(2) as usize;
        let chroma = |offset, stride, row_bytes| Plane {
            offset,
            stride,
            row_bytes,
            rows: height.div_ceil(2),
        };
        let row_bytes = format.row_bytes(width) as usize;
        let mut planes = vec![Plane { offset: 0, stride, row_bytes, rows: height }];
        match format {
            FrameFormat::I420 => planes.extend([
                chroma(luma_bytes, stride / 2, chroma_columns),
                chroma(luma_bytes + chroma_bytes, stride / 2, chroma_columns),
            ]),
            FrameFormat::Nv12 => planes.push(chroma(luma_bytes, stride, 2 * chroma_columns)),
            FrameFormat::Rgba | FrameFormat::Bgra => {}
        }
        Self { format, width, height, planes, meaning }
    }

    /// A layout that nobody has agreed on.
    #[cfg(test)]
    pub fn for_test(format: FrameFormat, size: (u32, u32), bytes_per_row: u32) -> Self {
        let buffer_height = format.buffer_size(size.0, size.1).1;
        Self::new(format, size, buffer_height, bytes_per_row, meaning(&[]))
    }

    /// Checks that every row lies within a buffer of this many bytes.
    ///
    /// # Errors
    ///
    /// [`LayoutError::TooSmall`].
    pub fn check_fits(&self, bytes: u64) -> Result<(), LayoutError> {
        let end = |plane: &Plane| {
            plane.offset + plane.stride * (plane.rows as usize).saturating_sub(1) + plane.row_bytes
        };
        let needed_bytes = self.planes.iter().map(end).max().unwrap_or(0) as u64;
        if needed_bytes > bytes {
            return Err(LayoutError::TooSmall { bytes, needed_bytes });
        }
        Ok(())
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

    /// What samples mean, if they are luma and chroma.
    pub fn meaning(&self) -> YuvMeaning {
        self.meaning
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

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoImage => f.write_str("nothing was agreed on about images"),
            Self::OtherFormat(format) => {
                write!(f, "{format:?} was agreed on, which nobody asked for")
            }
            Self::OtherModifier(modifier) => write!(f, "{modifier:?} was agreed on, not LINEAR"),
            Self::OtherSize { width, height } => {
                write!(f, "the buffers are not for images of {width}x{height}")
            }
            Self::TooSmall { bytes, needed_bytes } => {
                write!(f, "buffers of {bytes} bytes for images of {needed_bytes} bytes")
            }
        }
    }
}

impl std::error::Error for LayoutError {}

/// What samples mean in the color space that was agreed on (`image-formats.md` 3).
fn meaning(spaces: &[ColorSpace]) -> YuvMeaning {
    let full_range = spaces.iter().any(|space| {
        [ColorSpace::REC601_NTSC_FULL_RANGE, ColorSpace::REC601_PAL_FULL_RANGE].contains(space)
    });
    if spaces.contains(&ColorSpace::REC709) {
        YuvMeaning { red_weight: 0.2126, blue_weight: 0.0722, full_range }
    } else {
        YuvMeaning { red_weight: 0.299, blue_weight: 0.114, full_range }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_as_long_as_the_agreement_wants() {
        let size = |width, height| Some(sysmem::SizeU { width, height });
        let mut image = ImageFormatConstraints {
            pixel_format: Some(PixelFormat::I420),
            min_size: size(6, 4),
            max_size: size(6, 4),
            bytes_per_row_divisor: Some(64),
            color_spaces: Some(vec![ColorSpace::REC709]),
            ..Default::default()
        };
        let (layout, bytes_per_row) = FrameLayout::agreed(Some(&image), (5, 3)).unwrap();
        assert_eq!(bytes_per_row, 64);
        assert_eq!(layout.planes(), FrameLayout::for_test(FrameFormat::I420, (5, 3), 64).planes());
        assert_eq!(layout.meaning().red_weight, 0.2126);
        // The last row of V is 3 of 32 bytes long.
        assert_eq!(layout.check_fits(355), Ok(()));
        let too_small = LayoutError::TooSmall { bytes: 354, needed_bytes: 355 };
        assert_eq!(layout.check_fits(354), Err(too_small));
        image.min_bytes_per_row = Some(100);
        assert_eq!(FrameLayout::agreed(Some(&image), (5, 3)).unwrap().1, 128);
        image.max_size = size(8, 4);
        let other = LayoutError::OtherSize { width: 6, height: 4 };
        assert_eq!(FrameLayout::agreed(Some(&image), (5, 3)), Err(other));
        assert_eq!(FrameLayout::agreed(None, (5, 3)), Err(LayoutError::NoImage));
    }

    #[test]
    fn planes_lie_where_the_rules_for_linear_images_put_them() {
        let picture = FrameLayout::for_test(FrameFormat::I420, (5, 3), 64);
        let plane = |offset, stride, row_bytes, rows| Plane { offset, stride, row_bytes, rows };
        assert_eq!(
            picture.planes(),
            [plane(0, 64, 5, 3), plane(256, 32, 3, 2), plane(320, 32, 3, 2)]
        );
        assert_eq!(picture.picture_bytes(), 15 + 12);
        let picture = FrameLayout::for_test(FrameFormat::Nv12, (5, 3), 64);
        assert_eq!(picture.planes(), [plane(0, 64, 5, 3), plane(256, 64, 6, 2)]);
        let picture = FrameLayout::for_test(FrameFormat::Bgra, (5, 3), 64);
        assert_eq!(picture.planes(), [plane(0, 64, 20, 3)]);
    }

    #[test]
    fn buffers_are_even_where_chroma_is_halved() {
        assert_eq!(FrameFormat::I420.buffer_size(5, 3), (6, 4));
        assert_eq!(FrameFormat::Nv12.buffer_size(4, 2), (4, 2));
        assert_eq!(FrameFormat::Rgba.buffer_size(5, 3), (5, 3));
    }
}

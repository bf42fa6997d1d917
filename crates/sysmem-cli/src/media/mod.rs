//! Pictures in private memory, and the files that they come from and go to.

mod convert;
mod error;
pub mod input;
pub mod output;
pub mod png;
pub mod y4m;

pub use error::MediaError;

/// An image with 8-bit luma at every pixel and chroma for each two by two of them. Planes are
/// tight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Yuv420 {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Luma.
    pub y: Vec<u8>,
    /// Blue difference (Cb), `(width + 1) / 2` by `(height + 1) / 2`.
    pub u: Vec<u8>,
    /// Red difference (Cr), as large as `u`.
    pub v: Vec<u8>,
}

/// An image with four bytes for each pixel: R, G, B, A. Tight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rgba {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The pixels.
    pub pixels: Vec<u8>,
}

/// One image of either kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// From video.
    Yuv(Yuv420),
    /// From a photo.
    Rgba(Rgba),
}

/// What numbers of YUV samples mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct YuvMeaning {
    /// Weight of red in luma.
    pub red_weight: f32,
    /// Weight of blue in luma.
    pub blue_weight: f32,
    /// Samples use all values, and not 16 to 235 and 240.
    pub full_range: bool,
}

impl Yuv420 {
    /// An image of zeroes.
    pub fn black(width: u32, height: u32) -> Self {
        let (pixels, chroma) =
            (width as usize * height as usize, Self::chroma_samples(width, height));
        Self { width, height, y: vec![0; pixels], u: vec![128; chroma], v: vec![128; chroma] }
    }

    /// # Errors
    ///
    /// [`MediaError::TooLarge`] for what exceeds [`MAX_PIXELS`].
    pub fn check_size(width: u32, height: u32) -> Result<(), MediaError> {
        match u64::from(width) * u64::from(height) {
            0..=MAX_PIXELS => Ok(()),
            _ => Err(MediaError::TooLarge { width, height }),
        }
    }

    fn chroma_samples(width: u32, height: u32) -> usize {
        width.div_ceil(2) as usize * height.div_ceil(2) as usize
    }
}

impl YuvMeaning {
    /// The value of black, and the distance from there to white.
    pub const fn luma_levels(self) -> (u8, u8) {
        if self.full_range { (0, 255) } else { (16, 219) }
    }
}

/// More than fits into any buffer (256 MiB, `sysmem2-constraints.md` 4.9), so that it is the
/// negotiation which says so, and less than what makes memory or arithmetic run out.
pub const MAX_PIXELS: u64 = 1 << 28;

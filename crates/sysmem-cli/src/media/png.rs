//! PNG images of 8 bits a channel.

use std::io::{BufRead, Seek, Write};

use png::{BitDepth, ColorType, Decoder, Encoder, Transformations};
use serde::{Deserialize, Serialize};

use crate::media::{MediaError, Rgba, Yuv420};

/// The channels that the pixels of a file have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Channels {
    /// One for all three colors.
    Gray,
    /// The same, and alpha.
    GrayAlpha,
    /// Three.
    Rgb,
    /// Three, and alpha.
    Rgba,
}

/// Reads a whole image. Palettes and transparent colors are resolved.
///
/// # Errors
///
/// [`MediaError::Unsupported`] for 16 bits a channel, which no buffer of this program holds
/// unchanged; [`MediaError::Malformed`] for what is no PNG.
pub fn read(input: impl BufRead + Seek) -> Result<(Rgba, Channels), MediaError> {
    let mut decoder = Decoder::new(input);
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(malformed)?;
    let (width, height) = reader.info().size();
    Yuv420::check_size(width, height)?;
    if reader.info().bit_depth == BitDepth::Sixteen {
        return Err(MediaError::Unsupported("16 bits a channel; up to 8 are".into()));
    }
    let bytes = reader.output_buffer_size().ok_or(MediaError::TooLarge { width, height })?;
    let mut samples = vec![0; bytes];
    let image = reader.next_frame(&mut samples).map_err(malformed)?;
    samples.truncate(image.buffer_size());
    let channels = match image.color_type {
        ColorType::Grayscale => Channels::Gray,
        ColorType::GrayscaleAlpha => Channels::GrayAlpha,
        ColorType::Rgb => Channels::Rgb,
        ColorType::Rgba => Channels::Rgba,
        // Expanded by the decoder.
        ColorType::Indexed => return Err(MediaError::Malformed("a palette is left".into())),
    };
    Ok((Rgba { width, height, pixels: channels.expand(&samples) }, channels))
}

/// Writes an image with these channels.
///
/// # Errors
///
/// Those of writing.
pub fn write(output: impl Write, image: &Rgba, channels: Channels) -> Result<(), MediaError> {
    let mut encoder = Encoder::new(output, image.width, image.height);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_color(match channels {
        Channels::Gray => ColorType::Grayscale,
        Channels::GrayAlpha => ColorType::GrayscaleAlpha,
        Channels::Rgb => ColorType::Rgb,
        Channels::Rgba => ColorType::Rgba,
    });
    let mut writer = encoder.write_header().map_err(not_written)?;
    writer.write_image_data(&channels.reduce(&image.pixels)).map_err(not_written)?;
    writer.finish().map_err(not_written)
}

impl Channels {
    /// Samples of these channels as R, G, B, A.
    fn expand(self, samples: &[u8]) -> Vec<u8> {
        match self {
            Self::Gray => samples.iter().flat_map(|&gray| [gray, gray, gray, 255]).collect(),
            Self::GrayAlpha => {
                let (pixels, _) = samples.as_chunks();
                pixels.iter().flat_map(|&[gray, alpha]| [gray, gray, gray, alpha]).collect()
            }
            Self::Rgb => {
                let (pixels, _) = samples.as_chunks();
                pixels.iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect()
            }
            Self::Rgba => samples.to_vec(),
        }
    }

    /// The other way round. No effect makes a gray pixel colored, so that gray loses nothing.
    fn reduce(self, pixels: &[u8]) -> Vec<u8> {
        let (pixels, _) = pixels.as_chunks();
        match self {
            Self::Gray => pixels.iter().map(|&[gray, _, _, _]| gray).collect(),
            Self::GrayAlpha => {
                pixels.iter().flat_map(|&[gray, _, _, alpha]| [gray, alpha]).collect()
            }
            Self::Rgb => pixels.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect(),
            Self::Rgba => pixels.concat(),
        }
    }
}

fn malformed(error: png::DecodingError) -> MediaError {
    match error {
        png::DecodingError::IoError(error) => error.into(),
        other => MediaError::Malformed(format!("broken PNG: {other}")),
    }
}

fn not_written(error: png::EncodingError) -> MediaError {
    match error {
        png::EncodingError::IoError(error) => error.into(),
        other => MediaError::Malformed(format!("cannot write a PNG: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn images_keep_their_pixels_and_channels() {
        for channels in [Channels::Gray, Channels::GrayAlpha, Channels::Rgb, Channels::Rgba] {
            let count =
                if matches!(channels, Channels::Gray | Channels::GrayAlpha) { 1 } else { 3 };
            let alpha = matches!(channels, Channels::GrayAlpha | Channels::Rgba);
            let pixels: Vec<u8> = (0..15_u8)
                .flat_map(|n| {
                    let [r, g, b] = [n, if count == 3 { n + 50 } else { n }, n * count];
                    [r, g, b, if alpha { 9 * n } else { 255 }]
                })
                .collect();
            let image = Rgba { width: 5, height: 3, pixels };
            let mut file = Vec::new();
            write(&mut file, &image, channels).unwrap();
            assert_eq!(read(Cursor::new(file)).unwrap(), (image, channels));
        }
    }

    #[test]
    fn what_is_no_such_image_is_refused_with_its_reason() {
        let mut deep = Vec::new();
        let mut encoder = Encoder::new(&mut deep, 1, 1);
        encoder.set_depth(BitDepth::Sixteen);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&[0, 0]).unwrap();
        drop(writer);
        assert!(matches!(read(Cursor::new(deep)), Err(MediaError::Unsupported(_))));
        assert!(matches!(read(Cursor::new(b"YUV4MPEG2 W1")), Err(MediaError::Malformed(_))));
    }
}

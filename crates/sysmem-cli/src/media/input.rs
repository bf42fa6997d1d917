//! Where pictures come from: a stream or an image, told apart by their first bytes.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::media::png::Channels;
use crate::media::{MediaError, Picture, png, y4m};

/// What stays the same from picture to picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Which kind of file it is.
    pub kind: Kind,
}

/// The kind of a file, with what its copy needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// YUV4MPEG2.
    Y4m {
        /// Its first line.
        header: Vec<u8>,
        /// Samples use all values.
        full_range: bool,
    },
    /// PNG.
    Png {
        /// What its pixels have.
        channels: Channels,
    },
}

/// A picture with what stands beside it in the file.
#[derive(Clone, Debug)]
pub struct Item {
    /// Parameters of the frame in a stream.
    pub parameters: Vec<u8>,
    /// The pixels.
    pub picture: Picture,
}

/// Gives one picture after the other.
pub struct Input {
    description: Description,
    pictures: Pictures,
    count_hint: Option<u64>,
}

enum Pictures {
    Stream(y4m::Reader<Box<dyn BufRead>>),
    /// `None` once it was given.
    Image(Option<Picture>),
}

impl Input {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// See [`MediaError`].
    pub fn open(path: &Path) -> Result<Self, MediaError> {
        let file = File::open(path)?;
        let bytes = file.metadata().ok().filter(|metadata| metadata.is_file()).map(|m| m.len());
        Self::new(BufReader::with_capacity(1 << 16, file), bytes)
    }

    /// The clip that comes with the program.
    ///
    /// # Errors
    ///
    /// None, since it is a good one.
    pub fn built_in() -> Result<Self, MediaError> {
        Self::new(Cursor::new(CLIP), Some(CLIP.len() as u64))
    }

    /// What stays the same from picture to picture.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// How many pictures to expect, if that can be told beforehand.
    pub fn count_hint(&self) -> Option<u64> {
        self.count_hint
    }

    /// The next picture.
    ///
    /// # Errors
    ///
    /// See [`MediaError`].
    pub fn next(&mut self) -> Result<Option<Item>, MediaError> {
        match &mut self.pictures {
            Pictures::Image(image) => {
                Ok(image.take().map(|picture| Item { parameters: Vec::new(), picture }))
            }
            Pictures::Stream(reader) => Ok(reader.next_frame()?.map(|frame| Item {
                parameters: frame.parameters,
                picture: Picture::Yuv(frame.picture),
            })),
        }
    }

    fn new(mut data: impl BufRead + 'static, bytes: Option<u64>) -> Result<Self, MediaError> {
        // A pipe may give them one by one.
        let mut start = Vec::new();
        data.by_ref().take(SIGNATURE_BYTES).read_to_end(&mut start)?;
        let is_png = start.starts_with(b"\x89PNG");
        let is_y4m = start.starts_with(b"YUV4MPEG");
        let mut data = Cursor::new(start).chain(data);
        if is_png {
            // The decoder wants to seek, which a pipe cannot.
            let mut file = Vec::new();
            data.read_to_end(&mut file)?;
            let (image, channels) = png::read(Cursor::new(file))?;
            let kind = Kind::Png { channels };
            let description = Description { width: image.width, height: image.height, kind };
            let pictures = Pictures::Image(Some(Picture::Rgba(image)));
            return Ok(Self { description, pictures, count_hint: Some(1) });
        }
        if !is_y4m {
            return Err(MediaError::UnknownFormat);
        }
        let reader = y4m::Reader::new(Box::new(data) as Box<dyn BufRead>)?;
        let header = reader.header();
        let count_hint = bytes.map(|bytes| bytes / (frame_bytes(header) + "FRAME\n".len() as u64));
        let kind = Kind::Y4m { header: header.line().to_vec(), full_range: header.full_range };
        let description = Description { width: header.width, height: header.height, kind };
        Ok(Self { description, pictures: Pictures::Stream(reader), count_hint })
    }
}

fn frame_bytes(header: &y4m::Header) -> u64 {
    let chroma = u64::from(header.width.div_ceil(2)) * u64::from(header.height.div_ceil(2));
    u64::from(header.width) * u64::from(header.height) + 2 * chroma
}

/// Enough of a file to tell what it is.
const SIGNATURE_BYTES: u64 = 8;

/// 24 frames of *Big Buck Bunny*; see `media/README.md`.
const CLIP: &[u8] = include_bytes!("../../../../media/bigbuckbunny-320x180.y4m");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_clip_has_24_frames() {
        let mut input = Input::built_in().unwrap();
        assert_eq!((input.description().width, input.description().height), (320, 180));
        assert_eq!(input.count_hint(), Some(24));
        let mut frames = 0;
        while input.next().unwrap().is_some() {
            frames += 1;
        }
        assert_eq!(frames, 24);
    }

    #[test]
    fn other_files_are_refused() {
        let result = Input::new(Cursor::new(b"GIF89a"), None);
        assert!(matches!(result, Err(MediaError::UnknownFormat)));
    }
}

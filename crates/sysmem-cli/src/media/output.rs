//! Where pictures go to. The extension of the file chooses: a stream of all, or an image of the
//! last.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use crate::media::input::{Description, Kind};
use crate::media::png::Channels;
use crate::media::{MediaError, Picture, YuvMeaning, png, y4m};

/// What kind of file to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Every picture.
    Y4m,
    /// The last picture.
    Png,
}

/// Takes one picture after the other.
pub struct Output {
    meaning: YuvMeaning,
    target: Target,
}

enum Target {
    /// Nothing is written.
    Nowhere,
    Stream(y4m::Writer<BufWriter<File>>),
    Image {
        path: PathBuf,
        channels: Channels,
        last: Option<Picture>,
    },
}

impl Format {
    /// The format that a file name asks for.
    ///
    /// # Errors
    ///
    /// [`MediaError::UnknownExtension`].
    pub fn of(path: &Path) -> Result<Self, MediaError> {
        let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
        match extension.as_deref().and_then(|extension| extension.to_str()) {
            Some("y4m") => Ok(Self::Y4m),
            Some("png") => Ok(Self::Png),
            _ => Err(MediaError::UnknownExtension),
        }
    }
}

impl Output {
    /// Makes the file, or nothing for no path. `meaning` is what YUV samples mean where they have
    /// to be converted.
    ///
    /// # Errors
    ///
    /// An extension that is not known, a file that cannot be made.
    pub fn create(
        path: Option<&Path>,
        description: &Description,
        meaning: YuvMeaning,
    ) -> Result<Self, MediaError> {
        let Some(path) = path else { return Ok(Self { meaning, target: Target::Nowhere }) };
        let target = match (Format::of(path)?, &description.kind) {
            (Format::Y4m, kind) => {
                let header = match kind {
                    Kind::Y4m { header, .. } => y4m::Header::parse(header)?,
                    Kind::Png { .. } => {
                        y4m::Header::for_size(description.width, description.height)
                    }
                };
                Target::Stream(y4m::Writer::new(BufWriter::new(File::create(path)?), &header)?)
            }
            (Format::Png, kind) => {
                let channels = match kind {
                    Kind::Y4m { .. } => Channels::Rgb,
                    Kind::Png { channels } => *channels,
                };
                // Made at once, so that a bad place is found before any work is done.
                File::create(path)?;
                Target::Image { path: path.to_path_buf(), channels, last: None }
            }
        };
        Ok(Self { meaning, target })
    }

    /// Takes the next picture.
    ///
    /// # Errors
    ///
    /// Those of writing.
    pub fn write(&mut self, parameters: &[u8], picture: Picture) -> Result<(), MediaError> {
        match (&mut self.target, picture) {
            (Target::Nowhere, _) => Ok(()),
            (Target::Stream(writer), Picture::Yuv(image)) => writer.write(parameters, &image),
            (Target::Stream(writer), Picture::Rgba(image)) => {
                writer.write(parameters, &self.meaning.to_yuv(&image))
            }
            (Target::Image { last, .. }, picture) => {
                *last = Some(picture);
                Ok(())
            }
        }
    }

    /// Completes the file.
    ///
    /// # Errors
    ///
    /// Those of writing, and [`MediaError::Empty`] for an image of no picture.
    pub fn finish(self) -> Result<(), MediaError> {
        match self.target {
            Target::Nowhere => Ok(()),
            Target::Stream(writer) => writer.finish(),
            Target::Image { path, channels, last } => {
                let image = match last.ok_or(MediaError::Empty)? {
                    Picture::Rgba(image) => image,
                    Picture::Yuv(image) => self.meaning.to_rgba(&image),
                };
                png::write(BufWriter::new(File::create(path)?), &image, channels)
            }
        }
    }
}

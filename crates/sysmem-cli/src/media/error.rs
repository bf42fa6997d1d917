//! What can be wrong with a file.

use std::fmt;
use std::io;

/// Why a picture cannot be read or written.
#[derive(Debug)]
pub enum MediaError {
    /// The system says so.
    Io(io::Error),
    /// Neither YUV4MPEG2 nor PNG.
    UnknownFormat,
    /// Not YUV4MPEG2.
    NotY4m,
    /// Breaks the rules of its format.
    Malformed(String),
    /// Valid, and of a kind that this program does not read.
    Unsupported(String),
    /// Ends within a picture.
    Truncated,
    /// Has no picture at all.
    Empty,
    /// More pixels than are worth reading.
    TooLarge {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// The name of the output ends neither in `.y4m` nor in `.png`.
    UnknownExtension,
}

impl fmt::Display for MediaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::UnknownFormat => f.write_str("neither a YUV4MPEG2 stream nor a PNG image"),
            Self::NotY4m => f.write_str("not a YUV4MPEG2 stream"),
            Self::Malformed(what) => f.write_str(what),
            Self::Unsupported(what) => write!(f, "{what} supported"),
            Self::Truncated => f.write_str("the file ends within a picture"),
            Self::Empty => f.write_str("there is no picture in the file"),
            Self::TooLarge { width, height } => {
                write!(f, "{width}x{height} pixels are more than any buffer holds")
            }
            Self::UnknownExtension => {
                f.write_str("the name of the output has to end in .y4m or .png")
            }
        }
    }
}

impl std::error::Error for MediaError {}

impl From<io::Error> for MediaError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

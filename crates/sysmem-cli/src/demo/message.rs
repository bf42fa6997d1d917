//! What the processes of the demo say to each other: JSON, one packet each.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Status;
use crate::frame::effect::Effect;
use crate::media::input::Description;

/// From the command to a participant, at its start. Its channels come along: the allocator and the
/// diagnostics of the service unless there is a service directory, the left neighbour, the right
/// neighbour.
#[derive(Debug, Serialize, Deserialize)]
pub struct Assignment {
    /// Where the service is.
    pub service: Option<PathBuf>,
    /// What to read; `None` is the clip of the program.
    pub input: Option<PathBuf>,
    /// What to write.
    pub output: Option<PathBuf>,
    /// What to do with pixels.
    pub effect: Effect,
}

/// From neighbour to neighbour. No pixel is among it.
#[derive(Debug, Serialize, Deserialize)]
pub enum Note {
    /// To the right, with a token for each participant there: what will come.
    Invitation(Description),
    /// To the right: the buffer with this number holds the next picture.
    Filled {
        /// The number.
        buffer: usize,
        /// What stands beside the picture in the file.
        parameters: Vec<u8>,
    },
    /// To the left: the buffer with this number may be written to.
    Free {
        /// The number.
        buffer: usize,
    },
    /// To the right: there are no more pictures.
    End,
    /// To the left: everything is written.
    Done,
}

/// From a participant to the command.
#[derive(Debug, Serialize, Deserialize)]
pub enum Report {
    /// What it asks for.
    Asks(Value),
    /// The first request was sent at this time, in nanoseconds of the monotonic clock.
    Begins(i64),
    /// The answer came.
    Agrees(Agreement),
    /// How many pictures to expect.
    Expects(u64),
    /// How many pictures were written so far.
    Wrote(u64),
    /// All is done.
    Finished(Account),
    /// It failed.
    Failed {
        /// What to tell scripts.
        status: Status,
        /// What to tell people.
        message: String,
        /// Somebody else's failure caused it.
        is_consequence: bool,
    },
}

/// What a participant was told about the buffers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// `SingleBufferSettings`.
    pub settings: Value,
    /// How many buffers there are.
    pub buffer_count: usize,
    /// Bytes from row to row of plane 0.
    pub bytes_per_row: u32,
    /// When the answer came, in nanoseconds of the monotonic clock.
    pub at: i64,
}

/// What the sink counted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Pictures.
    pub frames: u64,
    /// Bytes of all pictures: they stayed in the buffers that the source had put them into.
    pub bytes: u64,
    /// From the first picture that arrived to the last that was written, in nanoseconds.
    pub nanoseconds: i64,
}

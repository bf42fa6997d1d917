//! Taking part in a collection, told what to do over a link.
//!
//! | the coordinator says | the participant |
//! |---|---|
//! | `token`, with one beside it | turns it in, and answers `buffers COUNT SIZE INODE…` |
//! | `frame BUFFER NUMBER` | checks that the buffer holds frame NUMBER, writes the next one there, and answers `frame BUFFER NUMBER+1` |
//!
//! Every byte of a frame is the last byte of its number.

use std::fmt;
use std::io;
use std::time::Duration;

use sysmem::{
    Allocator, Buffers, Channel, Collection, Constraints, Error, Interest, MessageBuffer,
    RecvError, SendError, Token,
};

/// How often it is looked whether to stop, while nobody says anything.
const LOOK: Duration = Duration::from_millis(20);

/// Why a participant stops.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// Nobody coordinates.
    Connect(zx::ConnectError),
    /// Something is wrong with sysmem.
    Sysmem(Error),
    /// Something is wrong with the link.
    Receive(RecvError),
    /// Something is wrong with the link.
    Send(SendError),
    /// Something is wrong with a descriptor.
    System(io::Error),
    /// The coordinator says strange things.
    Strange(String),
    /// A buffer holds another frame than it should.
    WrongFrame {
        /// The last byte of the frame that should be there.
        expected: u8,
        /// What was found.
        found: u8,
    },
}

/// Does what the coordinator at the other end of `link` says, until it hangs up or `stop` says so.
/// `allocator` is the client end of a channel to an Allocator: all that has to be known of sysmem.
///
/// # Errors
///
/// See [`Failure`].
pub fn take_part(
    allocator: Channel,
    link: &Channel,
    stop: impl Fn() -> bool,
) -> Result<(), Failure> {
    let allocator = Allocator::from_channel(allocator)?;
    let mut share = None;
    let mut buffer = MessageBuffer::new();
    while !stop() {
        let message = match link.recv(&mut buffer) {
            Ok(message) => message,
            Err(RecvError::WouldBlock) => {
                link.wait(Interest::Readable, Some(LOOK)).map_err(Failure::System)?;
                continue;
            }
            Err(RecvError::PeerClosed) => return Ok(()),
            Err(error) => return Err(Failure::Receive(error)),
        };
        let text = String::from_utf8_lossy(message.bytes).into_owned();
        let words: Vec<&str> = text.split(' ').collect();
        let answer = match (words.as_slice(), message.handles.pop(), &share) {
            (["token"], Some(token), None) => {
                let token = Channel::from_handle(token).ok();
                let token = token.ok_or_else(|| Failure::Strange(text.clone()))?;
                let joined = join(&allocator, token)?;
                let answer = describe(&joined.1)?;
                share = Some(joined);
                answer
            }
            (["frame", index, number], None, Some((_, buffers))) => {
                let next = pass_on(buffers, index, number)?;
                next.ok_or_else(|| Failure::Strange(text.clone()))?
            }
            _ => return Err(Failure::Strange(text)),
        };
        link.send(answer.as_bytes(), &[]).map_err(Failure::Send)?;
    }
    if let Some((collection, _)) = share {
        collection.release()?;
    }
    Ok(())
}

fn join(allocator: &Allocator, token: Channel) -> Result<(Collection, Buffers), Failure> {
    let collection = allocator.bind(Token::from_channel(token)?)?;
    collection.set_constraints(
        Constraints::new().cpu_read().cpu_write().camping(1).min_size_bytes(64 * 1024),
    )?;
    let buffers = collection.wait_for_buffers()?;
    Ok((collection, buffers))
}

fn describe(buffers: &Buffers) -> Result<String, Failure> {
    let mut text = format!("buffers {} {}", buffers.len(), buffers.size_bytes());
    for handle in buffers.iter().filter_map(|buffer| buffer.handle()) {
        let identity = handle.identity().map_err(Failure::System)?;
        text += &format!(" {}", identity.ino);
    }
    Ok(text)
}

/// Checks a frame and writes the next one; `None` if there is no such buffer or number.
fn pass_on(buffers: &Buffers, index: &str, number: &str) -> Result<Option<String>, Failure> {
    let (Ok(index), Ok(number)) = (index.parse::<usize>(), number.parse::<u8>()) else {
        return Ok(None);
    };
    let Some(buffer) = buffers.get(index) else { return Ok(None) };
    let memory = buffer.map()?;
    let mut frame = vec![0; memory.len()];
    memory.read(0, &mut frame).map_err(Error::from)?;
    if let Some(found) = frame.iter().find(|byte| **byte != number) {
        return Err(Failure::WrongFrame { expected: number, found: *found });
    }
    let next = number.wrapping_add(1);
    frame.fill(next);
    memory.write(0, &frame).map_err(Error::from)?;
    Ok(Some(format!("frame {index} {next}")))
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Sysmem(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(error) => error.fmt(f),
            Self::Sysmem(error) => error.fmt(f),
            Self::Receive(error) => error.fmt(f),
            Self::Send(error) => error.fmt(f),
            Self::System(error) => error.fmt(f),
            Self::Strange(text) => write!(f, "the coordinator said {text:?}"),
            Self::WrongFrame { expected, found } => {
                write!(f, "there is a byte {found} in frame {expected}")
            }
        }
    }
}

impl std::error::Error for Failure {}

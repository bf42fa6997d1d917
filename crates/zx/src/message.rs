//! The buffer that messages are received into, and the descriptors among their control data.

use std::fmt;
use std::mem::size_of;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};

use crate::handle::Handle;

/// The longest message, in bytes (`linux-objects.md`, "Channels").
pub const MAX_MESSAGE_BYTES: usize = 65_536;

/// The most handles in a message: the kernel's `SCM_MAX_FD` (`linux-objects.md`, "Channels").
pub const MAX_MESSAGE_HANDLES: usize = 253;

/// Type of a control message with a pidfd in it. A peer that shares our end of a socket can switch
/// `SO_PASSPIDFD` on for it, and the kernel then opens a descriptor that nobody asked for.
const SCM_PIDFD: i32 = 4;

/// The header of a control message as the kernel lays it out: length, level, type.
const CONTROL_HEADER_BYTES: usize = size_of::<usize>() + 2 * size_of::<i32>();

/// Room for the descriptors, and for what a peer can have the kernel add: credentials, a pidfd, a
/// security label, a time stamp. Too little room for those only fails that peer's own channel.
const CONTROL_BYTES: usize = CONTROL_HEADER_BYTES + MAX_MESSAGE_HANDLES * size_of::<RawFd>() + 512;

/// Room for one message: its bytes, its control data and its handles. Made once, used again for
/// every message, so that receiving allocates nothing.
pub struct MessageBuffer {
    pub(crate) bytes: Box<[u8]>,
    /// In words, because control messages are aligned to words.
    pub(crate) control: Box<[u64]>,
    pub(crate) handles: Vec<Handle>,
}

impl MessageBuffer {
    /// An empty buffer with room for the longest message and the most handles.
    pub fn new() -> MessageBuffer {
        MessageBuffer {
            bytes: vec![0; MAX_MESSAGE_BYTES].into(),
            control: vec![0; CONTROL_BYTES.div_ceil(size_of::<u64>())].into(),
            handles: Vec::with_capacity(MAX_MESSAGE_HANDLES),
        }
    }

    /// The handles in the buffer: those of a message that
    /// [`Channel::recv_keeping`](crate::Channel::recv_keeping) has just refused, or those that were
    /// left in a received one.
    pub fn handles(&mut self) -> &mut Vec<Handle> {
        &mut self.handles
    }

    /// The message of `length` bytes that was received last.
    pub(crate) fn received(&mut self, length: usize) -> Received<'_> {
        Received { bytes: &self.bytes[..length], handles: &mut self.handles }
    }

    /// Takes ownership of every descriptor in the first `length` bytes of control data.
    ///
    /// Handles of an `SCM_RIGHTS` message are kept, in order; other descriptors are closed.
    ///
    /// # Safety
    ///
    /// The first `length` bytes of `control` are what the kernel has just written, and the
    /// descriptors in it have no owner yet.
    pub(crate) unsafe fn adopt_descriptors(&mut self, length: usize) {
        let control: &[u64] = &self.control;
        let length = length.min(size_of_val(control));
        // SAFETY: the bytes of a `u64` slice are initialised and stay borrowed; length is checked.
        let mut rest = unsafe { std::slice::from_raw_parts(control.as_ptr().cast(), length) };
        while let Some(message) = ControlMessage::split_first(&mut rest) {
            for raw in message.descriptors() {
                // SAFETY: the kernel has just opened this descriptor for us (caller's promise),
                // and each is looked at once, so nothing else owns it.
                let descriptor = unsafe { OwnedFd::from_raw_fd(raw) };
                if message.kind == libc::SCM_RIGHTS {
                    self.handles.push(descriptor.into());
                }
            }
        }
    }
}

impl Default for MessageBuffer {
    fn default() -> MessageBuffer {
        MessageBuffer::new()
    }
}

impl fmt::Debug for MessageBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageBuffer").field("handles", &self.handles).finish_non_exhaustive()
    }
}

/// One received message, lying in its [`MessageBuffer`].
#[derive(Debug)]
pub struct Received<'a> {
    /// The bytes of the packet: 1 to [`MAX_MESSAGE_BYTES`] of them.
    pub bytes: &'a [u8],
    /// The handles, in the order in which they were sent. Take out what you keep: what is left
    /// here is closed when the buffer receives the next message or is dropped.
    pub handles: &'a mut Vec<Handle>,
}

/// One control message of a received packet.
struct ControlMessage<'a> {
    level: i32,
    kind: i32,
    payload: &'a [u8],
}

impl<'a> ControlMessage<'a> {
    /// Takes the first control message off `rest`; `None` at the end.
    fn split_first(rest: &mut &'a [u8]) -> Option<ControlMessage<'a>> {
        let (length, after) = rest.split_first_chunk()?;
        let (level, after) = after.split_first_chunk()?;
        let (kind, _) = after.split_first_chunk()?;
        let length = usize::from_ne_bytes(*length).min(rest.len());
        let payload = rest.get(CONTROL_HEADER_BYTES..length)?;
        // The next header starts at a word; after the last message there may be no padding.
        *rest = rest.get(length.next_multiple_of(size_of::<usize>())..).unwrap_or_default();
        let (level, kind) = (i32::from_ne_bytes(*level), i32::from_ne_bytes(*kind));
        Some(ControlMessage { level, kind, payload })
    }

    /// The descriptor numbers in the message, none if it is of a kind that carries none.
    fn descriptors(&self) -> impl Iterator<Item = RawFd> + use<'a> {
        let carries = self.level == libc::SOL_SOCKET
            && (self.kind == libc::SCM_RIGHTS || self.kind == SCM_PIDFD);
        let payload = if carries { self.payload } else { &[] };
        let (numbers, _) = payload.as_chunks();
        // The kernel may report an error number in place of a pidfd that it could not open.
        numbers.iter().map(|n| RawFd::from_ne_bytes(*n)).filter(|raw| *raw >= 0)
    }
}

//! Channel ends that come and go as numbers, through the C ABI.

use std::os::fd::{BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};

use zx::Channel;

use crate::abi::RawHandle;
use crate::status::Status;

/// Takes over what the number stands for. Nothing is left open on an error.
///
/// # Errors
///
/// `BAD_HANDLE` if it is no handle, `WRONG_TYPE` if it is no channel.
///
/// # Safety
///
/// The caller gives up the descriptor of this number, if there is one.
pub(crate) unsafe fn take(handle: RawHandle) -> Result<Channel, Status> {
    // SAFETY: the caller's promise.
    let descriptor = unsafe { take_descriptor(handle) }.ok_or(Status::BAD_HANDLE)?;
    Channel::from_handle(descriptor.into()).map_err(|_| Status::WRONG_TYPE)
}

/// Takes over what the number stands for; `None` if it stands for nothing.
///
/// # Safety
///
/// As [`take`].
pub(crate) unsafe fn take_descriptor(handle: RawHandle) -> Option<OwnedFd> {
    let number = RawFd::try_from(handle).ok().filter(|number| *number > 0)?;
    // SAFETY: not -1. If nothing is open there, the kernel says so and nothing else happens.
    let probe = unsafe { BorrowedFd::borrow_raw(number) };
    rustix::io::fcntl_getfd(probe).ok()?;
    // SAFETY: it is open, and the caller has given it up.
    Some(unsafe { OwnedFd::from_raw_fd(number) })
}

/// Gives an end away as a number.
pub(crate) fn give(end: Channel) -> RawHandle {
    let number = OwnedFd::from(end).into_raw_fd();
    // Numbers of descriptors are never negative.
    RawHandle::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn edge_54_what_is_no_handle_is_refused() {
        for handle in [0, u32::MAX, i32::MAX as u32, 900_000] {
            // SAFETY: nothing has these numbers.
            assert_eq!(unsafe { take(handle) }.unwrap_err(), Status::BAD_HANDLE, "{handle}");
        }
    }

    #[test]
    fn r9_what_is_no_channel_is_closed() {
        let (reader, writer) = std::io::pipe().unwrap();
        let number = u32::try_from(OwnedFd::from(writer).into_raw_fd()).unwrap();
        // SAFETY: it was given up the line above.
        assert_eq!(unsafe { take(number) }.unwrap_err(), Status::WRONG_TYPE);
        let mut rest = Vec::new();
        // Ends at once: nobody writes any more.
        std::io::Read::read_to_end(&mut File::from(OwnedFd::from(reader)), &mut rest).unwrap();
    }
}

//! The process at the other end of a channel.

use std::fs;
use std::io;
use std::num::NonZeroU32;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::channel::Channel;
use crate::sys;

/// The process that made the other end of a channel (`SO_PEERCRED`), held so that its number cannot
/// come to mean another one (`SO_PEERPIDFD`, Linux 6.5). On an older kernel it is just the number.
#[derive(Debug)]
pub struct PeerProcess {
    pid: NonZeroU32,
    held: Option<OwnedFd>,
}

impl PeerProcess {
    /// The process at the other end of `channel`; `None` if it is invisible from this pid namespace.
    ///
    /// # Errors
    ///
    /// `ESRCH` when it has ended; `EMFILE`.
    pub fn of(channel: &Channel) -> io::Result<Option<PeerProcess>> {
        let Some(pid) = channel.peer_credentials()?.pid else { return Ok(None) };
        match sys::peer_pidfd(channel.as_fd()) {
            Ok(held) => Ok(Some(PeerProcess { pid, held: Some(held) })),
            Err(Errno::NOPROTOOPT) => Ok(Some(PeerProcess { pid, held: None })),
            // What the kernels say of a process that has been waited for.
            Err(Errno::INVAL | Errno::NODATA) => Err(Errno::SRCH.into()),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Its number.
    pub fn pid(&self) -> NonZeroU32 {
        self.pid
    }

    /// The program that it executes now: the file's path, as `/proc/PID/exe` names it.
    ///
    /// That may be another one than when it connected, and whoever may trace the process can make
    /// it do anything.
    ///
    /// # Errors
    ///
    /// `ESRCH` when it has ended; `EACCES` when this process may not know.
    pub fn program(&self) -> io::Result<PathBuf> {
        let program = fs::read_link(format!("/proc/{}/exe", self.pid));
        // Asked afterwards: a process that still lives had its number all the time.
        if self.has_ended() { Err(Errno::SRCH.into()) } else { program }
    }

    fn has_ended(&self) -> bool {
        let Some(held) = &self.held else { return false };
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        poll(&mut [PollFd::new(held, PollFlags::IN)], Some(&now)) != Ok(0)
    }
}

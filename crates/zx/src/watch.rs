//! Hints that a handle of a VMO has gone: one inotify instance for all of them.

use std::fmt;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::time::Duration;

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;

use crate::handle::proc_path;
use crate::vmo::Vmo;

/// When to look again after an event that explained nothing.
///
/// The kernel queues the event first and drops the lock afterwards, in the same `close`: a server
/// that looks at once may still find the handle held, and no second event comes. Almost always
/// this is over after microseconds, at worst after one tick of the scheduler, 4 ms
/// (`linux-platform.md` 4). The last wait is for a closing process that is preempted for long.
pub const RECHECK_AFTER: [Duration; 4] = [
    Duration::from_millis(1),
    Duration::from_millis(4),
    Duration::from_millis(16),
    Duration::from_millis(64),
];

/// The most events that one [`CloseWatch::read`] delivers: the length of the kernel's queue. A
/// client that opens and closes without end cannot hold the caller up.
const MAX_EVENTS_PER_READ: usize = 16_384;

/// Watches VMOs for handles that are closed. Readable (level and edge) when there are events.
///
/// An event is a hint to look with [`Vmo::is_held`], never a count: equal events merge.
#[derive(Debug)]
pub struct CloseWatch(OwnedFd);

impl CloseWatch {
    /// A watch for nothing yet. One is enough for a process; a user may have 128 of them.
    ///
    /// # Errors
    ///
    /// `EMFILE` when descriptors, or the user's inotify instances, ran out.
    pub fn new() -> io::Result<CloseWatch> {
        Ok(CloseWatch(inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?))
    }

    /// Watches a VMO. Watching it again gives the same id. The watch does not keep the memory: it
    /// ends by itself with [`WatchEvent::Ignored`] when the inode goes.
    ///
    /// # Errors
    ///
    /// See [`WatchError`].
    pub fn watch(&self, vmo: &Vmo) -> Result<WatchId, WatchError> {
        let closes = WatchFlags::CLOSE_WRITE | WatchFlags::CLOSE_NOWRITE;
        match inotify::add_watch(&self.0, proc_path(vmo.as_fd()), closes) {
            Ok(id) => Ok(WatchId(id)),
            Err(Errno::NOSPC) => Err(WatchError::NoneLeft),
            Err(errno) => Err(WatchError::Other(errno)),
        }
    }

    /// Ends a watch. Events of it that are already queued still come, then
    /// [`WatchEvent::Ignored`]. A watch that has ended by itself is no error.
    pub fn unwatch(&self, id: WatchId) {
        // EINVAL: it ended by itself. There is no other error for a descriptor that is inotify's.
        let _ = inotify::remove_watch(&self.0, id.0);
    }

    /// Delivers the events that are queued now. Does not block.
    ///
    /// # Errors
    ///
    /// What `read` reports.
    pub fn read(&mut self, mut deliver: impl FnMut(WatchEvent)) -> io::Result<Drained> {
        let mut space = [MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&self.0, &mut space);
        let mut delivered = 0;
        // What was read into the buffer must be delivered: it does not come again.
        while delivered < MAX_EVENTS_PER_READ || !reader.is_buffer_empty() {
            match reader.next() {
                Ok(event) => {
                    if let Some(event) = WatchEvent::from_raw(event.wd(), event.events()) {
                        deliver(event);
                    }
                    delivered += 1;
                }
                Err(Errno::INTR) => {}
                Err(Errno::WOULDBLOCK) => return Ok(Drained::All),
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(Drained::Part)
    }
}

/// Whether [`CloseWatch::read`] came to the end of the queue. Under an edge-triggered event loop
/// the caller must read again after [`Drained::Part`]: no new edge tells it to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Drained {
    /// The queue is empty.
    All,
    /// There may be more.
    Part,
}

/// Which watch. The kernel hands the numbers out in a circle, so that one comes again only after
/// two thousand million others; an event of an unknown id is that of a watch that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WatchId(i32);

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchEvent {
    /// Some handle of this VMO is closed, or about to be: look which, and see [`RECHECK_AFTER`].
    Closed(WatchId),
    /// This watch has ended.
    Ignored(WatchId),
    /// Events were lost: look at every VMO.
    Overflow,
}

impl WatchEvent {
    fn from_raw(watch: i32, events: ReadFlags) -> Option<WatchEvent> {
        if events.contains(ReadFlags::QUEUE_OVERFLOW) {
            Some(WatchEvent::Overflow)
        } else if events.contains(ReadFlags::IGNORED) {
            Some(WatchEvent::Ignored(WatchId(watch)))
        } else if events.intersects(ReadFlags::CLOSE_WRITE | ReadFlags::CLOSE_NOWRITE) {
            Some(WatchEvent::Closed(WatchId(watch)))
        } else {
            // IN_UNMOUNT, which nobody can do to the kernel's own tmpfs.
            None
        }
    }
}

/// Why a VMO could not be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchError {
    /// The user has no watch left (`fs.inotify.max_user_watches`): look at intervals instead.
    NoneLeft,
    /// Anything else.
    Other(Errno),
}

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WatchError::NoneLeft => {
                f.write_str("no inotify watch left; raise fs.inotify.max_user_watches")
            }
            WatchError::Other(errno) => write!(f, "cannot watch a VMO: {errno}"),
        }
    }
}

impl std::error::Error for WatchError {}

impl AsFd for CloseWatch {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl AsRawFd for CloseWatch {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

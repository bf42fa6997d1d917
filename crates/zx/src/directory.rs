//! A directory in which something is expected to appear.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::path::Path;

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;

/// Tells that names have appeared in a directory, or got other permissions. Readable (level and
/// edge) when there is something to tell.
///
/// The directory is watched, not its path: one that is moved or removed and made anew needs a new
/// watch.
#[derive(Debug)]
pub struct DirectoryWatch(OwnedFd);

/// What there was to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum News {
    /// Nothing.
    None,
    /// Names may have appeared. An event is a hint to look, never a count.
    Appeared,
    /// The directory is gone or has another path, and nothing more will be told.
    Ended,
}

impl DirectoryWatch {
    /// Watches the directory at `path`.
    ///
    /// # Errors
    ///
    /// `ENOENT` and `ENOTDIR` when there is no directory; `ENOSPC` when the user has no watch left.
    pub fn new(path: &Path) -> io::Result<DirectoryWatch> {
        let watch = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        let events = WatchFlags::CREATE
            | WatchFlags::MOVED_TO
            | WatchFlags::ATTRIB
            | WatchFlags::DELETE_SELF
            | WatchFlags::MOVE_SELF
            | WatchFlags::ONLYDIR;
        inotify::add_watch(&watch, path, events)?;
        Ok(DirectoryWatch(watch))
    }

    /// Reads what there is to tell. Does not block.
    ///
    /// # Errors
    ///
    /// What `read` reports.
    pub fn read(&mut self) -> io::Result<News> {
        let mut space = [MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&self.0, &mut space);
        let mut news = News::None;
        loop {
            match reader.next() {
                Ok(event) => {
                    let ended = ReadFlags::IGNORED | ReadFlags::DELETE_SELF | ReadFlags::MOVE_SELF;
                    if event.events().intersects(ended) {
                        news = News::Ended;
                    } else if news == News::None {
                        news = News::Appeared;
                    }
                }
                Err(Errno::INTR) => {}
                Err(Errno::WOULDBLOCK) => return Ok(news),
                Err(errno) => return Err(errno.into()),
            }
        }
    }
}

impl AsFd for DirectoryWatch {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl AsRawFd for DirectoryWatch {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

//! What the tests share: temporary directories, and other processes.

#![allow(dead_code, reason = "every test binary uses a part of this")]

use std::env;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use zx::{
    Channel, CloseWatch, Drained, EventPair, Interest, MessageBuffer, RECHECK_AFTER, Slot, Vmo,
    WatchEvent, WatchId,
};

/// How long the tests wait for what must come. Only a failing test waits that long.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Another user, for what the kernel grants to root or to the owner.
pub const NOBODY: u32 = 65_534;

/// The name of the ignored test that is the other process.
const PARTICIPANT: &str = "participant";

/// Starts this test binary again, to play `role` in its `participant` function, with one end of a
/// channel as its standard input.
pub fn spawn_participant(role: &str) -> (Participant, Channel) {
    let (ours, theirs) = Channel::pair().unwrap();
    let process = Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", PARTICIPANT])
        .env("ZX_TEST_ROLE", role)
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    (Participant(process), ours)
}

/// The role of this process and its channel, when [`spawn_participant`] started it.
pub fn role() -> Option<(String, Channel)> {
    let role = env::var("ZX_TEST_ROLE").ok()?;
    let stdin = rustix::io::fcntl_dupfd_cloexec(std::io::stdin(), 3).unwrap();
    Some((role, Channel::from_handle(stdin.into()).unwrap()))
}

/// Another process, killed when the test is over.
pub struct Participant(Child);

impl Participant {
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// SIGKILL, and waits until the process is gone.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let _ = self.0.kill();
        self.0.wait().unwrap();
    }
}

impl Drop for Participant {
    fn drop(&mut self) {
        self.end();
    }
}

/// The next message, waiting for it: its bytes and handles.
pub fn receive(channel: &Channel) -> (Vec<u8>, Vec<zx::Handle>) {
    let mut buffer = MessageBuffer::new();
    assert!(channel.wait(Interest::Readable, Some(PATIENCE)).unwrap(), "no message came");
    let received = channel.recv(&mut buffer).unwrap();
    (received.bytes.to_vec(), std::mem::take(received.handles))
}

/// Becomes another user for good, if this one may.
pub fn become_nobody() {
    // SAFETY: setresuid takes three integers.
    let result = unsafe { libc::setresuid(NOBODY, NOBODY, NOBODY) };
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
}

pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A directory of its own for one test, removed with all that is in it.
pub struct TempDir(PathBuf);

impl TempDir {
    pub fn new() -> TempDir {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("zx-test-{}-{number}", std::process::id());
        let path = env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        TempDir(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The names in it, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Waits for the watch until the handle of `slot` is gone, as a server does it.
pub fn wait_until_released(watch: &mut CloseWatch, id: WatchId, vmo: &Vmo, slot: u32) {
    let mut hinted = false;
    while !hinted {
        assert!(poll_readable(watch.as_fd(), PATIENCE), "no event came");
        let drained = watch.read(|event| hinted |= event == WatchEvent::Closed(id)).unwrap();
        assert_eq!(drained, Drained::All);
    }
    let mut pauses = RECHECK_AFTER.iter();
    while vmo.is_held(Slot::strong(slot)).unwrap() {
        std::thread::sleep(*pauses.next().expect("held after the last look"));
    }
}

/// Waits until the peer of an eventpair is closed.
pub fn wait_until_peer_closed(pair: &EventPair) {
    wait_for_hangup(pair.as_fd(), Some(PATIENCE));
    assert!(pair.is_peer_closed().unwrap());
}

/// Waits until the peer of a socket is closed, `None` for ever.
pub fn wait_for_hangup(fd: BorrowedFd<'_>, timeout: Option<Duration>) {
    poll_for(fd, PollFlags::empty(), timeout);
}

pub fn is_readable(fd: BorrowedFd<'_>) -> bool {
    poll_readable(fd, Duration::ZERO)
}

fn poll_readable(fd: BorrowedFd<'_>, timeout: Duration) -> bool {
    poll_for(fd, PollFlags::IN, Some(timeout))
}

fn poll_for(fd: BorrowedFd<'_>, flags: PollFlags, timeout: Option<Duration>) -> bool {
    let timeout = timeout.map(|timeout| Timespec::try_from(timeout).unwrap());
    poll(&mut [PollFd::from_borrowed_fd(fd, flags)], timeout.as_ref()).unwrap() > 0
}

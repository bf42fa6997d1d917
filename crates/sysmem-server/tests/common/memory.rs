//! Who holds memory, and when it is freed.

use std::env;
use std::io::Read;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd};
use std::process::{Child, Command, Stdio};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use sysmem_fidl::Handle;
use sysmem_fidl::fuchsia_sysmem2::{BufferCollectionAttachLifetimeTrackingRequest, VmoBuffer};
use zx::EventPair;

use super::{Collection, PATIENCE};

/// The name of the ignored test that is the other process, in binaries that need one.
const OTHER_PROCESS: &str = "other_process";

/// Tells when memory is freed: nobody has a descriptor or a mapping any more, the server included.
pub struct Obituary(OwnedFd);

impl Obituary {
    pub fn of(memory: &Handle) -> Self {
        let watch = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).unwrap();
        let path = format!("/proc/self/fd/{}", memory.as_raw_fd());
        inotify::add_watch(&watch, path, WatchFlags::DELETE_SELF).unwrap();
        Self(watch)
    }

    pub fn wait(self) {
        assert!(self.is_written_within(Timespec::try_from(PATIENCE).unwrap()), "it is still there");
    }

    pub fn is_written(&self) -> bool {
        self.is_written_within(Timespec { tv_sec: 0, tv_nsec: 0 })
    }

    fn is_written_within(&self, patience: Timespec) -> bool {
        poll(&mut [PollFd::new(&self.0, PollFlags::IN)], Some(&patience)).unwrap();
        let mut space = [MaybeUninit::uninit(); 512];
        let mut reader = Reader::new(&self.0, &mut space);
        let mut written = false;
        while let Ok(event) = reader.next() {
            written |= event.events().contains(ReadFlags::IGNORED);
        }
        written
    }
}

/// A process that holds descriptors, or what it has made of them, until it is killed. So it is when
/// the test is over.
pub struct Holder(Child);

impl Holder {
    /// One that has inherited these two, and does nothing with them.
    pub fn of(first: impl Into<OwnedFd>, second: impl Into<OwnedFd>) -> Self {
        let mut command = Command::new("sleep");
        command.arg("1000").stdin(Stdio::from(first.into())).stdout(Stdio::from(second.into()));
        Self(command.spawn().unwrap())
    }

    /// One that has mapped the memory, and closed its descriptor. Its test binary has to have
    /// [`play_other_process`].
    pub fn mapping(memory: impl Into<OwnedFd>) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture", OTHER_PROCESS])
            .env("SYSMEM_TEST_ROLE", "map")
            .stdin(Stdio::from(memory.into()))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut word = [0; 6];
        child.stderr.as_mut().unwrap().read_exact(&mut word).unwrap();
        assert_eq!(&word, b"mapped");
        Self(child)
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

impl Drop for Holder {
    fn drop(&mut self) {
        self.end();
    }
}

/// What the test `other_process` of a binary does, if [`Holder`] has started it.
pub fn play_other_process() {
    if env::var("SYSMEM_TEST_ROLE").as_deref() != Ok("map") {
        return;
    }
    let stdin = rustix::io::fcntl_dupfd_cloexec(std::io::stdin(), 3).unwrap();
    let mapping = zx::Mapping::new(&stdin.into(), 4096, zx::Access::ReadOnly).unwrap();
    // SAFETY: nothing in this process uses its standard input.
    assert_eq!(unsafe { libc::close(0) }, 0);
    eprint!("mapped");
    loop {
        std::thread::park();
        let _ = mapping.load_u8(0);
    }
}

pub fn the_only<T>(mut values: Vec<T>) -> T {
    let value = values.pop().unwrap();
    assert!(values.is_empty());
    value
}

/// The eventpair of a weak delivery.
pub fn close_weak_asap(buffer: &mut VmoBuffer<Handle>) -> EventPair {
    zx::Handle::from(buffer.close_weak_asap.take().unwrap()).into()
}

pub fn is_closed(pair: &EventPair) -> bool {
    pair.is_peer_closed().unwrap()
}

pub fn wait_until_closed(pair: &EventPair) {
    assert!(pair.wait_for_close(Some(PATIENCE)).unwrap(), "the other end is still open");
}

/// An eventpair to be attached to something, and the end that tells of its fate.
pub fn eventpair() -> (EventPair, Option<Handle>) {
    let (ours, theirs) = EventPair::pair().unwrap();
    (ours, Some(zx::Handle::from(theirs).into()))
}

/// Attaches an eventpair that tells when so many buffers are left.
pub fn track_lifetime(collection: &Collection, buffers_remaining: u32) -> EventPair {
    let (ours, server_end) = eventpair();
    let buffers_remaining = Some(buffers_remaining);
    let request = BufferCollectionAttachLifetimeTrackingRequest { server_end, buffers_remaining };
    collection.attach_lifetime_tracking(request);
    ours
}

/// Whether two descriptors of this process are one open file description.
pub fn is_same_description(one: &Handle, other: &Handle) -> bool {
    const KCMP_FILE: libc::c_long = 0;
    let pid = libc::c_long::from(std::process::id().cast_signed());
    let (one, other) = (libc::c_long::from(one.as_raw_fd()), libc::c_long::from(other.as_raw_fd()));
    // SAFETY: kcmp takes five integers and touches no memory.
    let order = unsafe { libc::syscall(libc::SYS_kcmp, pid, pid, KCMP_FILE, one, other) };
    assert!(order >= 0, "{}", std::io::Error::last_os_error());
    order == 0
}

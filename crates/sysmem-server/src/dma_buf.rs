//! Which descriptors are dma-bufs, found out without waiting for whoever made them.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{AtFlags, StatxFlags};

/// Enough of the `fdinfo` of a dma-buf to find its exporter in.
const FDINFO_BYTES: usize = 1024;

/// After a look in vain there is none for so many times as long as it took.
const REST_FACTOR: i64 = 100;

/// Knows dma-bufs from other descriptors.
///
/// By the name, which a file at the root of some other mount may have, too, and by a line of the
/// `fdinfo` that only the dma-buf code of the kernel writes: the name of the exporter. But the kernel
/// lists the locks on a description there, and whoever sets thousands makes that take many
/// milliseconds. So what a client can have looked at in vain is a hundredth of the time; and since
/// all dma-bufs are on one device, nothing is looked at any more once one was seen.
#[derive(Debug, Default)]
pub(crate) struct DmaBufs {
    device: Cell<Option<Device>>,
    /// On the clock of [`zx::monotonic_now`].
    rests_until_ns: Cell<i64>,
}

/// Major and minor number.
type Device = (u32, u32);

impl DmaBufs {
    /// Whether it is one. A dma-buf can be mistaken for something else while no other was seen.
    pub(crate) fn contain(&self, handle: &zx::Handle) -> bool {
        let number = handle.as_raw_fd();
        let is_called = |name: &Path| name.as_os_str().as_bytes().starts_with(b"/dmabuf:");
        fs::read_link(format!("/proc/self/fd/{number}")).is_ok_and(|name| is_called(&name))
            && device_of(handle).is_some_and(|device| {
                self.is_theirs(device, zx::monotonic_now, || has_exporter(number))
            })
    }

    fn is_theirs(
        &self,
        device: Device,
        now_ns: impl Fn() -> i64,
        look: impl FnOnce() -> bool,
    ) -> bool {
        if let Some(known) = self.device.get() {
            return device == known;
        }
        let began_ns = now_ns();
        if began_ns < self.rests_until_ns.get() {
            return false;
        }
        if look() {
            self.device.set(Some(device));
            return true;
        }
        let ended_ns = now_ns();
        let rest_ns = ended_ns.saturating_sub(began_ns).saturating_mul(REST_FACTOR);
        self.rests_until_ns.set(ended_ns.saturating_add(rest_ns));
        false
    }
}

/// As the kernel knows it: `DONT_SYNC` keeps the question from a file system's server.
fn device_of(handle: &zx::Handle) -> Option<Device> {
    let flags = AtFlags::EMPTY_PATH | AtFlags::STATX_DONT_SYNC;
    let statx = rustix::fs::statx(handle, c"", flags, StatxFlags::empty()).ok()?;
    Some((statx.stx_dev_major, statx.stx_dev_minor))
}

fn has_exporter(number: i32) -> bool {
    let mut info = [0; FDINFO_BYTES];
    let length = File::open(format!("/proc/self/fdinfo/{number}"))
        .and_then(|mut file| file.read(&mut info))
        .unwrap_or(0);
    info[..length].split(|byte| *byte == b'\n').any(|line| line.starts_with(b"exp_name:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHER: Device = (0, 7);
    const THEIRS: Device = (0, 8);

    /// Looks, which takes so long; whether it was looked at all, and what came of it.
    fn look(bufs: &DmaBufs, clock: &Cell<i64>, takes_ns: i64, device: Device) -> (bool, bool) {
        let looked = Cell::new(false);
        let found = bufs.is_theirs(
            device,
            || clock.get(),
            || {
                looked.set(true);
                clock.set(clock.get() + takes_ns);
                device == THEIRS
            },
        );
        (looked.get(), found)
    }

    #[test]
    fn objects_a_client_cannot_have_descriptors_looked_at_all_the_time() {
        let (bufs, clock) = (DmaBufs::default(), Cell::new(1_000));
        assert_eq!(look(&bufs, &clock, 500, OTHER), (true, false));
        assert_eq!(look(&bufs, &clock, 500, OTHER), (false, false));
        clock.set(clock.get() + 500 * REST_FACTOR - 1);
        assert_eq!(look(&bufs, &clock, 500, OTHER), (false, false));
        clock.set(clock.get() + 1);
        assert_eq!(look(&bufs, &clock, 500, OTHER), (true, false));
    }

    #[test]
    fn objects_dma_bufs_are_known_by_the_device_of_the_first_one() {
        let (bufs, clock) = (DmaBufs::default(), Cell::new(1_000));
        assert_eq!(look(&bufs, &clock, 500, THEIRS), (true, true));
        assert_eq!(look(&bufs, &clock, 500, THEIRS), (false, true));
        assert_eq!(look(&bufs, &clock, 500, OTHER), (false, false));
    }

    #[test]
    fn objects_a_descriptor_has_a_device() {
        let memory: zx::Handle = zx::Vmo::create("memory", 4096)
            .and_then(|memory| memory.reopen(zx::Access::ReadOnly))
            .unwrap();
        assert!(device_of(&memory).is_some());
        assert!(!DmaBufs::default().contain(&memory));
    }
}

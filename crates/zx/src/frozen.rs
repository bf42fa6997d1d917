//! Data that cannot change any more, as memory: for what is larger than a packet.

use std::os::fd::AsFd;

use rustix::fs::{Mode, SealFlags};
use rustix::io::Errno;

use crate::handle::Handle;
use crate::vmo::{VmoError, VmoStep, sealable_memfd};

/// Memory that holds exactly `content` and cannot be written, grown or shrunk by anybody.
///
/// All who get a duplicate share a file offset; [`read_frozen`] needs none.
///
/// # Errors
///
/// See [`VmoError`].
pub fn freeze(name: &str, content: &[u8]) -> Result<Handle, VmoError> {
    let memory = Handle::from(sealable_memfd(name).map_err(VmoStep::Create.failed())?);
    rustix::fs::fchmod(&memory, Mode::RUSR).map_err(VmoStep::Mode.failed())?;
    let mut rest = content;
    while !rest.is_empty() {
        let written = rustix::io::retry_on_intr(|| rustix::io::write(&memory, rest));
        rest = &rest[written.map_err(VmoStep::Write.failed())?..];
    }
    let seals = SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL;
    rustix::fs::fcntl_add_seals(&memory, seals).map_err(VmoStep::Seal.failed())?;
    Ok(memory)
}

/// The first `size_bytes` of what a handle names, copied. Nothing happens to whoever reads what is
/// not frozen after all, but that it may be torn.
///
/// # Errors
///
/// `INVAL` when there is less, and what reading reports.
pub fn read_frozen(handle: &Handle, size_bytes: u64) -> Result<Vec<u8>, Errno> {
    let there = rustix::fs::fstat(handle)?.st_size;
    if u64::try_from(there).unwrap_or(0) < size_bytes {
        return Err(Errno::INVAL);
    }
    let mut content = vec![0; usize::try_from(size_bytes).map_err(|_| Errno::NOMEM)?];
    let mut at = 0;
    while at < content.len() {
        let offset = at as u64;
        let rest = &mut content[at..];
        match rustix::io::retry_on_intr(|| rustix::io::pread(handle.as_fd(), &mut *rest, offset))? {
            0 => return Err(Errno::INVAL),
            count => at += count,
        }
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frozen_data_can_be_read_and_not_changed() {
        let content: Vec<u8> = (0..100_000_u32).map(|number| number as u8).collect();
        let frozen = freeze("test", &content).unwrap();
        assert_eq!(read_frozen(&frozen, 100_000).unwrap(), content);
        assert_eq!(read_frozen(&frozen.duplicate().unwrap(), 10).unwrap(), content[..10]);
        assert_eq!(rustix::io::pwrite(&frozen, &[1], 0), Err(Errno::PERM));
        assert_eq!(rustix::fs::ftruncate(&frozen, 5), Err(Errno::PERM));
        assert_eq!(rustix::fs::ftruncate(&frozen, 200_000), Err(Errno::PERM));
    }

    #[test]
    fn more_than_there_is_cannot_be_read() {
        let frozen = freeze("test", &[1, 2, 3]).unwrap();
        assert_eq!(read_frozen(&frozen, 4), Err(Errno::INVAL));
        assert_eq!(read_frozen(&freeze("test", &[]).unwrap(), 0).unwrap(), []);
    }
}

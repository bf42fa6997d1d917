//! VMOs: what a handle is and what it allows (`linux-objects.md`, "VMO handles, rights and
//! lifetime"; `linux-platform.md` 1 and 3).

use std::io::pipe;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use rustix::fs::{FallocateFlags, MemfdFlags, Mode, OFlags, SealFlags};
use rustix::io::Errno;
use zx::{Access, Channel, Handle, Kind, MapError, Mapping, Memory, Vmo, VmoError, VmoStep};

#[test]
fn objects_vmo_is_sized_once_and_sealed() {
    let vmo = Vmo::create("sized", 10_000).unwrap();
    let seals = rustix::fs::fcntl_get_seals(&vmo).unwrap();
    assert!(seals.contains(SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL), "{seals:?}");
    assert!(!seals.intersects(SealFlags::WRITE | SealFlags::FUTURE_WRITE), "{seals:?}");

    let stat = rustix::fs::fstat(&vmo).unwrap();
    assert_eq!(stat.st_mode & 0o7777, 0o600);
    assert_eq!(stat.st_size, 10_000);
    assert_eq!(vmo.size_bytes(), 10_000);

    let writable = vmo.reopen(Access::ReadWrite).unwrap();
    for size in [0, 9_999, 10_001] {
        assert_eq!(rustix::fs::ftruncate(&writable, size), Err(Errno::PERM), "{size}");
    }
    let future_write = SealFlags::FUTURE_WRITE;
    assert_eq!(rustix::fs::fcntl_add_seals(&writable, future_write), Err(Errno::PERM));
}

#[test]
fn objects_a_handle_tells_what_it_allows() {
    let vmo = Vmo::create("access", 4096).unwrap();
    for access in [Access::ReadOnly, Access::ReadWrite] {
        let handle = vmo.reopen(access).unwrap();
        assert_eq!(handle.access().unwrap(), access);
        assert_eq!(handle.duplicate().unwrap().access().unwrap(), access);
    }
}

#[test]
fn objects_vmo_commits_all_its_pages() {
    let vmo = Vmo::create("committed", 1 << 20).unwrap();
    assert_eq!(rustix::fs::fstat(&vmo).unwrap().st_blocks, 0);
    vmo.commit().unwrap();
    assert_eq!(rustix::fs::fstat(&vmo).unwrap().st_blocks, (1 << 20) / 512);
    Vmo::create("empty", 0).unwrap().commit().unwrap();
}

#[test]
fn objects_vmo_that_cannot_be_made_says_at_which_step() {
    let cases = [
        (Vmo::create("nul\0inside", 1), VmoStep::Create),
        (Vmo::create(&"x".repeat(250), 1), VmoStep::Create),
        (Vmo::create("large", u64::MAX), VmoStep::Size),
    ];
    for (result, step) in cases {
        let VmoError { step: failed, errno } = result.unwrap_err();
        assert_eq!(failed, step, "{errno}");
    }
}

#[test]
fn objects_handle_has_an_open_file_description_and_rights_of_its_own() {
    let vmo = Vmo::create("rights", 4096).unwrap();
    let reader = vmo.reopen(Access::ReadOnly).unwrap();
    let writer = vmo.reopen(Access::ReadWrite).unwrap();
    let mode = |handle: &Handle| rustix::fs::fcntl_getfl(handle).unwrap() & OFlags::RWMODE;
    assert_eq!(mode(&reader), OFlags::RDONLY);
    assert_eq!(mode(&writer), OFlags::RDWR);
    for handle in [&reader, &writer] {
        let flags = rustix::io::fcntl_getfd(handle).unwrap();
        assert!(flags.contains(rustix::io::FdFlags::CLOEXEC));
    }
}

#[test]
fn objects_read_only_handle_cannot_change_memory() {
    let vmo = Vmo::create("read-only", 4096).unwrap();
    let reader = vmo.reopen(Access::ReadOnly).unwrap();
    let refused = Mapping::new(&reader, 4096, Access::ReadWrite).unwrap_err();
    assert_eq!(refused, MapError::AccessDenied);
    assert_eq!(rustix::io::pwrite(&reader, b"x", 0), Err(Errno::BADF));
    let punch = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
    assert_eq!(rustix::fs::fallocate(&reader, punch, 0, 4096), Err(Errno::BADF));

    let seen = Mapping::new(&reader, 4096, Access::ReadOnly).unwrap();
    let writer = vmo.reopen(Access::ReadWrite).unwrap();
    Mapping::new(&writer, 4096, Access::ReadWrite).unwrap().store_u8(7, 42).unwrap();
    assert_eq!(seen.load_u8(7), Ok(42));
}

#[test]
fn objects_identity_is_that_of_the_memory_and_not_of_the_handle() {
    let vmo = Vmo::create("one", 1).unwrap();
    let other = Vmo::create("other", 1).unwrap();
    let reader = vmo.reopen(Access::ReadOnly).unwrap();
    let writer = vmo.reopen(Access::ReadWrite).unwrap();
    assert_eq!(reader.identity().unwrap(), vmo.identity());
    assert_eq!(writer.duplicate().unwrap().identity().unwrap(), vmo.identity());
    assert_ne!(other.identity(), vmo.identity());
}

#[test]
fn platform_1_what_a_handle_is() {
    let memfd = |flags| rustix::fs::memfd_create("kind", flags).unwrap();
    let huge = MemfdFlags::CLOEXEC | MemfdFlags::HUGETLB | MemfdFlags::HUGE_2MB;
    let folder = rustix::fs::open("/", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).unwrap();
    let cases: [(OwnedFd, Kind); 5] = [
        (Channel::pair().unwrap().0.into(), Kind::Socket),
        (memfd(MemfdFlags::CLOEXEC), Kind::Memory(Memory::Memfd)),
        (memfd(huge), Kind::Memory(Memory::HugePages { page_bytes: 2 << 20 })),
        (pipe().unwrap().0.into(), Kind::Other),
        (folder, Kind::Other),
    ];
    for (fd, expected) in cases {
        assert_eq!(Handle::from(fd).kind().unwrap(), expected);
    }
    if let Some(secret) = memfd_secret() {
        assert_eq!(secret.kind().unwrap(), Kind::Memory(Memory::Secret));
    }
}

#[test]
fn objects_directory_on_a_tmpfs_is_no_memory() {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    // Where there is one: most systems have a tmpfs here.
    if let Ok(folder) = rustix::fs::open("/dev/shm", flags, Mode::empty()) {
        assert_eq!(Handle::from(folder).kind().unwrap(), Kind::Other);
    }
}

#[test]
fn objects_handle_shows_its_number() {
    let (reader, _writer) = pipe().unwrap();
    let number = std::os::fd::AsRawFd::as_raw_fd(&reader.as_fd());
    assert_eq!(format!("{:?}", Handle::from(OwnedFd::from(reader))), format!("Handle({number})"));
}

/// None where the kernel has it switched off.
fn memfd_secret() -> Option<Handle> {
    // SAFETY: memfd_secret takes flags and touches no memory of ours.
    let fd = unsafe { libc::syscall(libc::SYS_memfd_secret, libc::O_CLOEXEC) };
    let fd = i32::try_from(fd).ok().filter(|fd| *fd >= 0)?;
    // SAFETY: the kernel has just opened it for us.
    Some(unsafe { <OwnedFd as std::os::fd::FromRawFd>::from_raw_fd(fd) }.into())
}

#[test]
fn objects_a_lease_of_a_participant_holds_nobody_up() {
    let vmo = Vmo::create("leased", 4096).unwrap();
    let reader = vmo.reopen(Access::ReadOnly).unwrap();
    // SAFETY: both take integers; the kernel tells the holder of a lease by SIGIO, which would end
    // this process.
    let leased = unsafe {
        libc::signal(libc::SIGIO, libc::SIG_IGN);
        libc::fcntl(reader.as_raw_fd(), libc::F_SETLEASE, libc::F_RDLCK)
    };
    assert_eq!(leased, 0);
    let error = vmo.reopen(Access::ReadWrite).unwrap_err();
    assert_eq!((error.step, error.errno), (VmoStep::Lease, Errno::WOULDBLOCK));
    drop(reader);
    let writer = vmo.reopen(Access::ReadWrite).unwrap();
    let flags = rustix::fs::fcntl_getfl(&writer).unwrap();
    assert!(!flags.contains(OFlags::NONBLOCK), "{flags:?}");
}

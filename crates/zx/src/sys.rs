//! The system calls that `rustix` does not wrap, or wraps in a way that a hostile peer can abuse.
//!
//! | call | why not `rustix` 1.1 |
//! |---|---|
//! | `fcntl` with OFD locks, `kcmp` | not wrapped |
//! | `recvmsg` | skips control messages it does not know, and with `SCM_PIDFD` leaks a descriptor |
//! | `getpeername`, `getsockname` | panics on a peer bound to a path of 108 bytes |
//! | `SO_PEERCRED` | its pid is never zero, but the kernel says 0 for another pid namespace |
//! | `SO_PEERPIDFD` | not wrapped |

use std::io::IoSliceMut;
use std::mem::{MaybeUninit, offset_of, size_of};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use rustix::io::Errno;

/// What `recvmsg` reported.
pub(crate) struct RecvOutcome {
    /// Bytes of the packet that were stored.
    pub(crate) bytes: usize,
    /// Bytes of control data that were stored.
    pub(crate) control: usize,
    /// `MSG_TRUNC`, `MSG_CTRUNC` and others.
    pub(crate) flags: libc::c_int,
}

/// `recvmsg` with `MSG_DONTWAIT | MSG_CMSG_CLOEXEC`.
///
/// The caller owns every descriptor that the first `control` bytes of `control` tell of.
pub(crate) fn recvmsg(
    socket: BorrowedFd<'_>,
    bytes: &mut [u8],
    control: &mut [u64],
) -> Result<RecvOutcome, Errno> {
    let mut iov = [IoSliceMut::new(bytes)];
    let mut header = empty_msghdr();
    // `IoSliceMut` is documented to have the layout of `iovec`.
    header.msg_iov = iov.as_mut_ptr().cast();
    header.msg_iovlen = 1;
    header.msg_control = control.as_mut_ptr().cast();
    header.msg_controllen = size_of_val(control) as _;
    let flags = libc::MSG_DONTWAIT | libc::MSG_CMSG_CLOEXEC;
    // SAFETY: `header` points to one iovec and one control buffer, both exclusively borrowed for
    // the duration of the call and given with their true lengths; the kernel writes only there.
    let result = unsafe { libc::recvmsg(socket.as_raw_fd(), &mut header, flags) };
    let bytes = usize::try_from(result).map_err(|_| last_errno())?;
    Ok(RecvOutcome { bytes, control: header.msg_controllen as _, flags: header.msg_flags })
}

/// `getpeername` of a Unix socket: the raw bytes of `sun_path`, at most 108, none if unnamed.
pub(crate) fn peer_name(socket: BorrowedFd<'_>) -> Result<UnixName, Errno> {
    // SAFETY: `unix_name` gives the call room for an address, and its length.
    unix_name(|address, length| unsafe { libc::getpeername(socket.as_raw_fd(), address, length) })
}

/// `getsockname` of a Unix socket, in the same form.
pub(crate) fn own_name(socket: BorrowedFd<'_>) -> Result<UnixName, Errno> {
    // SAFETY: as in `peer_name`.
    unix_name(|address, length| unsafe { libc::getsockname(socket.as_raw_fd(), address, length) })
}

fn unix_name(
    call: impl FnOnce(*mut libc::sockaddr, *mut libc::socklen_t) -> libc::c_int,
) -> Result<UnixName, Errno> {
    let mut address = MaybeUninit::<libc::sockaddr_un>::zeroed();
    let mut length = size_of::<libc::sockaddr_un>() as libc::socklen_t;
    check(call(address.as_mut_ptr().cast(), &mut length))?;
    // SAFETY: zeroed before the call, so every byte is initialised, and any bytes are valid.
    let address = unsafe { address.assume_init() };
    if i32::from(address.sun_family) != libc::AF_UNIX {
        return Err(Errno::AFNOSUPPORT);
    }
    // The kernel reports the true length of an address that did not fit.
    let length = (length as usize).saturating_sub(offset_of!(libc::sockaddr_un, sun_path));
    let path = address.sun_path.map(|c| c as u8);
    Ok(UnixName { path, length: length.min(path.len()) })
}

/// The name of a socket, as the kernel stores it.
pub(crate) struct UnixName {
    path: [u8; 108],
    length: usize,
}

impl UnixName {
    /// The bytes, the leading NUL of an abstract name included.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.path[..self.length]
    }
}

/// `SO_PEERCRED`.
pub(crate) fn peer_credentials(socket: BorrowedFd<'_>) -> Result<libc::ucred, Errno> {
    let mut credentials = libc::ucred { pid: 0, uid: 0, gid: 0 };
    let mut length = size_of::<libc::ucred>() as libc::socklen_t;
    // SAFETY: `credentials` is `length` bytes of plain integers that the kernel may overwrite.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_PEERCRED,
            (&raw mut credentials).cast(),
            &mut length,
        )
    };
    check(result)?;
    Ok(credentials)
}

/// `SO_PEERPIDFD`.
pub(crate) fn peer_pidfd(socket: BorrowedFd<'_>) -> Result<OwnedFd, Errno> {
    let mut pidfd: libc::c_int = -1;
    let mut length = size_of::<libc::c_int>() as libc::socklen_t;
    // SAFETY: `pidfd` is `length` bytes of a plain integer that the kernel may overwrite.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_PEERPIDFD,
            (&raw mut pidfd).cast(),
            &mut length,
        )
    };
    check(result)?;
    // SAFETY: the kernel has just opened this descriptor for us, and nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(pidfd) })
}

/// Takes a shared lock on the byte at `offset` for the open file description of `fd`.
pub(crate) fn lock_byte(fd: BorrowedFd<'_>, offset: i64) -> Result<(), Errno> {
    let mut lock = lock_of(libc::F_RDLCK, offset, 1);
    fcntl_lock(fd, libc::F_OFD_SETLK, &mut lock)
}

/// Whether another open file description than that of `fd` holds a lock on any of the `length`
/// bytes at `offset`.
pub(crate) fn is_locked(fd: BorrowedFd<'_>, offset: i64, length: i64) -> Result<bool, Errno> {
    // A write lock conflicts with any other, so the kernel reports whichever it finds.
    let mut lock = lock_of(libc::F_WRLCK, offset, length);
    fcntl_lock(fd, libc::F_OFD_GETLK, &mut lock)?;
    Ok(i32::from(lock.l_type) != libc::F_UNLCK)
}

/// Whether two descriptors of this process are one open file description.
pub(crate) fn same_description(a: BorrowedFd<'_>, b: BorrowedFd<'_>) -> Result<bool, Errno> {
    const KCMP_FILE: libc::c_long = 0;
    let pid = libc::c_long::from(rustix::process::getpid().as_raw_nonzero().get());
    let (a, b) = (libc::c_long::from(a.as_raw_fd()), libc::c_long::from(b.as_raw_fd()));
    // SAFETY: kcmp takes five integers and touches no memory of ours.
    let order = unsafe { libc::syscall(libc::SYS_kcmp, pid, pid, KCMP_FILE, a, b) };
    if order < 0 { Err(last_errno()) } else { Ok(order == 0) }
}

fn empty_msghdr() -> libc::msghdr {
    // SAFETY: msghdr is integers and pointers; null pointers with zero lengths are valid for all.
    unsafe { MaybeUninit::<libc::msghdr>::zeroed().assume_init() }
}

fn lock_of(kind: libc::c_int, offset: i64, length: i64) -> libc::flock64 {
    libc::flock64 {
        l_type: kind as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: offset,
        l_len: length,
        // The kernel insists on 0 for OFD locks.
        l_pid: 0,
    }
}

fn fcntl_lock(
    fd: BorrowedFd<'_>,
    command: libc::c_int,
    lock: &mut libc::flock64,
) -> Result<(), Errno> {
    // SAFETY: both OFD commands take a pointer to one flock64, which `lock` exclusively is.
    check(unsafe { libc::fcntl(fd.as_raw_fd(), command, lock as *mut libc::flock64) })
}

fn check(result: libc::c_int) -> Result<(), Errno> {
    if result < 0 { Err(last_errno()) } else { Ok(()) }
}

fn last_errno() -> Errno {
    // An error without a number does not come out of a failed system call.
    Errno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(Errno::IO)
}

//! Whoever has started a daemon wants to know how far it is.

use std::env;
use std::io::{self, Write};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// Says that clients can connect: `ready` on standard output, and the word of the service manager's
/// protocol (`sd_notify`(3)) where there is one.
pub fn ready() {
    // Whoever started this without looking at its output is served all the same.
    let _ = writeln!(io::stdout(), "ready");
    notify("READY=1");
}

/// Says that the daemon is about to end.
pub fn stopping() {
    notify("STOPPING=1");
}

fn notify(state: &str) {
    if let Err(error) = try_notify(state) {
        tracing::warn!(%error, state, "the service manager cannot be told");
    }
}

fn try_notify(state: &str) -> io::Result<()> {
    let Some(path) = env::var_os("NOTIFY_SOCKET") else { return Ok(()) };
    let address = match path.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
        _ => SocketAddr::from_pathname(&path)?,
    };
    UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address).map(drop)
}

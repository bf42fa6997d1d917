//! Limits of the process.

use std::io;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the soft limit of open descriptors to the hard one and returns it; `u64::MAX` is "none".
///
/// In-flight descriptors count per user against the *sender's* limit (`linux-platform.md` 10), so
/// a server with a low limit can be silenced for everybody by clients that do not read.
///
/// # Errors
///
/// What `setrlimit` reports; the limit is then what it was.
pub fn raise_descriptor_limit() -> io::Result<u64> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?;
    }
    Ok(limit.maximum.unwrap_or(u64::MAX))
}

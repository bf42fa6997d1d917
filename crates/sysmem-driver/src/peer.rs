//! Who is at the other end of a connection.

use std::fmt;
use std::io;

use zx::{Channel, Credentials};

/// Whom the kernel names as the maker of the other end (`SO_PEERCRED`), however this end came here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub Credentials);

impl Peer {
    /// Who is at the other end of `channel`.
    ///
    /// # Errors
    ///
    /// None that is expected.
    pub fn of(channel: &Channel) -> io::Result<Self> {
        channel.peer_credentials().map(Self)
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Credentials { pid, uid, gid } = self.0;
        match pid {
            Some(pid) => write!(f, "process {pid} of user {uid}, group {gid}"),
            None => write!(f, "an invisible process of user {uid}, group {gid}"),
        }
    }
}

//! Waiting for the one signal of an eventpair.

use std::os::fd::AsFd;

use ::tokio::io::Interest;
use ::tokio::io::unix::AsyncFd;
use zx::EventPair;

use crate::error::Error;

/// Waits until the other end of an eventpair is closed: until weak handles are to be given up
/// ([`close_weak_asap`](crate::Buffer::close_weak_asap)), or what is tracked is gone
/// ([`track_lifetime`](crate::client::Collection::track_lifetime),
/// [`track_node`](crate::Node::track_node)). Can be dropped and called again.
///
/// # Errors
///
/// [`Error::System`].
///
/// # Panics
///
/// Outside of a tokio runtime, or without I/O enabled.
pub async fn peer_closed(pair: &EventPair) -> Result<(), Error> {
    // SAFETY: the descriptor is borrowed for longer than it is registered, so nothing closes it.
    let ready = unsafe { AsyncFd::register_with_interest(pair.as_fd(), Interest::READABLE) };
    let ready = ready.map_err(|error| Error::System(error.into()))?;
    while !pair.is_peer_closed().map_err(Error::System)? {
        ready.readable().await.map_err(Error::System)?.clear_ready();
    }
    Ok(())
}

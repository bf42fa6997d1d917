//! Closing what strangers have sent.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::mpsc::{self, Sender};
use std::thread;

/// Closes descriptors on a thread of its own.
///
/// The close of a descriptor that a client made, or of a socket in whose queue one is, may wait for
/// whoever it likes: a file system of the client's own, for instance. That must not hold up those
/// who have nothing to do with it.
#[derive(Clone, Debug)]
pub(crate) struct Undertaker(Sender<OwnedFd>);

impl Undertaker {
    /// Starts the thread. It ends with the last of these.
    ///
    /// # Errors
    ///
    /// When the process may have no more threads.
    pub(crate) fn spawn() -> io::Result<Self> {
        let (sender, receiver) = mpsc::channel::<OwnedFd>();
        let thread = thread::Builder::new().name("sysmem-closer".to_owned());
        thread.spawn(move || receiver.into_iter().for_each(drop))?;
        Ok(Self(sender))
    }

    /// Closes a descriptor soon.
    pub(crate) fn close(&self, descriptor: impl Into<OwnedFd>) {
        // The thread takes everything as long as there is one of these.
        let _ = self.0.send(descriptor.into());
    }
}

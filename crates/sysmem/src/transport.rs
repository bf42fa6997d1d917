//! What the typed wrappers need of a way to send requests.

use sysmem_fidl::Handle;
use zx::Channel;

use crate::diagnostics::Diagnostics;
use crate::error::Error;

/// A way to send requests and to wait for replies: [`Blocking`](crate::Blocking), or tokio's.
pub trait Transport: fidl::Caller<Handle = Handle, Sent = Result<(), Error>> + Sized {
    /// Speaks on this channel. `protocol` is a name for messages to people.
    ///
    /// # Errors
    ///
    /// [`Error::System`].
    fn over(channel: Channel, protocol: &'static str) -> Result<Self, Error>;

    /// The koid of the other end, if it says that it has one.
    fn peer_koid(&self) -> Option<zx::Koid>;

    /// Gives the channel back, once everything is sent.
    ///
    /// # Errors
    ///
    /// [`Error::Closed`].
    fn into_channel(self) -> Result<Channel, Error>;

    /// Changes what a reply will be, once it is there.
    fn map<T: 'static, U: 'static>(
        reply: Self::Reply<T>,
        then: impl FnOnce(T) -> Result<U, Error> + Send + 'static,
    ) -> Self::Reply<U>;

    /// Lets a reply that is a failure say more: why the collection that this is a channel of gets
    /// no buffers. Asks `diagnostics`, if there are any, after the failure and not before, and not
    /// for longer than a second.
    fn explained<T: 'static>(
        &self,
        reply: Self::Reply<T>,
        diagnostics: Option<&Diagnostics>,
    ) -> Self::Reply<T>;
}

//! Emptying a channel before it is closed.

use std::io;

use rustix::net::{Shutdown, shutdown, sockopt};

use super::Channel;
use crate::handle::Handle;
use crate::message::MessageBuffer;

impl Channel {
    /// Lets no more messages in at this end. What is queued can still be taken out, by
    /// [`Channel::take_queued`]. The peer does not see this as a close: it only cannot send.
    ///
    /// Closing a channel closes the descriptors in its queue, and closing some of those waits for
    /// whoever made them. So whoever has channels of strangers to close empties them first.
    ///
    /// # Errors
    ///
    /// What `shutdown` and `setsockopt` report, on a connected socket nothing that is expected.
    pub fn stop_receiving(&self) -> io::Result<()> {
        shutdown(self, Shutdown::Read)?;
        // Has every packet, also an empty one, come with control data: so it can be told from the
        // end of the queue.
        Ok(sockopt::set_socket_passcred(self, true)?)
    }

    /// After [`Channel::stop_receiving`]: the handles of the next message in the queue; `None` at
    /// its end. Those of the message before, if they are still in `buffer`, are closed.
    pub fn take_queued<'a>(&self, buffer: &'a mut MessageBuffer) -> Option<&'a mut Vec<Handle>> {
        buffer.handles.clear();
        let outcome = self.recv_packet(buffer).ok()?;
        // SAFETY: `recv_packet` had the kernel write this many bytes of control data just now, and
        // nobody has looked at the descriptors in it.
        unsafe { buffer.adopt_descriptors(outcome.control) };
        (outcome.bytes > 0 || outcome.control > 0).then_some(&mut buffer.handles)
    }
}

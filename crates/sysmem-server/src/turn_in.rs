//! The proof that a client end is that of a token (`linux-objects.md`, Token identity 3).

use sysmem_core::{ChannelId, Input};
use zx::{Channel, Nonce, SendError};

use crate::client_handle::ClientHandle;
use crate::dispatch::Receipt;
use crate::driver::Driver;

/// The most packets that are taken from a token while it is turned in. A socket holds some
/// hundreds; more can only come from somebody who keeps sending on a token that was given back.
const MAX_PACKETS: usize = 4096;

impl Driver {
    /// Feeds in what is queued on `token` up to the proof that `client_end` is its peer, and tells
    /// the core whether there was one.
    ///
    /// The proof goes through the client end, behind everything that was sent there before, so that
    /// nothing of it is overtaken (`sysmem2-protocols.md` 2.1).
    pub(crate) fn turn_in(&mut self, token: ChannelId, client_end: ClientHandle) {
        // What the token's messages bring about is done for the client that turns it in.
        let client = self.client;
        let client_end = client_end.into_channel();
        let proven = client_end.as_ref().is_some_and(|end| self.drain(token, end));
        self.client = client;
        self.feed(Input::TurnedIn { channel: token, proven });
        if let Some(client_end) = client_end {
            self.closer.close_unserved(client_end);
        }
    }

    /// Whether the nonce that is sent through `client_end` arrives on `token`.
    fn drain(&mut self, token: ChannelId, client_end: &Channel) -> bool {
        let nonce = Nonce::random();
        let mut sent = false;
        for _ in 0..MAX_PACKETS {
            if !sent {
                sent = match client_end.send(nonce.as_bytes(), &[]) {
                    Ok(()) => true,
                    // Full of requests that wait: read some, then try again.
                    Err(SendError::WouldBlock) => false,
                    Err(_) => return false,
                };
            }
            let Some(served) = self.objects.channels.get(token) else { return false };
            if served.deaf {
                return false;
            }
            match self.receiver.receive(token, served, Some(&nonce)) {
                Receipt::Proof => return true,
                // Sent, and not there: it went elsewhere. Not sent, and the queue is empty: what is
                // full is another socket. Questions are not asked on tokens.
                Receipt::Nothing | Receipt::Question(_) => return false,
                Receipt::Ignored => {}
                Receipt::Input(input) => self.feed_received(token, input),
            }
        }
        false
    }
}

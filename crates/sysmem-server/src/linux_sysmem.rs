//! The protocols that the server answers itself: what it tells about its own work.

use sysmem_core::{Breakage, ChannelId};
use sysmem_fidl::linux_sysmem::{DiagnosticsRequest, ExplainError};

use crate::driver::Driver;

/// A request of one of these protocols.
#[derive(Debug)]
pub(crate) enum Question {
    /// `linux.sysmem/Diagnostics`.
    Diagnostics(DiagnosticsRequest),
}

impl Driver {
    /// Answers, now or later.
    pub(crate) fn answer(&mut self, channel: ChannelId, question: Question) {
        let Question::Diagnostics(DiagnosticsRequest::Explain { responder, .. }) = question;
        let encoded = responder.encode(Err(ExplainError::NOT_FOUND), &mut self.encoder);
        self.send_answer(channel, encoded);
    }

    /// Sends what is in the encoder, or closes the channel if nothing is.
    fn send_answer(&mut self, channel: ChannelId, encoded: Result<(), fidl::EncodeError>) {
        match encoded {
            Ok(()) => self.send_encoded(channel),
            Err(error) => {
                tracing::error!(%error, client = self.client_pid(), "an answer cannot be made");
                self.break_off(channel, Breakage::Unservable);
            }
        }
    }
}

//! The protocols that the server answers itself: what it tells about its own work.

mod diagnostics;

use sysmem_core::{Breakage, ChannelId};
use sysmem_fidl::fuchsia_hardware_sysmem::DriverConnectorRequest;
use sysmem_fidl::linux_sysmem::{DiagnosticsRequest, InspectorRequest};

use crate::client_handle::ClientHandle;
use crate::driver::Driver;

/// A request of one of these protocols.
#[derive(Debug)]
pub(crate) enum Question {
    /// `linux.sysmem/Diagnostics`.
    Diagnostics(DiagnosticsRequest),
    /// `linux.sysmem/Inspector`.
    Inspector(InspectorRequest),
    /// `fuchsia.hardware.sysmem/DriverConnector`.
    DriverConnector(DriverConnectorRequest<ClientHandle>),
}

impl Driver {
    /// Answers, now or later.
    pub(crate) fn answer(&mut self, channel: ChannelId, question: Question) {
        match question {
            Question::Diagnostics(DiagnosticsRequest::Explain { payload, responder }) => {
                self.explain(channel, &payload, responder);
            }
            Question::Inspector(InspectorRequest::TakeSnapshot { responder }) => {
                self.take_snapshot(channel, responder);
            }
            Question::DriverConnector(request) => self.take_over(request),
        }
    }

    /// Sends what is in the encoder, or closes the channel if nothing is.
    pub(crate) fn send_answer(
        &mut self,
        channel: ChannelId,
        encoded: Result<(), fidl::EncodeError>,
    ) {
        match encoded {
            Ok(()) => self.send_encoded(channel),
            Err(error) => {
                tracing::error!(%error, client = self.client_pid(), "an answer cannot be made");
                self.break_off(channel, Breakage::Unservable);
            }
        }
    }
}

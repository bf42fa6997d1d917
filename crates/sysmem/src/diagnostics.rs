//! Asking the service why there are no buffers.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fidl::{Encoder, Protocol, Txid};
use sysmem_fidl::Handle;
use sysmem_fidl::linux_sysmem::{
    self, DiagnosticsExplainMethod, DiagnosticsExplainRequest, DiagnosticsMarker,
};
use zx::{Channel, Interest, Koid, MessageBuffer};

use crate::error::{AllocationFailure, Error};
use crate::packet::{self, Packet};

/// How long a failure waits for its explanation. A service that is asked to explain very much at
/// once takes longer, and then the error is told without.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where to ask why there are no buffers: the protocol `linux.sysmem/Diagnostics` of a service.
///
/// Allocators that were connected by a directory ask there by themselves, when something has
/// failed; others are told where by
/// [`with_diagnostics`](crate::client::Allocator::with_diagnostics). Nothing is asked as long as
/// nothing fails.
#[derive(Clone)]
pub struct Diagnostics(Arc<dyn Fn() -> io::Result<Channel> + Send + Sync>);

/// Why participants get no buffers: who conflicts with whom about what, and what would help.
/// Displays as a few lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation(linux_sysmem::Explanation);

impl Diagnostics {
    /// Asks the service in a directory.
    pub fn in_directory(directory: impl Into<PathBuf>) -> Self {
        let name = DiagnosticsMarker::DISCOVERABLE.unwrap_or("linux.sysmem.Diagnostics");
        let path = directory.into().join(name);
        Self::through(move || zx::connect(&path).map_err(io::Error::other))
    }

    /// Asks over the connections to the protocol that a function makes, one for each question. It
    /// may be called on any thread.
    pub fn through(connect: impl Fn() -> io::Result<Channel> + Send + Sync + 'static) -> Self {
        Self(Arc::new(connect))
    }

    /// Why a collection has failed, by its id. `None` if no service can be asked, if it knows of no
    /// such failure or does not tell this user, or if it takes longer than a second.
    pub fn explain_collection(&self, id: u64) -> Option<Explanation> {
        self.ask(DiagnosticsExplainRequest {
            buffer_collection_id: Some(id),
            ..DiagnosticsExplainRequest::default()
        })
    }

    /// As [`Diagnostics::explain_collection`], by the koid of the other end of one of the
    /// collection's channels, which can be closed.
    pub(crate) fn explain_channel(&self, koid: Koid) -> Option<Explanation> {
        self.ask(DiagnosticsExplainRequest {
            server_koid: Some(koid.get()),
            ..DiagnosticsExplainRequest::default()
        })
    }

    fn ask(&self, request: DiagnosticsExplainRequest) -> Option<Explanation> {
        let give_up_at = Instant::now() + PATIENCE;
        let channel = (self.0)().ok()?;
        let mut encoder = Encoder::new();
        let txid = Txid::new(1)?;
        fidl::encode_call::<DiagnosticsExplainMethod, Handle>(txid, request, &mut encoder).ok()?;
        packet::send(&channel, &encoder).ok()?;
        let mut buffer = MessageBuffer::new();
        loop {
            match packet::receive(&channel, &mut buffer).ok()? {
                Some(Packet::Reply { ordinal, body, mut handles, .. }) => {
                    type Explain = DiagnosticsExplainMethod;
                    let reply = fidl::decode_reply::<Explain, Handle>(ordinal, body, &mut handles);
                    return Some(Explanation(reply.ok()?.ok()?));
                }
                Some(Packet::Ignorable) => {}
                None => {
                    let left = give_up_at.checked_duration_since(Instant::now())?;
                    channel.wait(Interest::Readable, Some(left)).ok()?;
                }
            }
        }
    }
}

impl Explanation {
    /// All of it for people.
    pub fn text(&self) -> &str {
        self.0.text.as_deref().unwrap_or_default()
    }

    /// The id of the collection.
    pub fn collection_id(&self) -> u64 {
        self.0.buffer_collection_id.unwrap_or_default()
    }

    /// The same for programs: a finding for each combination of group children that was looked
    /// into, the preferred one first. Empty if the service had too much to explain at once.
    pub fn findings(&self) -> &[linux_sysmem::Finding] {
        self.0.findings.as_deref().unwrap_or_default()
    }

    /// As the service said it.
    pub fn into_inner(self) -> linux_sysmem::Explanation {
        self.0
    }
}

impl Error {
    /// Whether the service may know more about it. A channel that closes in the middle of a wait
    /// may have been that of a collection that failed just before.
    pub(crate) fn may_be_explained(&self) -> bool {
        match self {
            Self::Allocation { failure, explanation: None } => {
                use AllocationFailure::{NoCommonSettings, TooManyCombinations};
                matches!(failure, NoCommonSettings | TooManyCombinations)
            }
            Self::Closed { .. } => true,
            _ => false,
        }
    }

    /// The error, with the explanation if there is one.
    pub(crate) fn explained_by(self, explanation: Option<Explanation>) -> Self {
        let Some(explanation) = explanation else { return self };
        let failure = match self {
            Self::Allocation { failure, .. } => failure,
            _ => AllocationFailure::NoCommonSettings,
        };
        Self::Allocation { failure, explanation: Some(Box::new(explanation)) }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Diagnostics")
    }
}

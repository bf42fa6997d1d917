//! A question about a failure, before that is told.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use ::tokio::runtime::Handle;
use ::tokio::task::JoinHandle;

use super::Shared;
use crate::diagnostics::{Diagnostics, Explanation};
use crate::error::Error;

/// Where to ask if a reply is a failure, and about what.
pub(super) struct Inquiry {
    diagnostics: Diagnostics,
    shared: Arc<Shared>,
}

/// A question that is asked, on a thread where that may block: it can take a second, and runtimes
/// need not have a clock.
pub(super) struct Asking {
    /// What is told in the end. None afterwards.
    error: Option<Error>,
    answer: JoinHandle<Option<Explanation>>,
}

impl Inquiry {
    /// About the channel that `shared` speaks on.
    pub(super) fn new(diagnostics: &Diagnostics, shared: &Arc<Shared>) -> Self {
        Self { diagnostics: diagnostics.clone(), shared: Arc::clone(shared) }
    }

    /// Asks about an error.
    ///
    /// # Errors
    ///
    /// The error, if there is nothing to be learned about it.
    pub(super) fn start(self, error: Error) -> Result<Asking, Error> {
        let koid = if error.may_be_explained() { self.shared.peer_koid() } else { None };
        match (koid, Handle::try_current()) {
            (Some(koid), Ok(runtime)) => {
                let ask = move || self.diagnostics.explain_channel(koid);
                Ok(Asking { error: Some(error), answer: runtime.spawn_blocking(ask) })
            }
            _ => Err(error),
        }
    }
}

impl Asking {
    /// The error, explained if possible.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        let answer = ready!(Pin::new(&mut self.answer).poll(cx));
        let error = self.error.take().expect("a reply is polled once it is ready");
        // A runtime that is shut down asks nothing any more.
        Poll::Ready(error.explained_by(answer.unwrap_or_default()))
    }
}

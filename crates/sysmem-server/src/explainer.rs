//! Explains failures where nobody waits for it.
//!
//! To explain one failure can take half a second (`sysmem_core::FailedAllocation::explain`), so a
//! thread of its own does it, one after the other. It is started with the first failure.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

use sysmem_core::{Config, FailedAllocation};
use sysmem_fidl::linux_sysmem::Explanation;

use crate::explanation::in_full;
use crate::failures::FailureId;
use crate::mailbox::Mailbox;

/// The most failures that wait for the thread, and the most bytes that their constraints take
/// together. What fails beyond that is not explained.
const MAX_WAITING: usize = 16;
const MAX_WAITING_BYTES: usize = 16 << 20;

/// The way to the explaining thread. The thread ends with it.
#[derive(Debug)]
pub(crate) struct Explainer {
    config: Arc<Config>,
    mailbox: Arc<Mailbox>,
    backlog: Arc<Backlog>,
    /// None before the first failure.
    jobs: Option<SyncSender<Job>>,
}

/// What both sides know.
#[derive(Debug, Default)]
struct Backlog {
    bytes: AtomicUsize,
    /// Nobody is interested any more.
    is_over: AtomicBool,
}

#[derive(Debug)]
struct Job {
    id: FailureId,
    failure: Box<FailedAllocation>,
    bytes: usize,
}

/// Too much has failed at once, or there is no thread to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overloaded;

impl Explainer {
    /// `config` is that of the core whose failures these are. Explanations go to the mailbox.
    pub(crate) fn new(config: Config, mailbox: Arc<Mailbox>) -> Self {
        Self { config: Arc::new(config), mailbox, backlog: Arc::default(), jobs: None }
    }

    /// Has a failure explained.
    ///
    /// # Errors
    ///
    /// When it will not be.
    pub(crate) fn start(
        &mut self,
        id: FailureId,
        failure: Box<FailedAllocation>,
    ) -> Result<(), Overloaded> {
        let bytes = failure.bytes();
        // The loop alone adds, so that nothing can come in between.
        if self.backlog.bytes.load(Ordering::Relaxed) + bytes > MAX_WAITING_BYTES {
            return Err(Overloaded);
        }
        self.backlog.bytes.fetch_add(bytes, Ordering::Relaxed);
        let job = Job { id, failure, bytes };
        let sent = self.jobs().is_some_and(|jobs| jobs.try_send(job).is_ok());
        if !sent {
            self.backlog.bytes.fetch_sub(bytes, Ordering::Relaxed);
            return Err(Overloaded);
        }
        Ok(())
    }

    fn jobs(&mut self) -> Option<&SyncSender<Job>> {
        if self.jobs.is_none() {
            let (sender, receiver) = mpsc::sync_channel(MAX_WAITING);
            let (config, mailbox) = (Arc::clone(&self.config), Arc::clone(&self.mailbox));
            let backlog = Arc::clone(&self.backlog);
            let spawned = thread::Builder::new()
                .name("sysmem-explain".to_owned())
                .spawn(move || explain_all(&receiver, &config, &mailbox, &backlog));
            match spawned {
                Ok(_) => self.jobs = Some(sender),
                Err(error) => tracing::error!(%error, "there is no thread to explain failures"),
            }
        }
        self.jobs.as_ref()
    }
}

impl Drop for Explainer {
    fn drop(&mut self) {
        self.backlog.is_over.store(true, Ordering::Relaxed);
    }
}

fn explain_all(jobs: &Receiver<Job>, config: &Config, mailbox: &Mailbox, backlog: &Backlog) {
    for Job { id, failure, bytes } in jobs {
        if backlog.is_over.load(Ordering::Relaxed) {
            return;
        }
        let explanation = explain(config, &failure);
        drop(failure);
        backlog.bytes.fetch_sub(bytes, Ordering::Relaxed);
        mailbox.post(|letters| letters.explanations.push((id, explanation)));
    }
}

/// `None` if the core panics over it, which it does not.
fn explain(config: &Config, failure: &FailedAllocation) -> Option<Explanation> {
    let explain = || in_full(failure, &failure.explain(&config.environment()));
    panic::catch_unwind(AssertUnwindSafe(explain)).ok()
}

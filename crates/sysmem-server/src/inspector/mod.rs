//! `linux.sysmem/Inspector`: what there is, for people who look into the service.
//!
//! A snapshot takes two steps, neither of which holds up the loop. A [`Walk`] looks at everything, a
//! bounded part of it each turn. Then a thread of its own makes data of what was found. All who ask
//! while a snapshot is under way share the next one, so that any number of them costs no more than
//! one who asks again and again.

mod permission;
mod snapshot;
mod walk;

use std::collections::HashMap;
use std::fmt;
use std::mem;
use std::sync::Arc;
use std::thread;

use fidl::{EncodeError, Responder};
use sysmem_core::ChannelId;
use sysmem_fidl::linux_sysmem::{
    InspectError, InspectorTakeSnapshotMethod, InspectorTakeSnapshotResponse,
};
use zx::VmoError;

use crate::driver::{Driver, now};
use crate::mailbox::Mailbox;
pub(crate) use permission::Permission;
use walk::{Scenery, Sights, Walk};

/// `ZX_ERR_ACCESS_DENIED`.
const ACCESS_DENIED: i32 = -30;

/// Unanswered calls of one connection.
const CALLS_MAX: usize = 16;

/// Snapshots that are asked for, and how far the one at hand is.
#[derive(Debug)]
pub(crate) struct Inspector {
    /// Calls that the next snapshot answers.
    waiting: Calls,
    progress: Progress,
    mailbox: Arc<Mailbox>,
}

/// Calls by the connections that they came on.
type Calls = HashMap<ChannelId, Vec<Responder<InspectorTakeSnapshotMethod>>>;

#[derive(Debug)]
enum Progress {
    /// Nobody asks.
    Idle,
    /// There is more to be looked at.
    Looking { walk: Box<Walk>, calls: Calls },
    /// A thread is at work.
    Writing { calls: Calls },
}

/// A snapshot as memory that nobody can write.
#[derive(Debug)]
pub(crate) struct Written {
    memory: zx::Handle,
    size_bytes: u64,
}

/// Why there is no snapshot.
#[derive(Debug)]
pub(crate) enum WriteError {
    /// It cannot be encoded.
    Encode(EncodeError),
    /// There is no memory for it.
    Memory(VmoError),
}

impl Inspector {
    pub(crate) fn new(mailbox: Arc<Mailbox>) -> Self {
        Self { waiting: Calls::new(), progress: Progress::Idle, mailbox }
    }

    /// Whether the next turn has something to do.
    pub(crate) fn is_looking(&self) -> bool {
        match self.progress {
            Progress::Idle => !self.waiting.is_empty(),
            Progress::Looking { .. } => true,
            Progress::Writing { .. } => false,
        }
    }

    /// Makes data of what was found, elsewhere. `false`: there is no thread to be had.
    fn write(&self, sights: Sights) -> bool {
        let mailbox = Arc::clone(&self.mailbox);
        let thread = thread::Builder::new().name("sysmem-inspect".to_owned());
        let spawned = thread.spawn(move || {
            let written = snapshot::write(sights);
            mailbox.post(|letters| letters.snapshot = Some(written));
        });
        spawned.inspect_err(|error| tracing::warn!(%error, "no thread for a snapshot")).is_ok()
    }
}

impl Driver {
    /// Tells somebody who may not look that this is so.
    pub(crate) fn turn_away(&mut self, connection: zx::Channel) {
        tracing::info!(client = self.client_pid(), "somebody may not look into the service");
        if fidl::message::encode_epitaph(ACCESS_DENIED, &mut self.encoder).is_ok() {
            // Whoever does not read it finds the connection closed.
            let _ = connection.send(self.encoder.bytes(), &[]);
        }
        self.closer.close_unserved(connection);
    }

    /// Puts a call with those that wait.
    pub(crate) fn take_snapshot(
        &mut self,
        channel: ChannelId,
        responder: Responder<InspectorTakeSnapshotMethod>,
    ) {
        let calls = self.inspector.waiting.entry(channel).or_default();
        if calls.len() < CALLS_MAX {
            calls.push(responder);
        } else {
            let refused = Err(InspectError::TOO_MANY_CALLS);
            let encoded = responder.encode(refused, &mut self.encoder);
            self.send_answer(channel, encoded);
        }
    }

    /// Looks at some of what there is, if somebody asks.
    pub(crate) fn inspect_some(&mut self) {
        let Self { core, objects, failures, .. } = self;
        let scenery = Scenery { core, objects, failures };
        if let Progress::Idle = self.inspector.progress
            && !self.inspector.waiting.is_empty()
        {
            let walk = Box::new(Walk::begin(&scenery, now()));
            let calls = mem::take(&mut self.inspector.waiting);
            self.inspector.progress = Progress::Looking { walk, calls };
        }
        let Progress::Looking { walk, .. } = &mut self.inspector.progress else { return };
        if !walk.go_on(&scenery) {
            return;
        }
        let Progress::Looking { walk, calls } =
            mem::replace(&mut self.inspector.progress, Progress::Idle)
        else {
            return;
        };
        if self.inspector.write(walk.end(now())) {
            self.inspector.progress = Progress::Writing { calls };
        } else {
            self.answer_calls(calls, None);
        }
    }

    /// A snapshot is there, or is not.
    pub(crate) fn snapshot_written(&mut self, written: Result<Written, WriteError>) {
        self.client = None;
        let progress = mem::replace(&mut self.inspector.progress, Progress::Idle);
        if let Progress::Writing { calls } = progress {
            let written = written.inspect_err(|error| {
                tracing::warn!(%error, "no snapshot");
            });
            self.answer_calls(calls, written.ok());
        }
        self.pump();
    }

    fn answer_calls(&mut self, calls: Calls, written: Option<Written>) {
        for (channel, responders) in calls {
            for responder in responders {
                let answer = written.as_ref().and_then(|written| written.for_one().ok());
                let answer = answer.ok_or(InspectError::NO_RESOURCES);
                let encoded = responder.encode(answer, &mut self.encoder);
                self.send_answer(channel, encoded);
            }
        }
    }
}

impl Written {
    fn for_one(&self) -> std::io::Result<InspectorTakeSnapshotResponse<sysmem_fidl::Handle>> {
        Ok(InspectorTakeSnapshotResponse {
            snapshot: Some(self.memory.duplicate()?.into()),
            size_bytes: Some(self.size_bytes),
        })
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encode(error) => error.fmt(f),
            Self::Memory(error) => error.fmt(f),
        }
    }
}

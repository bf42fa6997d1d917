//! Requests that wait for the driver: in their order, so many, so long.

use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

use zx::Channel;

use crate::peer::Peer;
use crate::service::Service;

/// A connection that is to be handed on.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) service: Service,
    /// The end that the driver is to serve.
    pub(crate) end: Channel,
    /// Who is at the other end.
    pub(crate) peer: Peer,
    /// Set by the queue.
    pub(crate) deadline: Option<Instant>,
}

/// How many may wait, and how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) max_waiting: usize,
    pub(crate) max_wait: Duration,
}

/// The request for which there was no room.
#[derive(Debug)]
pub(crate) struct Overflow(pub(crate) Box<Request>);

/// A queue. All wait equally long, so whoever came first also expires first.
#[derive(Debug)]
pub(super) struct Waiting {
    queue: VecDeque<Request>,
    limits: Limits,
}

impl Waiting {
    pub(super) fn new(limits: Limits) -> Self {
        Self { queue: VecDeque::new(), limits }
    }

    pub(super) fn push(&mut self, mut request: Request) -> Result<(), Overflow> {
        if self.queue.len() >= self.limits.max_waiting {
            return Err(Overflow(Box::new(request)));
        }
        // A time too far away to be represented is for ever.
        request.deadline = Instant::now().checked_add(self.limits.max_wait);
        self.queue.push_back(request);
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Option<Request> {
        self.queue.pop_front()
    }

    /// Puts what was popped last to where it was.
    pub(super) fn put_back(&mut self, request: Request) {
        self.queue.push_front(request);
    }

    /// Takes out whoever has waited too long.
    pub(super) fn expired(&mut self, now: Instant) -> Vec<Request> {
        let is_over = |request: &Request| request.deadline.is_some_and(|at| at <= now);
        let count = self.queue.iter().take_while(|request| is_over(request)).count();
        self.queue.drain(..count).collect()
    }

    /// When the next one expires; `None`: never.
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.queue.front()?.deadline
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }
}

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("as many requests wait for the driver as may")
    }
}

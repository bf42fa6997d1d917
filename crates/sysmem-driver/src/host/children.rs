//! The hosts of single devices, as the bus sees them: started, listened to, started again.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mio::unix::SourceFd;
use mio::{Interest, Registry, Token};
use zx::{Channel, MessageBuffer, RecvError};

use crate::host::isolated::{Assignment, BOUND};
use crate::limits::{FIRST_REST, GOOD_RUN, HOST_END_WAIT, LONGEST_REST};

/// The host of one device.
#[derive(Debug)]
pub(super) struct Isolated {
    assignment: Assignment,
    restart: bool,
    state: State,
    rest: Duration,
    tokens: Tokens,
}

/// What the event loop calls the channels of a host.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tokens {
    pub(super) lifeline: Token,
    pub(super) proxy: Token,
}

#[derive(Debug)]
enum State {
    Running(Box<Running>),
    /// It has died, and is started again then.
    Resting {
        until: Instant,
    },
    /// It is not started again.
    Gone,
}

#[derive(Debug)]
struct Running {
    process: Child,
    lifeline: Channel,
    /// On which its proxies speak. Gone after nonsense.
    proxy: Option<Channel>,
    since: Instant,
    has_reported: bool,
}

/// What a host had to say, or what happened to it.
#[derive(Debug)]
pub(super) enum News {
    None,
    /// Its driver drives the device.
    Bound,
    /// It does not; the host ends.
    Refused(String),
    Died(ExitStatus),
}

impl Isolated {
    pub(super) fn new(assignment: Assignment, restart: bool, tokens: Tokens) -> Self {
        let state = State::Resting { until: Instant::now() };
        Self { assignment, restart, state, rest: FIRST_REST, tokens }
    }

    pub(super) fn name(&self) -> &str {
        &self.assignment.name
    }

    /// Whether it is not known yet what becomes of it.
    pub(super) fn is_starting(&self) -> bool {
        match &self.state {
            State::Running(running) => !running.has_reported,
            State::Resting { .. } | State::Gone => false,
        }
    }

    /// The channel on which its proxies speak.
    pub(super) fn proxy(&self) -> Option<&Channel> {
        match &self.state {
            State::Running(running) => running.proxy.as_ref(),
            State::Resting { .. } | State::Gone => None,
        }
    }

    /// When [`Isolated::start_if_due`] has something to do; `None`: not by itself.
    pub(super) fn next_start(&self) -> Option<Instant> {
        match self.state {
            State::Resting { until } => Some(until),
            State::Running(_) | State::Gone => None,
        }
    }

    /// Starts the process if it is time.
    pub(super) fn start_if_due(&mut self, command: &[OsString], registry: &Registry, now: Instant) {
        if self.next_start().is_none_or(|at| at > now) {
            return;
        }
        match self.start(command, registry, now) {
            Ok(running) => self.state = State::Running(Box::new(running)),
            Err(error) => {
                tracing::error!(device = self.name(), %error, "its host cannot be started");
                self.take_rest(now);
            }
        }
    }

    /// Reads what the host has to say. `None`-like news when there is nothing.
    pub(super) fn listen(
        &mut self,
        registry: &Registry,
        buffer: &mut MessageBuffer,
        now: Instant,
    ) -> News {
        let State::Running(running) = &mut self.state else { return News::None };
        match running.lifeline.recv(buffer) {
            Ok(message) if running.has_reported => {
                tracing::debug!(bytes = message.bytes.len(), "a host speaks twice");
                News::None
            }
            Ok(message) => {
                running.has_reported = true;
                if message.bytes == BOUND {
                    News::Bound
                } else {
                    let text = String::from_utf8_lossy(message.bytes).into_owned();
                    self.end(registry);
                    News::Refused(text)
                }
            }
            Err(RecvError::WouldBlock) => News::None,
            Err(_) => self.bury(registry, now),
        }
    }

    /// Ends the channel of its proxies.
    pub(super) fn drop_proxy(&mut self, registry: &Registry) {
        if let State::Running(running) = &mut self.state
            && let Some(proxy) = running.proxy.take()
        {
            deregister(&proxy, registry);
        }
    }

    /// Tells the host to end, and waits for it, but not for ever.
    pub(super) fn end(&mut self, registry: &Registry) {
        let State::Running(running) = std::mem::replace(&mut self.state, State::Gone) else {
            return;
        };
        let mut process = running.release(registry);
        let deadline = Instant::now() + HOST_END_WAIT;
        while let Ok(None) = process.try_wait() {
            if Instant::now() >= deadline {
                tracing::warn!(device = self.name(), "its host does not end, and is killed");
                kill(&mut process);
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn start(
        &self,
        command: &[OsString],
        registry: &Registry,
        now: Instant,
    ) -> io::Result<Running> {
        let (program, arguments) =
            command.split_first().ok_or(io::Error::from(io::ErrorKind::InvalidInput))?;
        let (lifeline, theirs) = Channel::pair()?;
        let (proxy, calls) = match self.assignment.sysmem_proxy {
            Some(_) => Channel::pair().map(|(proxy, calls)| (Some(proxy), Some(calls)))?,
            None => (None, None),
        };
        let text = toml::to_string(&self.assignment).map_err(io::Error::other)?;
        let calls: Vec<_> = calls.iter().map(AsFd::as_fd).collect();
        lifeline.send(text.as_bytes(), &calls).map_err(io::Error::other)?;
        registry.register(
            &mut SourceFd(&lifeline.as_raw_fd()),
            self.tokens.lifeline,
            Interest::READABLE,
        )?;
        if let Some(proxy) = &proxy {
            let mut source = SourceFd(&proxy.as_raw_fd());
            registry.register(&mut source, self.tokens.proxy, Interest::READABLE)?;
        }
        let process = Command::new(program)
            .args(arguments)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            // A signal from the terminal is for the bus, which ends its hosts in its own order.
            .process_group(0)
            .spawn()?;
        tracing::info!(device = self.name(), pid = process.id(), "its host has started");
        Ok(Running { process, lifeline, proxy, since: now, has_reported: false })
    }

    /// The process has gone, or is of no use any more.
    fn bury(&mut self, registry: &Registry, now: Instant) -> News {
        let State::Running(running) = std::mem::replace(&mut self.state, State::Gone) else {
            return News::None;
        };
        if now.saturating_duration_since(running.since) >= GOOD_RUN {
            self.rest = FIRST_REST;
        }
        let mut process = running.release(registry);
        // Its end of the lifeline is closed. Should it live on all the same, nothing can be said to
        // it any more.
        let status = kill(&mut process);
        if self.restart {
            self.take_rest(now);
        }
        status.map_or(News::None, News::Died)
    }

    fn take_rest(&mut self, now: Instant) {
        self.state = State::Resting { until: now + self.rest };
        self.rest = (self.rest * 2).min(LONGEST_REST);
    }
}

impl Running {
    /// Closes the channels, which tells the process to end.
    fn release(self, registry: &Registry) -> Child {
        deregister(&self.lifeline, registry);
        if let Some(proxy) = &self.proxy {
            deregister(proxy, registry);
        }
        self.process
    }
}

fn deregister(channel: &Channel, registry: &Registry) {
    // It is registered, so there is nothing that could fail.
    let _ = registry.deregister(&mut SourceFd(&channel.as_raw_fd()));
}

fn kill(process: &mut Child) -> Option<ExitStatus> {
    // It may have ended already.
    let _ = process.kill();
    process.wait().ok()
}

impl fmt::Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("nothing new"),
            Self::Bound => f.write_str("its driver drives it, in a host of its own"),
            Self::Refused(reason) => write!(f, "no driver: {reason}"),
            Self::Died(status) => write!(f, "its host has ended: {status}"),
        }
    }
}

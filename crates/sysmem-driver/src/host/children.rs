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
use crate::limits::{BIND_WAIT, FIRST_REST, GOOD_RUN, LONGEST_REST};

/// How often it is looked whether a host has ended.
const END_LOOK: Duration = Duration::from_millis(5);

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
    report: Report,
}

/// Whether it is known what became of a driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Report {
    /// Others wait for it.
    Awaited,
    /// It takes its time, and nobody waits any more.
    Overdue,
    /// It drives its device.
    Here,
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
            State::Running(running) => running.report == Report::Awaited,
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

    /// When [`Isolated::look`] has something to do; `None`: not by itself.
    pub(super) fn next_look(&self) -> Option<Instant> {
        match &self.state {
            State::Resting { until } => Some(*until),
            State::Running(running) if running.report == Report::Awaited => {
                Some(running.since + BIND_WAIT)
            }
            State::Running(_) | State::Gone => None,
        }
    }

    /// Starts the process, or stops waiting for its driver, if it is time.
    pub(super) fn look(&mut self, command: &[OsString], registry: &Registry, now: Instant) {
        if self.next_look().is_none_or(|at| at > now) {
            return;
        }
        if let State::Running(running) = &mut self.state {
            running.report = Report::Overdue;
            tracing::warn!(
                device = self.name(),
                "its driver is still binding; nobody waits for it"
            );
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
            Ok(message) if running.report == Report::Here => {
                tracing::debug!(bytes = message.bytes.len(), "a host speaks twice");
                News::None
            }
            Ok(message) => {
                running.report = Report::Here;
                if message.bytes == BOUND {
                    News::Bound
                } else {
                    let text = String::from_utf8_lossy(message.bytes).into_owned();
                    self.restart = false;
                    self.bury(registry, now);
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

    /// Tells the host to end, and does not wait for it.
    pub(super) fn tell_to_end(&mut self, registry: &Registry) -> Option<Ending> {
        match std::mem::replace(&mut self.state, State::Gone) {
            State::Running(running) => {
                Some(Ending { device: self.name().to_owned(), process: running.release(registry) })
            }
            State::Resting { .. } | State::Gone => None,
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
        Ok(Running { process, lifeline, proxy, since: now, report: Report::Awaited })
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

/// A host that was told to end.
#[derive(Debug)]
pub(super) struct Ending {
    device: String,
    process: Child,
}

impl Ending {
    /// Waits until it has, and kills it if it has not by then.
    pub(super) fn wait(mut self, deadline: Instant) {
        while let Ok(None) = self.process.try_wait() {
            if Instant::now() >= deadline {
                tracing::warn!(device = self.device, "its host does not end, and is killed");
                kill(&mut self.process);
                return;
            }
            thread::sleep(END_LOOK);
        }
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

//! The host of the platform bus.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, TrySendError};
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token, Waker};
use zx::{Channel, MessageBuffer};

use crate::driver::SysmemProvider;
use crate::host::children::{Isolated, News, Tokens};
use crate::host::config::{BusConfig, DeviceConfig, Placement, SysmemHome};
use crate::host::device::{Device, Place};
use crate::host::error::HostError;
use crate::host::isolated::{Assignment, Kind};
use crate::host::library::{Bound, LoadedDriver};
use crate::host::proxy_channel::{self, Reason, Receipt};
use crate::host::registry::Registry;
use crate::limits::{
    DEFAULT_MAX_WAIT, DEFAULT_MAX_WAITING, HOST_END_WAIT, MAX_HANDED_OVER, PER_TURN,
};
use crate::peer::Peer;
use crate::service::Service;
use crate::status::Status;
use crate::undertaker::Undertaker;
use crate::uplink::{self, Limits, Request, Uplink};

const WAKE: Token = Token(0);
const CONNECTION: Token = Token(1);
const WATCH: Token = Token(2);
/// Each host of a device has two tokens from here on: its lifeline, and the channel of its proxies.
const FIRST_HOST: usize = 16;

/// How many events are fetched at once.
const EVENTS_PER_TURN: usize = 128;

/// A process with drivers in it, and processes below it with one driver each.
pub struct DevHost {
    poll: Poll,
    bell: Arc<Bell>,
    registry: &'static Registry,
    /// In the order in which they were bound.
    bound: Vec<Bound>,
    isolated: Vec<Isolated>,
    /// What starts the host of one device.
    command: Vec<OsString>,
    remote: Option<Remote>,
    /// Hosts whose proxies may have said more.
    ready: Vec<usize>,
    buffer: MessageBuffer,
    undertaker: Undertaker,
}

/// Sysmem in another process.
struct Remote {
    uplink: Uplink,
    handed_over: Receiver<(Service, Channel)>,
}

/// Stops a [`DevHost`], from any thread.
#[derive(Clone)]
pub struct HostStopper(Arc<Bell>);

struct Bell {
    stop: AtomicBool,
    waker: Waker,
}

impl DevHost {
    /// Loads and binds the drivers of the bus's host, and starts the hosts of the others. `command`
    /// is a program with arguments that calls [`run_isolated`](crate::host::run_isolated).
    ///
    /// A driver that does not drive its device is logged, and the others go on.
    ///
    /// # Errors
    ///
    /// See [`HostError`]; among the reasons: a driver that cannot be loaded.
    pub fn start(config: &BusConfig, command: Vec<OsString>) -> Result<Self, HostError> {
        if let Err(error) = zx::raise_descriptor_limit() {
            tracing::warn!(%error, "cannot raise the limit of open descriptors");
        }
        let poll = Poll::new().map_err(HostError::EventLoop)?;
        let waker = Waker::new(poll.registry(), WAKE).map_err(HostError::EventLoop)?;
        let mut host = Self {
            poll,
            bell: Arc::new(Bell { stop: AtomicBool::new(false), waker }),
            registry: Registry::new(),
            bound: Vec::new(),
            isolated: Vec::new(),
            command,
            remote: None,
            ready: Vec::new(),
            buffer: MessageBuffer::new(),
            undertaker: Undertaker::spawn().map_err(HostError::EventLoop)?,
        };
        match &config.sysmem {
            Some(SysmemHome::Bus(driver)) => {
                host.bind_here(driver, Place::OfBus(host.registry))?;
            }
            Some(SysmemHome::Own { driver, node }) => {
                host.isolate(driver, Kind::OfBus, None);
                host.reach(node.clone()).map_err(HostError::EventLoop)?;
            }
            Some(SysmemHome::Elsewhere(socket)) => {
                host.reach(socket.clone()).map_err(HostError::EventLoop)?;
            }
            None => {}
        }
        for device in &config.devices {
            match (device.host, device.is_below_bus) {
                (Placement::Bus, true) => host.bind_here(device, Place::Below(host.registry))?,
                (Placement::Bus, false) => host.bind_here(device, Place::Elsewhere)?,
                (Placement::Own, is_below) => {
                    let kind = if is_below { Kind::Below } else { Kind::Elsewhere };
                    let proxy = config.proxy.clone().filter(|_| device.wants_sysmem);
                    host.isolate(device, kind, proxy);
                }
            }
        }
        host.look_at_isolated(Instant::now());
        Ok(host)
    }

    /// What stops the host while it runs.
    pub fn stopper(&self) -> HostStopper {
        HostStopper(Arc::clone(&self.bell))
    }

    /// Serves its drivers until it is stopped. Calls `ready` once it is known of every device whether
    /// it has a driver. At the end drivers are released in the reverse order of binding, those in
    /// hosts of their own first.
    ///
    /// # Errors
    ///
    /// See [`HostError`].
    pub fn run(mut self, ready: impl FnOnce()) -> Result<(), HostError> {
        let mut events = Events::with_capacity(EVENTS_PER_TURN);
        let mut ready = Some(ready);
        let result = loop {
            if !self.isolated.iter().any(Isolated::is_starting)
                && let Some(ready) = ready.take()
            {
                ready();
            }
            match self.poll.poll(&mut events, self.timeout()) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                    break Err(HostError::Wait(error));
                }
                _ => {}
            }
            if self.bell.stop.load(Ordering::Acquire) {
                break Ok(());
            }
            let now = Instant::now();
            for event in &events {
                self.wake(event.token(), now);
            }
            for number in std::mem::take(&mut self.ready) {
                self.serve_proxy(number);
            }
            self.look_at_isolated(now);
            self.drive_remote();
        };
        let registry = self.poll.registry();
        let told = self.isolated.iter_mut().rev();
        let ending: Vec<_> = told.filter_map(|isolated| isolated.tell_to_end(registry)).collect();
        let deadline = Instant::now() + HOST_END_WAIT;
        ending.into_iter().for_each(|host| host.wait(deadline));
        if let Some(remote) = &mut self.remote {
            remote.uplink.shut_down();
        }
        while let Some(bound) = self.bound.pop() {
            drop(bound);
        }
        result
    }

    /// Loads a driver into this process and has it drive a device.
    fn bind_here(&mut self, config: &DeviceConfig, place: Place) -> Result<(), HostError> {
        let driver = LoadedDriver::load(&config.library).map_err(HostError::Load)?;
        let device = Device::new(&config.name, &config.properties, place);
        match driver.bind(device) {
            Ok(bound) => {
                tracing::info!(device = device.name(), driver = driver.name(), "bound");
                self.bound.push(bound);
            }
            Err(error) => {
                let (device, driver) = (device.name(), driver.name());
                tracing::error!(device, driver, "no driver: {error}");
            }
        }
        Ok(())
    }

    /// Has a process of its own for a device, from the next [`DevHost::look_at_isolated`] on.
    fn isolate(&mut self, config: &DeviceConfig, kind: Kind, sysmem_proxy: Option<PathBuf>) {
        let assignment = Assignment {
            name: config.name.clone(),
            library: config.library.clone(),
            kind,
            sysmem_proxy,
            properties: config.properties.clone(),
        };
        let first = FIRST_HOST + 2 * self.isolated.len();
        let tokens = Tokens { lifeline: Token(first), proxy: Token(first + 1) };
        self.isolated.push(Isolated::new(assignment, config.restart, tokens));
    }

    /// Offers a sysmem that is in another process, whose `DriverConnector` is at `node`.
    fn reach(&mut self, node: PathBuf) -> io::Result<()> {
        let max_waiting = usize::try_from(DEFAULT_MAX_WAITING).unwrap_or(usize::MAX);
        let limits = Limits { max_waiting, max_wait: DEFAULT_MAX_WAIT };
        let registry = self.poll.registry().try_clone()?;
        let tokens = uplink::Tokens { connection: CONNECTION, watch: WATCH };
        let uplink = Uplink::new(node, limits, registry, tokens, self.undertaker.clone());
        let (sender, handed_over) = mpsc::sync_channel(MAX_HANDED_OVER);
        for service in Service::ALL {
            let (sender, bell) = (sender.clone(), Arc::clone(&self.bell));
            let provider = SysmemProvider::new(service, move |end| {
                sender.try_send((service, end)).map_err(|error| match error {
                    TrySendError::Full(_) => Status::NO_RESOURCES,
                    TrySendError::Disconnected(_) => Status::NOT_SUPPORTED,
                })?;
                bell.ring();
                Ok(())
            });
            let (number, protocol) = provider.raw();
            // The first to be offered.
            let offered = self.registry.offer(number, protocol);
            debug_assert_eq!(offered, Ok(()));
        }
        self.remote = Some(Remote { uplink, handed_over });
        Ok(())
    }

    fn timeout(&self) -> Option<Duration> {
        if !self.ready.is_empty() {
            return Some(Duration::ZERO);
        }
        let starts = self.isolated.iter().filter_map(Isolated::next_look);
        let uplink = self.remote.as_ref().and_then(|remote| remote.uplink.next_deadline());
        let next = starts.chain(uplink).min()?;
        Some(next.saturating_duration_since(Instant::now()))
    }

    fn wake(&mut self, token: Token, now: Instant) {
        match token {
            WAKE => {}
            CONNECTION => {
                self.remote.iter_mut().for_each(|remote| remote.uplink.wake_connection());
            }
            WATCH => self.remote.iter_mut().for_each(|remote| remote.uplink.wake_watch(now)),
            Token(number) => {
                let Some(number) = number.checked_sub(FIRST_HOST) else { return };
                if number % 2 == 0 {
                    self.listen(number / 2, now);
                } else {
                    self.ready.push(number / 2);
                }
            }
        }
    }

    fn listen(&mut self, number: usize, now: Instant) {
        loop {
            let Some(isolated) = self.isolated.get_mut(number) else { return };
            let news = isolated.listen(self.poll.registry(), &mut self.buffer, now);
            let device = isolated.name();
            match &news {
                News::None => return,
                News::Bound => tracing::info!(device, "{news}"),
                News::Refused(_) => tracing::error!(device, "{news}"),
                News::Died(_) => tracing::warn!(device, "{news}"),
            }
        }
    }

    fn serve_proxy(&mut self, number: usize) {
        for _ in 0..PER_TURN {
            let Some(isolated) = self.isolated.get_mut(number) else { return };
            let Some(proxy) = isolated.proxy() else { return };
            let receipt =
                proxy_channel::serve(proxy, self.registry, &mut self.buffer, &self.undertaker);
            match receipt {
                Receipt::Nothing => return,
                Receipt::Done(result) => {
                    let result = result.map_or_else(|status| status.to_string(), |()| "OK".into());
                    tracing::info!(device = isolated.name(), result, "a proxied connection");
                }
                Receipt::End(reason) => {
                    if reason != Reason::Closed {
                        let device = isolated.name();
                        tracing::warn!(device, "the channel of its proxy is closed: {reason}");
                    }
                    return isolated.drop_proxy(self.poll.registry());
                }
            }
        }
        self.ready.push(number);
    }

    /// Starts the hosts that are due.
    fn look_at_isolated(&mut self, now: Instant) {
        for isolated in &mut self.isolated {
            isolated.look(&self.command, self.poll.registry(), now);
        }
    }

    fn drive_remote(&mut self) {
        let Some(Remote { uplink, handed_over }) = &mut self.remote else { return };
        for (service, end) in handed_over.try_iter() {
            let Ok(peer) = Peer::of(&end) else { continue };
            let request = Request { service, end, peer, deadline: None };
            if let Err(overflow) = uplink.push(request) {
                tracing::warn!(%peer, "closed: {overflow}");
            }
        }
        uplink.drive(Instant::now());
    }
}

impl Bell {
    fn ring(&self) {
        if let Err(error) = self.waker.wake() {
            tracing::warn!(%error, "cannot wake the event loop");
        }
    }
}

impl HostStopper {
    /// Makes [`DevHost::run`] return soon. More than once is as good as once.
    pub fn stop(&self) {
        self.0.stop.store(true, Ordering::Release);
        self.0.ring();
    }
}

impl fmt::Debug for DevHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevHost").field("isolated", &self.isolated).finish_non_exhaustive()
    }
}

impl fmt::Debug for HostStopper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HostStopper")
    }
}

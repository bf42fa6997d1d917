//! Drives the core: feeds it what happened, does what it says.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use sysmem_core::{AllocationId, ChannelId, ChannelKind, Core, HeapFailure, Input, Instant, Reply};
use sysmem_fidl::Handle;
use zx::Credentials;

use crate::buffer_quota::BufferQuota;
use crate::buffers::{BufferId, Buffers, Loss};
use crate::channels::Channels;
use crate::client_handle::{ClientHandle, Gatekeeper};
use crate::closer::{Closed, Closer};
use crate::config::ServerConfig;
use crate::containment::{Outcome, contain};
use crate::discoverable::Discoverable;
use crate::dispatch::{Receipt, Receiver};
use crate::explainer::Explainer;
use crate::failures::Failures;
use crate::heaps::Heaps;
use crate::inspector::{Inspector, Permission};
use crate::mailbox::Mailbox;
use crate::node_refs::NodeRefs;
use crate::objects::Objects;
use crate::outbox::{self, Outbox, Posted};
use crate::service::{self, ConnectionIds, Service};
use crate::sinks::Sinks;

/// How many packets of one channel are handled before the others have their turn.
pub(crate) const PACKETS_PER_TURN: usize = 16;

/// The core, and all that it needs to live.
pub(crate) struct Driver {
    pub(crate) core: Core<ClientHandle>,
    pub(crate) objects: Objects,
    pub(crate) receiver: Receiver,
    pub(crate) encoder: fidl::Encoder<Handle>,
    pub(crate) outbox: Outbox,
    pub(crate) heaps: Heaps,
    pub(crate) buffer_quota: BufferQuota,
    pub(crate) inspector: Inspector,
    may_inspect: Permission,
    pub(crate) failures: Failures,
    pub(crate) explainer: Explainer,
    pub(crate) closer: Closer,
    /// Who is being served: the client of the channel whose packet is being handled. Channels that
    /// come of it are that client's, too.
    pub(crate) client: Option<Credentials>,
    /// Channels that may have packets, in the order of their turns.
    ready: VecDeque<ChannelId>,
    /// For connections that are none of the core's business.
    pub(crate) connection_ids: ConnectionIds,
    pub(crate) sinks: Sinks,
    /// Events of buffers were left unread.
    more_buffer_events: bool,
}

impl Driver {
    /// # Errors
    ///
    /// When descriptors ran out, or the process may have no more threads.
    pub(crate) fn new(
        config: ServerConfig,
        registry: &mio::Registry,
        mailbox: Arc<Mailbox>,
    ) -> io::Result<(Self, Closed)> {
        let (closer, closed) = Closer::spawn()?;
        let core_config = sysmem_core::Config {
            heaps: config.catalog(),
            format_costs: config.format_costs,
            page_size_bytes: rustix::param::page_size() as u64,
            first_collection_id: first_collection_id(),
        };
        let driver = Self {
            explainer: Explainer::new(core_config.clone(), Arc::clone(&mailbox)),
            failures: Failures::default(),
            core: Core::new(core_config),
            objects: Objects {
                channels: Channels::new(registry.try_clone()?, closer.clone()),
                buffers: Buffers::new(close_watch(), closer.clone()),
                node_refs: NodeRefs::default(),
            },
            receiver: Receiver::new(Gatekeeper::new(closer.clone())?),
            encoder: fidl::Encoder::new(),
            outbox: Outbox::default(),
            heaps: Heaps::new(config.heaps, Arc::clone(&mailbox)),
            buffer_quota: BufferQuota::new(),
            inspector: Inspector::new(mailbox),
            may_inspect: Permission::new(config.inspector_users),
            closer,
            client: None,
            ready: VecDeque::new(),
            connection_ids: ConnectionIds::default(),
            sinks: Sinks::default(),
            more_buffer_events: false,
        };
        Ok((driver, closed))
    }

    /// Serves a connection to a protocol.
    pub(crate) fn accept(&mut self, protocol: Discoverable, connection: zx::Channel) {
        self.client = connection.peer_credentials().ok();
        let (channel, service) = match protocol {
            Discoverable::Allocator => (self.core.accept(), Service::Core(ChannelKind::Allocator)),
            Discoverable::AllocatorV1 => {
                (self.core.accept(), Service::Core(ChannelKind::AllocatorV1))
            }
            Discoverable::Diagnostics => (self.connection_ids.draw(), Service::Diagnostics),
            Discoverable::Inspector if !self.may_inspect.covers(self.client) => {
                return self.turn_away(connection);
            }
            Discoverable::Inspector => (self.connection_ids.draw(), Service::Inspector),
            Discoverable::DriverConnector => (self.connection_ids.draw(), Service::DriverConnector),
        };
        if let Err(error) = self.objects.channels.serve(channel, service, connection, self.client) {
            tracing::warn!(%error, client = self.client_pid(), "a connection is not served");
            self.feed(Input::Closed(channel));
            self.pump();
        }
    }

    /// There may be packets on a channel.
    pub(crate) fn wake(&mut self, channel: ChannelId) {
        if let Some(served) = self.objects.channels.get_mut(channel)
            && !served.queued
        {
            served.queued = true;
            self.ready.push_back(channel);
        }
    }

    /// The kernel has something to tell about buffers.
    pub(crate) fn wake_buffers(&mut self) {
        self.more_buffer_events = true;
    }

    /// A slow heap has finished.
    pub(crate) fn allocated(
        &mut self,
        allocation: AllocationId,
        result: Result<Vec<zx::Vmo>, HeapFailure>,
    ) {
        self.client = None;
        self.finish_allocation(allocation, result);
        self.pump();
    }

    /// One turn: some packets of each channel that has any, and whatever time has brought.
    pub(crate) fn turn(&mut self) {
        for _ in 0..self.ready.len() {
            let Some(channel) = self.ready.pop_front() else { break };
            self.read_some(channel);
        }
        self.client = None;
        self.retry_sending();
        self.look_at_buffers();
        if self.core.next_deadline().is_some_and(|deadline| deadline <= now()) {
            self.feed(Input::Tick);
        }
        self.inspect_some();
        self.pump();
        self.closer.flush();
    }

    /// When the next turn is due if nothing happens; `None`: never.
    pub(crate) fn next_turn(&self) -> Option<Instant> {
        if !self.ready.is_empty() || self.more_buffer_events || self.inspector.is_looking() {
            return Some(Instant(i64::MIN));
        }
        [self.core.next_deadline(), self.objects.buffers.next_look(), self.outbox.next_attempt()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Fails every collection and closes every channel.
    pub(crate) fn shut_down(&mut self) {
        self.client = None;
        if contain(&mut self.core, None, Core::shut_down) != Outcome::Handled {
            tracing::error!("the core panicked while it was shutting down");
        }
        self.pump();
        for channel in self.objects.channels.ids() {
            self.close(channel);
        }
        self.objects.buffers.end();
    }

    /// Feeds one input to the core. Its effects wait for [`Driver::pump`].
    ///
    /// The core does not panic; if it does all the same, one collection fails and the others go on.
    pub(crate) fn feed(&mut self, input: Input<ClientHandle>) {
        let subject = self.core.subject(&input);
        let channel = input.channel();
        let objects = &self.objects;
        let outcome = contain(&mut self.core, subject, |core| core.handle(now(), input, objects));
        match outcome {
            Outcome::Handled => {}
            Outcome::Abandoned => {
                let (channel, client) = (channel.map(|id| id.0), self.client_pid());
                tracing::error!(channel, client, ?subject, "the core panicked, and gave up");
            }
            Outcome::Stuck => {
                let client = self.client_pid();
                tracing::error!(?channel, client, ?subject, "the core panicked, not giving up");
                channel.into_iter().for_each(|channel| self.close(channel));
            }
        }
    }

    /// Does everything that the core has said.
    pub(crate) fn pump(&mut self) {
        while let Some(effect) = self.core.poll_effect() {
            self.perform(effect);
        }
    }

    /// Closes a channel without a word. The core does not hear of it.
    pub(crate) fn close(&mut self, channel: ChannelId) {
        self.objects.channels.close(channel);
        self.outbox.forget(channel);
        if let Some(sink) = self.sinks.view_closed(channel) {
            self.outbox.forget(sink);
        }
        if service::is_own(channel) {
            self.failures.forget_asker(channel);
        }
        let mut losses = Vec::new();
        self.objects.buffers.connection_closed(channel, now(), &mut losses);
        self.report(losses);
    }

    /// Feeds what was received on `channel`, and stops serving or reading it if that was its end.
    pub(crate) fn feed_received(&mut self, channel: ChannelId, input: Input<ClientHandle>) {
        match &input {
            Input::Closed(_) => self.close(channel),
            Input::Broken { .. } => self.deafen(channel),
            Input::Unknown { txid: Some(txid), ordinal, .. } if service::is_own(channel) => {
                self.reply(channel, Reply::UnknownMethod { txid: *txid, ordinal: *ordinal });
            }
            _ => {}
        }
        self.feed(input);
    }

    /// Reads no more from a channel that has failed. If the core does not know it, that is its end.
    pub(crate) fn deafen(&mut self, channel: ChannelId) {
        if service::is_own(channel) {
            self.close(channel);
        } else if let Some(served) = self.objects.channels.get_mut(channel) {
            served.deaf = true;
        }
    }

    /// Tells the core what was lost, in this order.
    pub(crate) fn report(&mut self, losses: Vec<Loss>) {
        for loss in losses {
            let input = match loss {
                Loss::Strong(BufferId { allocation, index }) => {
                    Input::StrongGone { allocation, index }
                }
                Loss::Memory(BufferId { allocation, index }) => {
                    self.buffer_quota.freed(allocation);
                    Input::BufferGone { allocation, index }
                }
            };
            self.feed(input);
        }
    }

    /// For the log: the process that is being served.
    pub(crate) fn client_pid(&self) -> Option<u32> {
        Some(self.client?.pid?.get())
    }

    fn read_some(&mut self, channel: ChannelId) {
        for _ in 0..PACKETS_PER_TURN {
            let Some(served) = self.objects.channels.get_mut(channel) else { return };
            if served.deaf {
                return;
            }
            self.client = served.client;
            match self.receiver.receive(channel, served, None) {
                Receipt::Input(input) => {
                    self.feed_received(channel, input);
                    self.pump();
                }
                Receipt::Question(question) => self.answer(channel, question),
                Receipt::Ignored => {}
                Receipt::Nothing | Receipt::Proof => {
                    served.queued = false;
                    return;
                }
            }
        }
        self.ready.push_back(channel);
    }

    fn retry_sending(&mut self) {
        let (channels, sinks) = (&self.objects.channels, &self.sinks);
        let full = self.outbox.retry(now(), |channel, packet| {
            let served = channels.get(channel).map(|served| &served.socket);
            match served.or_else(|| sinks.socket(channel)) {
                Some(socket) => outbox::send(socket, &packet.bytes, &packet.handles),
                None => Posted::PeerGone,
            }
        });
        for channel in full {
            if !self.sinks.give_up(channel) {
                self.break_off(channel, sysmem_core::Breakage::Full);
            }
        }
    }

    fn look_at_buffers(&mut self) {
        let mut losses = Vec::new();
        let now = now();
        if self.more_buffer_events {
            self.more_buffer_events = match self.objects.buffers.read_events(now) {
                Ok(drained) => drained == zx::Drained::Part,
                Err(error) => {
                    tracing::error!(%error, "cannot read events of buffers");
                    false
                }
            };
        }
        self.objects.buffers.look_due(now, &mut losses);
        self.report(losses);
    }
}

fn close_watch() -> Option<zx::CloseWatch> {
    zx::CloseWatch::new()
        .inspect_err(|error| {
            tracing::warn!(%error, "no inotify instance: buffers are looked at twice a second");
        })
        .ok()
}

/// The current time, as the core counts it.
pub(crate) fn now() -> Instant {
    Instant(zx::monotonic_now())
}

/// An id that no earlier server has come to: microseconds since 1970, in which nobody makes as many
/// collections. Far below 2^62, and 0 where there is no such time.
fn first_collection_id() -> u64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or_default()
}

//! The same types on tokio: what waits is a future.
//!
//! ```no_run
//! use sysmem::tokio::Allocator;
//! use sysmem::Constraints;
//!
//! # async fn example() -> Result<(), sysmem::Error> {
//! let collection = Allocator::connect()?.new_collection()?;
//! collection.set_constraints(Constraints::new().cpu_write().min_buffers(1).min_size_bytes(4096))?;
//! let buffers = collection.wait_for_buffers().await?;
//! # let _ = buffers;
//! # Ok(())
//! # }
//! ```
//!
//! A request is sent when the method is called, not when its future is awaited. Any number of calls
//! can be outstanding on a channel, and dropping the future of one forgets its reply.

mod inquiry;
mod signal;

pub use signal::peer_closed;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use ::tokio::io::unix::AsyncFd;
use fidl::{Caller, Encoder, OneWay, ReplyValue, RequestValue, TwoWay, TwoWayRequestValue, Txid};
use sysmem_fidl::Handle;
use zx::{Channel, Interest, MessageBuffer, SendError};

use crate::diagnostics::Diagnostics;
use crate::error::{Error, ProtocolError};
use crate::packet::{self, Fault, Packet, TxidCounter};
use crate::transport::Transport;
use inquiry::{Asking, Inquiry};

/// Makes collections, and turns tokens into collections.
pub type Allocator = crate::client::Allocator<Tokio>;

/// The right to take part in a collection.
pub type Token = crate::client::Token<Tokio>;

/// Alternatives, of which one takes part.
pub type Group = crate::client::Group<Tokio>;

/// A participant's view of a collection.
pub type Collection = crate::client::Collection<Tokio>;

/// A channel whose replies are futures. It is made inside of a tokio runtime, with I/O enabled;
/// elsewhere that panics.
pub struct Tokio(Arc<Shared>);

/// The reply to a call.
#[must_use = "the reply is there when this was awaited"]
pub struct Reply<T> {
    /// The place where the reply arrives, or why it will not.
    outcome: Result<Ticket, Option<Error>>,
    decode: Option<Decode<T>>,
    /// What to do about a failure.
    inquiry: Option<Inquiry>,
    /// That is being done.
    asking: Option<Asking>,
}

struct Shared {
    protocol: &'static str,
    txids: TxidCounter,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// `None` once it was given away.
    channel: Option<AsyncFd<Channel>>,
    buffer: Option<Box<MessageBuffer>>,
    /// Calls that wait, by transaction id.
    calls: BTreeMap<u32, Call>,
    /// What did not fit into the socket. A task sends it.
    unsent: VecDeque<Encoder<Handle>>,
    /// Set once; from then on nothing arrives.
    fault: Option<Fault>,
}

enum Call {
    Waits(Option<Waker>),
    Arrived { ordinal: u64, body: Vec<u8>, handles: Vec<Handle> },
}

/// A place among the calls. Its end lets another waiting task take over reading.
struct Ticket {
    shared: Arc<Shared>,
    txid: Txid,
}

type PlainDecode<T> = fn(u64, &[u8], &mut Vec<Handle>) -> Result<T, fidl::ReplyError>;
type MappedDecode<T> = Box<dyn FnOnce(u64, &[u8], &mut Vec<Handle>) -> Result<T, Error> + Send>;

enum Decode<T> {
    Plain(PlainDecode<T>),
    Mapped(MappedDecode<T>),
}

impl Tokio {
    fn transmit(&self, encoder: Encoder<Handle>) -> Result<(), Error> {
        let mut state = self.0.lock();
        let starts_queue = state.unsent.is_empty();
        state.unsent.push_back(encoder);
        if !starts_queue {
            return Ok(());
        }
        let flushed = state.flush();
        drop(state);
        match flushed {
            Ok(true) => Ok(()),
            Ok(false) => {
                let shared = Arc::clone(&self.0);
                // Ends with the queue, or with the channel.
                ::tokio::spawn(poll_fn(move |cx| shared.poll_flush(cx)));
                Ok(())
            }
            Err(fault) => Err(fault.on(self.0.protocol)),
        }
    }
}

impl Caller for Tokio {
    type Handle = Handle;
    type Sent = Result<(), Error>;
    type Reply<T> = Reply<T>;

    fn send<M: OneWay<Handle>>(&self, request: RequestValue<M, Handle>) -> Result<(), Error> {
        let mut encoder = Encoder::new();
        fidl::encode_event::<M, Handle>(request, &mut encoder)?;
        self.transmit(encoder)
    }

    fn call<M: TwoWay<Handle>>(
        &self,
        request: TwoWayRequestValue<M, Handle>,
    ) -> Reply<ReplyValue<M, Handle>> {
        let txid = self.0.txids.next();
        let mut encoder = Encoder::new();
        let sent = fidl::encode_call::<M, Handle>(txid, request, &mut encoder)
            .map_err(Error::from)
            .and_then(|()| {
                // Before sending, so that the reply finds its place.
                self.0.lock().calls.insert(txid.get(), Call::Waits(None));
                let ticket = Ticket { shared: Arc::clone(&self.0), txid };
                self.transmit(encoder).map(|()| ticket)
            });
        Reply {
            outcome: sent.map_err(Some),
            decode: Some(Decode::Plain(fidl::decode_reply::<M, Handle>)),
            inquiry: None,
            asking: None,
        }
    }
}

impl Transport for Tokio {
    fn over(channel: Channel, protocol: &'static str) -> Result<Self, Error> {
        // SAFETY: a channel owns its descriptor and never changes it, and nothing closes it before
        // it is taken out of the `AsyncFd`.
        let registered = unsafe { AsyncFd::register(channel) };
        let channel = registered.map_err(|error| Error::System(error.into()))?;
        let state = Mutex::new(State { channel: Some(channel), ..State::default() });
        Ok(Self(Arc::new(Shared { protocol, txids: TxidCounter::default(), state })))
    }

    fn peer_koid(&self) -> Option<zx::Koid> {
        self.0.peer_koid()
    }

    fn into_channel(self) -> Result<Channel, Error> {
        let mut state = self.0.lock();
        // What was said comes before whatever the next owner says. That waits only for a service
        // that lags far behind.
        while state.flush() == Ok(false) {
            if let Some(channel) = &state.channel {
                channel.get_ref().wait(Interest::Writable, None).map_err(Error::System)?;
            }
        }
        let channel = state.channel.take();
        let gone = Fault::Closed { epitaph: None };
        state.break_off(gone.clone());
        channel.map(AsyncFd::into_inner).ok_or_else(|| gone.on(self.0.protocol))
    }

    fn map<T: 'static, U: 'static>(
        mut reply: Reply<T>,
        then: impl FnOnce(T) -> Result<U, Error> + Send + 'static,
    ) -> Reply<U> {
        let decode = reply.decode.take();
        let mapped = decode.map(|decode| {
            Decode::Mapped(Box::new(move |ordinal, body: &[u8], handles: &mut Vec<Handle>| {
                then(decode.run(ordinal, body, handles)?)
            }))
        });
        Reply { outcome: reply.outcome, decode: mapped, inquiry: reply.inquiry, asking: None }
    }

    fn explained<T: 'static>(
        &self,
        reply: Reply<T>,
        diagnostics: Option<&Diagnostics>,
    ) -> Reply<T> {
        let inquiry = diagnostics.map(|diagnostics| Inquiry::new(diagnostics, &self.0));
        Reply { inquiry, ..reply }
    }
}

impl<T> Future for Reply<T> {
    type Output = Result<T, Error>;

    /// # Panics
    ///
    /// When it is polled after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, Error>> {
        let this = self.get_mut();
        if this.asking.is_none() {
            let error = match (ready!(this.poll_reply(cx)), this.inquiry.take()) {
                (Err(error), Some(inquiry)) => inquiry.start(error),
                (result, _) => return Poll::Ready(result),
            };
            match error {
                Ok(asking) => this.asking = Some(asking),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        match &mut this.asking {
            Some(asking) => asking.poll(cx).map(Err),
            None => Poll::Pending,
        }
    }
}

impl<T> Reply<T> {
    fn poll_reply(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, Error>> {
        let ticket = match &mut self.outcome {
            Ok(ticket) => ticket,
            Err(error) => {
                let error = error.take().expect("a reply is polled once it is ready");
                return Poll::Ready(Err(error));
            }
        };
        let arrived = ready!(ticket.shared.poll_reply(ticket.txid, cx));
        let result = arrived.and_then(|(ordinal, body, mut handles)| {
            let decode = self.decode.take().expect("a reply is polled once it is ready");
            decode.run(ordinal, &body, &mut handles)
        });
        // Gives its place up now, and not when somebody drops the future.
        self.outcome = Err(None);
        Poll::Ready(result)
    }
}

impl<T> Unpin for Reply<T> {}

impl<T> Decode<T> {
    fn run(self, ordinal: u64, body: &[u8], handles: &mut Vec<Handle>) -> Result<T, Error> {
        match self {
            Self::Plain(decode) => decode(ordinal, body, handles)
                .map_err(|error| Error::Protocol(ProtocolError::Reply(error))),
            Self::Mapped(decode) => decode(ordinal, body, handles),
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.calls.remove(&self.txid.get());
        // The reactor wakes one task per channel. If it was this one, another has to step in.
        state.wake_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing here panics between two changes that belong together.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn peer_koid(&self) -> Option<zx::Koid> {
        self.lock().channel.as_ref()?.get_ref().peer_name_koid()
    }

    #[expect(clippy::type_complexity, reason = "the parts of a reply, used once")]
    fn poll_reply(
        &self,
        txid: Txid,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(u64, Vec<u8>, Vec<Handle>), Error>> {
        let mut state = self.lock();
        loop {
            if let Some(arrived) = state.take_reply(txid) {
                return Poll::Ready(Ok(arrived));
            }
            if let Some(fault) = &state.fault {
                return Poll::Ready(Err(fault.clone().on(self.protocol)));
            }
            if state.poll_receive(cx).is_pending() {
                state.calls.insert(txid.get(), Call::Waits(Some(cx.waker().clone())));
                return Poll::Pending;
            }
        }
    }

    fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        loop {
            if state.flush() != Ok(false) {
                return Poll::Ready(());
            }
            let Some(channel) = &state.channel else { return Poll::Ready(()) };
            match ready!(channel.poll_write_ready(cx)) {
                Ok(mut guard) => guard.clear_ready(),
                Err(_) => return Poll::Ready(()),
            }
        }
    }
}

impl State {
    /// Sends what is to be sent; false if the socket is full.
    fn flush(&mut self) -> Result<bool, Fault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let Some(channel) = &self.channel else { return Ok(true) };
        while let Some(encoder) = self.unsent.front() {
            match packet::send(channel.get_ref(), encoder) {
                Ok(()) => drop(self.unsent.pop_front()),
                Err(SendError::WouldBlock) => return Ok(false),
                Err(error) => {
                    let buffer = self.buffer.get_or_insert_default();
                    let fault = packet::sending_failed(channel.get_ref(), buffer, error);
                    self.break_off(fault.clone());
                    return Err(fault);
                }
            }
        }
        Ok(true)
    }

    /// Takes in all packets that are there. Pending if there was none.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(channel) = &self.channel else { return Poll::Ready(()) };
        let mut guard = match ready!(channel.poll_read_ready(cx)) {
            Ok(guard) => guard,
            Err(_) => {
                self.break_off(Fault::Closed { epitaph: None });
                return Poll::Ready(());
            }
        };
        let buffer = self.buffer.get_or_insert_default();
        let mut fault = None;
        loop {
            match packet::receive(channel.get_ref(), buffer) {
                Ok(Some(Packet::Reply { txid, ordinal, body, handles })) => {
                    // A call that was given up has no place any more.
                    if let Some(call) = self.calls.get_mut(&txid.get()) {
                        let body = body.to_vec();
                        let arrived = Call::Arrived { ordinal, body, handles };
                        if let Call::Waits(Some(waker)) = std::mem::replace(call, arrived) {
                            waker.wake();
                        }
                    }
                }
                Ok(Some(Packet::Ignorable)) => {}
                Ok(None) => {
                    guard.clear_ready();
                    break;
                }
                Err(reason) => {
                    fault = Some(reason);
                    break;
                }
            }
        }
        drop(guard);
        if let Some(fault) = fault {
            self.break_off(fault);
        }
        Poll::Ready(())
    }

    fn take_reply(&mut self, txid: Txid) -> Option<(u64, Vec<u8>, Vec<Handle>)> {
        match self.calls.remove(&txid.get()) {
            Some(Call::Arrived { ordinal, body, handles }) => Some((ordinal, body, handles)),
            Some(waits) => {
                self.calls.insert(txid.get(), waits);
                None
            }
            None => None,
        }
    }

    fn break_off(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
        self.unsent.clear();
        self.wake_all();
    }

    fn wake_all(&mut self) {
        for call in self.calls.values_mut() {
            if let Call::Waits(waker) = call
                && let Some(waker) = waker.take()
            {
                waker.wake();
            }
        }
    }
}

impl fmt::Debug for Tokio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tokio({})", self.0.protocol)
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reply")
    }
}

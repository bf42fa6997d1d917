//! Requests that block the thread until their reply is there.

use std::fmt;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use fidl::{Caller, Encoder, OneWay, RequestValue, TwoWay, TwoWayRequestValue};
use sysmem_fidl::Handle;
use zx::{Channel, Interest, MessageBuffer, SendError};

use crate::diagnostics::Diagnostics;
use crate::error::{Error, ProtocolError};
use crate::packet::{self, Fault, Packet, TxidCounter};
use crate::transport::Transport;

/// A channel on which calls wait for their replies. Threads may share it; calls of several threads
/// wait for each other.
pub struct Blocking {
    channel: Channel,
    protocol: &'static str,
    txids: TxidCounter,
    /// Made with the first call: many channels never receive anything.
    buffer: Mutex<Option<Box<MessageBuffer>>>,
    /// The end of the channel, once it was seen. The last words of the service come before it
    /// closes, and whoever asks again gets the same answer.
    end: OnceLock<Fault>,
}

impl Blocking {
    /// Waits until something can be received, or the end is there.
    pub(crate) fn wait_readable(&self, timeout: Duration) -> Result<bool, Error> {
        self.channel.wait(Interest::Readable, Some(timeout)).map_err(Error::System)
    }

    fn is_open(&self) -> Result<(), Error> {
        self.end.get().map_or(Ok(()), |fault| Err(fault.clone().on(self.protocol)))
    }

    /// The error of a fault, which is remembered if there is no way on.
    fn fails(&self, fault: Fault) -> Error {
        if !matches!(fault, Fault::Send(_)) {
            self.end.get_or_init(|| fault.clone());
        }
        fault.on(self.protocol)
    }

    fn transmit(&self, encoder: &Encoder<Handle>) -> Result<(), SendError> {
        loop {
            match packet::send(&self.channel, encoder) {
                // The service is busy. It always reads in the end, or closes.
                Err(SendError::WouldBlock) => {
                    let waited = self.channel.wait(Interest::Writable, None);
                    waited.map_err(|_| SendError::WouldBlock)?;
                }
                result => return result,
            }
        }
    }

    fn explain(&self, error: SendError, buffer: &mut MessageBuffer) -> Error {
        self.fails(packet::sending_failed(&self.channel, buffer, error))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<MessageBuffer>>> {
        // A buffer has no state that a panic could have broken.
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Caller for Blocking {
    type Handle = Handle;
    type Sent = Result<(), Error>;
    type Reply<T> = Result<T, Error>;

    fn send<M: OneWay<Handle>>(&self, request: RequestValue<M, Handle>) -> Result<(), Error> {
        self.is_open()?;
        let mut encoder = Encoder::new();
        fidl::encode_event::<M, Handle>(request, &mut encoder)?;
        self.transmit(&encoder)
            .map_err(|error| self.explain(error, self.lock().get_or_insert_default()))
    }

    fn call<M: TwoWay<Handle>>(
        &self,
        request: TwoWayRequestValue<M, Handle>,
    ) -> Result<fidl::ReplyValue<M, Handle>, Error> {
        self.is_open()?;
        let txid = self.txids.next();
        let mut encoder = Encoder::new();
        fidl::encode_call::<M, Handle>(txid, request, &mut encoder)?;
        // Before sending, so that the reply is not taken by the call of another thread.
        let mut buffer = self.lock();
        let buffer = buffer.get_or_insert_default();
        self.transmit(&encoder).map_err(|error| self.explain(error, buffer))?;
        // The handles are the service's from now on; a copy here would keep them open.
        drop(encoder);
        loop {
            let received = packet::receive(&self.channel, buffer);
            match received.map_err(|fault| self.fails(fault))? {
                None => {
                    self.channel.wait(Interest::Readable, None).map_err(Error::System)?;
                }
                Some(Packet::Ignorable) => {}
                Some(Packet::Reply { txid: of, ordinal, body, mut handles }) if of == txid => {
                    return fidl::decode_reply::<M, Handle>(ordinal, body, &mut handles)
                        .map_err(|error| ProtocolError::Reply(error).into());
                }
                Some(Packet::Reply { txid, .. }) => {
                    return Err(ProtocolError::UnexpectedReply(txid.get()).into());
                }
            }
        }
    }
}

impl Transport for Blocking {
    fn over(channel: Channel, protocol: &'static str) -> Result<Self, Error> {
        let (txids, buffer) = (TxidCounter::default(), Mutex::new(None));
        Ok(Self { channel, protocol, txids, buffer, end: OnceLock::new() })
    }

    fn peer_koid(&self) -> Option<zx::Koid> {
        self.channel.peer_name_koid()
    }

    fn into_channel(self) -> Result<Channel, Error> {
        Ok(self.channel)
    }

    fn map<T: 'static, U: 'static>(
        reply: Result<T, Error>,
        then: impl FnOnce(T) -> Result<U, Error> + Send + 'static,
    ) -> Result<U, Error> {
        reply.and_then(then)
    }

    fn explained<T: 'static>(
        &self,
        reply: Result<T, Error>,
        diagnostics: Option<&Diagnostics>,
    ) -> Result<T, Error> {
        reply.map_err(|error| match diagnostics.filter(|_| error.may_be_explained()) {
            Some(diagnostics) => {
                let koid = self.peer_koid();
                error.explained_by(koid.and_then(|koid| diagnostics.explain_channel(koid)))
            }
            None => error,
        })
    }
}

impl std::os::fd::AsFd for Blocking {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.channel.as_fd()
    }
}

impl fmt::Debug for Blocking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blocking({}, {:?})", self.protocol, self.channel)
    }
}

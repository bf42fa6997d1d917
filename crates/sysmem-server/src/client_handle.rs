//! Handles that clients sent.

use std::io;
use std::os::fd::OwnedFd;

use fidl::{HandleFault, ObjectType, Rights};
use rustix::event::{EventfdFlags, eventfd};
use sysmem_fidl::Expected;
use sysmem_fidl::zx::ObjType;
use zx::{Channel, Kind};

use crate::closer::Closer;
use crate::dma_buf::DmaBufs;

const EVENTPAIR: ObjectType = ObjectType(ObjType::EVENTPAIR.into_primitive());

/// A handle that a client sent. When it is dropped, wherever that is, it is closed on another
/// thread.
#[derive(Debug)]
pub(crate) struct ClientHandle {
    /// Empty only while it is being taken out.
    object: Option<Object>,
    closer: Closer,
}

/// What came through the gate.
#[derive(Debug)]
enum Object {
    Channel(Channel),
    /// On which nothing is sent: nobody misses what was in its queue.
    EventPair(Channel),
    /// Memory, or what stands in for something harmful.
    Other(zx::Handle),
}

/// Lets only such descriptors into the server as can be asked and closed without waiting for
/// whoever made them.
///
/// `fstat` and `close` of a file go to its file system, and that may be a program of the client's:
/// one descriptor could hold up everybody; and a socket may hold such descriptors in its queue. No
/// request needs such a file, nor a socket that is no channel. So another descriptor stands in for
/// it, of no type that any request takes, and the message is refused, or the handle
/// ignored, by the ordinary rules.
#[derive(Debug)]
pub(crate) struct Gatekeeper {
    stand_in: OwnedFd,
    dma_bufs: DmaBufs,
    closer: Closer,
}

impl ClientHandle {
    /// The channel that this is, to look at.
    pub(crate) fn channel(&self) -> Option<&Channel> {
        match &self.object {
            Some(Object::Channel(channel) | Object::EventPair(channel)) => Some(channel),
            Some(Object::Other(_)) | None => None,
        }
    }

    /// The memory that this may be, to look at.
    pub(crate) fn memory(&self) -> Option<&zx::Handle> {
        match &self.object {
            Some(Object::Other(handle)) => Some(handle),
            Some(Object::Channel(_) | Object::EventPair(_)) | None => None,
        }
    }

    /// Takes the channel out, for a use in which it will be closed elsewhere.
    pub(crate) fn into_channel(mut self) -> Option<Channel> {
        match self.object.take() {
            Some(Object::Channel(channel)) => Some(channel),
            other => {
                self.object = other;
                None
            }
        }
    }

    /// Whether it is what is declared as `object_type`.
    fn is(&self, object_type: ObjectType) -> bool {
        match Expected::of(object_type) {
            Some(Expected::Anything) => true,
            Some(Expected::Channel) => self.channel().is_some(),
            Some(Expected::Memory) => {
                self.memory().is_some_and(|handle| matches!(handle.kind(), Ok(Kind::Memory(_))))
            }
            None => false,
        }
    }
}

impl Drop for ClientHandle {
    fn drop(&mut self) {
        match self.object.take() {
            Some(Object::Channel(channel)) => self.closer.close_unserved(channel),
            Some(Object::EventPair(end)) => self.closer.close_served(end),
            Some(Object::Other(handle)) => self.closer.close_foreign(handle),
            None => {}
        }
    }
}

impl fidl::Handle for ClientHandle {
    /// By the rules of [`sysmem_fidl::Handle`]. What is refused goes the way of all of these.
    fn receive(mut self, object_type: ObjectType, _: Rights) -> Result<Self, HandleFault> {
        if !self.is(object_type) {
            return Err(HandleFault::WrongType);
        }
        if object_type == EVENTPAIR {
            let is_unfit = |end| is_end_of_channel(end) || self.closer.keep_empty(end).is_err();
            if self.channel().is_none_or(is_unfit) {
                return Err(HandleFault::WrongType);
            }
            self.object = match self.object.take() {
                Some(Object::Channel(end)) => Some(Object::EventPair(end)),
                other => other,
            };
        }
        Ok(self)
    }
}

impl Gatekeeper {
    /// # Errors
    ///
    /// When descriptors ran out.
    pub(crate) fn new(closer: Closer) -> io::Result<Self> {
        let stand_in = eventfd(0, EventfdFlags::CLOEXEC)?;
        Ok(Self { stand_in, dma_bufs: DmaBufs::default(), closer })
    }

    /// Lets the handles of a message in, in their order.
    ///
    /// # Errors
    ///
    /// When descriptors ran out. All handles are closed then.
    pub(crate) fn admit(
        &self,
        arrived: &mut Vec<zx::Handle>,
        admitted: &mut Vec<ClientHandle>,
    ) -> io::Result<()> {
        let mut result = Ok(());
        admitted.clear();
        for handle in arrived.drain(..) {
            match self.let_in(handle) {
                Ok(object) => admitted
                    .push(ClientHandle { object: Some(object), closer: self.closer.clone() }),
                Err(error) => result = Err(error),
            }
        }
        if result.is_err() {
            admitted.clear();
        }
        result
    }

    fn let_in(&self, handle: zx::Handle) -> io::Result<Object> {
        let handle = match Channel::adopt(handle) {
            Ok(channel) => return Ok(Object::Channel(channel)),
            Err((handle, _)) => handle,
        };
        if self.is_harmless(&handle) {
            return Ok(Object::Other(handle));
        }
        self.closer.close_foreign(handle);
        Ok(Object::Other(self.stand_in.try_clone()?.into()))
    }

    /// Whether only the kernel stands behind memory: a memfd, a dma-buf. Asked in ways that no file
    /// system gets to hear of.
    fn is_harmless(&self, handle: &zx::Handle) -> bool {
        rustix::fs::fcntl_get_seals(handle).is_ok() || self.dma_bufs.contain(handle)
    }

    /// Closes the handles of a message that nobody will look at.
    pub(crate) fn turn_away(&self, arrived: &mut Vec<zx::Handle>) {
        for handle in arrived.drain(..) {
            self.closer.close_foreign(handle);
        }
    }
}

/// Whether the peer of an end has a name, as every end that is served here has. Who keeps such an
/// end as an eventpair keeps the channel open when its client is long gone.
fn is_end_of_channel(end: &Channel) -> bool {
    end.peer_name().is_some()
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::net::{TcpListener, TcpStream};
    use std::os::unix::net::UnixStream;

    use fidl::Handle as _;

    use super::*;

    #[test]
    fn objects_the_client_end_of_a_channel_is_no_eventpair() {
        let (closer, closed) = Closer::spawn().unwrap();
        let gate = Gatekeeper::new(closer).unwrap();
        let (_ours, eventpair) = Channel::pair().unwrap();
        let (client_end, served) = Channel::pair().unwrap();
        served.bind_koid(zx::Koid::random()).unwrap();
        let mut admitted = Vec::new();
        gate.admit(&mut vec![eventpair.into(), client_end.into()], &mut admitted).unwrap();
        let mut received = admitted.into_iter().map(|end| end.receive(EVENTPAIR, Rights::SAME));
        received.next().unwrap().unwrap();
        assert_eq!(received.next().unwrap().unwrap_err(), HandleFault::WrongType);
        drop((gate, received));
        closed.wait();
    }

    #[test]
    fn objects_only_descriptors_of_the_kernel_itself_are_let_in() {
        let (closer, closed) = Closer::spawn().unwrap();
        let gate = Gatekeeper::new(closer).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (channel, _peer) = zx::Channel::pair().unwrap();
        let memory = zx::Vmo::create("memory", 4096).unwrap();
        let mut arrived: Vec<zx::Handle> = vec![
            channel.into(),
            memory.reopen(zx::Access::ReadOnly).unwrap(),
            OwnedFd::from(stream).into(),
            OwnedFd::from(UnixStream::pair().unwrap().0).into(),
            OwnedFd::from(File::open("/").unwrap()).into(),
            OwnedFd::from(File::open("/proc/self/status").unwrap()).into(),
        ];
        let mut admitted = Vec::new();
        gate.admit(&mut arrived, &mut admitted).unwrap();
        assert!(arrived.is_empty());
        assert!(admitted[0].channel().is_some());
        let kinds: Vec<Kind> =
            admitted[1..].iter().map(|handle| handle.memory().unwrap().kind().unwrap()).collect();
        let memfd = Kind::Memory(zx::Memory::Memfd);
        assert_eq!(kinds, [memfd, Kind::Other, Kind::Other, Kind::Other, Kind::Other]);
        let refused = admitted.pop().unwrap().receive(ObjectType::CHANNEL, Rights::SAME);
        assert_eq!(refused.unwrap_err(), HandleFault::WrongType);
        drop((gate, admitted));
        closed.wait();
    }
}

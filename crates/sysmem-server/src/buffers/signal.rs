//! By what holders of weak handles learn that they should give them up
//! (`sysmem2-protocols.md` 5.4).

use std::io;
use std::num::NonZeroU32;
use std::os::fd::AsFd;

use rustix::net::{Shutdown, shutdown};

use crate::closer::Closer;

/// Eventpairs of one buffer. Clients beyond them share one, and can feign the signal to each other.
const PAIRS_MAX: usize = 16;

/// The `close_weak_asap` of one buffer.
///
/// Whoever has an end of a socket can shut it down for all that have the same one. So each client
/// has an eventpair of its own, made with its first weak handle, and gets a duplicate of the same
/// end each time.
#[derive(Debug, Default)]
pub(super) struct CloseWeakAsap {
    pairs: Vec<Pair>,
    signalled: bool,
}

/// An eventpair: a channel on which nothing is sent.
#[derive(Debug)]
struct Pair {
    client: Option<NonZeroU32>,
    /// `None`: closed, which is the signal.
    ours: Option<zx::Channel>,
    theirs: zx::Channel,
}

impl CloseWeakAsap {
    /// The end to be sent to a client: signalled, if that has happened before.
    ///
    /// # Errors
    ///
    /// When descriptors ran out.
    pub(super) fn end_for(&mut self, client: Option<NonZeroU32>) -> io::Result<zx::Handle> {
        let known = self.pairs.iter().position(|pair| pair.client == client);
        let place = match known {
            Some(place) => place,
            None if self.pairs.len() < PAIRS_MAX => {
                let (ours, theirs) = zx::Channel::pair()?;
                // What somebody sent would stay in the queue, and keep open what it refers to.
                shutdown(&ours, Shutdown::Read)?;
                let ours = (!self.signalled).then_some(ours);
                self.pairs.push(Pair { client, ours, theirs });
                self.pairs.len() - 1
            }
            None => PAIRS_MAX - 1,
        };
        Ok(self.pairs[place].theirs.as_fd().try_clone_to_owned()?.into())
    }

    /// Closes the server's ends. Whoever has the others sees it at once.
    pub(super) fn signal(&mut self, closer: &Closer) {
        self.signalled = true;
        for ours in self.pairs.iter_mut().filter_map(|pair| pair.ours.take()) {
            // ENOTCONN: nobody has the other end any more.
            let _ = shutdown(&ours, Shutdown::Both);
            closer.close_served(ours);
        }
    }
}

#[cfg(test)]
mod tests {
    use zx::EventPair;

    use super::*;

    fn end_for(signal: &mut CloseWeakAsap, client: u32) -> EventPair {
        signal.end_for(NonZeroU32::new(client)).unwrap().into()
    }

    #[test]
    fn protocols_5_4_all_ends_are_signalled_at_once_and_later_ones_are_from_the_start() {
        let (closer, closed) = Closer::spawn().unwrap();
        let mut signal = CloseWeakAsap::default();
        let mut ends: Vec<EventPair> =
            [1, 1, 2, 0].map(|client| end_for(&mut signal, client)).into();
        assert!(ends.iter().all(|end| !end.is_peer_closed().unwrap()));
        signal.signal(&closer);
        ends.extend([1, 3].map(|client| end_for(&mut signal, client)));
        assert!(ends.iter().all(|end| end.is_peer_closed().unwrap()));
        drop(closer);
        closed.wait();
    }

    #[test]
    fn objects_no_client_feigns_the_signal_to_another() {
        let mut signal = CloseWeakAsap::default();
        let [mean, also_mean, other] = [1, 1, 2].map(|client| end_for(&mut signal, client));
        shutdown(&mean, Shutdown::Both).unwrap();
        assert!(also_mean.is_peer_closed().unwrap());
        assert!(!other.is_peer_closed().unwrap());
    }

    #[test]
    fn objects_nothing_gets_into_the_queue_of_the_signal() {
        let mut signal = CloseWeakAsap::default();
        let end = end_for(&mut signal, 1);
        let sent = rustix::net::send(&end, b"x", rustix::net::SendFlags::NOSIGNAL);
        assert_eq!(sent, Err(rustix::io::Errno::PIPE));
        assert!(!end.is_peer_closed().unwrap());
    }

    #[test]
    fn objects_so_many_clients_have_eventpairs_of_their_own_and_no_more() {
        let mut signal = CloseWeakAsap::default();
        for client in 0..100 {
            end_for(&mut signal, client);
        }
        assert_eq!(signal.pairs.len(), PAIRS_MAX);
    }
}

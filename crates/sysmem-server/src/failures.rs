//! The latest failures, for those who ask why.

use std::collections::VecDeque;
use std::mem;

use fidl::Responder;
use sysmem_core::ChannelId;
use sysmem_fidl::linux_sysmem::{DiagnosticsExplainMethod, DiagnosticsExplainRequest, Explanation};
use zx::{Credentials, Koid};

/// How many failures are remembered. Each takes some 60 KiB at most, the largest reply that a
/// packet carries, and usually one or two.
pub(crate) const MAX_FAILURES: usize = 64;

/// How many questions of one connection may wait for their answers.
pub(crate) const MAX_QUESTIONS: usize = 16;

/// How many questions about one failure may wait. They are answered all at once.
const MAX_ASKERS: usize = 256;

/// A failure. Never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FailureId(u64);

/// The latest failures.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    /// The oldest first.
    recent: VecDeque<Failure>,
    last_id: u64,
}

/// A failed allocation.
#[derive(Debug)]
pub(crate) struct Failure {
    id: FailureId,
    pub(crate) involved: Involved,
    /// What is known by now.
    pub(crate) explanation: Explanation,
    state: State,
}

/// Whom a failure concerns.
#[derive(Debug, Default)]
pub(crate) struct Involved {
    /// The koids of the channels that closed with it.
    pub(crate) koids: Vec<Koid>,
    /// The clients of these channels, each once; of the first one first.
    pub(crate) clients: Vec<Credentials>,
}

#[derive(Debug)]
enum State {
    UnderWay { askers: Vec<Asker> },
    Done,
}

/// Somebody who waits for an answer.
#[derive(Debug)]
pub(crate) struct Asker {
    pub(crate) channel: ChannelId,
    pub(crate) responder: Responder<DiagnosticsExplainMethod>,
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A channel, by the koid of its server end.
    Channel(Koid),
    /// A collection, by its id.
    Collection(u64),
}

impl Subject {
    /// `None` unless exactly one thing is asked about.
    pub(crate) fn of(request: &DiagnosticsExplainRequest) -> Option<Self> {
        match (request.server_koid, request.buffer_collection_id) {
            (Some(koid), None) => Koid::new(koid).map(Self::Channel),
            (None, Some(id)) => Some(Self::Collection(id)),
            _ => None,
        }
    }
}

impl Failures {
    /// Remembers a failure that is to be explained. `so_far` is what can be said without. Also
    /// returned are those who have waited for one that is forgotten in its place.
    pub(crate) fn add(
        &mut self,
        involved: Involved,
        so_far: Explanation,
    ) -> (FailureId, Vec<Asker>) {
        let forgotten = if self.recent.len() < MAX_FAILURES { None } else { self.forget_one() };
        self.last_id += 1;
        let id = FailureId(self.last_id);
        let state = State::UnderWay { askers: Vec::new() };
        self.recent.push_back(Failure { id, involved, explanation: so_far, state });
        (id, forgotten.map_or(Vec::new(), Failure::into_askers))
    }

    /// A failure was explained, or will not be. Returns it, and those who have waited for it;
    /// `None` if it is forgotten.
    pub(crate) fn finish(
        &mut self,
        id: FailureId,
        explanation: Option<Explanation>,
    ) -> Option<(&Failure, Vec<Asker>)> {
        let index = self.recent.binary_search_by_key(&id, |failure| failure.id).ok()?;
        let failure = self.recent.get_mut(index)?;
        if let Some(explanation) = explanation {
            failure.explanation = explanation;
        }
        match mem::replace(&mut failure.state, State::Done) {
            State::UnderWay { askers } => Some((failure, askers)),
            State::Done => None,
        }
    }

    /// The latest failure of a subject that is the business of `client`.
    pub(crate) fn find(&mut self, subject: Subject, client: Credentials) -> Option<&mut Failure> {
        let mut latest = self.recent.iter_mut().rev();
        latest.find(|failure| failure.is_of(subject) && failure.involved.lets_in(client))
    }

    /// What is remembered, the oldest first, from the failure of that place on.
    pub(crate) fn starting_at(&self, place: usize) -> impl Iterator<Item = &Failure> {
        self.recent.iter().skip(place)
    }

    /// Questions of a connection that wait for their answers.
    pub(crate) fn questions_of(&self, channel: ChannelId) -> usize {
        let askers = self.recent.iter().flat_map(Failure::askers);
        askers.filter(|asker| asker.channel == channel).count()
    }

    /// A connection is closed.
    pub(crate) fn forget_asker(&mut self, channel: ChannelId) {
        for failure in &mut self.recent {
            if let State::UnderWay { askers } = &mut failure.state {
                askers.retain(|asker| asker.channel != channel);
            }
        }
    }

    /// Forgets the oldest failure of the user who has most of them, so that nobody who fails all
    /// the time makes others' failures forgotten.
    fn forget_one(&mut self) -> Option<Failure> {
        let count = |uid| self.recent.iter().filter(|failure| failure.uid() == uid).count();
        let most = self.recent.iter().map(Failure::uid).max_by_key(|uid| count(*uid))?;
        let oldest = self.recent.iter().position(|failure| failure.uid() == most)?;
        self.recent.remove(oldest)
    }
}

impl Failure {
    /// Waits for the explanation, or gives the responder back if it is there.
    pub(crate) fn wait(&mut self, asker: Asker) -> Result<(), Asker> {
        match &mut self.state {
            State::UnderWay { askers } => {
                askers.push(asker);
                Ok(())
            }
            State::Done => Err(asker),
        }
    }

    /// Whether as many wait for the explanation as may.
    pub(crate) fn is_crowded(&self) -> bool {
        self.askers().len() >= MAX_ASKERS
    }

    fn is_of(&self, subject: Subject) -> bool {
        match subject {
            Subject::Channel(koid) => self.involved.koids.contains(&koid),
            Subject::Collection(id) => self.explanation.buffer_collection_id == Some(id),
        }
    }

    /// Whose failure it is, if somebody has to be named.
    fn uid(&self) -> Option<u32> {
        self.involved.clients.first().map(|client| client.uid)
    }

    fn askers(&self) -> &[Asker] {
        match &self.state {
            State::UnderWay { askers } => askers,
            State::Done => &[],
        }
    }

    fn into_askers(self) -> Vec<Asker> {
        match self.state {
            State::UnderWay { askers } => askers,
            State::Done => Vec::new(),
        }
    }
}

impl Involved {
    /// Whether a client may know: it is of the same user as somebody who took part, of that of the
    /// service, or root.
    fn lets_in(&self, client: Credentials) -> bool {
        let own = rustix::process::geteuid().as_raw();
        client.uid == 0 || client.uid == own || self.clients.iter().any(|it| it.uid == client.uid)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use fidl::Txid;
    use sysmem_fidl::Handle;
    use sysmem_fidl::linux_sysmem::DiagnosticsRequest;

    use super::*;

    fn client(uid: u32) -> Credentials {
        Credentials { pid: NonZeroU32::new(1), uid, gid: uid }
    }

    fn involved(uid: u32) -> Involved {
        Involved { koids: Vec::new(), clients: vec![client(uid)] }
    }

    fn of(collection: u64) -> Explanation {
        Explanation { buffer_collection_id: Some(collection), ..Default::default() }
    }

    fn asker(channel: u64) -> Asker {
        let mut encoder = fidl::Encoder::<Handle>::new();
        let (txid, request) = (Txid::new(1).unwrap(), DiagnosticsExplainRequest::default());
        fidl::encode_call::<DiagnosticsExplainMethod, Handle>(txid, request, &mut encoder).unwrap();
        let received = fidl::receive_request(encoder.bytes(), &mut Vec::<Handle>::new());
        match received {
            Ok(fidl::Received::Request(DiagnosticsRequest::Explain { responder, .. })) => {
                Asker { channel: ChannelId(channel), responder }
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn who_asks_early_is_answered_once_there_is_an_answer() {
        let mut failures = Failures::default();
        let (id, _) = failures.add(involved(5), of(1));
        for channel in [7, 8, 7] {
            let failure = failures.find(Subject::Collection(1), client(5)).unwrap();
            failure.wait(asker(channel)).unwrap();
        }
        assert_eq!(failures.questions_of(ChannelId(7)), 2);
        failures.forget_asker(ChannelId(8));
        let explained = Explanation { text: Some("since".to_owned()), ..of(1) };
        let (failure, askers) = failures.finish(id, Some(explained.clone())).unwrap();
        assert_eq!((&failure.explanation, askers.len()), (&explained, 2));
        assert!(failures.finish(id, None).is_none());
        let failure = failures.find(Subject::Collection(1), client(5)).unwrap();
        assert!(failure.wait(asker(9)).is_err(), "nobody waits for what is there");
    }

    #[test]
    fn so_many_wait_for_one_explanation_and_no_more() {
        let mut failures = Failures::default();
        let (id, _) = failures.add(involved(5), of(1));
        for channel in 0.. {
            let failure = failures.find(Subject::Collection(1), client(5)).unwrap();
            if failure.is_crowded() {
                break;
            }
            failure.wait(asker(channel)).unwrap();
        }
        assert_eq!(failures.finish(id, None).unwrap().1.len(), MAX_ASKERS);
        let failure = failures.find(Subject::Collection(1), client(5)).unwrap();
        assert!(!failure.is_crowded(), "what is known is told to everybody");
    }

    #[test]
    fn a_failure_is_for_those_who_took_part_and_for_whoever_runs_the_service() {
        let mut failures = Failures::default();
        failures.add(involved(4_000_000_001), of(1));
        let mut finds = |uid| failures.find(Subject::Collection(1), client(uid)).is_some();
        let own = rustix::process::geteuid().as_raw();
        assert!(finds(4_000_000_001) && finds(0) && finds(own));
        assert!(!finds(4_000_000_002));
    }

    #[test]
    fn who_fails_most_is_forgotten_first() {
        let mut failures = Failures::default();
        failures.add(involved(1), of(1));
        failures.find(Subject::Collection(1), client(1)).unwrap().wait(asker(7)).unwrap();
        for collection in 2..200 {
            let (_, forgotten) = failures.add(involved(2), of(collection));
            assert!(forgotten.is_empty(), "it was another one that nobody had asked about");
        }
        assert_eq!(failures.recent.len(), MAX_FAILURES);
        let mut is_known = |id| failures.find(Subject::Collection(id), client(0)).is_some();
        assert!(is_known(1) && is_known(199) && !is_known(2));
    }
}

//! Listens to the participants, and finds out who is to blame when they fail.

use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::demo::children::{Children, End, Participant};
use crate::demo::message::Report;
use crate::demo::progress::Progress;
use crate::demo::role::Role;
use crate::demo::summary::{Facts, Summary};
use crate::failure::Failure;

/// Watches over the participants until all have ended.
pub struct Supervisor {
    children: Children,
    facts: Facts,
    progress: Progress,
    /// Those whose channel is closed, with what they failed of.
    ended: Vec<(Role, Option<Failure>)>,
    /// Once something failed: when to stop waiting for the others to notice.
    give_up_at: Option<Instant>,
    gave_up: bool,
}

impl Supervisor {
    /// Takes over the participants. Without `is_quiet` it prints what they agree on as soon as that
    /// is known.
    pub fn new(children: Children, is_quiet: bool) -> Self {
        Self {
            children,
            facts: Facts::new(is_quiet),
            progress: Progress::new(),
            ended: Vec::new(),
            give_up_at: None,
            gave_up: false,
        }
    }

    /// Waits until all have ended.
    ///
    /// # Errors
    ///
    /// What the first one failed of: one that was killed, else one whose failure is no consequence
    /// of somebody else's, else any.
    pub fn watch(mut self) -> Result<Summary, Failure> {
        while self.ended.len() < Role::ALL.len() {
            if !self.wait()? {
                self.gave_up = true;
                self.children.kill();
                self.give_up_at = None;
            }
            self.listen()?;
        }
        self.progress.clear();
        let failures = self.ended.into_iter().filter_map(|(_, failure)| failure);
        match failures.min_by_key(blame) {
            Some(failure) => Err(failure),
            None => self.facts.into_summary(),
        }
    }

    /// Waits for a report or an end; false if that took too long.
    fn wait(&mut self) -> Result<bool, Failure> {
        let ended = &self.ended;
        let running: Vec<&Participant> = self
            .children
            .iter_mut()
            .map(|participant| &*participant)
            .filter(|participant| ended.iter().all(|(role, _)| *role != participant.role))
            .collect();
        let mut entries: Vec<PollFd<'_>> = running
            .iter()
            .map(|one| PollFd::from_borrowed_fd(one.reports.as_fd(), PollFlags::IN))
            .collect();
        let left = self.give_up_at.map(|at| at.saturating_duration_since(Instant::now()));
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        let ready = rustix::io::retry_on_intr(|| poll(&mut entries, left.as_ref()))
            .map_err(|error| Failure::System { doing: "wait", error: error.into() })?;
        Ok(ready > 0)
    }

    /// Takes in what was reported.
    fn listen(&mut self) -> Result<(), Failure> {
        for participant in self.children.iter_mut() {
            let role = participant.role;
            if self.ended.iter().any(|(ended, _)| *ended == role) {
                continue;
            }
            let mut failed = None;
            let closed = loop {
                match participant.reports.try_receive() {
                    Ok(Some((Report::Failed { status, message, is_consequence }, _))) => {
                        failed =
                            Some(Failure::Participant { role, status, message, is_consequence });
                    }
                    Ok(Some((report, _))) => {
                        self.progress.note(&report);
                        self.facts.note(role, report);
                    }
                    Ok(None) => break false,
                    Err(_) => break true,
                }
            };
            if !closed && failed.is_none() {
                continue;
            }
            let end = participant
                .wait()
                .map_err(|error| Failure::System { doing: "wait for a participant", error })?;
            let failure = match (end, failed) {
                (End::Killed { .. }, _) if self.gave_up => Some(Failure::Hung { role }),
                (End::Killed { signal }, _) => Some(Failure::Killed { role, signal }),
                (_, Some(failure)) => Some(failure),
                (End::Failed, None) => Some(Failure::Silent { role }),
                (End::Returned, None) => None,
            };
            if failure.is_some() {
                self.give_up_at.get_or_insert_with(|| Instant::now() + PATIENCE);
            }
            self.ended.push((role, failure));
        }
        Ok(())
    }
}

/// Orders failures: the smaller, the closer to the cause.
fn blame(failure: &Failure) -> u8 {
    match failure {
        Failure::Killed { .. } => 0,
        other if !other.is_consequence() => 1,
        _ => 2,
    }
}

/// A participant notices within milliseconds that another one is gone. This is for one that hangs.
const PATIENCE: Duration = Duration::from_secs(5);

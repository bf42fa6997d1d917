//! The processes of the participants.

use std::env;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};

use sysmem::Channel;

use crate::demo::link::{self, Link};
use crate::demo::message::{Assignment, Report};
use crate::demo::role::Role;
use crate::failure::Failure;

/// All participants. None outlives this value, and none is left behind as a zombie.
#[derive(Default)]
pub struct Children(Vec<Participant>);

/// One process, and the channel that it reports on: its standard input.
pub struct Participant {
    pub role: Role,
    pub reports: Link<Assignment, Report>,
    process: Child,
}

impl Children {
    /// Starts a participant and hands it its channels.
    ///
    /// # Errors
    ///
    /// A process that cannot be started.
    pub fn start(
        &mut self,
        role: Role,
        assignment: &Assignment,
        channels: Vec<Channel>,
    ) -> Result<(), Failure> {
        let starting = |error| Failure::System { doing: "start a participant", error };
        let [own, its] = link::pair()?;
        let process = Command::new(env::current_exe().map_err(starting)?)
            .args(["demo-participant", role.name()])
            .stdin(Stdio::from(OwnedFd::from(its)))
            .stdout(Stdio::null())
            .spawn()
            .map_err(starting)?;
        let reports = Link::new(own, role.name());
        let handles: Vec<_> = channels.iter().map(AsFd::as_fd).collect();
        let sent = reports.send_with(assignment, &handles);
        self.0.push(Participant { role, reports, process });
        match sent {
            // Killed already. Whoever listens to the reports finds out.
            Err(Failure::Alone { .. }) => Ok(()),
            sent => sent,
        }
    }

    /// The participants, in the order of their start.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Participant> {
        self.0.iter_mut()
    }

    /// Ends those that still run.
    pub fn kill(&mut self) {
        for participant in &mut self.0 {
            // It may have ended by itself in the meantime.
            let _ = participant.process.kill();
        }
    }
}

impl Drop for Children {
    fn drop(&mut self) {
        self.kill();
        for participant in &mut self.0 {
            let _ = participant.process.wait();
        }
    }
}

/// How a process has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It had nothing left to do.
    Returned,
    /// It ended by itself with another status than 0.
    Failed,
    /// A signal ended it.
    Killed { signal: i32 },
}

impl Participant {
    /// Waits for the process to end. Its channel is closed, so that takes no time.
    ///
    /// # Errors
    ///
    /// None that is expected.
    pub fn wait(&mut self) -> io::Result<End> {
        let status = self.process.wait()?;
        Ok(match status.signal() {
            Some(signal) => End::Killed { signal },
            None if status.success() => End::Returned,
            None => End::Failed,
        })
    }
}

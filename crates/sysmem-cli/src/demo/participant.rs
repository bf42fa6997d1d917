//! What the three participants have in common: their start, their place in the chain, their end.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Mutex, PoisonError};

use rustix::event::{PollFd, PollFlags, poll};
use sysmem::fuchsia_sysmem2::BufferCollectionConstraints;
use sysmem::{
    Allocator, Channel, Collection, Constraints, Diagnostics, Handle, Token, monotonic_now,
};

use crate::demo::link::Link;
use crate::demo::message::{Agreement, Assignment, Note, Report};
use crate::demo::role::Role;
use crate::demo::{filter, sink, source};
use crate::failure::Failure;
use crate::frame::{FrameLayout, FrameView};
use crate::media::input::Description;

/// The connection to the command.
pub type Command = Link<Report, Assignment>;
/// A connection to a neighbour.
pub type Neighbour = Link<Note, Note>;

/// A process that takes part.
pub struct Participant {
    pub assignment: Assignment,
    pub command: Command,
    pub allocator: Allocator,
    pub left: Option<Neighbour>,
    pub right: Option<Neighbour>,
    role: Role,
}

/// A participant that has its buffers.
pub struct Seat {
    collection: Collection,
    pub description: Description,
    pub layout: FrameLayout,
    memory: Vec<sysmem::Mapping>,
}

/// Where a note came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// The whole life of a participant. Its standard input is the channel to the command.
///
/// # Errors
///
/// Only when the command cannot be told what failed.
pub fn take_part(role: Role) -> Result<(), Failure> {
    let mut command = command()?;
    let report_to = self::command()?;
    let (assignment, handles) = command.receive()?;
    let result = Participant::new(role, assignment, command, handles).and_then(
        |mut participant| match role {
            Role::Source => source::run(&mut participant),
            Role::Filter => filter::run(&mut participant),
            Role::Sink => sink::run(&mut participant),
        },
    );
    result.or_else(|failure| {
        tracing::debug!(%role, %failure, "ends");
        report_to.send(&Report::Failed {
            status: failure.status(),
            message: failure.to_string(),
            is_consequence: failure.is_consequence(),
        })
    })
}

fn command() -> Result<Command, Failure> {
    let input = io::stdin()
        .as_fd()
        .try_clone_to_owned()
        .map_err(|error| Failure::System { doing: "find the demo's command", error })?;
    let channel = Channel::from_handle(input.into())
        .map_err(|_| Failure::Usage("`sysmem demo` starts its participants itself".into()))?;
    Ok(Command::new(channel, "the command"))
}

/// A handle that has to be a channel.
pub fn channel(handle: Handle) -> Result<Channel, Failure> {
    Channel::from_handle(handle).map_err(|_| Failure::Confused { about: "what is no channel" })
}

impl Participant {
    fn new(
        role: Role,
        assignment: Assignment,
        command: Command,
        handles: Vec<Handle>,
    ) -> Result<Self, Failure> {
        let mut handles = handles.into_iter();
        let mut next = || match handles.next() {
            Some(handle) => channel(handle),
            None => Err(Failure::Confused { about: "too few channels" }),
        };
        let allocator = match &assignment.service {
            Some(directory) => Allocator::connect_in(directory)?,
            None => {
                let (allocator, diagnostics) = (next()?, next()?);
                Allocator::from_channel(allocator)?.with_diagnostics(once(diagnostics))
            }
        };
        let (has_left, has_right) = (role != Role::Source, role != Role::Sink);
        let left_name = if role == Role::Sink { "the filter" } else { "the source" };
        let right_name = if role == Role::Source { "the filter" } else { "the sink" };
        let left = has_left.then(&mut next).transpose()?;
        let right = has_right.then(&mut next).transpose()?;
        allocator.set_debug_info(&format!("demo {role}"), std::process::id().into())?;
        Ok(Self {
            assignment,
            command,
            allocator,
            left: left.map(|channel| Neighbour::new(channel, left_name)),
            right: right.map(|channel| Neighbour::new(channel, right_name)),
            role,
        })
    }

    /// Waits for the invitation of the left neighbour.
    ///
    /// # Errors
    ///
    /// A neighbour that is gone or says something else.
    pub fn invitation(&mut self) -> Result<(Description, Vec<Handle>), Failure> {
        match self.left.as_mut().map(Neighbour::receive).transpose()? {
            Some((Note::Invitation(description), tokens)) => Ok((description, tokens)),
            _ => Err(Failure::Confused { about: "no invitation" }),
        }
    }

    /// Turns the token in, states the constraints, waits for the buffers and maps them.
    ///
    /// # Errors
    ///
    /// No common ground, and everything that can go wrong on the way.
    pub fn sit_down(
        &self,
        token: Token,
        description: Description,
        constraints: Constraints,
    ) -> Result<Seat, Failure> {
        let collection = self.allocator.bind(token)?;
        let asked: BufferCollectionConstraints = constraints.clone().into();
        self.command.send(&Report::Asks(sysmem_json::to_json(&asked)))?;
        collection.set_constraints(constraints)?;
        let buffers = collection.wait_for_buffers()?;
        let at = monotonic_now();
        let size = (description.width, description.height);
        let (layout, bytes_per_row) = FrameLayout::agreed(buffers.image(), size)?;
        layout.check_fits(buffers.size_bytes())?;
        let map = |buffer: &sysmem::Buffer| match self.role {
            Role::Sink => buffer.map_read(),
            Role::Source | Role::Filter => buffer.map(),
        };
        let memory = buffers.iter().map(map).collect::<Result<Vec<_>, _>>()?;
        self.command.send(&Report::Agrees(Agreement {
            settings: sysmem_json::to_json(buffers.settings()),
            buffer_count: buffers.len(),
            bytes_per_row,
            at,
        }))?;
        Ok(Seat { collection, description, layout, memory })
    }

    /// Waits for the next note of a neighbour, or for the bad news that somebody is gone.
    ///
    /// # Errors
    ///
    /// [`Failure::Alone`] when a neighbour or the command is gone, what the service says when it
    /// has closed the collection.
    pub fn next_note(&mut self, seat: &Seat) -> Result<(Side, Note), Failure> {
        loop {
            let sides = [(Side::Left, &mut self.left), (Side::Right, &mut self.right)];
            for (side, neighbour) in sides {
                let note = neighbour.as_mut().map(Neighbour::try_receive).transpose()?.flatten();
                if let Some((note, _)) = note {
                    return Ok((side, note));
                }
            }
            let left = self.left.as_ref().map(AsFd::as_fd);
            let right = self.right.as_ref().map(AsFd::as_fd);
            let collection = seat.collection.caller().as_fd();
            let neighbours = left.into_iter().chain(right);
            let sources: Vec<BorrowedFd<'_>> =
                [self.command.as_fd(), collection].into_iter().chain(neighbours).collect();
            let ready = wait_for_any(&sources)?;
            // The command says nothing after the assignment, and nothing comes on a collection that
            // nobody has asked: both can only have closed. What neighbours still have to say counts
            // first, since the last message and the end come together.
            let [command, collection, neighbours @ ..] = ready.as_slice() else { continue };
            if neighbours.contains(&true) {
                continue;
            }
            if *collection {
                seat.collection.check()?;
            }
            if *command {
                return Err(Failure::Alone { missing: "the command" });
            }
        }
    }
}

impl Seat {
    /// The image in the buffer with this number.
    ///
    /// # Errors
    ///
    /// [`Failure::Confused`] for a number that no buffer has.
    pub fn frame(&self, buffer: usize) -> Result<FrameView<'_>, Failure> {
        match self.memory.get(buffer) {
            Some(memory) => Ok(FrameView::new(memory, &self.layout)),
            None => Err(Failure::Confused { about: "the number of no buffer" }),
        }
    }

    /// How many buffers there are.
    pub fn buffer_count(&self) -> usize {
        self.memory.len()
    }

    /// Leaves in good order.
    ///
    /// # Errors
    ///
    /// A service that is gone.
    pub fn leave(self) -> Result<(), Failure> {
        Ok(self.collection.release()?)
    }
}

/// Diagnostics that answer one question, which is as many as a participant can have.
fn once(connection: Channel) -> Diagnostics {
    let connection = Mutex::new(Some(connection));
    Diagnostics::through(move || {
        let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
        connection.take().ok_or_else(|| io::ErrorKind::NotConnected.into())
    })
}

/// Which of the descriptors have something to read, or are closed.
fn wait_for_any(sources: &[BorrowedFd<'_>]) -> Result<Vec<bool>, Failure> {
    let mut entries: Vec<PollFd<'_>> =
        sources.iter().map(|source| PollFd::from_borrowed_fd(*source, PollFlags::IN)).collect();
    rustix::io::retry_on_intr(|| poll(&mut entries, None))
        .map_err(|error| Failure::System { doing: "wait", error: error.into() })?;
    Ok(entries.iter().map(|entry| !entry.revents().is_empty()).collect())
}

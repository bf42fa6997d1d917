//! The sink: reads buffers and writes the output.

use std::collections::VecDeque;

use sysmem::{Constraints, ImageConstraints, Token, monotonic_now};

use crate::demo::message::{Account, Note, Report};
use crate::demo::participant::{Participant, Side, channel};
use crate::failure::Failure;
use crate::frame::FrameFormat;
use crate::media::MediaError;
use crate::media::output::Output;

/// Writes every picture. Like a display it keeps the last one until the next is there, so it holds
/// up to two buffers.
///
/// # Errors
///
/// An output that cannot be written, and everything that can happen to the others.
pub fn run(participant: &mut Participant) -> Result<(), Failure> {
    let (description, tokens) = participant.invitation()?;
    let own = tokens.into_iter().next();
    let own = own.ok_or(Failure::Confused { about: "an invitation without tokens" })?;
    let token = Token::from_channel(channel(own)?)?;
    let seat = participant.sit_down(token, description, constraints())?;

    let path = participant.assignment.output.clone();
    let media = |error: MediaError| Failure::Media { path: path.clone(), error };
    let mut output =
        Output::create(path.as_deref(), &seat.description, seat.layout.meaning()).map_err(media)?;
    let mut held = VecDeque::new();
    let mut account = Account { frames: 0, bytes: 0, nanoseconds: 0 };
    let mut begun = None;
    loop {
        match participant.next_note(&seat)? {
            (Side::Left, Note::Filled { buffer, parameters }) => {
                let begun = *begun.get_or_insert_with(monotonic_now);
                output.write(&parameters, seat.frame(buffer)?.load()?).map_err(media)?;
                account.frames += 1;
                account.bytes += seat.layout.picture_bytes();
                account.nanoseconds = monotonic_now() - begun;
                participant.command.send(&Report::Wrote(account.frames))?;
                held.push_back(buffer);
                if held.len() == HELD_BUFFERS as usize {
                    free(participant, held.pop_front())?;
                }
            }
            (Side::Left, Note::End) => break,
            _ => return Err(Failure::Confused { about: "a note out of order" }),
        }
    }
    output.finish().map_err(media)?;
    held.into_iter().try_for_each(|buffer| free(participant, Some(buffer)))?;
    participant.command.send(&Report::Finished(account))?;
    if let Some(filter) = &participant.left {
        filter.send(&Note::Done)?;
    }
    seat.leave()
}

fn free(participant: &Participant, buffer: Option<usize>) -> Result<(), Failure> {
    match (&participant.left, buffer) {
        (Some(filter), Some(buffer)) => filter.send(&Note::Free { buffer }),
        _ => Ok(()),
    }
}

/// Any of the four formats.
fn constraints() -> Constraints {
    let base = Constraints::new().cpu_read().camping(HELD_BUFFERS);
    FrameFormat::ALL.into_iter().fold(base, |constraints, format| {
        constraints.image(ImageConstraints::linear(format.pixel_format()).any_color_space())
    })
}

/// The picture that is shown, and the one that is about to be.
const HELD_BUFFERS: u32 = 2;

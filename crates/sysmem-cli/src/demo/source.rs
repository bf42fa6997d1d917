//! The source: reads pictures into buffers.

use std::os::fd::AsFd;
use std::path::Path;

use sysmem::{ColorSpace, Constraints, ImageConstraints, monotonic_now};

use crate::demo::message::{Note, Report};
use crate::demo::participant::{Participant, Seat, Side};
use crate::failure::Failure;
use crate::frame::FrameFormat;
use crate::media::MediaError;
use crate::media::input::{Description, Input, Item, Kind};

/// Makes the collection, invites the others, and reads to the end of the input.
///
/// # Errors
///
/// Bad input, and everything that can happen to the others.
pub fn run(participant: &mut Participant) -> Result<(), Failure> {
    let path = participant.assignment.input.clone();
    let media = |error: MediaError| Failure::Media { path: path.clone(), error };
    let mut input = open(path.as_deref()).map_err(media)?;
    let description = input.description().clone();
    if let Some(count) = input.count_hint() {
        participant.command.send(&Report::Expects(count))?;
    }
    let mut seat = invite(participant, description)?;
    let mut free: Vec<usize> = (0..seat.buffer_count()).rev().collect();
    while let Some(Item { parameters, picture }) = input.next().map_err(media)? {
        let buffer = loop {
            match free.pop() {
                Some(buffer) => break buffer,
                None => wait(participant, &mut seat, &mut free)?,
            };
        };
        seat.frame(buffer)?.store(&picture)?;
        tell_right(participant, &Note::Filled { buffer, parameters })?;
    }
    tell_right(participant, &Note::End)?;
    while wait(participant, &mut seat, &mut free)? == Progress::Goes {}
    seat.leave()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Goes,
    Done,
}

fn open(path: Option<&Path>) -> Result<Input, MediaError> {
    path.map_or_else(Input::built_in, Input::open)
}

fn invite(participant: &Participant, description: Description) -> Result<Seat, Failure> {
    participant.command.send(&Report::Begins(monotonic_now()))?;
    let token = participant.allocator.new_shared_token()?;
    token.set_name(1, "demo frames")?;
    let for_others = [token.duplicate()?, token.duplicate()?];
    token.sync()?;
    let [for_filter, for_sink] = for_others.map(sysmem::Token::into_channel);
    let (for_filter, for_sink) = (for_filter?, for_sink?);
    if let Some(filter) = &participant.right {
        let invitation = Note::Invitation(description.clone());
        filter.send_with(&invitation, &[for_filter.as_fd(), for_sink.as_fd()])?;
    }
    // Our copies would keep the tokens alive if the filter died.
    drop((for_filter, for_sink));
    let constraints = constraints(&description);
    participant.sit_down(token, description, constraints)
}

/// Exactly the size of the input, in formats that it can be written in without loss.
fn constraints(description: &Description) -> Constraints {
    let (formats, space) = match description.kind {
        Kind::Y4m { full_range, .. } => {
            ([FrameFormat::I420, FrameFormat::Nv12], video_color_space(description, full_range))
        }
        Kind::Png { .. } => ([FrameFormat::Rgba, FrameFormat::Bgra], ColorSpace::SRGB),
    };
    formats.into_iter().fold(Constraints::new().cpu_write().camping(1), |constraints, format| {
        let (width, height) = format.buffer_size(description.width, description.height);
        let image = ImageConstraints::linear(format.pixel_format());
        constraints.image(image.size(width, height).color_space(space))
    })
}

/// YUV4MPEG2 does not say. By custom what is as large as HD is BT.709, and the rest BT.601.
fn video_color_space(description: &Description, full_range: bool) -> ColorSpace {
    match full_range {
        true => ColorSpace::REC601_PAL_FULL_RANGE,
        false if description.height >= 720 => ColorSpace::REC709,
        false => ColorSpace::REC601_PAL,
    }
}

fn wait(
    participant: &mut Participant,
    seat: &mut Seat,
    free: &mut Vec<usize>,
) -> Result<Progress, Failure> {
    match participant.next_note(seat)? {
        (Side::Right, Note::Free { buffer }) => {
            free.push(buffer);
            Ok(Progress::Goes)
        }
        (Side::Right, Note::Done) => Ok(Progress::Done),
        _ => Err(Failure::Confused { about: "a note out of order" }),
    }
}

fn tell_right(participant: &Participant, note: &Note) -> Result<(), Failure> {
    participant.right.as_ref().map_or(Ok(()), |filter| filter.send(note))
}

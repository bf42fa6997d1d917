//! The filter: changes pixels in place.

use std::os::fd::AsFd;

use sysmem::{Constraints, ImageConstraints, Token};

use crate::demo::message::Note;
use crate::demo::participant::{Participant, Side, channel};
use crate::failure::Failure;
use crate::frame::FrameFormat;

/// Passes the invitation on, then every buffer after its pixels are changed.
///
/// # Errors
///
/// Everything that can happen to the others.
pub fn run(participant: &mut Participant) -> Result<(), Failure> {
    let (description, tokens) = participant.invitation()?;
    let [own, for_sink] = <[_; 2]>::try_from(tokens)
        .map_err(|_| Failure::Confused { about: "an invitation without tokens" })?;
    if let Some(sink) = &participant.right {
        sink.send_with(&Note::Invitation(description.clone()), &[for_sink.as_fd()])?;
    }
    // Our copy would keep the token alive if the sink died.
    drop(for_sink);
    let token = Token::from_channel(channel(own)?)?;
    let seat = participant.sit_down(token, description, constraints())?;
    let effect = participant.assignment.effect;
    loop {
        let (side, note) = participant.next_note(&seat)?;
        if let Note::Filled { buffer, .. } = note {
            effect.apply(seat.frame(buffer)?, seat.layout.meaning())?;
        }
        let onwards = match side {
            Side::Left => &participant.right,
            Side::Right => &participant.left,
        };
        if let Some(neighbour) = onwards {
            neighbour.send(&note)?;
        }
        if matches!(note, Note::Done) {
            return seat.leave();
        }
    }
}

/// Any of the four formats, with rows at multiples of 64 bytes.
fn constraints() -> Constraints {
    let base = Constraints::new().cpu_read().cpu_write().camping(1);
    FrameFormat::ALL.into_iter().fold(base, |constraints, format| {
        let image = ImageConstraints::linear(format.pixel_format());
        constraints.image(image.any_color_space().row_alignment(64))
    })
}

//! Who is who.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the three participants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
pub enum Role {
    /// Reads pictures into buffers.
    Source,
    /// Changes them in place.
    Filter,
    /// Writes them out.
    Sink,
}

impl Role {
    /// All of them, in the order in which pictures travel.
    pub const ALL: [Self; 3] = [Self::Source, Self::Filter, Self::Sink];

    /// The name, for people, scripts and the service's log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Filter => "filter",
            Self::Sink => "sink",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

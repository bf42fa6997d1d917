//! The first version of the protocol: requirements (`sysmem1_r..`) and edge cases (`sysmem1_c..`)
//! of `sysmem1.md` sections 7 and 8, as far as they need no sockets.

mod client;
pub mod constraints;
mod effects;
mod mixed;
mod sink;
mod statuses;
mod tokens;
mod views;
mod wire;

pub use effects::Notice;

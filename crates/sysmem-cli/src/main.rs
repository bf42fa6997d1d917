//! The command `sysmem`.

mod frame;
mod media;

fn main() {}

//! The command `sysmem`.

fn main() {}

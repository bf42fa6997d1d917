//! The logic of sysmem as a state machine without I/O.

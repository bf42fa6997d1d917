//! Where the memory of buffers comes from.

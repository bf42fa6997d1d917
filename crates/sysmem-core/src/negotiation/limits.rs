//! What clients cannot make grow beyond (`sysmem2-constraints.md` 1.1).

/// Buffers in a collection. The result vector could hold 128; the limit that counts is that of v1.
pub const MAX_BUFFER_COUNT: u32 = 64;

/// Bytes of all buffers of a collection together, inclusive.
pub const MAX_COLLECTION_BYTES: u64 = 1 << 30;

/// Bytes of one buffer, inclusive.
pub const MAX_BUFFER_BYTES: u64 = 256 << 20;

/// Image entries at which fanning out wildcards fails, exclusive.
pub const MAX_FAN_OUT: usize = 512;

/// Sizes in the `required_max_size_list` of a result, inclusive.
pub const MAX_REQUIRED_SIZES: usize = 64;

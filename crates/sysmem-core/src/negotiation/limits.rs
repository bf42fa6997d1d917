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

/// Items of their constraints that are looked at for participants who negotiate, all selections of
/// group children together, inclusive. Past it there is no agreement.
///
/// Of this service: messages are bounded, but the product of what participants, their formats, the
/// sizes that they require and selections can be is not, and nobody else is served meanwhile. An
/// item takes some tens of nanoseconds, so that this is some tens of milliseconds. 64 participants
/// with 64 pairs each in 64 selections take two fifths of it.
pub const MAX_WORK: usize = 3 << 18;

/// What it costs of [`MAX_WORK`] to sanitize one pair of format and modifier: it takes longer than
/// to combine it, and what comes out is kept until there is an agreement.
pub const PAIR_WORK: usize = 8;

/// What it costs of [`MAX_WORK`] to look at a pair that a wildcard may stand for, and to take it
/// into the list.
pub const FAN_OUT_WORK: usize = 4;

/// Comparisons of two names of heaps that are one item of [`MAX_WORK`].
pub const HEAP_COMPARISONS: usize = 8;

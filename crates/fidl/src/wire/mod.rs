//! Descriptors of the built-in types: each names a FIDL type with its bounds, and implements
//! [`Codec`](crate::Codec) for the Rust type that holds its values.

mod containers;
mod handles;
mod primitives;

pub use containers::{
    Array, Boxed, Heap, NoBody, OptStr, OptUnion, OptVector, Str, UNBOUNDED, Vector,
};
pub use handles::{
    ClientEndOf, HandleOf, OptClientEndOf, OptHandleOf, OptServerEndOf, ServerEndOf,
};

/// The presence word of strings, vectors, boxes and tables.
pub(crate) const PRESENT64: u64 = u64::MAX;
/// The presence word of handles.
pub(crate) const PRESENT32: u32 = u32::MAX;

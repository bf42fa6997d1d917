//! The typed wrappers, over whatever transport.
//!
//! Programs use them by the names in the root of this crate (blocking) or in its module `tokio`.

mod allocator;
mod buffers;
mod collection;
mod group;
mod inspector;
mod node;
mod token;
mod vmo_info;

pub use allocator::Allocator;
pub use buffers::{Buffer, Buffers};
pub use collection::Collection;
pub use group::Group;
pub use inspector::Inspector;
pub use node::Node;
pub use token::Token;
pub use vmo_info::{VmoInfo, VmoQuery};

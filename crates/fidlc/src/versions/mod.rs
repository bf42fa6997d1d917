//! Versions: when each element exists, and what a library is in a given range of versions.

mod version;

pub use version::{BadVersion, Version};

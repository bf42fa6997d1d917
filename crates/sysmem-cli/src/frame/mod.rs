//! Images in shared buffers: where their bytes are, how pictures get in and out, and effects.

mod edges;
pub mod effect;
mod layout;
mod view;

pub use layout::{FrameFormat, FrameLayout, LayoutError};
pub use view::FrameView;

//! Pixel formats, modifiers, color spaces and layout arithmetic.
//!
//! Answers what sysmem has to know about images, by the rules of `image-formats.md` and, where that
//! page leaves a choice, of `sysmem2-constraints.md`:
//!
//! * [`FormatInfo`]: the constants of each pixel format.
//! * [`is_supported`], [`minimum_row_bytes`], [`image_size`], [`plane`]: the layout of an image,
//!   for every pair of pixel format and modifier. Each family of modifiers has a module.
//! * [`supports_color_space`]: which color spaces go with which formats.
//! * [`linux`]: what DRM, V4L2, GStreamer and PipeWire call the same things.
//!
//! Every computation is checked: what does not fit, is not supported, or has no meaning is `None`,
//! and nothing panics whatever the numbers are. Intermediate results are 64 bits wide, so that only
//! results decide.
//!
//! ```
//! use image_format::{RowConstraints, image_size, minimum_row_bytes, plane};
//! use sysmem_fidl::fuchsia_images2::{PixelFormat, PixelFormatModifier};
//!
//! # fn layout() -> Option<()> {
//! let (format, modifier) = (PixelFormat::NV12, PixelFormatModifier::LINEAR);
//! let constraints = RowConstraints { bytes_per_row_divisor: 64, ..RowConstraints::default() };
//! let row_bytes = minimum_row_bytes(format, modifier, &constraints, 1366)?;
//! assert_eq!(row_bytes, 1408);
//! assert_eq!(image_size(format, modifier, 1366, 768, row_bytes), Some(1408 * 768 * 3 / 2));
//! assert_eq!(plane(format, modifier, 1366, 768, row_bytes, 1)?.offset, 1408 * 768);
//! # Some(())
//! # }
//! # layout().unwrap();
//! ```
#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a failing test is a panic"
    )
)]

mod arithmetic;
mod color;
mod format;
mod layout;
pub mod linux;

pub use color::{Components, supports_color_space};
pub use format::{FormatInfo, FourthChannel, Planes};
pub use layout::{
    Plane, RowConstraints, RowRule, image_size, is_compatible_with_protected_memory, is_supported,
    minimum_row_bytes, plane, planes,
};

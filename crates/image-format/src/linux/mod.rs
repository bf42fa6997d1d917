//! What Linux calls the same formats, modifiers and color spaces (`image-formats.md` section 8).
//!
//! Numbers of one world mean other things in the other: sysmem's `B8G8R8` is `RGB888` for DRM and
//! `BGR24` for V4L2, and some modifiers of sysmem are, as numbers, other modifiers of DRM. So each
//! vocabulary has types of its own, and only the functions here lead across.
//!
//! All codes are for little-endian machines.

mod color;
mod drm;
mod formats;

pub use color::{Cicp, ColorCodes, DrmColor, V4l2Color};
pub use drm::{DrmModifier, DrmPlane, NoCounterpart, drm_planes, gstreamer_drm_format};
pub use formats::{Alpha, FormatNames, Fourcc, Samples, SpaFormat};

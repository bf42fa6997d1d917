//! Generated bindings of the sysmem FIDL libraries, one module for each.
//!
//! The modules are made by the build script out of the files in `fidl/`, and their documentation is
//! that of those files; start reading at [`fuchsia_sysmem2`]. They are written against the runtime
//! crate [`fidl`] and leave open what a handle is. What it is on Linux is [`Handle`], and the type
//! aliases here name the types with it.

pub mod conversions;
mod handle;

pub use handle::{Expected, Handle};

/// The end of a channel on which requests of protocol `P` are sent.
pub type ClientEnd<P> = fidl::ClientEnd<P, Handle>;

/// The end of a channel on which requests of protocol `P` arrive.
pub type ServerEnd<P> = fidl::ServerEnd<P, Handle>;

/// The library `zx`: rights, identities, time and status.
pub mod zx {
    include!(concat!(env!("OUT_DIR"), "/zx.rs"));
}

/// The library `fuchsia.math`: sizes and rectangles.
pub mod fuchsia_math {
    include!(concat!(env!("OUT_DIR"), "/fuchsia_math.rs"));
}

/// The library `fuchsia.images2`: pixel formats, modifiers, color spaces, descriptions of images.
pub mod fuchsia_images2 {
    include!(concat!(env!("OUT_DIR"), "/fuchsia_images2.rs"));
}

/// The library `fuchsia.sysmem2`: buffers that several participants share.
///
/// The overview is in `fidl/fuchsia.sysmem2/allocator.fidl`.
pub mod fuchsia_sysmem2 {
    include!(concat!(env!("OUT_DIR"), "/fuchsia_sysmem2.rs"));
}

/// The library `fuchsia.sysmem` at level 3: the first version of the protocol, in flat messages.
///
/// The overview is in `fidl/fuchsia.sysmem/allocator.fidl`. Structs of zeros are their default.
pub mod fuchsia_sysmem {
    include!(concat!(env!("OUT_DIR"), "/fuchsia_sysmem.rs"));
}

/// The library `linux.sysmem`: what the service tells about itself, beyond Fuchsia's protocols.
pub mod linux_sysmem {
    include!(concat!(env!("OUT_DIR"), "/linux_sysmem.rs"));
}

/// The library `fuchsia.hardware.sysmem`: how connections reach the driver.
pub mod fuchsia_hardware_sysmem {
    include!(concat!(env!("OUT_DIR"), "/fuchsia_hardware_sysmem.rs"));
}

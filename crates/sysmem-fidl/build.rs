//! Compiles the FIDL libraries of the project, at the newest version of everything; but
//! `fuchsia.sysmem` at the level that has both its largest structs and the sink for events.

use fidlc::Version;
use fidlc::build_script::BuildScript;

/// Level 3 of `fuchsia.sysmem` (`sysmem1.md` 0.1).
const SYSMEM1_LEVEL: Version = match Version::number(3) {
    Some(version) => version,
    None => Version::HEAD,
};

fn main() {
    BuildScript::default()
        .library("../../fidl/zx")
        .library("../../fidl/fuchsia.math")
        .library("../../fidl/fuchsia.images2")
        .library("../../fidl/fuchsia.sysmem2")
        .library("../../fidl/fuchsia.sysmem")
        .library("../../fidl/linux.sysmem")
        .library("../../fidl/fuchsia.hardware.sysmem")
        .available("fuchsia", Version::HEAD)
        .available("sysmem1", SYSMEM1_LEVEL)
        .run();
}

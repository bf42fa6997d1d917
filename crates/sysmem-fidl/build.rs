//! Compiles the FIDL libraries of the project, at the newest version of everything.

use fidlc::Version;
use fidlc::build_script::BuildScript;

fn main() {
    BuildScript::default()
        .library("../../fidl/zx")
        .library("../../fidl/fuchsia.math")
        .library("../../fidl/fuchsia.images2")
        .library("../../fidl/fuchsia.sysmem2")
        .library("../../fidl/linux.sysmem")
        .available("fuchsia", Version::HEAD)
        .run();
}

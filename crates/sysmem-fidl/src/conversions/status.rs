//! What the second version calls an error is a status in the first.

use crate::fuchsia_sysmem2::Error;

impl Error {
    /// The status that tells a client of the first version the same (`sysmem1.md` 3.2): one of
    /// `zx_status_t`.
    ///
    /// Errors that came after it have none of their own and are `ZX_ERR_INTERNAL`.
    pub const fn into_v1_status(self) -> i32 {
        match self {
            Self::PROTOCOL_DEVIATION => -10,
            Self::NOT_FOUND => -25,
            Self::HANDLE_ACCESS_DENIED => -30,
            Self::NO_MEMORY => -4,
            Self::CONSTRAINTS_INTERSECTION_EMPTY => -2,
            Self::PENDING => -28,
            Self::TOO_MANY_GROUP_CHILD_COMBINATIONS => -14,
            _ => -1,
        }
    }
}

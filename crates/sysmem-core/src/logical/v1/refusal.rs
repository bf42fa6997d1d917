//! The status for constraints that have nothing in common (`sysmem1.md` section 9).

use sysmem_fidl::fuchsia_sysmem2::Error;

use crate::failed::Rejection;
use crate::interface::Refusal;
use crate::negotiation::{Failure, HeapShortfall, Shortfall};

/// The error of a search, of which this was the last attempt. Where everybody agrees and the server
/// cannot make such buffers, the first version calls that a lack of memory.
pub(in crate::logical) fn refusal(error: Error, last: Option<&Rejection>) -> Refusal {
    let shortfall = match last {
        Some(Rejection::Constraints { failure: Failure::Selection(shortfall), .. }) => shortfall,
        _ => return error.into(),
    };
    let lacks_memory = match shortfall {
        Shortfall::SizeOverflow { .. }
        | Shortfall::BufferTooLarge { .. }
        | Shortfall::CollectionTooLarge { .. } => true,
        Shortfall::Heap(heap) => !matches!(heap, HeapShortfall::NoSecure),
        Shortfall::Count(_)
        | Shortfall::Domain(_)
        | Shortfall::NoProtectedFormat
        | Shortfall::Size { .. } => false,
    };
    let v1_status = if lacks_memory { Error::NO_MEMORY } else { error }.into_v1_status();
    Refusal { error, v1_status }
}

//! The negotiation: the constraints of all participants in, one kind of buffers out.
//!
//! A pure function by the rules of `sysmem2-constraints.md` sections 1 to 4. It runs in three
//! steps, each of which takes away what the next one need not think about:
//!
//! 1. *Sanitize* (`terms`): the table of a participant, in which every field can be missing,
//!    becomes terms that are complete and valid. Borrowed strings and lists stay where they are.
//! 2. *Combine*: the terms of one participant after the other are merged; what is left is
//!    *settled*, which leaves no wildcard and one color space for each format.
//! 3. *Select* (`select`): count, heap, coherency domain, format, size.
//!
//! Names like C5, M3 or "2.6 step 12" in comments and in [`Failure::rule`] are those of that page.

mod aggregate;
mod brief;
mod budget;
mod color_space;
mod cost;
mod cost_table;
mod counts;
pub mod explain;
mod failure;
mod formats;
mod heap;
mod image;
pub mod limits;
mod memory;
mod number;
mod padding;
mod pair_index;
mod pin;
mod prepared;
mod select;
mod size;
mod terms;
mod usage;
pub mod usage_names;

use sysmem_fidl::fuchsia_sysmem2::{BufferCollectionConstraints, SingleBufferSettings};

pub use self::brief::{Brief, BriefSettings};
pub use self::cost::FormatCost;
pub use self::cost_table::CostTable;
pub use self::failure::{
    Conflict, CountFault, CountShortfall, DomainShortfall, Elimination, Failure, Fault,
    FormatConflict, FormatFault, HeapConflict, HeapShortfall, ImageFault, MemoryFault, Shortfall,
    SizeShortfall, UsageFault,
};
pub use self::formats::FormatPair;
pub use self::heap::{Domains, HeapCatalog, HeapDeclaration, SYSTEM_RAM};
pub use self::pin::pin;
pub use self::prepared::{Negotiation, Prepared};
pub use self::usage::{Usage, has_real_usage, has_write_usage};

/// What participants do not decide.
#[derive(Clone, Copy, Debug)]
pub struct Environment<'a> {
    pub heaps: &'a HeapCatalog,
    /// Empty: of formats that all agree on, the one with the smallest number is taken.
    pub format_costs: &'a [FormatCost],
    /// A power of two.
    pub page_size_bytes: u64,
}

/// The buffers that suit everybody.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// 1 to [`limits::MAX_BUFFER_COUNT`].
    pub buffer_count: u32,
    /// As participants are told, complete (`sysmem2-constraints.md` 1.13).
    pub settings: SingleBufferSettings,
    /// What the physical address of a buffer has to be a multiple of, at least a page; set if the
    /// memory has to be contiguous.
    pub physical_alignment_bytes: Option<u64>,
}

/// Finds the buffers that suit all participants.
///
/// `participants` are in breadth-first order of their nodes, and one that set no constraints is an
/// empty table. The order shows only in the preference of heaps and in the order of the required
/// sizes that are returned.
pub fn negotiate(
    participants: &[&BufferCollectionConstraints],
    environment: &Environment<'_>,
) -> Result<Agreement, Failure> {
    let prepared: Vec<_> = participants.iter().map(|table| Prepared::new(table)).collect();
    Negotiation::new(*environment).agree(&prepared.iter().collect::<Vec<_>>())
}

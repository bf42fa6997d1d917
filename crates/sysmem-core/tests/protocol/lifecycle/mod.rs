//! Sentences of `sysmem2-protocols.md` section 7, by their numbers: `lifecycle_s23_…` is the 23rd.

mod allocator;
mod attach;
mod attach_images;
mod collections;
mod diagnostics;
mod explained;
mod failure;
mod groups;
mod heap;
mod limits;
mod negotiation;
mod release;
mod rights;
mod tracking;
mod vmo_info;
mod weak;
mod wire;

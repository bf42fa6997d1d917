//! Between the versions of the protocol (`sysmem1.md` section 3).

mod arbitrary;
mod round_trip;
mod rules;

//! Between the two versions of the protocol (`sysmem1.md` section 3, `image-formats.md` section 7).
//!
//! The structs of [`fuchsia_sysmem`](crate::fuchsia_sysmem) become tables of
//! [`fuchsia_sysmem2`](crate::fuchsia_sysmem2) and [`fuchsia_images2`](crate::fuchsia_images2) and
//! the other way round, by [`From`] where that always works and by [`TryFrom`] where it may not:
//! a server keeps one form, the tables, and converts what comes in and goes out on channels of the
//! first version.
//!
//! A number of 0 is a field that is not set, and the other way round; a `bool` is always set. There
//! and back again is the same struct, but for what has no field in the second version (the
//! `required_*_bytes_per_row`), for an absent modifier in constraints, which comes back as
//! `LINEAR`, for a `layers` of 0, and for a divisor of 0 next to one that is not, which comes back
//! as 1.

mod constraints;
mod error;
mod formats;
mod heap;
mod image;
mod memory;
mod results;
mod status;

pub use error::{FromV1Error, ToV1Error};

use crate::fuchsia_math::SizeU;

/// 0 is how the first version says that it says nothing.
const fn nonzero(value: u32) -> Option<u32> {
    if value == 0 { None } else { Some(value) }
}

/// The same for sizes, where either side counts.
const fn nonzero_size(width: u32, height: u32) -> Option<SizeU> {
    if width == 0 && height == 0 { None } else { Some(SizeU { width, height }) }
}

/// The elements of an array of which `count` are there.
fn counted<'a, T>(field: &'static str, array: &'a [T], count: u32) -> Result<&'a [T], FromV1Error> {
    let there = usize::try_from(count).ok().and_then(|count| array.get(..count));
    there.ok_or(FromV1Error::TooMany { field, count, limit: array.len() })
}

/// Puts elements into the first places of an array of the first version; returns their count.
fn fill<T, V: TryInto<T, Error = ToV1Error>>(
    field: &'static str,
    array: &mut [T],
    elements: impl ExactSizeIterator<Item = V>,
) -> Result<u32, ToV1Error> {
    let (count, limit) = (elements.len(), array.len());
    let too_many = || ToV1Error::TooMany { field, count, limit };
    let places = array.get_mut(..count).ok_or_else(too_many)?;
    for (place, element) in places.iter_mut().zip(elements) {
        *place = element.try_into()?;
    }
    u32::try_from(count).map_err(|_| too_many())
}

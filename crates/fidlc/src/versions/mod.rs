//! Versions: when each element exists, and what a library is in a given range of versions.
//!
//! The method: every version mentioned anywhere cuts the timeline of its platform. Between two cuts
//! nothing changes, so each slice is compiled once, as if there were no versions at all.

mod available;
mod lifetime;
mod modifiers;
mod slicing;
mod successors;
mod timeline;
mod version;

use std::collections::BTreeSet;

pub(crate) use available::UNVERSIONED;
pub(crate) use lifetime::Lifetime;
pub(crate) use slicing::{Selection, slice};
pub(crate) use timeline::Timeline;
pub use version::{BadVersion, Version};

/// Selections that together look at every slice of every platform, each with the platform whose slice
/// it is; the others are as selected. The selection itself is left out.
pub(crate) fn all_slices(
    timeline: &Timeline,
    selected: &Selection,
) -> BTreeSet<(String, Selection)> {
    let mut all = BTreeSet::new();
    for platform in selected.keys() {
        for version in timeline.cuts(platform) {
            let mut selection = selected.clone();
            selection.insert(platform.clone(), BTreeSet::from([version]));
            if selection != *selected {
                all.insert((platform.clone(), selection));
            }
        }
    }
    all
}

//! The libraries as they are in one range of versions.

use std::collections::{BTreeMap, BTreeSet};

use super::model::Library;
use crate::source::ElementId;
use crate::versions::Lifetime;

/// What one pass of the analysis works on: only the elements that exist, and what it has to know
/// about the others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slice {
    pub libraries: Vec<Library>,
    /// By library.
    pub platforms: Vec<String>,
    /// By library: names of declarations in any version.
    pub all_names: Vec<BTreeSet<String>>,
    /// Elements that are deprecated here, with their notes.
    pub deprecated: BTreeMap<ElementId, String>,
    pub lifetimes: BTreeMap<ElementId, Lifetime>,
}

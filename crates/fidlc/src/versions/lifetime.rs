//! When an element exists.

use std::collections::BTreeSet;

use super::Version;

/// Existence in `[added, end)`, deprecated from a version on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetime {
    pub added: Version,
    pub deprecated: Option<Version>,
    pub end: Option<End>,
}

/// How an element ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub version: Version,
    /// Another element takes over: `replaced` and not `removed`.
    pub replaced: bool,
}

impl Lifetime {
    /// That of an element of a library without versions.
    pub const UNVERSIONED: Lifetime =
        Lifetime { added: Version::HEAD, deprecated: None, end: None };

    pub fn exists_at(&self, version: Version) -> bool {
        self.added <= version && self.end.is_none_or(|end| version < end.version)
    }

    pub fn deprecated_at(&self, version: Version) -> bool {
        self.deprecated.is_some_and(|deprecated| deprecated <= version)
    }

    /// The version at which a selection sees the element, if it does: the latest of them in which
    /// it exists. An element that was removed stays in a selection that an earlier version belongs
    /// to; one that was replaced makes room for its successor.
    pub fn seen_by(&self, selection: &BTreeSet<Version>) -> Option<Version> {
        let version = *selection.iter().rev().find(|&&version| self.exists_at(version))?;
        let replaced = self.end.is_some_and(|end| end.replaced);
        (!replaced || selection.last() == Some(&version)).then_some(version)
    }

    pub fn overlaps(&self, other: &Lifetime) -> bool {
        let before_end =
            |version: Version, of: &Lifetime| of.end.is_none_or(|end| version < end.version);
        before_end(self.added, other) && before_end(other.added, self)
    }

    /// The versions at which something changes.
    pub fn cuts(&self) -> impl Iterator<Item = Version> + use<> {
        [Some(self.added), self.deprecated, self.end.map(|end| end.version)].into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(number: u32) -> Version {
        Version::number(number).unwrap_or(Version::HEAD)
    }

    fn lifetime(added: u32, end: Option<(u32, bool)>) -> Lifetime {
        let end = end.map(|(number, replaced)| End { version: version(number), replaced });
        Lifetime { added: version(added), deprecated: None, end }
    }

    #[test]
    fn language_11_elements_exist_from_added_to_before_the_end() {
        let element = lifetime(2, Some((5, false)));
        let exists = [1, 2, 4, 5].map(|number| element.exists_at(version(number)));
        assert_eq!(exists, [false, true, true, false]);
        assert!(!element.exists_at(Version::HEAD));
    }

    #[test]
    fn language_11_a_set_of_versions_keeps_what_was_removed() {
        let both = BTreeSet::from([version(2), version(9)]);
        assert_eq!(lifetime(1, Some((5, false))).seen_by(&both), Some(version(2)));
        assert_eq!(lifetime(1, Some((5, true))).seen_by(&both), None);
        assert_eq!(lifetime(1, None).seen_by(&both), Some(version(9)));
        assert_eq!(lifetime(3, Some((5, false))).seen_by(&both), None);
    }

    #[test]
    fn language_11_lifetimes_that_touch_do_not_overlap() {
        assert!(!lifetime(1, Some((3, true))).overlaps(&lifetime(3, None)));
        assert!(lifetime(1, Some((4, true))).overlaps(&lifetime(3, None)));
    }
}

//! Sizes that the buffers have to be large enough for (`sysmem2-constraints.md` 3.6).

use std::borrow::Cow;
use std::cmp::Reverse;

use sysmem_fidl::fuchsia_math::SizeU;

/// The `required_max_size_list` of one participant or, one after the other, of several.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::negotiation) struct RequiredSizes<'a>(Cow<'a, [SizeU]>);

impl<'a> RequiredSizes<'a> {
    pub(super) fn new(list: Option<&'a [SizeU]>) -> Self {
        Self(Cow::Borrowed(list.unwrap_or_default()))
    }

    pub(in crate::negotiation) fn as_slice(&self) -> &[SizeU] {
        &self.0
    }

    pub(super) fn append(&mut self, other: Self) {
        if self.0.is_empty() {
            self.0 = other.0;
        } else if !other.0.is_empty() {
            self.0.to_mut().extend_from_slice(&other.0);
        }
    }

    pub(super) fn push(&mut self, size: SizeU) {
        self.0.to_mut().push(size);
    }

    /// Leaves only sizes that no other one covers in both directions, of equal ones the first, and
    /// turns their order around.
    ///
    /// Fuchsia's server compares every size with every other one. Here they are visited from the
    /// widest down, so that a size is covered just if an earlier one was as high; many participants
    /// can add many sizes.
    pub(super) fn prune(&mut self) {
        let mut order: Vec<(usize, SizeU)> = self.0.iter().copied().enumerate().collect();
        order.sort_unstable_by_key(|(place, size)| {
            (Reverse(size.width), Reverse(size.height), *place)
        });
        let mut highest = None;
        order.retain(|(_, size)| {
            let is_covered = highest.is_some_and(|height| size.height <= height);
            highest = highest.max(Some(size.height));
            !is_covered
        });
        order.sort_unstable_by_key(|(place, _)| Reverse(*place));
        self.0 = Cow::Owned(order.into_iter().map(|(_, size)| size).collect());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The rule as 3.6 words it.
    fn prune_by_the_letter(list: &[SizeU]) -> Vec<SizeU> {
        let covers = |a: &SizeU, b: &SizeU| a.width >= b.width && a.height >= b.height;
        let mut old = list.to_vec();
        let mut new = Vec::new();
        while let Some(popped) = old.pop() {
            if !old.iter().chain(&new).any(|size| covers(size, &popped)) {
                new.push(popped);
            }
        }
        new
    }

    fn pruned(list: &[(u32, u32)]) -> Vec<(u32, u32)> {
        let list: Vec<_> = list.iter().map(|&(width, height)| SizeU { width, height }).collect();
        let mut sizes = RequiredSizes::new(Some(&list));
        sizes.prune();
        assert_eq!(sizes.as_slice(), prune_by_the_letter(&list));
        sizes.as_slice().iter().map(|size| (size.width, size.height)).collect()
    }

    /// Sentence 53 of `sysmem2-constraints.md` section 8.
    #[test]
    fn constraints_s53_uncovered_sizes_in_reverse_order() {
        assert_eq!(pruned(&[]), []);
        assert_eq!(pruned(&[(1920, 1080), (1080, 1920)]), [(1080, 1920), (1920, 1080)]);
        assert_eq!(pruned(&[(64, 32), (32, 64), (40, 40)]), [(40, 40), (32, 64), (64, 32)]);
        assert_eq!(pruned(&[(640, 480), (1280, 720), (480, 640)]), [(1280, 720)]);
        assert_eq!(pruned(&[(8, 8), (8, 8), (1, 9)]), [(1, 9), (8, 8)]);
    }

    proptest! {
        #[test]
        fn sweeping_equals_comparing_all(
            list in prop::collection::vec((0_u32..12, 0_u32..12), 0..40)
        ) {
            pruned(&list);
        }
    }
}

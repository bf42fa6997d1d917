//! Sizes that the buffers have to be large enough for (`sysmem2-constraints.md` 3.6).
//!
//! The rule is to concatenate the lists of all participants and to remove what is covered at the
//! end. Many participants can add many sizes, for each of hundreds of formats. So what is covered
//! is removed each time that lists are joined, which leads to the same since a size that covers
//! another one covers all that the other one does; and entries that come from the same tables share
//! one list.

use std::cmp::Reverse;
use std::rc::Rc;

use sysmem_fidl::fuchsia_math::SizeU;

use super::memo::Memo;
use crate::negotiation::budget::{Budget, Exhausted};
use crate::negotiation::number::{fits, has_area, max_size};

/// The `required_max_size_list` of one participant, or of several together. Copies are cheap.
#[derive(Clone, Debug)]
pub(in crate::negotiation) struct RequiredSizes<'a> {
    list: List<'a>,
    /// At least as large as each.
    bound: SizeU,
}

#[derive(Clone, Debug)]
enum List<'a> {
    /// As a participant gave it.
    Given(&'a [SizeU]),
    /// No size covers another one.
    Uncovered(Rc<[SizeU]>),
}

impl<'a> RequiredSizes<'a> {
    pub(super) fn new(list: &'a [SizeU]) -> Self {
        Self { list: List::Given(list), bound: bound(list) }
    }

    pub(in crate::negotiation) fn as_slice(&self) -> &[SizeU] {
        match &self.list {
            List::Given(list) => list,
            List::Uncovered(list) => list,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.as_slice().len()
    }

    /// The first size that `max` is too small for.
    pub(super) fn above(&self, max: SizeU) -> Option<SizeU> {
        if fits(self.bound, max) {
            return None;
        }
        self.as_slice().iter().copied().find(|size| !fits(*size, max))
    }

    /// Both, one after the other, without sizes that are covered.
    pub(super) fn joined(&self, other: &Self) -> Self {
        if other.as_slice().is_empty() {
            return self.clone();
        }
        if self.as_slice().is_empty() {
            return other.clone();
        }
        let both = self.as_slice().iter().chain(other.as_slice());
        let list = uncovered(both.copied()).into();
        Self { list: List::Uncovered(list), bound: max_size(self.bound, other.bound) }
    }

    /// As they are reported, when all participants are in: only sizes that no other one covers in
    /// both directions, of equal ones the first, in reverse order. `last` is the
    /// `required_max_size`, which counts if it is not empty.
    pub(super) fn settled(&self, last: SizeU) -> Self {
        let last = Some(last).filter(|size| has_area(*size));
        let mut list = uncovered(self.as_slice().iter().copied().chain(last));
        list.reverse();
        let bound = bound(&list);
        Self { list: List::Uncovered(list.into()), bound }
    }

    /// Whether both are one and the same list, as far as that is easy to see.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.place() == other.place()
    }

    /// Tells lists apart as long as they exist.
    fn place(&self) -> Place {
        let list = self.as_slice();
        (list.as_ptr(), list.len())
    }
}

type Place = (*const SizeU, usize);

/// Lists that have been joined, so that those who share both parts share the whole.
#[derive(Debug, Default)]
pub(super) struct Joins<'a> {
    known: Memo<(Place, Place), Join<'a>>,
}

#[derive(Clone, Debug)]
struct Join<'a> {
    /// What was joined: nothing else may come to be in its place meanwhile.
    _parts: [RequiredSizes<'a>; 2],
    whole: RequiredSizes<'a>,
}

impl<'a> Joins<'a> {
    /// The same as [`RequiredSizes::joined`].
    pub(super) fn join(
        &mut self,
        first: &RequiredSizes<'a>,
        second: &RequiredSizes<'a>,
        budget: &mut Budget,
    ) -> Result<RequiredSizes<'a>, Exhausted> {
        let join = self.known.get_or_try((first.place(), second.place()), || {
            budget.spend(first.len().saturating_add(second.len()))?;
            Ok(Join { _parts: [first.clone(), second.clone()], whole: first.joined(second) })
        })?;
        Ok(join.whole)
    }
}

fn bound(list: &[SizeU]) -> SizeU {
    list.iter().copied().fold(SizeU { width: 0, height: 0 }, max_size)
}

/// Only sizes that no other one covers, of equal ones the first, in their order.
///
/// Fuchsia's server compares every size with every other one. Here they are visited from the widest
/// down, so that a size is covered just if an earlier one was as high.
fn uncovered(list: impl Iterator<Item = SizeU>) -> Vec<SizeU> {
    let mut order: Vec<(usize, SizeU)> = list.enumerate().collect();
    order.sort_unstable_by_key(|(place, size)| (Reverse(size.width), Reverse(size.height), *place));
    let mut highest = None;
    order.retain(|(_, size)| {
        let is_covered = highest.is_some_and(|height| size.height <= height);
        highest = highest.max(Some(size.height));
        !is_covered
    });
    order.sort_unstable_by_key(|(place, _)| *place);
    order.into_iter().map(|(_, size)| size).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EMPTY: SizeU = SizeU { width: 0, height: 0 };

    /// The rule as 3.6 words it, on the concatenation of all lists.
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

    fn sizes(list: &[(u32, u32)]) -> Vec<SizeU> {
        list.iter().map(|&(width, height)| SizeU { width, height }).collect()
    }

    fn pruned(list: &[(u32, u32)]) -> Vec<(u32, u32)> {
        let list = sizes(list);
        let settled = RequiredSizes::new(&list).settled(EMPTY);
        assert_eq!(settled.as_slice(), prune_by_the_letter(&list));
        settled.as_slice().iter().map(|size| (size.width, size.height)).collect()
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

    #[test]
    fn lists_that_share_their_parts_are_shared() {
        let (a, b) = (sizes(&[(8, 8), (4, 4)]), sizes(&[(1, 9)]));
        let (a, b) = (RequiredSizes::new(&a), RequiredSizes::new(&b));
        let mut joins = Joins::default();
        let mut budget = Budget::full();
        let joined = joins.join(&a, &b, &mut budget).unwrap();
        assert_eq!(joined.as_slice(), sizes(&[(8, 8), (1, 9)]));
        assert_eq!(joins.join(&a, &b, &mut budget).unwrap().place(), joined.place());
        assert_ne!(joins.join(&b, &a, &mut budget).unwrap().place(), joined.place());
    }

    fn list() -> impl Strategy<Value = Vec<(u32, u32)>> {
        prop::collection::vec((0_u32..12, 0_u32..12), 0..12)
    }

    proptest! {
        #[test]
        fn joining_one_after_the_other_equals_pruning_the_concatenation(
            lists in prop::collection::vec(list(), 1..6),
            last in (0_u32..14, 0_u32..14),
        ) {
            let lists: Vec<_> = lists.iter().map(|list| sizes(list)).collect();
            let mut joins = Joins::default();
            let given = lists.iter().map(|list| RequiredSizes::new(list));
            let joined = given.reduce(|all, next| {
                let joined = joins.join(&all, &next, &mut Budget::full()).unwrap();
                assert!(joined.as_slice().iter().all(|size| fits(*size, joined.bound)));
                joined
            });
            let last = SizeU { width: last.0, height: last.1 };
            let settled = joined.unwrap().settled(last);

            let last = Some(last).filter(|size| has_area(*size));
            let all: Vec<_> = lists.concat().into_iter().chain(last).collect();
            prop_assert_eq!(settled.as_slice(), prune_by_the_letter(&all));
            prop_assert_eq!(settled.bound, bound(settled.as_slice()));
        }

        #[test]
        fn a_size_that_does_not_fit_is_the_first_of_them(
            list in list(),
            max in (0_u32..12, 0_u32..12),
        ) {
            let (list, max) = (sizes(&list), SizeU { width: max.0, height: max.1 });
            let first = list.iter().copied().find(|size| !fits(*size, max));
            prop_assert_eq!(RequiredSizes::new(&list).above(max), first);
        }
    }
}

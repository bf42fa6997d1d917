//! What holds for any constraints.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sysmem_core::negotiation::{Agreement, Failure};
use sysmem_fidl::fuchsia_math::SizeU;

use crate::satisfaction::unsatisfied;
use crate::support::arbitrary::{Taste, participant, participants, world};
use crate::support::participants::{PAGE, Participant, World, nobody, none};

proptest! {
    #[test]
    fn nothing_panics_and_every_failure_has_words(
        world in world(),
        participants in participants(Taste::Wild),
    ) {
        if let Err(failure) = world.negotiate(&participants) {
            prop_assert!(!failure.to_string().is_empty());
            prop_assert!(!failure.rule().is_empty());
            prop_assert!(failure.participant().is_none_or(|index| index < participants.len()));
        }
    }

    #[test]
    fn agreement_satisfies_every_participant(
        world in world(),
        participants in participants(Taste::Wild),
    ) {
        if let Ok(agreement) = world.negotiate(&participants) {
            for participant in &participants {
                prop_assert_eq!(unsatisfied(participant, &agreement), None);
            }
            check_by_itself(&agreement)?;
        }
    }

    #[test]
    fn agreement_of_usual_participants_satisfies_them(
        world in world(),
        participants in participants(Taste::Usual),
    ) {
        if let Ok(agreement) = world.negotiate(&participants) {
            for participant in &participants {
                prop_assert_eq!(unsatisfied(participant, &agreement), None);
            }
        }
    }

    #[test]
    fn unconstrained_participant_changes_nothing(
        world in world(),
        mut participants in participants(Taste::Wild),
    ) {
        let without = world.negotiate(&participants);
        participants.push(nobody());
        prop_assert_eq!(world.negotiate(&participants), without.clone());
        participants.rotate_right(1);
        prop_assert_eq!(rule(world.negotiate(&participants)), rule(without));
    }

    /// Order shows only in the preference of heaps and in the order of required sizes.
    #[test]
    fn order_of_participants_decides_nothing_else(mut participants in participants(Taste::Usual)) {
        for participant in &mut participants {
            if let Some(memory) = &mut participant.0.buffer_memory_constraints {
                memory.permitted_heaps = None;
            }
        }
        let world = World::plain();
        let forwards = world.negotiate(&participants).map(sorted);
        participants.reverse();
        prop_assert_eq!(forwards.ok(), world.negotiate(&participants).map(sorted).ok());
    }

    /// What lets a participant join after the buffers were made. Not so for tiled images whose
    /// divisor is no power of two: `minimum_row_bytes` rounds the divisor up to tiles where a
    /// common multiple would be needed (`image-formats.md` 5.4), so that rows grow each time.
    #[test]
    fn agreement_agrees_with_itself(mut participants in participants(Taste::Usual)) {
        let world = World::plain();
        let images = participants.iter_mut().flat_map(|it| &mut it.0.image_format_constraints);
        for image in images.flatten() {
            let divisor = &mut image.bytes_per_row_divisor;
            *divisor = divisor.filter(|divisor| divisor.is_power_of_two());
            image.require_bytes_per_row_at_pixel_boundary = None;
        }
        if let Ok(agreement) = world.negotiate(&participants) {
            participants.push(pinning(&agreement));
            prop_assert_eq!(world.negotiate(&participants), Ok(agreement));
        }
    }
}

/// Enough of what is generated agrees that the properties above say something.
#[test]
fn many_usual_participants_agree() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = (participant(Taste::Usual), participant(Taste::Usual));
    let mut failures = BTreeMap::new();
    for _ in 0..1000 {
        let (a, b) = strategy.new_tree(&mut runner).unwrap().current();
        if let Err(failure) = World::plain().negotiate(&[a, b]) {
            *failures.entry(failure.rule()).or_insert(0) += 1;
        }
    }
    assert!(failures.values().sum::<u32>() < 700, "of 1000 fail: {failures:?}");
}

fn rule(result: Result<Agreement, Failure>) -> Result<Agreement, &'static str> {
    result.map_err(|failure| failure.rule())
}

fn check_by_itself(agreement: &Agreement) -> Result<(), TestCaseError> {
    let memory = agreement.settings.buffer_settings.as_ref().unwrap();
    let (size, raw) = (memory.size_bytes.unwrap(), memory.raw_vmo_size.unwrap());
    prop_assert!((1..=64).contains(&agreement.buffer_count));
    prop_assert!(size >= 1 && raw >= size && raw % PAGE == 0 && raw <= 256 << 20);
    prop_assert!(raw - PAGE < (1 << 30) / u64::from(agreement.buffer_count));
    let is_contiguous = memory.is_physically_contiguous.unwrap();
    prop_assert_eq!(agreement.physical_alignment_bytes.is_some(), is_contiguous);
    Ok(())
}

fn sorted(mut agreement: Agreement) -> Agreement {
    let image = agreement.settings.image_format_constraints.as_mut();
    if let Some(list) = image.and_then(|image| image.required_max_size_list.as_mut()) {
        list.sort_unstable_by_key(|size: &SizeU| (size.width, size.height));
    }
    agreement
}

/// The image and the count of a result as constraints (`sysmem2-constraints.md` 6.4). The size is
/// left open upwards because of the padding.
fn pinning(agreement: &Agreement) -> Participant {
    let memory = agreement.settings.buffer_settings.as_ref().unwrap();
    let pinned = none()
        .min_count(agreement.buffer_count)
        .max_count(agreement.buffer_count)
        .bytes(memory.size_bytes.unwrap());
    let images = agreement.settings.image_format_constraints.iter().cloned().collect();
    pinned.with(|table| table.image_format_constraints = Some(images))
}

//! How much participants can make the negotiation do.

use sysmem_core::negotiation::limits::{MAX_WORK, PAIR_WORK};
use sysmem_core::negotiation::{Environment, Failure, HeapCatalog, Negotiation, Prepared};
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2::{
    BufferCollectionConstraints, ImageFormatConstraints, PixelFormatAndModifier,
};

use crate::support::participants::*;

const SELECTIONS: usize = 64;

fn with_negotiation<T>(run: impl FnOnce(&mut Negotiation<'_>) -> T) -> T {
    let heaps = HeapCatalog::system_ram(true);
    let environment = Environment { heaps: &heaps, format_costs: &[], page_size_bytes: PAGE };
    run(&mut Negotiation::new(environment))
}

/// AFBC in four formats with all sets of flags, 64 pairs in an entry. Each requires so many sizes,
/// none of which covers another one.
fn afbc(pairs: usize, sizes: u32) -> BufferCollectionConstraints {
    let flags = (0..64_u64).map(|set| (set & 7) << 4 | (set >> 3 & 7) << 11);
    let superblocks = [PixelFormatModifier::ARM_AFBC_16X16, PixelFormatModifier::ARM_AFBC_32X8];
    let formats = [
        PixelFormat::R8G8B8A8,
        PixelFormat::B8G8R8A8,
        PixelFormat::R8G8B8X8,
        PixelFormat::B8G8R8X8,
    ];
    let all = flags.flat_map(|flags| {
        superblocks.into_iter().flat_map(move |superblock| {
            let modifier = PixelFormatModifier::from_primitive(superblock.into_primitive() | flags);
            formats.into_iter().map(move |pixel_format| PixelFormatAndModifier {
                pixel_format,
                pixel_format_modifier: modifier,
            })
        })
    });
    let all: Vec<_> = all.take(pairs).collect();
    assert_eq!(all.len(), pairs);
    let images = all.chunks(64).map(|pairs| ImageFormatConstraints {
        pixel_format_and_modifiers: Some(pairs.to_vec()),
        color_spaces: Some(vec![ColorSpace::SRGB]),
        min_size: Some(SizeU { width: 64, height: 64 }),
        required_max_size_list: (sizes > 0).then(|| {
            (0..sizes).map(|size| SizeU { width: 100 + size, height: 200 - size }).collect()
        }),
        ..ImageFormatConstraints::default()
    });
    vulkan()
        .camping(0)
        .min_count(1)
        .with(|it| it.image_format_constraints = Some(images.collect()))
        .0
}

#[test]
fn as_much_as_the_limit_and_no_more() {
    const PARTICIPANTS: usize = 1024;
    let table = cpu_read().min_count(1).bytes(1).0;
    let participants: Vec<_> = (0..PARTICIPANTS).map(|_| Prepared::new(&table)).collect();
    let participants: Vec<_> = participants.iter().collect();
    with_negotiation(|negotiation| {
        for _ in 0..MAX_WORK / PARTICIPANTS {
            assert!(negotiation.agree(&participants).is_ok());
        }
        assert_eq!(negotiation.agree(&participants), Err(Failure::TooMuch));
        // It does not recover with less to do.
        assert_eq!(negotiation.agree(&participants[..1]), Err(Failure::TooMuch));
    });
    let failure = Failure::TooMuch;
    assert_eq!((failure.rule(), failure.participant()), ("limit of this service", None));
    assert!(failure.to_string().starts_with("too much to negotiate"));
    // The next logical allocation has a budget of its own.
    with_negotiation(|negotiation| assert!(negotiation.agree(&participants).is_ok()));
}

#[test]
fn sixty_four_of_everything_are_far_from_the_limit() {
    let table = afbc(64, 2);
    let participants: Vec<_> = (0..64).map(|_| Prepared::new(&table)).collect();
    let participants: Vec<_> = participants.iter().collect();
    with_negotiation(|negotiation| {
        for _ in 0..2 * SELECTIONS {
            assert!(negotiation.agree(&participants).is_ok());
        }
    });
}

#[test]
fn as_many_pairs_as_the_limit_and_no_more() {
    // Each pair is sanitized, combined with or taken over from those before, and settled.
    let table = afbc(500, 0);
    let per_participant = 500 * (PAIR_WORK + 1) + 1;
    let fitting = (MAX_WORK - 500) / per_participant;
    let negotiate = |participants| {
        let tables: Vec<_> = (0..participants).map(|_| Participant(table.clone())).collect();
        World::plain().negotiate(&tables)
    };
    assert!(negotiate(fitting).is_ok());
    assert_eq!(negotiate(fitting + 1), Err(Failure::TooMuch));
}

/// One message of each participant made the service stand still for seconds.
#[test]
fn participants_with_many_pairs_and_sizes_in_many_selections_end() {
    let table = afbc(500, 64);
    let negotiate = |participants, selections: usize| {
        let participants: Vec<_> = (0..participants).map(|_| Prepared::new(&table)).collect();
        let participants: Vec<_> = participants.iter().collect();
        with_negotiation(|negotiation| {
            (0..selections).map(|_| negotiation.agree(&participants)).collect::<Vec<_>>()
        })
    };
    assert_eq!(negotiate(62, SELECTIONS).last(), Some(&Err(Failure::TooMuch)));
    assert_eq!(negotiate(1000, 1), [Err(Failure::TooMuch)]);
}

#[test]
fn a_failure_names_a_few_of_many_formats() {
    let linear = vulkan().images([at_least(64, 64, rgba())]);
    let participants = [Participant(afbc(500, 0)), linear];
    let sentence = World::plain().negotiate(&participants).unwrap_err().to_string();
    assert!(sentence.ends_with("(is not offered), and 484 more"), "{sentence}");
    assert_eq!(sentence.matches("is not offered").count(), 16);
}

//! Random conflicts of two in a pipeline of three: the explanation names both and what they
//! disagree about, and each change that it suggests makes everybody agree.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use sysmem_core::negotiation::explain::Effort;
use sysmem_fidl::fuchsia_images2::ColorSpace;
use sysmem_fidl::fuchsia_sysmem2::CoherencyDomain;

use crate::explanations::{explained_within, matter, useless};
use crate::support::participants::*;

/// What two participants want that do not get along.
#[derive(Clone, Debug)]
struct Conflict {
    wishes: [Participant; 2],
    /// The field that decides, of each.
    fields: [&'static str; 2],
}

const NAMES: [&str; 3] = ["camera", "display", "encoder"];
const HEAPS: [&str; 4] = ["CARVEOUT", "CMA", "GART", "SRAM"];

fn who(user: usize) -> Participant {
    match user {
        0 => cpu_write().ram(),
        1 => display(),
        _ => vulkan(),
    }
}

/// One who takes NV12 as it comes.
fn indifferent() -> Participant {
    vulkan().images([nv12()])
}

fn between(fields: [&'static str; 2], wishes: [Participant; 2]) -> Conflict {
    Conflict { wishes, fields }
}

/// Rows that are longer than somebody can take, because of a minimum or of a divisor.
fn stride() -> impl Strategy<Value = Conflict> {
    let users = (0_usize..3, 0_usize..3);
    (users, 16_u32..500, 3_u32..10, 1_u32..64).prop_map(|((a, b), half, shift, less)| {
        let (width, divisor) = (half * 2, 1 << shift);
        let row = width.next_multiple_of(divisor);
        let image = Image { bytes_per_row_divisor: Some(divisor), ..at_least(width, 64, nv12()) };
        let max = row.saturating_sub(less).max(2);
        let limited = Image { max_bytes_per_row: Some(max), ..nv12() };
        let wishes = [who(a).images([image]), who(b).images([limited])];
        let field = if max < width { "min_size" } else { "bytes_per_row_divisor" };
        between([field, "max_bytes_per_row"], wishes)
    })
}

fn heaps() -> impl Strategy<Value = Conflict> {
    let lists = subsequence(&HEAPS[..], 2..=4).prop_flat_map(|all| (1..all.len(), Just(all)));
    lists.prop_map(|(middle, all)| {
        let permitting = |types: &[&str]| {
            let heap = |heap_type: &&str| sysmem_fidl::fuchsia_sysmem2::Heap {
                heap_type: Some((*heap_type).to_owned()),
                id: None,
            };
            let heaps = types.iter().map(heap).collect();
            vulkan().images([nv12()]).memory(|memory| memory.permitted_heaps = Some(heaps))
        };
        let (one, other) = all.split_at(middle);
        between(["permitted_heaps"; 2], [permitting(one), permitting(other)])
    })
}

fn color_spaces() -> impl Strategy<Value = Conflict> {
    use ColorSpace as C;
    let all = vec![C::REC709, C::REC601_NTSC, C::REC601_PAL, C::REC601_PAL_FULL_RANGE];
    let lists = subsequence(all, 2..=4).prop_shuffle();
    let lists = lists.prop_flat_map(|all| (1..all.len(), Just(all)));
    lists.prop_map(|(middle, all)| {
        let (one, other) = all.split_at(middle);
        let with =
            |list: &[C]| vulkan().images([Image { color_spaces: Some(list.to_vec()), ..nv12() }]);
        between(["color_spaces"; 2], [with(one), with(other)])
    })
}

fn counts() -> impl Strategy<Value = Conflict> {
    (2_u32..40).prop_flat_map(|need| (Just(need), 1..need)).prop_flat_map(|(need, max)| {
        let limited = indifferent().max_count(max);
        let wants = [
            (indifferent().camping(need), "min_buffer_count_for_camping"),
            (indifferent().min_count(need), "min_buffer_count"),
            (indifferent().shared_slack(need), "min_buffer_count_for_shared_slack"),
        ];
        select(wants.to_vec()).prop_map(move |(wanting, field)| {
            between([field, "max_buffer_count"], [wanting, limited.clone()])
        })
    })
}

fn sizes() -> impl Strategy<Value = Conflict> {
    let side = || (4_u32..2000).prop_map(|half| half * 2);
    (side(), side(), 1_u32..100, 1_u32..100, proptest::bool::ANY).prop_map(
        |(w, h, less, more, is_list)| {
            let narrow = at_most(w.saturating_sub(less).max(2), h + more, nv12());
            let (image, field) = if is_list {
                (required([(w, h)], nv12()), "required_max_size_list")
            } else {
                (at_least(w, h, nv12()), "min_size")
            };
            between([field, "max_size"], [indifferent().images([image]), vulkan().images([narrow])])
        },
    )
}

fn conflict() -> impl Strategy<Value = Conflict> {
    prop_oneof![stride(), heaps(), color_spaces(), counts(), sizes()]
}

/// The participants in an order, those who conflict at the places given.
fn pipeline(conflict: &Conflict, [a, b, c]: [usize; 3]) -> Vec<Participant> {
    let mut pipeline = vec![nobody(); 3];
    let [one, other] = conflict.wishes.clone();
    // Somebody has to want buffers, and say how large they are.
    let any_color = colors(nv12(), [ColorSpace::DO_NOT_CARE]);
    pipeline[c] = vulkan().min_count(1).bytes(100).images([any_color]);
    (pipeline[a], pipeline[b]) = (one, other);
    pipeline
}

fn orders() -> impl Strategy<Value = [usize; 3]> {
    Just(vec![0, 1, 2]).prop_shuffle().prop_map(|order| [order[0], order[1], order[2]])
}

fn world() -> World {
    World::with_heaps(HEAPS.map(|name| heap(name, &[CoherencyDomain::CPU, CoherencyDomain::RAM])))
}

proptest! {
    #[test]
    fn conflicts_are_named_and_mended(conflict in conflict(), order in orders()) {
        let world = world();
        let participants = pipeline(&conflict, order);
        for left_out in &order[..2] {
            let mut others = participants.clone();
            others[*left_out] = nobody();
            prop_assert!(world.negotiate(&others).is_ok(), "each alone gets along with the third");
        }
        let finding = explained_within(&world, &participants, Effort::USUAL);
        let finding = finding.expect("there is an agreement");
        let text = finding.with_names(&NAMES.map(|name| Some(name.to_owned()))).to_string();
        prop_assert!(finding.is_minimal, "{}", text);

        let suspects = matter(&finding);
        let who: Vec<_> = suspects.iter().map(|(participant, _)| *participant).collect();
        let mut expected = order[..2].to_vec();
        expected.sort_unstable();
        prop_assert_eq!(who, expected, "{}", text);
        for (participant, field) in order.into_iter().zip(conflict.fields) {
            let said = suspects.iter().find(|(suspect, _)| *suspect == participant);
            let (_, fields) = said.expect("a suspect");
            prop_assert!(fields.contains(&field), "{} of {participant}: {}", field, text);
            prop_assert!(text.contains(NAMES[participant]) && text.contains(field), "{}", text);
        }
        prop_assert!(!finding.repairs.is_empty(), "{}", text);
        prop_assert_eq!(useless(&world, &participants, &finding), None, "{}", text);
    }
}

//! Explanations: who conflicts about what, and that what is suggested helps.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sysmem_core::negotiation::explain::{
    Effort, Field, Finding, Suspect, explain, explain_beside, filler, is_omission,
};
use sysmem_core::negotiation::{negotiate, pin};
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormatModifier};
use sysmem_fidl::fuchsia_sysmem2::{BufferCollectionConstraints, CoherencyDomain};

use crate::support::arbitrary::{Taste, participant, participants, world};
use crate::support::participants::*;

fn explained(world: &World, participants: &[Participant]) -> Option<Finding> {
    explained_within(world, participants, effort(20_000))
}

fn effort(negotiations: u32) -> Effort {
    Effort { negotiations, items: usize::MAX }
}

pub fn explained_within(
    world: &World,
    participants: &[Participant],
    effort: Effort,
) -> Option<Finding> {
    let failure = world.negotiate(participants).err()?;
    let tables: Vec<_> = participants.iter().map(|participant| &participant.0).collect();
    let environment = world.environment();
    Some(explain(&tables, &environment, failure, effort))
}

/// Who conflicts, and about which fields.
pub fn matter(finding: &Finding) -> Vec<(usize, Vec<&'static str>)> {
    let fields =
        |suspect: &Suspect| suspect.clauses.iter().map(|clause| clause.field.name()).collect();
    finding.suspects.iter().map(|suspect| (suspect.participant, fields(suspect))).collect()
}

fn text(finding: &Finding) -> String {
    let names = ["camera", "display", "encoder"].map(|name| Some(name.to_owned()));
    finding.with_names(&names).to_string()
}

/// The first suggestion that does not help.
pub fn useless(world: &World, participants: &[Participant], finding: &Finding) -> Option<String> {
    finding.repairs.iter().find_map(|repair| {
        let mut repaired = participants.to_vec();
        repair.apply(&mut repaired[repair.participant].0);
        let failure = world.negotiate(&repaired).err()?;
        Some(format!("{repair:?}: {failure}"))
    })
}

/// A conflict of two in a pipeline of three: what it is about, and the explanation.
fn check<const N: usize>(
    world: &World,
    participants: [Participant; 3],
    expected: [(usize, &[&str]); N],
    explanation: &str,
) {
    let finding = explained(world, &participants).expect("there is an agreement");
    let expected: Vec<_> =
        expected.into_iter().map(|(who, fields)| (who, fields.to_vec())).collect();
    assert_eq!(matter(&finding), expected, "{}", text(&finding));
    assert!(finding.is_minimal);
    assert!(!finding.repairs.is_empty(), "{}", text(&finding));
    assert_eq!(useless(world, &participants, &finding), None);
    assert_eq!(text(&finding), explanation);
}

fn camera(image: Image) -> Participant {
    cpu_write().camping(2).bytes(100).images([at_least(640, 480, image)])
}

fn encoder() -> Participant {
    vulkan().camping(1).images([nv12()])
}

#[test]
fn conflict_in_stride() {
    let camera = camera(Image { bytes_per_row_divisor: Some(256), ..nv12() });
    let display =
        display().camping(1).ram().images([Image { max_bytes_per_row: Some(700), ..nv12() }]);
    check(
        &World::plain(),
        [camera, display, encoder()],
        [
            (0, &["bytes_per_row_divisor", "min_size", "pixel_format", "pixel_format_modifier"]),
            (1, &["max_bytes_per_row"]),
        ],
        "all constraints together cannot be met: NV12/LINEAR: rows have at least 768 \
         bytes, above max_bytes_per_row 512 (rule 2.6 step 13)\n\
         \x20 camera: bytes_per_row_divisor 256, min_size 640x480, pixel_format NV12, \
         pixel_format_modifier LINEAR\n\
         \x20 display: max_bytes_per_row 700\n\
         \x20 to fix it: lower camera's bytes_per_row_divisor from 256 to 128\n\
         \x20        or: lower camera's min_size from 640x480 to 512x480\n\
         \x20        or: raise display's max_bytes_per_row from 700 to 768",
    );
}

#[test]
fn conflict_in_heap() {
    let world = World::with_heaps([heap("CARVEOUT", &[CoherencyDomain::CPU])]);
    check(
        &world,
        [
            camera(nv12()).heaps(["CARVEOUT"]),
            display().heaps([sysmem_core::negotiation::SYSTEM_RAM]),
            encoder(),
        ],
        [(0, &["permitted_heaps"]), (1, &["permitted_heaps"])],
        "display does not agree with those before: permitted heaps are CARVEOUT, but it \
         permits only fuchsia.sysmem.heap.HEAP_TYPE.SYSTEM_RAM (rule 3.3)\n\
         \x20 camera: permitted_heaps [CARVEOUT]\n\
         \x20 display: permitted_heaps [fuchsia.sysmem.heap.HEAP_TYPE.SYSTEM_RAM]\n\
         \x20 to fix it: add [fuchsia.sysmem.heap.HEAP_TYPE.SYSTEM_RAM] to camera's \
         permitted_heaps\n\
         \x20        or: add [CARVEOUT] to display's permitted_heaps",
    );
}

#[test]
fn conflict_in_coherency_domain() {
    check(
        &World::plain(),
        [
            camera(nv12()),
            display().memory(|memory| memory.cpu_domain_supported = Some(false)),
            encoder(),
        ],
        [(0, &["usage"]), (1, &["cpu_domain_supported"])],
        "no buffers can be made that meet all constraints: heap \
         fuchsia.sysmem.heap.HEAP_TYPE.SYSTEM_RAM offers CPU, RAM, INACCESSIBLE, but all \
         support no domain (rule 4.3)\n\
         \x20 camera: usage cpu WRITE\n\
         \x20 display: cpu_domain_supported false\n\
         \x20 to fix it: set camera's inaccessible_domain_supported to true\n\
         \x20        or: change display's cpu_domain_supported from false to true",
    );
}

#[test]
fn conflict_in_color_space() {
    let display = display().images([colors(nv12(), [ColorSpace::REC601_PAL])]);
    check(
        &World::plain(),
        [camera(nv12()), display, vulkan().images([colors(nv12(), [ColorSpace::DO_NOT_CARE])])],
        [(0, &["color_spaces"]), (1, &["color_spaces"])],
        "display does not agree with those before: no pixel format in common (rule 3.4)\n\
         \x20 camera: color_spaces [REC709]\n\
         \x20 display: color_spaces [REC601_PAL]\n\
         \x20 NV12/LINEAR: 2 of 3 take it; display: no color space in common\n\
         \x20 to fix it: add [REC601_PAL] to camera's color_spaces\n\
         \x20        or: add [REC709] to display's color_spaces",
    );
}

#[test]
fn conflict_in_count() {
    check(
        &World::plain(),
        [camera(nv12()), display().max_count(2), encoder()],
        [
            (0, &["min_buffer_count_for_camping"]),
            (1, &["max_buffer_count"]),
            (2, &["min_buffer_count_for_camping"]),
        ],
        "no buffers can be made that meet all constraints: 3 buffers are needed, above \
         max_buffer_count 2 (rule 4.1)\n\
         \x20 camera: min_buffer_count_for_camping 2\n\
         \x20 display: max_buffer_count 2\n\
         \x20 encoder: min_buffer_count_for_camping 1\n\
         \x20 to fix it: lower camera's min_buffer_count_for_camping from 2 to 1\n\
         \x20        or: raise display's max_buffer_count from 2 to 3\n\
         \x20        or: leave out encoder's min_buffer_count_for_camping, which is 1",
    );
}

#[test]
fn conflict_in_size() {
    check(
        &World::plain(),
        [camera(nv12()), display().images([at_most(1920, 400, nv12())]), encoder()],
        [(0, &["min_size"]), (1, &["max_size"])],
        "all constraints together cannot be met: NV12/LINEAR: the aligned min_size 640x480 \
         is above max_size 1920x400 (rule 2.6 step 12)\n\
         \x20 camera: min_size 640x480\n\
         \x20 display: max_size 1920x400\n\
         \x20 to fix it: lower camera's min_size from 640x480 to 640x400\n\
         \x20        or: raise display's max_size from 1920x400 to 1920x480",
    );
}

#[test]
fn conflict_in_format() {
    let images = [nv12(), bgra()];
    check(
        &World::plain(),
        [camera(nv12()), vulkan().images(images), display().images([rgba()])],
        [(0, &["pixel_format"]), (2, &["pixel_format"])],
        "encoder does not agree with those before: no pixel format in common (rule 3.4)\n\
         \x20 camera: pixel_format NV12\n\
         \x20 encoder: pixel_format R8G8B8A8\n\
         \x20 R8G8B8A8/LINEAR: 1 of 3 take it; camera does not offer it\n\
         \x20 B8G8R8A8/LINEAR: 1 of 3 take it; camera does not offer it\n\
         \x20 NV12/LINEAR: 2 of 3 take it; encoder does not offer it\n\
         \x20 to fix it: let encoder offer NV12/LINEAR as well, with color_spaces [REC709]",
    );
}

#[test]
fn conflict_in_modifier() {
    let tiled = tiled(rgba(), PixelFormatModifier::INTEL_I915_X_TILED);
    let untold = Image { pixel_format_modifier: None, ..rgba() };
    check(
        &World::plain(),
        [camera(untold), vulkan().images([tiled]), nobody()],
        [(0, &["pixel_format_modifier"]), (1, &["pixel_format_modifier"])],
        "display does not agree with those before: no pixel format in common (rule 3.4)\n\
         \x20 camera: pixel_format_modifier unset, which is LINEAR\n\
         \x20 display: pixel_format_modifier INTEL_I915_X_TILED\n\
         \x20 R8G8B8A8/LINEAR: 1 of 2 take it; display does not offer it\n\
         \x20 R8G8B8A8/INTEL_I915_X_TILED: 1 of 2 take it; camera does not offer it\n\
         \x20 to fix it: add [R8G8B8A8/INTEL_I915_X_TILED] to camera's \
         pixel_format_and_modifiers\n\
         \x20        or: add [R8G8B8A8/LINEAR] to display's pixel_format_and_modifiers",
    );
}

#[test]
fn what_nobody_says_is_supplied() {
    let world = World::plain();
    for participants in [
        vec![nobody(), cpu_read().camping(1)],
        vec![cpu_read().bytes(100), nobody()],
        vec![none().bytes(100).camping(1)],
        vec![vulkan().camping(1).images([rgba()])],
    ] {
        let finding = explained(&world, &participants).expect("there is an agreement");
        assert!(is_omission(&finding.failure) && finding.suspects.is_empty());
        assert!(!finding.repairs.is_empty(), "{}", text(&finding));
        assert_eq!(useless(&world, &participants, &finding), None);
    }
}

#[test]
fn work_is_bounded_and_what_is_found_by_then_is_said() {
    let crowd: Vec<_> = (0..64).map(|_| encoder()).chain([camera(nv12()).heaps(["A"])]).collect();
    let crowd: Vec<_> = crowd.into_iter().chain([display().heaps(["B"])]).collect();
    let world = World::plain();
    let short = explained_within(&world, &crowd, effort(4)).unwrap();
    assert!(!short.is_minimal && text(&short).contains("not everything could be tried"));
    let long = explained_within(&world, &crowd, Effort::USUAL).unwrap();
    assert!(long.is_minimal);
    assert_eq!(matter(&long), [(64, vec!["permitted_heaps"]), (65, vec!["permitted_heaps"])]);
    assert_eq!(explained_within(&world, &crowd, effort(0)).unwrap().repairs, []);
}

/// Those who agreed to the buffers would not agree with the latecomer either, and cannot help.
#[test]
fn who_comes_late_conflicts_with_the_buffers_that_there_are() {
    let world = World::plain();
    let present = [camera(nv12()), display().images([nv12()])];
    let agreement = world.negotiate(&present).unwrap();
    let existing = pin(&agreement.settings);
    let late = display().images([rgba()]);
    let tables: Vec<_> = present.iter().chain([&late]).map(|participant| &participant.0).collect();
    let everybody: Vec<_> = tables.iter().copied().chain([&existing]).collect();
    let environment = world.environment();
    let failure = negotiate(&everybody, &environment).unwrap_err();
    let finding = explain_beside(&tables, &[&existing], &environment, failure, Effort::USUAL);
    let who: Vec<_> = finding.suspects.iter().map(|suspect| suspect.participant).collect();
    assert_eq!(who, [2, 3]);
    assert!(!finding.repairs.is_empty());
    assert!(finding.repairs.iter().all(|repair| repair.participant == 2), "{finding:?}");
}

proptest! {
    #[test]
    fn suggestions_help_and_conflicts_are_minimal(
        world in world(),
        participants in participants(Taste::Usual),
    ) {
        check_finding(&world, &participants)?;
    }

    #[test]
    fn suggestions_help_with_anything_that_can_be_decoded(
        world in world(),
        participants in participants(Taste::Wild),
    ) {
        check_finding(&world, &participants)?;
    }
}

fn check_finding(world: &World, participants: &[Participant]) -> Result<(), TestCaseError> {
    let Some(finding) = explained(world, participants) else { return Ok(()) };
    prop_assert_eq!(useless(world, participants, &finding), None);
    prop_assert!(finding.is_minimal, "{}", text(&finding));
    prop_assert!(text(&finding).lines().count() <= 24, "{}", text(&finding));
    if is_omission(&finding.failure) {
        prop_assert_eq!(finding.suspects, []);
        return Ok(());
    }
    check_minimal(world, &finding)
}

/// Together the suspects fail, and with any one clause or participant less they do not.
fn check_minimal(world: &World, finding: &Finding) -> Result<(), TestCaseError> {
    let reduced: Vec<_> = finding.suspects.iter().map(|suspect| suspect.reduced.clone()).collect();
    let fillers = [vec![filler()], vec![]];
    let filler = fillers.into_iter().find(|filler| is_same(world, &reduced, filler, finding));
    let Some(filler) = filler else {
        return Err(TestCaseError::fail(format!("suspects do not conflict: {}", text(finding))));
    };
    for (index, suspect) in finding.suspects.iter().enumerate() {
        let mut fewer = reduced.clone();
        fewer.remove(index);
        prop_assert!(!is_same(world, &fewer, &filler, finding), "without {}", suspect.participant);
        for clause in &suspect.clauses {
            let mut fewer = reduced.clone();
            fewer[index] = suspect.without(clause.field);
            prop_assert!(!is_same(world, &fewer, &filler, finding), "without {:?}", clause);
        }
    }
    Ok(())
}

/// Whether these fail for the reason of the finding.
fn is_same(
    world: &World,
    tables: &[BufferCollectionConstraints],
    filler: &[BufferCollectionConstraints],
    finding: &Finding,
) -> bool {
    let participants: Vec<_> = tables.iter().chain(filler).cloned().map(Participant).collect();
    let failure = world.negotiate(&participants).err();
    failure.is_some_and(|it| it.rule() == finding.failure.rule() && !is_omission(&it))
}

/// Where one change has broken an agreement, undoing it is a repair. Others can be better, but
/// hardly ever is none found.
#[test]
fn what_one_change_has_broken_one_change_mends() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let usual = || participant(Taste::Usual);
    let strategy = (usual(), usual(), participant(Taste::Wild));
    let world = World::plain();
    let (mut broken, mut mended) = (0, 0);
    let mut helpless = BTreeMap::new();
    while broken < 300 {
        let (first, second, donor) = strategy.new_tree(&mut runner).unwrap().current();
        let agreeing = [first, second];
        if world.negotiate(&agreeing).is_err() {
            continue;
        }
        for field in Field::all(2) {
            let mut participants = agreeing.clone();
            field.set(&mut participants[0].0, &field.get(&donor.0));
            let Some(finding) = explained(&world, &participants) else { continue };
            broken += 1;
            if finding.repairs.is_empty() {
                helpless.entry(finding.failure.rule()).or_insert_with(Vec::new).push(field);
            } else {
                mended += 1;
            }
        }
    }
    assert!(mended * 10 > broken * 9, "{mended} of {broken}; none for {helpless:?}");
}

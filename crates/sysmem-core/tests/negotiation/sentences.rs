//! The sentences of `sysmem2-constraints.md` section 8 about usage, counts, memory and costs; 22 and
//! 76 are tested beside the code.

use sysmem_core::negotiation::{FormatCost, HeapCatalog, HeapDeclaration, SYSTEM_RAM, Usage};
use sysmem_fidl::fuchsia_images2::{PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_sysmem2::*;

use crate::support::participants::*;

fn reader() -> Participant {
    cpu_read().camping(1).bytes(100)
}

fn gpu_image() -> Participant {
    vulkan().camping(1).images([at_least(64, 64, rgba())])
}

#[test]
fn constraints_s01_all_unset_is_none_usage() {
    assert_eq!(agree([reader(), nobody()]).count(), 1);
    assert_eq!(fail([reader(), with_usage(BufferUsage::default())]), "C5");
}

#[test]
fn constraints_s02_none_participant_restricts() {
    let world = World::with_heaps([heap("H", &[CoherencyDomain::CPU])]);
    let agreed = world.agree([reader(), none().heaps(["H"]).bytes(500).min_count(7)]);
    assert_eq!((agreed.heap(), agreed.sizes().0, agreed.count()), (("H", 0), 500, 7));
    assert_eq!(fail([reader(), none().max_bytes(99)]), "M5");
    // Sizes are at least 1 when all are together.
    assert_eq!(fail([gpu_image().max_bytes(0)]), "M5");
    assert_eq!(fail([reader().camping(2), none().max_count(1)]), "4.1");
}

#[test]
fn constraints_s03_none_with_other_usage() {
    let usage = BufferUsage { none: Some(NONE_USAGE), cpu: Some(1), ..Default::default() };
    assert_eq!(fail([reader(), with_usage(usage)]), "C6");
}

#[test]
fn constraints_s04_explicit_zero_is_no_usage() {
    let usage = BufferUsage { none: Some(0), ..Default::default() };
    assert_eq!(fail([reader(), with_usage(usage)]), "C5");
}

#[test]
fn constraints_s05_unknown_cpu_bits_are_cpu_usage() {
    let unknown = cpu(0x8000_0000).camping(1).bytes(100);
    assert_eq!(agree([unknown.clone()]).domain(), CoherencyDomain::CPU);
    let no_cpu = unknown.memory(|memory| memory.cpu_domain_supported = Some(false));
    assert_eq!(fail([no_cpu]), "C12");
}

#[test]
fn constraints_s06_empty_list_of_heaps() {
    assert_eq!(fail([reader().heaps([])]), "M3");
    assert_eq!(agree([reader()]).heap(), (SYSTEM_RAM, 0));
}

#[test]
fn constraints_s07_unset_heap_id_is_zero() {
    let with_id = |id| {
        let heap = Heap { heap_type: Some(SYSTEM_RAM.to_owned()), id };
        reader().memory(|memory| memory.permitted_heaps = Some(vec![heap]))
    };
    assert_eq!(agree([with_id(None), with_id(Some(0))]).heap(), (SYSTEM_RAM, 0));
    assert_eq!(fail([with_id(None), with_id(Some(1))]), "3.3");
    let untyped = Heap { heap_type: None, id: Some(0) };
    let untyped = reader().memory(|memory| memory.permitted_heaps = Some(vec![untyped]));
    assert_eq!(fail([untyped]), "M4");
}

#[test]
fn constraints_s08_s09_what_gives_a_size() {
    let flat = vulkan().camping(1).bytes(0).images([at_least(0, 100, rgba())]);
    assert_eq!(fail([flat]), "2.1 pre-check");
    let listed = vulkan().camping(1).images([required([(8, 8)], rgba())]);
    assert_eq!(agree([listed]).sizes().0, 256);
    let deprecated = Image { required_max_size: size(8, 8), ..rgba() };
    assert_eq!(agree([vulkan().camping(1).images([deprecated])]).sizes().0, 256);
}

#[test]
fn constraints_s10_maximum_of_zero() {
    assert_eq!(fail([reader().max_count(0)]), "C9");
    assert_eq!(fail([reader().min_count(3).max_count(2)]), "C10");
}

#[test]
fn constraints_s11_slack() {
    let slack = |shared| vulkan().shared_slack(shared);
    assert_eq!(agree([reader(), slack(3), slack(2)]).count(), 4);
    assert_eq!(fail([reader().camping(0), nobody()]), "4.1");
    assert_eq!(fail([reader().camping(u32::MAX), vulkan().camping(1)]), "3.2");
}

#[test]
fn constraints_s12_no_more_than_needed() {
    assert_eq!(agree([reader().max_count(40)]).count(), 1);
}

#[test]
fn constraints_s13_limit_of_buffers() {
    assert_eq!(agree([reader().camping(64)]).count(), 64);
    assert_eq!(fail([reader().camping(65)]), "4.1");
}

#[test]
fn constraints_s14_cpu_participant_forces_its_domain() {
    assert_eq!(agree([display(), reader()]).domain(), CoherencyDomain::CPU);
    assert_eq!(agree([display(), reader().ram()]).domain(), CoherencyDomain::RAM);
}

#[test]
fn constraints_s15_display_with_ram_on_a_heap_without() {
    let world = World::with_heaps([heap("H", &[CoherencyDomain::CPU])]);
    let agreed = world.agree([display().camping(1).bytes(100).heaps(["H"])]);
    assert_eq!((agreed.heap().0, agreed.domain()), ("H", CoherencyDomain::RAM));
}

#[test]
fn constraints_s16_inaccessible_is_the_only_one_in_common() {
    let inaccessible = vulkan().camping(1).bytes(100).memory(|memory| {
        memory.cpu_domain_supported = Some(false);
        memory.ram_domain_supported = Some(false);
    });
    let agreed = agree([inaccessible.clone()]);
    assert_eq!(agreed.heap().0, SYSTEM_RAM);
    assert_eq!(agreed.domain(), CoherencyDomain::INACCESSIBLE);
    assert_eq!(fail([inaccessible, reader()]), "4.3");
}

#[test]
fn constraints_s17_secure_with_cpu_domain() {
    let world = World::with_heaps([secure_heap("S")]);
    let explicit = decoder().camping(1).bytes(100).secure();
    let explicit = explicit.memory(|memory| memory.cpu_domain_supported = Some(true));
    assert_eq!(world.fail([explicit]), "C14");
    assert_eq!(world.fail([reader().secure()]), "M6");
}

#[test]
fn constraints_s18_first_secure_heap_of_the_alphabet() {
    let world = World::with_heaps([secure_heap("S3"), secure_heap("S10"), secure_heap("S2")]);
    let decoder = decoder().camping(1).bytes(100).secure();
    assert_eq!(world.agree([decoder.clone()]).heap().0, "S10");
    assert_eq!(world.agree([decoder.heaps(["S3", "S2"])]).heap().0, "S2");
}

#[test]
fn constraints_s19_cpu_participant_that_does_without_access() {
    let world = World::with_heaps([secure_heap("S")]);
    let decoder = decoder().camping(1).bytes(100).secure();
    assert_eq!(world.fail([decoder.clone(), cpu_read()]), "M6");
    let tolerant = cpu_read().memory(|memory| memory.inaccessible_domain_supported = Some(true));
    let agreed = world.agree([decoder, tolerant]);
    assert_eq!((agreed.heap().0, agreed.domain()), ("S", CoherencyDomain::INACCESSIBLE));
}

#[test]
fn constraints_s20_s21_preference_of_heaps() {
    let world = World::with_heaps([heap("H", &[CoherencyDomain::CPU])]);
    let agreed = world.agree([reader().heaps(["missing", "H", SYSTEM_RAM])]);
    assert_eq!(agreed.heap().0, SYSTEM_RAM);
    assert_eq!(world.agree([reader().heaps(["missing", "H"])]).heap().0, "H");
    // The rule takes SYSTEM_RAM without a look at whether it is there.
    let world = World {
        heaps: HeapCatalog::new(vec![heap("H", &[CoherencyDomain::CPU])]),
        ..World::plain()
    };
    assert_eq!(world.fail([reader()]), "4.2");
}

#[test]
fn constraints_s23_contiguous_only_if_required() {
    let domains = [CoherencyDomain::CPU];
    let contiguous = HeapDeclaration { contiguous: true, ..heap("H", &domains) };
    let world = World::with_heaps([contiguous]);
    let agreed = world.agree([reader().heaps(["H"])]);
    assert_eq!(agreed.memory().is_physically_contiguous, Some(false));
    assert_eq!(agreed.0.physical_alignment_bytes, None);

    let required = reader().memory(|memory| memory.physically_contiguous_required = Some(true));
    let agreed = agree([required.clone(), vulkan()]);
    assert_eq!(agreed.memory().is_physically_contiguous, Some(true));
    assert_eq!(agreed.0.physical_alignment_bytes, Some(PAGE));
    let scattered = HeapCatalog::system_ram(false);
    let world = World { heaps: scattered, ..World::plain() };
    assert_eq!(world.fail([required]), "4.2");
}

/// M1, and the maximum in 3.3.
#[test]
fn constraints_m1_base_alignment() {
    let aligned = |alignment| {
        reader().memory(|memory| {
            memory.physically_contiguous_required = Some(true);
            memory.min_physical_base_alignment = alignment;
        })
    };
    assert_eq!(fail([aligned(Some(0))]), "M1");
    assert_eq!(fail([aligned(Some(3))]), "M1");
    let agreed = agree([aligned(None), aligned(Some(16384)), aligned(Some(8192)), vulkan()]);
    assert_eq!(agreed.0.physical_alignment_bytes, Some(16384));
}

/// 4.2: a secure heap may be listed without `secure_required`, and the result is not secure.
#[test]
fn constraints_secure_heap_without_need() {
    let world = World::with_heaps([secure_heap("S")]);
    let agreed = world.agree([vulkan().camping(1).bytes(100).heaps(["S"])]);
    assert_eq!((agreed.heap().0, agreed.memory().is_secure), ("S", Some(false)));
}

/// C7 and C8: the bit that asks for buffers although nobody uses them.
#[test]
fn constraints_c8_permitted_allocation() {
    let bits = |none| with_usage(BufferUsage { none: Some(none), ..Default::default() });
    let permitted = bits(NONE_USAGE | NONE_USAGE_PERMIT_ALLOCATION).camping(1).bytes(100);
    assert_eq!(agree([permitted, none()]).count(), 1);
    assert_eq!(fail([bits(NONE_USAGE_PERMIT_ALLOCATION).camping(1).bytes(100)]), "C7");
}

/// Whether memory can be had is another question, asked of the heap (sentence 61).
#[test]
fn constraints_s60_limits_of_bytes_are_inclusive() {
    const MIB: u64 = 1 << 20;
    let wanted = |bytes, count| reader().bytes(bytes).camping(count);
    assert_eq!(agree([wanted(256 * MIB, 4)]).sizes(), (256 * MIB, 256 * MIB));
    assert_eq!(fail([wanted(256 * MIB + 1, 1)]), "4.9");
    assert_eq!(fail([wanted(256 * MIB, 5)]), "4.9");
    assert_eq!(agree([wanted(16 * MIB, 64)]).count(), 64);
    assert_eq!(fail([wanted(16 * MIB + 1, 64)]), "4.9");
}

#[test]
fn constraints_s62_chosen_format_is_final() {
    let offers = || [at_least(64, 64, rgba()), at_least(64, 64, nv12())];
    let gpu = vulkan().camping(1).images(offers()).max_bytes(10000);
    assert_eq!(fail([gpu.clone()]), "4.6");
    let world = World::with_costs([cost(PixelFormat::NV12, PixelFormatModifier::LINEAR, 1.0)]);
    assert_eq!(world.agree([gpu]).format().0, PixelFormat::NV12);
}

#[test]
fn constraints_s63_without_costs_small_numbers_win() {
    let linear = PixelFormatModifier::LINEAR;
    let modifiers = [PixelFormatModifier::INTEL_I915_X_TILED, linear];
    let small = |image| at_least(64, 64, with_modifiers(image, modifiers));
    let agreed = agree([vulkan().camping(1).images([small(bgra()), small(rgba())])]);
    assert_eq!(agreed.format(), (PixelFormat::R8G8B8A8, linear));
}

#[test]
fn constraints_s64_s65_which_cost_applies() {
    let usage = |cpu, video| Usage { cpu, video, ..Usage::default() };
    let nv12_cost = |usage, cost_of| FormatCost {
        usage,
        ..cost(PixelFormat::NV12, PixelFormatModifier::LINEAR, cost_of)
    };
    let rgba_cost = cost(PixelFormat::R8G8B8A8, PixelFormatModifier::LINEAR, 50.0);
    let chosen = |costs: [FormatCost; 2]| {
        let world = World::with_costs(costs.into_iter().chain([rgba_cost]));
        let offers = [at_least(64, 64, rgba()), at_least(64, 64, nv12())];
        world.agree([decoder().camping(1).images(offers)]).format().0
    };
    let decoding = usage(0, VIDEO_USAGE_HW_DECODER);
    let any_use = usage(0, 0);
    // More specific and dearer.
    let costs = [nv12_cost(decoding, 100.0), nv12_cost(any_use, 1.0)];
    assert_eq!(chosen(costs), PixelFormat::R8G8B8A8);
    // Equally specific: the later one.
    let costs = [nv12_cost(any_use, 100.0), nv12_cost(any_use, 1.0)];
    assert_eq!(chosen(costs), PixelFormat::NV12);
    // A bit that nobody uses.
    let costs = [nv12_cost(usage(1, 0), 1.0), nv12_cost(decoding, 60.0)];
    assert_eq!(chosen(costs), PixelFormat::R8G8B8A8);
}

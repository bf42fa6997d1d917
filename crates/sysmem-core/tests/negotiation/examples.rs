//! The worked examples of `sysmem2-constraints.md` section 7: counts, memory, formats. Those about
//! groups, late joiners and allocation are not about the negotiation alone.

use sysmem_core::negotiation::{Failure, FormatCost, SYSTEM_RAM, Usage};
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_sysmem2::*;

use crate::support::participants::*;

const LINEAR: PixelFormatModifier = PixelFormatModifier::LINEAR;
const X_TILED: PixelFormatModifier = PixelFormatModifier::INTEL_I915_X_TILED;
const Y_TILED: PixelFormatModifier = PixelFormatModifier::INTEL_I915_Y_TILED;
const ANY: PixelFormatModifier = PixelFormatModifier::DO_NOT_CARE;
const RGBA: PixelFormat = PixelFormat::R8G8B8A8;

fn raw_camera() -> Participant {
    cpu(CPU_USAGE_READ | CPU_USAGE_WRITE).camping(2).bytes(5000)
}

#[test]
fn constraints_e01_raw() {
    let agreed = agree([raw_camera(), cpu_read().camping(1)]);
    assert_eq!((agreed.count(), agreed.sizes()), (3, (5000, 8192)));
    assert_eq!(agreed.domain(), CoherencyDomain::CPU);
    assert_eq!(agreed.heap(), (SYSTEM_RAM, 0));
    assert_eq!(agreed.0.settings.image_format_constraints, None);
}

#[test]
fn constraints_e02_only_none() {
    assert_eq!(fail([none().min_count(1).bytes(4096)]), "C8");
}

#[test]
fn constraints_e03_no_size() {
    assert_eq!(fail([cpu_read().camping(1)]), "2.1 pre-check");
}

#[test]
fn constraints_e04_empty_participant() {
    let agreed = agree([raw_camera(), nobody()]);
    assert_eq!((agreed.count(), agreed.sizes()), (2, (5000, 8192)));
    assert_eq!(agreed.domain(), CoherencyDomain::CPU);
}

#[test]
fn constraints_e05_forgotten_usage() {
    let failure = World::plain().negotiate(&[raw_camera(), nobody().min_count(1)]).unwrap_err();
    assert_eq!((failure.rule(), failure.participant()), ("C5", Some(1)));
}

#[test]
fn constraints_e06_display_and_cpu() {
    let cpu = cpu_write().camping(1).bytes(4096);
    let agreed = agree([display().camping(1), cpu.clone()]);
    assert_eq!((agreed.count(), agreed.domain()), (2, CoherencyDomain::CPU));
    let agreed = agree([display().camping(1), cpu.ram()]);
    assert_eq!((agreed.count(), agreed.domain()), (2, CoherencyDomain::RAM));
}

#[test]
fn constraints_e13_wildcard_meets_specific() {
    let gpu = vulkan().camping(1);
    let agreed = agree([gpu.clone().images([at_least(64, 64, any())]), gpu.images([rgba()])]);
    assert_eq!((agreed.count(), agreed.sizes()), (2, (16384, 16384)));
    assert_eq!(agreed.format(), (RGBA, LINEAR));
    assert_eq!(agreed.color_space(), ColorSpace::SRGB);
}

#[test]
fn constraints_e14_nobody_specific() {
    let gpu = vulkan().camping(1).images([at_least(64, 64, any())]);
    let other = vulkan().images([colors(any(), [ColorSpace::SRGB])]);
    assert_eq!(fail([gpu, other]), "C17");
    let any_color = colors(at_least(64, 64, rgba()), [ColorSpace::DO_NOT_CARE]);
    let gpu = vulkan().camping(1).images([any_color]);
    assert_eq!(fail([gpu.clone(), gpu]), "C18");
}

#[test]
fn constraints_e15_halves_combine() {
    let any_tiled =
        Image { pixel_format: Some(PixelFormat::DO_NOT_CARE), ..tiled(rgba(), X_TILED) };
    let agreed = agree([
        vulkan().camping(1).images([tiled(at_least(100, 100, rgba()), ANY)]),
        vulkan().camping(1).images([any_tiled]),
    ]);
    assert_eq!(agreed.format(), (RGBA, X_TILED));
    assert_eq!(agreed.sizes(), (53248, 53248));
    assert_eq!(agreed.image().min_bytes_per_row, Some(512));
}

#[test]
fn constraints_e16_unset_modifier() {
    let image = Image { pixel_format_modifier: None, ..at_least(100, 100, rgba()) };
    let other = vulkan().camping(1).images([tiled(rgba(), X_TILED)]);
    let agreed = agree([none().images([image.clone()]), other.clone()]);
    assert_eq!((agreed.count(), agreed.sizes().0), (1, 53248));
    assert_eq!(agreed.format(), (RGBA, X_TILED));
    assert_eq!(fail([vulkan().images([image]), other]), "3.4");
}

#[test]
fn constraints_e17_tie_break() {
    let both = [at_least(64, 64, bgra()), at_least(64, 64, rgba())];
    let agreed = agree([vulkan().camping(1).images(both.clone()), vulkan().images(both)]);
    assert_eq!(agreed.format(), (RGBA, LINEAR));
}

#[test]
fn constraints_e18_tiling_by_cost() {
    let image = with_modifiers(at_least(256, 256, rgba()), [LINEAR, X_TILED, Y_TILED]);
    let participants =
        [vulkan().camping(1).images([image.clone()]), display().camping(1).images([image])];
    let intel = World::with_costs([cost(RGBA, X_TILED, 3000.0), cost(RGBA, Y_TILED, 2000.0)]);
    let agreed = intel.agree(participants.clone());
    assert_eq!((agreed.format(), agreed.sizes().0), ((RGBA, Y_TILED), 262144));
    let agreed = agree(participants);
    assert_eq!((agreed.format(), agreed.sizes().0), ((RGBA, LINEAR), 262144));
}

#[test]
fn constraints_e19_usage_keyed_cost() {
    let world = World::with_costs([FormatCost {
        usage: Usage { video: VIDEO_USAGE_HW_DECODER, ..Usage::default() },
        ..cost(PixelFormat::NV12, LINEAR, 100.0)
    }]);
    let both = [at_least(64, 64, bgra()), at_least(64, 64, nv12())];
    let other = display().images(both.clone());
    let agreed = world.agree([decoder().camping(1).images(both.clone()), other.clone()]);
    assert_eq!(agreed.format(), (PixelFormat::NV12, LINEAR));
    assert_eq!(agreed.sizes(), (6144, 8192));

    let capture = video(VIDEO_USAGE_CAPTURE).camping(1).images(both);
    let agreed = world.agree([capture, other]);
    assert_eq!(agreed.format(), (PixelFormat::B8G8R8A8, LINEAR));
    assert_eq!(agreed.sizes().0, 16384);
}

#[test]
fn constraints_e20_afbc() {
    use PixelFormatModifier as M;
    let cheapest = M::ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TE_TILED_HEADER;
    let costs = [
        cost(RGBA, M::ARM_AFBC_16X16, 3600.0),
        cost(RGBA, M::ARM_AFBC_16X16_TE, 1600.0),
        cost(RGBA, cheapest, 10.0),
    ];
    let mali = World::with_costs(costs);
    let modifiers = [LINEAR, M::ARM_AFBC_16X16, M::ARM_AFBC_16X16_TE, cheapest];
    let image = with_modifiers(at_least(100, 60, rgba()), modifiers);
    let gpu = vulkan().camping(1).images([image.clone()]);
    let screen = display().camping(1).images([image]);
    let agreed = mali.agree([gpu.clone(), screen.clone()]);
    assert_eq!((agreed.format().1, agreed.sizes()), (cheapest, (69952, 73728)));

    let secure = World { format_costs: costs.into(), ..World::with_heaps([secure_heap("S1")]) };
    let agreed = secure.agree([gpu.secure(), screen]);
    assert_eq!((agreed.format().1, agreed.sizes()), (M::ARM_AFBC_16X16, (29696, 32768)));
    assert_eq!((agreed.heap(), agreed.domain()), (("S1", 0), CoherencyDomain::INACCESSIBLE));

    let linear_te =
        vulkan().camping(1).images([tiled(at_least(100, 60, rgba()), M::ARM_LINEAR_TE)]);
    assert_eq!(agree([linear_te.clone()]).sizes().0, 24320);
    assert_eq!(secure.fail([linear_te.secure()]), "4.4");
}

#[test]
fn constraints_e21_color_rank() {
    use ColorSpace as C;
    let agreed = agree([
        vulkan().camping(1).images([colors(at_least(64, 64, nv12()), [C::REC709, C::REC601_NTSC])]),
        vulkan().images([colors(nv12(), [C::REC601_NTSC, C::REC709, C::PASSTHROUGH])]),
    ]);
    assert_eq!(agreed.color_space(), C::REC709);
}

#[test]
fn constraints_e22_color_mismatch_eliminates_one_entry() {
    let small = |image| at_least(64, 64, image);
    let agreed = agree([
        vulkan().camping(1).images([small(nv12()), small(bgra())]),
        vulkan().images([colors(nv12(), [ColorSpace::REC601_NTSC]), bgra()]),
    ]);
    assert_eq!((agreed.format().0, agreed.sizes().0), (PixelFormat::B8G8R8A8, 16384));
}

#[test]
fn constraints_e23_alpha() {
    let alpha =
        |image, is_present| Image { is_alpha_present: is_present, ..at_least(64, 64, image) };
    let opaque = alpha(rgba(), Some(false));
    let gpu = vulkan().camping(1).images([alpha(rgba(), Some(true))]);
    assert_eq!(fail([gpu, vulkan().images([opaque.clone()])]), "3.4");
    let agreed = agree([
        vulkan().camping(1).images([alpha(rgba(), Some(true)), alpha(nv12(), Some(true))]),
        vulkan().images([opaque, alpha(nv12(), None)]),
    ]);
    assert_eq!(agreed.format().0, PixelFormat::NV12);
    assert_eq!(agreed.image().is_alpha_present, None);
}

#[test]
fn constraints_e27_more_than_the_maximum() {
    let first = cpu_read().camping(1).max_count(2).bytes(100);
    assert_eq!(fail([first, cpu_read().camping(2)]), "4.1");
}

#[test]
fn constraints_e28_slack() {
    let first = cpu_read().camping(1).shared_slack(2).bytes(100);
    let first = first.with(|table| table.min_buffer_count_for_dedicated_slack = Some(1));
    assert_eq!(agree([first, cpu_read().camping(1).shared_slack(1).min_count(4)]).count(), 5);
}

#[test]
fn constraints_e29_limits() {
    const MIB: u64 = 1 << 20;
    assert_eq!(agree([cpu_read().bytes(256 * MIB).min_count(4)]).count(), 4);
    assert_eq!(fail([cpu_read().bytes(256 * MIB).min_count(5)]), "4.9");
    assert_eq!(fail([cpu_read().bytes(256 * MIB + 1).min_count(1)]), "4.9");
    let agreed = agree([cpu_read().bytes(1).min_count(64)]);
    assert_eq!((agreed.count(), agreed.sizes()), (64, (1, 4096)));
    assert_eq!(fail([cpu_read().bytes(1).min_count(65)]), "4.1");
}

#[test]
fn constraints_e30_heaps() {
    use CoherencyDomain as D;
    let world = World::with_heaps([
        heap("H1", &[D::INACCESSIBLE]),
        heap("H2", &[D::CPU, D::RAM]),
        heap("H3", &[D::CPU]),
    ]);
    let reader = cpu_read().camping(1).bytes(100);
    let agreed = world.agree([reader.clone().heaps(["H1", "H2"]), cpu_read().heaps(["H2"])]);
    assert_eq!((agreed.heap(), agreed.domain()), (("H2", 0), D::CPU));
    let system_ram =
        [reader.clone().heaps(["H2", SYSTEM_RAM]), cpu_read().heaps([SYSTEM_RAM, "H2"])];
    assert_eq!(world.agree(system_ram).heap().0, SYSTEM_RAM);
    let skipped = [reader.clone().heaps(["H1", "H2"]), vulkan()];
    assert_eq!(world.agree(skipped).heap().0, "H2");
    let swapped = [reader.heaps(["H1", "H2", "H3"]), cpu_read().heaps(["H3", "H2"])];
    assert_eq!(world.agree(swapped).heap().0, "H3");
}

#[test]
fn constraints_e31_no_heap() {
    use CoherencyDomain as D;
    let world = World::with_heaps([heap("H1", &[D::INACCESSIBLE]), heap("H2", &[D::CPU])]);
    let reader = cpu_read().camping(1).bytes(100).heaps(["H1"]);
    assert_eq!(world.fail([reader.clone(), cpu_read().heaps(["H2"])]), "3.3");
    assert_eq!(world.fail([reader]), "4.2");
}

#[test]
fn constraints_e32_secure() {
    let world = World::with_heaps([secure_heap("S2"), secure_heap("S1")]);
    let decoder = decoder().camping(1).bytes(65536).secure();
    let screen = display().camping(1);
    let agreed = world.agree([decoder.clone(), screen.clone()]);
    assert_eq!((agreed.count(), agreed.sizes()), (2, (65536, 65536)));
    assert_eq!((agreed.heap(), agreed.domain()), (("S1", 0), CoherencyDomain::INACCESSIBLE));
    assert_eq!(agreed.memory().is_secure, Some(true));
    assert_eq!(world.fail([decoder.clone(), screen.clone(), cpu_read()]), "M6");
    let agreed = world.agree([decoder.clone().heaps(["S2"]), screen.clone()]);
    assert_eq!(agreed.heap(), ("S2", 0));
    assert_eq!(fail([decoder, screen]), "M6");
}

#[test]
fn constraints_e33_cpu_participant_without_domains() {
    let reader = cpu_read().camping(1).bytes(100);
    let reader = reader.memory(|memory| memory.cpu_domain_supported = Some(false));
    assert_eq!(fail([reader]), "C12");
}

#[test]
fn constraints_e44_byte_limits() {
    let gpu = vulkan().camping(1).images([at_least(64, 64, rgba())]);
    assert_eq!(fail([gpu.clone().max_bytes(16383)]), "4.6");
    assert_eq!(agree([gpu.clone().max_bytes(16384)]).sizes().0, 16384);
    assert_eq!(agree([gpu, none().bytes(20000)]).sizes(), (20000, 20480));
}

#[test]
fn constraints_e51_contiguous_alignment() {
    let aligned = vulkan().camping(1).bytes(100);
    let aligned = aligned.memory(|memory| memory.min_physical_base_alignment = Some(65536));
    let failure = World::plain().negotiate(std::slice::from_ref(&aligned)).unwrap_err();
    assert!(matches!(failure, Failure::Participant { participant: 0, .. }));
    assert_eq!(failure.rule(), "M1");
    let contiguous = aligned.memory(|memory| memory.physically_contiguous_required = Some(true));
    let agreed = agree([contiguous]);
    assert_eq!(agreed.memory().is_physically_contiguous, Some(true));
    assert_eq!(agreed.0.physical_alignment_bytes, Some(65536));
}

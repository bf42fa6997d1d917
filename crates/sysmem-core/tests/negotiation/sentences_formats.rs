//! The sentences of `sysmem2-constraints.md` section 8 about formats and color spaces; 27 is tested
//! beside E43, 37 beside the code.

use sysmem_core::negotiation::{Conflict, Failure, Fault, FormatConflict};
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_sysmem2::PixelFormatAndModifier;

use crate::support::participants::*;

const LINEAR: PixelFormatModifier = PixelFormatModifier::LINEAR;
const X_TILED: PixelFormatModifier = PixelFormatModifier::INTEL_I915_X_TILED;
const ANY: PixelFormatModifier = PixelFormatModifier::DO_NOT_CARE;
const RGBA: PixelFormat = PixelFormat::R8G8B8A8;

/// One that needs a buffer for images of at least 64x64.
fn gpu<const N: usize>(images: [Image; N]) -> Participant {
    let images = images.map(|image| match image.min_size {
        None => at_least(64, 64, image),
        Some(_) => image,
    });
    vulkan().camping(1).images(images)
}

fn without_modifier(image: Image) -> Image {
    Image { pixel_format_modifier: None, ..image }
}

#[test]
fn constraints_s24_s25_unset_modifier() {
    assert_eq!(agree([gpu([without_modifier(rgba())])]).format().1, LINEAR);
    let idle = none().images([without_modifier(rgba())]);
    assert_eq!(agree([idle, gpu([tiled(rgba(), X_TILED)])]).format().1, X_TILED);
}

#[test]
fn constraints_s26_entries_that_are_about_nothing() {
    let formatless = Image { pixel_format: None, ..rgba() };
    assert_eq!(fail([gpu([formatless.clone()])]), "2.5 step 1");
    assert_eq!(fail([gpu([without_modifier(formatless)])]), "2.5 step 1");
}

#[test]
fn constraints_s28_same_pair_twice() {
    assert_eq!(fail([gpu([rgba(), rgba()])]), "C20");
    assert_eq!(fail([gpu([rgba(), without_modifier(rgba())])]), "C20");
}

#[test]
fn constraints_s29_combinable_entries_of_one_participant() {
    let ambiguous = gpu([rgba(), tiled(rgba(), ANY)]);
    let failure = World::plain().negotiate(&[gpu([rgba()]), ambiguous]).unwrap_err();
    assert!(matches!(
        failure,
        Failure::Participant { participant: 1, fault: Fault::CombinableFormats { .. } }
    ));
}

#[test]
fn constraints_s30_wildcards_of_two_participants() {
    let any_linear = image(PixelFormat::DO_NOT_CARE, LINEAR, ColorSpace::SRGB);
    let agreed = agree([gpu([tiled(rgba(), ANY)]), gpu([any_linear])]);
    assert_eq!(agreed.format(), (PixelFormat::R8G8B8A8, LINEAR));
}

#[test]
fn constraints_s31_wildcard_without_partner() {
    let offers = gpu([rgba(), tiled(nv12(), ANY)]);
    assert_eq!(agree([offers, gpu([rgba()])]).format().0, PixelFormat::R8G8B8A8);
    let failure = World::plain().negotiate(&[gpu([tiled(nv12(), ANY)]), gpu([rgba()])]);
    let Err(Failure::Conflict { participant: 1, conflict }) = failure else {
        panic!("{failure:?}")
    };
    let eliminated = FormatConflict::NoneInCommon { eliminated: Vec::new() };
    assert_eq!(conflict, Conflict::Format(eliminated));
}

#[test]
fn constraints_s32_unsupported_pairs() {
    let any_linear = image(PixelFormat::DO_NOT_CARE, LINEAR, ColorSpace::SRGB);
    let mjpeg = |modifier| image(PixelFormat::MJPEG, modifier, ColorSpace::SRGB);
    let agreed = agree([gpu([mjpeg(ANY), rgba()]), gpu([any_linear])]);
    assert_eq!(agreed.format().0, PixelFormat::R8G8B8A8);
    assert_eq!(fail([gpu([mjpeg(LINEAR), rgba()]), gpu([rgba()])]), "2.6 step 8a");
}

#[test]
fn constraints_s33_leftover_wildcard_is_dropped() {
    assert_eq!(agree([gpu([rgba(), tiled(nv12(), ANY)])]).format().0, PixelFormat::R8G8B8A8);
}

#[test]
fn constraints_s34_s35_color_spaces_not_cared_for() {
    use ColorSpace as C;
    let any_color = colors(rgba(), [C::DO_NOT_CARE]);
    assert_eq!(fail([gpu([colors(rgba(), [C::DO_NOT_CARE, C::SRGB])])]), "2.6 step 18");
    assert_eq!(agree([gpu([any_color.clone()]), gpu([rgba()])]).color_space(), C::SRGB);
    assert_eq!(fail([gpu([any_color.clone()]), gpu([any_color])]), "C18");
}

#[test]
fn constraints_s36_passthrough() {
    use ColorSpace as C;
    let passthrough = gpu([colors(rgba(), [C::PASSTHROUGH])]);
    assert_eq!(fail([passthrough.clone(), gpu([rgba()])]), "3.4");
    let any_color = gpu([colors(rgba(), [C::DO_NOT_CARE])]);
    assert_eq!(agree([passthrough, any_color]).color_space(), C::PASSTHROUGH);
}

#[test]
fn constraints_s38_no_color_space() {
    assert_eq!(fail([gpu([colors(rgba(), [])])]), "2.6 step 11");
    assert_eq!(fail([gpu([Image { color_spaces: None, ..rgba() }])]), "2.6 step 11");
}

#[test]
fn constraints_s39_mismatches_eliminate_one_format() {
    let alpha = |present, image| Image { is_alpha_present: Some(present), ..image };
    let pal = colors(nv12(), [ColorSpace::REC601_PAL]);
    assert_eq!(agree([gpu([nv12(), rgba()]), gpu([pal, rgba()])]).format(), (RGBA, LINEAR));
    let other = gpu([alpha(false, rgba()), bgra()]);
    let agreed = agree([gpu([alpha(true, rgba()), bgra()]), other.clone()]);
    assert_eq!(agreed.format().0, PixelFormat::B8G8R8A8);
    assert_eq!(fail([gpu([alpha(true, rgba())]), other]), "3.4");
}

#[test]
fn constraints_s40_sizes_in_conflict_eliminate_everything() {
    let large = gpu([at_least(200, 200, rgba()), nv12()]);
    let small = vulkan().images([at_most(100, 100, rgba()), nv12()]);
    assert_eq!(fail([large, small.clone()]), "2.6 step 12");
    assert_eq!(agree([gpu([nv12()]), small]).format().0, PixelFormat::NV12);
}

#[test]
fn constraints_s41_no_alpha_without_such_a_channel() {
    let alpha = |image| Image { is_alpha_present: Some(true), ..image };
    assert_eq!(agree([gpu([alpha(nv12())])]).image().is_alpha_present, None);
    assert_eq!(agree([gpu([alpha(rgba())])]).image().is_alpha_present, Some(true));
}

/// 2.6 step 1.
#[test]
fn constraints_invalid_formats() {
    let invalid = image(PixelFormat::INVALID, ANY, ColorSpace::PASSTHROUGH);
    assert_eq!(fail([gpu([invalid])]), "2.6 step 1");
    assert_eq!(fail([gpu([tiled(rgba(), PixelFormatModifier::INVALID)])]), "2.6 step 1");
}

/// 2.7 and section 9: the goldfish modifier is supported with any format, until a number is needed.
#[test]
fn constraints_goldfish_without_numbers() {
    let goldfish = PixelFormatModifier::GOOGLE_GOLDFISH_OPTIMAL;
    let mjpeg = image(PixelFormat::MJPEG, goldfish, ColorSpace::PASSTHROUGH);
    assert_eq!(fail([gpu([mjpeg])]), "2.6 step 8");
    assert_eq!(agree([gpu([tiled(rgba(), goldfish)])]).sizes().0, 16384);
}

/// An AFBC modifier for each number below 128: the kinds of superblock, with all sets of flags.
fn afbc(number: u64) -> PixelFormatModifier {
    let flags = [0x10, 0x20, 0x40, 0x800, 0x1000, 0x2000];
    let flags = flags.into_iter().enumerate().filter(|(bit, _)| number >> bit & 1 == 1);
    let superblock = 0x0800_0000_0000_0001 + (number >> 6);
    PixelFormatModifier::from_primitive(flags.fold(superblock, |value, (_, flag)| value | flag))
}

/// 3.4: fanning out ends when a list has 512 entries.
#[test]
fn constraints_fan_out_limit() {
    let formats = [
        PixelFormat::R8G8B8A8,
        PixelFormat::R8G8B8X8,
        PixelFormat::B8G8R8A8,
        PixelFormat::B8G8R8X8,
    ];
    let pairs = formats.into_iter().flat_map(|pixel_format| {
        (0..128).map(move |number| PixelFormatAndModifier {
            pixel_format,
            pixel_format_modifier: afbc(number),
        })
    });
    let pairs: Vec<_> = pairs.collect();
    let offers = |pairs: &[PixelFormatAndModifier]| {
        let entries = pairs.chunks(64).map(|pairs| Image {
            pixel_format_and_modifiers: Some(pairs.to_vec()),
            color_spaces: Some(vec![ColorSpace::SRGB]),
            ..Image::default()
        });
        vulkan().camping(1).with(|table| table.image_format_constraints = Some(entries.collect()))
    };
    let wildcard = gpu([any()]);
    assert_eq!(agree([wildcard.clone(), offers(&pairs[..511])]).format().1, afbc(0));
    assert_eq!(fail([wildcard.clone(), offers(&pairs)]), "3.4");
    // Without a wildcard nothing fans out, however many there are.
    assert_eq!(agree([offers(&pairs).bytes(1), offers(&pairs)]).format().1, afbc(0));
}

/// 3.4: lists are fanned out from their beginnings, and a wildcard counts until it is replaced, be
/// it by nothing.
#[test]
fn constraints_fan_out_counts_in_the_order_of_the_list() {
    let loose = (0..511).map(|number| PixelFormatAndModifier {
        pixel_format: PixelFormat::DO_NOT_CARE,
        pixel_format_modifier: PixelFormatModifier::from_primitive(0x7F00_0000_0000_0000 + number),
    });
    let loose: Vec<_> = loose.collect();
    let partner =
        PixelFormatAndModifier { pixel_format: PixelFormat::R8G8B8A8, pixel_format_modifier: ANY };
    let offers = |pairs: Vec<PixelFormatAndModifier>| {
        let entries = pairs.chunks(64).map(|pairs| Image {
            pixel_format_and_modifiers: Some(pairs.to_vec()),
            color_spaces: Some(vec![ColorSpace::SRGB]),
            ..Image::default()
        });
        vulkan().camping(1).with(|table| table.image_format_constraints = Some(entries.collect()))
    };
    let at_the_end: Vec<_> = loose.iter().copied().chain([partner]).collect();
    let at_the_beginning: Vec<_> = [partner].into_iter().chain(loose).collect();
    let specific = || gpu([at_least(64, 64, rgba())]);
    assert_eq!(
        agree([specific(), offers(at_the_end.clone())]).format(),
        (PixelFormat::R8G8B8A8, LINEAR)
    );
    assert_eq!(agree([offers(at_the_end), specific()]).format(), (PixelFormat::R8G8B8A8, LINEAR));
    assert_eq!(
        agree([specific(), offers(at_the_beginning[..511].to_vec())]).format(),
        (PixelFormat::R8G8B8A8, LINEAR)
    );
    assert_eq!(fail([specific(), offers(at_the_beginning.clone())]), "3.4");
    assert_eq!(fail([offers(at_the_beginning), specific()]), "3.4");
}

//! What people read when there is no agreement.

use sysmem_fidl::fuchsia_images2::ColorSpace;
use sysmem_fidl::fuchsia_sysmem2::CoherencyDomain;

use crate::support::participants::*;

fn sentence<const N: usize>(world: &World, participants: [Participant; N]) -> String {
    world.negotiate(&participants).unwrap_err().to_string()
}

#[test]
fn failures_say_who_and_what() {
    let plain = World::plain();
    let reader = cpu_read().camping(1).bytes(100);
    let gpu = vulkan().camping(1).images([at_least(64, 64, rgba())]);
    let screen = |image| display().images([image]);

    let cases = [
        (
            sentence(&plain, [cpu_read().camping(1)]),
            "no participant says how large the buffers are",
        ),
        (
            sentence(&plain, [reader.clone(), nobody().min_count(1)]),
            "the constraints of participant 1 cannot be met: there is no usage bit, not even \
             NONE_USAGE",
        ),
        (
            sentence(&plain, [gpu.clone(), screen(colors(nv12(), [ColorSpace::SRGB]))]),
            "the constraints of participant 1 cannot be met: NV12/LINEAR: the format does not go \
             with color space SRGB",
        ),
        (
            sentence(&plain, [gpu.clone(), screen(nv12())]),
            "participant 1 does not agree with those before: no pixel format in common: \
             R8G8B8A8/LINEAR (is not offered)",
        ),
        (
            sentence(&plain, [reader.clone().heaps(["A"]), cpu_read().heaps(["B", "C"])]),
            "participant 1 does not agree with those before: permitted heaps are A, but it \
             permits only B, C",
        ),
        (
            sentence(&plain, [gpu.clone(), screen(at_most(32, 32, rgba()))]),
            "all constraints together cannot be met: R8G8B8A8/LINEAR: the aligned min_size 64x64 \
             is above max_size 32x32",
        ),
        (
            sentence(&plain, [gpu.max_bytes(100)]),
            "no buffers can be made that meet all constraints: R8G8B8A8/LINEAR: 16384 bytes are \
             above max_size_bytes 100",
        ),
        (
            sentence(
                &World::with_heaps([heap("A", &[CoherencyDomain::INACCESSIBLE])]),
                [reader.heaps(["A"])],
            ),
            "no buffers can be made that meet all constraints: no permitted heap (A) exists and \
             supports CPU",
        ),
    ];
    for (actual, expected) in cases {
        assert_eq!(actual, expected);
    }
}

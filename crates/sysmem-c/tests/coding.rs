//! What decoders refuse and what they ignore, and that no descriptor is lost: cases of
//! `programs/coding.c`.

mod support;

#[test]
fn sysmem1_decoders_check_every_byte_that_means_something() {
    support::run_cases(&support::program("coding"));
}

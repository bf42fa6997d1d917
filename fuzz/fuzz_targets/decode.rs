//! Any bytes as a body of any conformance type: no panic, and what decodes encodes to a body that
//! decodes to the same value.
#![no_main]

use fidl_conformance::{type_named, type_names};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [which, handles, body @ ..] = data else { return };
    let names = type_names();
    let name = names[usize::from(*which) % names.len()];
    let ty = type_named(name).expect("the name is listed");
    if let Err(why) = ty.survive(body, usize::from(*handles % 8)) {
        panic!("{name}: {why}");
    }
});

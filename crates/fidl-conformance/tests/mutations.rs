//! The bytes of all cases with a few of them changed: decoding says yes or no, and what it says yes to
//! encodes and decodes again to the same value. The fuzz targets do the same without end.

use fidl_conformance::case::Case;
use fidl_conformance::{CASES, type_named};
use serde_json::Value;

/// Changed copies of each case.
const COPIES: usize = 40;
const STACK_BYTES: usize = 256 << 20;

#[test]
fn wire_mutated_bodies_never_panic_and_round_trip() {
    let decoded = std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(mutate_all)
        .expect("a thread starts")
        .join()
        .expect("no body panics");
    // Another folder may have too few cases to judge by.
    if std::env::var_os("FIDL_CONFORMANCE_DIR").is_none() {
        assert!(decoded > 100, "only {decoded} changed bodies decode: the changes are too wild");
    }
}

/// How many changed bodies decode.
fn mutate_all() -> usize {
    let mut random = Random(0x5eed);
    let mut decoded = 0;
    for entry in std::fs::read_dir(CASES).expect("the folder of cases is there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a suite is readable");
        let suite: Value = serde_json::from_str(&text).expect("a suite is JSON");
        for case in suite["cases"].as_array().expect("a suite has cases") {
            let case = Case::parse(case).expect("a case is well-formed");
            let Some(ty) = type_named(case.type_name()) else { continue };
            for _ in 0..COPIES {
                let body = changed(case.bytes(), &mut random);
                match ty.survive(&body, case.handle_count()) {
                    Ok(did_decode) => decoded += usize::from(did_decode),
                    Err(why) => panic!("{}: {why}", case.title()),
                }
            }
        }
    }
    decoded
}

/// A copy with one to three bytes set, flipped, or cut off.
fn changed(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(3) {
        if bytes.is_empty() {
            break;
        }
        let at = random.below(bytes.len());
        match random.below(6) {
            0 => bytes.truncate(at),
            1 => bytes[at] = 0xff,
            2 => bytes[at] = 0,
            3 => bytes.extend_from_slice(&[0; 8]),
            _ => bytes[at] ^= 1 << random.below(8),
        }
    }
    bytes
}

/// SplitMix64: the same sequence for ever.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) >> 1).unwrap_or(0) % bound
    }
}

//! Any bytes as a body of any of the large types: no panic, and what decodes encodes to a body that
//! decodes to the same value.
#![no_main]

use std::fmt::Debug;

use fidl::{Codec, EncodeError, Encoder, Handle, HandleFault, ObjectType, Rights};
use fidl::{decode_body, encode_body};
use libfuzzer_sys::fuzz_target;
use sysmem_fidl::fuchsia_images2::ImageFormat;
use sysmem_fidl::fuchsia_sysmem as sysmem1;
use sysmem_fidl::fuchsia_sysmem2::{
    AllocatorGetVmoInfoResponse, BufferCollectionConstraints, BufferCollectionInfo, FormatCosts,
};

#[derive(Debug, PartialEq)]
struct Unit;

impl Handle for Unit {
    fn receive(self, _: ObjectType, _: Rights) -> Result<Self, HandleFault> {
        Ok(self)
    }
}

fuzz_target!(|data: &[u8]| {
    let [handles, body @ ..] = data else { return };
    let count = usize::from(*handles % 8);
    round_trip::<BufferCollectionConstraints>(body, count);
    round_trip::<BufferCollectionInfo<Unit>>(body, count);
    round_trip::<AllocatorGetVmoInfoResponse<Unit>>(body, count);
    round_trip::<FormatCosts>(body, count);
    round_trip::<ImageFormat>(body, count);
    round_trip::<sysmem1::BufferCollectionConstraints>(body, count);
    round_trip::<sysmem1::BufferCollectionInfo2<Unit>>(body, count);
});

fn round_trip<T: Codec<Unit, Value = T> + Debug>(body: &[u8], count: usize) {
    let mut handles = (0..count).map(|_| Unit).collect();
    let Ok(value) = decode_body::<T, Unit>(body, &mut handles) else { return };
    // By text, since a NaN differs from itself.
    let before = format!("{value:?}");
    let mut e = Encoder::new();
    match encode_body::<T, Unit>(value, &mut e) {
        Ok(()) => {}
        Err(EncodeError::FlexibleUnionUnknownField) => return,
        Err(error) => panic!("{before} decodes, but does not encode: {error}"),
    }
    let bytes = e.bytes().to_vec();
    let mut handles = e.take_handles().map(|disposition| disposition.handle).collect();
    let again = decode_body::<T, Unit>(&bytes, &mut handles).expect("it decodes again");
    assert_eq!(before, format!("{again:?}"));
}

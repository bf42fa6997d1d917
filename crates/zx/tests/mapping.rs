//! Mapped memory that others write.

use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};

use zx::{Access, Handle, MapError, Mapping, MemoryError, Vmo};

const SIZE: usize = 3 * 4096;

fn writable() -> (Vmo, Mapping) {
    let vmo = Vmo::create("mapping", SIZE as u64).unwrap();
    let handle = vmo.reopen(Access::ReadWrite).unwrap();
    let mapping = Mapping::new(&handle, SIZE as u64, Access::ReadWrite).unwrap();
    (vmo, mapping)
}

fn content(mapping: &Mapping) -> Vec<u8> {
    let mut bytes = vec![0; mapping.len()];
    mapping.read(0, &mut bytes).unwrap();
    bytes
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index * 7 + index / 256 + 1) as u8).collect()
}

#[test]
fn mapping_write_changes_these_bytes_and_no_others() {
    let (_vmo, mapping) = writable();
    for offset in 0..20 {
        for length in 0..40 {
            mapping.write(0, &[0xee; 80]).unwrap();
            mapping.write(offset, &pattern(length)).unwrap();
            let mut expected = [0xee; 80];
            expected[offset..offset + length].copy_from_slice(&pattern(length));
            assert_eq!(content(&mapping)[..80], expected, "{length} at {offset}");
        }
    }
}

#[test]
fn mapping_read_gives_these_bytes() {
    let (_vmo, mapping) = writable();
    let bytes = pattern(SIZE);
    mapping.write(0, &bytes).unwrap();
    for offset in 0..20 {
        for length in 0..40 {
            let mut into = vec![0; length];
            mapping.read(offset, &mut into).unwrap();
            assert_eq!(into, bytes[offset..offset + length], "{length} at {offset}");
        }
    }
    assert_eq!(content(&mapping), bytes);
}

#[test]
fn mapping_copy_within_is_that_of_a_slice() {
    let cases = [
        (0..100, 50),
        (50..150, 0),
        (0..SIZE - 1, 1),
        (1..SIZE, 0),
        (3..9000, 1003),
        (1003..10_000, 3),
        (0..4096, 8192),
        (0..5000, 5000),
        (10..10, SIZE),
        (7..7, 0),
        (0..SIZE, 0),
    ];
    for (source, target) in cases {
        let (_vmo, mapping) = writable();
        let mut expected = pattern(SIZE);
        mapping.write(0, &expected).unwrap();
        mapping.copy_within(source.clone(), target).unwrap();
        expected.copy_within(source.clone(), target);
        assert!(content(&mapping) == expected, "{source:?} to {target}");
    }
}

#[test]
fn mapping_is_bounded() {
    let (_vmo, mapping) = writable();
    let outside = |offset, bytes| Err(MemoryError::OutOfBounds { offset, bytes, length: SIZE });
    assert_eq!(mapping.read(SIZE, &mut []), Ok(()));
    assert_eq!(mapping.read(SIZE, &mut [0]), outside(SIZE, 1));
    assert_eq!(mapping.read(SIZE + 1, &mut []), outside(SIZE + 1, 0));
    assert_eq!(mapping.read(usize::MAX, &mut [0; 2]), outside(usize::MAX, 2));
    assert_eq!(mapping.write(SIZE - 1, &[0; 2]), outside(SIZE - 1, 2));
    assert_eq!(mapping.load_u8(SIZE), outside(SIZE, 1).map(|()| 0));
    assert_eq!(mapping.store_u8(SIZE, 0), outside(SIZE, 1));
    assert_eq!(mapping.copy_within(0..2, SIZE - 1), outside(SIZE - 1, 2));
    assert_eq!(mapping.copy_within(1..SIZE + 1, 0), outside(1, SIZE));
    assert_eq!(content(&mapping), [0; SIZE]);
}

#[test]
fn mapping_slices_are_bounded_by_themselves() {
    let (_vmo, mapping) = writable();
    let row = mapping.slice(100..200).unwrap();
    let part = row.slice(10..20).unwrap();
    assert_eq!((row.len(), part.len(), part.is_empty()), (100, 10, false));
    part.write(0, b"0123456789").unwrap();
    let outside = MemoryError::OutOfBounds { offset: 1, bytes: 10, length: 10 };
    assert_eq!(part.write(1, b"0123456789"), Err(outside));
    let mut bytes = [0; 12];
    mapping.read(109, &mut bytes).unwrap();
    assert_eq!(&bytes, b"\x000123456789\0");

    assert!(row.slice(0..101).is_err());
    #[expect(clippy::reversed_empty_ranges, reason = "this is what is refused")]
    let reversed = row.slice(20..10);
    assert!(reversed.is_err());
    assert!(row.slice(100..100).unwrap().is_empty());
    assert_eq!(part.as_ptr() as usize - mapping.as_ptr() as usize, 110);
}

#[test]
fn mapping_for_reading_refuses_to_write() {
    let (vmo, writable) = writable();
    writable.write(0, b"theirs").unwrap();
    // Also on a handle that would allow it.
    for access in [Access::ReadOnly, Access::ReadWrite] {
        let handle = vmo.reopen(access).unwrap();
        let mapping = Mapping::new(&handle, SIZE as u64, Access::ReadOnly).unwrap();
        assert_eq!(mapping.access(), Access::ReadOnly);
        assert_eq!(mapping.write(0, b"ours"), Err(MemoryError::ReadOnly));
        assert_eq!(mapping.store_u8(0, 0), Err(MemoryError::ReadOnly));
        assert_eq!(mapping.copy_within(0..1, 1), Err(MemoryError::ReadOnly));
        assert_eq!(mapping.slice(0..8).unwrap().write(0, b"x"), Err(MemoryError::ReadOnly));
        assert_eq!(content(&mapping)[..6], *b"theirs");
    }
}

#[test]
fn mapping_size_is_that_of_the_object_at_most() {
    let vmo = Vmo::create("size", 5000).unwrap();
    let handle = vmo.reopen(Access::ReadOnly).unwrap();
    for size_bytes in [0, 5001, u64::MAX] {
        let refused = Mapping::new(&handle, size_bytes, Access::ReadOnly).unwrap_err();
        assert_eq!(refused, MapError::BadSize { size_bytes, object_bytes: 5000 });
    }
    for size in [1, 4096, 5000] {
        assert_eq!(Mapping::new(&handle, size, Access::ReadOnly).unwrap().len() as u64, size);
    }
    let (reader, _writer) = std::io::pipe().unwrap();
    let pipe = Handle::from(OwnedFd::from(reader));
    assert!(Mapping::new(&pipe, 1, Access::ReadOnly).is_err());
}

#[test]
fn mapping_copies_are_private_while_others_write() {
    let (vmo, writer) = writable();
    let handle = vmo.reopen(Access::ReadOnly).unwrap();
    let reader = Mapping::new(&handle, SIZE as u64, Access::ReadOnly).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..200 {
                writer.write(0, &[round as u8; SIZE]).unwrap();
            }
            done.store(true, Ordering::Release);
        });
        while !done.load(Ordering::Acquire) {
            let mut word = [0; 8];
            reader.read(4096, &mut word).unwrap();
            assert!(word.iter().all(|byte| *byte == word[0]), "an aligned word is not torn");
        }
    });
    assert_eq!(content(&reader), [199; SIZE]);
}

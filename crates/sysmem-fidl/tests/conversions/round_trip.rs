//! To the second version and back (`sysmem1.md` section 3, last words).

use proptest::prelude::*;
use sysmem_fidl::conversions::{FromV1Error, ToV1Error};
use sysmem_fidl::{fuchsia_images2 as images2, fuchsia_sysmem as v1, fuchsia_sysmem2 as v2};

use super::arbitrary;

/// Through the table and back.
fn there_and_back<'a, S, T>(value: &'a S) -> S
where
    T: TryFrom<&'a S, Error = FromV1Error>,
    for<'t> S: TryFrom<&'t T, Error = ToV1Error>,
{
    let table = T::try_from(value).expect("the struct has a table");
    S::try_from(&table).expect("the table has a struct")
}

proptest! {
    #[test]
    fn usages(usage in arbitrary::usage()) {
        prop_assert_eq!(v1::BufferUsage::from(&v2::BufferUsage::from(usage)), usage);
    }

    #[test]
    fn heaps(heap in arbitrary::heap()) {
        prop_assert_eq!(v1::HeapType::try_from(&v2::Heap::from(heap)), Ok(heap));
    }

    #[test]
    fn image_formats(image in arbitrary::image_format()) {
        prop_assert_eq!(&there_and_back::<_, images2::ImageFormat>(&image), &image);
    }

    #[test]
    fn image_constraints(image in arbitrary::image_constraints()) {
        prop_assert_eq!(&there_and_back::<_, v2::ImageFormatConstraints>(&image), &image);
    }

    #[test]
    fn memory_constraints(memory in arbitrary::memory()) {
        prop_assert_eq!(&there_and_back::<_, v2::BufferMemoryConstraints>(&memory), &memory);
    }

    #[test]
    fn memory_settings(settings in arbitrary::memory_settings()) {
        let back = v1::BufferMemorySettings::try_from(&v2::BufferMemorySettings::from(settings));
        prop_assert_eq!(back, Ok(settings));
    }

    #[test]
    fn settings(settings in arbitrary::settings()) {
        prop_assert_eq!(&there_and_back::<_, v2::SingleBufferSettings>(&settings), &settings);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn constraints(constraints in arbitrary::constraints()) {
        let back = there_and_back::<_, v2::BufferCollectionConstraints>(&constraints);
        prop_assert_eq!(&back, &constraints);
    }

    #[test]
    fn buffers((info, same) in arbitrary::buffers().prop_map(|info| (copy(&info), info))) {
        let table = v2::BufferCollectionInfo::try_from(info).expect("the struct has a table");
        prop_assert_eq!(v1::BufferCollectionInfo2::try_from(table), Ok(same));
    }
}

/// The same once more: buffers have handles and are not copied otherwise.
fn copy(info: &v1::BufferCollectionInfo2<u32>) -> v1::BufferCollectionInfo2<u32> {
    let mut copy = v1::BufferCollectionInfo2 {
        buffer_count: info.buffer_count,
        settings: info.settings.clone(),
        ..Default::default()
    };
    for (place, v1::VmoBuffer { vmo, vmo_usable_start }) in
        copy.buffers.iter_mut().zip(&info.buffers)
    {
        *place = v1::VmoBuffer { vmo: *vmo, vmo_usable_start: *vmo_usable_start };
    }
    copy
}

//! What participants are told about buffers.

use super::memory::size;
use super::{FromV1Error, ToV1Error, counted, fill, nonzero};
use crate::{fuchsia_sysmem as v1, fuchsia_sysmem2 as v2};

impl From<v1::CoherencyDomain> for v2::CoherencyDomain {
    fn from(domain: v1::CoherencyDomain) -> Self {
        Self::from_primitive(domain.into_primitive())
    }
}

impl TryFrom<v2::CoherencyDomain> for v1::CoherencyDomain {
    type Error = ToV1Error;

    fn try_from(domain: v2::CoherencyDomain) -> Result<Self, ToV1Error> {
        let value = domain.into_primitive();
        let domain = Self::from_primitive(value);
        let field = "coherency_domain";
        if domain.is_unknown() { Err(ToV1Error::NoSuchMember { field, value }) } else { Ok(domain) }
    }
}

impl From<v1::BufferMemorySettings> for v2::BufferMemorySettings {
    /// `raw_vmo_size` has no field in the first version.
    fn from(settings: v1::BufferMemorySettings) -> Self {
        Self {
            size_bytes: nonzero(settings.size_bytes).map(u64::from),
            is_physically_contiguous: Some(settings.is_physically_contiguous),
            is_secure: Some(settings.is_secure),
            coherency_domain: Some(settings.coherency_domain.into()),
            heap: Some(settings.heap.into()),
            raw_vmo_size: None,
        }
    }
}

impl TryFrom<&v2::BufferMemorySettings> for v1::BufferMemorySettings {
    type Error = ToV1Error;

    fn try_from(settings: &v2::BufferMemorySettings) -> Result<Self, ToV1Error> {
        let domain = settings.coherency_domain.ok_or(ToV1Error::Missing("coherency_domain"))?;
        let heap = settings.heap.as_ref().ok_or(ToV1Error::Missing("heap"))?;
        Ok(Self {
            size_bytes: size("size_bytes", settings.size_bytes.unwrap_or_default())?,
            is_physically_contiguous: settings.is_physically_contiguous.unwrap_or_default(),
            is_secure: settings.is_secure.unwrap_or_default(),
            coherency_domain: domain.try_into()?,
            heap: heap.try_into()?,
        })
    }
}

impl TryFrom<&v1::SingleBufferSettings> for v2::SingleBufferSettings {
    type Error = FromV1Error;

    fn try_from(settings: &v1::SingleBufferSettings) -> Result<Self, FromV1Error> {
        let image = settings.has_image_format_constraints;
        let image = image.then_some(&settings.image_format_constraints);
        Ok(Self {
            buffer_settings: Some(settings.buffer_settings.into()),
            image_format_constraints: image.map(TryInto::try_into).transpose()?,
        })
    }
}

impl TryFrom<&v2::SingleBufferSettings> for v1::SingleBufferSettings {
    type Error = ToV1Error;

    fn try_from(settings: &v2::SingleBufferSettings) -> Result<Self, ToV1Error> {
        let buffer = settings.buffer_settings.as_ref();
        let buffer = buffer.ok_or(ToV1Error::Missing("buffer_settings"))?;
        let image = settings.image_format_constraints.as_ref();
        let image = image.map(v1::ImageFormatConstraints::try_from).transpose()?;
        Ok(Self {
            buffer_settings: buffer.try_into()?,
            has_image_format_constraints: image.is_some(),
            image_format_constraints: image.unwrap_or_default(),
        })
    }
}

impl<H> From<v1::VmoBuffer<H>> for v2::VmoBuffer<H> {
    fn from(buffer: v1::VmoBuffer<H>) -> Self {
        let vmo_usable_start = Some(buffer.vmo_usable_start);
        Self { vmo: buffer.vmo, vmo_usable_start, close_weak_asap: None }
    }
}

impl<H> TryFrom<v2::VmoBuffer<H>> for v1::VmoBuffer<H> {
    type Error = ToV1Error;

    /// A client of the first version could not be told when to let go of a weak VMO.
    fn try_from(buffer: v2::VmoBuffer<H>) -> Result<Self, ToV1Error> {
        if buffer.close_weak_asap.is_some() {
            return Err(ToV1Error::Inexpressible("close_weak_asap"));
        }
        let vmo_usable_start = buffer.vmo_usable_start.unwrap_or_default();
        Ok(Self { vmo: buffer.vmo, vmo_usable_start })
    }
}

impl<H> TryFrom<v1::BufferCollectionInfo2<H>> for v2::BufferCollectionInfo<H> {
    type Error = FromV1Error;

    /// `buffer_collection_id` has no field in the first version.
    fn try_from(info: v1::BufferCollectionInfo2<H>) -> Result<Self, FromV1Error> {
        let count = counted("buffers", &info.buffers, info.buffer_count)?.len();
        Ok(Self {
            settings: Some((&info.settings).try_into()?),
            buffers: Some(info.buffers.into_iter().take(count).map(Into::into).collect()),
            buffer_collection_id: None,
        })
    }
}

impl<H> TryFrom<v2::BufferCollectionInfo<H>> for v1::BufferCollectionInfo2<H> {
    type Error = ToV1Error;

    fn try_from(info: v2::BufferCollectionInfo<H>) -> Result<Self, ToV1Error> {
        let settings = info.settings.as_ref().ok_or(ToV1Error::Missing("settings"))?;
        let buffers = info.buffers.ok_or(ToV1Error::Missing("buffers"))?;
        let mut all = Self { settings: settings.try_into()?, ..Self::default() };
        all.buffer_count = fill("buffers", &mut all.buffers, buffers.into_iter())?;
        Ok(all)
    }
}

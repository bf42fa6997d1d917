//! Allocated buffers, and their memory.

use std::ops::Index;
use std::slice::SliceIndex;

use sysmem_fidl::Handle;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;
use zx::{Access, EventPair, Mapping};

use crate::error::{Error, ProtocolError};

/// The buffers of a collection, as one participant gets them. Buffer `i` is the same memory for
/// every participant.
#[derive(Debug)]
pub struct Buffers {
    collection_id: u64,
    settings: fsysmem2::SingleBufferSettings,
    memory: fsysmem2::BufferMemorySettings,
    buffers: Vec<Buffer>,
}

/// One buffer.
#[derive(Debug)]
pub struct Buffer {
    handle: Option<zx::Handle>,
    /// From the start of the object, usable part and padding.
    map_bytes: u64,
    close_weak_asap: Option<EventPair>,
}

impl Buffers {
    pub(crate) fn new(info: fsysmem2::BufferCollectionInfo<Handle>) -> Result<Self, Error> {
        let missing = ProtocolError::MissingField;
        let settings = info.settings.ok_or(missing("settings"))?;
        let memory = settings.buffer_settings.clone().ok_or(missing("buffer_settings"))?;
        let size_bytes = memory.size_bytes.ok_or(missing("size_bytes"))?;
        let buffer = |buffer: fsysmem2::VmoBuffer<Handle>| Buffer {
            handle: buffer.vmo.map(Into::into),
            map_bytes: memory
                .raw_vmo_size
                .unwrap_or(buffer.vmo_usable_start.unwrap_or(0).saturating_add(size_bytes)),
            close_weak_asap: buffer
                .close_weak_asap
                .map(|end| EventPair::from(zx::Handle::from(end))),
        };
        let buffers = info.buffers.ok_or(missing("buffers"))?.into_iter().map(buffer).collect();
        let collection_id = info.buffer_collection_id.ok_or(missing("buffer_collection_id"))?;
        Ok(Self { collection_id, settings, memory, buffers })
    }

    /// The id of the collection, the same for all participants.
    pub fn collection_id(&self) -> u64 {
        self.collection_id
    }

    /// What was agreed on, as the service said it.
    pub fn settings(&self) -> &fsysmem2::SingleBufferSettings {
        &self.settings
    }

    /// What was agreed on about memory.
    pub fn memory(&self) -> &fsysmem2::BufferMemorySettings {
        &self.memory
    }

    /// What was agreed on about images; `None` if no participant spoke of images.
    pub fn image(&self) -> Option<&fsysmem2::ImageFormatConstraints> {
        self.settings.image_format_constraints.as_ref()
    }

    /// Usable bytes of each buffer.
    pub fn size_bytes(&self) -> u64 {
        self.memory.size_bytes.unwrap_or(0)
    }

    /// How many buffers there are.
    pub fn len(&self) -> usize {
        self.buffers.len()
    }

    /// Whether there are none, which no service says.
    pub fn is_empty(&self) -> bool {
        self.buffers.is_empty()
    }

    /// The buffers, in the order of their numbers.
    pub fn iter(&self) -> std::slice::Iter<'_, Buffer> {
        self.buffers.iter()
    }

    /// The buffers as values of their own, so that each can be given up by itself.
    pub fn into_vec(self) -> Vec<Buffer> {
        self.buffers
    }

    /// The buffer with this number.
    pub fn get(&self, number: usize) -> Option<&Buffer> {
        self.buffers.get(number)
    }
}

impl<I: SliceIndex<[Buffer]>> Index<I> for Buffers {
    type Output = I::Output;

    fn index(&self, index: I) -> &I::Output {
        &self.buffers[index]
    }
}

impl<'a> IntoIterator for &'a Buffers {
    type Item = &'a Buffer;
    type IntoIter = std::slice::Iter<'a, Buffer>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Buffer {
    /// Maps the memory for reading and writing. Others may write at the same time; who writes when
    /// is for the participants to arrange.
    ///
    /// # Errors
    ///
    /// [`Error::NoMemoryAccess`] for a participant that stated no usage, [`Error::Map`] for one
    /// that may only read.
    pub fn map(&self) -> Result<Mapping, Error> {
        self.map_with(Access::ReadWrite)
    }

    /// Maps the memory for reading.
    ///
    /// # Errors
    ///
    /// [`Error::NoMemoryAccess`], [`Error::Map`].
    pub fn map_read(&self) -> Result<Mapping, Error> {
        self.map_with(Access::ReadOnly)
    }

    /// The memory, for everything else that takes a descriptor. `None` for a participant that
    /// stated no usage, and for a weak one where nobody uses the buffer any more.
    pub fn handle(&self) -> Option<&zx::Handle> {
        self.handle.as_ref()
    }

    /// Gives the handle away.
    pub fn into_handle(self) -> Option<zx::Handle> {
        self.handle
    }

    /// For a weak participant: the other end closes when nobody uses the buffer any more. Then its
    /// handles and mappings are to be closed, soon: the service complains of those that stay.
    pub fn close_weak_asap(&self) -> Option<&EventPair> {
        self.close_weak_asap.as_ref()
    }

    /// Whether the handles and mappings of this buffer are to be closed now.
    ///
    /// # Errors
    ///
    /// [`Error::System`].
    pub fn is_to_be_closed(&self) -> Result<bool, Error> {
        let signal = self.close_weak_asap.as_ref();
        signal.map_or(Ok(false), |signal| signal.is_peer_closed().map_err(Error::System))
    }

    fn map_with(&self, access: Access) -> Result<Mapping, Error> {
        let handle = self.handle.as_ref().ok_or(Error::NoMemoryAccess)?;
        Ok(Mapping::new(handle, self.map_bytes, access)?)
    }
}

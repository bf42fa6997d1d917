//! What the client of a collection waits for, in the version of the protocol that it speaks.

use fidl::Responder;
use sysmem_fidl::{fuchsia_sysmem as fsysmem, fuchsia_sysmem2 as fsysmem2};

use crate::interface::ChannelKind;

/// A version of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `fuchsia.sysmem`.
    V1,
    /// `fuchsia.sysmem2`.
    V2,
}

impl Dialect {
    /// What a collection is served as whose client speaks this.
    pub const fn collection(self) -> ChannelKind {
        match self {
            Self::V1 => ChannelKind::View,
            Self::V2 => ChannelKind::Collection,
        }
    }
}

/// Requests without an answer, oldest first; and what else the client is owed.
#[derive(Debug)]
pub(crate) enum Waits {
    V1(Box<View>),
    V2(Vec<Responder<fsysmem2::BufferCollectionWaitForAllBuffersAllocatedMethod>>),
}

/// What clients of the first version can have besides (`sysmem1.md` 1.5, 1.6).
#[derive(Debug, Default)]
pub(crate) struct View {
    pub waits: Vec<Responder<fsysmem::BufferCollectionWaitForBuffersAllocatedMethod>>,
    pub sink: Sink,
    /// `None` until `SetConstraintsAuxBuffers`.
    pub aux: Option<fsysmem::BufferCollectionConstraintsAuxBuffers>,
}

/// Where the events of a view go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sink {
    #[default]
    None,
    /// `OnBuffersAllocated` is owed.
    Waiting,
    /// It had its events.
    Done,
}

impl Waits {
    pub fn new(dialect: Dialect) -> Self {
        match dialect {
            Dialect::V1 => Self::V1(Box::default()),
            Dialect::V2 => Self::V2(Vec::new()),
        }
    }

    /// How many requests have no answer.
    pub const fn len(&self) -> usize {
        match self {
            Self::V1(view) => view.waits.len(),
            Self::V2(waits) => waits.len(),
        }
    }

    /// Whether anybody is to be told when buffers are there.
    pub const fn is_owed_news(&self) -> bool {
        match self {
            Self::V1(view) => !view.waits.is_empty() || matches!(view.sink, Sink::Waiting),
            Self::V2(waits) => !waits.is_empty(),
        }
    }

    /// The client has gone.
    pub fn clear(&mut self) {
        match self {
            Self::V1(view) => {
                view.waits.clear();
                view.sink = Sink::Done;
            }
            Self::V2(waits) => waits.clear(),
        }
    }

    pub const fn view(&self) -> Option<&View> {
        match self {
            Self::V1(view) => Some(view),
            Self::V2(_) => None,
        }
    }

    pub const fn view_mut(&mut self) -> Option<&mut View> {
        match self {
            Self::V1(view) => Some(view),
            Self::V2(_) => None,
        }
    }
}

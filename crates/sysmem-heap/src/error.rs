//! Why a heap makes no buffers.

use std::fmt;
use std::io;

/// Why a heap made no buffers. None of the request's buffers exists then.
#[derive(Debug)]
#[non_exhaustive]
pub enum HeapError {
    /// The request needs more memory than the machine has to spare.
    OverBudget {
        /// What all buffers of the request need, in bytes.
        requested_bytes: u64,
        /// What the kernel says that it can still give, in bytes.
        available_bytes: u64,
    },
    /// All buffers together have more bytes than 64 bits can count.
    TooLarge,
    /// The kernel does not say how much memory there is.
    BudgetUnknown(io::Error),
    /// The heap cannot make physically contiguous buffers.
    NotContiguous,
    /// The heap cannot align buffers in physical memory like this.
    Alignment {
        /// The alignment that was asked for, in bytes.
        requested_bytes: u64,
    },
    /// The kernel refused to make a buffer.
    Refused(zx::VmoError),
}

impl fmt::Display for HeapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OverBudget { requested_bytes, available_bytes } => write!(
                f,
                "{requested_bytes} bytes are asked for and {available_bytes} are available"
            ),
            Self::TooLarge => f.write_str("the buffers' sizes add up to more than 64 bits"),
            Self::BudgetUnknown(error) => write!(f, "cannot tell the available memory: {error}"),
            Self::NotContiguous => {
                f.write_str("this heap cannot make physically contiguous buffers")
            }
            Self::Alignment { requested_bytes } => {
                write!(f, "this heap cannot align buffers to {requested_bytes} bytes")
            }
            Self::Refused(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for HeapError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::BudgetUnknown(error) => Some(error),
            Self::Refused(error) => Some(error),
            _ => None,
        }
    }
}

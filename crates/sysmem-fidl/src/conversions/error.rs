//! Why a value has no form in the other version.

use std::fmt;

/// A struct of the first version that no table says the same as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FromV1Error {
    /// A count is beyond the capacity of its array.
    TooMany {
        /// The array.
        field: &'static str,
        /// What its count says.
        count: u32,
        /// How many elements it has room for.
        limit: usize,
    },
    /// Images have more than one layer.
    Layers(u32),
    /// One side of a size is given and the other is not.
    HalfSize(&'static str),
}

/// A table of the second version that no struct says the same as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToV1Error {
    /// The field has to be set.
    Missing(&'static str),
    /// A vector has more elements than the array of the first version has room for.
    TooMany {
        /// The vector, by the name of the array.
        field: &'static str,
        /// How many elements it has.
        count: usize,
        /// How many elements the array has room for.
        limit: usize,
    },
    /// A number does not fit into the field of the first version.
    TooLarge {
        /// The field.
        field: &'static str,
        /// Its value.
        value: u64,
    },
    /// A member of an enum that the first version does not have.
    NoSuchMember {
        /// The field, by its name in the first version.
        field: &'static str,
        /// The number.
        value: u32,
    },
    /// A heap that has no number in the first version.
    NoSuchHeap {
        /// Its `heap_type`.
        heap_type: String,
        /// Its `id`.
        id: u64,
    },
    /// The field says something for which the first version has no field.
    Inexpressible(&'static str),
}

impl fmt::Display for FromV1Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany { field, count, limit } => {
                write!(f, "the count of {field} is {count}, but there is room for {limit}")
            }
            Self::Layers(layers) => write!(f, "layers is {layers}, but only 1 is supported"),
            Self::HalfSize(field) => {
                write!(f, "of {field}, one of width and height is 0 and the other is not")
            }
        }
    }
}

impl fmt::Display for ToV1Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(field) => write!(f, "{field} is not set"),
            Self::TooMany { field, count, limit } => {
                write!(f, "{field} has {count} elements, but version 1 has room for {limit}")
            }
            Self::TooLarge { field, value } => {
                write!(f, "{field} is {value}, which is too large for version 1")
            }
            Self::NoSuchMember { field, value } => {
                write!(f, "version 1 has no {field} {value}")
            }
            Self::NoSuchHeap { heap_type, id } => {
                write!(f, "version 1 has no number for the heap {} {id}", heap_type.escape_debug())
            }
            Self::Inexpressible(field) => write!(f, "version 1 cannot express {field}"),
        }
    }
}

impl std::error::Error for FromV1Error {}

impl std::error::Error for ToV1Error {}

//! What is wrong with a JSON document.

use std::fmt;

use crate::place::Place;

/// Why JSON cannot be read: where, and what is wrong there. Displays as one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// Empty for the document as a whole.
    pub place: Place,
    pub reason: Reason,
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The text is not JSON. Lines and columns count from 1.
    Syntax {
        line: usize,
        column: usize,
        problem: String,
    },
    /// A name that stands twice in one object. The place is that of the second one.
    DuplicateField,
    /// A field that is not set has to be left out.
    Null,
    WrongType {
        expected: Expected,
        found: Found,
    },
    /// The place is that of the field.
    UnknownField {
        known: &'static [&'static str],
    },
    /// The place is that where the field would stand.
    MissingField,
    /// An integer that is negative or above `max`.
    OutOfRange {
        max: u64,
    },
    /// A string that does not name a member or a bit.
    UnknownName {
        name: String,
        known: Vec<&'static str>,
    },
    /// A string of `0x` with something else than hexadecimal digits after it.
    InvalidHex {
        text: String,
    },
    /// A string that is longer than its FIDL type allows, in bytes.
    TooLong {
        bytes: usize,
        max: usize,
    },
    /// A list that is longer than its FIDL type allows.
    TooMany {
        count: usize,
        max: usize,
    },
    /// A heap can only have coherency domains with a name.
    UnnamedDomain {
        value: u32,
    },
    /// A group at the top of the tree, or directly in another group.
    GroupNotBelowParticipant,
    /// A group wants nothing itself (`sysmem2-constraints.md` 6.1).
    ConstraintsOnGroup,
    /// The children of a group stand in `group`.
    ChildrenOnGroup,
    /// `AllChildrenPresent` requires a child (`sysmem2-protocols.md` 3.4).
    EmptyGroup,
    /// `participants` stands in place of `root`.
    RootAndParticipants,
}

/// What would have been right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    Object,
    List,
    Text,
    Boolean,
    Number,
    /// 32 bits.
    Integer,
    /// 64 bits: also a string of `0x` and digits.
    LongInteger,
    /// A member of an enum: its name, its number, or a string of `0x` and digits.
    Member,
    /// A list of names, or a number.
    UsageWord,
}

/// What is there instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Object,
    List,
    Text,
    Boolean,
    Integer,
    /// A number with a point or an exponent.
    Fraction,
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.0.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        self.reason.fmt(f)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { line, column, problem } => {
                write!(f, "line {line}, column {column}: {problem}")
            }
            Self::DuplicateField => f.write_str("this field stands in the object already"),
            Self::Null => f.write_str("null is not a value; leave out what is not set"),
            Self::WrongType { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::UnknownField { known } => {
                write!(f, "there is no such field; there are {}", known.join(", "))
            }
            Self::MissingField => f.write_str("this field is missing"),
            Self::OutOfRange { max } => write!(f, "the number is not in the range 0 to {max}"),
            Self::UnknownName { name, known } => {
                write!(f, "there is no {name:?}; there are {}", known.join(", "))
            }
            Self::InvalidHex { text } => {
                write!(f, "{text:?} is not 0x followed by hexadecimal digits")
            }
            Self::TooLong { bytes, max } => {
                write!(f, "the string has {bytes} bytes; at most {max} are allowed")
            }
            Self::TooMany { count, max } => {
                write!(f, "the list has {count} entries; at most {max} are allowed")
            }
            Self::UnnamedDomain { value } => {
                write!(f, "a heap cannot have coherency domain {value}")
            }
            Self::GroupNotBelowParticipant => {
                f.write_str("a group stands below a participant, not at the root or in a group")
            }
            Self::ConstraintsOnGroup => f.write_str("a group has no constraints of its own"),
            Self::ChildrenOnGroup => f.write_str("the children of a group stand in its group"),
            Self::EmptyGroup => f.write_str("a group has at least one child"),
            Self::RootAndParticipants => {
                f.write_str("participants stands in place of root; there is a root already")
            }
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Object => "an object",
            Self::List => "a list",
            Self::Text => "a string",
            Self::Boolean => "true or false",
            Self::Number => "a number",
            Self::Integer => "an integer",
            Self::LongInteger => "an integer or a string \"0x...\"",
            Self::Member => "a name, an integer or a string \"0x...\"",
            Self::UsageWord => "a list of names or an integer",
        })
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Object => "an object",
            Self::List => "a list",
            Self::Text => "a string",
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::Fraction => "a number with a fraction or an exponent",
        })
    }
}

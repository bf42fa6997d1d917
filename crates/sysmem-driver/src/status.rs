//! Zircon's numbers for what went wrong, as far as the C ABI has them (`sysmem1.md` 1.9).

use std::fmt;

use crate::abi::RawStatus;

/// A number that is not 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status(RawStatus);

impl Status {
    pub const INTERNAL: Self = Self(-1);
    pub const NOT_SUPPORTED: Self = Self(-2);
    pub const NO_RESOURCES: Self = Self(-3);
    pub const INVALID_ARGS: Self = Self(-10);
    pub const BAD_HANDLE: Self = Self(-11);
    pub const WRONG_TYPE: Self = Self(-12);
    pub const OUT_OF_RANGE: Self = Self(-14);
    pub const BAD_STATE: Self = Self(-20);
    pub const TIMED_OUT: Self = Self(-21);
    pub const PEER_CLOSED: Self = Self(-24);
    pub const ACCESS_DENIED: Self = Self(-30);
    pub const IO: Self = Self(-40);

    /// What a function of the C ABI returned.
    ///
    /// # Errors
    ///
    /// The number, if it is not 0.
    pub fn check(raw: RawStatus) -> Result<(), Self> {
        if raw == 0 { Ok(()) } else { Err(Self(raw)) }
    }

    /// What a function of the C ABI returns.
    pub fn raw(result: Result<(), Self>) -> RawStatus {
        result.err().map_or(0, |status| status.0)
    }

    fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::INTERNAL => "INTERNAL",
            Self::NOT_SUPPORTED => "NOT_SUPPORTED",
            Self::NO_RESOURCES => "NO_RESOURCES",
            Self::INVALID_ARGS => "INVALID_ARGS",
            Self::BAD_HANDLE => "BAD_HANDLE",
            Self::WRONG_TYPE => "WRONG_TYPE",
            Self::OUT_OF_RANGE => "OUT_OF_RANGE",
            Self::BAD_STATE => "BAD_STATE",
            Self::TIMED_OUT => "TIMED_OUT",
            Self::PEER_CLOSED => "PEER_CLOSED",
            Self::ACCESS_DENIED => "ACCESS_DENIED",
            Self::IO => "IO",
            _ => return None,
        })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => write!(f, "status {}", self.0),
        }
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Status {}

//! Points on the timeline of a platform (`fidl-language.md` section 11).

use std::fmt;
use std::str::FromStr;

/// A version of a platform: a number of 1 to 2^31−1, `NEXT` after all numbers, or `HEAD` after
/// that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u32);

impl Version {
    /// What will become the next number.
    pub const NEXT: Version = Version(0xFFD0_0000);
    /// The newest state, with what is not settled yet.
    pub const HEAD: Version = Version(0xFFE0_0000);

    /// A numbered version; `None` out of its range.
    pub const fn number(number: u32) -> Option<Version> {
        if 1 <= number && number <= i32::MAX.unsigned_abs() { Some(Version(number)) } else { None }
    }
}

/// A text that is neither a number in range nor `NEXT` nor `HEAD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadVersion;

impl fmt::Display for BadVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a version is a number of 1 to 2147483647, `NEXT` or `HEAD`")
    }
}

impl std::error::Error for BadVersion {}

impl FromStr for Version {
    type Err = BadVersion;

    fn from_str(text: &str) -> Result<Self, BadVersion> {
        match text {
            "NEXT" => Ok(Version::NEXT),
            "HEAD" => Ok(Version::HEAD),
            _ => text.parse().ok().and_then(Version::number).ok_or(BadVersion),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Version::NEXT => f.write_str("NEXT"),
            Version::HEAD => f.write_str("HEAD"),
            Version(number) => write!(f, "{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_11_versions_are_ordered() {
        let version = |text: &str| text.parse::<Version>();
        let ordered = ["1", "2147483647", "NEXT", "HEAD"].map(|text| version(text).ok());
        assert!(ordered.is_sorted() && ordered.iter().all(Option::is_some), "{ordered:?}");
        for malformed in ["0", "2147483648", "-1", "LEGACY", "next", ""] {
            assert_eq!(version(malformed), Err(BadVersion), "{malformed}");
        }
    }
}

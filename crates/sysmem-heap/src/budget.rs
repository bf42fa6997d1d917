//! How much memory there is to give away.
//!
//! Nothing limits a memfd but memory itself, and what fills it up makes the kernel kill unrelated
//! processes first (`linux-platform.md` 3). So a heap asks before it promises.

use std::fs::File;
use std::io::{self, Read};

/// Enough for the line that is wanted, which is the third.
const PREFIX_BYTES: usize = 1024;

/// Bytes that the kernel could give without swapping: `MemAvailable` of `/proc/meminfo`.
pub(crate) fn available_bytes() -> io::Result<u64> {
    // One system call: every allocation waits for this.
    let mut prefix = [0; PREFIX_BYTES];
    let length = File::open("/proc/meminfo")?.read(&mut prefix)?;
    let text = String::from_utf8_lossy(&prefix[..length]);
    parse_available(&text).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidData, "/proc/meminfo has no line MemAvailable")
    })
}

fn parse_available(meminfo: &str) -> Option<u64> {
    let value = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = value.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platform_3_available_memory_is_read_from_meminfo() {
        let text = "MemTotal:  100 kB\nMemFree: 1 kB\nMemAvailable:      42 kB\nCached: 7 kB\n";
        assert_eq!(parse_available(text), Some(42 * 1024));
        for broken in ["", "MemAvailable: 42", "MemAvailable: x kB", "MemFree: 1 kB\n"] {
            assert_eq!(parse_available(broken), None, "{broken:?}");
        }
        assert!(available_bytes().unwrap() > 0);
    }
}

//! How much memory there is to give away.
//!
//! Nothing limits a memfd but memory itself, and what fills it up makes the kernel kill unrelated
//! processes first (`linux-platform.md` 3). So a heap asks before it promises.

use std::fs::File;
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::HeapError;

/// How long a look at the machine's memory is good for. Reading `/proc/meminfo` takes the kernel
/// longer than making a buffer.
const FRESH_FOR: Duration = Duration::from_millis(100);

/// Enough for the line that is wanted, which is the third.
const PREFIX_BYTES: usize = 1024;

/// What may be promised: the memory that was available at the last look, less what was promised since.
///
/// Memory that was promised before that look and not yet touched still counts as available. So the
/// budget refuses what can never fit, and a burst that cannot; a machine full of old promises is a
/// matter of quotas.
#[derive(Debug)]
pub(crate) struct Budget {
    ask: fn() -> io::Result<u64>,
    last_look: Mutex<Option<Look>>,
}

#[derive(Debug)]
struct Look {
    at: Instant,
    left_bytes: u64,
}

impl Budget {
    /// A budget that learns by `ask` how many bytes are available.
    pub(crate) fn new(ask: fn() -> io::Result<u64>) -> Self {
        Self { ask, last_look: Mutex::new(None) }
    }

    /// Promises `bytes`, or refuses. Only a fresh look refuses.
    pub(crate) fn promise(&self, bytes: u64) -> Result<(), HeapError> {
        // A look has no state that a panic could have broken.
        let mut last_look = self.last_look.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = last_look.as_mut().filter(|look| look.at.elapsed() < FRESH_FOR);
        if let Some(look) = fresh
            && let Some(left_bytes) = look.left_bytes.checked_sub(bytes)
        {
            look.left_bytes = left_bytes;
            return Ok(());
        }
        let available_bytes = (self.ask)().map_err(HeapError::BudgetUnknown)?;
        let left_bytes = available_bytes
            .checked_sub(bytes)
            .ok_or(HeapError::OverBudget { requested_bytes: bytes, available_bytes })?;
        *last_look = Some(Look { at: Instant::now(), left_bytes });
        Ok(())
    }
}

/// Bytes that the kernel could give without swapping: `MemAvailable` of `/proc/meminfo`.
pub(crate) fn available_bytes() -> io::Result<u64> {
    // One call to read: allocations wait for this.
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
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn platform_3_promises_count_until_the_next_look() {
        static LOOKS: AtomicU32 = AtomicU32::new(0);
        let budget = Budget::new(|| {
            LOOKS.fetch_add(1, Ordering::Relaxed);
            Ok(100)
        });
        budget.promise(60).unwrap();
        let looks = LOOKS.load(Ordering::Relaxed);
        assert_eq!(looks, 1);
        // More than is left: it is looked again, and that look decides.
        budget.promise(60).unwrap();
        assert_eq!(LOOKS.load(Ordering::Relaxed), 2);
        let refused = budget.promise(101);
        assert!(matches!(
            refused,
            Err(HeapError::OverBudget { requested_bytes: 101, available_bytes: 100 })
        ));
    }

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

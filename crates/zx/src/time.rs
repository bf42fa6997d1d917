//! `zx.Time`: nanoseconds of `CLOCK_MONOTONIC`.

use rustix::time::{ClockId, clock_gettime};

/// The current time of `CLOCK_MONOTONIC` in nanoseconds (`linux-objects.md`, summary).
pub fn monotonic_now() -> i64 {
    let now = clock_gettime(ClockId::Monotonic);
    // The clock starts near zero at boot: 63 bits of nanoseconds are 292 years.
    now.tv_sec * 1_000_000_000 + now.tv_nsec
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_time_is_monotonic_nanoseconds() {
        let first = monotonic_now();
        let second = monotonic_now();
        assert!(first > 0);
        assert!(second >= first);
        let raw = clock_gettime(ClockId::Monotonic);
        assert!((second / 1_000_000_000..=second / 1_000_000_000 + 60).contains(&raw.tv_sec));
    }
}

//! Numbers that rounding cannot fail on: a divisor is never zero, an alignment is a power of two.

use std::num::NonZeroU32;

use sysmem_fidl::fuchsia_math::SizeU;

/// What a number of bytes has to be a multiple of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Divisor(NonZeroU32);

impl Divisor {
    /// None if `value` is 0.
    pub(super) fn new(value: u32) -> Option<Self> {
        NonZeroU32::new(value).map(Self)
    }

    pub(super) fn get(self) -> u32 {
        self.0.get()
    }

    /// The least common multiple; none if it does not fit or `other` is 0.
    pub(super) fn combine(self, other: u64) -> Option<Self> {
        let own = u64::from(self.get());
        if own == other {
            // As mostly, and quicker than any division.
            return Some(self);
        }
        let multiple = own.checked_div(gcd(own, other))?.checked_mul(other)?;
        u32::try_from(multiple).ok().and_then(Self::new)
    }

    /// The smallest multiple that is at least `value`.
    pub(super) fn round_up(self, value: u64) -> Option<u64> {
        value.checked_next_multiple_of(self.get().into())
    }

    /// The largest multiple that is at most `value`.
    pub(super) fn round_down(self, value: u32) -> u32 {
        value.saturating_sub(value % self.0)
    }
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while let Some(rest) = a.checked_rem(b) {
        (a, b) = (b, rest);
    }
    a
}

/// What a number of pixels has to be a multiple of. The larger of two is their least common
/// multiple.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PowerOfTwo(u32);

impl PowerOfTwo {
    pub(super) const ONE: Self = Self(1);

    /// None if `value` is not a power of two.
    pub(super) fn new(value: u32) -> Option<Self> {
        value.is_power_of_two().then_some(Self(value))
    }

    pub(super) fn get(self) -> u32 {
        self.0
    }

    /// The smallest multiple that is at least `value`.
    pub(super) fn round_up(self, value: u32) -> Option<u32> {
        value.checked_next_multiple_of(self.0)
    }

    /// The largest multiple that is at most `value`.
    pub(super) fn round_down(self, value: u32) -> u32 {
        value & self.0.wrapping_neg()
    }
}

/// An alignment in both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Alignment {
    pub(super) width: PowerOfTwo,
    pub(super) height: PowerOfTwo,
}

impl Alignment {
    pub(super) const ONE: Self = Self { width: PowerOfTwo::ONE, height: PowerOfTwo::ONE };

    /// None unless both components are powers of two.
    pub(super) fn new(size: SizeU) -> Option<Self> {
        Some(Self { width: PowerOfTwo::new(size.width)?, height: PowerOfTwo::new(size.height)? })
    }

    pub(super) fn size(self) -> SizeU {
        SizeU { width: self.width.get(), height: self.height.get() }
    }

    pub(super) fn max(self, other: Self) -> Self {
        Self { width: self.width.max(other.width), height: self.height.max(other.height) }
    }

    /// None if a component does not fit.
    pub(super) fn round_up(self, size: SizeU) -> Option<SizeU> {
        Some(SizeU {
            width: self.width.round_up(size.width)?,
            height: self.height.round_up(size.height)?,
        })
    }
}

/// The larger of both components each.
pub(super) fn max_size(a: SizeU, b: SizeU) -> SizeU {
    SizeU { width: a.width.max(b.width), height: a.height.max(b.height) }
}

/// The smaller of both components each.
pub(super) fn min_size(a: SizeU, b: SizeU) -> SizeU {
    SizeU { width: a.width.min(b.width), height: a.height.min(b.height) }
}

/// Whether `size` is within `bound` in both directions.
pub(super) fn fits(size: SizeU, bound: SizeU) -> bool {
    size.width <= bound.width && size.height <= bound.height
}

/// Whether there is a pixel in it.
pub(super) fn has_area(size: SizeU) -> bool {
    size.width != 0 && size.height != 0
}

/// The number of pixels.
pub(super) fn area(size: SizeU) -> u64 {
    // Two factors of 32 bits always fit.
    u64::from(size.width).saturating_mul(size.height.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divisors_combine_to_the_least_common_multiple() {
        let combined = |a, b| Divisor::new(a).unwrap().combine(b).map(Divisor::get);
        assert_eq!(combined(3, 4), Some(12));
        assert_eq!(combined(4, 64), Some(64));
        assert_eq!(combined(0x8000_0000, 3), None);
        assert_eq!(combined(0xFFFF_FFFF, 0xFFFF_FFFF), Some(0xFFFF_FFFF));
        assert_eq!(combined(7, 0), None);
        assert_eq!(combined(1, u64::MAX), None);
    }

    #[test]
    fn rounding_keeps_to_multiples() {
        let sixteen = PowerOfTwo::new(16).unwrap();
        assert_eq!(sixteen.round_up(17), Some(32));
        assert_eq!(sixteen.round_up(u32::MAX), None);
        assert_eq!(sixteen.round_down(31), 16);
        assert_eq!(PowerOfTwo::new(1 << 31).unwrap().round_down(u32::MAX), 1 << 31);
        assert_eq!(PowerOfTwo::new(0), None);
        let three = Divisor::new(3).unwrap();
        assert_eq!((three.round_down(11), three.round_up(10)), (9, Some(12)));
    }
}

//! Numbers that everybody agrees to: as near to what stands there as possible.

use sysmem_fidl::fuchsia_math::SizeU;

use super::field::{CountField, Field, ImageField, MemoryField};
use super::value::Value;

/// Which way a number has to go for the constraint to rule out less.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Slack {
    /// A lower bound, down to 0.
    Down,
    /// An upper bound, up to this.
    Up(u64),
    /// A divisor or an alignment: fewer multiples are ruled out by a smaller one.
    Coarse,
}

impl Field {
    /// None if the field is no number and no size.
    pub(super) fn slack(self) -> Option<Slack> {
        use {CountField as C, ImageField as I, MemoryField as M};
        let field = match self {
            Self::Usage => return None,
            Self::Count(C::Max) => return Some(Slack::Up(u32::MAX.into())),
            Self::Count(_) | Self::Memory(M::MinSizeBytes) => return Some(Slack::Down),
            Self::Memory(M::MaxSizeBytes) => return Some(Slack::Up(u64::MAX)),
            Self::Memory(M::BaseAlignment) => return Some(Slack::Coarse),
            Self::Memory(_) => return None,
            Self::Image { field, .. } => field,
        };
        match field {
            I::MinBytesPerRow | I::PadBeyond | I::MinSize | I::RequiredMaxSize => Some(Slack::Down),
            I::MaxBytesPerRow | I::MaxSize | I::RequiredMinSize => Some(Slack::Up(u32::MAX.into())),
            I::MaxWidthTimesHeight => Some(Slack::Up(u64::MAX)),
            I::DisplayRectAlignment
            | I::StartOffsetDivisor
            | I::PadForBlockSize
            | I::SizeAlignment
            | I::BytesPerRowDivisor => Some(Slack::Coarse),
            _ => None,
        }
    }
}

/// The value nearest to `from` in the direction of `slack` for which `works`, if it works at the
/// end of that direction. Whatever is returned works.
pub(super) fn nearest(
    from: &Value,
    slack: Slack,
    works: &mut impl FnMut(&Value) -> bool,
) -> Option<Value> {
    match (from, slack) {
        (Value::Number(from), Slack::Down) => {
            let works = &mut |number| works(&Value::Number(number));
            // Sometimes somebody has to say something.
            let number = search(*from, 0, works)
                .or_else(|| search(*from, 1, works))
                .filter(|number| number < from)?;
            Some(Value::Number(number))
        }
        (Value::Number(from), Slack::Up(end)) => {
            let number = search(*from, end, &mut |number| works(&Value::Number(number)))?;
            Some(Value::Number(number))
        }
        (Value::Size(from), Slack::Down) => nearest_size(*from, 0, works),
        (Value::Size(from), Slack::Up(_)) => nearest_size(*from, u32::MAX, works),
        (Value::Number(from), Slack::Coarse) => {
            let divisors = divisors(*from).map(Value::Number);
            divisors.into_iter().find(|value| works(value))
        }
        (Value::Size(from), Slack::Coarse) => smaller_alignments(*from).find(|value| works(value)),
        _ => None,
    }
}

/// Halves the distance between a number that does not work and `end`, if that does.
fn search(from: u64, end: u64, works: &mut impl FnMut(u64) -> bool) -> Option<u64> {
    if from == end || !works(end) {
        return None;
    }
    let (mut bad, mut good) = (from, end);
    while bad.abs_diff(good) > 1 {
        let middle = bad.midpoint(good);
        if works(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    Some(good)
}

/// One side if that will do, else both.
fn nearest_size(from: SizeU, end: u32, works: &mut impl FnMut(&Value) -> bool) -> Option<Value> {
    let SizeU { width, height } = from;
    let mut side = |from: u32, make: &dyn Fn(u32) -> SizeU| {
        let side = |side: u64| u32::try_from(side).unwrap_or(u32::MAX);
        let found =
            search(from.into(), end.into(), &mut |number| works(&Value::Size(make(side(number)))))?;
        Some(side(found))
    };
    let size = if let Some(width) = side(width, &|width| SizeU { width, height }) {
        SizeU { width, height }
    } else if let Some(height) = side(height, &|height| SizeU { width, height }) {
        SizeU { width, height }
    } else {
        let width = side(width, &|width| SizeU { width, height: end })?;
        match side(height, &|height| SizeU { width, height }) {
            Some(height) => SizeU { width, height },
            None => SizeU { width, height: end },
        }
    };
    Some(Value::Size(size))
}

/// Proper divisors of a number, the largest first; of large ones only some.
fn divisors(of: u64) -> impl Iterator<Item = u64> {
    let (small, powers) = (2..=64_u64, (7..64).map(|bit| 1_u64 << bit));
    let quotients = small.chain(powers).filter_map(move |by| {
        let rest = of.checked_rem(by)?;
        (rest == 0 && of >= by).then(|| of.checked_div(by)).flatten()
    });
    quotients.chain((of > 1).then_some(1))
}

/// Powers of two: both sides cut at one of them, the largest first.
fn smaller_alignments(from: SizeU) -> impl Iterator<Item = Value> {
    let cut = move |bit: u32| SizeU {
        width: from.width.min(1 << bit),
        height: from.height.min(1 << bit),
    };
    (0..32).rev().map(cut).filter(move |size| *size != from).map(Value::Size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_number_is_found_in_both_directions() {
        let up = nearest(
            &Value::Number(10),
            Slack::Up(u64::MAX),
            &mut |value| matches!(value, Value::Number(number) if *number >= 2560),
        );
        assert_eq!(up, Some(Value::Number(2560)));
        let down = nearest(
            &Value::Number(10),
            Slack::Down,
            &mut |value| matches!(value, Value::Number(number) if *number <= 7),
        );
        assert_eq!(down, Some(Value::Number(7)));
        assert_eq!(nearest(&Value::Number(0), Slack::Down, &mut |_| true), None);
        assert_eq!(nearest(&Value::Number(10), Slack::Down, &mut |_| false), None);
    }

    #[test]
    fn only_the_sides_of_a_size_change_that_have_to() {
        let from = Value::Size(SizeU { width: 1920, height: 1080 });
        let nearest = |width, height| {
            let mut is_within = |value: &Value| match value {
                Value::Size(size) => size.width <= width && size.height <= height,
                _ => false,
            };
            let size = nearest(&from, Slack::Down, &mut is_within);
            let Some(Value::Size(size)) = size else { panic!("{size:?}") };
            (size.width, size.height)
        };
        assert_eq!(nearest(1280, 2000), (1280, 1080));
        assert_eq!(nearest(2000, 720), (1920, 720));
        assert_eq!(nearest(1280, 720), (1280, 720));
    }

    #[test]
    fn divisors_come_from_the_largest_down() {
        assert_eq!(divisors(12).collect::<Vec<_>>(), [6, 4, 3, 2, 1, 1]);
        assert_eq!(divisors(1).count(), 0);
        assert_eq!(divisors(0).count(), 0);
        assert!(divisors(1 << 40).any(|divisor| divisor == 1 << 10));
    }
}

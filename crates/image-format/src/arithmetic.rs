//! Rounding, on 64 bits.

/// The smallest multiple of `step` that is at least `value`; none if `step` is 0 or the result does
/// not fit.
pub(crate) fn round_up(value: u64, step: u64) -> Option<u64> {
    value.checked_next_multiple_of(step)
}

/// `value` divided by `step` and rounded up; none if `step` is 0.
pub(crate) fn divide_up(value: u64, step: u64) -> Option<u64> {
    let whole = value.checked_div(step)?;
    match value.checked_rem(step)? {
        0 => Some(whole),
        _ => whole.checked_add(1),
    }
}

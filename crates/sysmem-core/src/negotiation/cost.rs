//! Which of the formats that all agree on is the best (`sysmem2-constraints.md` 4.4).

use sysmem_fidl::fuchsia_images2::{PixelFormat, PixelFormatModifier};

use super::formats::FormatPair;
use super::image::Candidate;
use super::usage::Usage;

/// What a board says about a format: lower is better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FormatCost {
    pub pixel_format: PixelFormat,
    pub pixel_format_modifier: PixelFormatModifier,
    /// Counts only for buffers that are used in all of these ways; `none` is ignored.
    pub usage: Usage,
    /// Any number but NaN.
    pub cost: f64,
}

/// The cheapest candidate; among equally cheap ones the one with the smaller numbers.
pub(super) fn cheapest<'a>(
    candidates: Vec<Candidate<'a>>,
    usage: Usage,
    costs: &[FormatCost],
) -> Option<Candidate<'a>> {
    let priced =
        candidates.into_iter().map(|candidate| (cost(candidate.pair, usage, costs), candidate));
    let cheapest = priced.min_by(|(cost, candidate), (other_cost, other)| {
        cost.total_cmp(other_cost).then(candidate.pair.cmp(&other.pair))
    });
    cheapest.map(|(_, candidate)| candidate)
}

/// The entry that says most about the usage applies, of equal ones the last, even if another one is
/// cheaper. What is not listed is dearest.
fn cost(pair: FormatPair, usage: Usage, costs: &[FormatCost]) -> f64 {
    let of_pair = costs.iter().filter(|entry| {
        pair == FormatPair {
            pixel_format: entry.pixel_format,
            modifier: entry.pixel_format_modifier,
        }
    });
    let applying = of_pair.filter_map(|entry| {
        let bits = entry.usage.real_bits_within(usage)?;
        Some((bits, entry.cost))
    });
    applying.max_by_key(|(bits, _)| *bits).map_or(f64::MAX, |(_, cost)| cost)
}

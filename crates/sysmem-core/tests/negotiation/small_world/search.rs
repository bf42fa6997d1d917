//! Looks for buffers that suit everybody by trying all there are.
//!
//! Where Fuchsia's rules refuse what somebody could find, or take what nobody asked for, this does
//! the same, with a word about the rule of `sysmem2-constraints.md`.

use sysmem_core::negotiation::{HeapCatalog, HeapDeclaration, SYSTEM_RAM};
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_sysmem2::CoherencyDomain;

use super::wish::{Counts, ImageWish, Size, Use, Wish};

/// Buffers that suit everybody, the ones to take.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub count: u32,
    /// At least one. Which one is taken depends on the order of lists (3.3).
    pub heaps: Vec<(String, CoherencyDomain)>,
    pub image: ChosenImage,
    pub size_bytes: u64,
}

/// Numbers of pixels and bytes that are tried. What is unlimited is not limited by these: all
/// minimums of these worlds are small.
const WIDEST: u32 = 12;
const HIGHEST: u32 = 4;
const LONGEST: u32 = 36;

const DOMAINS: [CoherencyDomain; 3] =
    [CoherencyDomain::CPU, CoherencyDomain::RAM, CoherencyDomain::INACCESSIBLE];

/// From the one to take first (4.5), as far as these worlds have them.
const COLORS: [ColorSpace; 3] = [ColorSpace::SRGB, ColorSpace::REC709, ColorSpace::PASSTHROUGH];

pub fn search(wishes: &[Wish], heaps: &HeapCatalog) -> Option<Found> {
    let is_used = wishes.iter().any(|wish| wish.usage != Use::Nothing);
    let is_coherent = wishes.iter().all(Wish::has_coherent_memory);
    if !is_used || !is_coherent || !wishes.iter().any(Wish::has_size) {
        return None;
    }
    let count = count(wishes)?;
    let heaps = memory(wishes, heaps);
    let (image, size_bytes) = image(wishes)?;
    (!heaps.is_empty()).then_some(Found { count, heaps, image, size_bytes })
}

/// The least number of buffers that is enough. If nobody needs any, there are none (4.1).
fn count(wishes: &[Wish]) -> Option<u32> {
    let own: u32 = wishes.iter().map(|it| it.counts.camping + it.counts.dedicated).sum();
    let suits = |count: &u32| {
        wishes.iter().all(|wish| {
            let Counts { shared, min, max, .. } = wish.counts;
            *count >= own + shared && *count >= min && max.is_none_or(|max| *count <= max)
        })
    };
    (0..=64).find(suits).filter(|count| *count > 0)
}

/// The heaps that do, each with its domain.
fn memory(wishes: &[Wish], heaps: &HeapCatalog) -> Vec<(String, CoherencyDomain)> {
    let permits = |heap: &&HeapDeclaration| {
        let mut lists = wishes.iter().map(|wish| wish.memory.heaps);
        lists.all(|list| list.is_empty() || list.contains(&heap.heap_type.as_str()))
    };
    let is_secure = wishes.iter().any(|wish| wish.memory.secure);
    let is_contiguous = wishes.iter().any(|wish| wish.memory.contiguous);
    let permitted = heaps.heaps().iter().filter(permits);
    let mut permitted: Vec<_> = permitted.filter(|heap| heap.secure || !is_secure).collect();
    if let Some(ram) = permitted.iter().find(|heap| heap.heap_type == SYSTEM_RAM) {
        // Where it will do it is taken, and it alone is asked for contiguous memory (4.2).
        permitted = vec![ram];
        permitted.retain(|ram| ram.contiguous || !is_contiguous);
    }
    let found = permitted.into_iter();
    found.filter_map(|heap| Some((heap.heap_type.clone(), domain(wishes, heap)?))).collect()
}

fn domain(wishes: &[Wish], heap: &HeapDeclaration) -> Option<CoherencyDomain> {
    let suits = |domain: CoherencyDomain| wishes.iter().all(|wish| wish.supports(domain));
    let has = |domain| match domain {
        CoherencyDomain::CPU => heap.cpu,
        CoherencyDomain::RAM => heap.ram,
        _ => heap.inaccessible,
    };
    let first = DOMAINS.into_iter().find(|domain| has(*domain) && suits(*domain))?;
    // A display prefers RAM, also of a heap that has none (4.3).
    let is_displayed = wishes.iter().any(|wish| wish.usage == Use::Display);
    let prefers_ram = is_displayed && suits(CoherencyDomain::RAM);
    Some(if prefers_ram { CoherencyDomain::RAM } else { first })
}

pub type ChosenImage = Option<(PixelFormat, PixelFormatModifier, ColorSpace)>;

/// The format, and how many bytes it takes.
fn image(wishes: &[Wish]) -> Option<(ChosenImage, u64)> {
    let min_bytes = wishes.iter().map(|wish| wish.memory.min_bytes).max()?.max(1);
    let max_bytes = wishes.iter().filter_map(|wish| wish.memory.max_bytes).min();
    let max_bytes = max_bytes.unwrap_or(u64::MAX);
    if min_bytes > max_bytes || !wishes.iter().all(has_coherent_images) {
        return None;
    }
    let offers: Vec<_> = wishes.iter().map(|it| &it.images).filter(|it| !it.is_empty()).collect();
    if offers.is_empty() {
        return Some((None, min_bytes));
    }
    let common: Vec<_> = choices(&offers).into_iter().filter_map(Common::of).collect();
    // One format in which nothing fits is enough to fail, whether or not it would be taken (2.6).
    if !common.iter().all(Common::fits) {
        return None;
    }
    let chosen = common.iter().filter_map(|common| {
        let pair = (common.format?, common.modifier?);
        Some((pair, common.color()?, common))
    });
    // The format is chosen before its size is known (4.4).
    let ((format, modifier), color, common) = chosen.min_by_key(|(pair, ..)| *pair)?;
    let bytes = common.bytes()?.max(min_bytes);
    (bytes <= max_bytes).then_some((Some((format, modifier, color)), bytes))
}

/// Whether every entry could be met, and none says what another one says (2.6, C20).
fn has_coherent_images(wish: &Wish) -> bool {
    let alone = |image: &ImageWish| {
        let has_colors = match (image.format, image.modifier, image.colors) {
            (Some(format), Some(_), Some(colors)) => {
                colors.iter().all(|color| image_format::supports_color_space(format, *color))
            }
            _ => true,
        };
        has_colors && Common::of(vec![image]).is_some_and(|common| common.fits())
    };
    let overlap = |a: &ImageWish, b: &ImageWish| {
        meets(a.format, b.format) && meets(a.modifier, b.modifier) && {
            let (format, modifier) = (a.format.or(b.format), a.modifier.or(b.modifier));
            is_possible(format, modifier)
        }
    };
    let images = &wish.images;
    let pairs =
        images.iter().enumerate().flat_map(|(i, a)| images[..i].iter().map(move |b| (a, b)));
    images.iter().all(alone) && !pairs.into_iter().any(|(a, b)| overlap(a, b))
}

fn meets<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
    a.is_none() || b.is_none() || a == b
}

fn is_possible(format: Option<PixelFormat>, modifier: Option<PixelFormatModifier>) -> bool {
    match (format, modifier) {
        (Some(format), Some(modifier)) => image_format::is_supported(format, modifier),
        _ => true,
    }
}

/// Every way to take one entry of each.
fn choices<'a>(offers: &[&'a Vec<ImageWish>]) -> Vec<Vec<&'a ImageWish>> {
    offers.iter().fold(vec![Vec::new()], |choices, entries| {
        let with = |choice: &Vec<&'a ImageWish>| {
            let choice = choice.clone();
            entries.iter().map(move |entry| [&choice[..], &[entry]].concat()).collect::<Vec<_>>()
        };
        choices.iter().flat_map(with).collect()
    })
}

/// One entry of each, about a format that they have in common.
struct Common<'a> {
    entries: Vec<&'a ImageWish>,
    format: Option<PixelFormat>,
    modifier: Option<PixelFormatModifier>,
}

impl<'a> Common<'a> {
    /// None if these have no format in common, or not in these colors.
    fn of(entries: Vec<&'a ImageWish>) -> Option<Self> {
        let format = entries.iter().find_map(|entry| entry.format);
        let modifier = entries.iter().find_map(|entry| entry.modifier);
        let common = Self { format, modifier, entries };
        let same = common
            .entries
            .iter()
            .all(|entry| meets(entry.format, format) && meets(entry.modifier, modifier));
        let alpha = |value| common.entries.iter().any(|entry| entry.alpha == Some(value));
        let is_common = same
            && is_possible(format, modifier)
            && !(alpha(true) && alpha(false))
            && (common.cares_for_no_color() || common.color().is_some());
        is_common.then_some(common)
    }

    fn cares_for_no_color(&self) -> bool {
        self.entries.iter().all(|entry| entry.colors.is_none())
    }

    /// The color space to take, if anybody cares.
    fn color(&self) -> Option<ColorSpace> {
        let suits = |color: &ColorSpace| {
            let all = self.entries.iter().all(|it| it.colors.is_none_or(|it| it.contains(color)));
            let is_specific = self.modifier.is_some();
            let format = self.format.filter(|_| is_specific);
            all && format.is_none_or(|it| image_format::supports_color_space(it, *color))
        };
        let mut colors = COLORS.into_iter().filter(|_| !self.cares_for_no_color());
        colors.find(suits)
    }

    /// Whether there is a size, and a row, that suits everybody. That the row is long enough for
    /// the size is not asked here, but for a participant and its own smallest size, if there is
    /// such a row (2.6 step 8g).
    fn fits(&self) -> bool {
        let required = self.entries.iter().flat_map(|entry| entry.required);
        let mut required_min = self.entries.iter().map(|entry| entry.required_min);
        let smallest_row = |entry: &&&ImageWish| {
            let alone =
                Common { entries: vec![entry], format: entry.format, modifier: entry.modifier };
            alone.sizes((0, 0)).map(|size| size.0).min().and_then(|width| alone.row(width))
        };
        let rows =
            self.entries.iter().filter(|entry| entry.format.is_some() && entry.modifier.is_some());
        let min_row = rows.filter_map(|entry| smallest_row(&entry)).max().unwrap_or(0);
        (0..=LONGEST).any(|row| row >= min_row && self.is_row(row))
            && self.sizes((0, 0)).any(|(width, height)| self.is_area(width, height))
            && required.copied().all(|size| self.sizes(size).next().is_some())
            && required_min.all(|(width, height)| {
                self.sizes((0, 0)).any(|size| size.0 <= width && size.1 <= height)
            })
    }

    /// The least bytes that are enough for every size required.
    fn bytes(&self) -> Option<u64> {
        let required = self.entries.iter().flat_map(|entry| entry.required).copied();
        let mut required: Vec<_> = required.collect();
        if required.is_empty() {
            required.push((0, 0));
        }
        let bytes = required.into_iter().map(|size| self.bytes_for(size));
        bytes.collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    fn bytes_for(&self, required: Size) -> Option<u64> {
        let (format, modifier) = (self.format?, self.modifier?);
        let sizes = self.sizes(required).filter(|(width, height)| self.is_area(*width, *height));
        let bytes = sizes.filter_map(|(width, height)| {
            image_format::image_size(format, modifier, width, height, self.row(width)?)
        });
        bytes.min()
    }

    /// All sizes that everybody permits and that cover one.
    fn sizes(&self, required: Size) -> impl Iterator<Item = Size> {
        let info = self.info();
        let all = (1..=WIDEST).flat_map(|width| (1..=HIGHEST).map(move |height| (width, height)));
        all.filter(move |&(width, height)| {
            let fits = |entry: &&ImageWish| {
                (entry.min.0..=entry.max.0).contains(&width)
                    && (entry.min.1..=entry.max.1).contains(&height)
                    && width.is_multiple_of(entry.alignment)
            };
            let is_whole = info.is_none_or(|info| {
                width.is_multiple_of(info.width_divisor)
                    && height.is_multiple_of(info.height_divisor)
            });
            width >= required.0 && height >= required.1 && is_whole && self.entries.iter().all(fits)
        })
    }

    fn is_area(&self, width: u32, height: u32) -> bool {
        let area = u64::from(width) * u64::from(height);
        self.entries.iter().all(|entry| area <= entry.max_area)
    }

    /// The shortest row for a width.
    fn row(&self, width: u32) -> Option<u32> {
        let packed = width * self.info()?.stride_bytes_per_width_pixel;
        (packed..=LONGEST).find(|row| self.is_row(*row))
    }

    fn is_row(&self, row: u32) -> bool {
        let info = self.info();
        let fits = |entry: &&ImageWish| {
            (entry.min_row..=entry.max_row).contains(&row) && row.is_multiple_of(entry.divisor)
        };
        // Images have at least one sample; what is not specific may have no rows.
        let is_whole = info.is_none_or(|info| row > 0 && row.is_multiple_of(info.sample_alignment));
        is_whole && self.entries.iter().all(fits)
    }

    /// Of a format that is specific, as is its modifier.
    fn info(&self) -> Option<&'static image_format::FormatInfo> {
        self.modifier.and(self.format).and_then(image_format::FormatInfo::of)
    }
}

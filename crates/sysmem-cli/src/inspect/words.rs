//! Amounts, names and tables of the protocol in a few words.

use serde_json::Value;
use sysmem::fuchsia_sysmem2::{
    BufferCollectionConstraints, BufferMemoryConstraints, Heap, ImageFormatConstraints,
    SingleBufferSettings,
};
use sysmem::{PixelFormat, PixelFormatModifier, SizeU};
use sysmem_json::to_json;

/// So many bytes, in the unit that fits.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} bytes");
    }
    let mut amount = bytes as f64 / 1024.0;
    let mut units = UNITS.iter();
    let mut unit = units.next();
    while amount >= 1024.0
        && let Some(larger) = units.next()
    {
        amount /= 1024.0;
        unit = Some(larger);
    }
    format!("{amount:.1} {}", unit.unwrap_or(&""))
}

/// How long something has lasted.
pub fn duration(ns: i64) -> String {
    let ms = ns.max(0) / 1_000_000;
    let seconds = ms / 1000;
    match seconds {
        0 => format!("{ms} ms"),
        1..10 => format!("{}.{} s", seconds, ms % 1000 / 100),
        10..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// "1 node", "2 nodes".
pub fn counted(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

/// What somebody calls something, on one line and not too long.
pub fn name(name: &str) -> String {
    const LONGEST: usize = 40;
    shortened(&name.escape_debug().to_string(), LONGEST)
}

/// A line of text that others have a part in, without anything that moves the cursor.
pub fn harmless(line: &str) -> String {
    let escaped = |letter: char| match letter {
        '"' | '\'' | '\\' => letter.to_string(),
        _ => letter.escape_debug().to_string(),
    };
    line.chars().map(escaped).collect()
}

/// The beginning of a text that is too long.
pub fn shortened(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let kept: String = text.chars().take(longest.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// Numbers, with ranges for those in a row.
pub fn numbers(numbers: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for &number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let range = |(first, last): &(u32, u32)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    ranges.iter().map(range).collect::<Vec<_>>().join(", ")
}

/// What a participant wants, the most telling first.
pub fn constraints(constraints: &BufferCollectionConstraints) -> String {
    let mut parts = Vec::new();
    let usage = constraints.usage.as_ref().map(to_json).unwrap_or_default();
    for (word, uses) in usage.as_object().into_iter().flatten() {
        let uses = match uses {
            Value::Array(uses) => {
                let uses: Vec<&str> = uses.iter().filter_map(Value::as_str).collect();
                // "Often" says the plain use as well.
                let is_implied = |one: &&&str| uses.contains(&format!("{one}_OFTEN").as_str());
                let told = uses.iter().filter(|one| !is_implied(one)).copied();
                told.collect::<Vec<_>>().join("+")
            }
            number => number.to_string(),
        };
        // The only use of the word "none" says no more than the word.
        parts.push(if uses == "NONE_USAGE" { word.clone() } else { format!("{word} {uses}") });
    }
    parts.extend(images(constraints.image_format_constraints.as_deref().unwrap_or_default()));
    parts.extend(counts(constraints));
    if let Some(memory) = &constraints.buffer_memory_constraints {
        parts.extend(memory_constraints(memory));
    }
    parts.join("; ")
}

/// What buffers are like.
pub fn settings(settings: &SingleBufferSettings) -> String {
    let mut parts = Vec::new();
    if let Some(image) = &settings.image_format_constraints {
        let spaces = image.color_spaces.iter().flatten().filter_map(|space| space.name());
        let modifier = image.pixel_format_modifier.unwrap_or(PixelFormatModifier::LINEAR);
        parts.extend(image.pixel_format.map(|pixel| format(pixel, modifier)));
        parts.extend(spaces.map(str::to_owned));
        parts.extend(sizes(image));
        let rows = image.min_bytes_per_row.map(|row| format!("{row} bytes a row"));
        parts.extend(rows);
    }
    if let Some(memory) = &settings.buffer_settings {
        parts.extend(memory.heap.as_ref().map(heap));
        let domain = memory.coherency_domain.and_then(|domain| domain.name());
        parts.extend(domain.map(|domain| format!("domain {domain}")));
        let is = |flag: Option<bool>, word: &str| flag.filter(|set| *set).map(|_| word.to_owned());
        parts.extend(is(memory.is_physically_contiguous, "contiguous"));
        parts.extend(is(memory.is_secure, "secure"));
    }
    parts.join(", ")
}

fn images(images: &[ImageFormatConstraints]) -> Vec<String> {
    const SHOWN: usize = 4;
    let mut formats = Vec::new();
    for image in images {
        let linear = PixelFormatModifier::LINEAR;
        let own = image
            .pixel_format
            .map(|pixel| format(pixel, image.pixel_format_modifier.unwrap_or(linear)));
        let more = image.pixel_format_and_modifiers.iter().flatten();
        formats.extend(own);
        formats.extend(more.map(|pair| format(pair.pixel_format, pair.pixel_format_modifier)));
    }
    formats.dedup();
    let more = formats.len().saturating_sub(SHOWN);
    formats.truncate(SHOWN);
    let mut text = formats.join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    let mut all_sizes: Vec<_> = images.iter().filter_map(sizes).collect();
    all_sizes.dedup();
    if let [size] = all_sizes.as_slice() {
        text.push_str(&format!(" {size}"));
    }
    if text.is_empty() { Vec::new() } else { vec![text] }
}

/// The format; its modifier, unless that says that there is nothing special.
fn format(pixel: PixelFormat, modifier: PixelFormatModifier) -> String {
    let pixel = pixel.name().map_or_else(|| format!("{pixel:?}"), str::to_owned);
    match modifier {
        PixelFormatModifier::LINEAR => pixel,
        other => {
            let modifier = other.name().map_or_else(|| format!("{other:?}"), str::to_owned);
            format!("{pixel}/{modifier}")
        }
    }
}

fn sizes(image: &ImageFormatConstraints) -> Option<String> {
    let text = |size: &SizeU| format!("{}x{}", size.width, size.height);
    // As large as there are numbers means that there is no limit.
    let limit = |size: &&SizeU| size.width != u32::MAX && size.height != u32::MAX;
    let least = image.min_size.as_ref().or(image.required_min_size.as_ref()).map(text);
    let most = image.max_size.as_ref().or(image.required_max_size.as_ref());
    match (least, most.filter(limit).map(text)) {
        (Some(least), Some(most)) if least == most => Some(least),
        (Some(least), Some(most)) => Some(format!("{least} to {most}")),
        (Some(least), None) => Some(format!("from {least}")),
        (None, Some(most)) => Some(format!("up to {most}")),
        (None, None) => None,
    }
}

fn counts(constraints: &BufferCollectionConstraints) -> Option<String> {
    let counts = [
        ("camping", constraints.min_buffer_count_for_camping),
        ("slack", constraints.min_buffer_count_for_dedicated_slack),
        ("shared slack", constraints.min_buffer_count_for_shared_slack),
        ("at least", constraints.min_buffer_count),
        ("at most", constraints.max_buffer_count),
    ];
    let set = counts.into_iter().filter_map(|(word, count)| Some((word, count?)));
    let text: Vec<_> = set
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("{word} {count}"))
        .collect();
    (!text.is_empty()).then(|| format!("buffers: {}", text.join(", ")))
}

fn memory_constraints(memory: &BufferMemoryConstraints) -> Vec<String> {
    let mut parts = Vec::new();
    let least = memory.min_size_bytes.filter(|least| *least > 0);
    parts.extend(least.map(|least| format!("from {}", bytes(least))));
    let is = |flag: Option<bool>, word: &str| flag.filter(|set| *set).map(|_| word.to_owned());
    parts.extend(is(memory.physically_contiguous_required, "contiguous"));
    parts.extend(is(memory.secure_required, "secure"));
    let heaps: Vec<_> = memory.permitted_heaps.iter().flatten().map(heap).collect();
    if !heaps.is_empty() {
        parts.push(heaps.join(" or "));
    }
    parts
}

/// The heap without the words that all of them begin with.
fn heap(heap: &Heap) -> String {
    let name = heap.heap_type.as_deref().unwrap_or_default();
    let name = name.strip_prefix("fuchsia.sysmem.heap.HEAP_TYPE.").unwrap_or(name);
    match heap.id {
        None | Some(0) => self::name(name),
        Some(id) => format!("{} {id}", self::name(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_unit_that_fits() {
        let cases =
            [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (460_800, "450.0 KiB")];
        for (amount, text) in cases {
            assert_eq!(bytes(amount), text);
        }
        assert_eq!(bytes(3 << 30), "3.0 GiB");
        assert_eq!(bytes(u64::MAX), "16777216.0 TiB");
    }

    #[test]
    fn durations_have_the_unit_that_fits() {
        let second = 1_000_000_000;
        let cases = [
            (-1, "0 ms"),
            (second / 4, "250 ms"),
            (3 * second + second / 2, "3.5 s"),
            (90 * second, "90 s"),
            (180 * second, "3 min"),
            (10_800 * second, "3 h"),
            (864_000 * second, "10 days"),
        ];
        for (ns, text) in cases {
            assert_eq!(duration(ns), text);
        }
    }

    #[test]
    fn wishes_are_told_in_a_few_words() {
        let wishes = |json| constraints(&sysmem_json::from_text(json).unwrap());
        let often =
            r#"{"usage": {"cpu": ["READ", "READ_OFTEN", "WRITE"], "none": ["NONE_USAGE"]}}"#;
        assert_eq!(wishes(often), "cpu READ_OFTEN+WRITE; none");
        let images = r#"{"image_format_constraints": [
            {"pixel_format": "NV12", "min_size": {"width": 16, "height": 8}},
            {"pixel_format": "I420", "min_size": {"width": 16, "height": 8},
             "max_size": {"width": 4294967295, "height": 4294967295}}]}"#;
        assert_eq!(wishes(images), "NV12, I420 from 16x8");
        let memory = r#"{"min_buffer_count": 3, "max_buffer_count": 5, "buffer_memory_constraints":
            {"min_size_bytes": 4096, "secure_required": true,
             "permitted_heaps": [{"heap_type": "a\u001bb", "id": 2}]}}"#;
        let expected = "buffers: at least 3, at most 5; from 4.0 KiB; secure; a\\u{1b}b 2";
        assert_eq!(wishes(memory), expected);
    }

    #[test]
    fn numbers_in_a_row_are_a_range() {
        assert_eq!(numbers(&[3, 4, 5, 9, 11, 12]), "3-5, 9, 11-12");
        assert_eq!(numbers(&[]), "");
    }

    #[test]
    fn names_stay_on_their_line_and_short() {
        assert_eq!(name("a\nb\u{1b}[1m"), "a\\nb\\u{1b}[1m");
        assert_eq!(name(&"ä".repeat(100)).chars().count(), 40);
        assert_eq!(harmless("ä \"b\"\u{1b}[2J"), "ä \"b\"\\u{1b}[2J");
    }
}

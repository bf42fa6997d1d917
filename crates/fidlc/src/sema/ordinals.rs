//! Method ordinals (`fidl-wire.md` 7.1).

use super::names::{is_identifier, is_library_name};
use super::sha256;
use crate::ast::{Attribute, ExprKind};
use crate::source::Span;

/// The value of `@selector`, if the attribute is there.
pub(super) fn selector_attribute(attributes: &[Attribute]) -> Option<(&str, Span)> {
    let attribute = attributes.iter().find(|attribute| attribute.name.text == "selector")?;
    let argument = attribute.arguments.first()?;
    match &argument.value.kind {
        ExprKind::String(text) => Some((text, argument.span)),
        _ => None,
    }
}

/// The text to hash for a method; `None` if `@selector` has text of another form.
pub(super) fn selector(
    library: &str,
    protocol: &str,
    method: &str,
    attribute: Option<&str>,
) -> Option<String> {
    match attribute {
        None => Some(format!("{library}/{protocol}.{method}")),
        Some(name) if is_identifier(name) => Some(format!("{library}/{protocol}.{name}")),
        Some(full) => is_full(full).then(|| full.to_owned()),
    }
}

/// Whether a selector names library and protocol too: `some.lib/Proto.Method`.
pub(super) fn is_full(selector: &str) -> bool {
    let Some((library, rest)) = selector.split_once('/') else { return false };
    let Some((protocol, method)) = rest.split_once('.') else { return false };
    is_library_name(library) && is_identifier(protocol) && is_identifier(method)
}

/// The first eight bytes of the digest, little-endian, without the top bit.
pub(super) fn ordinal(selector: &str) -> u64 {
    let digest = sha256::digest(selector.as_bytes());
    let word = digest.iter().take(8).rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
    word & 0x7fff_ffff_ffff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_7_1_check_values() {
        for (selector, expected) in [
            ("test.error/Example.foo", 1107623248440401476),
            (
                "test.unknowninteractions/UnknownInteractionsAjarDriverProtocol.StrictOneWay",
                200845620698173917,
            ),
            (
                "test.unknowninteractions/UnknownInteractionsAjarProtocol.FlexibleOneWay",
                2483093178939638607,
            ),
            ("fuchsia.unknown/Queryable.Query", 0x2658edee9decfc06),
            ("fuchsia.unknown/Cloneable.Clone", 0x20d8a7aba2168a79),
        ] {
            assert_eq!(ordinal(selector), expected, "{selector}");
        }
    }

    #[test]
    fn wire_7_1_selectors_replace_the_name_or_all() {
        let text = |attribute| selector("a.b", "P", "M", attribute);
        assert_eq!(text(None).as_deref(), Some("a.b/P.M"));
        assert_eq!(text(Some("N")).as_deref(), Some("a.b/P.N"));
        assert_eq!(text(Some("c/Q.N")).as_deref(), Some("c/Q.N"));
        for malformed in ["", "N_", "c/Q", "c/.N", "C/Q.N", "c/Q/N"] {
            assert_eq!(text(Some(malformed)), None, "{malformed}");
        }
    }
}

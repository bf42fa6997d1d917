//! How names are derived and compared (`fidl-language.md` sections 8 and 9.2).

/// The camel case form that names of anonymous layouts are built from: `some_field` gives
/// `SomeField`, `HTTPServer` gives `HttpServer`, `a1_2` gives `A1_2`.
pub(crate) fn camel(name: &str) -> String {
    let chars: Vec<char> = strip_k(name).chars().collect();
    let at = |index: Option<usize>| index.and_then(|i| chars.get(i)).copied().unwrap_or('_');
    let mut out = String::with_capacity(name.len());
    for (i, &c) in chars.iter().enumerate() {
        let previous = at(i.checked_sub(1));
        let next = at(Some(i + 1));
        if c == '_' {
            if previous.is_ascii_digit() && next.is_ascii_digit() {
                out.push('_');
            }
        } else if starts_word(previous, c, next) {
            out.push(c.to_ascii_uppercase());
        } else {
            out.push(c.to_ascii_lowercase());
        }
    }
    out
}

/// Drops the `k` of `kSomething`.
fn strip_k(name: &str) -> &str {
    match name.strip_prefix('k') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_uppercase()) => rest,
        _ => name,
    }
}

fn starts_word(previous: char, c: char, next: char) -> bool {
    let after_lower = previous.is_ascii_lowercase() || previous.is_ascii_digit();
    let before_lower = previous.is_ascii_uppercase() && next.is_ascii_lowercase();
    previous == '_' || (c.is_ascii_uppercase() && (after_lower || before_lower))
}

/// The form in which two names must differ, since bindings change letter case.
pub(crate) fn canonical(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut previous = '_';
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '_' {
            if previous != '_' {
                out.push('_');
            }
        } else if c.is_ascii_uppercase() {
            let next_lower = chars.peek().is_some_and(char::is_ascii_lowercase);
            let after_lower = previous.is_ascii_lowercase() || previous.is_ascii_digit();
            if after_lower || (previous != '_' && next_lower) {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
        } else {
            out.push(c.to_ascii_lowercase());
        }
        previous = c;
    }
    out
}

/// `[A-Za-z]([A-Za-z0-9_]*[A-Za-z0-9])?`.
pub(crate) fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !text.ends_with('_')
}

/// Dotted components of `[a-z][a-z0-9]*`.
pub(crate) fn is_library_name(text: &str) -> bool {
    text.split('.').all(|part| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    })
}

/// Whether two names differ in style or in one letter.
pub(crate) fn is_near(known: &str, name: &str) -> bool {
    let flat = |name: &str| name.replace('_', "").to_ascii_lowercase();
    let (a, b) = (flat(known), flat(name));
    a == b || (a.len() > 3 && one_edit(a.as_bytes(), b.as_bytes()))
}

/// Whether one insertion, removal or replacement makes `b` of `a`.
fn one_edit(a: &[u8], b: &[u8]) -> bool {
    let same_start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let rest = |text: &'_ [u8], skip: usize| text.get(same_start + skip..).map(<[u8]>::to_vec);
    let pairs = [(rest(a, 1), rest(b, 1)), (rest(a, 1), rest(b, 0)), (rest(a, 0), rest(b, 1))];
    pairs.iter().any(|(a, b)| a.is_some() && a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_8_camel_examples() {
        for (name, expected) in [
            ("a1_2", "A1_2"),
            ("some_field", "SomeField"),
            ("HTTPServer", "HttpServer"),
            ("kFoo", "Foo"),
            ("keep", "Keep"),
            ("foo", "Foo"),
            ("SOME_VALUE", "SomeValue"),
            ("SetConstraints", "SetConstraints"),
            ("x1Y", "X1Y"),
        ] {
            assert_eq!(camel(name), expected, "{name}");
        }
    }

    #[test]
    fn language_9_2_canonical_examples() {
        for (name, expected) in [
            ("fooBar", "foo_bar"),
            ("FooBar", "foo_bar"),
            ("FOO_BAR", "foo_bar"),
            ("foo__bar", "foo_bar"),
            ("HTTPServer", "http_server"),
            ("HttpServer", "http_server"),
            ("IPv4Addr", "i_pv4_addr"),
            ("a1B", "a1_b"),
            ("X_2", "x_2"),
            ("x2", "x2"),
            ("kFoo", "k_foo"),
        ] {
            assert_eq!(canonical(name), expected, "{name}");
        }
    }

    #[test]
    fn language_10_near_misses_of_official_names() {
        for (official, name, near) in [
            ("discoverable", "Discoverable", true),
            ("discoverable", "discovrable", true),
            ("available", "availabel", false),
            ("available", "avialable", false),
            ("available", "availablee", true),
            ("transport", "transpord", true),
            ("doc", "dog", false),
            ("doc", "Doc", true),
            ("transport", "transmit", false),
        ] {
            assert_eq!(is_near(official, name), near, "{official} {name}");
        }
    }
}

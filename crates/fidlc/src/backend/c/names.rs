//! Names: as in FIDL, behind a prefix for the library.

/// Words that cannot be names in C11 or in C++17, and macros of headers that are included.
const KEYWORDS: &[&str] = &[
    "NULL",
    "alignas",
    "alignof",
    "and",
    "and_eq",
    "asm",
    "assert",
    "auto",
    "bitand",
    "bitor",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "char16_t",
    "char32_t",
    "class",
    "compl",
    "const",
    "const_cast",
    "constexpr",
    "continue",
    "decltype",
    "default",
    "delete",
    "do",
    "double",
    "dynamic_cast",
    "else",
    "enum",
    "errno",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "inline",
    "int",
    "linux",
    "long",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "not",
    "not_eq",
    "nullptr",
    "offsetof",
    "operator",
    "or",
    "or_eq",
    "private",
    "protected",
    "public",
    "register",
    "reinterpret_cast",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "static_assert",
    "static_cast",
    "struct",
    "switch",
    "template",
    "this",
    "thread_local",
    "throw",
    "true",
    "try",
    "typedef",
    "typeid",
    "typename",
    "typeof",
    "union",
    "unix",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "wchar_t",
    "while",
    "xor",
    "xor_eq",
];

/// Names that generated functions use themselves.
const LOCALS: &[&str] = &[
    "bytes", "cap", "channel", "ctx", "loop", "message", "msg", "ops", "request", "response",
    "result", "stub", "txid", "txn",
];

/// The file of a library: `fuchsia.sysmem` is `fuchsia_sysmem`.
pub fn file_stem(library: &str) -> String {
    library.replace('.', "_")
}

/// What all names of a library begin with.
#[derive(Clone, Debug)]
pub struct Prefix(String);

impl Prefix {
    pub fn of(library: &str) -> Self {
        Self(format!("{}_", file_stem(library)))
    }

    /// `fuchsia_sysmem_` and the name of a declaration, or of a protocol and its method.
    pub fn name(&self, declaration: &str) -> String {
        format!("{}{declaration}", self.0)
    }
}

/// A member of a struct or of an ops table.
pub fn member(name: &str) -> String {
    // The header of a message struct is its first member.
    escape(name, name == "hdr")
}

/// A parameter of a function.
pub fn parameter(name: &str) -> String {
    escape(name, LOCALS.contains(&name))
}

fn escape(name: &str, taken: bool) -> String {
    if taken || KEYWORDS.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_language_get_an_underscore() {
        assert_eq!(member("type"), "type");
        assert_eq!(member("default"), "default_");
        assert_eq!(member("channel"), "channel");
        assert_eq!(parameter("channel"), "channel_");
        assert!(KEYWORDS.is_sorted() && LOCALS.is_sorted());
    }
}

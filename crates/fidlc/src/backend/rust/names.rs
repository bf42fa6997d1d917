//! Names: from the spelling of the FIDL file to what Rust's lints want to see.
//!
//! FIDL guarantees that the canonical forms of names in one scope differ (`fidl-language.md`
//! section 9.2), so every conversion here that goes through the canonical form keeps names apart.

use proc_macro2::{Ident, Span};

use crate::sema::canonical;

/// Types of the prelude that generated code uses by their short names.
const PRELUDE: [&str; 6] = ["Box", "Default", "Option", "Result", "String", "Vec"];

/// The module of a library: `fuchsia.sysmem2` is `fuchsia_sysmem2`.
pub fn module(library: &str) -> String {
    library.replace('.', "_")
}

/// [`module`] as an identifier.
pub fn module_ident(library: &str) -> Ident {
    ident(&module(library))
}

/// A type's name as written if it is camel case already, otherwise made camel case.
pub fn type_ident(name: &str) -> Ident {
    let name = type_name(name);
    if PRELUDE.contains(&name.as_str()) {
        return Ident::new(&format!("{name}_"), Span::call_site());
    }
    ident(&name)
}

/// A type's name with something added to it: `NodeMarker`.
pub fn type_ident_with(name: &str, suffix: &str) -> Ident {
    ident(&format!("{}{suffix}", type_name(name)))
}

/// [`type_ident`] as a part of a longer name.
pub fn type_name(name: &str) -> String {
    if name.starts_with(|c: char| c.is_ascii_uppercase()) && !name.contains('_') {
        name.to_owned()
    } else {
        camel(name)
    }
}

/// A variant of an enum: always camel case, since members are mostly written in capitals.
pub fn variant_ident(name: &str) -> Ident {
    ident(&camel(name))
}

/// A constant's name as written if it has no small letters, otherwise in capitals.
pub fn constant_ident(name: &str) -> Ident {
    if name.contains(|c: char| c.is_ascii_lowercase()) {
        ident(&canonical(name).to_ascii_uppercase())
    } else {
        ident(name)
    }
}

/// A field or method: the canonical form is Rust's snake case.
pub fn field_ident(name: &str) -> Ident {
    ident(&canonical(name))
}

/// A method of a proxy, beside the ones that all proxies have.
pub fn method_ident(name: &str) -> Ident {
    let ident = field_ident(name);
    if ["new", "caller", "into_caller"].iter().any(|taken| ident == taken) {
        Ident::new(&format!("{ident}_"), Span::call_site())
    } else {
        ident
    }
}

/// Words capitalised and joined; an underscore stays between two digits (`fidl-language.md` section
/// 8).
fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for word in canonical(name).split('_') {
        let digits_meet = out.ends_with(|c: char| c.is_ascii_digit())
            && word.starts_with(|c: char| c.is_ascii_digit());
        if digits_meet {
            out.push('_');
        }
        let mut chars = word.chars();
        out.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        out.extend(chars);
    }
    out
}

/// Keywords become raw identifiers; those that cannot be raw get an underscore.
fn ident(name: &str) -> Ident {
    match name {
        "self" | "Self" | "super" | "crate" => Ident::new(&format!("{name}_"), Span::call_site()),
        // A keyword since edition 2024.
        "gen" => Ident::new_raw(name, Span::call_site()),
        _ => syn::parse_str(name).unwrap_or_else(|_| Ident::new_raw(name, Span::call_site())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_name_has_its_case() {
        assert_eq!(type_ident("HTTPServer").to_string(), "HTTPServer");
        assert_eq!(type_ident("Example_foo_Response").to_string(), "ExampleFooResponse");
        assert_eq!(type_ident("obj_type").to_string(), "ObjType");
        assert_eq!(type_ident("Result").to_string(), "Result_");
        assert_eq!(variant_ident("NOT_SUPPORTED").to_string(), "NotSupported");
        assert_eq!(variant_ident("a1_2").to_string(), "A1_2");
        assert_eq!(constant_ident("R8G8B8A8").to_string(), "R8G8B8A8");
        assert_eq!(constant_ident("someValue").to_string(), "SOME_VALUE");
        assert_eq!(field_ident("maxWidth").to_string(), "max_width");
    }

    #[test]
    fn keywords_are_escaped() {
        assert_eq!(field_ident("type").to_string(), "r#type");
        assert_eq!(field_ident("gen").to_string(), "r#gen");
        assert_eq!(field_ident("self").to_string(), "self_");
        assert_eq!(variant_ident("self").to_string(), "Self_");
    }
}

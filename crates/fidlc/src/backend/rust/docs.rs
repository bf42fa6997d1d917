//! Doc comments of generated items.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ir::Attributes;

/// The author's documentation as doc attributes, or `fallback` where there is none; generated items
/// never go undocumented.
pub fn docs(attributes: &Attributes, fallback: &str) -> TokenStream {
    let mut lines = if attributes.doc.is_empty() {
        vec![fallback.to_owned()]
    } else {
        name_fences(&attributes.doc)
    };
    if let Some(note) = &attributes.deprecated {
        lines.push(String::new());
        let note = if note.is_empty() { "do not use in new code." } else { note.as_str() };
        lines.push(format!("Deprecated: {note}"));
    }
    let lines = lines.iter().map(|line| doc(line));
    quote!(#(#lines)*)
}

/// One line of documentation.
pub fn doc(line: &str) -> TokenStream {
    let line = if line.is_empty() { String::new() } else { format!(" {line}") };
    quote!(#[doc = #line])
}

/// Code blocks without a language are not Rust here, but rustdoc would compile and run them.
fn name_fences(lines: &[String]) -> Vec<String> {
    let mut inside = false;
    let mut named = Vec::with_capacity(lines.len());
    for line in lines {
        let is_fence = line.trim_start().starts_with("```");
        let opens_unnamed = is_fence && !inside && line.trim() == "```";
        named.push(if opens_unnamed { format!("{line}text") } else { line.clone() });
        inside ^= is_fence;
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_opening_fences_without_language_get_one() {
        let lines = ["```", "let x;", "```", "```c", "```"].map(str::to_owned);
        assert_eq!(name_fences(&lines), ["```text", "let x;", "```", "```c", "```"]);
    }

    #[test]
    fn deprecation_becomes_a_line() {
        let attributes = Attributes {
            doc: vec!["Old.".to_owned()],
            deprecated: Some("use New.".to_owned()),
            ..Attributes::default()
        };
        let expected = quote! {
            #[doc = " Old."]
            #[doc = ""]
            #[doc = " Deprecated: use New."]
        };
        assert_eq!(docs(&attributes, "unused").to_string(), expected.to_string());
    }
}

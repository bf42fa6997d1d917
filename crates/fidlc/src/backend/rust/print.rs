//! Tokens to text: prettyplease does the lines, this the blank lines between them.

use proc_macro2::TokenStream;

/// Prints items, with blank lines between items and between the functions of an impl.
///
/// # Panics
///
/// If the tokens are no Rust items, which is an error in this back end.
pub fn print(items: TokenStream) -> String {
    let file: syn::File = syn::parse2(items).expect("the back end makes Rust items");
    let mut text = String::new();
    for item in file.items {
        if !text.is_empty() {
            text.push('\n');
        }
        let file = syn::File { shebang: None, attrs: Vec::new(), items: vec![item] };
        push_spaced(&mut text, &prettyplease::unparse(&file));
    }
    text
}

/// Appends an item, with a blank line before each function that does not open its block.
fn push_spaced(text: &mut String, item: &str) {
    let lines: Vec<&str> = item.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let after_member = index > 0 && closes_member(lines[index - 1]);
        if after_member && starts_function(&lines[index..]) {
            text.push('\n');
        }
        text.push_str(line);
        text.push('\n');
    }
}

/// The last line of a function, constant or associated type inside an impl.
fn closes_member(line: &str) -> bool {
    let is_doc = line.trim_start().starts_with("///");
    !is_doc
        && indent(line) == 4
        && (line.ends_with(';') || line.ends_with("{}") || line.trim_start() == "}")
}

/// A function with its docs and attributes begins here.
fn starts_function(lines: &[&str]) -> bool {
    lines
        .iter()
        .take_while(|line| indent(line) == 4)
        .map(|line| line.trim_start())
        .find(|line| !line.starts_with("///") && !line.starts_with("#["))
        .is_some_and(|line| {
            ["fn ", "pub fn ", "pub const fn "].iter().any(|start| line.starts_with(start))
        })
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn items_and_functions_are_set_apart() {
        let text = print(quote! {
            #[doc = " A."]
            pub struct A;
            impl A {
                const X: u8 = 1;
                const Y: u8 = 2;
                fn x() {}
                #[doc = " Y;"]
                #[doc = " and Y."]
                pub fn y() {}
            }
        });
        let expected = [
            "/// A.",
            "pub struct A;",
            "",
            "impl A {",
            "    const X: u8 = 1;",
            "    const Y: u8 = 2;",
            "",
            "    fn x() {}",
            "",
            "    /// Y;",
            "    /// and Y.",
            "    pub fn y() {}",
            "}",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    }
}

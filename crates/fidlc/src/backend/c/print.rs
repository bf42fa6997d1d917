//! Lines of C.

/// The longest line.
pub const WIDTH: usize = 100;

/// A file that is being written.
#[derive(Debug, Default)]
pub struct Text {
    text: String,
}

impl Text {
    /// A line; an empty one never follows another.
    pub fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub fn lines<'l>(&mut self, lines: impl IntoIterator<Item = &'l str>) {
        lines.into_iter().for_each(|line| self.line(line));
    }

    /// An empty line, unless there is one already.
    pub fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    pub fn comment(&mut self, text: &str) {
        self.indented_comment("", text);
    }

    pub fn comments<S: AsRef<str>>(&mut self, lines: &[S]) {
        self.indented_comments("", lines);
    }

    pub fn indented_comments<S: AsRef<str>>(&mut self, indent: &str, lines: &[S]) {
        for line in lines {
            self.indented_comment(indent, line.as_ref());
        }
    }

    /// A comment, broken where it would be too wide.
    fn indented_comment(&mut self, indent: &str, text: &str) {
        let width = WIDTH - indent.len() - 3;
        // A backslash at the end of a line would continue the comment.
        let mut rest = text.trim_end().trim_end_matches('\\');
        while rest.chars().count() > width {
            let Some(at) = rest.char_indices().take(width).filter(|(_, c)| *c == ' ').last() else {
                break;
            };
            self.line(&format!("{indent}// {}", &rest[..at.0]));
            rest = &rest[at.0 + 1..];
        }
        self.line(format!("{indent}// {rest}").trim_end());
    }

    /// `head(arguments)tail`, in one line or an argument a line.
    pub fn call(&mut self, indent: &str, head: &str, arguments: &[String], tail: &str) {
        let short = format!("{indent}{head}({}){tail}", arguments.join(", "));
        if short.len() <= WIDTH {
            self.line(&short);
            return;
        }
        self.line(&format!("{indent}{head}("));
        for (index, argument) in arguments.iter().enumerate() {
            let last = index + 1 == arguments.len();
            let end = if last { format!("){tail}") } else { ",".to_owned() };
            self.line(&format!("{indent}    {argument}{end}"));
        }
    }

    pub fn finish(mut self) -> String {
        while self.text.ends_with("\n\n") {
            self.text.pop();
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_broken_at_spaces() {
        let mut out = Text::default();
        out.comment(&"word ".repeat(30));
        let text = out.finish();
        assert_eq!(text.lines().count(), 2);
        assert!(text.lines().all(|line| line.len() <= WIDTH && line.starts_with("// word")));
    }

    #[test]
    fn a_call_that_is_too_wide_has_an_argument_a_line() {
        let mut out = Text::default();
        out.call("", "f", &["a".to_owned(), "b".to_owned()], ";");
        out.call("", "f", &["a".repeat(60), "b".repeat(60)], ";");
        let expected = format!("f(a, b);\nf(\n    {},\n    {});\n", "a".repeat(60), "b".repeat(60));
        assert_eq!(out.finish(), expected);
    }
}

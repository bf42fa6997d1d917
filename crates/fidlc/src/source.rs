//! Source texts, positions in them, and the identity of the elements written there.

use crate::ir;

/// A text to compile and the name to call it by in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Usually the path; only ever printed.
    pub name: String,
    /// The whole file.
    pub text: String,
}

/// A range of bytes in one of the files of a compilation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Span {
    /// Index of the file, in the order in which files were given.
    pub file: usize,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// From the start of this one to the end of `last`.
    pub fn to(self, last: Span) -> Span {
        Span { end: last.end.max(self.start), ..self }
    }
}

/// Names one element (library, declaration, member, method, modifier) across all version slices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ElementId(pub usize);

/// All files of a compilation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    files: Vec<SourceFile>,
    /// By file, where its lines start.
    lines: Vec<Vec<usize>>,
}

impl Sources {
    /// Takes a file and gives its index.
    pub fn add(&mut self, file: SourceFile) -> usize {
        let newlines = file.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = [0].into_iter().chain(newlines.map(|(at, _)| at + 1));
        self.lines.push(starts.collect());
        self.files.push(file);
        self.files.len() - 1
    }

    /// The text of a file; empty for an index that was never given out.
    pub fn text(&self, file: usize) -> &str {
        self.files.get(file).map_or("", |source| &source.text)
    }

    /// The name of a file.
    pub fn name(&self, file: usize) -> &str {
        self.files.get(file).map_or("", |source| &source.name)
    }

    /// Where a span stands, for people: lines and columns from 1, columns in characters.
    pub fn location(&self, span: Span) -> ir::Location {
        let starts = self.lines.get(span.file).map_or(&[0][..], Vec::as_slice);
        let line = starts.partition_point(|&start| start <= span.start);
        let line_start = starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = self.text(span.file).get(line_start..span.start).unwrap_or_default();
        let column = before.chars().count() + 1;
        ir::Location {
            file: self.name(span.file).to_owned(),
            line: saturate(line),
            column: saturate(column),
            length: saturate(span.end.saturating_sub(span.start)),
        }
    }
}

fn saturate(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

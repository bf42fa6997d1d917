//! Text in aligned columns, with emphasis where there is a terminal.

use std::fmt;

/// Rows of cells; the last cell of each may be as long as it likes.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    rows: Vec<Vec<Cell>>,
}

/// Text of one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    text: String,
    is_bold: bool,
}

/// Whether emphasis is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    Bold,
}

impl Grid {
    /// A grid with a line of headers.
    pub fn new(headers: &[&str]) -> Self {
        Self { rows: vec![headers.iter().map(|header| Cell::bold(*header)).collect()] }
    }

    pub fn push(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The lines, each after `indent`.
    pub fn render(&self, indent: &str, style: Style) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column| {
            // What is last in its row pushes nothing aside.
            let cells = self.rows.iter().filter(|row| row.len() > column + 1);
            cells.filter_map(|row| row.get(column)).map(Cell::width).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = indent.to_owned();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(&cell.styled(style));
                line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + GAP));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

const GAP: usize = 2;

impl Cell {
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_bold: false }
    }

    pub fn bold(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_bold: true }
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }

    fn styled(&self, style: Style) -> String {
        if self.is_bold { style.bold(&self.text) } else { self.text.clone() }
    }
}

impl Style {
    /// The text, emphasised if that can be seen.
    pub fn bold(self, text: impl fmt::Display) -> String {
        match self {
            Self::Plain => text.to_string(),
            Self::Bold => format!("\u{1b}[1m{text}\u{1b}[0m"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_whatever_is_bold_and_the_last_one_pushes_nothing() {
        let mut grid = Grid::new(&["A", "LONG", "C"]);
        grid.push([Cell::plain("└─ ä"), Cell::bold("x"), Cell::plain("last")]);
        grid.push([Cell::plain("a very long remark that stands alone")]);
        let expected =
            "  A     LONG  C\n  └─ ä  x     last\n  a very long remark that stands alone\n";
        assert_eq!(grid.render("  ", Style::Plain), expected);
        let bold = grid.render("  ", Style::Bold);
        assert!(bold.contains("\u{1b}[1mx\u{1b}[0m     last"), "{bold}");
    }
}

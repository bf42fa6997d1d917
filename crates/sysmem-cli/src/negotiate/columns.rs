//! Text in columns.

/// A column: what stands above it, and in each row the lines of its cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub header: String,
    pub cells: Vec<Vec<String>>,
}

impl Column {
    fn width(&self) -> usize {
        let lines = self.cells.iter().flatten().chain([&self.header]);
        lines.map(|line| line.chars().count()).max().unwrap_or(0)
    }

    fn lines(&self, row: usize) -> &[String] {
        self.cells.get(row).map_or(&[], Vec::as_slice)
    }
}

/// The columns side by side after the column of labels; where that would be too wide, below each
/// other in blocks that all have the labels.
pub fn render(labels: &Column, columns: &[Column]) -> String {
    let mut text = String::new();
    let mut left = columns;
    while !left.is_empty() {
        let count = fitting(labels.width(), left);
        let (block, rest) = left.split_at(count);
        if left.len() < columns.len() {
            text.push('\n');
        }
        add_block(&mut text, labels, block);
        left = rest;
    }
    text
}

const MAX_WIDTH: usize = 100;
const GAP: usize = 2;

/// How many columns fit beside the labels, at least one.
fn fitting(labels: usize, columns: &[Column]) -> usize {
    let mut width = labels;
    let fits = columns.iter().take_while(|column| {
        width += GAP + column.width();
        width <= MAX_WIDTH
    });
    fits.count().max(1)
}

fn add_block(text: &mut String, labels: &Column, columns: &[Column]) {
    let all: Vec<_> = [labels].into_iter().chain(columns).collect();
    add_line(text, all.iter().map(|column| (column.width(), column.header.as_str())));
    for row in 0..labels.cells.len() {
        // Rows that nobody in this block has anything in are left out.
        let height = columns.iter().map(|column| column.lines(row).len()).max().unwrap_or(0);
        for line in 0..height {
            let cells = all.iter().map(|column| {
                let cell = column.lines(row).get(line);
                (column.width(), cell.map_or("", String::as_str))
            });
            add_line(text, cells);
        }
    }
}

fn add_line<'a>(text: &mut String, cells: impl Iterator<Item = (usize, &'a str)>) {
    let mut line = String::new();
    for (width, cell) in cells {
        line.push_str(&format!("{cell:<width$}{:GAP$}", ""));
    }
    text.push_str(line.trim_end());
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(header: &str, cells: &[&str]) -> Column {
        let lines = |cell: &&str| cell.lines().map(str::to_owned).collect();
        Column { header: header.to_owned(), cells: cells.iter().map(lines).collect() }
    }

    #[test]
    fn cells_with_several_lines_keep_their_place() {
        let labels = column("", &["one", "two"]);
        let columns = [column("first", &["1", ""]), column("b", &["x\ny", "z"])];
        let expected = "     first  b\none  1      x\n            y\ntwo         z\n";
        assert_eq!(render(&labels, &columns), expected);
    }

    #[test]
    fn columns_that_do_not_fit_come_below_with_their_own_rows() {
        let wide = "w".repeat(80);
        let labels = column("", &["one", "two"]);
        let columns = [column("a", &[&wide, ""]), column("b", &["", &wide])];
        let expected = format!("     a\none  {wide}\n\n     b\ntwo  {wide}\n");
        assert_eq!(render(&labels, &columns), expected);
    }
}

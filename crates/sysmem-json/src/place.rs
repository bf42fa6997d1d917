//! Where in a JSON document something stands.

use std::fmt;

/// The way from the top of a document to a value. Reads `participants[1].constraints.usage.cpu`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place(pub Vec<Step>);

/// From a value to one inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Field(String),
    Item(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, step) in self.0.iter().enumerate() {
            match step {
                Step::Item(index) => write!(f, "[{index}]")?,
                // What people made up can contain anything, and has to stay on one line.
                Step::Field(name) if !is_plain(name) => write!(f, "[{name:?}]")?,
                Step::Field(name) if depth == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
            }
        }
        Ok(())
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// A place that borrows, so that readers going down cost nothing until there is an error.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trail<'a> {
    Top,
    Field(&'a Trail<'a>, &'a str),
    Item(&'a Trail<'a>, usize),
}

impl Trail<'_> {
    pub(crate) fn to_place(self) -> Place {
        let mut steps = Vec::new();
        let mut trail = self;
        loop {
            trail = match trail {
                Trail::Top => break,
                Trail::Field(above, name) => {
                    steps.push(Step::Field(name.to_owned()));
                    *above
                }
                Trail::Item(above, index) => {
                    steps.push(Step::Item(index));
                    *above
                }
            };
        }
        steps.reverse();
        Place(steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_read_like_paths() {
        let (top, field, item) = (Trail::Top, "participants", 1);
        let (participants, name) = (Trail::Field(&top, field), "con\nstraints");
        let second = Trail::Item(&participants, item);
        assert_eq!(Trail::Top.to_place().to_string(), "");
        assert_eq!(Trail::Field(&second, "name").to_place().to_string(), "participants[1].name");
        assert_eq!(
            Trail::Field(&second, name).to_place().to_string(),
            r#"participants[1]["con\nstraints"]"#
        );
    }
}

//! What `sysmem negotiate` negotiates: participants and groups in a tree, heaps, costs.

mod read;

use serde_json::Value;
use sysmem_core::negotiation::{FormatCost, HeapCatalog};
use sysmem_fidl::fuchsia_sysmem2::BufferCollectionConstraints;

use crate::error::Error;
use crate::parse::parse;
use crate::reader::Reader;

/// Everything that decides the outcome of a negotiation (`negotiate-json.md`, "Input").
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    pub heaps: HeapCatalog,
    pub format_costs: Vec<FormatCost>,
    /// A group is never at the top.
    pub root: Participant,
}

/// A node that wants something of the buffers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Participant {
    /// For people; names need not differ.
    pub name: Option<String>,
    /// None if the participant set no constraints.
    pub constraints: Option<BufferCollectionConstraints>,
    /// In the order of their creation.
    pub children: Vec<Node>,
}

/// A child of a participant.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Participant(Participant),
    Group(Group),
}

/// A choice: exactly one of the children takes part.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// For people.
    pub name: Option<String>,
    /// At least one, the most preferred one first.
    pub children: Vec<Participant>,
}

impl Scenario {
    /// Reads the input of `sysmem negotiate`.
    pub fn from_text(text: &str) -> Result<Self, Error> {
        Self::from_json(&parse(text)?)
    }

    /// Reads the input of `sysmem negotiate`.
    pub fn from_json(value: &Value) -> Result<Self, Error> {
        Self::read(&Reader::new(value))
    }
}

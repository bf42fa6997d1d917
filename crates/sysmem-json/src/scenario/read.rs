//! Reading scenarios.

use sysmem_core::negotiation::{FormatCost, HeapCatalog, HeapDeclaration};
use sysmem_fidl::fuchsia_sysmem2::{BufferCollectionConstraints, CoherencyDomain};

use super::{Group, Node, Participant, Scenario};
use crate::error::{Error, Reason};
use crate::form::{Form, Text};
use crate::reader::{Fields, Reader};
use crate::tables::HeapType;

/// Names are for people: any length will do.
type Name = Text<{ usize::MAX }>;

impl Scenario {
    /// Reads a scenario that stands somewhere in a document.
    pub fn read(from: &Reader<'_>) -> Result<Self, Error> {
        let fields = from.fields(&["heaps", "format_costs", "root", "participants"])?;
        let heaps = match fields.get("heaps") {
            Some(heaps) => HeapCatalog::new(each(&heaps, heap)?),
            None => HeapCatalog::system_ram(true),
        };
        let format_costs = list(&fields, "format_costs", FormatCost::read)?;
        Ok(Self { heaps, format_costs, root: root(&fields)? })
    }
}

/// The root, or one without constraints above all `participants`.
///
/// A group may be among `participants`: the page calls them children of a root, and below a
/// participant is where groups stand.
fn root(fields: &Fields<'_>) -> Result<Participant, Error> {
    match fields.get("participants") {
        Some(participants) if fields.get("root").is_some() => {
            Err(participants.error(Reason::RootAndParticipants))
        }
        Some(participants) => {
            let children = each(&participants, node)?;
            Ok(Participant { name: None, constraints: None, children })
        }
        None => lone_participant(&fields.need("root")?),
    }
}

fn node(from: &Reader<'_>) -> Result<Node, Error> {
    let fields = node_fields(from)?;
    match fields.get("group") {
        Some(children) => group(&fields, &children).map(Node::Group),
        None => participant(&fields).map(Node::Participant),
    }
}

/// A node where no group can stand.
fn lone_participant(from: &Reader<'_>) -> Result<Participant, Error> {
    let fields = node_fields(from)?;
    match fields.get("group") {
        Some(group) => Err(group.error(Reason::GroupNotBelowParticipant)),
        None => participant(&fields),
    }
}

fn node_fields<'a>(from: &'a Reader<'_>) -> Result<Fields<'a>, Error> {
    from.fields(&["name", "constraints", "group", "children"])
}

fn participant(fields: &Fields<'_>) -> Result<Participant, Error> {
    Ok(Participant {
        name: fields.optional::<Name>("name")?,
        constraints: fields.optional::<BufferCollectionConstraints>("constraints")?,
        children: list(fields, "children", node)?,
    })
}

/// The page lets any node have `children`. Those of a group are in `group` already, and every one
/// of them is a choice: `children` beside it could only mean something that no tree can be.
fn group(fields: &Fields<'_>, children: &Reader<'_>) -> Result<Group, Error> {
    if let Some(constraints) = fields.get("constraints") {
        return Err(constraints.error(Reason::ConstraintsOnGroup));
    }
    if let Some(others) = fields.get("children") {
        return Err(others.error(Reason::ChildrenOnGroup));
    }
    let name = fields.optional::<Name>("name")?;
    let choices = each(children, lone_participant)?;
    if choices.is_empty() {
        return Err(children.error(Reason::EmptyGroup));
    }
    Ok(Group { name, children: choices })
}

fn heap(from: &Reader<'_>) -> Result<HeapDeclaration, Error> {
    let fields = from.fields(&["heap_type", "id", "domains", "secure", "contiguous"])?;
    let domains = list(&fields, "domains", domain)?;
    Ok(HeapDeclaration {
        heap_type: fields.required::<HeapType>("heap_type")?,
        id: fields.optional::<u64>("id")?.unwrap_or(0),
        cpu: domains.contains(&CoherencyDomain::CPU),
        ram: domains.contains(&CoherencyDomain::RAM),
        inaccessible: domains.contains(&CoherencyDomain::INACCESSIBLE),
        secure: fields.optional::<bool>("secure")?.unwrap_or(false),
        contiguous: fields.optional::<bool>("contiguous")?.unwrap_or(false),
    })
}

/// A domain that a heap can have.
fn domain(from: &Reader<'_>) -> Result<CoherencyDomain, Error> {
    let domain = CoherencyDomain::read(from)?;
    if domain.is_unknown() {
        return Err(from.error(Reason::UnnamedDomain { value: domain.into_primitive() }));
    }
    Ok(domain)
}

/// The entries of a list, each read by `read`.
fn each<T>(
    from: &Reader<'_>,
    read: impl Fn(&Reader<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    from.items()?.map(|item| read(&item)).collect()
}

/// The same of a field; nothing if it is not set.
fn list<T>(
    fields: &Fields<'_>,
    name: &str,
    read: impl Fn(&Reader<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    fields.get(name).map_or_else(|| Ok(Vec::new()), |items| each(&items, read))
}

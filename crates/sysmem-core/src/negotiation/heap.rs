//! The kinds of memory that there are, and which one buffers come from (`sysmem2-constraints.md`
//! 1.4, 3.3, 4.2).

use std::fmt;
use std::ops::BitAnd;

use sysmem_fidl::fuchsia_sysmem2::{CoherencyDomain, Heap};

use super::failure::{DomainShortfall, HeapConflict, HeapShortfall};
use super::memory::Memory;

/// The name of ordinary memory.
pub const SYSTEM_RAM: &str = "fuchsia.sysmem.heap.HEAP_TYPE.SYSTEM_RAM";

/// A heap that buffers can be allocated from, and what it can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeapDeclaration {
    /// Such as [`SYSTEM_RAM`].
    pub heap_type: String,
    /// Tells heaps of the same type apart; 0 if there is only one.
    pub id: u64,
    /// CPU readers see what was written without any cache maintenance.
    pub cpu: bool,
    /// Producers leave the data in RAM, CPU readers invalidate their caches.
    pub ram: bool,
    /// Memory that the CPU does not touch.
    pub inaccessible: bool,
    /// For `secure_required`.
    pub secure: bool,
    /// Can make buffers that are physically contiguous. Asked of [`SYSTEM_RAM`] only, as Fuchsia's
    /// server does (`sysmem2-constraints.md` section 9).
    pub contiguous: bool,
}

impl HeapDeclaration {
    fn name(&self) -> HeapName<'_> {
        HeapName { heap_type: &self.heap_type, id: self.id }
    }

    fn domains(&self) -> Domains {
        Domains { cpu: self.cpu, ram: self.ram, inaccessible: self.inaccessible }
    }
}

/// The heaps that exist at the moment. Their order decides only between secure heaps of the same
/// type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeapCatalog {
    heaps: Vec<HeapDeclaration>,
}

impl HeapCatalog {
    /// Of several declarations of one heap the last one counts, at the place of the first.
    pub fn new(declarations: Vec<HeapDeclaration>) -> Self {
        let mut heaps: Vec<HeapDeclaration> = Vec::with_capacity(declarations.len());
        for declaration in declarations {
            match heaps.iter_mut().find(|heap| heap.name() == declaration.name()) {
                Some(heap) => *heap = declaration,
                None => heaps.push(declaration),
            }
        }
        Self { heaps }
    }

    /// Only ordinary memory, with all three coherency domains.
    pub fn system_ram(contiguous: bool) -> Self {
        Self::new(vec![HeapDeclaration {
            heap_type: SYSTEM_RAM.to_owned(),
            id: 0,
            cpu: true,
            ram: true,
            inaccessible: true,
            secure: false,
            contiguous,
        }])
    }

    /// All heaps, in the order of declaration.
    pub fn heaps(&self) -> &[HeapDeclaration] {
        &self.heaps
    }

    fn find(&self, name: HeapName<'_>) -> Option<&HeapDeclaration> {
        self.heaps.iter().find(|heap| heap.name() == name)
    }

    /// The secure heaps that `permitted` lets pass.
    pub(super) fn secure<'a>(
        &'a self,
        permitted: &PermittedHeaps<'_>,
    ) -> impl Iterator<Item = &'a HeapDeclaration> {
        self.heaps.iter().filter(|heap| heap.secure && permitted.contains(heap.name()))
    }

    /// The heap to allocate from (4.2).
    pub(super) fn select(&self, memory: &Memory<'_>) -> Result<&HeapDeclaration, HeapShortfall> {
        let heap = if memory.secure {
            let permitted = self.secure(&memory.heaps);
            permitted.min_by(|a, b| a.heap_type.cmp(&b.heap_type)).ok_or(HeapShortfall::NoSecure)?
        } else if memory.heaps.contains(HeapName::SYSTEM_RAM) {
            // Wherever it stands in the list, and whatever its domains are.
            self.find(HeapName::SYSTEM_RAM).ok_or(HeapShortfall::NoSystemRam)?
        } else {
            // A secure heap that is listed is taken as well, and the buffers are not secure.
            self.first_usable(memory)?
        };
        if heap.name() == HeapName::SYSTEM_RAM && memory.contiguous.is_some() && !heap.contiguous {
            return Err(HeapShortfall::NoContiguousMemory);
        }
        Ok(heap)
    }

    fn first_usable(&self, memory: &Memory<'_>) -> Result<&HeapDeclaration, HeapShortfall> {
        let usable = |heap: &&HeapDeclaration| heap.domains() & memory.domains != Domains::NONE;
        let listed = memory.heaps.listed();
        listed.iter().filter_map(|name| self.find(*name)).find(usable).ok_or_else(|| {
            HeapShortfall::NoneUsable { permitted: to_strings(listed), domains: memory.domains }
        })
    }
}

/// Which heap. Names are equal if both parts are; no aliasing is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HeapName<'a> {
    heap_type: &'a str,
    id: u64,
}

impl<'a> HeapName<'a> {
    const SYSTEM_RAM: HeapName<'static> = HeapName { heap_type: SYSTEM_RAM, id: 0 };

    /// None if the type is not set (M4).
    pub(super) fn of(table: &'a Heap) -> Option<Self> {
        Some(Self { heap_type: table.heap_type.as_deref()?, id: table.id.unwrap_or(0) })
    }

    pub(super) fn to_table(self) -> Heap {
        Heap { heap_type: Some(self.heap_type.to_owned()), id: Some(self.id) }
    }
}

/// Clients come up with types; no text is to break over them.
impl fmt::Display for HeapName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id {
            0 => write!(f, "{}", self.heap_type.escape_debug()),
            id => write!(f, "{} {id}", self.heap_type.escape_debug()),
        }
    }
}

/// The heaps that buffers may come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PermittedHeaps<'a> {
    Any,
    /// At least one.
    Listed(Vec<HeapName<'a>>),
}

impl<'a> PermittedHeaps<'a> {
    pub(super) fn contains(&self, name: HeapName<'_>) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(names) => names.contains(&name),
        }
    }

    pub(super) fn listed(&self) -> &[HeapName<'a>] {
        match self {
            Self::Any => &[],
            Self::Listed(names) => names,
        }
    }

    /// Leaves those that are in both (3.3).
    ///
    /// The order is part of the rule, since the first usable heap is chosen: a heap that is not in
    /// `other` is replaced by the last one of the list.
    pub(super) fn intersect(&mut self, other: &Self) -> Result<(), HeapConflict> {
        let Self::Listed(others) = other else { return Ok(()) };
        let Self::Listed(names) = self else {
            *self = other.clone();
            return Ok(());
        };
        if !names.iter().any(|name| others.contains(name)) {
            let (permitted, wanted) = (to_strings(names), to_strings(others));
            return Err(HeapConflict { permitted, wanted });
        }
        let mut index = 0_usize;
        while let Some(name) = names.get(index) {
            if others.contains(name) {
                index = index.saturating_add(1);
            } else {
                names.swap_remove(index);
            }
        }
        Ok(())
    }
}

fn to_strings(names: &[HeapName<'_>]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

/// A set of coherency domains (`sysmem2-constraints.md` 1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domains {
    pub cpu: bool,
    pub ram: bool,
    pub inaccessible: bool,
}

impl Domains {
    pub(super) const ALL: Self = Self { cpu: true, ram: true, inaccessible: true };
    pub(super) const NONE: Self = Self { cpu: false, ram: false, inaccessible: false };

    /// The domain of the buffers, of those that all participants support (4.3).
    ///
    /// Any display usage prefers RAM, without a look at the heap: that is Fuchsia's rule
    /// (`sysmem2-constraints.md` section 9).
    pub(super) fn select(
        self,
        heap: &HeapDeclaration,
        is_displayed: bool,
    ) -> Result<CoherencyDomain, DomainShortfall> {
        let common = self & heap.domains();
        if is_displayed && self.ram {
            Ok(CoherencyDomain::RAM)
        } else if common.cpu {
            Ok(CoherencyDomain::CPU)
        } else if common.ram {
            Ok(CoherencyDomain::RAM)
        } else if common.inaccessible {
            Ok(CoherencyDomain::INACCESSIBLE)
        } else {
            Err(DomainShortfall {
                heap: heap.name().to_string(),
                offered: heap.domains(),
                supported: self,
            })
        }
    }
}

impl BitAnd for Domains {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self {
            cpu: self.cpu && other.cpu,
            ram: self.ram && other.ram,
            inaccessible: self.inaccessible && other.inaccessible,
        }
    }
}

impl fmt::Display for Domains {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [(self.cpu, "CPU"), (self.ram, "RAM"), (self.inaccessible, "INACCESSIBLE")];
        let mut names = names.iter().filter(|(is_in, _)| *is_in).map(|(_, name)| *name);
        f.write_str(names.next().unwrap_or("no domain"))?;
        names.try_for_each(|name| write!(f, ", {name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sentence 22 of `sysmem2-constraints.md` section 8, and the example of 3.3.
    #[test]
    fn constraints_s22_intersection_of_heaps_moves_the_last_into_the_hole() {
        let listed = |types: &[&'static str]| {
            let names = types.iter().map(|heap_type| HeapName { heap_type, id: 0 });
            PermittedHeaps::Listed(names.collect())
        };
        let intersect =
            |mut own: PermittedHeaps<'static>, other| own.intersect(&other).map(|()| own);
        assert_eq!(
            intersect(listed(&["1", "2", "3"]), listed(&["2", "3"])),
            Ok(listed(&["3", "2"]))
        );
        assert_eq!(intersect(listed(&["1", "2", "3", "4"]), listed(&["3"])), Ok(listed(&["3"])));
        assert!(intersect(listed(&["1"]), listed(&["2"])).is_err());
        assert_eq!(intersect(PermittedHeaps::Any, listed(&["2"])), Ok(listed(&["2"])));
    }

    #[test]
    fn the_last_declaration_of_a_heap_counts() {
        let mut again = HeapCatalog::system_ram(false).heaps.remove(0);
        again.contiguous = true;
        let catalog = HeapCatalog::new(vec![HeapCatalog::system_ram(false).heaps.remove(0), again]);
        assert_eq!(catalog, HeapCatalog::system_ram(true));
    }
}

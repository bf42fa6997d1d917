//! Which declarations need which, and that no layout contains itself without a way to end
//! (`fidl-language.md` 4.4, recursion).

use super::Analyzer;
use super::graph::{self, Edges};
use super::model::{Checked, DeclId, Ty};
use crate::diagnostics::{Diagnostic, Rule};

/// How far to follow types.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Follow {
    /// Everything that is stored or referred to, but not through what can be absent.
    Required,
    /// What can be absent too.
    All,
}

impl Analyzer<'_> {
    /// Reports layouts and protocols that need themselves; true if there are any.
    pub(super) fn check_cycles(&mut self, checked: &[Checked<'_>]) -> bool {
        let edges = self.edges(checked, Follow::Required);
        let (_, circles) = graph::order(&edges);
        for &(from, to) in &circles {
            let (name, span) = (self.info(DeclId(to)).name.clone(), self.info(DeclId(to)).span);
            let protocol = matches!(checked.get(to), Some(Checked::Protocol(_)));
            let mut diagnostic = if protocol {
                let message = format!("`{name}` composes itself");
                Diagnostic::new(Rule::IncludeCycle, span, message)
            } else {
                let message = format!("`{name}` contains itself without end");
                Diagnostic::new(Rule::IncludeCycle, span, message)
                    .help("break the circle with `box<...>` or an optional vector or union")
            };
            if from != to {
                diagnostic = diagnostic.also(self.info(DeclId(from)).span, "comes back from here");
            }
            self.report(diagnostic);
        }
        self.check_imports_acyclic();
        !circles.is_empty()
    }

    /// Reports libraries that need each other.
    fn check_imports_acyclic(&mut self) {
        let edges = self.references.iter().map(|set| set.iter().copied().collect()).collect();
        let (_, circles) = graph::order(&edges);
        for (from, to) in circles {
            let libraries = &self.slice.libraries;
            let (Some(from), Some(to)) = (libraries.get(from), libraries.get(to)) else { continue };
            let imports = from.files.iter().flat_map(|file| &file.imports);
            let Some(import) = imports.into_iter().find(|i| i.library.text() == to.name) else {
                continue;
            };
            let message = format!("`{}` imports `{}` in a circle", from.name, to.name);
            self.error(Rule::IncludeCycle, import.library.span, message);
        }
    }

    /// For every declaration those that it needs.
    pub(super) fn edges(&self, checked: &[Checked<'_>], follow: Follow) -> Edges {
        let mut edges = Vec::with_capacity(checked.len());
        for declaration in checked {
            let mut targets = Vec::new();
            let mut add = |ty: &Ty| collect(ty, follow, &mut targets);
            match declaration {
                Checked::Error => {}
                Checked::Const { ty, .. } | Checked::Alias(ty) => add(ty),
                Checked::Values(_) => {}
                Checked::Struct { members, .. } => members.iter().for_each(|m| add(&m.ty)),
                Checked::Table { members, .. } | Checked::Union { members, .. } => {
                    members.iter().for_each(|m| add(&m.ty));
                }
                Checked::Protocol(protocol) => {
                    for method in &protocol.methods {
                        let types = [&method.request, &method.response, &method.error];
                        types.into_iter().flatten().for_each(&mut add);
                        if let Some(decl) = method.result {
                            add(&Ty::Layout { decl, optional: false });
                        }
                    }
                    targets.extend(protocol.composes.iter().map(|id| id.0));
                }
                Checked::Service(members) => targets.extend(members.iter().map(|(_, id)| id.0)),
                Checked::Resource { subtype, rights } => {
                    rights.iter().for_each(&mut add);
                    targets.push(subtype.0);
                }
            }
            edges.push(targets);
        }
        edges
    }
}

fn collect(ty: &Ty, follow: Follow, targets: &mut Vec<usize>) {
    let all = follow == Follow::All;
    match ty {
        Ty::Layout { decl, optional } if all || !optional => targets.push(decl.0),
        Ty::Vector { element, optional, .. } if all || !optional => {
            collect(element, follow, targets);
        }
        Ty::Array { element, .. } => collect(element, follow, targets),
        Ty::Box(target) if all => collect(target, follow, targets),
        Ty::Handle { resource, .. } => targets.push(resource.0),
        _ => {}
    }
}

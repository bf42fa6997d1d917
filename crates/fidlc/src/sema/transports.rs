//! Which handles and endpoints the messages of a protocol can carry (`fidl-language.md` section 6).

use std::collections::HashSet;

use super::Analyzer;
use super::model::{Checked, CheckedMethod, DeclId, Ty};
use crate::diagnostics::{Diagnostic, Rule};

/// A handle or endpoint in a payload.
#[derive(Clone, Copy, Debug)]
enum Carried {
    Handle(DeclId),
    Endpoint(DeclId),
}

impl<'a> Analyzer<'a> {
    /// Reports methods whose payloads hold what their transport cannot carry.
    pub(super) fn check_transports(&mut self, checked: &[Checked<'a>]) {
        for id in self.decls.ids() {
            let Some(Checked::Protocol(protocol)) = checked.get(id.0) else { continue };
            let transport = self.transport(id);
            for method in &protocol.methods {
                self.check_payloads(transport, method, checked);
            }
        }
    }

    fn check_payloads(
        &mut self,
        transport: &str,
        method: &CheckedMethod<'a>,
        checked: &[Checked<'a>],
    ) {
        let mut carried = Vec::new();
        let mut seen = HashSet::new();
        for ty in [&method.request, &method.response].into_iter().flatten() {
            collect(ty, checked, &mut seen, &mut carried);
        }
        for item in carried {
            let (rule, of, id, what) = match item {
                Carried::Handle(id) => {
                    (Rule::HandleTransport, self.handle_transport(id), id, "a handle")
                }
                Carried::Endpoint(id) => {
                    (Rule::EndpointTransport, self.transport(id), id, "an endpoint")
                }
            };
            if carries(transport, of) {
                continue;
            }
            let name = self.info(id).name.clone();
            let message = format!(
                "a message over `{transport}` cannot carry {what} of `{name}`, which is for `{of}`"
            );
            let span = method.method.name.span;
            let declared = self.info(id).span;
            self.report(Diagnostic::new(rule, span, message).also(declared, "declared here"));
        }
    }

    /// Handles of the driver framework belong to its own library; all others to the kernel, whose
    /// transport is the channel.
    fn handle_transport(&self, resource: DeclId) -> &'static str {
        let library = self.slice.libraries.get(self.info(resource).library);
        if library.is_some_and(|library| library.name == "fdf") { "Driver" } else { "Channel" }
    }
}

/// Which transport can carry handles and endpoints of which. The language page says that they have
/// to be compatible and not which are: kernel handles go everywhere, the others only where they are
/// known.
fn carries(transport: &str, carried: &str) -> bool {
    match transport {
        "Banjo" => matches!(carried, "Channel" | "Driver" | "Banjo"),
        "Driver" => matches!(carried, "Channel" | "Driver"),
        _ => carried == "Channel",
    }
}

/// Finds the handles and endpoints that a value of a type can hold.
fn collect(ty: &Ty, checked: &[Checked<'_>], seen: &mut HashSet<DeclId>, out: &mut Vec<Carried>) {
    let mut open = vec![ty];
    while let Some(ty) = open.pop() {
        match ty {
            Ty::Handle { resource, .. } => out.push(Carried::Handle(*resource)),
            Ty::Endpoint { protocol: Some(protocol), .. } => {
                out.push(Carried::Endpoint(*protocol));
            }
            Ty::Vector { element, .. } | Ty::Array { element, .. } | Ty::Box(element) => {
                open.push(element);
            }
            Ty::Layout { decl, .. } if seen.insert(*decl) => match checked.get(decl.0) {
                Some(Checked::Struct { members, .. }) => {
                    open.extend(members.iter().map(|member| &member.ty));
                }
                Some(Checked::Table { members, .. } | Checked::Union { members, .. }) => {
                    open.extend(members.iter().map(|member| &member.ty));
                }
                _ => {}
            },
            _ => {}
        }
    }
}

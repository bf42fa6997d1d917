//! What the end of an element promises about its siblings: `removed` none, `replaced` one.

use super::Version;
use super::available::Available;
use super::lifetime::Lifetime;
use crate::ast::Ident;
use crate::diagnostics::{Diagnostic, Rule, Sink};

/// One of the elements of a scope.
pub(super) struct Sibling<'s> {
    pub name: &'s Ident,
    /// What it is known by on the wire, where that is not its place or value.
    pub identity: Option<String>,
    pub available: Available,
    pub lifetime: Lifetime,
}

/// Checks the promises of the elements of one scope. Only what is written on an element itself
/// counts.
pub(super) fn check_successors(siblings: &[Sibling<'_>], sink: &mut Sink) {
    for sibling in siblings {
        if let Some((version, _)) = sibling.available.removed {
            removed(sibling, version, siblings, sink);
        } else if let Some((version, _)) = sibling.available.replaced {
            replaced(sibling, version, siblings, sink);
        }
    }
}

/// The sibling that is added at a version and fits.
fn successor<'a, 's>(
    siblings: &'a [Sibling<'s>],
    version: Version,
    fits: impl Fn(&Sibling<'s>) -> bool,
) -> Option<&'a Sibling<'s>> {
    siblings.iter().find(|sibling| sibling.lifetime.added == version && fits(sibling))
}

fn removed(of: &Sibling<'_>, version: Version, siblings: &[Sibling<'_>], sink: &mut Sink) {
    let name = &of.name.text;
    let renamed = of.available.renamed.as_ref().map(|(renamed, _)| renamed);
    let by_name = |wanted: &str| successor(siblings, version, |s| s.name.text == wanted);
    let (rule, found) = if let Some(found) = by_name(name) {
        (Rule::RemovedWithSuccessor, found)
    } else if let Some(found) = renamed.and_then(|renamed| by_name(renamed)) {
        (Rule::RemovedRenamedSuccessor, found)
    } else if let Some(found) =
        successor(siblings, version, |s| of.identity.is_some() && s.identity == of.identity)
    {
        (Rule::RemovedAbiReused, found)
    } else {
        return;
    };
    let message = format!("`{name}` is removed at {version}, but something takes its place");
    sink.report(
        Diagnostic::new(rule, of.name.span, message)
            .also(found.name.span, format!("added at {version}"))
            .help("write `replaced` instead of `removed`"),
    );
}

fn replaced(of: &Sibling<'_>, version: Version, siblings: &[Sibling<'_>], sink: &mut Sink) {
    let name = &of.name.text;
    let renamed = of.available.renamed.as_ref().map(|(renamed, _)| renamed);
    let wanted = renamed.unwrap_or(name);
    let found = successor(siblings, version, |s| s.name.text == *wanted);
    let (rule, message) = match found {
        None if renamed.is_some() => (
            Rule::ReplacedRenamedMissing,
            format!("`{name}` is replaced at {version}, but no `{wanted}` is added then"),
        ),
        None => (
            Rule::ReplacedWithoutSuccessor,
            format!("`{name}` is replaced at {version}, but no other is added then"),
        ),
        Some(found) if found.identity != of.identity => (
            Rule::ReplacedAbiMissing,
            format!("`{name}` is replaced at {version} by one of another identity on the wire"),
        ),
        Some(_) => return,
    };
    let mut diagnostic = Diagnostic::new(rule, of.name.span, message);
    if let Some(found) = found {
        diagnostic = diagnostic.also(found.name.span, "the successor");
    } else {
        diagnostic = diagnostic.help("write `removed` instead of `replaced`");
    }
    sink.report(diagnostic);
}

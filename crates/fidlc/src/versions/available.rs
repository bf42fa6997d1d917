//! One `@available`, or the parentheses of a modifier: what it says, and whether it may.

use super::Version;
use super::lifetime::{End, Lifetime};
use crate::ast::{Argument, Attribute, Expr, ExprKind};
use crate::diagnostics::{Diagnostic, Rule, Sink};
use crate::sema::is_identifier;
use crate::source::Span;

/// The name that libraries without versions have for their platform.
pub(crate) const UNVERSIONED: &str = "unversioned";

/// What `@available` stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Library,
    Declaration,
    Member,
    Modifier,
}

/// A version and where it was written.
type Placed<T> = Option<(T, Span)>;

/// The arguments as written.
#[derive(Clone, Debug, Default)]
pub(super) struct Available {
    pub platform: Placed<String>,
    pub added: Placed<Version>,
    pub deprecated: Placed<Version>,
    pub removed: Placed<Version>,
    pub replaced: Placed<Version>,
    pub renamed: Placed<String>,
    pub note: Placed<String>,
}

impl Available {
    /// Reads the arguments; unknown ones are found with the other attributes.
    pub fn read(arguments: &[Argument], kind: Kind, sink: &mut Sink) -> Available {
        let mut available = Available::default();
        for argument in arguments {
            let Some(name) = &argument.name else { continue };
            let known = matches!(name.text.as_str(), "added" | "removed");
            if kind == Kind::Modifier && !known {
                let message = "a modifier takes only `added` and `removed`";
                sink.report(Diagnostic::new(Rule::ModifierArgument, argument.span, message));
                continue;
            }
            match name.text.as_str() {
                "platform" => available.platform = text(&argument.value),
                "renamed" => available.renamed = text(&argument.value),
                "note" => available.note = text(&argument.value),
                "added" => available.added = version(&argument.value, sink),
                "deprecated" => available.deprecated = version(&argument.value, sink),
                "removed" => available.removed = version(&argument.value, sink),
                "replaced" => available.replaced = version(&argument.value, sink),
                _ => {}
            }
        }
        available
    }

    /// Reports arguments that do not go together or not with this kind of element.
    pub fn check(&self, attribute: &Attribute, kind: Kind, name: &str, sink: &mut Sink) {
        let mut error = |rule, span, message: &str, help: &str| {
            sink.report(Diagnostic::new(rule, span, message).help(help));
        };
        match (kind, &self.platform) {
            (Kind::Library, _) => self.check_library(attribute, &mut error),
            (_, Some((_, span))) => {
                let help = "give it on the library";
                error(Rule::PlatformNotOnLibrary, *span, "only a library has a platform", help);
            }
            _ if attribute.arguments.is_empty() => {
                let help = "write for example `@available(added=1)`";
                error(Rule::EmptyAvailable, attribute.span, "`@available` says nothing", help);
            }
            _ => {}
        }
        if let (Some(_), Some((_, span))) = (&self.removed, &self.replaced) {
            let message = "an element is either removed or replaced";
            error(Rule::RemovedAndReplaced, *span, message, "keep one of the two");
        }
        let ends = self.removed.is_some() || self.replaced.is_some();
        if let (Some((_, span)), false) = (&self.note, ends || self.deprecated.is_some()) {
            let message = "a note explains why an element is deprecated, removed or replaced";
            error(Rule::NoteWithoutDeprecation, *span, message, "use a comment");
        }
        self.check_renamed(kind, name, ends, &mut error);
    }

    fn check_renamed(
        &self,
        kind: Kind,
        name: &str,
        ends: bool,
        error: &mut impl FnMut(Rule, Span, &str, &str),
    ) {
        let Some((renamed, span)) = &self.renamed else { return };
        if kind != Kind::Member {
            let help = "declare the new name beside the old one";
            error(Rule::RenamedNotMember, *span, "only members can be renamed", help);
        } else if !ends {
            let message = "`renamed` goes with `removed` or `replaced`";
            error(Rule::RenamedWithoutEnd, *span, message, "say when: `replaced=N`");
        } else if renamed == name {
            let message = "the new name is the old one";
            error(Rule::RenamedToSame, *span, message, "leave `renamed` out");
        }
    }

    fn check_library(&self, attribute: &Attribute, error: &mut impl FnMut(Rule, Span, &str, &str)) {
        if self.added.is_none() {
            let message = "a library has to say since when it exists";
            error(Rule::LibraryWithoutAdded, attribute.span, message, "add `added=...`");
        }
        if let Some((_, span)) = self.replaced {
            let message = "a library cannot be replaced";
            error(Rule::LibraryReplaced, span, message, "use `removed`");
        }
        match &self.platform {
            Some((platform, span)) if platform == UNVERSIONED => {
                let message = "this name is kept for libraries without versions";
                error(Rule::ReservedPlatform, *span, message, "choose another name");
            }
            Some((platform, span)) if !is_platform(platform) => {
                let help = "use lower-case letters and digits, a letter first";
                error(Rule::BadPlatform, *span, "this is not the name of a platform", help);
            }
            _ => {}
        }
    }

    /// The lifetime of an element inside `parent`; faults in the order of versions are reported,
    /// and what cannot be is left to the parent.
    pub fn lifetime(&self, span: Span, parent: Option<Lifetime>, sink: &mut Sink) -> Lifetime {
        let end = |placed: Placed<Version>, replaced| {
            placed.map(|(version, _)| End { version, replaced })
        };
        let own_end = end(self.removed, false).or(end(self.replaced, true));
        let inherited = parent.unwrap_or(Lifetime::UNVERSIONED);
        if let Some(parent) = parent
            && !self.within(parent, sink)
        {
            return parent;
        }
        let added = self.added.map_or(inherited.added, |(version, _)| version);
        let end = own_end.or(inherited.end);
        let alive = |version: Version| end.is_none_or(|end| version < end.version);
        let own_deprecated = self.deprecated.map(|(version, _)| version);
        if !alive(added) || own_deprecated.is_some_and(|at| at < added || !alive(at)) {
            let message = "versions have to be in order: added <= deprecated < removed or replaced";
            sink.report(Diagnostic::new(Rule::AvailabilityOrder, span, message));
            return inherited;
        }
        // A deprecation of the parent may come before the element or after its end.
        let deprecated = own_deprecated.or(inherited.deprecated).filter(|&at| alive(at));
        Lifetime { added, deprecated, end }
    }

    /// Whether what is written here lies inside the lifetime of the enclosing element.
    fn within(&self, parent: Lifetime, sink: &mut Sink) -> bool {
        let ends = parent.end.map(|end| end.version);
        let before = |limit: Option<Version>| move |version| limit.is_some_and(|l| version < l);
        let after = |limit: Option<Version>| move |version| limit.is_some_and(|l| version > l);
        let at_end = |version| ends.is_some_and(|end| version >= end);
        let added = Some(parent.added);
        let conflict = |placed: Placed<Version>, outside: &dyn Fn(Version) -> bool| {
            placed.filter(|(version, _)| outside(*version))
        };
        let conflicts = [
            (conflict(self.added, &before(added)), "added", "is added", added),
            (conflict(self.added, &at_end), "added", "ends", ends),
            (
                conflict(self.deprecated, &after(parent.deprecated)),
                "deprecated",
                "is deprecated",
                parent.deprecated,
            ),
            (conflict(self.removed, &after(ends)), "removed", "ends", ends),
            (conflict(self.replaced, &after(ends)), "replaced", "ends", ends),
        ];
        let mut good = true;
        for (placed, what, parents, limit) in conflicts {
            if let (Some((version, span)), Some(limit)) = (placed, limit) {
                let message =
                    format!("{what} at {version}, but the enclosing element {parents} at {limit}");
                sink.report(Diagnostic::new(Rule::AvailabilityOutsideParent, span, message));
                good = false;
            }
        }
        good
    }
}

fn is_platform(name: &str) -> bool {
    is_identifier(name) && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

fn text(value: &Expr) -> Placed<String> {
    match &value.kind {
        ExprKind::String(text) => Some((text.clone(), value.span)),
        _ => None,
    }
}

fn version(value: &Expr, sink: &mut Sink) -> Placed<Version> {
    let parsed = match &value.kind {
        ExprKind::Number(text) => text.parse(),
        ExprKind::Path(path) => path.text().parse(),
        ExprKind::String(_) | ExprKind::Bool(_) | ExprKind::Or(_) => Err(super::BadVersion),
    };
    match parsed {
        Ok(version) => Some((version, value.span)),
        Err(error) => {
            sink.report(Diagnostic::new(Rule::BadVersion, value.span, error.to_string()));
            None
        }
    }
}

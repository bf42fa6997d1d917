//! What the compiler has to say about a source, and how it is shown.

mod render;
mod rule;

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

pub use rule::Rule;

use crate::source::{Sources, Span};

/// How to print diagnostics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without escape sequences: for files and tests.
    Plain,
    /// With colours: for terminals.
    Styled,
}

/// One finding: the rule it breaks, where, and what would mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    rule: Rule,
    message: String,
    span: Span,
    label: Option<String>,
    secondary: Vec<(Span, String)>,
    help: Option<String>,
}

impl Diagnostic {
    pub(crate) fn new(rule: Rule, span: Span, message: impl Into<String>) -> Self {
        let message = message.into();
        Diagnostic { rule, message, span, label: None, secondary: Vec::new(), help: None }
    }

    /// Words beside the caret.
    pub(crate) fn label(mut self, text: impl Into<String>) -> Self {
        self.label = Some(text.into());
        self
    }

    /// Another place that matters, with words beside it.
    pub(crate) fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push((span, text.into()));
        self
    }

    /// What to do about it.
    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// The rule that is broken.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// The finding in one line, without its place.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it, where that is plain.
    pub fn help_text(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

/// Collects findings; the same rule at the same place counts once, however many version slices it
/// is in.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    list: Vec<Diagnostic>,
    known: HashSet<(Rule, Span)>,
}

impl Sink {
    pub fn report(&mut self, diagnostic: Diagnostic) {
        if self.known.insert((diagnostic.rule, diagnostic.span)) {
            self.list.push(diagnostic);
        }
    }

    /// Takes over the findings of another sink about places that `wanted` picks.
    pub fn adopt(&mut self, other: Sink, wanted: impl Fn(Span) -> bool) {
        let findings = other.list.into_iter().filter(|diagnostic| wanted(diagnostic.span));
        findings.for_each(|diagnostic| self.report(diagnostic));
    }

    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|diagnostic| !diagnostic.rule.is_warning())
    }

    /// All findings in source order.
    pub fn finish(mut self, sources: Arc<Sources>) -> Diagnostics {
        self.list.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.rule));
        Diagnostics { sources, list: self.list }
    }
}

/// The findings of one compilation, in the order of the source.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    sources: Arc<Sources>,
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// One by one.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All of them with their source lines, as rustc would show them.
    pub fn render(&self, style: Style) -> String {
        render::render(&self.sources, &self.list, style)
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Style::Plain))
    }
}

impl std::error::Error for Diagnostics {}

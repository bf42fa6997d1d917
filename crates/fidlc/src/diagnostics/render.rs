//! Diagnostics as text with the source line and a caret.

use std::collections::BTreeMap;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Style};
use crate::source::{Sources, Span};

pub(super) fn render(sources: &Sources, list: &[Diagnostic], style: Style) -> String {
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Styled => Renderer::styled(),
    };
    let mut out = String::new();
    for diagnostic in list {
        out.push_str(&render_one(&renderer, sources, diagnostic));
        out.push_str("\n\n");
    }
    out
}

fn render_one(renderer: &Renderer, sources: &Sources, diagnostic: &Diagnostic) -> String {
    let level = if diagnostic.rule.is_warning() { Level::WARNING } else { Level::ERROR };
    let code = diagnostic.rule.code();
    let title = level.primary_title(diagnostic.message.as_str()).id(code.as_str());
    let mut group = title.elements(snippets(sources, diagnostic));
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let report: &[Group<'_>] = &[group];
    renderer.render(report)
}

/// One snippet a file, the file of the primary place first.
fn snippets<'a>(
    sources: &'a Sources,
    diagnostic: &'a Diagnostic,
) -> Vec<Snippet<'a, Annotation<'a>>> {
    let primary = diagnostic.span;
    let mut others: BTreeMap<usize, Vec<Annotation<'a>>> = BTreeMap::new();
    let mut first = vec![
        AnnotationKind::Primary.span(range(sources, primary)).label(diagnostic.label.as_deref()),
    ];
    for (span, label) in &diagnostic.secondary {
        let annotation = AnnotationKind::Context.span(range(sources, *span)).label(label.as_str());
        if span.file == primary.file {
            first.push(annotation);
        } else {
            others.entry(span.file).or_default().push(annotation);
        }
    }
    let snippet = |file: usize, annotations: Vec<Annotation<'a>>| {
        Snippet::source(sources.text(file)).path(sources.name(file)).annotations(annotations)
    };
    let mut all = vec![snippet(primary.file, first)];
    all.extend(others.into_iter().map(|(file, annotations)| snippet(file, annotations)));
    all
}

/// The span, kept inside its text and on character boundaries whatever made it.
fn range(sources: &Sources, span: Span) -> std::ops::Range<usize> {
    let text = sources.text(span.file);
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(span.start);
    start..floor(span.end).max(start)
}

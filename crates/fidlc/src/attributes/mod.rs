//! Attributes: placement, arguments, duplicates (`fidl-language.md` section 10). Versions do not
//! matter here; the values of constants in arguments are found by the analysis.

mod official;
mod place;
mod walk;

use crate::ast::{Argument, Attribute, ExprKind};
use crate::diagnostics::{Diagnostic, Rule, Sink};
use crate::sema::{Library, canonical, is_near};
use official::{Arguments, OFFICIAL, Official, VERSION_ARGUMENTS};
use place::Place;
pub(crate) use walk::walk;

/// Checks every attribute of some libraries.
pub(crate) fn check(libraries: &[Library], sink: &mut Sink) {
    for library in libraries {
        let attributes: Vec<_> =
            library.files.iter().flat_map(|file| file.attributes.iter().cloned()).collect();
        check_element(&attributes, Place::Library, sink);
        for file in &library.files {
            walk(file, &mut |attributes, place, _| check_element(attributes, place, sink));
        }
    }
}

/// Whether the language defines an attribute; others belong to users.
pub(crate) fn is_official(name: &str) -> bool {
    official(name).is_some()
}

fn official(name: &str) -> Option<&'static Official> {
    OFFICIAL.iter().find(|official| official.name == name)
}

/// Checks the attributes of one element.
fn check_element(attributes: &[Attribute], place: Place, sink: &mut Sink) {
    let names = attributes.iter().map(|attribute| &attribute.name);
    let rules = (Rule::DuplicateAttribute, Rule::DuplicateCanonicalAttribute);
    duplicates(names.map(|name| (name.text.as_str(), name.span)), "attribute", rules, sink);
    for attribute in attributes {
        let arguments = attribute.arguments.iter();
        let names = arguments.filter_map(|argument| argument.name.as_ref());
        let rules = (Rule::DuplicateArgument, Rule::DuplicateCanonicalArgument);
        duplicates(names.map(|name| (name.text.as_str(), name.span)), "argument", rules, sink);
        match official(&attribute.name.text) {
            Some(official) => check_official(attribute, official, place, sink),
            None => check_user(attribute, place, sink),
        }
    }
}

fn duplicates<'n>(
    names: impl Iterator<Item = (&'n str, crate::source::Span)>,
    what: &str,
    (exact, canonically): (Rule, Rule),
    sink: &mut Sink,
) {
    let mut seen: Vec<(&str, crate::source::Span)> = Vec::new();
    for (name, span) in names {
        let known = seen.iter().find(|(other, _)| canonical(other) == canonical(name));
        if let Some((first, first_span)) = known {
            let (rule, message) = if *first == name {
                (exact, format!("the {what} `{name}` is given twice"))
            } else {
                (canonically, format!("the {what}s `{first}` and `{name}` differ only in style"))
            };
            let diagnostic = Diagnostic::new(rule, span, message);
            sink.report(diagnostic.also(*first_span, "first given here"));
        } else {
            seen.push((name, span));
        }
    }
}

fn check_official(attribute: &Attribute, official: &Official, place: Place, sink: &mut Sink) {
    let name = official.name;
    let mut error = |rule, span, message: String| {
        sink.report(Diagnostic::new(rule, span, message));
    };
    if !(official.allowed)(place) {
        let message = format!("`@{name}` cannot be placed on {}", place.describe());
        error(Rule::AttributePlacement, attribute.span, message);
        return;
    }
    if name == "no_resource" {
        let message = "`@no_resource` is experimental".to_owned();
        error(Rule::NoResourceFlag, attribute.span, message);
    }
    let first = attribute.arguments.first();
    match official.arguments {
        Arguments::None => {
            if let Some(argument) = first {
                let message = format!("`@{name}` takes no arguments");
                error(Rule::ArgumentsNotAllowed, argument.span, message);
            }
        }
        Arguments::One => match first {
            None => {
                let message = format!("`@{name}` needs an argument");
                error(Rule::MissingArgument, attribute.span, message);
            }
            Some(argument) => one_argument(name, argument, official, sink),
        },
        Arguments::Named(known) => named_arguments(attribute, known, official, sink),
        Arguments::Versions => named_arguments(attribute, VERSION_ARGUMENTS, official, sink),
    }
}

fn one_argument(name: &str, argument: &Argument, official: &Official, sink: &mut Sink) {
    if let Some(given) = &argument.name {
        let diagnostic = Diagnostic::new(
            Rule::SoleArgumentNamed,
            given.span,
            format!("the only argument of `@{name}` has no name"),
        );
        sink.report(diagnostic.help(format!("write `@{name}(...)`")));
        return;
    }
    check_string(name, argument, sink);
    check_value(argument, official, sink);
}

fn named_arguments(attribute: &Attribute, known: &[&str], official: &Official, sink: &mut Sink) {
    let name = official.name;
    for argument in &attribute.arguments {
        let Some(given) = &argument.name else {
            let message = format!("the arguments of `@{name}` have to be named");
            sink.report(Diagnostic::new(Rule::ArgumentNotNamed, argument.span, message));
            continue;
        };
        if !known.contains(&given.text.as_str()) {
            let message = format!("`@{name}` has no argument `{}`", given.text);
            let help = format!("it has {}", known.join(", "));
            let diagnostic = Diagnostic::new(Rule::UnknownArgument, given.span, message);
            sink.report(diagnostic.help(help));
            continue;
        }
        if matches!(given.text.as_str(), "added" | "deprecated" | "removed" | "replaced") {
            check_version(name, argument, sink);
        } else {
            check_string(name, argument, sink);
        }
        check_value(argument, official, sink);
    }
}

/// A number or `NEXT` or `HEAD`; which of these are versions is decided with the versions.
fn check_version(name: &str, argument: &Argument, sink: &mut Sink) {
    if let ExprKind::Path(path) = &argument.value.kind
        && !matches!(path.text().as_str(), "NEXT" | "HEAD" | "LEGACY")
    {
        not_literal(name, argument, sink);
    }
}

fn not_literal(name: &str, argument: &Argument, sink: &mut Sink) {
    let message = format!("the arguments of `@{name}` have to be literals");
    sink.report(Diagnostic::new(Rule::ArgumentNotLiteral, argument.value.span, message));
}

fn check_string(name: &str, argument: &Argument, sink: &mut Sink) {
    match &argument.value.kind {
        ExprKind::String(_) => {}
        ExprKind::Number(_) | ExprKind::Bool(_) => {
            let message = format!("the arguments of `@{name}` are strings");
            sink.report(Diagnostic::new(Rule::NotConvertible, argument.value.span, message));
        }
        ExprKind::Path(_) | ExprKind::Or(_) => not_literal(name, argument, sink),
    }
}

fn check_value(argument: &Argument, official: &Official, sink: &mut Sink) {
    if let Some((rule, message)) = (official.check)(argument) {
        sink.report(Diagnostic::new(rule, argument.value.span, message));
    }
}

fn check_user(attribute: &Attribute, place: Place, sink: &mut Sink) {
    let name = &attribute.name.text;
    if name == "transitional" {
        let diagnostic = Diagnostic::new(
            Rule::DeprecatedAttribute,
            attribute.span,
            "`@transitional` is deprecated",
        );
        sink.report(diagnostic.help("use `@available` and `flexible`"));
    }
    if let Some(similar) = OFFICIAL.iter().find(|official| is_near(official.name, name)) {
        let message = format!("`@{name}` looks like `@{}`", similar.name);
        let diagnostic = Diagnostic::new(Rule::AttributeTypo, attribute.name.span, message);
        sink.report(diagnostic.help(format!("did you mean `@{}`?", similar.name)));
    }
    for argument in &attribute.arguments {
        let span = argument.value.span;
        match &argument.value.kind {
            // Only numbers and bits can be ORed.
            ExprKind::Number(_) | ExprKind::Or(_) => {
                let message = "arguments of attributes of your own are strings or bools";
                sink.report(Diagnostic::new(Rule::NumericUserArgument, span, message));
            }
            ExprKind::Path(_) if place == Place::Library => {
                let message = "an attribute of a library cannot refer to constants";
                sink.report(Diagnostic::new(Rule::ReferenceInLibraryAttribute, span, message));
            }
            _ => {}
        }
    }
}

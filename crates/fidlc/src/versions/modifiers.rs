//! Modifiers against each other, in the versions that they apply in.

use super::timeline::Timeline;
use crate::ast::{ExprKind, Method, MethodShape, Modifier, ModifierKind};
use crate::diagnostics::{Diagnostic, Rule, Sink};

/// Reports modifiers that repeat or contradict each other in the same version.
pub(super) fn check(modifiers: &[Modifier], timeline: &Timeline, sink: &mut Sink) {
    for (index, modifier) in modifiers.iter().enumerate() {
        let lifetime = timeline.of(modifier.id);
        let earlier = modifiers.iter().take(index);
        for earlier in earlier.filter(|m| timeline.of(m.id).overlaps(&lifetime)) {
            let (rule, message) = if earlier.kind == modifier.kind {
                (Rule::RepeatedModifier, "this modifier is repeated")
            } else if same_question(earlier.kind, modifier.kind) {
                (Rule::ContradictoryModifiers, "this modifier contradicts another")
            } else {
                continue;
            };
            let diagnostic = Diagnostic::new(rule, modifier.span, message);
            sink.report(diagnostic.also(earlier.span, "the first one"));
        }
    }
}

fn same_question(a: ModifierKind, b: ModifierKind) -> bool {
    std::mem::discriminant(&a) == std::mem::discriminant(&b)
}

/// The response of a flexible two-way method is wrapped and that of a strict one without `error` is
/// not, so the one cannot become the other.
pub(super) fn check_two_way(method: &Method, sink: &mut Sink) {
    let MethodShape::TwoWay { error: None, .. } = method.shape else { return };
    let changes = |modifier: &&Modifier| {
        matches!(modifier.kind, ModifierKind::Strictness(_)) && !modifier.available.is_empty()
    };
    if let Some(modifier) = method.modifiers.iter().find(changes) {
        let message = "the strictness of a two-way method without `error` cannot change";
        sink.report(
            Diagnostic::new(Rule::TwoWayStrictnessChange, modifier.span, message)
                .help("replace the method by one with another name"),
        );
    }
}

/// What a method is known by on the wire.
pub(super) fn method_identity(method: &Method) -> String {
    let attribute = method.attributes.iter().find(|a| a.name.text == "selector");
    let argument = attribute.and_then(|attribute| attribute.arguments.first());
    match argument.map(|argument| &argument.value.kind) {
        Some(ExprKind::String(selector)) => format!("selector {selector}"),
        _ => format!("selector {}", method.name.text),
    }
}

//! Simple layout: messages that are plain C structs (`fidl-language.md` section 13; `sysmem1.md`
//! 1.2).
//!
//! `@for_deprecated_c_bindings` on a protocol or struct demands it. A message of simple layout is a
//! struct of numbers, handles, and arrays and structs of them. Besides, the parameters of a method
//! may be bounded strings and vectors, whose content follows the struct. A logically optional
//! member `x`, or several `x_*` in a row, have a `bool has_x` immediately before them; an array has
//! the number of its elements in the member that `@counted_by` names.

use std::collections::{HashMap, HashSet};

use super::Analyzer;
use super::model::{Checked, CheckedMethod, DeclId, StructMember, Syntax, Ty};
use super::shapes::Shapes;
use crate::ast::{Attribute, ExprKind};
use crate::diagnostics::{Diagnostic, Rule};
use crate::ir::{Guard, Openness, Primitive};
use crate::source::Span;

/// The attribute that demands simple layout.
const ATTRIBUTE: &str = "for_deprecated_c_bindings";

/// What one packet carries at most, header included (`sysmem1.md` 1.2).
const MAX_MESSAGE_BYTES: u64 = 65_536;
const MAX_MESSAGE_HANDLES: u32 = 64;
const HEADER_SIZE: u64 = 16;

/// What in a type is not simple: under which rule, and in which words.
type Fault = (Rule, String);

/// A run of the check over all that demands simple layout.
struct Check<'c, 'a> {
    checked: &'c [Checked<'a>],
    shapes: Shapes,
    /// Members that have been reported, however many messages they occur in.
    reported: HashSet<Span>,
    /// What is known of declared layouts.
    faults: HashMap<DeclId, Option<Fault>>,
}

impl<'a> Analyzer<'a> {
    /// Reports what breaks the layout that an attribute demands, and counts that count nothing.
    pub(super) fn check_simple(&mut self, checked: &[Checked<'a>]) {
        for id in self.decls.ids() {
            if let Some(Checked::Struct { members, .. }) = checked.get(id.0) {
                self.check_counts(members);
            }
        }
        let demanding: Vec<_> = self.decls.ids().filter(|id| self.demands_simple(*id)).collect();
        if demanding.is_empty() {
            return;
        }
        let mut check = Check {
            checked,
            shapes: Shapes::measure(self, checked),
            reported: HashSet::new(),
            faults: HashMap::new(),
        };
        for id in demanding {
            match checked.get(id.0) {
                Some(Checked::Protocol(_)) => self.check_protocol(id, &mut check),
                Some(Checked::Struct { .. }) => self.check_struct_is_simple(id, &mut check),
                _ => {}
            }
        }
    }

    /// Whether a declaration has the attribute.
    pub(super) fn demands_simple(&self, id: DeclId) -> bool {
        self.info(id).attributes.iter().any(|attribute| attribute.name.text == ATTRIBUTE)
    }

    /// The structs that have to have simple layout, and do: those with the attribute and those of
    /// the same library that occur in one or in a protocol with it.
    pub(super) fn simple_structs(&self, checked: &[Checked<'a>]) -> HashSet<DeclId> {
        let mut simple = HashSet::new();
        for id in self.decls.ids().filter(|id| self.demands_simple(*id)) {
            let library = self.info(id).library;
            let mut open = match checked.get(id.0) {
                Some(Checked::Struct { .. }) => vec![id],
                Some(Checked::Protocol(_)) => {
                    let methods = self.all_methods(id, checked);
                    methods.into_iter().flat_map(payloads).filter_map(layout).collect()
                }
                _ => continue,
            };
            while let Some(id) = open.pop() {
                let Some(Checked::Struct { members, .. }) = checked.get(id.0) else { continue };
                if self.info(id).library == library && simple.insert(id) {
                    open.extend(members.iter().filter_map(|member| layout(innermost(&member.ty))));
                }
            }
        }
        simple
    }

    /// What says whether a member of a struct of simple layout has a value.
    pub(super) fn guard(&self, members: &[StructMember<'a>], index: usize) -> Option<Guard> {
        let member = members.get(index)?;
        if let Some((name, _)) = counted_by(&member.field.attributes) {
            let is_count = |other: &StructMember<'_>| other.field.name.text == name;
            return members.iter().position(is_count).map(Guard::Count);
        }
        let flag = members.get(..index)?.iter().rposition(is_flag)?;
        let name = members.get(flag)?.field.name.text.strip_prefix("has_")?;
        let guarded = members.get(flag + 1..=index)?;
        let belongs = |member: &StructMember<'_>| {
            let rest = member.field.name.text.strip_prefix(name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        };
        // A handle is taken from the message whatever the flag says.
        (guarded.iter().all(belongs) && !self.is_resource(&member.ty)).then_some(Guard::Flag(flag))
    }

    fn check_protocol(&mut self, id: DeclId, check: &mut Check<'_, 'a>) {
        if let Syntax::Protocol(protocol) = self.info(id).syntax
            && protocol.openness() != Openness::Closed
        {
            let span = self.info(id).span;
            let message = "a protocol of simple layout has to be closed";
            self.report(
                Diagnostic::new(Rule::SimpleNotClosed, span, message)
                    .help("write `closed protocol`: the replies of others are unions"),
            );
        }
        for method in self.all_methods(id, check.checked) {
            let span = method.method.name.span;
            if method.error.is_some() {
                let message = "a reply with an error is a union, and not of simple layout";
                self.error(Rule::UnionNotSimple, span, message);
            }
            for payload in payloads(method) {
                self.check_payload(payload, span, check);
                self.check_message_size(payload, span, &check.shapes);
            }
        }
    }

    fn check_payload(&mut self, payload: &Ty, span: Span, check: &mut Check<'_, 'a>) {
        let members = layout(payload).and_then(|id| check.checked.get(id.0));
        let Some(Checked::Struct { members, .. }) = members else {
            if let Some((rule, what)) = check.fault(payload) {
                self.error(rule, span, format!("the payload {what}"));
            }
            return;
        };
        for member in members {
            let fault = match &member.ty {
                Ty::String { bound: Some(_), optional: false } => None,
                Ty::Vector { element, bound: Some(_), optional: false } => match &**element {
                    Ty::Array { .. } => {
                        Some((Rule::ElementNotSimple, "is a vector of arrays".to_owned()))
                    }
                    element => check.fault(element),
                },
                ty => check.fault(ty),
            };
            self.report_fault(fault, member, span, check);
        }
    }

    fn check_struct_is_simple(&mut self, id: DeclId, check: &mut Check<'_, 'a>) {
        let Some(Checked::Struct { members, .. }) = check.checked.get(id.0) else { return };
        let span = self.info(id).span;
        for member in members {
            let fault = check.fault(&member.ty);
            self.report_fault(fault, member, span, check);
        }
    }

    fn report_fault(
        &mut self,
        fault: Option<Fault>,
        member: &StructMember<'_>,
        demanded_by: Span,
        check: &mut Check<'_, 'a>,
    ) {
        let span = member.field.name.span;
        let Some((rule, what)) = fault else { return };
        if check.reported.insert(span) {
            let message = format!("`{}` {what}", member.field.name.text);
            let diagnostic = Diagnostic::new(rule, span, message);
            self.report(diagnostic.also(demanded_by, "simple layout is demanded here"));
        }
    }

    fn check_message_size(&mut self, payload: &Ty, span: Span, shapes: &Shapes) {
        let shape = shapes.of_type(payload);
        let inline = u64::from(shape.inline_size).next_multiple_of(8);
        let bytes = HEADER_SIZE + inline + u64::from(shape.max_out_of_line);
        if bytes > MAX_MESSAGE_BYTES && shape.max_out_of_line != u32::MAX {
            let message =
                format!("a message can take {bytes} bytes, more than {MAX_MESSAGE_BYTES}");
            self.error(Rule::TooManyBytes, span, message);
        }
        let handles = shape.max_handles;
        if handles > MAX_MESSAGE_HANDLES && handles != u32::MAX {
            let message =
                format!("a message can hold {handles} handles, more than {MAX_MESSAGE_HANDLES}");
            self.error(Rule::TooManyHandles, span, message);
        }
    }

    /// Reports `@counted_by` on what is no array, or with what is no count.
    fn check_counts(&mut self, members: &[StructMember<'a>]) {
        for (index, member) in members.iter().enumerate() {
            let Some((name, span)) = counted_by(&member.field.attributes) else { continue };
            let is_plain_array = match &member.ty {
                Ty::Array { element, .. } => !matches!(**element, Ty::Array { .. }),
                _ => false,
            };
            if !is_plain_array {
                let message = "`@counted_by` can only be placed on an array, not of arrays";
                self.error(Rule::AttributePlacement, span, message);
            }
            let is_count = |other: &StructMember<'_>| {
                other.field.name.text == name && other.ty == Ty::Primitive(Primitive::Uint32)
            };
            if !members.iter().take(index).any(is_count) {
                let message = format!("no earlier member `{name}` is a `uint32`");
                self.error(Rule::UnresolvedArgument, span, message);
            }
        }
    }
}

impl Check<'_, '_> {
    /// Why a type has no place in a C struct, to follow the name of what has the type.
    fn fault(&mut self, ty: &Ty) -> Option<Fault> {
        let element = |what: &str| Some((Rule::ElementNotSimple, what.to_owned()));
        match ty {
            Ty::Array { element, .. } => self.fault(element),
            Ty::String { .. } => element("is a string that is no bounded parameter"),
            Ty::Vector { .. } => element("is a vector that is no bounded parameter"),
            Ty::Box(_) => element("is a box"),
            Ty::Layout { decl, .. } => {
                if let Some(known) = self.faults.get(decl) {
                    return known.clone();
                }
                let fault = self.layout_fault(*decl);
                self.faults.insert(*decl, fault.clone());
                fault
            }
            _ => None,
        }
    }

    fn layout_fault(&mut self, id: DeclId) -> Option<Fault> {
        match self.checked.get(id.0) {
            Some(Checked::Table { .. }) => Some((Rule::TableNotSimple, "is a table".to_owned())),
            Some(Checked::Union { .. }) => Some((Rule::UnionNotSimple, "is a union".to_owned())),
            Some(Checked::Struct { members, .. }) if members.is_empty() => {
                let what = "is an empty struct, which C does not have".to_owned();
                Some((Rule::ElementNotSimple, what))
            }
            Some(Checked::Struct { members, .. }) => members.iter().find_map(|member| {
                let (rule, what) = self.fault(&member.ty)?;
                Some((rule, format!("holds `{}`, which {what}", member.field.name.text)))
            }),
            _ => None,
        }
    }
}

/// The argument of `@counted_by`, and where the attribute stands.
fn counted_by(attributes: &[Attribute]) -> Option<(&str, Span)> {
    let attribute = attributes.iter().find(|attribute| attribute.name.text == "counted_by")?;
    match &attribute.arguments.first()?.value.kind {
        ExprKind::String(name) => Some((name, attribute.span)),
        _ => None,
    }
}

/// Whether a member is a `bool has_x`.
fn is_flag(member: &StructMember<'_>) -> bool {
    member.ty == Ty::Primitive(Primitive::Bool) && member.field.name.text.starts_with("has_")
}

/// What the messages of a method hold.
fn payloads<'m>(method: &'m CheckedMethod<'_>) -> impl Iterator<Item = &'m Ty> {
    [&method.request, &method.response].into_iter().flatten()
}

fn layout(ty: &Ty) -> Option<DeclId> {
    match ty {
        Ty::Layout { decl, .. } => Some(*decl),
        _ => None,
    }
}

/// What arrays and vectors hold.
fn innermost(ty: &Ty) -> &Ty {
    match ty {
        Ty::Array { element, .. } | Ty::Vector { element, .. } => innermost(element),
        ty => ty,
    }
}

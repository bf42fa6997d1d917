//! Enums and bits (`fidl-language.md` 4.3).

use std::collections::HashMap;

use super::constants::Want;
use super::model::{Checked, DeclId, Scope, Ty, Values};
use super::numbers;
use super::{Analyzer, Memo};
use crate::ast::{self, Layout, LayoutBody, ValueBody, ValueField};
use crate::diagnostics::{Diagnostic, Rule};
use crate::ir::{Primitive, Strictness, Value};
use crate::source::Span;

impl<'a> Analyzer<'a> {
    /// The value of a member of an enum or bits; `None` if it has been reported as broken.
    pub(super) fn member_value(&mut self, id: DeclId, index: usize, used: Span) -> Option<i128> {
        match self.member_values.get(&(id, index)) {
            Some(Memo::Done(value)) => return *value,
            Some(Memo::Running) => {
                self.cycle(id, used);
                return None;
            }
            None => {}
        }
        let layout = self.value_layout(id)?;
        let (is_enum, body) = value_body(layout)?;
        let member = body.members.get(index)?;
        self.member_values.insert((id, index), Memo::Running);
        let value = self.deeper(used, |this| {
            let scope = this.info(id).scope();
            let underlying = this.underlying(is_enum, body, scope)?;
            let ty = Ty::Primitive(underlying);
            match this.evaluate(&member.value, &ty, scope.within(member.id), Want::Member)? {
                Value::Integer(value) => Some(value),
                _ => None,
            }
        });
        self.member_values.insert((id, index), Memo::Done(value));
        value
    }

    /// The integer under an enum or bits, `uint32` unless written.
    pub(super) fn underlying(
        &mut self,
        is_enum: bool,
        body: &ValueBody,
        scope: Scope,
    ) -> Option<Primitive> {
        let Some(subtype) = &body.subtype else { return Some(Primitive::Uint32) };
        let (rule, wanted) = if is_enum {
            (Rule::BadEnumSubtype, "an integer type")
        } else {
            (Rule::BadBitsSubtype, "an unsigned integer type")
        };
        match self.type_of(subtype, scope) {
            Ty::Error => None,
            Ty::Primitive(primitive) if fits_under(is_enum, primitive) => Some(primitive),
            _ => {
                let message = format!("the underlying type has to be {wanted}");
                self.error(rule, subtype.span, message);
                None
            }
        }
    }

    /// Checks an enum or bits.
    pub(super) fn values(&mut self, id: DeclId, layout: &'a Layout, scope: Scope) -> Checked<'a> {
        let Some((is_enum, body)) = value_body(layout) else { return Checked::Error };
        let strictness = ast::strictness(&layout.modifiers).unwrap_or(Strictness::Flexible);
        if strictness == Strictness::Strict && body.members.is_empty() {
            self.strict_without_members(id, layout);
        }
        let Some(underlying) = self.underlying(is_enum, body, scope) else {
            return Checked::Error;
        };
        let mut members = Vec::with_capacity(body.members.len());
        for (index, member) in body.members.iter().enumerate() {
            if let Some(value) = self.member_value(id, index, member.value.span) {
                members.push((member, value));
            }
        }
        self.unique_values(&members);
        if !is_enum {
            self.powers_of_two(&members);
        }
        let unknown = is_enum.then(|| self.unknown_value(strictness, underlying, &members));
        let unknown = unknown.flatten();
        Checked::Values(Values { is_enum, underlying, strictness, members, unknown })
    }

    pub(super) fn strict_without_members(&mut self, id: DeclId, layout: &Layout) {
        let keyword = layout.body.keyword();
        let message = format!("strict {keyword} without members");
        let span = self.info(id).span;
        self.report(
            Diagnostic::new(Rule::StrictWithoutMembers, span, message)
                .help(format!("write `flexible {keyword}`")),
        );
    }

    fn unique_values(&mut self, members: &[(&ValueField, i128)]) {
        let mut seen: HashMap<i128, &ValueField> = HashMap::new();
        for &(member, value) in members {
            if let Some(first) = seen.get(&value) {
                let message =
                    format!("`{}` has the same value as `{}`", member.name.text, first.name.text);
                let diagnostic =
                    Diagnostic::new(Rule::DuplicateMemberValue, member.value.span, message);
                self.report(diagnostic.also(first.value.span, "first used here"));
            } else {
                seen.insert(value, member);
            }
        }
    }

    fn powers_of_two(&mut self, members: &[(&ValueField, i128)]) {
        for (member, value) in members {
            if value.count_ones() != 1 {
                let message = format!("`{}` is not a power of two", member.name.text);
                self.error(Rule::BitsNotPowerOfTwo, member.value.span, message);
            }
        }
    }

    /// The value that a flexible enum keeps for members it does not know.
    fn unknown_value(
        &mut self,
        strictness: Strictness,
        underlying: Primitive,
        members: &[(&ValueField, i128)],
    ) -> Option<i128> {
        let marked = |member: &ValueField| {
            member.attributes.iter().find(|attribute| attribute.name.text == "unknown").cloned()
        };
        let mut explicit = members
            .iter()
            .filter_map(|(member, value)| marked(member).map(|attribute| (attribute, *value)));
        let first = explicit.next();
        if strictness == Strictness::Strict {
            if let Some((attribute, _)) = first {
                let message = "a strict enum has no unknown value";
                self.error(Rule::UnknownOnStrict, attribute.span, message);
            }
            return None;
        }
        if let Some((first, value)) = first {
            if let Some((second, _)) = explicit.next() {
                let message = "only one member can be the unknown value";
                self.report(
                    Diagnostic::new(Rule::UnknownTwice, second.span, message)
                        .also(first.span, "the first one"),
                );
            }
            return Some(value);
        }
        let (_, largest) = numbers::integer_range(underlying)?;
        if let Some((member, _)) = members.iter().find(|(_, value)| *value == largest) {
            let message = format!("{largest} is reserved for unknown members of a flexible enum");
            self.report(
                Diagnostic::new(Rule::ReservedUnknownValue, member.value.span, message)
                    .help("mark the member with `@unknown`, or make the enum strict"),
            );
        }
        Some(largest)
    }
}

fn value_body(layout: &Layout) -> Option<(bool, &ValueBody)> {
    match &layout.body {
        LayoutBody::Enum(body) => Some((true, body)),
        LayoutBody::Bits(body) => Some((false, body)),
        _ => None,
    }
}

fn fits_under(is_enum: bool, primitive: Primitive) -> bool {
    match numbers::integer_range(primitive) {
        Some((min, _)) => is_enum || min == 0,
        None => false,
    }
}

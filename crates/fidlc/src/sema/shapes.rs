//! Sizes and other facts of layouts (`fidl-wire.md` sections 2 and 3; `fidl-language.md` 14).

use super::Analyzer;
use super::cycles::Follow;
use super::graph;
use super::model::{Checked, DeclId, Ty};
use crate::diagnostics::{Diagnostic, Rule};
use crate::ir::{Primitive, Shape, Strictness};
use crate::source::Span;

/// Largest inline size of a layout (`fidl-wire.md` section 5; the number is unverified there).
const MAX_INLINE_SIZE: u64 = 65_535;

/// Payloads up to this size lie inside their envelope.
const ENVELOPE_INLINE: u64 = 4;

/// Like [`Shape`], in numbers that do not saturate as early. `u64::MAX` is unbounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Measure {
    size: u64,
    alignment: u64,
    depth: u64,
    handles: u64,
    out_of_line: u64,
    has_padding: bool,
    has_envelope: bool,
    has_flexible_envelope: bool,
}

const UNIT: Measure = Measure {
    size: 1,
    alignment: 1,
    depth: 0,
    handles: 0,
    out_of_line: 0,
    has_padding: false,
    has_envelope: false,
    has_flexible_envelope: false,
};

/// Where a struct member lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placement {
    pub offset: u32,
    pub padding: u32,
}

/// The measures of all declarations of a slice.
#[derive(Debug)]
pub(super) struct Shapes {
    of: Vec<Measure>,
}

impl Shapes {
    /// Measures declarations that contain themselves only through what can be absent.
    pub fn measure(analyzer: &Analyzer<'_>, checked: &[Checked<'_>]) -> Shapes {
        let mut shapes = Shapes { of: vec![UNIT; checked.len()] };
        let required = analyzer.edges(checked, Follow::Required);
        let (order, _) = graph::order(&required);
        for &decl in &order {
            shapes.of[decl] = shapes.declaration(&checked[decl]);
        }
        // What lies behind optional references is known in the second round, in the order of the
        // components; within a circle everything is unbounded.
        let all = analyzer.edges(checked, Follow::All);
        let (component, circular) = graph::components(&all);
        let mut by_component = vec![Vec::new(); circular.len()];
        for decl in order {
            by_component[component[decl]].push(decl);
        }
        for (number, members) in by_component.iter().enumerate() {
            if circular[number] {
                shapes.unbound(members, checked);
            } else {
                for &decl in members {
                    shapes.of[decl] = shapes.declaration(&checked[decl]);
                }
            }
        }
        shapes
    }

    /// Measures declarations that reach each other in a circle. Depth and out-of-line size have no
    /// limit; handles have none if there are any.
    fn unbound(&mut self, members: &[usize], checked: &[Checked<'_>]) {
        // Only sizes are known so far; the rest of the first round took guesses for what can be
        // absent.
        for &decl in members {
            let Measure { size, alignment, .. } = self.of[decl];
            self.of[decl] = Measure { size, alignment, ..UNIT };
        }
        for &decl in members {
            let measure = self.declaration(&checked[decl]);
            self.of[decl] = Measure { depth: u64::MAX, out_of_line: u64::MAX, ..measure };
        }
        let measures = || members.iter().map(|&decl| self.of[decl]);
        let handles = if measures().any(|m| m.handles > 0) { u64::MAX } else { 0 };
        let has_padding = measures().any(|m| m.has_padding);
        let has_envelope = measures().any(|m| m.has_envelope);
        let has_flexible_envelope = measures().any(|m| m.has_flexible_envelope);
        for &decl in members {
            let of = &mut self.of[decl];
            *of = Measure { handles, has_padding, has_envelope, has_flexible_envelope, ..*of };
        }
    }

    /// The shape of a declaration as a type.
    pub fn of(&self, id: DeclId) -> Shape {
        shape(self.of[id.0])
    }

    /// The shape of a type.
    pub fn of_type(&self, ty: &Ty) -> Shape {
        shape(self.ty(ty))
    }

    fn declaration(&self, checked: &Checked<'_>) -> Measure {
        match checked {
            Checked::Values(values) => primitive(values.underlying),
            Checked::Struct { members, .. } => {
                self.structure(members.iter().map(|member| &member.ty)).0
            }
            Checked::Table { members, .. } => {
                let last = members.last().map_or(0, |member| member.ordinal);
                self.table(last, members.iter().map(|member| &member.ty))
            }
            Checked::Union { members, strict, .. } => {
                self.union(*strict, members.iter().map(|member| &member.ty))
            }
            _ => UNIT,
        }
    }

    fn ty(&self, ty: &Ty) -> Measure {
        match ty {
            Ty::Error => UNIT,
            Ty::Primitive(kind) => primitive(*kind),
            Ty::FrameworkError => primitive(Primitive::Int32),
            Ty::String { bound, .. } => vector(*bound, UNIT),
            Ty::Vector { element, bound, .. } => vector(*bound, self.ty(element)),
            Ty::Array { element, count } => {
                let (element, count) = (self.ty(element), u64::from(*count));
                Measure {
                    size: element.size.saturating_mul(count),
                    handles: element.handles.saturating_mul(count),
                    out_of_line: element.out_of_line.saturating_mul(count),
                    ..element
                }
            }
            Ty::Box(target) => {
                let target = self.ty(target);
                Measure {
                    size: 8,
                    alignment: 8,
                    depth: target.depth.saturating_add(1),
                    out_of_line: align8(target.size).saturating_add(target.out_of_line),
                    has_padding: target.has_padding || !target.size.is_multiple_of(8),
                    ..target
                }
            }
            Ty::Handle { .. } | Ty::Endpoint { .. } => {
                Measure { size: 4, alignment: 4, handles: 1, ..UNIT }
            }
            Ty::Layout { decl, .. } => self.of[decl.0],
        }
    }

    /// The measure of a struct and the places of its members.
    fn structure<'t>(&self, members: impl Iterator<Item = &'t Ty>) -> (Measure, Vec<Placement>) {
        let mut whole = Measure { size: 0, ..UNIT };
        let mut ends = Vec::new();
        for ty in members {
            let member = self.ty(ty);
            let offset = align(whole.size, member.alignment);
            whole.size = offset.saturating_add(member.size);
            whole.alignment = whole.alignment.max(member.alignment);
            whole.depth = whole.depth.max(member.depth);
            whole.handles = whole.handles.saturating_add(member.handles);
            whole.out_of_line = whole.out_of_line.saturating_add(member.out_of_line);
            whole.has_padding |= member.has_padding;
            whole.has_envelope |= member.has_envelope;
            whole.has_flexible_envelope |= member.has_flexible_envelope;
            ends.push((offset, whole.size));
        }
        if ends.is_empty() {
            return (UNIT, Vec::new());
        }
        whole.size = align(whole.size, whole.alignment);
        let next = ends.iter().skip(1).map(|(offset, _)| *offset).chain([whole.size]);
        let placements: Vec<_> = ends
            .iter()
            .zip(next)
            .map(|(&(offset, end), next)| Placement {
                offset: narrow(offset),
                padding: narrow(next.saturating_sub(end)),
            })
            .collect();
        whole.has_padding |= placements.iter().any(|placement| placement.padding > 0);
        (whole, placements)
    }

    /// The places of the members of a struct.
    pub fn placements<'t>(&self, members: impl Iterator<Item = &'t Ty>) -> Vec<Placement> {
        self.structure(members).1
    }

    fn table<'t>(&self, last_ordinal: u32, members: impl Iterator<Item = &'t Ty>) -> Measure {
        let mut whole = Measure {
            size: 16,
            alignment: 8,
            depth: 1,
            out_of_line: u64::from(last_ordinal) * 8,
            has_envelope: true,
            has_flexible_envelope: true,
            ..UNIT
        };
        for ty in members {
            let member = self.ty(ty);
            whole.depth = whole.depth.max(member.depth.saturating_add(2));
            whole.handles = whole.handles.saturating_add(member.handles);
            whole.out_of_line = whole.out_of_line.saturating_add(enveloped(&member));
            whole.has_padding |= envelope_padding(&member);
        }
        whole
    }

    fn union<'t>(&self, strict: Strictness, members: impl Iterator<Item = &'t Ty>) -> Measure {
        let mut whole = Measure {
            size: 16,
            alignment: 8,
            depth: 1,
            has_envelope: true,
            has_flexible_envelope: strict == Strictness::Flexible,
            ..UNIT
        };
        for ty in members {
            let member = self.ty(ty);
            whole.depth = whole.depth.max(member.depth.saturating_add(1));
            whole.handles = whole.handles.max(member.handles);
            whole.out_of_line = whole.out_of_line.max(enveloped(&member));
            whole.has_padding |= envelope_padding(&member);
            whole.has_flexible_envelope |= member.has_flexible_envelope;
        }
        whole
    }
}

impl Analyzer<'_> {
    /// Reports layouts that are too large.
    pub(super) fn check_sizes(&mut self, checked: &[Checked<'_>]) {
        let shapes = Shapes::measure(self, checked);
        for id in self.decls.ids() {
            match &checked[id.0] {
                Checked::Table { members, .. } | Checked::Union { members, .. } => {
                    let types = members.iter().map(|member| (member.span, &member.ty));
                    self.check_members(&shapes, types);
                }
                Checked::Struct { members, .. } => {
                    let types = members.iter().map(|member| (member.field.name.span, &member.ty));
                    if self.check_members(&shapes, types) {
                        self.check_struct(id, shapes.of[id.0].size);
                    }
                }
                _ => {}
            }
        }
    }

    fn check_struct(&mut self, id: DeclId, size: u64) {
        let (span, name) = (self.info(id).span, self.info(id).name.clone());
        if size > u64::from(u32::MAX) {
            self.too_large(span);
        } else if size > MAX_INLINE_SIZE {
            let message =
                format!("`{name}` takes {size} bytes inline, more than {MAX_INLINE_SIZE}");
            self.report(
                Diagnostic::new(Rule::InlineSizeTooLarge, span, message)
                    .help("use a vector for what is large"),
            );
        }
    }

    /// Whether the types of all members, and what these hold, have sizes of 32 bits.
    fn check_members<'t>(
        &mut self,
        shapes: &Shapes,
        members: impl Iterator<Item = (Span, &'t Ty)>,
    ) -> bool {
        let mut good = true;
        for (span, ty) in members {
            let mut inner = ty;
            loop {
                if shapes.ty(inner).size > u64::from(u32::MAX) {
                    self.too_large(span);
                    good = false;
                    break;
                }
                match inner {
                    Ty::Vector { element, .. } | Ty::Array { element, .. } => inner = element,
                    _ => break,
                }
            }
        }
        good
    }

    fn too_large(&mut self, span: Span) {
        let message = "the size of this does not fit 32 bits";
        self.report(Diagnostic::new(Rule::SizeOverflow, span, message));
    }
}

fn primitive(primitive: Primitive) -> Measure {
    let size = match primitive {
        Primitive::Bool | Primitive::Int8 | Primitive::Uint8 => 1,
        Primitive::Int16 | Primitive::Uint16 => 2,
        Primitive::Int32 | Primitive::Uint32 | Primitive::Float32 => 4,
        Primitive::Int64 | Primitive::Uint64 | Primitive::Float64 => 8,
    };
    Measure { size, alignment: size, ..UNIT }
}

/// A vector, or a string as a vector of bytes.
fn vector(bound: Option<u32>, element: Measure) -> Measure {
    let data = |each: u64| match bound {
        Some(bound) => each.saturating_mul(bound.into()),
        None if each == 0 => 0,
        None => u64::MAX,
    };
    Measure {
        size: 16,
        alignment: 8,
        depth: element.depth.saturating_add(1),
        handles: data(element.handles),
        out_of_line: align8(data(element.size)).saturating_add(data(element.out_of_line)),
        // The object that holds the elements is filled up to eight bytes.
        has_padding: element.has_padding || !element.size.is_multiple_of(8),
        ..element
    }
}

/// Bytes that a member of a table or union takes outside its envelope.
fn enveloped(member: &Measure) -> u64 {
    if member.size <= ENVELOPE_INLINE {
        return 0;
    }
    align8(member.size).saturating_add(member.out_of_line)
}

fn envelope_padding(member: &Measure) -> bool {
    let unit = if member.size <= ENVELOPE_INLINE { ENVELOPE_INLINE } else { 8 };
    member.has_padding || !member.size.is_multiple_of(unit)
}

fn align8(size: u64) -> u64 {
    align(size, 8)
}

fn align(size: u64, alignment: u64) -> u64 {
    size.checked_next_multiple_of(alignment).unwrap_or(u64::MAX)
}

fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn shape(measure: Measure) -> Shape {
    Shape {
        inline_size: narrow(measure.size),
        alignment: narrow(measure.alignment),
        depth: narrow(measure.depth),
        max_handles: narrow(measure.handles),
        max_out_of_line: narrow(measure.out_of_line),
        has_padding: measure.has_padding,
        has_envelope: measure.has_envelope,
        has_flexible_envelope: measure.has_flexible_envelope,
    }
}

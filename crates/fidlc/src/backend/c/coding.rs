//! Tables: what the runtime checks and changes in a struct on its way (`fidl.h`).

use super::print::{Text, WIDTH};
use super::{Generator, names};
use crate::ir::{
    Declaration, DeclarationKind, Guard, Name, Primitive, Strictness, StructMember, Target, Type,
    TypeKind,
};

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    offset: u32,
    kind: &'static str,
    flags: Vec<&'static str>,
    count: u32,
    stride: u32,
    guard_offset: u32,
    /// The table of the type, if it has one.
    table: Option<String>,
    comment: String,
}

/// What the elements of a member are.
struct Leaf {
    kind: &'static str,
    nullable: bool,
    table: Option<String>,
}

impl Generator<'_> {
    /// The rows for the members of a struct that lies at `base` and ends at `end`.
    pub fn rows(&self, members: &[StructMember], base: u32, end: u32) -> Vec<Row> {
        let mut rows = Vec::new();
        for (index, member) in members.iter().enumerate() {
            rows.extend(self.member_row(members, member, base));
            let start = base + member.offset + member.ty.shape.inline_size;
            let next = members.get(index + 1).map_or(end, |next| base + next.offset);
            if next > start {
                rows.push(Row {
                    offset: start,
                    kind: "FIDL_PADDING",
                    flags: Vec::new(),
                    count: next - start,
                    stride: 1,
                    guard_offset: 0,
                    table: None,
                    comment: String::new(),
                });
            }
        }
        rows
    }

    fn member_row(
        &self,
        members: &[StructMember],
        member: &StructMember,
        base: u32,
    ) -> Option<Row> {
        let mut flags = Vec::new();
        let (element, count, stride) = match &member.ty.kind {
            TypeKind::String { bound, .. } => {
                flags.extend(["FIDL_OUT_OF_LINE", "FIDL_TEXT"]);
                (None, bound.unwrap_or(u32::MAX), 1)
            }
            TypeKind::Vector { element, bound, .. } => {
                flags.push("FIDL_OUT_OF_LINE");
                let stride = element.shape.inline_size;
                (Some(&**element), bound.unwrap_or(u32::MAX), stride)
            }
            _ => {
                let (element, count) = flatten(&member.ty);
                (Some(element), count, element.shape.inline_size)
            }
        };
        let leaf = element.map_or(Leaf::plain(), |element| self.leaf(element));
        let guard_offset = |index: usize| members.get(index).map_or(0, |m| base + m.offset);
        let guard_offset = match member.guard {
            None => 0,
            Some(Guard::Flag(index)) => {
                flags.push("FIDL_FLAGGED");
                guard_offset(index)
            }
            Some(Guard::Count(index)) => {
                flags.push("FIDL_COUNTED");
                guard_offset(index)
            }
        };
        flags.extend(leaf.nullable.then_some("FIDL_NULLABLE"));
        flags.extend(member.ty.resource.then_some("FIDL_HOLDS_HANDLES"));
        let is_needed = leaf.kind != "FIDL_PLAIN"
            || member.guard.is_some()
            || flags.contains(&"FIDL_OUT_OF_LINE");
        is_needed.then(|| Row {
            offset: base + member.offset,
            kind: leaf.kind,
            flags,
            count,
            stride,
            guard_offset,
            table: leaf.table,
            comment: names::member(&member.name),
        })
    }

    fn leaf(&self, ty: &Type) -> Leaf {
        match &ty.kind {
            TypeKind::Primitive(Primitive::Bool) => Leaf::of("FIDL_BOOL"),
            TypeKind::Handle { optional, .. } | TypeKind::Endpoint { optional, .. } => {
                Leaf { nullable: *optional, ..Leaf::of("FIDL_HANDLE") }
            }
            TypeKind::Identifier { name, target: Target::Struct, .. } if self.has_coding(name) => {
                let table = Some(format!("{}_coding", self.declared(name)));
                Leaf { table, ..Leaf::of("FIDL_STRUCT") }
            }
            TypeKind::Identifier { name, .. } if self.is_strict(name) => {
                let table = Some(format!("{}_values", self.declared(name)));
                Leaf { table, ..Leaf::of("FIDL_VALUES") }
            }
            _ => Leaf::plain(),
        }
    }

    /// Whether a struct has a table: if there is a row in it.
    pub fn has_coding(&self, name: &Name) -> bool {
        self.structure(name).is_some_and(|layout| {
            self.is_flat_struct(layout)
                && !self.rows(&layout.members, 0, layout.shape.inline_size).is_empty()
        })
    }

    fn is_strict(&self, name: &Name) -> bool {
        match self.declarations.get(name).map(|declaration| &declaration.kind) {
            Some(DeclarationKind::Enum(layout)) => layout.strictness == Strictness::Strict,
            Some(DeclarationKind::Bits(layout)) => layout.strictness == Strictness::Strict,
            _ => false,
        }
    }

    /// The table of a struct, or of the values of a strict enum or strict bits.
    pub fn define_coding(&self, declaration: &Declaration, out: &mut Text) {
        let name = self.prefix.name(&declaration.name.declaration);
        match &declaration.kind {
            DeclarationKind::Struct(layout)
                if self.is_declared(declaration, layout) && self.has_coding(&declaration.name) =>
            {
                let size = layout.shape.inline_size;
                define_table("const", &name, &name, &self.rows(&layout.members, 0, size), out);
            }
            DeclarationKind::Enum(layout) if layout.strictness == Strictness::Strict => {
                let bytes = size_of(layout.underlying);
                let mask = u64::MAX >> (64 - 8 * bytes);
                // Two's complement, as on the wire.
                let members = layout.members.iter().map(|m| (m.value as u64) & mask);
                let members: Vec<_> = members.map(|m| format!("UINT64_C({m:#x})")).collect();
                out.blank();
                let head = format!("static const uint64_t {name}_members[] = {{");
                out.line(&head);
                members.iter().for_each(|member| out.line(&format!("    {member},")));
                out.line("};");
                out.blank();
                let count = members.len();
                out.line(&format!("const fidl_values_t {name}_values = {{"));
                out.line(&format!("    {bytes}, {count}, {name}_members, 0,"));
                out.line("};");
            }
            DeclarationKind::Bits(layout) if layout.strictness == Strictness::Strict => {
                let bytes = size_of(layout.underlying);
                out.blank();
                out.line(&format!("const fidl_values_t {name}_values = {{"));
                out.line(&format!("    {bytes}, 0, NULL, UINT64_C({:#x}),", layout.mask));
                out.line("};");
            }
            _ => {}
        }
    }

    /// The declaration of the table of strict values, for the header.
    pub fn declare_values(&self, declaration: &Declaration, out: &mut Text) {
        if self.is_strict(&declaration.name) {
            let name = self.prefix.name(&declaration.name.declaration);
            out.blank();
            out.line(&format!("extern const fidl_values_t {name}_values;"));
        }
    }
}

impl Leaf {
    fn of(kind: &'static str) -> Self {
        Self { kind, nullable: false, table: None }
    }

    fn plain() -> Self {
        Self::of("FIDL_PLAIN")
    }
}

impl Row {
    fn write(&self, out: &mut Text) {
        let flags = if self.flags.is_empty() { "0".to_owned() } else { self.flags.join(" | ") };
        let table = self.table.as_ref().map_or("NULL".to_owned(), |table| format!("&{table}"));
        let Row { offset, kind, count, stride, guard_offset, .. } = self;
        let row = format!(
            "    {{{offset}, {kind}, {flags}, {count}, {stride}, {guard_offset}, {table}}},"
        );
        if self.comment.is_empty() {
            out.line(&row);
        } else if row.len() + self.comment.len() + 5 <= WIDTH {
            out.line(&format!("{row}  // {}", self.comment));
        } else {
            out.indented_comments("    ", &[&self.comment]);
            out.line(&row);
        }
    }
}

/// The table `name` of the C struct `of`. `linkage` is `const`, or `static const` for tables that
/// only one file uses.
pub fn define_table(linkage: &str, name: &str, of: &str, rows: &[Row], out: &mut Text) {
    out.blank();
    let fields = if rows.is_empty() { "NULL".to_owned() } else { format!("{name}_fields") };
    if !rows.is_empty() {
        out.line(&format!("static const fidl_field_t {fields}[] = {{"));
        rows.iter().for_each(|row| row.write(out));
        out.line("};");
        out.blank();
    }
    out.line(&format!("{linkage} fidl_struct_t {name}_coding = {{"));
    out.line(&format!("    sizeof({of}),"));
    out.line(&format!("    {},", rows.len()));
    out.line(&format!("    {fields},"));
    out.line("};");
}

/// An array of arrays as one.
fn flatten(ty: &Type) -> (&Type, u32) {
    match &ty.kind {
        TypeKind::Array { element, count } => {
            let (leaf, inner) = flatten(element);
            (leaf, count.saturating_mul(inner))
        }
        _ => (ty, 1),
    }
}

/// Bytes of an integer.
fn size_of(primitive: Primitive) -> u32 {
    match primitive {
        Primitive::Bool | Primitive::Int8 | Primitive::Uint8 => 1,
        Primitive::Int16 | Primitive::Uint16 => 2,
        Primitive::Int32 | Primitive::Uint32 | Primitive::Float32 => 4,
        Primitive::Int64 | Primitive::Uint64 | Primitive::Float64 => 8,
    }
}

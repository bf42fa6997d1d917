//! Members of messages as parameters of functions.

use super::Generator;
use super::names;
use crate::ir::{Guard, StructMember, Target, Type, TypeKind};

/// How a member is passed.
enum Passing<'t> {
    Value,
    Struct,
    Array { bytes: u32 },
    Vector { element: Option<&'t Type>, bound: u32 },
}

impl Generator<'_> {
    /// Declarations of what a sender or a handler is given.
    pub fn inputs(&self, members: &[StructMember]) -> Vec<String> {
        let mut inputs = Vec::new();
        for member in members {
            let name = names::parameter(&member.name);
            match passing(&member.ty) {
                Passing::Value => inputs.push(format!("{} {name}", self.c_type(&member.ty))),
                Passing::Struct => {
                    inputs.push(format!("const {} *{name}", self.c_type(&member.ty)))
                }
                Passing::Array { .. } => {
                    inputs.push(format!("const {}", self.variable(&member.ty, &name)));
                }
                Passing::Vector { element, .. } => {
                    let (ty, count) = self.vector_words(element);
                    inputs.push(format!("const {ty} *{name}_data"));
                    inputs.push(format!("size_t {name}_{count}"));
                }
            }
        }
        inputs
    }

    /// Names of [`inputs`](Self::inputs), to pass them on.
    pub fn input_names(&self, members: &[StructMember]) -> Vec<String> {
        let mut arguments = Vec::new();
        for member in members {
            let name = names::parameter(&member.name);
            match passing(&member.ty) {
                Passing::Vector { element, .. } => {
                    let (_, count) = self.vector_words(element);
                    arguments.push(format!("{name}_data"));
                    arguments.push(format!("{name}_{count}"));
                }
                _ => arguments.push(name),
            }
        }
        arguments
    }

    /// Declarations of what a caller gets back.
    pub fn outputs(&self, members: &[StructMember]) -> Vec<String> {
        let mut outputs = Vec::new();
        for member in members {
            let name = &member.name;
            match passing(&member.ty) {
                Passing::Value | Passing::Struct => {
                    outputs.push(format!("{} *out_{name}", self.c_type(&member.ty)));
                }
                Passing::Array { .. } => {
                    outputs.push(self.variable(&member.ty, &format!("out_{name}")));
                }
                Passing::Vector { element, bound } => {
                    let (ty, count) = self.vector_words(element);
                    outputs.push(format!("{ty} out_{name}_data[{bound}]"));
                    outputs.push(format!("size_t *out_{name}_{count}"));
                }
            }
        }
        outputs
    }

    /// Names of [`outputs`](Self::outputs).
    pub fn output_names(&self, members: &[StructMember]) -> Vec<String> {
        let mut arguments = Vec::new();
        for member in members {
            let name = &member.name;
            match passing(&member.ty) {
                Passing::Vector { element, .. } => {
                    let (_, count) = self.vector_words(element);
                    arguments.push(format!("out_{name}_data"));
                    arguments.push(format!("out_{name}_{count}"));
                }
                _ => arguments.push(format!("out_{name}")),
            }
        }
        arguments
    }

    /// Statements that fill a message struct from [`inputs`](Self::inputs).
    pub fn fill(&self, variable: &str, members: &[StructMember]) -> Vec<String> {
        members.iter().map(|member| self.fill_member(variable, members, member)).collect()
    }

    fn fill_member(&self, variable: &str, all: &[StructMember], member: &StructMember) -> String {
        let target = format!("{variable}.{}", names::member(&member.name));
        let name = names::parameter(&member.name);
        match passing(&member.ty) {
            Passing::Value => format!("{target} = {name};"),
            Passing::Struct => match member.guard {
                // Who denies that there is one need not have one.
                Some(Guard::Flag(flag)) if let Some(flag) = all.get(flag) => {
                    let flag = names::parameter(&flag.name);
                    format!("if ({flag}) {{\n        {target} = *{name};\n    }}")
                }
                _ => format!("{target} = *{name};"),
            },
            Passing::Array { .. } => format!("memcpy({target}, {name}, sizeof {target});"),
            Passing::Vector { element, .. } => {
                let (_, count) = self.vector_words(element);
                format!("{target} = fidl_vector({name}_data, {name}_{count});")
            }
        }
    }

    /// Statements that give the members of a message struct to [`outputs`](Self::outputs).
    pub fn give(&self, variable: &str, members: &[StructMember]) -> Vec<String> {
        let mut statements = Vec::new();
        for member in members {
            let source = format!("{variable}.{}", names::member(&member.name));
            let name = &member.name;
            match passing(&member.ty) {
                Passing::Value | Passing::Struct => {
                    statements.push(format!("*out_{name} = {source};"));
                }
                Passing::Array { bytes } => {
                    statements.push(format!("memcpy(out_{name}, {source}, {bytes});"));
                }
                Passing::Vector { element, .. } => {
                    let (ty, count) = self.vector_words(element);
                    statements.push(format!("*out_{name}_{count} = (size_t){source}.count;"));
                    let size = format!("*out_{name}_{count} * sizeof({ty})");
                    statements
                        .push(format!("memcpy(out_{name}_data, {source}.content.data, {size});"));
                }
            }
        }
        statements
    }

    /// Members of a message struct as arguments of a handler.
    pub fn pass(&self, variable: &str, members: &[StructMember]) -> Vec<String> {
        let mut arguments = Vec::new();
        for member in members {
            let source = format!("{variable}.{}", names::member(&member.name));
            match passing(&member.ty) {
                Passing::Value | Passing::Array { .. } => arguments.push(source),
                Passing::Struct => arguments.push(format!("&{source}")),
                Passing::Vector { element, .. } => {
                    let (ty, _) = self.vector_words(element);
                    arguments.push(format!("(const {ty} *){source}.content.data"));
                    arguments.push(format!("(size_t){source}.count"));
                }
            }
        }
        arguments
    }

    /// The element type of a vector or string, and what its length is called.
    fn vector_words(&self, element: Option<&Type>) -> (String, &'static str) {
        match element {
            Some(element) => (self.c_type(element), "count"),
            None => ("char".to_owned(), "size"),
        }
    }
}

fn passing(ty: &Type) -> Passing<'_> {
    match &ty.kind {
        TypeKind::String { bound, .. } => {
            Passing::Vector { element: None, bound: bound.unwrap_or(u32::MAX) }
        }
        TypeKind::Vector { element, bound, .. } => {
            Passing::Vector { element: Some(element), bound: bound.unwrap_or(u32::MAX) }
        }
        TypeKind::Array { .. } => Passing::Array { bytes: ty.shape.inline_size },
        TypeKind::Identifier { target: Target::Struct, .. } => Passing::Struct,
        _ => Passing::Value,
    }
}

/// The handles among parameters, in words: `token and the handles in info`. `None`: there are none.
pub fn handles_in_words(members: &[StructMember]) -> Option<String> {
    let words: Vec<_> = members
        .iter()
        .filter(|member| member.ty.resource)
        .map(|member| match &member.ty.kind {
            TypeKind::Handle { .. } | TypeKind::Endpoint { .. } => member.name.clone(),
            _ => format!("the handles in {}", member.name),
        })
        .collect();
    (!words.is_empty()).then(|| words.join(" and "))
}

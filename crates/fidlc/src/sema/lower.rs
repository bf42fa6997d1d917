//! Checked declarations to the intermediate representation.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::Analyzer;
use super::cycles::Follow;
use super::graph;
use super::model::{
    Checked, CheckedMethod, CheckedProtocol, DeclId, OrdinalMember, StructMember, Syntax, Ty,
    Values,
};
use super::shapes::Shapes;
use crate::ast::{Attribute, Expr, ExprKind, MethodShape};
use crate::ir;
use crate::source::{ElementId, Sources, Span};

/// The libraries of a slice without errors, each after those that it depends on.
pub(super) fn lower(
    analyzer: &Analyzer<'_>,
    checked: &[Checked<'_>],
    sources: &Sources,
) -> Vec<ir::Library> {
    let shapes = Shapes::measure(analyzer, checked);
    let simple = analyzer.simple_structs(checked);
    let lowering = Lowering { analyzer, checked, sources, shapes, simple };
    let edges = analyzer.references.iter().map(|set| set.iter().copied().collect()).collect();
    let (libraries, _) = graph::order(&edges);
    let (order, _) = graph::order(&analyzer.edges(checked, Follow::Required));
    libraries.into_iter().map(|library| lowering.library(library, &order)).collect()
}

struct Lowering<'l, 'a> {
    analyzer: &'l Analyzer<'a>,
    checked: &'l [Checked<'a>],
    sources: &'l Sources,
    shapes: Shapes,
    /// Structs of simple layout.
    simple: HashSet<DeclId>,
}

impl Lowering<'_, '_> {
    fn library(&self, library: usize, order: &[usize]) -> ir::Library {
        let syntax = &self.analyzer.slice.libraries[library];
        let declarations: Vec<_> = order
            .iter()
            .map(|&decl| DeclId(decl))
            .filter(|&id| self.analyzer.info(id).library == library)
            .filter_map(|id| self.declaration(id))
            .collect();
        let references = &self.analyzer.references[library];
        let mut dependencies: BTreeSet<String> =
            references.iter().map(|&index| self.library_name(index)).collect();
        for declaration in &declarations {
            composed_libraries(declaration, &mut dependencies);
        }
        dependencies.remove(&syntax.name);
        let id = syntax.files.first().map_or(ElementId(usize::MAX), |file| file.id);
        let attributes: Vec<Attribute> =
            syntax.files.iter().flat_map(|file| file.attributes.clone()).collect();
        ir::Library {
            name: syntax.name.clone(),
            attributes: self.attributes(&attributes, id),
            dependencies: dependencies.into_iter().collect(),
            declarations,
        }
    }

    fn library_name(&self, library: usize) -> String {
        self.analyzer.slice.libraries[library].name.clone()
    }

    fn name(&self, id: DeclId) -> ir::Name {
        let info = self.analyzer.info(id);
        ir::Name { library: self.library_name(info.library), declaration: info.name.clone() }
    }

    fn declaration(&self, id: DeclId) -> Option<ir::Declaration> {
        let info = self.analyzer.info(id);
        Some(ir::Declaration {
            name: self.name(id),
            attributes: self.attributes(info.attributes, info.element),
            location: self.location(info.span),
            naming_context: info.context.clone(),
            kind: self.kind(id)?,
        })
    }

    fn kind(&self, id: DeclId) -> Option<ir::DeclarationKind> {
        Some(match &self.checked[id.0] {
            Checked::Error => return None,
            Checked::Const { ty, value } => {
                ir::DeclarationKind::Const(ir::Const { ty: self.ty(ty), value: value.clone() })
            }
            Checked::Alias(Ty::Endpoint { protocol: None, .. }) => return None,
            Checked::Alias(ty) => ir::DeclarationKind::Alias(self.ty(ty)),
            Checked::Values(values) => self.values(values),
            Checked::Struct { members, resource, is_empty_success } => {
                let is_simple = self.simple.contains(&id);
                ir::DeclarationKind::Struct(ir::Struct {
                    resource: *resource,
                    members: self.struct_members(members, is_simple),
                    shape: self.shapes.of(id),
                    is_empty_success: *is_empty_success,
                    is_simple,
                })
            }
            Checked::Table { members, resource } => ir::DeclarationKind::Table(ir::Table {
                resource: *resource,
                members: self.ordinal_members(members),
                shape: self.shapes.of(id),
            }),
            Checked::Union { members, resource, strict, is_result } => {
                ir::DeclarationKind::Union(ir::Union {
                    resource: *resource || (*is_result && self.any_resource(members)),
                    strictness: *strict,
                    members: self.ordinal_members(members),
                    is_result: *is_result,
                    shape: self.shapes.of(id),
                })
            }
            Checked::Protocol(protocol) => {
                ir::DeclarationKind::Protocol(self.protocol(id, protocol))
            }
            Checked::Service(members) => {
                let member = |(name, id): &(&str, DeclId)| ((*name).to_owned(), self.name(*id));
                ir::DeclarationKind::Service(ir::Service {
                    members: members.iter().map(member).collect(),
                })
            }
            Checked::Resource { subtype, rights } => ir::DeclarationKind::Resource(ir::Resource {
                subtype: self.name(*subtype),
                rights: rights.as_ref().map(|rights| self.ty(rights)),
            }),
        })
    }

    fn values(&self, values: &Values<'_>) -> ir::DeclarationKind {
        let members: Vec<_> = values
            .members
            .iter()
            .map(|(field, value)| ir::ValueMember {
                name: field.name.text.clone(),
                value: *value,
                attributes: self.attributes(&field.attributes, field.id),
                location: self.location(field.name.span),
            })
            .collect();
        let (underlying, strictness) = (values.underlying, values.strictness);
        if values.is_enum {
            let unknown_value = values.unknown;
            return ir::DeclarationKind::Enum(ir::Enum {
                underlying,
                strictness,
                members,
                unknown_value,
            });
        }
        let mask = members.iter().fold(0, |mask, m| mask | u64::try_from(m.value).unwrap_or(0));
        ir::DeclarationKind::Bits(ir::Bits { underlying, strictness, members, mask })
    }

    fn struct_members(
        &self,
        members: &[StructMember<'_>],
        is_simple: bool,
    ) -> Vec<ir::StructMember> {
        let placements = self.shapes.placements(members.iter().map(|member| &member.ty));
        members
            .iter()
            .zip(placements)
            .enumerate()
            .map(|(index, (member, placement))| ir::StructMember {
                name: member.field.name.text.clone(),
                ty: self.ty(&member.ty),
                attributes: self.attributes(&member.field.attributes, member.field.id),
                location: self.location(member.field.name.span),
                default: member.default.clone(),
                offset: placement.offset,
                padding: placement.padding,
                guard: if is_simple { self.analyzer.guard(members, index) } else { None },
            })
            .collect()
    }

    fn ordinal_members(&self, members: &[OrdinalMember<'_>]) -> Vec<ir::OrdinalMember> {
        let lower = |member: &OrdinalMember<'_>| ir::OrdinalMember {
            ordinal: member.ordinal.into(),
            name: member.name.to_owned(),
            ty: self.ty(&member.ty),
            attributes: self.attributes(member.attributes, member.element),
            location: self.location(member.span),
        };
        members.iter().map(lower).collect()
    }

    fn any_resource(&self, members: &[OrdinalMember<'_>]) -> bool {
        members.iter().any(|member| self.analyzer.is_resource(&member.ty))
    }

    fn protocol(&self, id: DeclId, protocol: &CheckedProtocol<'_>) -> ir::Protocol {
        let openness = match self.analyzer.info(id).syntax {
            Syntax::Protocol(syntax) => syntax.openness(),
            _ => ir::Openness::Open,
        };
        let methods = self.analyzer.all_methods(id, self.checked);
        ir::Protocol {
            openness,
            composes: protocol.composes.iter().map(|&id| self.name(id)).collect(),
            methods: methods.into_iter().map(|method| self.method(method)).collect(),
            discoverable: self.discoverable(id),
            transport: self.analyzer.transport(id).to_owned(),
            is_simple: self.analyzer.demands_simple(id),
        }
    }

    /// The service name of a protocol with `@discoverable`: the argument `name`, or library and
    /// protocol.
    fn discoverable(&self, id: DeclId) -> Option<String> {
        let attributes = self.analyzer.info(id).attributes;
        let attribute = attributes.iter().find(|a| a.name.text == "discoverable")?;
        let named = attribute
            .arguments
            .iter()
            .find(|argument| argument.name.as_ref().is_some_and(|name| name.text == "name"));
        if let Some(ExprKind::String(name)) = named.map(|argument| &argument.value.kind) {
            return Some(name.clone());
        }
        let name = self.name(id);
        Some(format!("{}.{}", name.library, name.declaration))
    }

    fn method(&self, checked: &CheckedMethod<'_>) -> ir::Method {
        let method = checked.method;
        let lower = |ty: &Option<Ty>| ty.as_ref().map(|ty| self.ty(ty));
        let kind = match method.shape {
            MethodShape::OneWay { .. } => {
                ir::MethodKind::OneWay { request: lower(&checked.request) }
            }
            MethodShape::Event { .. } => {
                ir::MethodKind::Event { payload: lower(&checked.response) }
            }
            MethodShape::TwoWay { .. } => ir::MethodKind::TwoWay {
                request: lower(&checked.request),
                response: ir::Response {
                    success: lower(&checked.response),
                    error: lower(&checked.error),
                    result_union: checked.result.map(|id| self.name(id)),
                },
            },
        };
        ir::Method {
            name: method.name.text.clone(),
            declared_in: self.name(checked.declared_in),
            ordinal: checked.ordinal,
            selector: checked.selector.clone(),
            strictness: method.strictness(),
            kind,
            attributes: self.attributes(&method.attributes, method.id),
            location: self.location(method.name.span),
        }
    }

    fn ty(&self, ty: &Ty) -> ir::Type {
        let shape = self.shapes.of_type(ty);
        let resource = self.analyzer.is_resource(ty);
        ir::Type { kind: self.type_kind(ty), shape, resource }
    }

    fn type_kind(&self, ty: &Ty) -> ir::TypeKind {
        match ty {
            // Not reached: libraries with broken types are not lowered.
            Ty::Error => ir::TypeKind::Primitive(ir::Primitive::Bool),
            Ty::FrameworkError => ir::TypeKind::Primitive(ir::Primitive::Int32),
            Ty::Primitive(primitive) => ir::TypeKind::Primitive(*primitive),
            Ty::String { bound, optional } => {
                ir::TypeKind::String { bound: *bound, optional: *optional }
            }
            Ty::Vector { element, bound, optional } => ir::TypeKind::Vector {
                element: Box::new(self.ty(element)),
                bound: *bound,
                optional: *optional,
            },
            Ty::Array { element, count } => {
                ir::TypeKind::Array { element: Box::new(self.ty(element)), count: *count }
            }
            Ty::Box(target) => ir::TypeKind::Box(Box::new(self.ty(target))),
            Ty::Handle { resource, subtype, rights, optional } => ir::TypeKind::Handle {
                resource: self.name(*resource),
                subtype: subtype.unwrap_or(0),
                rights: *rights,
                optional: *optional,
            },
            Ty::Endpoint { role, protocol, optional } => ir::TypeKind::Endpoint {
                role: *role,
                protocol: self.name(protocol.unwrap_or(DeclId(0))),
                optional: *optional,
            },
            Ty::Layout { decl, optional } => ir::TypeKind::Identifier {
                name: self.name(*decl),
                target: self.target(*decl),
                optional: *optional,
            },
        }
    }

    fn target(&self, id: DeclId) -> ir::Target {
        match &self.checked[id.0] {
            Checked::Values(values) if values.is_enum => ir::Target::Enum,
            Checked::Values(_) => ir::Target::Bits,
            Checked::Table { .. } => ir::Target::Table,
            Checked::Union { .. } => ir::Target::Union,
            _ => ir::Target::Struct,
        }
    }

    fn location(&self, span: Span) -> ir::Location {
        self.sources.location(span)
    }

    fn attributes(&self, attributes: &[Attribute], element: ElementId) -> ir::Attributes {
        let mut lowered = ir::Attributes {
            deprecated: self.analyzer.slice.deprecated.get(&element).cloned(),
            ..ir::Attributes::default()
        };
        for attribute in attributes {
            match attribute.name.text.as_str() {
                "doc" => lowered.doc.extend(doc_lines(attribute)),
                "available" => {}
                name => {
                    let arguments = attribute.arguments.iter().map(|argument| {
                        let name = argument.name.as_ref().map_or("value", |name| &name.text);
                        (name.to_owned(), self.argument(&argument.value))
                    });
                    let arguments: BTreeMap<_, _> = arguments.collect();
                    lowered.others.insert(name.to_owned(), arguments);
                }
            }
        }
        lowered
    }

    fn argument(&self, value: &Expr) -> ir::Value {
        match &value.kind {
            ExprKind::String(text) | ExprKind::Number(text) => ir::Value::String(text.clone()),
            ExprKind::Bool(value) => ir::Value::Bool(*value),
            _ => match self.analyzer.arguments.get(&value.span) {
                Some(value) => value.clone(),
                None => ir::Value::String(String::new()),
            },
        }
    }
}

/// The libraries of the protocols that the methods of a declaration come from.
fn composed_libraries(declaration: &ir::Declaration, libraries: &mut BTreeSet<String>) {
    if let ir::DeclarationKind::Protocol(protocol) = &declaration.kind {
        libraries.extend(protocol.methods.iter().map(|method| method.declared_in.library.clone()));
    }
}

/// The lines of a `@doc`, each without the space that usually follows the slashes.
fn doc_lines(attribute: &Attribute) -> Vec<String> {
    let text = match attribute.arguments.first().map(|argument| &argument.value.kind) {
        Some(ExprKind::String(text)) => text,
        _ => return Vec::new(),
    };
    let strip = |line: &str| line.strip_prefix(' ').unwrap_or(line).to_owned();
    text.lines().map(strip).collect()
}

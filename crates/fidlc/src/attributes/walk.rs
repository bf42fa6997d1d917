//! Visits everything that can have attributes.

use super::place::Place;
use crate::ast::{
    Attribute, Decl, DeclKind, Field, File, Layout, LayoutBody, MethodShape, OrdinalField, Param,
    Protocol, TypeExpr, TypeHead, ValueBody,
};
use crate::source::ElementId;

/// What is called with the attributes of an element, the kind of it and its id.
pub(crate) trait Visit<'a>: FnMut(&'a [Attribute], Place, ElementId) {}

impl<'a, F: FnMut(&'a [Attribute], Place, ElementId)> Visit<'a> for F {}

/// Visits the declarations of a file and everything in them.
pub(crate) fn walk<'a>(file: &'a File, visit: &mut impl Visit<'a>) {
    for decl in &file.declarations {
        declaration(decl, visit);
    }
}

fn declaration<'a>(decl: &'a Decl, visit: &mut impl Visit<'a>) {
    match &decl.kind {
        DeclKind::Const { ty, .. } => {
            visit(&decl.attributes, Place::Const, decl.id);
            types(ty, visit);
        }
        DeclKind::Alias(ty) => {
            visit(&decl.attributes, Place::Alias, decl.id);
            types(ty, visit);
        }
        DeclKind::Type(ty) => match &ty.head {
            TypeHead::Layout(layout) => {
                visit(&decl.attributes, Place::layout(&layout.body, false), decl.id);
                members(layout, visit);
            }
            TypeHead::Path(_) => visit(&decl.attributes, Place::NewType, decl.id),
        },
        DeclKind::Protocol(body) => {
            visit(&decl.attributes, Place::Protocol, decl.id);
            protocol(body, visit);
        }
        DeclKind::Service(list) => {
            visit(&decl.attributes, Place::Service, decl.id);
            fields(list, Place::ServiceMember, visit);
        }
        DeclKind::Resource { properties, .. } => {
            visit(&decl.attributes, Place::Resource, decl.id);
            fields(properties, Place::ResourceProperty, visit);
        }
    }
}

fn types<'a>(ty: &'a TypeExpr, visit: &mut impl Visit<'a>) {
    if let TypeHead::Layout(layout) = &ty.head {
        visit(&layout.attributes, Place::layout(&layout.body, true), layout.id);
        members(layout, visit);
    }
    for param in &ty.params {
        if let Param::Type(ty) = param {
            types(ty, visit);
        }
    }
}

fn members<'a>(layout: &'a Layout, visit: &mut impl Visit<'a>) {
    match &layout.body {
        LayoutBody::Struct(list) => fields(list, Place::StructMember, visit),
        LayoutBody::Table(list) => ordinal_fields(list, Place::TableMember, visit),
        LayoutBody::Union(list) => ordinal_fields(list, Place::UnionMember, visit),
        LayoutBody::Enum(body) => values(body, Place::EnumMember, visit),
        LayoutBody::Bits(body) => values(body, Place::BitsMember, visit),
    }
}

fn fields<'a>(list: &'a [Field], place: Place, visit: &mut impl Visit<'a>) {
    for field in list {
        visit(&field.attributes, place, field.id);
        types(&field.ty, visit);
    }
}

fn ordinal_fields<'a>(list: &'a [OrdinalField], place: Place, visit: &mut impl Visit<'a>) {
    for field in list {
        visit(&field.attributes, place, field.id);
        types(&field.ty, visit);
    }
}

fn values<'a>(body: &'a ValueBody, place: Place, visit: &mut impl Visit<'a>) {
    for member in &body.members {
        visit(&member.attributes, place, member.id);
    }
}

fn protocol<'a>(body: &'a Protocol, visit: &mut impl Visit<'a>) {
    for compose in &body.composes {
        visit(&compose.attributes, Place::Compose, compose.id);
    }
    for method in &body.methods {
        let (place, payloads) = match &method.shape {
            MethodShape::OneWay { request } => (Place::Method, [request.as_ref(), None, None]),
            MethodShape::Event { payload } => (Place::Event, [payload.as_ref(), None, None]),
            MethodShape::TwoWay { request, response, error } => {
                (Place::Method, [request.as_ref(), response.as_ref(), error.as_ref()])
            }
        };
        visit(&method.attributes, place, method.id);
        for ty in payloads.into_iter().flatten() {
            types(ty, visit);
        }
    }
}

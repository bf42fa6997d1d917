//! Libraries as they are at a selection of versions: the syntax tree with only what exists.

use std::collections::{BTreeMap, BTreeSet};

use super::Version;
use super::timeline::Timeline;
use crate::ast::{
    Decl, DeclKind, Field, Layout, LayoutBody, Method, MethodShape, Modifier, OrdinalField, Param,
    Protocol, TypeExpr, TypeHead, ValueField,
};
use crate::sema::{Library, Slice};
use crate::source::ElementId;

/// For every platform the versions that are looked at.
pub(crate) type Selection = BTreeMap<String, BTreeSet<Version>>;

/// Cuts a slice out of libraries; the selection has versions for all their platforms.
pub(crate) fn slice(libraries: &[Library], timeline: &Timeline, selection: &Selection) -> Slice {
    let mut slice = Slice { platforms: timeline.platforms.clone(), ..Slice::default() };
    for (library, platform) in libraries.iter().zip(&timeline.platforms) {
        let Some(versions) = selection.get(platform) else { continue };
        let cut = Cut { timeline, versions };
        let mut library = library.clone();
        let names = library.files.iter().flat_map(|file| &file.declarations);
        slice.all_names.push(names.map(|decl| decl.name.text.clone()).collect());
        for file in &mut library.files {
            cut.declarations(&mut file.declarations);
        }
        slice.libraries.push(library);
    }
    for (element, lifetime, library) in timeline.elements() {
        slice.lifetimes.insert(element, lifetime);
        let versions = timeline.platforms.get(library).and_then(|name| selection.get(name));
        let seen = versions.and_then(|versions| lifetime.seen_by(versions));
        if seen.is_some_and(|version| lifetime.deprecated_at(version)) {
            slice.deprecated.insert(element, timeline.note(element).to_owned());
        }
    }
    slice
}

struct Cut<'c> {
    timeline: &'c Timeline,
    versions: &'c BTreeSet<Version>,
}

impl Cut<'_> {
    fn exists(&self, element: ElementId) -> bool {
        self.timeline.of(element).seen_by(self.versions).is_some()
    }

    fn declarations(&self, declarations: &mut Vec<Decl>) {
        declarations.retain(|decl| self.exists(decl.id));
        for decl in declarations {
            match &mut decl.kind {
                DeclKind::Const { ty, .. } | DeclKind::Alias(ty) | DeclKind::Type(ty) => {
                    self.types(ty);
                }
                DeclKind::Protocol(protocol) => self.protocol(protocol),
                DeclKind::Service(fields) => self.fields(fields),
                DeclKind::Resource { properties, .. } => self.fields(properties),
            }
        }
    }

    fn types(&self, ty: &mut TypeExpr) {
        if let TypeHead::Layout(layout) = &mut ty.head {
            self.layout(layout);
        }
        for param in &mut ty.params {
            if let Param::Type(ty) = param {
                self.types(ty);
            }
        }
    }

    fn layout(&self, layout: &mut Layout) {
        self.modifiers(&mut layout.modifiers);
        match &mut layout.body {
            LayoutBody::Struct(fields) => self.fields(fields),
            LayoutBody::Table(fields) | LayoutBody::Union(fields) => self.ordinal_fields(fields),
            LayoutBody::Enum(body) | LayoutBody::Bits(body) => self.values(&mut body.members),
        }
    }

    fn fields(&self, fields: &mut Vec<Field>) {
        fields.retain(|field| self.exists(field.id));
        fields.iter_mut().for_each(|field| self.types(&mut field.ty));
    }

    fn ordinal_fields(&self, fields: &mut Vec<OrdinalField>) {
        fields.retain(|field| self.exists(field.id));
        fields.iter_mut().for_each(|field| self.types(&mut field.ty));
    }

    fn values(&self, members: &mut Vec<ValueField>) {
        members.retain(|member| self.exists(member.id));
    }

    /// A modifier applies as of the latest version: an element cannot be strict and flexible.
    fn modifiers(&self, modifiers: &mut Vec<Modifier>) {
        let latest = self.versions.last().copied().unwrap_or(Version::HEAD);
        modifiers.retain(|modifier| self.timeline.of(modifier.id).exists_at(latest));
    }

    fn protocol(&self, protocol: &mut Protocol) {
        self.modifiers(&mut protocol.modifiers);
        protocol.composes.retain(|compose| self.exists(compose.id));
        protocol.methods.retain(|method| self.exists(method.id));
        protocol.methods.iter_mut().for_each(|method| self.method(method));
    }

    fn method(&self, method: &mut Method) {
        self.modifiers(&mut method.modifiers);
        let types = match &mut method.shape {
            MethodShape::OneWay { request: payload } | MethodShape::Event { payload } => {
                [payload.as_mut(), None, None]
            }
            MethodShape::TwoWay { request, response, error } => {
                [request.as_mut(), response.as_mut(), error.as_mut()]
            }
        };
        types.into_iter().flatten().for_each(|ty| self.types(ty));
    }
}

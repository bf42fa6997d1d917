//! The lifetimes of all elements of all libraries, from `@available` and inheritance
//! (`fidl-language.md` section 11).

use std::collections::{BTreeMap, BTreeSet};

use super::Version;
use super::available::{Available, Kind, UNVERSIONED};
use super::lifetime::Lifetime;
use super::modifiers;
use super::successors::{Sibling, check_successors};
use crate::ast::{
    Attribute, Decl, DeclKind, Field, Layout, LayoutBody, Method, MethodShape, OrdinalField, Param,
    Protocol, TypeExpr, TypeHead,
};
use crate::diagnostics::{Diagnostic, Rule, Sink};
use crate::sema::Library;
use crate::source::ElementId;

/// When everything exists.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timeline {
    /// With the index of the element's library.
    lifetimes: BTreeMap<ElementId, (Lifetime, usize)>,
    /// The note of the innermost `@available` that has one.
    notes: BTreeMap<ElementId, String>,
    /// By library.
    pub platforms: Vec<String>,
    /// By platform the versions at which something changes.
    cuts: BTreeMap<String, BTreeSet<Version>>,
}

impl Timeline {
    /// Reads the versions of every element; faults are in the sink.
    pub fn new(libraries: &[Library], sink: &mut Sink) -> Timeline {
        let mut timeline = Timeline::default();
        for library in libraries {
            timeline.library(library, sink);
        }
        timeline
    }

    /// The lifetime of an element.
    pub fn of(&self, element: ElementId) -> Lifetime {
        self.lifetimes.get(&element).map_or(Lifetime::UNVERSIONED, |(lifetime, _)| *lifetime)
    }

    /// The note on an element's deprecation.
    pub fn note(&self, element: ElementId) -> &str {
        self.notes.get(&element).map_or("", String::as_str)
    }

    /// Every element, with its lifetime and the index of its library.
    pub fn elements(&self) -> impl Iterator<Item = (ElementId, Lifetime, usize)> {
        self.lifetimes.iter().map(|(element, (lifetime, library))| (*element, *lifetime, *library))
    }

    /// The versions of a platform at which something changes: between two of them all is the same.
    pub fn cuts(&self, platform: &str) -> BTreeSet<Version> {
        self.cuts.get(platform).cloned().unwrap_or_default()
    }

    fn library(&mut self, library: &Library, sink: &mut Sink) {
        let attributes = library.files.iter().flat_map(|file| &file.attributes);
        let attribute = attributes.clone().find(|a| a.name.text == "available");
        let mut lifetime = Lifetime::UNVERSIONED;
        let mut platform = UNVERSIONED.to_owned();
        let mut note = None;
        if let Some(attribute) = attribute {
            let available = Available::read(&attribute.arguments, Kind::Library, sink);
            available.check(attribute, Kind::Library, &library.name, sink);
            lifetime = available.lifetime(attribute.span, None, sink);
            let first = library.name.split('.').next().unwrap_or_default().to_owned();
            platform = available.platform.map_or(first, |(platform, _)| platform);
            note = available.note.map(|(note, _)| note);
        }
        self.platforms.push(platform.clone());
        let mut walk = Walk { timeline: self, versioned: attribute.is_some(), platform, sink };
        let library_context = Context { lifetime, note };
        let mut siblings = Vec::new();
        for file in &library.files {
            walk.record(file.id, &library_context);
            for decl in &file.declarations {
                siblings.push(walk.declaration(decl, &library_context));
            }
        }
        check_successors(&siblings, walk.sink);
    }
}

/// What an element hands down to those inside it.
#[derive(Clone, Debug)]
struct Context {
    lifetime: Lifetime,
    note: Option<String>,
}

struct Walk<'w> {
    timeline: &'w mut Timeline,
    versioned: bool,
    platform: String,
    sink: &'w mut Sink,
}

impl Walk<'_> {
    fn record(&mut self, element: ElementId, context: &Context) {
        let library = self.timeline.platforms.len().saturating_sub(1);
        self.timeline.lifetimes.insert(element, (context.lifetime, library));
        if let Some(note) = &context.note {
            self.timeline.notes.insert(element, note.clone());
        }
        let cuts = self.timeline.cuts.entry(self.platform.clone()).or_default();
        cuts.extend(context.lifetime.cuts());
    }

    /// Reads the `@available` of an element inside `parent`.
    fn element(
        &mut self,
        element: ElementId,
        attributes: &[Attribute],
        (kind, name): (Kind, &str),
        parent: &Context,
    ) -> (Context, Available) {
        let mut context = parent.clone();
        let mut available = Available::default();
        if let Some(attribute) = attributes.iter().find(|a| a.name.text == "available") {
            if !self.versioned {
                let message = "the library of this element has no versions";
                self.sink.report(
                    Diagnostic::new(Rule::LibraryNotVersioned, attribute.span, message)
                        .help("write `@available(added=...)` before `library`"),
                );
            }
            available = Available::read(&attribute.arguments, kind, self.sink);
            available.check(attribute, kind, name, self.sink);
            if self.versioned {
                let parent = Some(parent.lifetime);
                context.lifetime = available.lifetime(attribute.span, parent, self.sink);
            }
            if let Some((note, _)) = &available.note {
                context.note = Some(note.clone());
            }
        }
        self.record(element, &context);
        (context, available)
    }

    fn declaration<'s>(&mut self, decl: &'s Decl, library: &Context) -> Sibling<'s> {
        let of = (Kind::Declaration, decl.name.text.as_str());
        let (context, available) = self.element(decl.id, &decl.attributes, of, library);
        match &decl.kind {
            DeclKind::Const { ty, .. } | DeclKind::Alias(ty) | DeclKind::Type(ty) => {
                self.types(ty, &context);
            }
            DeclKind::Protocol(protocol) => self.protocol(protocol, &context),
            DeclKind::Service(fields) => self.fields(fields, &context),
            DeclKind::Resource { properties, .. } => self.fields(properties, &context),
        }
        Sibling { name: &decl.name, identity: None, available, lifetime: context.lifetime }
    }

    fn types(&mut self, ty: &TypeExpr, context: &Context) {
        if let TypeHead::Layout(layout) = &ty.head {
            self.layout(layout, context);
        }
        for param in &ty.params {
            if let Param::Type(ty) = param {
                self.types(ty, context);
            }
        }
    }

    fn layout(&mut self, layout: &Layout, context: &Context) {
        self.record(layout.id, context);
        self.modifiers(&layout.modifiers, context);
        match &layout.body {
            LayoutBody::Struct(fields) => self.fields(fields, context),
            LayoutBody::Table(fields) | LayoutBody::Union(fields) => {
                self.ordinal_fields(fields, context);
            }
            LayoutBody::Enum(body) | LayoutBody::Bits(body) => {
                let mut siblings = Vec::new();
                for member in &body.members {
                    let of = (Kind::Member, member.name.text.as_str());
                    let (own, available) = self.element(member.id, &member.attributes, of, context);
                    let lifetime = own.lifetime;
                    let identity = None;
                    siblings.push(Sibling { name: &member.name, identity, available, lifetime });
                }
                check_successors(&siblings, self.sink);
            }
        }
    }

    fn fields(&mut self, fields: &[Field], context: &Context) {
        let mut siblings = Vec::new();
        for field in fields {
            let of = (Kind::Member, field.name.text.as_str());
            let (own, available) = self.element(field.id, &field.attributes, of, context);
            self.types(&field.ty, &own);
            let lifetime = own.lifetime;
            siblings.push(Sibling { name: &field.name, identity: None, available, lifetime });
        }
        check_successors(&siblings, self.sink);
    }

    fn ordinal_fields(&mut self, fields: &[OrdinalField], context: &Context) {
        let mut siblings = Vec::new();
        for field in fields {
            let of = (Kind::Member, field.name.text.as_str());
            let (own, available) = self.element(field.id, &field.attributes, of, context);
            self.types(&field.ty, &own);
            let lifetime = own.lifetime;
            let identity = Some(format!("ordinal {}", field.ordinal));
            siblings.push(Sibling { name: &field.name, identity, available, lifetime });
        }
        check_successors(&siblings, self.sink);
    }

    fn modifiers(&mut self, list: &[crate::ast::Modifier], context: &Context) {
        for modifier in list {
            let available = Available::read(&modifier.available, Kind::Modifier, self.sink);
            let parent = Some(context.lifetime);
            let mut own = context.clone();
            if !modifier.available.is_empty() {
                own.lifetime = available.lifetime(modifier.span, parent, self.sink);
            }
            self.record(modifier.id, &own);
        }
        modifiers::check(list, self.timeline, self.sink);
    }

    fn protocol(&mut self, protocol: &Protocol, context: &Context) {
        self.modifiers(&protocol.modifiers, context);
        for compose in &protocol.composes {
            let name = compose.protocol.text();
            self.element(compose.id, &compose.attributes, (Kind::Member, &name), context);
        }
        let mut siblings = Vec::new();
        for method in &protocol.methods {
            let of = (Kind::Member, method.name.text.as_str());
            let (own, available) = self.element(method.id, &method.attributes, of, context);
            self.method(method, &own);
            let identity = Some(modifiers::method_identity(method));
            let lifetime = own.lifetime;
            siblings.push(Sibling { name: &method.name, identity, available, lifetime });
        }
        check_successors(&siblings, self.sink);
    }

    fn method(&mut self, method: &Method, context: &Context) {
        self.modifiers(&method.modifiers, context);
        modifiers::check_two_way(method, self.sink);
        let types = match &method.shape {
            MethodShape::OneWay { request: payload } | MethodShape::Event { payload } => {
                [payload.as_ref(), None, None]
            }
            MethodShape::TwoWay { request, response, error } => {
                [request.as_ref(), response.as_ref(), error.as_ref()]
            }
        };
        for ty in types.into_iter().flatten() {
            self.types(ty, context);
        }
    }
}

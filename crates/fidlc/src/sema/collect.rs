//! Lists the declarations of all libraries: named ones, anonymous layouts under their generated
//! names, and what the compiler adds for wrapped responses (`fidl-language.md` section 8).

use std::collections::HashMap;

use super::model::{DeclId, DeclInfo, Library, Syntax};
use super::names::{camel, is_identifier};
use crate::ast::{
    Attribute, Decl, DeclKind, ExprKind, Layout, LayoutBody, Method, MethodShape, Param, TypeExpr,
    TypeHead,
};
use crate::ir::Strictness;
use crate::source::{ElementId, Span};

/// Every declaration of a slice and the ways to find them.
#[derive(Debug, Default)]
pub(crate) struct Declarations<'a> {
    pub list: Vec<DeclInfo<'a>>,
    /// For each library its declarations that source code can refer to; the first of a name.
    pub named: Vec<HashMap<&'a str, DeclId>>,
    /// By the id of the layout's syntax, named and anonymous ones.
    pub layouts: HashMap<ElementId, DeclId>,
    /// By method.
    pub results: HashMap<ElementId, DeclId>,
    /// By method.
    pub empty_successes: HashMap<ElementId, DeclId>,
}

impl<'a> Declarations<'a> {
    /// Collects from libraries, which are in the order of their indices.
    pub fn collect(libraries: &'a [Library]) -> Self {
        let mut all = Declarations::default();
        for (library, syntax) in libraries.iter().enumerate() {
            all.named.push(HashMap::new());
            for file in &syntax.files {
                for decl in &file.declarations {
                    all.declaration(library, decl);
                }
            }
        }
        all
    }

    /// Ids of all declarations.
    pub fn ids(&self) -> impl Iterator<Item = DeclId> + use<> {
        (0..self.list.len()).map(DeclId)
    }

    fn add(&mut self, info: DeclInfo<'a>) -> DeclId {
        let id = DeclId(self.list.len());
        self.list.push(info);
        id
    }

    fn declaration(&mut self, library: usize, decl: &'a Decl) {
        let syntax = Syntax::of(decl);
        let id = self.add(DeclInfo {
            library,
            name: decl.name.text.clone(),
            span: decl.name.span,
            element: decl.id,
            context: vec![decl.name.text.clone()],
            attributes: &decl.attributes,
            syntax,
        });
        if let Some(named) = self.named.get_mut(library) {
            named.entry(&decl.name.text).or_insert(id);
        }
        let place =
            Place { library, name: decl.name.text.clone(), context: vec![decl.name.text.clone()] };
        match &decl.kind {
            DeclKind::Const { ty, .. } | DeclKind::Alias(ty) => self.types(&place, ty),
            DeclKind::Type(_) => {
                if let Syntax::Layout(layout) = syntax {
                    self.layouts.insert(layout.id, id);
                    self.members(&place, layout);
                }
            }
            DeclKind::Protocol(protocol) => {
                for method in &protocol.methods {
                    self.method(&place, method);
                }
            }
            DeclKind::Service(fields) => {
                for field in fields {
                    self.types(&place.member(&field.name.text), &field.ty);
                }
            }
            DeclKind::Resource { base, properties } => {
                self.types(&place, base);
                for field in properties {
                    self.types(&place.member(&field.name.text), &field.ty);
                }
            }
        }
    }

    /// Finds the layouts written inside a type.
    fn types(&mut self, place: &Place, ty: &'a TypeExpr) {
        if let TypeHead::Layout(layout) = &ty.head {
            let name = generated_name(&layout.attributes).unwrap_or(&place.name);
            let id = self.add(DeclInfo {
                library: place.library,
                name: name.to_owned(),
                span: layout.keyword,
                element: layout.id,
                context: place.context.clone(),
                attributes: &layout.attributes,
                syntax: Syntax::Layout(layout),
            });
            self.layouts.insert(layout.id, id);
            self.members(place, layout);
        }
        for param in &ty.params {
            if let Param::Type(ty) = param {
                self.types(place, ty);
            }
        }
    }

    fn members(&mut self, place: &Place, layout: &'a Layout) {
        match &layout.body {
            LayoutBody::Struct(members) => {
                for member in members {
                    self.types(&place.member(&member.name.text), &member.ty);
                }
            }
            LayoutBody::Table(members) | LayoutBody::Union(members) => {
                for member in members {
                    self.types(&place.member(&member.name.text), &member.ty);
                }
            }
            LayoutBody::Enum(_) | LayoutBody::Bits(_) => {}
        }
    }

    fn method(&mut self, protocol: &Place, method: &'a Method) {
        let place = MethodPlace { protocol, method: &method.name.text };
        let request_place = place.message("Request");
        match &method.shape {
            MethodShape::OneWay { request: payload } | MethodShape::Event { payload } => {
                if let Some(payload) = payload {
                    self.types(&request_place, payload);
                }
            }
            MethodShape::TwoWay { request, response, error } => {
                if let Some(request) = request {
                    self.types(&request_place, request);
                }
                if error.is_some() || method.strictness() == Strictness::Flexible {
                    self.result(&place, method, response.as_ref());
                } else if let Some(response) = response {
                    self.types(&place.message("Response"), response);
                }
                if let Some(error) = error {
                    self.types(&place.raw("Error", &["Response", "err"]), error);
                }
            }
        }
    }

    fn result(
        &mut self,
        place: &MethodPlace<'_>,
        method: &'a Method,
        response: Option<&'a TypeExpr>,
    ) {
        let success = place.raw("Response", &["Response", "response"]);
        match response {
            Some(response) => self.types(&success, response),
            None => {
                let id = self.generated(success, method, Syntax::EmptySuccess);
                self.empty_successes.insert(method.id, id);
            }
        }
        let result = place.raw("Result", &["Response"]);
        let id = self.generated(result, method, Syntax::Result(method));
        self.results.insert(method.id, id);
    }

    fn generated(&mut self, place: Place, method: &Method, syntax: Syntax<'a>) -> DeclId {
        self.add(DeclInfo {
            library: place.library,
            name: place.name,
            span: method.name.span,
            element: method.id,
            context: place.context,
            attributes: &[],
            syntax,
        })
    }

    /// A declaration with a generated name, for telling that it cannot be referred to.
    pub fn generated_named(&self, library: usize, name: &str) -> Option<Span> {
        let found = self.list.iter().find(|info| info.library == library && info.name == name);
        found.map(|info| info.span)
    }
}

/// Where a layout may be written, and the name it would get there.
struct Place {
    library: usize,
    name: String,
    context: Vec<String>,
}

impl Place {
    fn member(&self, name: &str) -> Place {
        let mut context = self.context.clone();
        context.push(name.to_owned());
        Place { library: self.library, name: camel(name), context }
    }
}

struct MethodPlace<'p> {
    protocol: &'p Place,
    method: &'p str,
}

impl MethodPlace<'_> {
    /// A payload that is a message body by itself.
    fn message(&self, suffix: &str) -> Place {
        let name = format!("{}{}{suffix}", camel(&self.protocol.name), camel(self.method));
        self.place(name, &[suffix])
    }

    /// A part of a result union; these keep the raw spelling.
    fn raw(&self, suffix: &str, path: &[&str]) -> Place {
        self.place(format!("{}_{}_{suffix}", self.protocol.name, self.method), path)
    }

    fn place(&self, name: String, path: &[&str]) -> Place {
        let mut context = vec![self.protocol.name.clone(), self.method.to_owned()];
        context.extend(path.iter().map(|part| (*part).to_owned()));
        Place { library: self.protocol.library, name, context }
    }
}

/// The argument of `@generated_name`, if it is usable; faults in it are found with the attributes.
fn generated_name(attributes: &[Attribute]) -> Option<&str> {
    let attribute = attributes.iter().find(|a| a.name.text == "generated_name")?;
    match &attribute.arguments.first()?.value.kind {
        ExprKind::String(name) if is_identifier(name) => Some(name),
        _ => None,
    }
}

//! Protocols and their members.

use super::cursor::{Cursor, Parsed};
use crate::ast::{
    Attribute, Compose, Method, MethodShape, Modifier, ModifierKind, Protocol, TypeExpr,
};
use crate::diagnostics::{Diagnostic, Rule};
use crate::lexer::{Symbol, TokenKind};

enum Member {
    Compose(Compose),
    Method(Box<Method>),
}

impl Cursor<'_> {
    /// What follows the name of a protocol.
    pub fn protocol(&mut self, modifiers: Vec<Modifier>) -> Parsed<Protocol> {
        self.check_modifiers(&modifiers, "protocol", |kind| {
            matches!(kind, ModifierKind::Openness(_))
        });
        let mut protocol = Protocol { modifiers, composes: Vec::new(), methods: Vec::new() };
        for member in self.body(Self::protocol_member)? {
            match member {
                Member::Compose(compose) => protocol.composes.push(compose),
                Member::Method(method) => protocol.methods.push(*method),
            }
        }
        Some(protocol)
    }

    fn protocol_member(&mut self) -> Parsed<Member> {
        let attributes = self.attributes()?;
        self.refuse_reserved()?;
        if self.is_keyword(0, "compose") && self.ident_text(1).is_some() {
            let id = self.new_id();
            self.bump();
            let protocol = self.dotted()?;
            return Some(Member::Compose(Compose { id, attributes, protocol }));
        }
        let modifiers = self.modifiers()?;
        self.check_modifiers(&modifiers, "method", |kind| {
            matches!(kind, ModifierKind::Strictness(_))
        });
        if self.eat(Symbol::Arrow) {
            return self.event(attributes, modifiers).map(Box::new).map(Member::Method);
        }
        if self.ident_text(0).is_none() || !self.is_symbol(1, Symbol::LeftParen) {
            if self.ident_text(0).is_some() {
                self.bump();
            }
            let message =
                format!("expected a method, an event or `compose`, found {}", self.describe());
            return self.fail(Rule::UnknownProtocolMember, message);
        }
        self.method(attributes, modifiers).map(Box::new).map(Member::Method)
    }

    fn event(&mut self, attributes: Vec<Attribute>, modifiers: Vec<Modifier>) -> Parsed<Method> {
        let id = self.new_id();
        let name = self.ident("the name of an event")?;
        let payload = self.payload()?;
        Some(Method { id, attributes, modifiers, name, shape: MethodShape::Event { payload } })
    }

    fn method(&mut self, attributes: Vec<Attribute>, modifiers: Vec<Modifier>) -> Parsed<Method> {
        let id = self.new_id();
        let name = self.ident("the name of a method")?;
        let request = self.payload()?;
        let mut shape = MethodShape::OneWay { request };
        if self.eat(Symbol::Arrow) {
            let MethodShape::OneWay { request } = shape else { return None };
            let response = self.payload()?;
            let mut error = None;
            if self.eat_keyword("error") {
                error = Some(self.type_expr()?);
            }
            shape = MethodShape::TwoWay { request, response, error };
        }
        Some(Method { id, attributes, modifiers, name, shape })
    }

    fn payload(&mut self) -> Parsed<Option<TypeExpr>> {
        if matches!(self.kind(0), TokenKind::Doc(_)) {
            self.refuse_doc();
        }
        self.expect(Symbol::LeftParen)?;
        if matches!(self.kind(0), TokenKind::Doc(_)) {
            self.refuse_doc();
        }
        if self.eat(Symbol::RightParen) {
            return Some(None);
        }
        let payload = self.type_expr()?;
        self.expect(Symbol::RightParen)?;
        Some(Some(payload))
    }

    fn refuse_doc(&mut self) {
        let message = "a list of parameters cannot have a doc comment";
        let diagnostic = Diagnostic::new(Rule::DocCommentOnParameters, self.span(), message)
            .help("move it to the method or to a member of the payload");
        self.report(diagnostic);
        self.bump();
    }
}

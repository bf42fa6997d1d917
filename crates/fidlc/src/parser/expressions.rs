//! Attributes, their arguments, and constant expressions.

use super::cursor::{Cursor, Parsed};
use crate::ast::{Argument, Attribute, Dotted, Expr, ExprKind, Ident};
use crate::diagnostics::{Diagnostic, Rule};
use crate::lexer::{Symbol, TokenKind};

impl Cursor<'_> {
    /// `Attr*`, doc comments included.
    pub fn attributes(&mut self) -> Parsed<Vec<Attribute>> {
        let mut attributes = Vec::new();
        loop {
            if let TokenKind::Doc(lines) = self.kind(0) {
                let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
                attributes.push(self.doc_attribute(text));
                self.bump();
            } else if self.is_symbol(0, Symbol::At) {
                attributes.push(self.attribute()?);
            } else {
                return Some(attributes);
            }
        }
    }

    fn doc_attribute(&self, text: String) -> Attribute {
        let span = self.span();
        let value = Expr { kind: ExprKind::String(text), span };
        let name = Ident { text: "doc".to_owned(), span };
        Attribute { name, arguments: vec![Argument { name: None, value, span }], span }
    }

    fn attribute(&mut self) -> Parsed<Attribute> {
        let start = self.span();
        self.expect(Symbol::At)?;
        let name = self.ident("the name of an attribute")?;
        let mut arguments = Vec::new();
        if self.is_symbol(0, Symbol::LeftParen) {
            arguments = self.arguments()?;
            let span = start.to(self.last_span());
            if arguments.is_empty() {
                let message = format!("`@{}` has empty parentheses", name.text);
                self.report(
                    Diagnostic::new(Rule::EmptyAttributeParentheses, span, message)
                        .help("leave out the `()`"),
                );
            }
            let unnamed = arguments.iter().find(|argument| argument.name.is_none());
            if let (true, Some(unnamed)) = (arguments.len() > 1, unnamed) {
                let message = "when an attribute has several arguments, all have to be named";
                let diagnostic =
                    Diagnostic::new(Rule::UnnamedAttributeArguments, unnamed.span, message);
                self.report(diagnostic.help("write `name=value`"));
            }
        }
        Some(Attribute { name, arguments, span: start.to(self.last_span()) })
    }

    /// Arguments in parentheses; an empty list is accepted.
    pub fn arguments(&mut self) -> Parsed<Vec<Argument>> {
        self.expect(Symbol::LeftParen)?;
        let mut arguments = Vec::new();
        if self.eat(Symbol::RightParen) {
            return Some(arguments);
        }
        loop {
            arguments.push(self.argument()?);
            if !self.eat(Symbol::Comma) {
                break;
            }
        }
        self.expect(Symbol::RightParen)?;
        Some(arguments)
    }

    fn argument(&mut self) -> Parsed<Argument> {
        let start = self.span();
        let mut name = None;
        if self.ident_text(0).is_some() && self.is_symbol(1, Symbol::Equals) {
            name = Some(self.ident("the name of an argument")?);
            self.expect(Symbol::Equals)?;
        }
        let value = self.expression()?;
        Some(Argument { name, value, span: start.to(self.last_span()) })
    }

    pub fn expression(&mut self) -> Parsed<Expr> {
        let first = self.atom()?;
        if !self.is_symbol(0, Symbol::Pipe) {
            return Some(first);
        }
        let start = first.span;
        let mut operands = vec![first];
        while self.eat(Symbol::Pipe) {
            operands.push(self.atom()?);
        }
        Some(Expr { kind: ExprKind::Or(operands), span: start.to(self.last_span()) })
    }

    fn atom(&mut self) -> Parsed<Expr> {
        let span = self.span();
        let kind = match self.kind(0) {
            TokenKind::Number(text) => ExprKind::Number(text.clone()),
            TokenKind::String(text) => ExprKind::String(text.clone()),
            TokenKind::Ident(text) if text == "true" || text == "false" => {
                ExprKind::Bool(text == "true")
            }
            TokenKind::Ident(_) => {
                let path = self.dotted()?;
                return Some(Expr { span: path.span, kind: ExprKind::Path(path) });
            }
            _ => {
                let message = format!("expected a value, found {}", self.describe());
                return self.fail(Rule::UnexpectedToken, message);
            }
        };
        self.bump();
        Some(Expr { kind, span })
    }

    pub fn dotted(&mut self) -> Parsed<Dotted> {
        let mut parts = vec![self.ident("a name")?];
        let start = self.last_span();
        while self.eat(Symbol::Dot) {
            parts.push(self.ident("a name after the dot")?);
        }
        Some(Dotted { parts, span: start.to(self.last_span()) })
    }
}

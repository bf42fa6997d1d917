//! Types and layouts.

use super::cursor::{Cursor, Parsed};
use crate::ast::{
    Attribute, Field, Layout, LayoutBody, Modifier, ModifierKind, OrdinalField, Param, TypeExpr,
    TypeHead, ValueBody, ValueField,
};
use crate::diagnostics::{Diagnostic, Rule};
use crate::ir::{Openness, Strictness};
use crate::lexer::{Symbol, TokenKind};

impl Cursor<'_> {
    pub fn type_expr(&mut self) -> Parsed<TypeExpr> {
        self.nested(Self::type_at_depth)
    }

    fn type_at_depth(&mut self) -> Parsed<TypeExpr> {
        let start = self.span();
        let attributes = self.attributes()?;
        let modifiers = self.modifiers()?;
        let head = if self.at_layout() {
            TypeHead::Layout(Box::new(self.layout(attributes, modifiers)?))
        } else {
            self.no_layout(&attributes, &modifiers)?;
            TypeHead::Path(self.dotted()?)
        };
        let params = self.params()?;
        let constraints = self.constraints()?;
        Some(TypeExpr { head, params, constraints, span: start.to(self.last_span()) })
    }

    /// Refuses what may only stand before a layout, and what looks like a layout but is none.
    fn no_layout(&mut self, attributes: &[Attribute], modifiers: &[Modifier]) -> Parsed<()> {
        if let Some(attribute) = attributes.first() {
            let message = "an attribute cannot be placed on a reference to a type";
            self.report(
                Diagnostic::new(Rule::AttributeOnTypeReference, attribute.span, message)
                    .help("place it before the member"),
            );
        }
        let layout_follows = self.ident_text(0).is_some() && self.is_symbol(1, Symbol::LeftBrace);
        if layout_follows || !modifiers.is_empty() {
            let message = format!(
                "expected `bits`, `enum`, `struct`, `table` or `union`, found {}",
                self.describe()
            );
            return self.fail(Rule::UnknownLayout, message);
        }
        Some(())
    }

    /// Whether the keyword of a layout is next, and not a type that has the name of one.
    fn at_layout(&self) -> bool {
        let opens = |ahead| {
            self.is_symbol(ahead, Symbol::LeftBrace) || self.is_symbol(ahead, Symbol::Colon)
        };
        match self.ident_text(0) {
            Some("struct" | "table" | "union" | "enum" | "bits") => opens(1),
            _ => false,
        }
    }

    /// Modifiers in front of a layout, protocol or method.
    pub fn modifiers(&mut self) -> Parsed<Vec<Modifier>> {
        let mut modifiers = Vec::new();
        while let Some(kind) = self.modifier_kind() {
            let span = self.span();
            let id = self.new_id();
            self.bump();
            let mut available = Vec::new();
            if self.is_symbol(0, Symbol::LeftParen) {
                available = self.arguments()?;
            }
            modifiers.push(Modifier { id, kind, available, span: span.to(self.last_span()) });
        }
        Some(modifiers)
    }

    /// Reads a modifier's word as one only if it modifies something: the words are names elsewhere.
    fn modifier_kind(&self) -> Option<ModifierKind> {
        let kind = match self.ident_text(0)? {
            "strict" => ModifierKind::Strictness(Strictness::Strict),
            "flexible" => ModifierKind::Strictness(Strictness::Flexible),
            "open" => ModifierKind::Openness(Openness::Open),
            "ajar" => ModifierKind::Openness(Openness::Ajar),
            "closed" => ModifierKind::Openness(Openness::Closed),
            "resource" => ModifierKind::Resource,
            _ => return None,
        };
        let modifies = match self.kind(1) {
            TokenKind::Ident(_) | TokenKind::Symbol(Symbol::Arrow) => true,
            TokenKind::Symbol(Symbol::LeftParen) => {
                self.ident_text(2).is_some() && self.is_symbol(3, Symbol::Equals)
            }
            _ => false,
        };
        modifies.then_some(kind)
    }

    fn params(&mut self) -> Parsed<Vec<Param>> {
        let mut params = Vec::new();
        if self.eat(Symbol::LeftAngle) {
            loop {
                params.push(self.param()?);
                if !self.eat(Symbol::Comma) {
                    break;
                }
            }
            self.expect(Symbol::RightAngle)?;
        }
        Some(params)
    }

    fn param(&mut self) -> Parsed<Param> {
        match self.kind(0) {
            TokenKind::Number(_) | TokenKind::String(_) => self.expression().map(Param::Value),
            TokenKind::Ident(text) if text == "true" || text == "false" => {
                self.expression().map(Param::Value)
            }
            _ => self.type_expr().map(Param::Type),
        }
    }

    fn constraints(&mut self) -> Parsed<Vec<crate::ast::Expr>> {
        let mut constraints = Vec::new();
        if !self.eat(Symbol::Colon) {
            return Some(constraints);
        }
        if self.eat(Symbol::LeftAngle) {
            loop {
                constraints.push(self.expression()?);
                if !self.eat(Symbol::Comma) {
                    break;
                }
            }
            self.expect(Symbol::RightAngle)?;
        } else {
            constraints.push(self.expression()?);
        }
        if self.is_symbol(0, Symbol::Colon) {
            let span = self.span();
            self.report(
                Diagnostic::new(Rule::TwoConstraintLists, span, "a second list of constraints")
                    .help("write all constraints in one list: `:<a, b>`"),
            );
            return None;
        }
        Some(constraints)
    }

    fn layout(&mut self, attributes: Vec<Attribute>, modifiers: Vec<Modifier>) -> Parsed<Layout> {
        let id = self.new_id();
        let keyword = self.span();
        let word = self.ident("a layout")?.text;
        let subtype = self.subtype(&word)?;
        let body = match word.as_str() {
            "struct" => LayoutBody::Struct(self.body(Self::struct_member)?),
            "table" => LayoutBody::Table(self.body(Self::ordinal_member)?),
            "union" => LayoutBody::Union(self.body(Self::ordinal_member)?),
            "enum" => {
                LayoutBody::Enum(ValueBody { subtype, members: self.body(Self::value_member)? })
            }
            _ => LayoutBody::Bits(ValueBody { subtype, members: self.body(Self::value_member)? }),
        };
        self.check_modifiers(&modifiers, body.keyword(), |kind| match kind {
            ModifierKind::Openness(_) => false,
            ModifierKind::Strictness(_) => {
                !matches!(body, LayoutBody::Struct(_) | LayoutBody::Table(_))
            }
            ModifierKind::Resource => !matches!(body, LayoutBody::Enum(_) | LayoutBody::Bits(_)),
        });
        Some(Layout { id, attributes, modifiers, body, keyword })
    }

    /// Reports modifiers that do not go with `what`.
    pub fn check_modifiers(
        &mut self,
        modifiers: &[Modifier],
        what: &str,
        applies: impl Fn(ModifierKind) -> bool,
    ) {
        for modifier in modifiers.iter().filter(|modifier| !applies(modifier.kind)) {
            let message = format!("this modifier does not apply to `{what}`");
            self.report(Diagnostic::new(Rule::InapplicableModifier, modifier.span, message));
        }
    }

    fn subtype(&mut self, layout: &str) -> Parsed<Option<TypeExpr>> {
        let colon = self.span();
        if !self.eat(Symbol::Colon) {
            return Some(None);
        }
        let subtype = self.plain_type()?;
        if !matches!(layout, "enum" | "bits") {
            let message = format!("a {layout} has no underlying type");
            let diagnostic =
                Diagnostic::new(Rule::InapplicableSubtype, colon.to(subtype.span), message);
            self.report(diagnostic);
            return Some(None);
        }
        if !self.is_symbol(0, Symbol::LeftBrace) {
            let message = format!("the underlying type of {layout} has to be a plain name");
            return self.fail(Rule::BadSubtypeSyntax, message);
        }
        Some(Some(subtype))
    }

    /// A name that a body follows, so that it cannot be an inline layout.
    pub fn plain_type(&mut self) -> Parsed<TypeExpr> {
        let path = self.dotted()?;
        let span = path.span;
        let head = TypeHead::Path(path);
        Some(TypeExpr { head, params: Vec::new(), constraints: Vec::new(), span })
    }

    fn struct_member(&mut self) -> Parsed<Field> {
        let mut field = self.field()?;
        if self.eat(Symbol::Equals) {
            field.default = Some(self.expression()?);
        }
        Some(field)
    }

    /// `Attrs Ident Type`, as in structs and services.
    pub fn field(&mut self) -> Parsed<Field> {
        let id = self.new_id();
        let attributes = self.attributes()?;
        let name = self.ident("the name of a member")?;
        let ty = self.type_expr()?;
        Some(Field { id, attributes, name, ty, default: None })
    }

    fn ordinal_member(&mut self) -> Parsed<OrdinalField> {
        let id = self.new_id();
        let attributes = self.attributes()?;
        let TokenKind::Number(text) = self.kind(0) else {
            let message = format!("expected the ordinal of a member, found {}", self.describe());
            let diagnostic = Diagnostic::new(Rule::MissingOrdinal, self.span(), message);
            self.report(diagnostic.help("write `1: name type;`"));
            return None;
        };
        let (parsed, ordinal_span) = (ordinal(text), self.span());
        self.bump();
        let Some(ordinal) = parsed else {
            let message = "an ordinal is a number of at most 32 bits";
            self.report(Diagnostic::new(Rule::OrdinalOutOfRange, ordinal_span, message));
            return None;
        };
        if ordinal == 0 {
            let message = "ordinals start at 1";
            self.report(Diagnostic::new(Rule::OrdinalZero, ordinal_span, message));
        }
        self.expect(Symbol::Colon)?;
        self.refuse_reserved()?;
        let name = self.ident("the name of a member")?;
        let ty = self.type_expr()?;
        Some(OrdinalField { id, attributes, ordinal, ordinal_span, name, ty })
    }

    /// `reserved ;`, which once held the place of a removed member.
    pub fn refuse_reserved(&mut self) -> Parsed<()> {
        if self.is_keyword(0, "reserved") && self.is_symbol(1, Symbol::Semicolon) {
            let diagnostic = Diagnostic::new(
                Rule::ReservedMember,
                self.span(),
                "reserved members no longer exist",
            );
            self.report(diagnostic.help("leave the ordinal out"));
            self.bump();
            return None;
        }
        Some(())
    }

    fn value_member(&mut self) -> Parsed<ValueField> {
        let id = self.new_id();
        let attributes = self.attributes()?;
        let name = self.ident("the name of a member")?;
        self.expect(Symbol::Equals)?;
        let value = self.expression()?;
        Some(ValueField { id, attributes, name, value })
    }
}

fn ordinal(text: &str) -> Option<u32> {
    let (digits, radix) = match (text.strip_prefix("0x"), text.strip_prefix("0b")) {
        (Some(hex), _) => (hex, 16),
        (_, Some(binary)) => (binary, 2),
        _ => (text, 10),
    };
    u32::from_str_radix(digits, radix).ok()
}

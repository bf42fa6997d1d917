//! Tokens to a syntax tree, by recursive descent. A fault costs one member or declaration, so that
//! a run finds many.

mod cursor;
mod expressions;
mod protocols;
mod types;

use crate::ast::{Attribute, Decl, DeclKind, File, Import, Modifier, TypeExpr, TypeHead};
use crate::diagnostics::{Diagnostic, Rule, Sink};
use crate::lexer::{Symbol, Token};
use cursor::{Cursor, Parsed};

/// Parses one file. `None` if not even its `library` line can be read; faults are in the sink.
/// `next_id` numbers the elements of all files.
pub(crate) fn parse(tokens: Vec<Token>, next_id: &mut usize, sink: &mut Sink) -> Option<File> {
    Cursor::new(tokens, next_id, sink).file()
}

impl Cursor<'_> {
    fn file(&mut self) -> Parsed<File> {
        let id = self.new_id();
        let attributes = self.attributes()?;
        self.expect_keyword("library")?;
        let library = self.dotted()?;
        for part in &library.parts {
            let lower = part.text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            if !lower {
                let message = format!("`{}` is not a component of a library name", part.text);
                let diagnostic = Diagnostic::new(Rule::MalformedLibraryName, part.span, message)
                    .help("use lower-case letters and digits, a letter first");
                self.report(diagnostic);
            }
        }
        if self.expect(Symbol::Semicolon).is_none() {
            self.resync();
        }
        let mut file = File {
            id,
            attributes,
            library,
            imports: Vec::new(),
            declarations: Vec::new(),
            complete: false,
        };
        loop {
            self.dangling_docs();
            if self.at_end() {
                file.complete = !self.lost;
                return Some(file);
            }
            if self.item(&mut file).is_none() || self.expect(Symbol::Semicolon).is_none() {
                self.resync();
                // A brace too many, or the body of a declaration that could not be understood.
                if self.eat(Symbol::RightBrace) {
                    self.eat(Symbol::Semicolon);
                }
            }
        }
    }

    fn item(&mut self, file: &mut File) -> Parsed<()> {
        let start = self.span();
        let attributes = self.attributes()?;
        if !self.is_keyword(0, "using") {
            let decl = self.declaration(attributes)?;
            file.declarations.push(decl);
            return Some(());
        }
        if let Some(attribute) = attributes.first() {
            let message = "an import cannot have attributes or doc comments";
            self.report(Diagnostic::new(Rule::AttributeOnUsing, attribute.span, message));
        }
        self.bump();
        let library = self.dotted()?;
        let mut alias = None;
        if self.eat_keyword("as") {
            alias = Some(self.ident("the alias of a library")?);
        }
        if !file.declarations.is_empty() {
            let span = start.to(self.last_span());
            let message = "imports have to stand before all declarations";
            self.report(Diagnostic::new(Rule::LateUsing, span, message));
        }
        file.imports.push(Import { library, alias });
        Some(())
    }

    fn declaration(&mut self, attributes: Vec<Attribute>) -> Parsed<Decl> {
        let id = self.new_id();
        let modifiers = self.modifiers()?;
        let keyword = self.ident_text(0).unwrap_or_default().to_owned();
        let known = ["const", "alias", "type", "protocol", "service", "resource_definition"];
        if !known.contains(&keyword.as_str()) || self.ident_text(1).is_none() {
            return self.unknown_declaration(&keyword);
        }
        self.bump();
        let name = self.ident("a name")?;
        if keyword != "protocol" {
            self.check_modifiers(&modifiers, &keyword, |_| false);
        }
        let kind = self.declaration_body(&keyword, modifiers)?;
        Some(Decl { id, attributes, name, kind })
    }

    fn unknown_declaration(&mut self, keyword: &str) -> Parsed<Decl> {
        if matches!(keyword, "const" | "alias" | "type" | "protocol" | "service") {
            self.bump();
            let message = format!("expected the name of the {keyword}, found {}", self.describe());
            return self.fail(Rule::UnexpectedTokenKind, message);
        }
        let message = format!("expected a declaration, found {}", self.describe());
        let mut diagnostic = Diagnostic::new(Rule::UnknownDeclaration, self.span(), message);
        let old = ["struct", "table", "union", "enum", "bits"];
        if let (true, Some(name)) = (old.contains(&keyword), self.ident_text(1)) {
            diagnostic = diagnostic.help(format!("write `type {name} = {keyword} {{ ... }};`"));
        } else {
            diagnostic = diagnostic.help(
                "declarations start with `const`, `type`, `alias`, `protocol`, `service` or \
                 `resource_definition`",
            );
        }
        self.report(diagnostic);
        None
    }

    fn declaration_body(&mut self, keyword: &str, modifiers: Vec<Modifier>) -> Parsed<DeclKind> {
        Some(match keyword {
            "const" => {
                let ty = self.type_expr()?;
                self.expect(Symbol::Equals)?;
                DeclKind::Const { ty, value: self.expression()? }
            }
            "alias" => {
                self.expect(Symbol::Equals)?;
                DeclKind::Alias(self.type_expr()?)
            }
            "type" => DeclKind::Type(self.named_type()?),
            "protocol" => DeclKind::Protocol(self.protocol(modifiers)?),
            "service" => DeclKind::Service(self.body(Self::field)?),
            _ => self.resource()?,
        })
    }

    fn named_type(&mut self) -> Parsed<TypeExpr> {
        self.expect(Symbol::Equals)?;
        let mut ty = self.type_expr()?;
        if let TypeHead::Layout(layout) = &mut ty.head {
            for attribute in std::mem::take(&mut layout.attributes) {
                let message = "the attributes of a named layout stand before `type`";
                self.report(Diagnostic::new(Rule::AttributeOnNamedLayout, attribute.span, message));
            }
        }
        Some(ty)
    }

    fn resource(&mut self) -> Parsed<DeclKind> {
        self.expect(Symbol::Colon)?;
        let base = self.plain_type()?;
        let body = self.span();
        let mut lists = self.body(|cursor| {
            cursor.expect_keyword("properties")?;
            cursor.body(Self::field)
        })?;
        let properties = lists.pop().unwrap_or_default();
        if properties.is_empty() {
            let message = "a resource definition needs properties";
            self.report(
                Diagnostic::new(Rule::ResourceWithoutProperties, body, message)
                    .help("write `properties { subtype ObjType; };`"),
            );
            return None;
        }
        Some(DeclKind::Resource { base, properties })
    }
}

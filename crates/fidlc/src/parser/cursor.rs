//! The token stream: looking, taking, complaining and finding the way back after a fault.

use crate::ast::Ident;
use crate::diagnostics::{Diagnostic, Rule, Sink};
use crate::lexer::{Symbol, Token, TokenKind};
use crate::source::{ElementId, Span};

/// Types and bodies may be nested this deep; everything in the compiler that follows the syntax
/// tree recursively relies on it.
const MAX_NESTING: usize = 64;

/// What a parsing function gives: `None` after it has reported why.
pub(super) type Parsed<T> = Option<T>;

pub(super) struct Cursor<'a> {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    next_id: &'a mut usize,
    /// Something was skipped.
    pub lost: bool,
    pub sink: &'a mut Sink,
}

impl<'a> Cursor<'a> {
    pub fn new(tokens: Vec<Token>, next_id: &'a mut usize, sink: &'a mut Sink) -> Self {
        Cursor { tokens, at: 0, depth: 0, next_id, lost: false, sink }
    }

    pub fn new_id(&mut self) -> ElementId {
        let id = ElementId(*self.next_id);
        *self.next_id += 1;
        id
    }

    fn token(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead).or(self.tokens.last())
    }

    /// The kind of a token from here on; the end of the file goes on forever.
    pub fn kind(&self, ahead: usize) -> &TokenKind {
        self.token(ahead).map_or(&TokenKind::End, |token| &token.kind)
    }

    /// Place of the next token.
    pub fn span(&self) -> Span {
        self.token(0).map_or(Span { file: 0, start: 0, end: 0 }, |token| token.span)
    }

    /// Place of the token that was taken last.
    pub fn last_span(&self) -> Span {
        match self.at.checked_sub(1).and_then(|last| self.tokens.get(last)) {
            Some(token) => token.span,
            None => self.span(),
        }
    }

    pub fn bump(&mut self) {
        if !self.at_end() {
            self.at += 1;
        }
    }

    pub fn at_end(&self) -> bool {
        *self.kind(0) == TokenKind::End
    }

    pub fn is_symbol(&self, ahead: usize, symbol: Symbol) -> bool {
        *self.kind(ahead) == TokenKind::Symbol(symbol)
    }

    /// The text of the identifier at this place.
    pub fn ident_text(&self, ahead: usize) -> Option<&str> {
        match self.kind(ahead) {
            TokenKind::Ident(text) => Some(text),
            _ => None,
        }
    }

    pub fn is_keyword(&self, ahead: usize, keyword: &str) -> bool {
        self.ident_text(ahead) == Some(keyword)
    }

    /// Takes the symbol if it is next.
    pub fn eat(&mut self, symbol: Symbol) -> bool {
        let found = self.is_symbol(0, symbol);
        if found {
            self.bump();
        }
        found
    }

    pub fn eat_keyword(&mut self, keyword: &str) -> bool {
        let found = self.is_keyword(0, keyword);
        if found {
            self.bump();
        }
        found
    }

    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.report(diagnostic);
    }

    /// Reports at the next token and fails.
    pub fn fail<T>(&mut self, rule: Rule, message: impl Into<String>) -> Parsed<T> {
        let span = self.span();
        self.report(Diagnostic::new(rule, span, message));
        None
    }

    pub fn expect(&mut self, symbol: Symbol) -> Parsed<()> {
        if self.eat(symbol) {
            return Some(());
        }
        let message = format!("expected `{}`, found {}", symbol.text(), self.describe());
        let mut diagnostic = Diagnostic::new(Rule::UnexpectedTokenKind, self.span(), message);
        if symbol == Symbol::Semicolon {
            diagnostic = diagnostic.also(self.last_span(), "a `;` belongs after this");
        }
        self.report(diagnostic);
        None
    }

    pub fn expect_keyword(&mut self, keyword: &str) -> Parsed<()> {
        if self.eat_keyword(keyword) {
            return Some(());
        }
        let message = format!("expected `{keyword}`, found {}", self.describe());
        self.fail(Rule::UnexpectedKeyword, message)
    }

    /// Takes an identifier; `what` completes "expected ...".
    pub fn ident(&mut self, what: &str) -> Parsed<Ident> {
        if let TokenKind::Ident(text) = self.kind(0) {
            let ident = Ident { text: text.clone(), span: self.span() };
            self.bump();
            return Some(ident);
        }
        let message = format!("expected {what}, found {}", self.describe());
        self.fail(Rule::UnexpectedTokenKind, message)
    }

    /// The next token in words.
    pub fn describe(&self) -> String {
        match self.kind(0) {
            TokenKind::Ident(text) | TokenKind::Number(text) => format!("`{text}`"),
            TokenKind::String(_) => "a string".to_owned(),
            TokenKind::Doc(_) => "a doc comment".to_owned(),
            TokenKind::Symbol(symbol) => format!("`{}`", symbol.text()),
            TokenKind::End => "the end of the file".to_owned(),
        }
    }

    /// Runs `parse` one level deeper, or reports that this is too deep.
    pub fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_NESTING {
            let message = format!("nested more than {MAX_NESTING} levels deep");
            return self.fail(Rule::NestingTooDeep, message);
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    /// After a fault: skips the rest of the declaration or member, with its `;`, or stops before
    /// the `}` that closes what it stands in.
    pub fn resync(&mut self) {
        self.lost = true;
        let mut braces = 0usize;
        loop {
            match self.kind(0) {
                TokenKind::End => return,
                TokenKind::Symbol(Symbol::Semicolon) if braces == 0 => {
                    self.bump();
                    return;
                }
                TokenKind::Symbol(Symbol::RightBrace) if braces == 0 => return,
                TokenKind::Symbol(Symbol::RightBrace) => braces -= 1,
                TokenKind::Symbol(Symbol::LeftBrace) => braces += 1,
                _ => {}
            }
            self.bump();
        }
    }

    /// Parses `member ;` until the closing brace, which it takes. Faulty members are left out.
    pub fn body<T>(&mut self, mut member: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let open = self.span();
        self.expect(Symbol::LeftBrace)?;
        let mut members = Vec::new();
        loop {
            self.dangling_docs();
            if self.eat(Symbol::RightBrace) {
                return Some(members);
            }
            if self.at_end() {
                let message = "expected `}`, found the end of the file";
                let diagnostic = Diagnostic::new(Rule::UnexpectedTokenKind, self.span(), message);
                self.report(diagnostic.also(open, "opened here"));
                return None;
            }
            let parsed = member(self);
            let ended = parsed.is_some() && self.expect(Symbol::Semicolon).is_some();
            if !ended {
                self.resync();
            }
            members.extend(parsed);
        }
    }

    /// Warns about a doc comment that the end of a body or file follows.
    pub fn dangling_docs(&mut self) {
        let ends = |kind: &TokenKind| {
            matches!(kind, TokenKind::End | TokenKind::Symbol(Symbol::RightBrace))
        };
        while matches!(self.kind(0), TokenKind::Doc(_)) && ends(self.kind(1)) {
            let message = "this doc comment documents nothing";
            let diagnostic = Diagnostic::new(Rule::DanglingDocComment, self.span(), message)
                .help("use `//` for a plain comment");
            self.report(diagnostic);
            self.bump();
        }
    }
}

//! Source text to tokens (`fidl-language.md` section 1).

use crate::diagnostics::{Diagnostic, Rule, Sink};
use crate::source::Span;

/// A lexical unit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    /// An identifier or a keyword: keywords are contextual.
    Ident(String),
    /// A number as written.
    Number(String),
    /// The value of a string literal.
    String(String),
    /// The lines of a doc comment after their slashes.
    Doc(Vec<String>),
    Symbol(Symbol),
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Symbol {
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftAngle,
    RightAngle,
    Colon,
    Semicolon,
    Comma,
    Dot,
    Equals,
    Pipe,
    At,
    Arrow,
}

impl Symbol {
    /// As it is written.
    pub fn text(self) -> &'static str {
        match self {
            Symbol::LeftParen => "(",
            Symbol::RightParen => ")",
            Symbol::LeftBrace => "{",
            Symbol::RightBrace => "}",
            Symbol::LeftAngle => "<",
            Symbol::RightAngle => ">",
            Symbol::Colon => ":",
            Symbol::Semicolon => ";",
            Symbol::Comma => ",",
            Symbol::Dot => ".",
            Symbol::Equals => "=",
            Symbol::Pipe => "|",
            Symbol::At => "@",
            Symbol::Arrow => "->",
        }
    }

    fn from_char(c: char) -> Option<Symbol> {
        Some(match c {
            '(' => Symbol::LeftParen,
            ')' => Symbol::RightParen,
            '{' => Symbol::LeftBrace,
            '}' => Symbol::RightBrace,
            '<' => Symbol::LeftAngle,
            '>' => Symbol::RightAngle,
            ':' => Symbol::Colon,
            ';' => Symbol::Semicolon,
            ',' => Symbol::Comma,
            '.' => Symbol::Dot,
            '=' => Symbol::Equals,
            '|' => Symbol::Pipe,
            '@' => Symbol::At,
            _ => return None,
        })
    }
}

/// Splits a file into tokens; the last one is [`TokenKind::End`]. Faults are reported and skipped.
pub(crate) fn lex(file: usize, text: &str, sink: &mut Sink) -> Vec<Token> {
    let mut lexer = Lexer { file, text, at: 0, tokens: Vec::new(), sink };
    while let Some(c) = lexer.peek() {
        lexer.token(c);
    }
    let end = text.len();
    lexer.push(TokenKind::End, end);
    lexer.tokens
}

struct Lexer<'a> {
    file: usize,
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    sink: &'a mut Sink,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn skip_while(&mut self, mut accept: impl FnMut(char) -> bool) {
        while self.peek().is_some_and(&mut accept) {
            self.bump();
        }
    }

    fn span_from(&self, start: usize) -> Span {
        Span { file: self.file, start, end: self.at }
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        let span = self.span_from(start);
        self.tokens.push(Token { kind, span });
    }

    fn error(&mut self, rule: Rule, start: usize, message: impl Into<String>) {
        let span = self.span_from(start);
        self.sink.report(Diagnostic::new(rule, span, message));
    }

    fn token(&mut self, c: char) {
        let start = self.at;
        if c.is_ascii_whitespace() {
            self.skip_while(|c| c.is_ascii_whitespace());
        } else if is_doc(self.rest()) {
            self.doc_comment();
        } else if self.rest().starts_with("//") {
            self.skip_while(|c| c != '\n');
        } else if c.is_ascii_alphabetic() {
            self.identifier();
        } else if c.is_ascii_digit() || self.negative_number() {
            self.number();
        } else if self.rest().starts_with("->") {
            self.at += 2;
            self.push(TokenKind::Symbol(Symbol::Arrow), start);
        } else if c == '"' {
            self.string();
        } else if let Some(symbol) = Symbol::from_char(c) {
            self.bump();
            self.push(TokenKind::Symbol(symbol), start);
        } else {
            self.bump();
            let shown = c.escape_default();
            self.error(Rule::InvalidCharacter, start, format!("unexpected character `{shown}`"));
        }
    }

    fn identifier(&mut self) {
        let start = self.at;
        self.skip_while(|c| c.is_ascii_alphanumeric() || c == '_');
        let name = self.text.get(start..self.at).unwrap_or_default().to_owned();
        if name.ends_with('_') {
            let message = format!("identifier `{name}` ends in an underscore");
            self.error(Rule::MalformedIdentifier, start, message);
        }
        self.push(TokenKind::Ident(name), start);
    }

    fn negative_number(&self) -> bool {
        let mut chars = self.rest().chars();
        chars.next() == Some('-') && chars.next().is_some_and(|c| c.is_ascii_digit())
    }

    /// Takes everything that can belong to a number; what it denotes is decided where it is used.
    fn number(&mut self) {
        let start = self.at;
        self.bump();
        let digits = self.text.get(start..).unwrap_or_default().trim_start_matches('-');
        let decimal = !digits.starts_with("0x") && !digits.starts_with("0b");
        let mut previous = '0';
        self.skip_while(|c| {
            let exponent = decimal && matches!(previous, 'e' | 'E') && matches!(c, '+' | '-');
            previous = c;
            c.is_ascii_alphanumeric() || c == '_' || (decimal && c == '.') || exponent
        });
        let number = self.text.get(start..self.at).unwrap_or_default().to_owned();
        self.push(TokenKind::Number(number), start);
    }

    /// Joins the lines of one doc comment, over blank lines and plain comments with a warning.
    fn doc_comment(&mut self) {
        let start = self.at;
        let mut lines = Vec::new();
        loop {
            self.at += 3;
            let line_start = self.at;
            self.skip_while(|c| c != '\n');
            let line = self.text.get(line_start..self.at).unwrap_or_default();
            lines.push(line.trim_end_matches('\r').to_owned());
            let end = self.at;
            if !self.find_next_doc_line() {
                self.at = end;
                break;
            }
        }
        self.push(TokenKind::Doc(lines), start);
    }

    /// Moves to the next `///` if only white space and comments come before it.
    fn find_next_doc_line(&mut self) -> bool {
        let mut newlines = 0;
        let mut comment = None;
        loop {
            let start = self.at;
            if is_doc(self.rest()) {
                break;
            } else if self.rest().starts_with("//") {
                self.skip_while(|c| c != '\n');
                comment = Some(self.span_from(start));
                newlines = 0;
            } else if self.peek().is_some_and(|c| c.is_ascii_whitespace()) {
                newlines += usize::from(self.bump() == Some('\n'));
            } else {
                return false;
            }
        }
        if let Some(span) = comment {
            let message = "a plain comment stands inside a doc comment";
            self.sink.report(Diagnostic::new(Rule::CommentInDocComment, span, message));
        } else if newlines > 1 {
            let span = Span { file: self.file, start: self.at, end: self.at + 3 };
            let message = "a blank line stands inside a doc comment";
            self.sink.report(
                Diagnostic::new(Rule::BlankLineInDocComment, span, message)
                    .label("continues after a blank line")
                    .help("write `///` on the empty line"),
            );
        }
        true
    }

    fn string(&mut self) {
        let start = self.at;
        self.bump();
        let mut value = String::new();
        loop {
            let at = self.at;
            match self.peek() {
                None | Some('\n' | '\r') => {
                    let message = "a string literal must end on its line";
                    self.error(Rule::StringAcrossLines, start, message);
                    self.push(TokenKind::String(value.clone()), start);
                    // Most probably the quote is missing before this.
                    if value.ends_with(';') {
                        self.push(TokenKind::Symbol(Symbol::Semicolon), self.at - 1);
                    }
                    return;
                }
                Some('"') => {
                    self.bump();
                    break;
                }
                Some('\\') => value.extend(self.escape()),
                Some(c) => {
                    self.bump();
                    if c.is_control() {
                        let escape = format!("\\u{{{:x}}}", u32::from(c));
                        let message =
                            format!("raw control character in a string, write it as `{escape}`");
                        self.error(Rule::ControlCharacter, at, message);
                    }
                    value.push(c);
                }
            }
        }
        self.push(TokenKind::String(value), start);
    }

    /// Reads an escape; `None` after reporting a fault.
    fn escape(&mut self) -> Option<char> {
        let start = self.at;
        self.bump();
        // The end of the line is left for the string to complain about.
        let c = self.peek().filter(|&c| c != '\n' && c != '\r')?;
        self.bump();
        match c {
            '\\' | '"' => Some(c),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'u' => self.unicode_escape(start),
            _ => {
                let message = format!("unknown escape `\\{}`", c.escape_default());
                self.error(Rule::UnknownEscape, start, message);
                None
            }
        }
    }

    fn unicode_escape(&mut self, start: usize) -> Option<char> {
        if self.peek() != Some('{') {
            let message = "a unicode escape is written `\\u{...}`";
            self.error(Rule::EscapeWithoutBraces, start, message);
            return None;
        }
        self.bump();
        let digits_start = self.at;
        self.skip_while(|c| !matches!(c, '}' | '"' | '\n' | '\r'));
        let digits = self.text.get(digits_start..self.at).unwrap_or_default().to_owned();
        if self.peek() != Some('}') {
            self.error(Rule::EscapeUnterminated, start, "a unicode escape lacks its `}`");
            return None;
        }
        self.bump();
        if digits.is_empty() {
            self.error(Rule::EscapeEmpty, start, "a unicode escape without digits");
        } else if !digits.chars().all(|c| c.is_ascii_hexdigit()) {
            let message = format!("`{digits}` is not a hexadecimal number");
            self.error(Rule::BadHexDigit, start, message);
        } else if digits.len() > 6 {
            self.error(Rule::EscapeTooLong, start, "a unicode escape has at most 6 digits");
        } else {
            // Surrogates have no UTF-8 form, so they are refused with what lies beyond the last
            // code point.
            let scalar = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
            if scalar.is_none() {
                let message = format!("`{digits}` is no unicode scalar value, at most 10FFFF");
                self.error(Rule::EscapeTooLarge, start, message);
            }
            return scalar;
        }
        None
    }
}

/// Exactly three slashes; four and more are a plain comment.
fn is_doc(rest: &str) -> bool {
    rest.starts_with("///") && !rest.starts_with("////")
}

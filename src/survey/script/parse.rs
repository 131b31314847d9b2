//! Tokens to entries, never failing: what does not fit is stepped over.

use super::lex::{Token, TokenKind};
use super::{Entry, Expr, Kind, Language};

/// Deeper nesting than this is not configuration.
const MAX_DEPTH: usize = 100;

/// Words that stand before something without changing what it is.
const NOISE: [&str; 29] = [
    "abstract",
    "as",
    "async",
    "await",
    "class",
    "const",
    "declare",
    "default",
    "export",
    "final",
    "function",
    "go",
    "import",
    "let",
    "new",
    "not",
    "override",
    "private",
    "protected",
    "public",
    "readonly",
    "return",
    "satisfies",
    "static",
    "typeof",
    "val",
    "var",
    "void",
    "defer",
];

/// Words that end an expression.
const ENDS: [&str; 8] = ["do", "else", "elsif", "end", "for", "then", "unless", "in"];

/// Reads all entries of a file.
pub(super) fn parse(tokens: Vec<Token>, language: Language) -> Vec<Entry> {
    let mut parser = Parser { tokens, at: 0, language, depth: 0, bracketed: false };
    let mut entries = Vec::new();
    while parser.at < parser.tokens.len() {
        entries.extend(parser.entries());
        // A closing bracket that nothing opened.
        parser.at += 1;
    }
    entries
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    language: Language,
    depth: usize,
    /// Whether line breaks mean nothing here.
    bracketed: bool,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn char(&self) -> Option<char> {
        match self.peek()?.kind {
            TokenKind::Char(c) => Some(c),
            TokenKind::Text(_) | TokenKind::Word(_) | TokenKind::Number(_) | TokenKind::Symbol(_) => None,
        }
    }

    fn symbol(&self) -> Option<&'static str> {
        match self.peek()?.kind {
            TokenKind::Symbol(symbol) => Some(symbol),
            TokenKind::Text(_) | TokenKind::Word(_) | TokenKind::Number(_) | TokenKind::Char(_) => None,
        }
    }

    fn word(&self) -> Option<&str> {
        match &self.peek()?.kind {
            TokenKind::Word(word) => Some(word),
            TokenKind::Text(_) | TokenKind::Number(_) | TokenKind::Symbol(_) | TokenKind::Char(_) => None,
        }
    }

    fn breaks_here(&self) -> bool {
        !self.bracketed && self.peek().is_none_or(|token| token.on_new_line)
    }

    /// Entries up to a closing bracket, which is left for the caller.
    fn entries(&mut self) -> Vec<Entry> {
        let mut entries = Vec::new();
        while self.peek().is_some() {
            match self.char() {
                Some(')' | ']' | '}') => break,
                Some(',' | ';') => self.at += 1,
                _ => {
                    let before = self.at;
                    entries.extend(self.entry());
                    if self.at == before {
                        self.at += 1;
                    }
                }
            }
        }
        entries
    }

    fn entry(&mut self) -> Option<Entry> {
        let start = self.peek()?.start;
        let key = self.expression();
        let assigns =
            matches!(self.char(), Some('=' | ':')) || matches!(self.symbol(), Some("=>" | ":=" | "||="));
        if !assigns {
            return (key.kind != Kind::Nothing).then_some(Entry { key: None, start, value: key });
        }
        self.at += 1;
        let name = key.name();
        if self.breaks_here() && self.language == Language::Python {
            return Some(Entry { key: name, start, value: Expr { start, kind: Kind::Nothing } });
        }
        let mut value = self.expression();
        // `name: Type = value`
        while self.char() == Some('=') {
            self.at += 1;
            value = self.expression();
        }
        Some(Entry { key: name, start, value })
    }

    fn expression(&mut self) -> Expr {
        self.depth += 1;
        let expression = if self.depth > MAX_DEPTH { self.skip() } else { self.alternatives() };
        self.depth -= 1;
        expression
    }

    fn skip(&mut self) -> Expr {
        let start = self.peek().map_or(0, |token| token.start);
        self.at += 1;
        Expr { start, kind: Kind::Nothing }
    }

    fn alternatives(&mut self) -> Expr {
        let mut choices = vec![self.comparison()];
        loop {
            let choice = matches!(self.symbol(), Some("||" | "??" | "?:")) || self.word() == Some("or");
            if choice {
                self.at += 1;
                choices.push(self.comparison());
            } else if self.char() == Some('?') {
                // The condition chooses; it is no value.
                self.at += 1;
                choices = vec![self.expression()];
                if self.char() == Some(':') {
                    self.at += 1;
                    choices.push(self.expression());
                }
            } else if !self.breaks_here() && self.word() == Some("if") && self.language == Language::Python {
                self.at += 1;
                self.expression();
                if self.word() == Some("else") {
                    self.at += 1;
                    choices.push(self.expression());
                }
            } else {
                break;
            }
        }
        let start = choices[0].start;
        match choices.len() {
            1 => choices.remove(0),
            _ => Expr { start, kind: Kind::Choice(choices) },
        }
    }

    fn comparison(&mut self) -> Expr {
        let mut left = self.sum();
        // Of `a && b` and `a |> b` the last is what it comes to.
        while matches!(self.symbol(), Some("&&" | "|>")) || self.word() == Some("and") {
            self.at += 1;
            left = self.sum();
        }
        if !matches!(self.symbol(), Some("===" | "!==" | "==" | "!=" | "<=" | ">=")) {
            return left;
        }
        self.at += 1;
        let right = self.sum();
        let start = left.start;
        let entries = [left, right].map(|value| Entry { key: None, start: value.start, value });
        Expr { start, kind: Kind::Group(entries.into()) }
    }

    fn sum(&mut self) -> Expr {
        let mut parts = vec![self.operand()];
        while self.joins() {
            self.at += 1;
            parts.push(self.operand());
        }
        let start = parts[0].start;
        match parts.len() {
            1 => parts.remove(0),
            _ => Expr { start, kind: Kind::Join(parts) },
        }
    }

    fn joins(&self) -> bool {
        match self.char() {
            Some('+' | '/') => true,
            Some('.') => self.language == Language::Php,
            _ => self.symbol() == Some("<>"),
        }
    }

    fn operand(&mut self) -> Expr {
        while self.is_noise() {
            self.at += 1;
        }
        let Some(token) = self.peek().cloned() else {
            return Expr { start: 0, kind: Kind::Nothing };
        };
        let start = token.start;
        let kind = match token.kind {
            TokenKind::Text(text) => {
                self.at += 1;
                Kind::Text(text)
            }
            TokenKind::Number(number) => {
                self.at += 1;
                Kind::Name(number)
            }
            TokenKind::Word(word) if ENDS.contains(&word.as_str()) => return self.skip(),
            TokenKind::Word(_) => Kind::Name(self.path()),
            TokenKind::Char('(' | '[' | '{') => Kind::Group(self.group()),
            TokenKind::Char(':') if self.names_symbol() => {
                self.at += 1;
                Kind::Name(self.path())
            }
            TokenKind::Char(')' | ']' | '}' | ',' | ';' | '=' | ':') => Kind::Nothing,
            TokenKind::Char(_) | TokenKind::Symbol(_) => return self.skip(),
        };
        self.continued(Expr { start, kind })
    }

    fn is_noise(&self) -> bool {
        matches!(self.char(), Some('!' | '-' | '*' | '&' | '@' | '<' | '>' | '%'))
            || self.symbol() == Some("...")
            || self.word().is_some_and(|word| NOISE.contains(&word))
                && !self.tokens.get(self.at + 1).is_none_or(|next| {
                    matches!(next.kind, TokenKind::Char(':' | '=' | '.' | ',' | '(' | ')' | '}'))
                        && next.attached
                })
    }

    fn names_symbol(&self) -> bool {
        let next = self.tokens.get(self.at + 1);
        matches!(self.language, Language::Ruby | Language::Elixir)
            && next.is_some_and(|next| next.attached && matches!(next.kind, TokenKind::Word(_)))
    }

    /// A dotted name; the caller has seen its first word.
    fn path(&mut self) -> String {
        let mut path = String::new();
        while let Some(word) = self.word() {
            path.push_str(word);
            self.at += 1;
            let Some(TokenKind::Word(_)) = self.tokens.get(self.at + 1).map(|token| &token.kind) else {
                break;
            };
            if !self.member_follows() {
                break;
            }
            self.at += 1;
            path.push('.');
        }
        path
    }

    fn member_follows(&self) -> bool {
        let attached = self.tokens.get(self.at + 1).is_some_and(|next| next.attached);
        let dot = self.char() == Some('.') && attached && self.language != Language::Php;
        dot || matches!(self.symbol(), Some("?." | "::" | "->"))
    }

    fn group(&mut self) -> Vec<Entry> {
        let braces = self.char() == Some('{') && self.language != Language::Python;
        self.at += 1;
        let outer = std::mem::replace(&mut self.bracketed, !braces);
        self.depth += 1;
        let entries = if self.depth > MAX_DEPTH { Vec::new() } else { self.entries() };
        self.depth -= 1;
        self.bracketed = outer;
        self.at += 1;
        entries
    }

    /// Calls, members and command arguments that follow an operand.
    fn continued(&mut self, mut expr: Expr) -> Expr {
        for _ in 0..MAX_DEPTH {
            let start = expr.start;
            let attached = self.peek().is_some_and(|token| !token.on_new_line);
            let named = matches!(expr.kind, Kind::Name(_) | Kind::Call(..));
            if attached && named && matches!(self.char(), Some('(' | '[')) && !self.spaced_command() {
                let suffix = if self.char() == Some('[') { "[]" } else { "" };
                let arguments = self.group();
                expr = Expr { start, kind: call(expr, suffix, arguments) };
            } else if self.member_follows()
                && matches!(self.tokens.get(self.at + 1).map(|token| &token.kind), Some(TokenKind::Word(_)))
            {
                self.at += 1;
                let member = self.path();
                let arguments = if self.char() == Some('(') { self.group() } else { Vec::new() };
                expr = Expr { start, kind: Kind::Call(member, Some(Box::new(expr)), arguments) };
            } else if self.commands(&expr) {
                let arguments = self.command_arguments();
                expr = Expr { start, kind: call(expr, "", arguments) };
            } else {
                break;
            }
        }
        expr
    }

    fn spaced_command(&self) -> bool {
        matches!(self.language, Language::Ruby | Language::Elixir)
            && self.peek().is_some_and(|token| !token.attached)
    }

    /// Whether `expr` is a command with arguments that are not in parentheses.
    fn commands(&self, expr: &Expr) -> bool {
        use Language::{Elixir, Gradle, Prisma, Ruby};
        let Some(next) = self.peek().filter(|next| !next.on_new_line && !next.attached) else {
            return false;
        };
        let argument = match &next.kind {
            TokenKind::Text(_) | TokenKind::Char('[') => true,
            TokenKind::Word(word) => {
                !ENDS.contains(&word.as_str()) && !["or", "and", "if"].contains(&&**word)
            }
            TokenKind::Char(':') => self.names_symbol(),
            TokenKind::Char('{') => matches!(self.language, Prisma | Gradle),
            TokenKind::Number(_) | TokenKind::Char(_) | TokenKind::Symbol(_) => false,
        };
        argument
            && matches!(self.language, Ruby | Elixir | Gradle | Prisma)
            && (matches!(expr.kind, Kind::Name(_)) || self.char() == Some('{'))
    }

    fn command_arguments(&mut self) -> Vec<Entry> {
        let mut arguments = Vec::new();
        loop {
            let before = self.at;
            arguments.extend(self.entry());
            if self.at == before {
                return arguments;
            }
            match self.char() {
                Some(',') => self.at += 1,
                Some('{') if !self.breaks_here() => {}
                _ => return arguments,
            }
        }
    }
}

fn call(on: Expr, suffix: &str, arguments: Vec<Entry>) -> Kind {
    match on.kind {
        Kind::Name(name) => Kind::Call(format!("{name}{suffix}"), None, arguments),
        Kind::Text(_) | Kind::Call(..) | Kind::Group(_) | Kind::Choice(_) | Kind::Join(_) | Kind::Nothing => {
            Kind::Call(suffix.to_owned(), Some(Box::new(on)), arguments)
        }
    }
}

impl Expr {
    /// What it would be called as a key.
    fn name(&self) -> Option<String> {
        match &self.kind {
            Kind::Text(name) | Kind::Name(name) => Some(name.clone()),
            Kind::Call(name, None, arguments) => arguments
                .first()
                .and_then(|argument| argument.value.name())
                .filter(|_| name.ends_with("[]"))
                .or_else(|| Some(name.clone())),
            Kind::Call(..) | Kind::Group(_) | Kind::Choice(_) | Kind::Join(_) | Kind::Nothing => None,
        }
    }
}

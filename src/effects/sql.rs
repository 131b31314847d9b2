//! SQL text to effects: what its statements would do, and what its client does besides.
//!
//! A tokenizer and a small reader of statements, not a grammar of one dialect: it has to judge text for every server, and what it
//! does not know must not be taken for harmless where it destroys.

mod always;
mod body;
mod classify;
mod client;
mod lex;
mod split;

use std::ops::Range;

use crate::presets::tools::Effect;
use split::Piece;

/// Longest text that is read; what is behind it is not understood.
const LONGEST: usize = 1024 * 1024;

/// Texts within texts (`DO $$…$$`, `EXECUTE '…'`) that are followed.
const DEEPEST: usize = 8;

/// When a ROLLBACK takes nothing back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Everything inside a transaction can be rolled back (PostgreSQL, SQLite, SQL Server).
    Transactional,
    /// Statements that change the schema commit at once (MySQL, MariaDB, Oracle).
    ImplicitCommit,
}

/// One statement's effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it does.
    pub effect: Effect,
    /// The table, schema or database that it names, as written, without quotes.
    pub object: Option<String>,
    /// Where it stands, in bytes of the text; within a nested text, where that stands.
    pub span: Range<usize>,
}

/// What the client does by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Directive {
    /// Runs a file (`\i`, `.read`, `SOURCE`, `@file`).
    Include(String, Range<usize>),
    /// Runs shell text (`\!`, `.shell`, `COPY … TO PROGRAM`, `xp_cmdshell`).
    Shell(String, Range<usize>),
    /// Goes to another database (`\c`, `USE`).
    Connect(String, Range<usize>),
    /// Overwrites the database from a file (`.restore`).
    Restore(String, Range<usize>),
}

/// All that a text does.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// Effects on data, in order.
    pub statements: Vec<Statement>,
    /// The client's own doings, in order.
    pub directives: Vec<Directive>,
    /// False when a part cannot be told: a quote without its end, a statement made up at run time.
    pub understood: bool,
}

/// Reads a text.
pub fn read(text: &str, dialect: Dialect) -> Script {
    let mut script = Script { understood: text.len() <= LONGEST, ..Script::default() };
    let end = (0..=LONGEST.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    read_into(text.get(..end).unwrap_or_default(), dialect, 0, &mut script);
    script
}

fn read_into(text: &str, dialect: Dialect, depth: usize, script: &mut Script) {
    if depth > DEEPEST {
        script.understood = false;
        return;
    }
    let (pieces, whole) = split::pieces(text);
    script.understood &= whole;
    let mut transaction = Transaction::default();
    let mut own = Own::default();
    let mut variables = body::Variables::default();
    for piece in pieces {
        match piece {
            Piece::Client(line, span) => client::line(&line, &span, script),
            Piece::Unknown => script.understood = false,
            Piece::Statement(tokens, span) => {
                let before = script.statements.len();
                transaction.see(&tokens, before, dialect, script);
                own.see(&tokens);
                variables.see(&tokens);
                script.understood &=
                    !(depth > 0 || body::begins(&tokens)) || !body::runs_untold(&tokens, &variables);
                let mut found = classify::statement(&tokens, &span, script);
                found.nested.extend(variables.run_by(&tokens));
                for nested in std::mem::take(&mut found.nested) {
                    let from = script.statements.len();
                    read_into(&nested, dialect, depth + 1, script);
                    script.statements.iter_mut().skip(from).for_each(|inner| inner.span = span.clone());
                }
                found.statements.retain(|statement| !own.made(statement));
                if dialect == Dialect::ImplicitCommit && found.commits {
                    transaction.started = None;
                }
                script.statements.extend(found.statements);
            }
        }
    }
}

/// The transaction that is open, by the number of effects before it.
#[derive(Debug, Default)]
struct Transaction {
    started: Option<usize>,
}

impl Transaction {
    fn see(&mut self, tokens: &[lex::Token], effects: usize, dialect: Dialect, script: &mut Script) {
        let word = |at: usize| tokens.get(at).map(lex::Token::word).unwrap_or_default();
        let _ = dialect;
        match (word(0).as_str(), word(1).as_str()) {
            ("BEGIN", _) | ("START", "TRANSACTION") => self.started = Some(effects),
            ("COMMIT" | "END", _) => self.started = None,
            ("ROLLBACK" | "ABORT", second) if !matches!(second, "TO" | "PREPARED") && word(2) != "TO" => {
                if let Some(start) = self.started.take() {
                    script.statements.truncate(start);
                }
            }
            _ => {}
        }
    }
}

/// Tables that the text has made itself: to drop them loses nothing.
#[derive(Debug, Default)]
struct Own {
    tables: Vec<String>,
}

impl Own {
    fn see(&mut self, tokens: &[lex::Token]) {
        let words: Vec<String> = tokens.iter().take(8).map(lex::Token::word).collect();
        let word = |at: usize| words.get(at).map_or("", String::as_str);
        if word(0) != "CREATE" || word(1) == "OR" {
            return;
        }
        let temporary = words.iter().take(4).any(|one| matches!(one.as_str(), "TEMP" | "TEMPORARY"));
        let Some(table) = words.iter().position(|one| one == "TABLE") else { return };
        let if_not_exists = word(table + 1) == "IF";
        if if_not_exists && !temporary {
            return;
        }
        let at = if if_not_exists { table + 4 } else { table + 1 };
        self.tables.extend(classify::name(tokens, at).map(|name| name.to_lowercase()));
    }

    fn made(&self, statement: &Statement) -> bool {
        let Some(object) = statement.object.as_deref() else { return false };
        object.split(", ").all(|name| {
            let name = name.to_lowercase();
            name.starts_with('#')
                || name.starts_with("pg_temp.")
                || name.starts_with("temp.")
                || self.tables.contains(&name)
        })
    }
}

#[cfg(test)]
mod tests;

//! One statement: what it does to data.

use std::ops::Range;

use super::always::always_holds;
use super::lex::{Kind, Token};
use super::{Directive, Script, Statement};
use crate::presets::tools::Effect;

/// What a statement does.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) statements: Vec<Statement>,
    /// Texts that it runs: bodies of DO, strings of EXECUTE.
    pub(super) nested: Vec<String>,
    /// Where the dialect commits by itself, this one does.
    pub(super) commits: bool,
}

/// Words that may stand before the kind of thing in DROP.
const BEFORE_KIND: [&str; 12] = [
    "IF",
    "EXISTS",
    "TEMPORARY",
    "TEMP",
    "FOREIGN",
    "PLUGGABLE",
    "EXTERNAL",
    "CONCURRENTLY",
    "TRANSIENT",
    "PUBLIC",
    "UNIQUE",
    "RECURSIVE",
];

/// Judges one statement.
pub(super) fn statement(tokens: &[Token], span: &Range<usize>, script: &mut Script) -> Found {
    let reader = Reader { tokens, span };
    let mut found = Found::default();
    match reader.word(0).as_str() {
        "EXPLAIN" | "DESCRIBE" | "DESC" => return reader.explained(script),
        "DROP" | "REMOVE" => found.statements.extend(reader.drop()),
        "TRUNCATE" => found.statements.extend(reader.truncate()),
        "ALTER" => found.statements.extend(reader.alter()),
        "CREATE" => found.statements.extend(reader.create()),
        "DELETE" => found.statements.extend(reader.delete(0)),
        "UPDATE" => found.statements.extend(reader.update(0)),
        "WITH" | "MERGE" => found.statements.extend(reader.inside_with()),
        "REPLACE" | "RESTORE" => found.statements.extend(reader.overwrites()),
        "INSERT" if reader.word(1) == "OVERWRITE" => found.statements.extend(reader.overwrites()),
        "PURGE" | "RESET" => found.statements.extend(reader.purge()),
        "USE" => script.directives.extend(name(tokens, 1).map(|to| Directive::Connect(to, span.clone()))),
        "DO" => found.nested.extend(reader.strings(1)),
        "EXEC" | "EXECUTE" | "CALL" | "PREPARE" => reader.execute(&mut found, script),
        "SELECT" => reader.select(&mut found),
        "COPY" => reader.copy(script),
        // A body of PL/pgSQL or T-SQL: what stands in it runs now.
        "BEGIN" | "DECLARE" | "IF" | "FOR" | "PERFORM" | "RAISE" => reader.body(&mut found),
        _ => {}
    }
    found.commits = matches!(reader.word(0).as_str(), "DROP" | "TRUNCATE" | "ALTER" | "CREATE" | "RENAME");
    found
}

/// The name at a place, `schema.table` included, without quotes.
pub(super) fn name(tokens: &[Token], at: usize) -> Option<String> {
    // `:t`, a variable of the client.
    let at = if tokens.get(at).is_some_and(|token| token.is(':')) { at + 1 } else { at };
    let first = tokens.get(at).filter(|token| matches!(token.kind, Kind::Word | Kind::Name | Kind::Text))?;
    let mut whole = first.text.clone();
    let mut at = at + 1;
    while let (Some(dot), Some(next)) = (tokens.get(at), tokens.get(at + 1)) {
        if !dot.is('.') {
            break;
        }
        whole = format!("{whole}.{}", next.text);
        at += 2;
    }
    Some(whole)
}

struct Reader<'a> {
    tokens: &'a [Token],
    span: &'a Range<usize>,
}

impl Reader<'_> {
    fn word(&self, at: usize) -> String {
        self.tokens.get(at).map(Token::word).unwrap_or_default()
    }

    fn position(&self, word: &str) -> Option<usize> {
        self.tokens.iter().position(|token| token.word() == word)
    }

    fn has(&self, word: &str) -> bool {
        self.position(word).is_some()
    }

    fn effect(&self, effect: Effect, object: Option<String>) -> Statement {
        Statement { effect, object, span: self.span.clone() }
    }

    fn strings(&self, from: usize) -> Vec<String> {
        self.tokens
            .iter()
            .skip(from)
            .filter(|token| token.kind == Kind::Text)
            .map(|token| token.text.clone())
            .collect()
    }

    /// Names from a place on, separated by commas.
    fn names(&self, at: usize) -> Option<String> {
        let mut names = Vec::new();
        let mut at = at;
        while matches!(self.word(at).as_str(), "IF" | "EXISTS" | "ONLY" | "TABLE" | "TABLES") {
            at += 1;
        }
        names.extend(name(self.tokens, at));
        for (comma, token) in self.tokens.iter().enumerate().skip(at) {
            if token.is('(') {
                break;
            }
            if token.is(',') {
                names.extend(name(self.tokens, comma + 1));
            }
        }
        (!names.is_empty()).then(|| names.join(", "))
    }

    fn drop(&self) -> Option<Statement> {
        let at = (1..self.tokens.len()).find(|&at| !BEFORE_KIND.contains(&self.word(at).as_str()))?;
        let temporary = (1..at).any(|before| matches!(self.word(before).as_str(), "TEMPORARY" | "TEMP"));
        let cascade = self.tokens.last().is_some_and(|last| last.word() == "CASCADE");
        let effect = match self.word(at).as_str() {
            "TABLE" | "TABLES" if temporary => return None,
            "DATABASE" | "KEYSPACE" | "NAMESPACE" => Effect::DestroysDatabase,
            "SCHEMA" | "TABLESPACE" => Effect::DestroysSchema,
            "TABLE" | "TABLES" | "COLLECTION" | "MEASUREMENT" | "OWNED" => Effect::DestroysTable,
            "USER" if cascade => Effect::DestroysSchema,
            "TYPE" | "DOMAIN" | "EXTENSION" if cascade => Effect::DropsColumn,
            "SERIES" | "SHARD" | "RETENTION" => Effect::DestroysRows,
            "BACKUP" | "SNAPSHOT" => Effect::DestroysBackup,
            _ => return None,
        };
        Some(self.effect(effect, self.names(at + 1)))
    }

    fn truncate(&self) -> Option<Statement> {
        // `truncate(price, 2)` is a function.
        let called = self.tokens.get(1).is_some_and(|token| token.is('('));
        let object = self.names(1);
        // A name that a template fills in is none yet.
        let is_one = object.is_some() || self.word(1) == "TABLE" && self.tokens.len() > 2;
        (!called && is_one).then(|| self.effect(Effect::DestroysRows, object))
    }

    fn alter(&self) -> Vec<Statement> {
        if self.word(1) == "SYSTEM" {
            let weakens = ["ARCHIVE_MODE", "FSYNC", "FULL_PAGE_WRITES", "ARCHIVE_COMMAND"]
                .iter()
                .any(|word| self.has(word));
            let off = self
                .tokens
                .iter()
                .any(|token| matches!(token.text.to_ascii_lowercase().as_str(), "off" | "false" | ""));
            return if weakens && off { vec![self.effect(Effect::WeakensGuard, None)] } else { Vec::new() };
        }
        if self.word(1) != "TABLE" && self.word(2) != "TABLE" {
            return Vec::new();
        }
        let table = self.names(2).map(|names| names.split(", ").next().unwrap_or_default().to_owned());
        let mut found = Vec::new();
        for (at, token) in self.tokens.iter().enumerate() {
            match token.word().as_str() {
                "DROP" => found.extend(self.dropped_part(at, table.as_deref())),
                "DISCARD" if self.word(at + 1) == "TABLESPACE" => {
                    found.push(self.effect(Effect::DestroysTable, table.clone()));
                }
                "DELETE" if at > 2 && self.word(at - 1) != "ON" => {
                    let condition = self.tokens.get(at + 2..).unwrap_or_default();
                    if self.word(at + 1) == "WHERE" && always_holds(condition) {
                        found.push(self.effect(Effect::DestroysRows, table.clone()));
                    }
                }
                "TRUNCATE" if self.word(at + 1) == "PARTITION" => {
                    found.push(self.effect(Effect::DestroysRows, table.clone()));
                }
                _ => {}
            }
        }
        found
    }

    /// `DROP x` within ALTER TABLE: a column, unless a word says otherwise.
    fn dropped_part(&self, at: usize, table: Option<&str>) -> Option<Statement> {
        let previous = at.checked_sub(1).map(|before| self.word(before)).unwrap_or_default();
        let inner = previous == "COLUMN"
            || self.tokens.get(at.wrapping_sub(2)).is_some_and(|token| token.word() == "COLUMN")
            || self.tokens.get(at.wrapping_sub(2)).is_some_and(|token| token.word() == "ALTER");
        let table = table.map(str::to_owned);
        match self.word(at + 1).as_str() {
            "CONSTRAINT" | "INDEX" | "KEY" | "PRIMARY" | "FOREIGN" | "CHECK" | "DEFAULT" | "NOT"
            | "IDENTITY" | "EXPRESSION" | "UNIQUE" | "PROJECTION" | "STATISTICS" | "TTL" => None,
            "PARTITION" | "PART" => Some(self.effect(Effect::DestroysRows, table)),
            _ if inner => None,
            _ => {
                let mut at = at + 1;
                while matches!(self.word(at).as_str(), "COLUMN" | "IF" | "EXISTS")
                    || self.tokens.get(at).is_some_and(|token| token.is('('))
                {
                    at += 1;
                }
                let column = name(self.tokens, at)?;
                let object = table.map_or(column.clone(), |table| format!("{table}.{column}"));
                Some(self.effect(Effect::DropsColumn, Some(object)))
            }
        }
    }

    fn create(&self) -> Option<Statement> {
        let replaces = self.word(1) == "OR" && self.word(2) == "REPLACE";
        let kind = (3..6).map(|at| self.word(at)).find(|word| !BEFORE_KIND.contains(&word.as_str()))?;
        let at = self.position(&kind)? + 1;
        match (replaces, kind.as_str()) {
            (true, "DATABASE") => Some(self.effect(Effect::DestroysDatabase, self.names(at))),
            (true, "SCHEMA") => Some(self.effect(Effect::DestroysSchema, self.names(at))),
            (true, "TABLE") => Some(self.effect(Effect::DestroysTable, self.names(at))),
            _ => None,
        }
    }

    /// DELETE at a place, up to the bracket that closes around it.
    fn delete(&self, at: usize) -> Option<Statement> {
        let end = self.closing(at);
        let tokens = self.tokens.get(at..end)?;
        let word = |at: usize| tokens.get(at).map(Token::word).unwrap_or_default();
        if tokens.len() < 2 || word(1).is_empty() && tokens[1].kind == Kind::Mark {
            return None;
        }
        let from = tokens.iter().position(|token| token.word() == "FROM").unwrap_or(0);
        let object = name(tokens, if word(from + 1) == "ONLY" { from + 2 } else { from + 1 });
        let restricted = tokens.iter().any(|token| matches!(token.word().as_str(), "LIMIT" | "TOP"));
        let spares = where_of(tokens).map_or(joins(tokens), |condition| !holds(condition, object.as_deref()));
        (!restricted && !spares).then(|| self.effect(Effect::DestroysRows, object))
    }

    fn update(&self, at: usize) -> Option<Statement> {
        let end = self.closing(at);
        let tokens = self.tokens.get(at..end)?;
        tokens.iter().find(|token| token.word() == "SET")?;
        let object = name(tokens, 1);
        let restricted = tokens.iter().any(|token| token.word() == "LIMIT");
        let spares = where_of(tokens).map_or(joins(tokens), |condition| !holds(condition, object.as_deref()));
        (!restricted && !spares).then(|| self.effect(Effect::OverwritesDatabase, object))
    }

    /// Where the bracket closes that a place stands in.
    fn closing(&self, at: usize) -> usize {
        let mut depth = 0_i32;
        for (here, token) in self.tokens.iter().enumerate().skip(at) {
            depth += i32::from(token.is('(')) - i32::from(token.is(')'));
            if depth < 0 {
                return here;
            }
        }
        self.tokens.len()
    }

    fn inside_with(&self) -> Vec<Statement> {
        let mut found = Vec::new();
        for (at, token) in self.tokens.iter().enumerate() {
            let after = at.checked_sub(1).and_then(|before| self.tokens.get(before));
            let begins = after.is_some_and(|before| before.is('(') || before.is(')'));
            match token.word().as_str() {
                "DELETE" if begins => found.extend(self.delete(at)),
                "UPDATE" if begins => found.extend(self.update(at)),
                "DELETE" if after.is_some_and(|before| before.word() == "THEN") => {
                    found.push(self.effect(Effect::OverwritesDatabase, None));
                }
                _ => {}
            }
        }
        found
    }

    fn overwrites(&self) -> Option<Statement> {
        match (self.word(0).as_str(), self.word(1).as_str()) {
            ("RESTORE", "DATABASE" | "TABLE" | "FROM") => {
                Some(self.effect(Effect::OverwritesDatabase, self.names(2)))
            }
            ("INSERT", _) => Some(self.effect(Effect::OverwritesDatabase, self.names(2))),
            _ => None,
        }
    }

    fn purge(&self) -> Option<Statement> {
        let told = matches!(self.word(1).as_str(), "BINARY" | "MASTER" | "LOGS");
        told.then(|| self.effect(Effect::DestroysBackup, Some("the binary logs".to_owned())))
    }

    fn explained(&self, script: &mut Script) -> Found {
        let runs =
            self.tokens.iter().take(8).any(|token| token.word() == "ANALYZE" || token.word() == "ANALYSE");
        let at = self.tokens.iter().position(|token| {
            matches!(token.word().as_str(), "DELETE" | "UPDATE" | "WITH" | "MERGE" | "INSERT")
        });
        match at.filter(|_| runs) {
            Some(at) => statement(self.tokens.get(at..).unwrap_or_default(), self.span, script),
            None => Found::default(),
        }
    }

    /// EXEC and the like: a string is run, a procedure is not known.
    fn execute(&self, found: &mut Found, script: &mut Script) {
        let procedure = self
            .tokens
            .iter()
            .map(|token| token.text.to_ascii_lowercase())
            .find(|text| text.contains("xp_cmdshell"));
        let strings = self.strings(1);
        if procedure.is_some() {
            script
                .directives
                .extend(strings.into_iter().map(|text| Directive::Shell(text, self.span.clone())));
            return;
        }
        // `PREPARE s AS DELETE …` runs nothing yet; `PREPARE s FROM @x` prepares what cannot be told.
        let made_up = self.word(0) == "EXECUTE" && self.word(1) == "IMMEDIATE" && strings.is_empty()
            || self.word(0) == "PREPARE" && self.has("FROM") && strings.is_empty();
        script.understood &= !(made_up || self.runs_a_variable());
        found.nested.extend(strings);
    }

    /// `EXEC(@q)`, `EXEC sp_executesql @q`: what the variable holds cannot be told.
    fn runs_a_variable(&self) -> bool {
        let called = self.tokens.iter().position(|token| token.text.eq_ignore_ascii_case("sp_executesql"));
        let at = called.or_else(|| self.tokens.get(1).filter(|token| token.is('(')).map(|_| 1));
        at.and_then(|at| self.tokens.get(at + 1)).is_some_and(|token| token.text.starts_with('@'))
    }

    /// Functions that run a string somewhere.
    fn select(&self, found: &mut Found) {
        let runs = |token: &Token| {
            matches!(
                token.text.to_ascii_lowercase().as_str(),
                "dblink_exec" | "dblink" | "query_to_xml" | "schedule" | "execute_sql" | "exec"
            )
        };
        if self.tokens.iter().any(runs) {
            found.nested.extend(self.strings(1));
        }
        if self.tokens.iter().any(|token| token.text.eq_ignore_ascii_case("lo_unlink")) {
            found.statements.push(self.effect(Effect::DestroysRows, Some("large objects".to_owned())));
        }
    }

    fn copy(&self, script: &mut Script) {
        if let Some(at) = self.position("PROGRAM") {
            let text = self.tokens.get(at + 1).filter(|token| token.kind == Kind::Text);
            script
                .directives
                .extend(text.map(|token| Directive::Shell(token.text.clone(), self.span.clone())));
        }
    }

    /// Statements inside a body, each from its first word on.
    fn body(&self, found: &mut Found) {
        for at in 1..self.tokens.len() {
            let before = at.checked_sub(1).map(|before| self.word(before)).unwrap_or_default();
            let starts = matches!(before.as_str(), "BEGIN" | "THEN" | "LOOP" | "ELSE" | "DECLARE");
            let word = self.word(at);
            let is_statement =
                matches!(word.as_str(), "DROP" | "TRUNCATE" | "DELETE" | "UPDATE" | "EXECUTE" | "ALTER");
            if is_statement && starts {
                let mut nested = Script { understood: true, ..Script::default() };
                let inner = statement(self.tokens.get(at..).unwrap_or_default(), self.span, &mut nested);
                found.statements.extend(inner.statements);
                found.nested.extend(inner.nested);
            }
        }
    }
}

/// The condition behind WHERE, outside brackets; RETURNING and ORDER BY end it.
fn where_of(tokens: &[Token]) -> Option<&[Token]> {
    let mut depth = 0_i32;
    let mut start = None;
    for (at, token) in tokens.iter().enumerate() {
        depth += i32::from(token.is('(')) - i32::from(token.is(')'));
        match (depth, token.word().as_str(), start) {
            (0, "WHERE", None) => start = Some(at + 1),
            (0, "RETURNING" | "ORDER" | "OPTION", Some(from)) => return tokens.get(from..at),
            _ => {}
        }
    }
    start.and_then(|from| tokens.get(from..))
}

/// Whether a join restricts the rows where there is no WHERE.
fn joins(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| matches!(token.word().as_str(), "JOIN"))
}

/// Whether the condition holds for every row: by itself, or as `id IN (SELECT id FROM the same table)`.
fn holds(condition: &[Token], table: Option<&str>) -> bool {
    if always_holds(condition) {
        return true;
    }
    let words: Vec<String> = condition.iter().map(Token::word).collect();
    let selects = words.iter().position(|word| word == "SELECT");
    let all = selects.is_some()
        && !words
            .iter()
            .any(|word| matches!(word.as_str(), "WHERE" | "LIMIT" | "JOIN" | "HAVING" | "AND" | "NOT"));
    let from = words.iter().position(|word| word == "FROM").and_then(|at| name(condition, at + 1));
    all && from.is_some() && from.as_deref() == table && words.iter().any(|word| word == "IN")
}

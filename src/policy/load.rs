//! Reads `dbguard.toml`: every error names line, column and, for a misspelt word, the nearest valid one.

use toml_edit::{Document, Item};

use crate::policy::FILE;
use crate::policy::file::PolicyFile;
use crate::policy::file::audit::Ignore;
use crate::presets::Presets;
use crate::source::{Position, SourceFile};

/// A policy file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{FILE}:{}:{}: {message}{}", position.line, position.column, nearest.as_ref().map(|word| format!("; did you mean `{word}`?")).unwrap_or_default())]
pub struct PolicyError {
    /// Where.
    pub position: Position,
    /// What is wrong.
    pub message: String,
    /// The valid word that comes nearest to a misspelt one.
    pub nearest: Option<String>,
}

/// A policy file with the memory of its lines.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The typed content.
    pub file: PolicyFile,
    source: SourceFile,
    document: Document<String>,
}

impl Loaded {
    /// Reads the text of a policy file.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let source = SourceFile::new(FILE, text);
        let document = Document::parse(text.to_owned()).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            PolicyError {
                position: source.position(offset),
                message: first_line(error.message()),
                nearest: None,
            }
        })?;
        let file = toml_edit::de::from_str::<PolicyFile>(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            PolicyError { position: source.position(offset), ..describe(error.message()) }
        })?;
        let loaded = Self { file, source, document };
        loaded.check()?;
        Ok(loaded)
    }

    /// The text as it was read.
    pub fn text(&self) -> &str {
        self.source.text()
    }

    /// Line, from 1, of a top-level key, or of `inner` inside that table.
    pub fn line(&self, key: &str, inner: Option<&str>) -> Option<usize> {
        self.offset(key, inner).map(|offset| self.source.line_of(offset))
    }

    /// Line, from 1, of an entry of `[[audit.ignore]]`, by its number from 0.
    pub fn ignore_line(&self, at: usize) -> Option<usize> {
        self.ignore(at, None).map(|offset| self.source.line_of(offset))
    }

    /// Complains about the first ignored rule that is none of `rules`. Only the audit asks: it alone knows the rules, and what
    /// guards commands does not fall with a misspelt one.
    pub fn check_rules<'a>(&self, rules: impl Iterator<Item = &'a str> + Clone) -> Result<(), PolicyError> {
        let mut entries = self.file.audit.ignores.iter().enumerate();
        let unknown = entries.find(|(_, entry)| !rules.clone().any(|rule| rule == entry.rule));
        let Some((at, Ignore { rule, .. })) = unknown else { return Ok(()) };
        Err(PolicyError {
            position: self.source.position(self.ignore(at, Some("rule")).unwrap_or(0)),
            message: format!("no rule is called `{}`", rule.escape_debug()),
            nearest: nearest(rule, rules),
        })
    }

    /// Where an entry of `[[audit.ignore]]` begins, or the value of one of its keys; it may be written as an array of one line.
    fn ignore(&self, at: usize, key: Option<&str>) -> Option<usize> {
        let all = self.document.get("audit")?.get("ignore")?;
        let span = match (all.as_array_of_tables(), key) {
            (Some(tables), None) => tables.get(at)?.span(),
            (Some(tables), Some(key)) => tables.get(at)?.get(key)?.span(),
            (None, None) => all.as_array()?.get(at)?.span(),
            (None, Some(key)) => all.as_array()?.get(at)?.as_inline_table()?.get(key)?.span(),
        };
        span.map(|span| span.start)
    }

    pub(super) fn unknown_preset(&self, id: &str, presets: &Presets) -> PolicyError {
        let offset = self.document.get("preset").and_then(Item::span).map_or(0, |span| span.start);
        PolicyError {
            position: self.source.position(offset),
            message: format!("unknown preset `{id}`"),
            nearest: nearest(id, presets.policies.iter().map(|policy| &*policy.id)),
        }
    }

    fn offset(&self, key: &str, inner: Option<&str>) -> Option<usize> {
        let item = self.document.get(key)?;
        let Some(inner) = inner else { return item.span().map(|span| span.start) };
        item.as_table_like()?.get(inner)?.span().map(|span| span.start)
    }

    /// What types cannot say: ids are unique, and each way of running has what it needs.
    fn check(&self) -> Result<(), PolicyError> {
        let mut seen = std::collections::BTreeSet::new();
        for (at, database) in self.file.databases.iter().enumerate() {
            let id = database.id.as_str();
            // Some file systems do not tell `Main` from `main`, and the id names a folder.
            if !seen.insert(id.to_ascii_lowercase()) {
                return Err(self.database_error(at, format!("the database id `{id}` is used twice")));
            }
            if let Some(problem) = database.missing_part() {
                return Err(self.database_error(at, format!("database `{id}`: {problem}")));
            }
        }
        self.check_notify()?;
        if let Some(id) = self.file.agents.unknown() {
            let known = Presets::embedded_agents().iter().map(|agent| &*agent.id);
            let error = self.error_at(&["agents", "enable"], &format!("no agent is called `{id}`"));
            return Err(PolicyError { nearest: nearest(id, known), ..error });
        }
        let file = &self.file;
        let problems = [("encryption", file.encryption.problem()), ("offsite", file.offsite.problem())];
        if let Some((table, problem)) =
            problems.into_iter().find_map(|(table, problem)| Some((table, problem?)))
        {
            return Err(self.error_at(&[table, "method"], &format!("[{table}]: {problem}")));
        }
        super::retention::check(self)
    }

    /// Each ping belongs to a database, and no period is nothing.
    fn check_notify(&self) -> Result<(), PolicyError> {
        let notify = &self.file.notify;
        if let Some(key) = notify.zero() {
            return Err(self.error_at(&["notify", key], &format!("{key} must be at least 1")));
        }
        let ids = || self.file.databases.iter().map(|database| database.id.as_str());
        match notify.ping.keys().find(|ping| !ids().any(|id| id == ping.as_str())) {
            Some(ping) => Err(PolicyError {
                nearest: nearest(ping.as_str(), ids()),
                ..self
                    .error_at(&["notify", "ping"], &format!("ping: there is no database `{}`", ping.as_str()))
            }),
            None => Ok(()),
        }
    }

    /// An error at a key, given with the tables around it.
    pub(super) fn error_at(&self, keys: &[&str], message: &str) -> PolicyError {
        let mut item = Some(self.document.as_item());
        for key in keys {
            item = item.and_then(Item::as_table_like).and_then(|table| table.get(key));
        }
        let offset = item.and_then(Item::span).map_or(0, |span| span.start);
        PolicyError { position: self.source.position(offset), message: message.to_owned(), nearest: None }
    }

    fn database_error(&self, at: usize, message: String) -> PolicyError {
        let table = self
            .document
            .get("database")
            .and_then(Item::as_array_of_tables)
            .and_then(|tables| tables.get(at));
        let offset = table.and_then(toml_edit::Table::span).map_or(0, |span| span.start);
        PolicyError { position: self.source.position(offset), message, nearest: None }
    }
}

/// Turns serde's message about an unknown word into a short one with the nearest valid word.
fn describe(message: &str) -> PolicyError {
    let position = Position { line: 1, column: 1 };
    let message = first_line(message);
    let words: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let unknown = message.starts_with("unknown field") || message.starts_with("unknown variant");
    match words.split_first() {
        Some((wrong, valid)) if unknown => PolicyError {
            position,
            nearest: nearest(wrong, valid.iter().copied()),
            message: format!(
                "{} `{wrong}`",
                if message.contains("field") { "unknown key" } else { "unknown value" }
            ),
        },
        _ => PolicyError { position, message, nearest: None },
    }
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

/// The candidate nearest to `word`, if any is near enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let near = |candidate: &str| strsim::damerau_levenshtein(word, candidate);
    let best = candidates.into_iter().min_by_key(|candidate| near(candidate))?;
    (near(best) <= best.len().max(3) / 2).then(|| best.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Loaded::parse(text).expect_err("invalid").to_string()
    }

    #[test]
    fn a_misspelt_key_is_named_with_line_column_and_the_nearest_valid_one() {
        assert_eq!(
            error("version = 1\n[backup]\nkeep_lst = 3\n"),
            "dbguard.toml:3:1: unknown key `keep_lst`; did you mean `keep_last`?"
        );
        assert_eq!(
            error("version = 1\n[[database]]\nid = \"a\"\nengine = \"postgres\"\nrun = \"compos\"\n"),
            "dbguard.toml:5:7: unknown value `compos`; did you mean `compose`?"
        );
    }

    #[test]
    fn syntax_and_type_errors_name_their_place() {
        assert!(
            error("version = 1\nx = = 2\n").starts_with("dbguard.toml:2:5: "),
            "{}",
            error("version = 1\nx = = 2\n")
        );
        assert!(error("version = \"one\"\n").starts_with("dbguard.toml:1:11: "));
        assert!(error("version = 2\n").contains("reads version 1"));
    }

    #[test]
    fn encryption_and_offsite_need_both_of_their_halves() {
        assert_eq!(
            error("version = 1\n[encryption]\nmethod = \"age\"\n"),
            "dbguard.toml:3:10: [encryption]: `method` needs `recipients`"
        );
        assert!(
            error("version = 1\n[offsite]\ntarget = \"x\"\n").contains("[offsite]: `target` needs `method`")
        );
        assert!(error("version = 1\n[offsite]\nmethod = \"s3\"\ntarget = \"b\"\n").contains("`s3://`"));
        assert!(error("version = 1\n[backup]\nkeep_last = 0\n").contains("keep_last must be at least 1"));
    }

    #[test]
    fn two_databases_cannot_share_an_id() {
        let one = "[[database]]\nid = \"a\"\nengine = \"postgres\"\nrun = \"direct\"\n";
        let message = error(&format!("version = 1\n{one}{one}"));
        assert_eq!(message, "dbguard.toml:6:1: the database id `a` is used twice");
    }

    #[test]
    fn g0_5_a_notification_names_a_place_and_never_an_address() {
        let with = |line: &str| format!("version = 1\n[notify]\n{line}\n");
        let fine = "slack = { kind = \"dotenv\", path = \".env\", key = \"SLACK_URL\" }\nmail = \"ops+db@example.org\"";
        Loaded::parse(&with(fine)).expect("valid");
        for (line, message) in [
            ("slack = \"https://hooks.example/x\"", "dbguard.toml:3:9: "),
            ("slack = { kind = \"variable\", key = \"https://x\" }", "this is an address"),
            ("webhook = { kind = \"dotenv\", key = \"A\" }", "`dotenv` needs `path` and `key`"),
            ("mail = \"a@b.c\\nBcc: x@y.z\"", "is not one plain mail address"),
            ("repeat_hours = 0", "dbguard.toml:3:16: repeat_hours must be at least 1"),
            ("ping.main = { kind = \"variable\", key = \"P\" }", "there is no database `main`"),
        ] {
            assert!(error(&with(line)).contains(message), "{}", error(&with(line)));
        }
    }

    #[test]
    fn a_compose_database_needs_its_service() {
        let text = "version = 1\n[[database]]\nid = \"a\"\nengine = \"postgres\"\nrun = \"compose\"\n";
        assert!(error(text).ends_with("`run = \"compose\"` needs `service`"));
    }
}

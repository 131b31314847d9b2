//! What the entries of an agent's permission lists let it run.

use std::borrow::Cow;

use crate::presets::Presets;
use crate::presets::agents::Settings;
use crate::presets::tools::{CommandExample, Effect, Language, Tool};

/// An entry, as the agent reads it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry<'a> {
    /// Every shell command.
    All,
    /// Commands that begin with these words.
    Prefix(Cow<'a, str>),
    /// This command alone, or nothing of the shell's.
    Other,
}

impl<'a> Entry<'a> {
    /// Reads `Bash(psql:*)`, `Shell(docker)`, `run_shell_command(git status)`, `Bash`, or a bare prefix.
    pub(super) fn read(text: &'a str, settings: &Settings) -> Self {
        let text = text.trim();
        if settings.shell.is_empty() {
            return Self::Prefix(Cow::Borrowed(text));
        }
        if settings.shell.iter().any(|name| **name == *text) {
            return Self::All;
        }
        let inside = text.split_once('(').and_then(|(name, rest)| {
            let known = settings.shell.iter().any(|shell| **shell == *name);
            rest.strip_suffix(')').filter(|_| known)
        });
        let Some(inside) = inside else { return Self::Other };
        let open = inside.strip_suffix(":*").or_else(|| inside.strip_suffix('*'));
        let always_open = !settings.shell.iter().any(|name| **name == *"Bash");
        match open.map(str::trim_end) {
            Some("") => Self::All,
            Some(prefix) => Self::Prefix(without_assignments(prefix)),
            None if always_open => Self::Prefix(without_assignments(inside)),
            None => Self::Other,
        }
    }

    /// Whether the entry is about `command`.
    pub(super) fn covers(&self, command: &str) -> bool {
        match self {
            Self::All => true,
            Self::Prefix(prefix) => {
                command.strip_prefix(&**prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            }
            Self::Other => false,
        }
    }
}

/// `psql` for `PGPASSWORD=… psql`: the value may be a secret.
fn without_assignments(prefix: &str) -> Cow<'_, str> {
    let mut rest = prefix.trim_start();
    while let Some((name, value)) = rest.split_once('=') {
        if name.is_empty() || !name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
            break;
        }
        let end = match value.chars().next() {
            Some(quote @ ('\'' | '"')) => value.get(1..).and_then(|inner| inner.find(quote)).map(|at| at + 2),
            _ => value.find(' '),
        };
        let Some(end) = end else { return Cow::Borrowed("") };
        rest = value.get(end..).unwrap_or_default().trim_start();
    }
    Cow::Borrowed(rest)
}

/// The shortest destroying command that `entry` allows and nothing in `denied` stops.
pub(super) fn allowed(entry: &Entry<'_>, denied: &[Entry<'_>]) -> Option<&'static str> {
    if matches!(entry, Entry::Prefix(prefix) if prefix.is_empty()) {
        return None;
    }
    let open = |command: &&str| entry.covers(command) && !denied.iter().any(|rule| rule.covers(command));
    destroying().filter(open).min_by_key(|command| command.len())
}

/// Whether the entry allows a program that runs whatever text it is given: an interpreter, or a runner of scripts.
pub(super) fn is_interpreter(entry: &Entry<'_>) -> bool {
    let Entry::Prefix(prefix) = entry else { return false };
    let named = |tool: &&Tool| tool.programs.iter().any(|program| **program == **prefix);
    Presets::embedded_tools().filter(named).any(|tool| {
        let programs = |language: &Language| {
            !matches!(language, Language::Sql | Language::Mongo | Language::RedisCommands | Language::Cypher)
        };
        tool.sinks.iter().any(|sink| programs(&sink.language)) || !tool.runners.is_empty()
    })
}

/// Examples of commands that destroy a database's data: one program each that not everybody runs all day, nothing piped.
fn destroying() -> impl Iterator<Item = &'static str> {
    let examples = Presets::embedded_examples().filter(|example| destroys(example));
    examples.map(|example| &*example.command).filter(|command| !is_ordinary(command))
}

fn is_ordinary(command: &str) -> bool {
    let program = command.split(' ').next().unwrap_or_default();
    let mut families = Presets::embedded_families().iter().filter(|family| family.ordinary);
    families
        .any(|family| family.programs.iter().any(|tool| tool.programs.iter().any(|name| **name == *program)))
}

fn destroys(example: &CommandExample) -> bool {
    let effect = matches!(
        example.effect,
        Some(
            Effect::DestroysVolume
                | Effect::DestroysDatabase
                | Effect::DestroysSchema
                | Effect::DestroysTable
                | Effect::DestroysRows
                | Effect::ResetsMigrations
        )
    );
    effect && !example.command.contains(['|', ';', '\n', '<']) && !example.command.contains("&&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(shell: &'static str) -> Settings {
        let agents = Presets::embedded_agents();
        agents
            .iter()
            .find(|agent| agent.settings.shell.iter().any(|name| **name == *shell))
            .expect("an agent")
            .settings
            .clone()
    }

    #[test]
    fn entries_of_several_agents() {
        let claude = settings("Bash");
        let read = |text| Entry::read(text, &claude);
        assert_eq!(read("Bash"), Entry::All);
        assert_eq!(read("Bash(*)"), Entry::All);
        assert_eq!(read("Bash(psql:*)"), Entry::Prefix("psql".into()));
        assert_eq!(read("Bash(docker compose *)"), Entry::Prefix("docker compose".into()));
        assert_eq!(read("Bash(PGPASSWORD='a b' psql:*)"), Entry::Prefix("psql".into()));
        assert_eq!(read("Bash(A_1=x B=y psql:*)"), Entry::Prefix("psql".into()));
        assert_eq!(read("Bash(=x psql:*)"), Entry::Prefix("=x psql".into()));
        assert_eq!(read("Bash(a-b=c psql:*)"), Entry::Prefix("a-b=c psql".into()));
        assert_eq!(read("Edit(psql:*)"), Entry::Other);
        assert!(read("Bash(dropdb:*)").covers("dropdb") && !read("Bash(dropdb:*)").covers("dropdbs"));
        assert_eq!(read("Bash(npm test)"), Entry::Other);
        assert_eq!(read("Read(.env)"), Entry::Other);
        assert_eq!(Entry::read("Shell(docker)", &settings("Shell")), Entry::Prefix("docker".into()));
    }

    #[test]
    fn what_they_allow() {
        let allowed = |text: &str| allowed(&Entry::read(text, &settings("Bash")), &[]);
        for open in [
            "Bash(psql:*)",
            "Bash(docker:*)",
            "Bash(docker compose:*)",
            "Bash(supabase:*)",
            "Bash(npx prisma:*)",
            "Bash(*)",
        ] {
            assert!(allowed(open).is_some(), "{open}");
        }
        for narrow in [
            "Bash(docker ps:*)",
            "Bash(git:*)",
            "Bash(ls:*)",
            "Bash(find:*)",
            "Bash(curl:*)",
            "Bash(npm run lint:*)",
            "WebSearch",
        ] {
            assert_eq!(allowed(narrow), None, "{narrow}");
        }
    }
}

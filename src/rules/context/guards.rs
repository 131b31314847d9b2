//! What stands between a command and the accident: a question, a look at the environment, a dump before.

use crate::effects::Found;
use crate::source::{SourceFile, Span};
use crate::survey::passages::{Form, Passage};

/// Lines before a command in which a document may say to take a dump first.
const DOCUMENT_LINES: usize = 12;

/// Programs and scripts that write a backup.
const DUMPS: [&str; 11] = [
    "pg_dump",
    "pg_basebackup",
    "mysqldump",
    "mariadb-dump",
    "mongodump",
    "\".backup",
    "'.backup",
    "backup.sh",
    "pg:backups:capture",
    "db-backup",
    "backup-database",
];

/// What asks a person.
const ASKS: [&str; 8] = [
    "read -p",
    "read -r",
    "read -n",
    "read -er",
    "gum confirm",
    "confirm ",
    "whiptail --yesno",
    "dialog --yesno",
];

/// Variables that say which environment this is.
const ENVIRONMENTS: [&str; 7] =
    ["NODE_ENV", "APP_ENV", "RAILS_ENV", "MIX_ENV", "ENVIRONMENT", "DJANGO_ENV", "FLASK_ENV"];

/// The guard before a command, if there is one.
pub(super) fn nearby(
    file: &SourceFile,
    passage: &Passage,
    found: &Found,
    span: Span,
) -> Option<&'static str> {
    match passage.form {
        Form::Script | Form::Step | Form::Recipe => in_script(before(passage, found)),
        Form::Block | Form::Inline => {
            let text = before_in_document(file, span);
            has_dump(&text).then_some("a dump is taken before it")
        }
        Form::Source | Form::Statements | Form::Advice | Form::Comment => None,
    }
}

/// The part of the passage before the command.
fn before<'a>(passage: &'a Passage, found: &Found) -> &'a str {
    passage.text.get(..found.span.start.min(passage.text.len())).unwrap_or_default()
}

fn in_script(before: &str) -> Option<&'static str> {
    let mut lines = before.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let mut asks = false;
    let mut dumps = false;
    let mut checks = false;
    for line in &mut lines {
        asks |= ASKS.iter().any(|ask| line.contains(ask)) && !line.starts_with("while ");
        dumps |= has_dump(line);
        checks |= looks_at_environment(line);
    }
    let decides = ["if ", "[[", "case "].iter().any(|word| before.contains(word));
    if asks && decides {
        return Some("it asks first");
    }
    if checks {
        return Some("it looks at the environment first");
    }
    dumps.then_some("a dump is taken before it")
}

fn looks_at_environment(line: &str) -> bool {
    let decides =
        line.starts_with("if ") || line.starts_with("case ") || line.contains("[ ") || line.contains("[[ ");
    decides && ENVIRONMENTS.iter().any(|name| line.contains(name))
}

fn has_dump(text: &str) -> bool {
    DUMPS.iter().any(|dump| text.contains(dump))
}

/// The lines before the command in the same section.
fn before_in_document(file: &SourceFile, span: Span) -> String {
    let text = file.text().get(..span.start).unwrap_or_default();
    let lines = text
        .lines()
        .rev()
        .take(DOCUMENT_LINES)
        .take_while(|line| !line.starts_with('#') || line.starts_with("# "));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::in_script;

    #[test]
    fn guards_of_scripts() {
        assert_eq!(
            in_script("read -p 'Type yes' x\nif [ \"$x\" != yes ]; then exit 1; fi\n"),
            Some("it asks first")
        );
        assert_eq!(in_script("pg_dump shop > a.sql\n"), Some("a dump is taken before it"));
        assert_eq!(in_script("read -p 'Type yes' x\necho $x\n"), None);
        assert_eq!(in_script("export APP_ENV=production\n"), None);
        assert_eq!(in_script("if [ \"$HOME\" = /root ]; then exit 1; fi\n"), None);
        assert_eq!(
            in_script("[[ $NODE_ENV == production ]] && exit 1\n"),
            Some("it looks at the environment first")
        );
        assert_eq!(
            in_script("if [ \"$APP_ENV\" = production ]; then exit 1; fi\n"),
            Some("it looks at the environment first")
        );
        assert_eq!(in_script("# pg_dump\nwhile read -r line; do echo; done\necho backup\n"), None);
    }
}

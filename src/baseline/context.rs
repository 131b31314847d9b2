//! What an accepted finding is recognised by.

use super::Subject;
use crate::finding::fingerprint::{of, squeezed};
use crate::finding::{Finding, Place};
use crate::mask::masked_line;
use crate::source::SourceFile;
use crate::survey::{self, paths};

/// What stands for a value that is hidden.
const HIDDEN: &str = "***";

/// The subject of a finding in `file`, which is none where it cannot be read.
pub(super) fn subject(finding: &Finding, file: Option<&SourceFile>) -> Subject {
    let path = finding.place.path.as_str();
    let telling = file.map(|file| telling(finding, file)).unwrap_or_default();
    Subject {
        path: path.to_owned(),
        rule: finding.rule.to_owned(),
        context: of(&[finding.rule, path, &telling]),
    }
}

/// All lines of the finding, without secrets, which nobody shall guess from the hash. Where something is hidden, what the finding
/// says tells the lines apart. Nothing, where it is about the file as a whole.
fn telling(finding: &Finding, file: &SourceFile) -> String {
    let place = &finding.place;
    if *place == Place::file(place.path.as_str()) {
        return String::new();
    }
    let last = place.end_line.max(place.line);
    let lines = file.lines().skip(place.line.saturating_sub(1)).take_while(|(number, _)| *number <= last);
    let is_dotenv = survey::is_dotenv(paths::name(&place.path));
    let mut is_whole = true;
    let mut told: Vec<String> = Vec::new();
    for (_, line) in lines {
        let shown = squeezed(&if is_dotenv { without_value(line) } else { without_secrets(line) });
        is_whole &= shown == squeezed(line);
        told.push(shown);
    }
    if !is_whole {
        told.push(squeezed(&masked_line(&finding.message)));
    }
    told.join("\n")
}

/// A line of a dotenv file without what it assigns: any of it may be a secret, and the file may be on this machine only.
fn without_value(line: &str) -> String {
    line.split_once('=').map_or_else(|| line.to_owned(), |(key, _)| format!("{key}={HIDDEN}"))
}

/// Also without the values of `-p` and `-a`, by which clients take passwords: here it does no harm to hide too much.
fn without_secrets(line: &str) -> String {
    let mut is_value = false;
    let mut shown = Vec::new();
    for word in line.split_whitespace() {
        let option = ["-p", "-a"].into_iter().find(|option| word.starts_with(option));
        match option {
            _ if is_value => shown.push(HIDDEN.to_owned()),
            Some(option) if word != option => shown.push(format!("{option}{HIDDEN}")),
            _ => shown.push(word.to_owned()),
        }
        is_value = !is_value && option == Some(word);
    }
    masked_line(&shown.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_left_of_a_line() {
        for line in [
            "redis-cli -a hunter2 flushall",
            "mysql -phunter2 -e 'DROP TABLE a'",
            "mongosh -u root -p hunter2",
            "PGPASSWORD=hunter2 psql",
            "psql postgres://u:hunter2@db/x",
            "mysql --password hunter2 a",
        ] {
            let shown = without_secrets(line);
            assert!(shown.contains(HIDDEN) && !shown.contains("hunter2"), "{shown}");
        }
        assert_eq!(without_value("export MODE=hunter2"), "export MODE=***");
    }

    #[test]
    fn what_holds_none_stays_whole() {
        for line in ["docker compose down -v --remove-orphans", "rm -rf /var/lib/postgresql", "psql -c 'x'"] {
            assert_eq!(without_secrets(line), line);
        }
    }
}

//! Files with one command a line: Procfiles, crontabs, units of systemd.

use super::{Form, Passage};
use crate::presets::tools::Language;
use crate::source::{SourceFile, Span};
use crate::survey::paths;

/// Whether a file of this lower-case name is read here.
pub(super) fn knows(name: &str) -> bool {
    name == "procfile"
        || name.starts_with("procfile.")
        || name.starts_with("crontab")
        || paths::ending(name) == "cron"
}

pub(super) fn read(file: &SourceFile) -> Vec<Passage> {
    let is_procfile = file.path().to_ascii_lowercase().contains("procfile");
    each_line(file, |line| if is_procfile { process(line) } else { scheduled(line) })
}

/// What a unit runs.
pub(super) fn systemd(file: &SourceFile) -> Vec<Passage> {
    each_line(file, |line| {
        let (key, command) = line.split_once('=')?;
        key.starts_with("Exec")
            .then(|| (key.trim(), command.trim_start_matches(['-', '@', '+', '!', ':', ' '])))
    })
}

/// A name and the command behind it, for each line that has one.
fn each_line<'a>(
    file: &'a SourceFile,
    command: impl Fn(&'a str) -> Option<(&'a str, &'a str)>,
) -> Vec<Passage> {
    let mut at = 0;
    let mut passages = Vec::new();
    for line in file.text().split_inclusive('\n') {
        let end = at + line.trim_end().len();
        at += line.len();
        let code = line.trim();
        if code.starts_with('#') {
            continue;
        }
        if let Some((name, text)) = command(code) {
            let span = Span::new(end - text.len(), end);
            passages.push(Passage::slice(file, span, Language::Shell, Form::Step).named(name));
        }
    }
    passages
}

fn process(line: &str) -> Option<(&str, &str)> {
    let (name, command) = line.split_once(':')?;
    Some((name.trim(), command.trim_start()))
}

/// What stands behind the five fields of a time, or behind `@daily`. A user's name may follow; it is no known program.
fn scheduled(line: &str) -> Option<(&str, &str)> {
    if line.starts_with('@') {
        return Some(("cron", line.split_once(char::is_whitespace)?.1.trim_start()));
    }
    let mut rest = line;
    for _ in 0..5 {
        let (field, after) = rest.split_once(char::is_whitespace)?;
        let is_time = field.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"*/,-".contains(&byte));
        if !is_time || !field.contains(|letter: char| letter == '*' || letter.is_ascii_digit()) {
            return None;
        }
        rest = after.trim_start();
    }
    Some(("cron", rest.strip_prefix("root ").map_or(rest, str::trim_start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(path: &str, text: &str) -> Vec<(String, String)> {
        let file = SourceFile::new(path, text);
        super::super::read(&file).into_iter().map(|one| (one.name, one.text)).collect()
    }

    fn one(name: &str, text: &str) -> (String, String) {
        (name.to_owned(), text.to_owned())
    }

    #[test]
    fn each_kind() {
        assert_eq!(texts("Procfile", "release: a b\n# x: y\n"), [one("release", "a b")]);
        assert_eq!(
            texts("ops/crontab", "MAILTO=x\n0 3 * * * root a -v\n@daily b\n"),
            [one("cron", "a -v"), one("cron", "b")]
        );
        assert_eq!(texts("a.service", "[Service]\nExecStart=-/bin/a b\n"), [one("ExecStart", "/bin/a b")]);
    }
}

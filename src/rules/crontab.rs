//! Lines of crontabs that back databases up.

use std::rc::Rc;

use super::surroundings::Surroundings;
use super::{Rule, View, backups, draft};
use crate::finding::{Finding, Kind};
use crate::source::SourceFile;
use crate::survey::paths;

/// A job.
struct Job {
    file: Rc<SourceFile>,
    /// Line, from 1.
    line: usize,
    command: String,
}

/// Every job that backs up, in every crontab of the repository.
fn jobs(view: &View<'_>) -> Vec<Job> {
    let programs = backups::programs(view);
    let files =
        view.tree.paths().filter(|path| is_crontab(path)).filter_map(|path| view.tree.read(path).ok());
    let mut jobs = Vec::new();
    for file in files {
        for (line, text) in file.lines() {
            let Some(command) = command(text) else { continue };
            let lower = command.to_ascii_lowercase();
            if programs.iter().any(|name| command.contains(name))
                || lower.contains("backup")
                || lower.contains("dump")
            {
                jobs.push(Job { file: Rc::clone(&file), line, command: command.to_owned() });
            }
        }
    }
    jobs
}

/// A finding of `rule` for every job whose command `is_faulty`.
pub(super) fn faulty(
    view: &View<'_>,
    rule: &Rule,
    message: &str,
    is_faulty: impl Fn(&str) -> bool,
) -> Vec<Finding> {
    let jobs = jobs(view).into_iter().filter(|job| is_faulty(&job.command));
    jobs.filter_map(|job| finding(rule, &job.file, job.line, message)).collect()
}

/// A finding of `rule` about a line that backs up; none where the file's surroundings say that it does not matter.
pub(super) fn finding(rule: &Rule, file: &SourceFile, line: usize, message: &str) -> Option<Finding> {
    let severity = Surroundings::of(file.path()).weigh(rule.about.severity)?;
    Some(draft::finding(&rule.about, Kind::Script, draft::line_of(file, line), severity, message))
}

fn is_crontab(path: &str) -> bool {
    let name = paths::name(path).to_ascii_lowercase();
    let folder = paths::folder(path);
    name.starts_with("crontab")
        || name.ends_with("crontab")
        || matches!(paths::ending(&name), "cron" | "crontab")
        || folder.ends_with("cron.d")
        || folder.ends_with("crontabs")
}

/// What follows the five fields of time, or `@daily`.
fn command(line: &str) -> Option<&str> {
    let line = line.trim();
    let fields = if line.starts_with('@') { 1 } else { 5 };
    let mut rest = line;
    for _ in 0..fields {
        let end = rest.find(char::is_whitespace)?;
        let field = rest.get(..end)?;
        let time = field.starts_with('@')
            || field.chars().all(|letter| letter.is_ascii_alphanumeric() || "*/,-?".contains(letter));
        rest = rest.get(end..)?.trim_start();
        if !time {
            return None;
        }
    }
    let first = line.chars().next()?;
    (first.is_ascii_digit() || matches!(first, '*' | '@')).then_some(rest)
}

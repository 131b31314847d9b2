//! Lines of crontabs that back databases up.

use std::rc::Rc;

use super::{View, backups};
use crate::source::SourceFile;
use crate::survey::paths;

/// A job.
pub(super) struct Job {
    pub(super) file: Rc<SourceFile>,
    /// Line, from 1.
    pub(super) line: usize,
    pub(super) command: String,
}

/// Every job that backs up, in every crontab of the repository.
pub(super) fn jobs(view: &View<'_>) -> Vec<Job> {
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

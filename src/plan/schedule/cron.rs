//! The block of a crontab.

use std::fmt::Write as _;

use super::{Job, Place};

/// The mark that begins the block of the repository at `root`.
pub fn crontab_begin(root: &str) -> String {
    format!("# >>> dbguard: {root}")
}

/// The mark that ends it.
pub fn crontab_end(root: &str) -> String {
    format!("# <<< dbguard: {root}")
}

/// The block, with its marks.
pub fn crontab(jobs: &[Job], place: &Place) -> String {
    let command = format!("{} {}", crontab_word(&place.bash), crontab_word(&place.script));
    let mut text = crontab_begin(&place.root);
    text.push_str("\n# Written by schedule.sh: change it by its action install, take it out by remove.\n");
    for job in jobs {
        let _ = writeln!(text, "{} {command} {}", job.fields, job.words());
    }
    text + &crontab_end(&place.root) + "\n"
}

/// A word of a command; it holds no percent sign, which a crontab takes for the end of the line.
pub fn crontab_word(word: &str) -> String {
    let quoted = word.replace('\'', "'\\''").replace('%', "'\"$(printf '\\045')\"'");
    format!("'{quoted}'")
}

//! Whether a document warns of a command where it stands: a reader who has been told what goes, and what to do before or instead,
//! has been told what a finding would tell.

use super::anchor;
use super::negation::holds;
use crate::presets::Presets;
use crate::presets::languages::WarningSigns;
use crate::presets::model::{List, Str};
use crate::source::{SourceFile, Span};
use crate::survey::passages::{Form, Passage};

/// Signs that stand for the word.
const MARKS: [&str; 6] = ["⚠", "⛔", "🚨", "❗", "🛑", "‼"];

/// Letters of a text in which its first words are looked for.
const BEGINNING: usize = 60;

/// Whether a warning stands right above the block of code, list, table or paragraph of `span`, or is what `span` stands in.
pub(super) fn is_warned(file: &SourceFile, passage: &Passage, span: Span) -> bool {
    if !matches!(passage.form, Form::Block | Form::Inline) {
        return false;
    }
    let line = file.line_of(span.start);
    if passage.form == Form::Inline && warns(&anchor::around(file, line)) {
        return true;
    }
    let Some(anchor) = anchor::of(file, line, passage.form == Form::Block) else { return false };
    anchor::above(file, &anchor).iter().any(|text| warns(text))
}

/// Whether a text says that it is a warning, that data is meant, and what to do about it.
fn warns(text: &str) -> bool {
    let lower = text.to_lowercase();
    let start = lower.trim_start_matches(|letter: char| !letter.is_alphanumeric() && !is_mark(letter));
    let beginning: String = start.chars().take(BEGINNING).collect();
    let signs = || Presets::embedded_languages().iter().map(|language| &language.signs);
    let any = |text: &str, words: fn(&WarningSigns) -> &List<Str>| {
        signs().any(|signs| words(signs).iter().any(|word| holds(text, word)))
    };
    let begins = signs().any(|signs| signs.warning.iter().any(|word| start.starts_with(&**word)));
    (begins && any(&beginning, |signs| &signs.warning) || start.starts_with(is_mark))
        && any(&lower, |signs| &signs.data)
        && any(&lower, |signs| &signs.way_out)
}

fn is_mark(letter: char) -> bool {
    MARKS.iter().any(|mark| mark.starts_with(letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::passages;

    fn warned(path: &str, text: &str) -> bool {
        let file = SourceFile::new(path, text);
        let passages = passages::read(&file);
        let passage = passages.iter().find(|one| one.text.contains("down -v")).expect("passage");
        let at = passage.text.find("down -v").expect("command");
        is_warned(&file, passage, passage.place(&(at..at + 4)))
    }

    #[test]
    fn warnings_that_name_the_data_and_a_way_out() {
        for text in [
            "> **Warning:** this deletes all data. Take a backup first.\n\n```sh\nx down -v\n```\n",
            "> [!CAUTION]\n> Deletes the database; dump it first.\n\n```sh\nx down -v\n```\n",
            ":::danger\n\nAll data is lost. Make a backup.\n\n:::\n\n```sh\nx down -v\n```\n",
            "⚠️ All data goes; take a backup.\n\nStart over:\n\n```sh\nx down -v\n```\n",
            "- a:\n\n  > **Warnung:** löscht alle Daten, vorher ein Backup anlegen.\n\n  ```sh\n  x down -v\n  ```\n",
            "**Warning**: `x down -v` deletes all data, back up first.\n",
            "> **警告：** 会删除全部数据，请先备份。\n\n运行 `x down -v`。\n",
        ] {
            assert!(warned("a.md", text), "{text}");
        }
        let rst =
            ".. warning::\n\n   This deletes all data; take a backup first.\n\nRun::\n\n    x down -v\n";
        assert!(warned("a.rst", rst));
        assert!(warned("README.txt", "WARNING: deletes all data, take a backup first.\n\nx down -v\n"));
    }

    #[test]
    fn half_a_warning_is_none() {
        for text in [
            "> **Warning:** this deletes all data.\n\n```sh\nx down -v\n```\n",
            "> **Warning:** take a backup first, it is slow.\n\n```sh\nx down -v\n```\n",
            "> **Note:** this deletes all data. Take a backup first.\n\n```sh\nx down -v\n```\n",
            "> **Warning:** this deletes all data. Take a backup first.\n\n# Other\n\nText.\n\n```sh\nx down -v\n```\n",
            "A warning about data, with a backup.\n\n```sh\nx down -v\n```\n",
            "Read the warnings about data and backups.\n\n```sh\nx down -v\n```\n",
        ] {
            assert!(!warned("a.md", text), "{text}");
        }
    }
}

//! Words of a line that stand for what a file holds: `-d @query.json`, `-T file`, `parfile=import.par`.

use super::Run;
use super::state::{Input, State};
use crate::effects::value::Value;
use crate::presets::model::Str;
use crate::presets::tools::Tool;

impl Run<'_> {
    /// The arguments with the texts of the files that stand for them; None when no word names one.
    pub(super) fn with_files(
        &mut self,
        tool: &Tool,
        arguments: &[Value],
        state: &State,
        input: &Input,
    ) -> Option<Vec<Value>> {
        if tool.bodies.is_empty() && tool.word_files.is_empty() {
            return None;
        }
        let (mut words, mut changed, mut at) = (Vec::new(), false, 0);
        while let Some(word) = arguments.get(at) {
            let next = arguments.get(at + 1).map(Value::text);
            if let Some((option, file, took)) = body(tool, word.text(), next) {
                words.extend([Value::known(option), self.sent(file, state, input)]);
                (changed, at) = (true, at + took);
            } else if let Some(file) = word.text().strip_prefix('@').filter(|_| tool.body_words) {
                words.extend(tool.bodies.first().map(|option| Value::known(&**option)));
                words.push(self.sent(file, state, input));
                (changed, at) = (true, at + 1);
            } else if let Some(file) = behind_any(tool, word.text()) {
                words.extend(self.more_words(file, state));
                (changed, at) = (true, at + 1);
            } else {
                words.push(word.clone());
                at += 1;
            }
        }
        if !changed && tool.body_words && matches!(input, Input::Text(_)) {
            words.extend(tool.bodies.first().map(|option| Value::known(&**option)));
            words.push(self.sent("-", state, input));
            changed = true;
        }
        changed.then_some(words)
    }

    /// What a file holds, or what is read from standard input (`-`).
    fn sent(&self, file: &str, state: &State, input: &Input) -> Value {
        match (file, input) {
            ("-", Input::Text(text)) => text.clone(),
            ("-", Input::None) => Value::unknown(),
            (path, _) => self.file(&Value::known(path), state),
        }
    }

    fn more_words(&mut self, file: &str, state: &State) -> Vec<Value> {
        let text = self.file(&Value::known(file), state);
        if !text.is_known() {
            self.doubt("a file of parameters cannot be read from here", state);
        }
        text.text()
            .lines()
            .map(|line| Value::known(line.trim()))
            .filter(|word| !word.text().is_empty())
            .collect()
    }
}

/// An option whose value is the text of a file: the option that it counts as, the file, and how many words it takes.
fn body<'a>(tool: &'a Tool, word: &'a str, next: Option<&'a str>) -> Option<(&'a str, &'a str, usize)> {
    let listed = |list: &'a [Str], name: &str| list.iter().find(|one| ***one == *name);
    if let Some(first) = tool.bodies.first()
        && let Some((_, file, length)) = valued(word, next, |name| listed(&tool.body_files, name).is_some())
    {
        return Some((first, file, length));
    }
    let (option, given, length) = valued(word, next, |name| listed(&tool.bodies, name).is_some())?;
    Some((listed(&tool.bodies, &option)?, given.strip_prefix('@')?, length))
}

/// An option by its name, its value, and how many words both take: `-d v`, `-sd v`, `-dv`, `--data v`, `--data=v`.
fn valued<'a>(
    word: &'a str,
    next: Option<&'a str>,
    is_option: impl Fn(&str) -> bool,
) -> Option<(String, &'a str, usize)> {
    if is_option(word) {
        return Some((word.to_owned(), next?, 2));
    }
    if let Some((name, value)) = word.split_once('=').filter(|(name, _)| is_option(name)) {
        return Some((name.to_owned(), value, 1));
    }
    let letters = word.strip_prefix('-').filter(|letters| !letters.starts_with('-'))?;
    for (at, letter) in letters.char_indices() {
        let name = format!("-{letter}");
        if is_option(&name) {
            let value = letters.get(at + letter.len_utf8()..)?;
            return Some(if value.is_empty() { (name, next?, 2) } else { (name, value, 1) });
        }
        if !letter.is_ascii_lowercase() {
            return None;
        }
    }
    None
}

fn behind_any<'a>(tool: &Tool, word: &'a str) -> Option<&'a str> {
    let lower = word.to_ascii_lowercase();
    let beginning = tool.word_files.iter().find(|one| lower.starts_with(&***one))?;
    word.get(beginning.len()..)
}

#[cfg(test)]
mod tests {
    use super::valued;

    #[test]
    fn an_option_has_its_value_in_every_spelling() {
        let is_option = |name: &str| matches!(name, "-d" | "--data");
        let read = |word: &'static str| valued(word, Some("next"), is_option);
        let row = |name: &str, value, took| Some((name.to_owned(), value, took));
        assert_eq!(read("-d"), row("-d", "next", 2));
        assert_eq!(read("-sd"), row("-d", "next", 2));
        assert_eq!(read("-d@x"), row("-d", "@x", 1));
        assert_eq!(read("--data=@x"), row("--data", "@x", 1));
        assert_eq!(read("-XDELETE"), None);
        assert_eq!(read("--dat"), None);
    }
}

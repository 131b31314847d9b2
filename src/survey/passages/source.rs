//! Programs: read for calls that destroy, never as shell.

use super::{Form, Passage};
use crate::effects;
use crate::presets::tools::Language;
use crate::source::{SourceFile, Span};
use crate::survey::paths;

/// Largest program that is read, in bytes: a longer one was generated or bundled.
const LARGEST: usize = 300_000;

/// The language of a script or program, by its first line or its name.
pub(super) fn language(file: &SourceFile) -> Option<Language> {
    let is_named = !paths::ending(file.path()).is_empty();
    if !is_named && !file.text().starts_with("#!") {
        return None;
    }
    if matches!(paths::ending(file.path()), "bats" | "envrc") {
        return Some(Language::Shell);
    }
    effects::language_of(file.text(), file.path())
}

pub(super) fn read(file: &SourceFile, language: Language) -> Vec<Passage> {
    if file.text().len() > LARGEST || paths::name(file.path()).contains(".min.") {
        return Vec::new();
    }
    let whole = Span::new(0, file.text().len());
    let mut passages = vec![Passage::slice(file, whole, language, Form::Source)];
    if paths::name(file.path()) == "mix.exs" {
        passages.extend(aliases(file));
    }
    passages
}

/// The aliases of a Mix project: each string of its list is a command of `mix`.
fn aliases(file: &SourceFile) -> Vec<Passage> {
    let text = file.text();
    let Some(start) = text.find("defp aliases").or_else(|| text.find("def aliases")) else {
        return Vec::new();
    };
    let end = text[start..].find("\n  end").map_or(text.len(), |length| start + length);
    let mut at = start;
    let mut passages = Vec::new();
    for line in text[start..end].split_inclusive('\n') {
        let begins = at;
        at += line.len();
        let Some(open) = line.find('[') else { continue };
        let name = line[..open].trim().trim_end_matches([':', ' ']).trim_matches('"').to_owned();
        let steps = line[open..].split('"').skip(1).step_by(2).filter(|step| !step.is_empty());
        let commands: Vec<String> = steps.map(|step| format!("mix {step}")).collect();
        if commands.is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let span = Span::new(begins + open, at);
        let passage = Passage::aligned(file, commands.join(" && "), span, Language::Shell, Form::Recipe);
        passages.push(passage.named(name));
    }
    passages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_by_name_and_first_line() {
        for (path, text, expected) in [
            ("a.go", "package a", Some(Language::CLike)),
            ("bin/setup", "#!/usr/bin/env ruby\n", Some(Language::Ruby)),
            ("LICENSE", "x", None),
            ("a.css", ".truncate {}", None),
        ] {
            assert_eq!(language(&SourceFile::new(path, text)), expected, "{path}");
        }
    }

    #[test]
    fn aliases_of_mix() {
        let text = "defmodule A do\n  defp aliases do\n    [\n      \"ecto.reset\": [\"ecto.drop\", \"ecto.create\"],\n      test: [\"x\"]\n    ]\n  end\nend\n";
        let file = SourceFile::new("mix.exs", text);
        let found = read(&file, Language::Elixir);
        assert_eq!(found[1].text, "mix ecto.drop && mix ecto.create");
        assert_eq!(found[1].name, "ecto.reset");
        assert_eq!(file.line_of(found[1].place(&(4..13)).start), 4);
    }
}

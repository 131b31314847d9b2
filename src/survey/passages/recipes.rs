//! Makefiles and justfiles: each recipe's lines.

use super::{Form, Map, Passage};
use crate::presets::tools::Language;
use crate::source::{SourceFile, Span};
use crate::survey::paths;

pub(super) fn is_makefile(name: &str) -> bool {
    name == "makefile"
        || name == "gnumakefile"
        || name.starts_with("makefile.")
        || paths::ending(name) == "mk"
}

pub(super) fn is_justfile(name: &str) -> bool {
    matches!(name, "justfile" | ".justfile") || paths::ending(name) == "just"
}

pub(super) fn read(file: &SourceFile) -> Vec<Passage> {
    let mut passages = Vec::new();
    let mut target = String::new();
    let mut recipe: Vec<(&str, usize)> = Vec::new();
    let mut at = 0;
    for line in file.text().split_inclusive('\n') {
        let start = at;
        at += line.len();
        let indented = line.starts_with(['\t', ' ']);
        if indented && !target.is_empty() {
            let body = line.trim_start().trim_end();
            let code = body.trim_start_matches(['@', '-', '+']);
            let lead = line.len() - line.trim_start().len() + body.len() - code.len();
            recipe.push((code, start + lead));
            continue;
        }
        if line.trim().is_empty() {
            continue;
        }
        flush(file, &mut recipe, &target, &mut passages);
        if let Some(comment) = line.trim().strip_prefix('#') {
            let end = start + line.trim_end().len();
            let span = Span::new(end - comment.len(), end);
            passages.push(Passage::slice(file, span, Language::Shell, Form::Comment));
        } else {
            target = head(line).unwrap_or_default();
        }
    }
    flush(file, &mut recipe, &target, &mut passages);
    passages
}

/// The target that a line defines.
fn head(line: &str) -> Option<String> {
    let (targets, rest) = line.split_once(':')?;
    let assigns = rest.starts_with('=') || targets.contains('=') && !targets.contains(' ');
    (!assigns).then(|| targets.trim_start_matches('@').split_whitespace().next().unwrap_or("*").to_owned())
}

fn flush(file: &SourceFile, recipe: &mut Vec<(&str, usize)>, target: &str, passages: &mut Vec<Passage>) {
    let lines = std::mem::take(recipe);
    if lines.is_empty() {
        return;
    }
    let (first, last) = (lines[0].1, lines[lines.len() - 1]);
    let texts: Vec<&str> = lines.iter().map(|(line, _)| *line).collect();
    let text = texts.join("\n");
    let passage = Passage {
        text: dollars(&text),
        map: Map::of_lines(&lines),
        language: Language::Shell,
        form: Form::Recipe,
        name: target.to_owned(),
    };
    passages.push(passage);
    let span = Span::new(first, last.1 + last.0.len());
    let beside = super::shell::beside(file, span).into_iter();
    passages.extend(beside.map(|one| one.named(target)));
}

/// `$$` is the shell's `$`; make's own variables become the shell's, in as many bytes.
fn dollars(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        if let Some(after) = behind.strip_prefix('$') {
            out.push_str(" $");
            rest = after;
            continue;
        }
        let inner = behind.strip_prefix('(').and_then(|inner| Some(&inner[..inner.find(')')?]));
        let Some(name) = inner else {
            out.push('$');
            rest = behind;
            continue;
        };
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        if plain && !name.is_empty() {
            out.extend(["${", &name.replace('-', "_"), "}"]);
        } else {
            // A function of make: what it gives cannot be told.
            out.extend(["${", &"_".repeat(name.len()), "}"]);
        }
        rest = &behind[name.len() + 2..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipes_with_names_and_places() {
        let file = SourceFile::new(
            "Makefile",
            "A := b\n# note\nreset: deps\n\t@docker $(X) \\\n\t  down -v\n\nall:\n\tls $$HOME\n",
        );
        let recipes: Vec<_> = read(&file).into_iter().filter(|one| one.form == Form::Recipe).collect();
        assert_eq!(recipes[0].text, "docker ${X} \\\ndown -v");
        assert_eq!((recipes[0].name.as_str(), recipes[1].name.as_str()), ("reset", "all"));
        let down = recipes[0].text.find("down").expect("word");
        assert_eq!(file.position(recipes[0].place(&(down..down + 4)).start).line, 5);
        assert_eq!(recipes[1].text, "ls  $HOME");
    }
}

//! YAML, JSON and TOML: commands are the values of keys that many formats share (`run`, `script`, `command`, `startCommand`).

mod value;

use std::collections::HashSet;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use value::Value;

use super::{Form, Passage};
use crate::presets::tools::Language;
use crate::source::{SourceFile, Span};
use crate::survey::paths;

/// Largest file that is looked into, in bytes: what is longer was written by a program.
const LARGEST: usize = 400_000;

/// Keys whose value is shell text, or a list of its lines.
const TEXTS: &str = "run|script|before_script|after_script|commands|bash|pwsh|powershell|inlineScript|cmd|cmds|shell|\
ansible.builtin.shell|ansible.builtin.command|ansible.builtin.raw|raw|startCommand|buildCommand|preDeployCommand|initialDeployHook|\
releaseCommand|release_command|postdeploy|pr-predestroy|installCommand|postCreateCommand|onCreateCommand|postStartCommand|\
updateContentCommand|postAttachCommand|entry|pre_deploy|post_deploy|postDeploy|preDeploy|deploy_command|start_command|build_command|\
exec|tasks|before_install|install|after_success|build|deploy";

/// Keys whose value is a command: text, or a list of its words.
const COMMANDS: [&str; 3] = ["command", "entrypoint", "args"];

/// Tables of named commands.
const NAMED: [&str; 3] = ["scripts", "tasks", "aliases"];

pub(super) fn read(file: &SourceFile) -> Vec<Passage> {
    let name = paths::name(file.path());
    if file.text().len() > LARGEST || name.contains("lock") {
        return Vec::new();
    }
    let mut reader = Reader { file, form: form(name), passages: Vec::new() };
    if may_hold(file.text()) {
        for document in value::documents(file) {
            reader.walk(&document, &mut Vec::new());
        }
    }
    if paths::is_yaml(file.path()) {
        reader.passages.extend(comments(file));
    }
    reader.passages
}

/// Whether a text has one of the keys: the word, and behind it what ends a key.
pub(super) fn may_hold(text: &str) -> bool {
    KEYS.as_ref().is_none_or(|keys| {
        keys.find_overlapping_iter(text).any(|key| {
            let (before, behind) = (&text[..key.start()], &text[key.end()..]);
            let whole =
                !before.ends_with(|letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-'));
            let behind = behind.trim_start_matches(['"', '\'']).trim_start_matches(' ');
            whole && behind.starts_with([':', '=', ']', '.'])
        })
    })
}

static TEXT_KEYS: LazyLock<HashSet<&str>> = LazyLock::new(|| TEXTS.split('|').collect());

/// None where they are too many to be searched for at once.
static KEYS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let keys = TEXTS.split('|').chain(COMMANDS).chain(NAMED);
    AhoCorasick::new(keys.filter(|key| key.len() > 2)).ok()
});

/// Manifests are run by people; what else has such keys is run by a machine.
fn form(name: &str) -> Form {
    let lower = name.to_ascii_lowercase();
    let by_hand = [
        "package.json",
        "composer.json",
        "deno.json",
        "deno.jsonc",
        "pyproject.toml",
        "mise.toml",
        "makefile.toml",
    ];
    if by_hand.contains(&lower.as_str()) || lower.starts_with("taskfile") { Form::Recipe } else { Form::Step }
}

struct Reader<'a> {
    file: &'a SourceFile,
    form: Form,
    passages: Vec<Passage>,
}

impl Reader<'_> {
    fn walk<'v>(&mut self, value: &'v Value, keys: &mut Vec<&'v str>) {
        match value {
            Value::Text(..) => {}
            Value::List(items) => items.iter().for_each(|item| self.walk(item, keys)),
            Value::Table(entries) => {
                self.joined_words(entries, keys);
                for (key, value) in entries {
                    keys.push(key);
                    self.entry(key, value, keys);
                    self.walk(value, keys);
                    keys.pop();
                }
            }
        }
    }

    fn entry(&mut self, key: &str, value: &Value, keys: &[&str]) {
        let parent = keys.len().checked_sub(2).and_then(|at| keys.get(at)).copied().unwrap_or_default();
        let named = self.form == Form::Recipe && NAMED.contains(&parent);
        if named {
            return self.lines(value, key);
        }
        if key == "aliases" || self.form == Form::Recipe && NAMED.contains(&key) {
            return;
        }
        if TEXT_KEYS.contains(key) {
            self.lines(value, &keys.join("."));
        }
    }

    /// `command` and `args`, or `entrypoint` and `command`, are one command line.
    fn joined_words(&mut self, entries: &[(String, Value)], keys: &[&str]) {
        let get = |name: &str| entries.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        let parts: Vec<&Value> = ["entrypoint", "command", "args"].into_iter().filter_map(get).collect();
        let words: Vec<(String, Span)> = parts.iter().flat_map(|part| part.words()).collect();
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return };
        let span = Span::new(first.1.start.min(last.1.start), first.1.end.max(last.1.end));
        let text: Vec<&str> = words.iter().map(|(text, _)| text.as_str()).collect();
        self.push(&text.join(" "), span, &keys.join("."));
    }

    fn lines(&mut self, value: &Value, name: &str) {
        match value {
            Value::Text(text, span) => self.push(text, *span, name),
            Value::List(items) => {
                for item in items {
                    if let Value::Text(text, span) = item {
                        self.push(text, *span, name);
                    }
                }
            }
            Value::Table(_) => {}
        }
    }

    fn push(&mut self, text: &str, span: Span, name: &str) {
        let text = without_expressions(text);
        let text = composer_call(&text).unwrap_or(text);
        self.passages.push(Passage::aligned(self.file, text, span, Language::Shell, self.form).named(name));
    }
}

/// Composer's `@php x` and `@other`.
fn composer_call(text: &str) -> Option<String> {
    let rest = text.strip_prefix('@')?;
    Some(
        rest.strip_prefix("php ")
            .map_or_else(|| format!("composer run {rest}"), |after| format!("php {after}")),
    )
}

/// `${{ … }}` of a workflow becomes a variable, of which nothing is known; `$$` of Compose is the shell's `$`.
fn without_expressions(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${{") {
        out.push_str(&rest[..at]);
        let length = rest[at..].find("}}").map_or(rest.len() - at, |end| end + 2);
        let inner: String = rest[at + 3..at + length]
            .trim_matches(['}', ' '])
            .chars()
            .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' })
            .collect();
        out.extend(["${", if inner.is_empty() { "_" } else { &inner }, "}"]);
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    out.replace("$$", "$")
}

/// The words of a list such as `["sh", "-c", "x"]`, as shell text.
pub(super) fn exec_words(text: &str) -> Option<String> {
    if !text.starts_with('[') {
        return None;
    }
    let words: Vec<String> = serde_json::from_str(text).ok()?;
    Some(words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "))
}

/// A word as shell text.
pub(super) fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:=@%+,".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

fn comments(file: &SourceFile) -> Vec<Passage> {
    let mut at = 0;
    let mut passages = Vec::new();
    for line in file.text().split_inclusive('\n') {
        let end = at + line.trim_end().len();
        at += line.len();
        if let Some(comment) = line.trim().strip_prefix('#') {
            let text = comment.trim_start_matches(['#', ' ']);
            let span = Span::new(end - text.len(), end);
            passages.push(Passage::slice(file, span, Language::Shell, Form::Comment));
        }
    }
    passages
}

#[cfg(test)]
mod tests {
    use super::super::{Form, read};
    use crate::source::SourceFile;

    fn texts(path: &str, text: &str) -> Vec<(String, String, usize)> {
        let file = SourceFile::new(path, text);
        let all = read(&file).into_iter().filter(|one| one.form != Form::Comment);
        all.map(|one| (one.name.clone(), one.text.clone(), file.line_of(one.place(&(0..1)).start))).collect()
    }

    fn one(name: &str, text: &str, line: usize) -> (String, String, usize) {
        (name.to_owned(), text.to_owned(), line)
    }

    #[test]
    fn workflows() {
        assert_eq!(
            texts(
                ".github/workflows/a.yml",
                "jobs:\n  x:\n    steps:\n      - run: |\n          a ${{ b.c }}\n          d\n"
            ),
            [one("jobs.x.steps.run", "a ${b_c}\nd\n", 5)]
        );
        assert_eq!(
            texts(".gitlab-ci.yml", "x:\n  script:\n    - a\n    - >-\n      b\n      c\n"),
            [one("x.script", "a", 3), one("x.script", "b c", 5)]
        );
    }

    #[test]
    fn containers() {
        assert_eq!(
            texts("compose.yml", "services:\n  a:\n    command: [\"sh\", \"-c\", \"x && y\"]\n"),
            [one("services.a", "sh -c 'x && y'", 3)]
        );
        assert_eq!(
            texts("k.yaml", "spec:\n  command: [sh, -c]\n  args: ['x -v']\n"),
            [one("spec", "sh -c 'x -v'", 2)]
        );
    }

    #[test]
    fn manifests() {
        assert_eq!(
            texts("package.json", "{\n\"scripts\": {\n\"a\": \"b \\\"c\\\"\"}}"),
            [one("a", "b \"c\"", 3)]
        );
        assert_eq!(
            texts("composer.json", "{\"scripts\": {\"a\": [\"@php b\", \"@c\"]}}"),
            [one("a", "php b", 1), one("a", "composer run c", 1)]
        );
        assert_eq!(
            texts("fly.toml", "[deploy]\n  release_command = 'a b'\n"),
            [one("deploy.release_command", "a b", 2)]
        );
        assert_eq!(texts("pyproject.toml", "[tool.poe.tasks]\nx = 'a b'\n"), [one("x", "a b", 2)]);
    }
}

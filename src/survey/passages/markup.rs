//! Documents of other kinds, and what all documents share: blocks of code with prompts, continued lines and output between them.

use super::markdown::language;
use super::{Form, Map, Passage};
use crate::presets::tools::Language;
use crate::source::{SourceFile, Span};

/// Prompts of shells; what has none beside one that has is output.
const PROMPTS: [&str; 5] = ["$ ", "# ", "% ", "> ", "PS> "];

/// Prompts of database clients.
const CLIENTS: [&str; 6] = ["=# ", "=> ", "mysql> ", "MariaDB [", "sqlite> ", "psql> "];

/// Lines of a block, with the bytes that they begin at.
#[derive(Debug, Default)]
pub(super) struct Block {
    lines: Vec<(String, usize)>,
}

impl Block {
    pub(super) fn push(&mut self, line: &str, start: usize) {
        self.lines.push((line.to_owned(), start));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

pub(super) fn is_list_item(line: &str) -> bool {
    let digits = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    line.starts_with("- ")
        || line.starts_with("* ")
        || line.starts_with("+ ")
        || digits.len() < line.len() && digits.starts_with(". ")
}

pub(super) fn read(file: &SourceFile) -> Vec<Passage> {
    if file.path().ends_with("html") || file.path().ends_with("htm") {
        return html(file);
    }
    let mut passages = Vec::new();
    let mut at = 0;
    for line in file.text().split_inclusive('\n') {
        let body = line.trim();
        let start = at + line.len() - line.trim_start().len();
        at += line.len();
        for code in doubled(body) {
            let begin = start + (code.as_ptr() as usize - body.as_ptr() as usize);
            passages.push(snippet(file, Span::new(begin, begin + code.len()), Form::Inline));
        }
        let code = body.strip_prefix("$ ").unwrap_or(body);
        let code = code.strip_prefix("- ").unwrap_or(code);
        if !code.is_empty() && !code.contains('`') {
            let begin = start + body.len() - code.len();
            passages.push(snippet(file, Span::new(begin, begin + code.len()), Form::Block));
        }
    }
    passages
}

/// Literals of reStructuredText and `AsciiDoc`.
fn doubled(line: &str) -> impl Iterator<Item = &str> {
    let mark = if line.contains("``") { "``" } else { "`" };
    line.split(mark).skip(1).step_by(2).filter(|code| code.contains(' '))
}

fn html(file: &SourceFile) -> Vec<Passage> {
    let mut passages = Vec::new();
    for tag in ["<pre", "<code"] {
        for (open, _) in file.text().match_indices(tag) {
            let Some(begin) = file.text()[open..].find('>').map(|at| open + at + 1) else { continue };
            let close = format!("</{}", &tag[1..]);
            let Some(length) = file.text()[begin..].find(&close) else { continue };
            let raw = &file.text()[begin..begin + length];
            let plain = untagged(raw);
            let text =
                plain.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
            let text = text.trim().strip_prefix("$ ").unwrap_or(text.trim()).to_owned();
            let form = if tag == "<pre" { Form::Block } else { Form::Inline };
            let language = guessed(&text);
            passages.push(Passage::aligned(file, text, Span::new(begin, begin + length), language, form));
        }
    }
    passages
}

fn untagged(text: &str) -> String {
    let mut inside = false;
    text.chars()
        .filter(|letter| {
            let keep = !inside && *letter != '<';
            inside = *letter == '<' || inside && *letter != '>';
            keep
        })
        .collect()
}

/// A piece of a document that stands there as it is.
pub(super) fn snippet(file: &SourceFile, span: Span, form: Form) -> Passage {
    Passage::slice(file, span, guessed(file.slice(span)), form)
}

/// SQL is known by its first words, everything else is taken for shell.
fn guessed(text: &str) -> Language {
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("--") && !line.starts_with("# "));
    let first = lines.next().unwrap_or_default().to_ascii_uppercase();
    let mut words = first.split([' ', ';', '(']);
    let (word, next) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let sql = match word {
        "DROP" => matches!(
            next,
            "TABLE"
                | "DATABASE"
                | "SCHEMA"
                | "INDEX"
                | "VIEW"
                | "USER"
                | "ROLE"
                | "EXTENSION"
                | "OWNED"
                | "COLUMN"
                | "MATERIALIZED"
        ),
        "ALTER" | "CREATE" => !next.is_empty() && !next.starts_with('-'),
        "TRUNCATE" => !next.starts_with('-'),
        "DELETE" => next == "FROM",
        "INSERT" => next == "INTO",
        "BEGIN" | "SELECT" | "UPDATE" | "GRANT" | "REVOKE" => true,
        _ => false,
    };
    if sql { Language::Sql } else { Language::Shell }
}

/// A block of code.
pub(super) fn block(file: &SourceFile, block: &Block, tag: &str) -> Option<Passage> {
    let mut language = language(tag)?;
    let quoted =
        block.lines.iter().all(|(line, _)| line.trim_start().starts_with('>') || line.trim().is_empty());
    let trimmed: Vec<(&str, usize)> = block
        .lines
        .iter()
        .map(|(line, start)| {
            let code = line.trim_start();
            let code =
                if quoted && tag_is_quoted(block) { code.strip_prefix("> ").unwrap_or(code) } else { code };
            let code = code.trim_start();
            (code, start + line.len() - code.len())
        })
        .collect();
    let comments_are_prompts = matches!(tag, "console" | "shellsession" | "terminal");
    let lines = prompted(&trimmed, comments_are_prompts);
    if lines.is_empty() {
        return None;
    }
    let indented: Vec<(&str, usize)> = lines.iter().map(|(line, at, _)| (*line, *at)).collect();
    let text: String = indented.iter().map(|(line, _)| *line).collect::<Vec<_>>().join("\n");
    if language == Language::Shell {
        let client = lines.iter().any(|(_, _, client)| *client);
        language = if client { Language::Sql } else { guessed(&text) };
    }
    let passage =
        Passage { map: Map::of_lines(&indented), text, language, form: Form::Block, name: String::new() };
    let _ = file;
    Some(passage)
}

/// Whether a block's lines are those of a quotation rather than of prompts: then its lines begin with `> ` and so does its fence.
fn tag_is_quoted(block: &Block) -> bool {
    block.lines.iter().all(|(line, _)| line.starts_with('>'))
}

/// The lines that are commands: those behind a prompt with what they are continued on, or all where there is no prompt.
fn prompted<'a>(lines: &[(&'a str, usize)], comments: bool) -> Vec<(&'a str, usize, bool)> {
    let mut found = Vec::new();
    let mut continues = false;
    for (line, at) in lines {
        if continues {
            found.push((*line, *at, false));
        } else if let Some((code, client)) = behind_prompt(line, comments) {
            found.push((code, at + line.len() - code.len(), client));
        } else {
            continue;
        }
        continues = line.trim_end().ends_with('\\');
    }
    if found.is_empty() { lines.iter().map(|(line, at)| (*line, *at, false)).collect() } else { found }
}

fn behind_prompt(line: &str, comments: bool) -> Option<(&str, bool)> {
    for client in CLIENTS {
        if let Some(at) = line.find(client).filter(|at| *at < 30 && !line[..*at].contains(' ')) {
            let behind = &line[at + client.len()..];
            let code = if client.ends_with('[') {
                behind.split_once("]> ").map_or(behind, |(_, code)| code)
            } else {
                behind
            };
            return Some((code, true));
        }
    }
    let mut prompts = PROMPTS.iter().filter(|prompt| comments || **prompt != "# ");
    prompts.find_map(|prompt| line.strip_prefix(prompt)).map(|code| (code.trim_start(), false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(path: &str, text: &str) -> Vec<String> {
        read(&SourceFile::new(path, text)).into_iter().map(|one| one.text).collect()
    }

    #[test]
    fn plain_documents() {
        assert_eq!(texts("a.rst", "Run ``a -v`` now::\n\n    $ b -v\n"), ["a -v", "b -v"]);
        assert_eq!(texts("a.txt", "DROP TABLE a;\n"), ["DROP TABLE a;"]);
    }

    #[test]
    fn pages() {
        let file = SourceFile::new("a.html", "<p>x</p>\n<pre><code>a &amp;&amp;\n<b>c</b> -v</code></pre>");
        let found = read(&file);
        assert_eq!(found[0].text, "a &&\nc -v");
        assert_eq!(file.line_of(found[0].place(&(5..6)).start), 3);
    }

    #[test]
    fn prompts_of_clients() {
        let mut lines = Block::default();
        lines.push("shop=# DROP TABLE a;", 0);
        lines.push("DROP TABLE", 21);
        let file = SourceFile::new("a.md", "shop=# DROP TABLE a;\nDROP TABLE\n");
        let found = block(&file, &lines, "").expect("passage");
        assert_eq!((found.text.as_str(), found.language), ("DROP TABLE a;", Language::Sql));
        assert_eq!(found.place(&(0..4)).start, 7);
    }
}

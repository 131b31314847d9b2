//! Markdown: fenced and indented blocks, and code in sentences, lists and tables.

use super::fence::Fence;
use super::markup::{self, Block};
use super::{Form, Passage};
use crate::presets::tools::Language;
use crate::source::{SourceFile, Span};

pub(super) fn read(file: &SourceFile) -> Vec<Passage> {
    let mut passages = Vec::new();
    let mut open: Option<(Fence, String, Block)> = None;
    let mut indented = Block::default();
    let mut blank = true;
    let mut content = 0;
    let mut at = 0;
    for line in file.text().split_inclusive('\n') {
        let start = at;
        at += line.len();
        let body = line.trim_end();
        let quoted = body.trim_start().trim_start_matches("> ").trim_start();
        if let Some((fence, tag, mut block)) = open.take() {
            if fence.is_closed_by(quoted) {
                passages.extend(markup::block(file, &block, &tag));
            } else {
                block.push(body, start);
                open = Some((fence, tag, block));
            }
            continue;
        }
        if let Some((fence, tag)) = fence(quoted) {
            passages.extend(markup::block(file, &std::mem::take(&mut indented), ""));
            open = Some((fence, tag, Block::default()));
            continue;
        }
        let is_code =
            (body.starts_with("    ") || body.starts_with('\t')) && !is_quoted_in_item(body, content);
        if is_code && (blank || !indented.is_empty()) && !markup::is_list_item(body.trim_start()) {
            indented.push(body, start);
        } else if !body.is_empty() {
            passages.extend(markup::block(file, &std::mem::take(&mut indented), ""));
            passages.extend(inline(file, start, body));
            content = content_column(body).unwrap_or(if body.starts_with([' ', '\t']) { content } else { 0 });
        }
        blank = body.trim().is_empty();
    }
    let last = open.map(|(_, tag, block)| (tag, block));
    let (tag, block) = last.unwrap_or((String::new(), indented));
    passages.extend(markup::block(file, &block, &tag));
    passages
}

/// The column at which the text of a list item begins; None for other lines.
fn content_column(line: &str) -> Option<usize> {
    let body = line.trim_start();
    let marker = body.split_once(' ').map(|(marker, _)| marker.len() + 1);
    marker.filter(|_| markup::is_list_item(body)).map(|length| line.len() - body.len() + length)
}

/// A quotation in a list item: as deep as code, but for the item's own text.
fn is_quoted_in_item(line: &str, content: usize) -> bool {
    let body = line.trim_start();
    body.starts_with('>') && content > 0 && line.len() - body.len() < content + 4
}

/// A fence that opens here, and its language.
fn fence(line: &str) -> Option<(Fence, String)> {
    let line = line.trim_start_matches(['-', '*', ' ']);
    let fence = Fence::opening(line)?;
    let tag = line[fence.length()..].trim().trim_start_matches(['{', '.']);
    let tag = tag.split([' ', ',', '{', '}', ':']).next().unwrap_or_default();
    Some((fence, tag.to_ascii_lowercase()))
}

/// Code between backticks.
fn inline(file: &SourceFile, start: usize, line: &str) -> Vec<Passage> {
    let mut passages = Vec::new();
    let mut from = 0;
    while let Some(open) = line.get(from..).and_then(|rest| rest.find('`')).map(|at| from + at) {
        let ticks = line[open..].chars().take_while(|letter| *letter == '`').count();
        let begin = open + ticks;
        let Some(length) = line[begin..].find(&"`".repeat(ticks)) else { break };
        let code = line[begin..begin + length].trim();
        let lead = line[begin..begin + length].len() - line[begin..begin + length].trim_start().len();
        from = begin + length + ticks;
        if code.contains(' ') {
            let code = code.strip_prefix("$ ").unwrap_or(code);
            let begin = begin + lead + line[begin + lead..].find(code).unwrap_or_default();
            let span = Span::new(start + begin, start + begin + code.len());
            passages.push(markup::snippet(file, span, Form::Inline));
        }
    }
    passages
}

/// The language that a block's tag names; None for a language that is no command's.
pub(super) fn language(tag: &str) -> Option<Language> {
    Some(match tag {
        "" | "sh" | "bash" | "shell" | "zsh" | "console" | "terminal" | "shellsession" | "shell-session"
        | "cmd" | "bat" | "powershell" | "ps1" | "fish" | "text" | "txt" | "plaintext" | "sh-session"
        | "command" | "cli" => Language::Shell,
        "sql" | "postgresql" | "postgres" | "psql" | "mysql" | "pgsql" | "plpgsql" | "sqlite" | "tsql" => {
            Language::Sql
        }
        "mongo" | "mongosh" | "mongodb" => Language::Mongo,
        "redis" => Language::RedisCommands,
        "python" | "py" => Language::Python,
        "js" | "javascript" | "ts" | "typescript" | "tsx" | "jsx" => Language::JavaScript,
        "ruby" | "rb" => Language::Ruby,
        "php" => Language::Php,
        "elixir" | "ex" => Language::Elixir,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(Form, String)> {
        read(&SourceFile::new("a.md", text)).into_iter().map(|one| (one.form, one.text)).collect()
    }

    fn block(text: &str) -> (Form, String) {
        (Form::Block, text.to_owned())
    }

    #[test]
    fn fences_of_every_kind() {
        assert_eq!(texts("```bash\na\nb\n```\n"), [block("a\nb")]);
        assert_eq!(texts("- x\n\n  ~~~console\n  $ a \\\n      b\n  output\n  ~~~\n"), [block("a \\\nb")]);
        assert_eq!(texts("> ```sh\n> a\n> ```\n"), [block("a")]);
        assert_eq!(texts("```css\na\n```\n"), []);
        assert_eq!(texts("````md\n```sh\na\n```\n````\n"), []);
    }

    #[test]
    fn sentences_tables_and_indented_blocks() {
        assert_eq!(texts("Run `$ a b` or `c`.\n"), [(Form::Inline, "a b".to_owned())]);
        assert_eq!(texts("| x | ``a ` b`` |\n"), [(Form::Inline, "a ` b".to_owned())]);
        assert_eq!(texts("Then:\n\n    $ a b\n\nDone.\n"), [block("a b")]);
    }

    #[test]
    fn quotations_in_lists_are_no_code() {
        assert_eq!(texts("- a\n  - b\n\n    > Never `a b`.\n"), [(Form::Inline, "a b".to_owned())]);
        assert_eq!(texts("Then:\n\n    > a b\n"), [block("a b")]);
        assert_eq!(texts("- a\n  - b\n\n        > a b\n"), [block("a b")]);
    }

    #[test]
    fn statements_are_known_by_their_beginning() {
        let found = read(&SourceFile::new("a.md", "```\nDROP TABLE a;\n```\nand `drop table b`\n"));
        assert!(found.iter().all(|one| one.language == Language::Sql), "{found:?}");
    }
}

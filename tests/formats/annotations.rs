//! GitHub's workflow commands, read as a runner documents to read them.

use std::collections::BTreeMap;

use dbguard::finding::Severity;
use dbguard::report::audit::Format;

use crate::nasty::Nasty;

struct Command {
    name: String,
    properties: BTreeMap<String, String>,
    message: String,
}

/// A line that begins with `::NAME KEY=VALUE,…::MESSAGE`; a runner shows every other line as it is.
fn command(line: &str) -> Option<Command> {
    let (head, message) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let pairs = properties.split(',').filter_map(|pair| pair.split_once('='));
    Some(Command {
        name: name.to_owned(),
        properties: pairs.map(|(key, value)| (key.trim().to_owned(), plain(value, true))).collect(),
        message: plain(message, false),
    })
}

fn plain(text: &str, property: bool) -> String {
    let text = text.replace("%0D", "\r").replace("%0A", "\n");
    let text = if property { text.replace("%3A", ":").replace("%2C", ",") } else { text };
    text.replace("%25", "%")
}

fn read(nasty: &Nasty) -> Vec<Command> {
    let text = nasty.written(Format::Github);
    text.split_terminator('\n')
        .map(|line| command(line).unwrap_or_else(|| panic!("no command: {line}")))
        .collect()
}

/// Text as GitHub shows it: the lines as they were, what a reader cannot see spelled out.
fn shown(text: &str) -> String {
    let visible = |c: char| match c {
        '\n' | '\r' => c.to_string(),
        '\u{202e}' => "\\u{202e}".to_owned(),
        c if c.is_control() => c.escape_default().to_string(),
        c => c.to_string(),
    };
    text.chars().map(visible).collect()
}

#[test]
fn every_finding_is_one_command_with_its_place_and_text() {
    let full = Nasty::full();
    let commands = read(&full);
    let (unread, found) = commands.split_at(3);
    let mut open = full.open();
    open.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    assert_eq!(found.len(), open.len());
    for (command, finding) in found.iter().zip(open) {
        let level = match finding.severity {
            Severity::Critical | Severity::High => "error",
            Severity::Medium => "warning",
            Severity::Low | Severity::Info => "notice",
        };
        assert_eq!(command.name, level);
        let at = |key: &str| command.properties.get(key).map(String::as_str);
        assert_eq!(at("file"), Some(&*shown(&finding.place.path)));
        assert_eq!(at("line"), Some(&*finding.place.line.to_string()));
        assert_eq!(at("endLine"), Some(&*finding.place.end_line.to_string()));
        let within_a_line = finding.place.line == finding.place.end_line;
        assert_eq!(at("col").is_some() && at("endColumn").is_some(), within_a_line);
        assert_eq!(at("title"), Some(&*format!("{} ({})", finding.title, finding.rule)));
        assert_eq!(command.message, shown(&format!("{}\n{}", finding.message, finding.help)));
    }
    assert_eq!(unread.iter().map(|one| &*one.name).collect::<Vec<_>>(), ["error", "error", "notice"]);
    assert!(read(&Nasty::empty()).is_empty());
}

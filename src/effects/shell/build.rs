//! Nodes of tree-sitter-bash to commands.

use std::rc::Rc;

use tree_sitter::Node as Tree;

use super::word::{word, words};
use super::{Command, Node, Part, Redirect, Word};

/// Deepest nesting that is followed; deeper text is rare, and recursion must end.
const DEEPEST: usize = 60;

/// The text that the nodes are about, and how deep we are in it.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) depth: usize,
}

impl<'a> Source<'a> {
    pub(super) fn of(self, node: Tree<'_>) -> &'a str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    pub(super) fn deeper(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }
}

/// What the children of a node run.
pub(super) fn children(node: Tree<'_>, source: &Source<'_>) -> Vec<Node> {
    if source.depth > DEEPEST {
        return Vec::new();
    }
    named(node).into_iter().flat_map(|child| run(child, source.deeper())).collect()
}

pub(super) fn named(node: Tree<'_>) -> Vec<Tree<'_>> {
    node.named_children(&mut node.walk()).collect()
}

/// What one node runs: nothing, one thing, or several where the parser lost its way.
fn run(node: Tree<'_>, source: Source<'_>) -> Vec<Node> {
    match node.kind() {
        "command" => vec![Node::Command(command(node, source))],
        "declaration_command" | "unset_command" => vec![Node::Command(declaration(node, source))],
        "variable_assignment" | "variable_assignments" => vec![Node::Command(assignments(node, source))],
        "pipeline" => vec![Node::Pipeline(children(node, &source))],
        "redirected_statement" => redirected(node, source),
        "function_definition" => function(node, source).into_iter().collect(),
        "for_statement" => vec![for_loop(node, source)],
        "while_statement" => vec![while_loop(node, source)],
        "comment" | "word" | "string" | "variable_name" | "simple_expansion" => Vec::new(),
        _ => vec![Node::Group(children(node, &source))],
    }
}

fn command(node: Tree<'_>, source: Source<'_>) -> Command {
    let mut made = Command { span: node.byte_range(), ..Command::default() };
    for child in named(node) {
        match child.kind() {
            "variable_assignment" => made.assignments.extend(assignment(child, source)),
            "command_name" => {
                made.words.extend(named(child).into_iter().flat_map(|name| words(name, source)));
            }
            "file_redirect" | "herestring_redirect" => made.redirects.extend(redirect(child, source)),
            "comment" => {}
            // Bash would refuse `echo (x)`; to fish it is what `$(x)` is to bash.
            "subshell" => made.words.push(output(child, source)),
            _ => made.words.extend(words(child, source)),
        }
    }
    made
}

fn output(node: Tree<'_>, source: Source<'_>) -> Word {
    Word { parts: vec![Part::Output(Rc::new(children(node, &source)), false)] }
}

/// `export A=b`: a command whose arguments are assignments.
fn declaration(node: Tree<'_>, source: Source<'_>) -> Command {
    let mut made = Command { span: node.byte_range(), ..Command::default() };
    made.words.push(Word::literal(source.of(node).split_whitespace().next().unwrap_or_default()));
    for child in named(node) {
        match child.kind() {
            "variable_assignment" => made.assignments.extend(assignment(child, source)),
            _ => made.words.push(word(child, source)),
        }
    }
    made
}

fn assignments(node: Tree<'_>, source: Source<'_>) -> Command {
    let all = if node.kind() == "variable_assignment" { vec![node] } else { named(node) };
    Command {
        assignments: all.into_iter().filter_map(|one| assignment(one, source)).collect(),
        span: node.byte_range(),
        ..Command::default()
    }
}

fn assignment(node: Tree<'_>, source: Source<'_>) -> Option<(String, Word)> {
    let name = source.of(node.child_by_field_name("name")?).to_owned();
    let mut value = node.child_by_field_name("value").map_or_else(Word::default, |value| word(value, source));
    if operator(node, source) == "+=" {
        append(&name, &mut value);
    }
    Some((name, value))
}

/// `NAME+=value`: what it held stands in front.
fn append(name: &str, value: &mut Word) {
    match value.parts.as_mut_slice() {
        [Part::List(elements)] => {
            let before = Part::Variable(format!("{name}[@]"), true);
            elements.insert(0, Word { parts: vec![before] });
        }
        _ => value.parts.insert(0, Part::Variable(name.to_owned(), true)),
    }
}

fn function(node: Tree<'_>, source: Source<'_>) -> Option<Node> {
    let name = source.of(node.child_by_field_name("name")?).to_owned();
    let body = children(node.child_by_field_name("body")?, &source);
    Some(Node::Function(name, Rc::new(body)))
}

fn for_loop(node: Tree<'_>, source: Source<'_>) -> Node {
    let variable = node.child_by_field_name("variable").map_or("", |name| source.of(name)).to_owned();
    let values = node.children_by_field_name("value", &mut node.walk()).collect::<Vec<_>>();
    let values = values.into_iter().flat_map(|value| words(value, source)).collect();
    let body = node.child_by_field_name("body").map(|body| children(body, &source)).unwrap_or_default();
    Node::Loop(variable, values, body)
}

/// `while COMMANDS; do …`; one that reads runs its body for each line.
fn while_loop(node: Tree<'_>, source: Source<'_>) -> Node {
    let conditions = node.children_by_field_name("condition", &mut node.walk()).collect::<Vec<_>>();
    let Some(names) = conditions.iter().find_map(|one| names_read(source.of(*one))) else {
        return Node::Group(children(node, &source));
    };
    let body = node.child_by_field_name("body").map(|body| children(body, &source)).unwrap_or_default();
    Node::Lines(names, body)
}

/// The variables that `IFS= read -r NAMES` fills.
fn names_read(text: &str) -> Option<Vec<String>> {
    let mut words = text.split_whitespace().skip_while(|word| word.contains('='));
    if words.next()? != "read" {
        return None;
    }
    let mut names = Vec::new();
    while let Some(word) = words.next() {
        match word {
            "-d" | "-n" | "-N" | "-p" | "-t" | "-u" | "-i" => drop(words.next()),
            ";" | "|" | "||" | "&&" => break,
            option if option.starts_with('-') => {}
            name => names.push(name.trim_end_matches(';').to_owned()),
        }
    }
    Some(if names.is_empty() { vec!["REPLY".to_owned()] } else { names })
}

/// A statement with redirections. What stands behind a here-document's mark on the same line hangs below the mark.
fn redirected(node: Tree<'_>, source: Source<'_>) -> Vec<Node> {
    let mut body = node.child_by_field_name("body").map(|body| run(body, source)).unwrap_or_default();
    let mut redirects = Vec::new();
    let mut rest = Vec::new();
    for child in named(node) {
        match child.kind() {
            "heredoc_redirect" => {
                redirects.extend(heredoc_redirects(child, source));
                add_words(&mut body, heredoc_words(child, source));
                rest.extend(heredoc_rest(child, source));
            }
            "file_redirect" | "herestring_redirect" => redirects.extend(redirect(child, source)),
            _ => {}
        }
    }
    joined(attach(body, redirects, node), rest)
}

/// The nodes of a body with its redirections; what is piped on is the last of them.
fn attach(mut body: Vec<Node>, redirects: Vec<Redirect>, node: Tree<'_>) -> Vec<Node> {
    if body.is_empty() {
        return vec![Node::Command(Command { redirects, span: node.byte_range(), ..Command::default() })];
    }
    // Of a list or pipeline, the redirection belongs to its last command.
    let parsed = node.child_by_field_name("body").map_or("", |body| body.kind());
    if let ("list" | "pipeline", Some(last)) = (parsed, last_command(&mut body)) {
        last.redirects.extend(redirects);
        return match body.pop() {
            Some(Node::Group(members)) if parsed == "list" => members,
            Some(other) => vec![other],
            None => body,
        };
    }
    vec![redirected_as_one(body, redirects)]
}

fn redirected_as_one(mut body: Vec<Node>, redirects: Vec<Redirect>) -> Node {
    match (body.len(), body.pop()) {
        (1, Some(Node::Command(mut command))) => {
            command.redirects.extend(redirects);
            Node::Command(command)
        }
        (_, Some(last)) => {
            body.push(last);
            Node::Redirected(Box::new(Node::Group(body)), redirects)
        }
        (_, None) => Node::Group(body),
    }
}

fn last_command(nodes: &mut [Node]) -> Option<&mut Command> {
    match nodes.last_mut()? {
        Node::Command(command) => Some(command),
        Node::Group(inner) | Node::Pipeline(inner) => last_command(inner),
        Node::Redirected(..) | Node::Function(..) | Node::Loop(..) | Node::Lines(..) => None,
    }
}

fn add_words(body: &mut [Node], words: Vec<Word>) {
    if let Some(command) = last_command(body) {
        command.words.extend(words);
    }
}

/// The first piece's output flows into the first pipeline behind it; what is joined by `&&` follows.
fn joined(mut nodes: Vec<Node>, rest: Vec<(bool, Vec<Node>)>) -> Vec<Node> {
    for (piped, mut more) in rest {
        if !piped {
            nodes.append(&mut more);
            continue;
        }
        let mut flat = flatten(more);
        let after = if flat.is_empty() { Vec::new() } else { flat.split_off(1) };
        let producer = nodes.pop();
        nodes.push(Node::Pipeline(producer.into_iter().chain(flat).collect()));
        nodes.extend(after);
    }
    nodes
}

fn flatten(nodes: Vec<Node>) -> Vec<Node> {
    nodes
        .into_iter()
        .flat_map(|node| if let Node::Group(inner) = node { flatten(inner) } else { vec![node] })
        .collect()
}

fn heredoc_redirects(node: Tree<'_>, source: Source<'_>) -> Vec<Redirect> {
    let quoted = named(node)
        .iter()
        .any(|child| child.kind() == "heredoc_start" && source.of(*child).contains(['\'', '"', '\\']));
    named(node)
        .into_iter()
        .filter_map(|child| match child.kind() {
            "heredoc_body" if quoted => Some(Redirect::Text(Word::literal(source.of(child)))),
            "heredoc_body" => Some(Redirect::Text(word(child, source))),
            "file_redirect" | "herestring_redirect" => redirect(child, source),
            _ => None,
        })
        .collect()
}

fn heredoc_words(node: Tree<'_>, source: Source<'_>) -> Vec<Word> {
    node.children_by_field_name("argument", &mut node.walk()).map(|one| word(one, source)).collect()
}

fn heredoc_rest(node: Tree<'_>, source: Source<'_>) -> Vec<(bool, Vec<Node>)> {
    let right = node.children_by_field_name("right", &mut node.walk()).collect::<Vec<_>>();
    named(node)
        .into_iter()
        .filter_map(|child| match child.kind() {
            "pipeline" => Some((true, children(child, &source))),
            _ if right.contains(&child) => Some((false, run(child, source))),
            _ => None,
        })
        .collect()
}

fn redirect(node: Tree<'_>, source: Source<'_>) -> Option<Redirect> {
    let operator = operator(node, source);
    if node.kind() == "herestring_redirect" {
        return named(node).into_iter().next_back().map(|text| Redirect::Text(word(text, source)));
    }
    let target = word(node.child_by_field_name("destination")?, source);
    match operator {
        ">" | ">|" | "&>" => Some(Redirect::Write(target)),
        ">>" | "&>>" => Some(Redirect::Append(target)),
        "<" => Some(Redirect::Read(target)),
        _ => None,
    }
}

fn operator<'a>(node: Tree<'_>, source: Source<'a>) -> &'a str {
    let found = node.children(&mut node.walk()).find(|child| !child.is_named());
    found.map_or("", |child| source.of(child))
}

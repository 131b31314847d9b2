//! What shell scripts do to back databases up.

use std::ops::Range;
use std::rc::Rc;

use super::View;
use crate::effects::shell::{self, Command, Node, Part, Redirect, Word};
use crate::source::SourceFile;
use crate::survey::paths;

/// A script that backs a database up.
pub(super) struct Script {
    pub(super) file: Rc<SourceFile>,
    pub(super) dumps: Vec<Dump>,
    /// Commands that delete files by their age or number, by where they stand.
    pub(super) rotations: Vec<Range<usize>>,
    /// Whether a failed command in a pipe counts.
    pub(super) pipefail: bool,
    /// Whether a failed command ends the script.
    pub(super) errexit: bool,
    /// Whether other files are read in, which may say either.
    pub(super) sources: bool,
}

/// A command that writes a dump.
pub(super) struct Dump {
    pub(super) span: Range<usize>,
    /// The program that follows it in a pipe, the last one.
    pub(super) piped_to: Option<String>,
    /// Whether the pipe is inside a text that another shell runs.
    pub(super) nested: bool,
    /// The file that it is written to, if that is called the same every time.
    pub(super) fixed_name: Option<String>,
    /// Whether it asks Docker for a terminal.
    pub(super) terminal: bool,
    /// Whether its output goes to a file or a pipe.
    pub(super) kept: bool,
}

/// Every script of the repository that dumps; what cannot be parsed is left out.
pub(super) fn scripts(view: &View<'_>) -> Vec<Script> {
    let shell = |path: &&str| {
        matches!(paths::ending(path), "sh" | "bash")
            || view.survey.backup_scripts.iter().any(|known| known == path && paths::ending(path).is_empty())
    };
    let programs = programs(view);
    let files = view.tree.paths().filter(shell).filter_map(|path| view.tree.read(path).ok());
    files
        .filter(|file| programs.iter().any(|name| file.text().contains(name)))
        .filter_map(|file| read(file, &programs))
        .collect()
}

/// Every program that dumps some engine.
pub(super) fn programs<'a>(view: &View<'a>) -> Vec<&'a str> {
    let engines = view.presets.engines.iter();
    let names = engines.flat_map(|engine| engine.dumps.programs.iter().map(|name| &**name));
    names
        .filter(|name| {
            name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'))
        })
        .collect()
}

fn read(file: Rc<SourceFile>, programs: &[&str]) -> Option<Script> {
    let parsed = shell::parse(file.text());
    let mut script = Script {
        file,
        dumps: Vec::new(),
        rotations: Vec::new(),
        pipefail: false,
        errexit: false,
        sources: false,
    };
    let mut reader = Reader { programs, script: &mut script };
    reader.nodes(&parsed.body, &Context::default());
    script.pipefail |= script.file.text().contains("PIPESTATUS");
    (!script.dumps.is_empty()).then_some(script)
}

#[derive(Clone, Default)]
struct Context {
    piped_to: Option<String>,
    nested: bool,
    /// Where a text that another shell runs stands in the file.
    outer: Option<Range<usize>>,
    redirects: Vec<Redirect>,
}

struct Reader<'a> {
    programs: &'a [&'a str],
    script: &'a mut Script,
}

/// Programs that run the command that follows them.
const CARRIERS: [&str; 20] = [
    "docker",
    "docker-compose",
    "podman",
    "podman-compose",
    "kubectl",
    "oc",
    "sudo",
    "ssh",
    "env",
    "nice",
    "ionice",
    "time",
    "timeout",
    "su",
    "runuser",
    "flock",
    "gosu",
    "nohup",
    "exec",
    "sh",
];

impl Reader<'_> {
    fn nodes(&mut self, nodes: &[Node], context: &Context) {
        for node in nodes {
            self.node(node, context);
        }
    }

    fn node(&mut self, node: &Node, context: &Context) {
        match node {
            Node::Command(command) => self.command(command, context),
            Node::Pipeline(parts) => self.pipeline(parts, context),
            Node::Group(inner) | Node::Loop(_, _, inner) | Node::Lines(_, inner) => {
                self.nodes(inner, context);
            }
            Node::Function(_, inner) => self.nodes(inner, context),
            Node::Redirected(inner, redirects) => {
                let mut context = context.clone();
                context.redirects.extend(redirects.iter().cloned());
                self.node(inner, &context);
            }
        }
    }

    fn pipeline(&mut self, parts: &[Node], context: &Context) {
        let Some((last, before)) = parts.split_last() else { return };
        let mut inner = context.clone();
        inner.piped_to = Some(last_program(last).unwrap_or_default());
        inner.redirects.extend(redirects_of(last));
        for part in before {
            self.node(part, &inner);
        }
        let removes = matches!(inner.piped_to.as_deref(), Some("xargs" | "rm"));
        if removes && self.text_of(parts).contains("rm") {
            self.rotation(parts);
        }
        self.node(last, context);
    }

    fn command(&mut self, command: &Command, context: &Context) {
        let words: Vec<String> = command.words.iter().map(shown).collect();
        let Some(first) = words.first().map(|word| paths::name(word)) else { return };
        match first {
            "set" => self.options(&words),
            "." | "source" => self.script.sources = true,
            "find"
                if words.iter().any(|word| word == "-delete" || word == "rm")
                    && words.iter().any(|word| word.starts_with("-mtime") || word.starts_with("-mmin")) =>
            {
                self.script.rotations.push(command.span.clone());
            }
            _ => {}
        }
        if self.is_dump(&words, command) {
            self.dump(command, &words, context);
        } else if let Some(text) = self.nested(&words) {
            let parsed = shell::parse(&text);
            let outer = context.outer.clone().or(Some(command.span.clone()));
            self.nodes(&parsed.body, &Context { nested: true, outer, piped_to: None, ..context.clone() });
        }
    }

    fn options(&mut self, words: &[String]) {
        self.script.pipefail |= words.iter().any(|word| word == "pipefail");
        let short = |word: &String| word.starts_with('-') && !word.starts_with("--") && word.contains('e');
        self.script.errexit |= words.iter().any(|word| short(word) || word == "errexit");
    }

    fn is_dump(&self, words: &[String], command: &Command) -> bool {
        let dumps = |word: &String| self.programs.contains(&paths::name(word));
        let asks = words.iter().any(|word| word == "--version" || word == "--help" || word == "-V");
        let first = words.first().map(|word| paths::name(word)).unwrap_or_default();
        let variable =
            command.words.first().is_some_and(|word| matches!(word.parts.first(), Some(Part::Variable(..))));
        let carried = (CARRIERS.contains(&first) || variable) && words.iter().skip(1).any(dumps);
        !asks && (words.first().is_some_and(dumps) || carried)
    }

    /// The text that another shell is given and that dumps: `docker exec db sh -c "pg_dump … | gzip"`.
    fn nested(&self, words: &[String]) -> Option<String> {
        let first = words.first().map(|word| paths::name(word))?;
        let at = words.iter().position(|word| matches!(word.as_str(), "-c" | "-lc" | "-ec"))?;
        let runs = CARRIERS.contains(&first) || first == "bash";
        words.get(at + 1).filter(|text| runs && self.programs.iter().any(|name| text.contains(name))).cloned()
    }

    fn dump(&mut self, command: &Command, words: &[String], context: &Context) {
        let redirects: Vec<&Redirect> = command.redirects.iter().chain(&context.redirects).collect();
        let written = redirects.iter().find_map(|redirect| match redirect {
            Redirect::Write(word) => Some(word),
            Redirect::Append(_) | Redirect::Read(_) | Redirect::Text(_) => None,
        });
        let fixed_name =
            written.filter(|word| is_fixed(word)).map(shown).filter(|name| !name.starts_with("/dev/"));
        let interactive = |word: &String| matches!(word.as_str(), "-it" | "-ti" | "-t" | "--tty");
        let before = words.iter().position(|word| self.programs.contains(&paths::name(word))).unwrap_or(0);
        let docker = words.first().is_some_and(|word| {
            word.contains("docker") || word.contains("podman") || word.contains("kubectl")
        });
        self.script.dumps.push(Dump {
            span: context.outer.clone().unwrap_or_else(|| command.span.clone()),
            piped_to: context.piped_to.clone(),
            nested: context.nested,
            kept: written.is_some() || context.piped_to.is_some(),
            fixed_name,
            terminal: docker && words.iter().take(before).any(interactive),
        });
    }

    fn rotation(&mut self, parts: &[Node]) {
        let spans = parts.iter().filter_map(span_of);
        self.script.rotations.extend(spans.take(1));
    }

    fn text_of(&self, parts: &[Node]) -> String {
        parts
            .iter()
            .filter_map(span_of)
            .filter_map(|span| self.script.file.text().get(span))
            .collect::<Vec<_>>()
            .join(" | ")
    }
}

fn span_of(node: &Node) -> Option<Range<usize>> {
    match node {
        Node::Command(command) => Some(command.span.clone()),
        Node::Redirected(inner, _) => span_of(inner),
        Node::Pipeline(parts) | Node::Group(parts) | Node::Loop(_, _, parts) | Node::Lines(_, parts) => {
            parts.first().and_then(span_of)
        }
        Node::Function(..) => None,
    }
}

fn last_program(node: &Node) -> Option<String> {
    match node {
        Node::Command(command) => command.words.first().map(|word| paths::name(&shown(word)).to_owned()),
        Node::Redirected(inner, _) => last_program(inner),
        Node::Group(parts) | Node::Pipeline(parts) => parts.last().and_then(last_program),
        Node::Function(..) | Node::Loop(..) | Node::Lines(..) => None,
    }
}

fn redirects_of(node: &Node) -> Vec<Redirect> {
    match node {
        Node::Command(command) => command.redirects.clone(),
        Node::Redirected(_, redirects) => redirects.clone(),
        Node::Pipeline(_) | Node::Group(_) | Node::Function(..) | Node::Loop(..) | Node::Lines(..) => {
            Vec::new()
        }
    }
}

/// The word's text; a variable shows as `$NAME`.
fn shown(word: &Word) -> String {
    let part = |part: &Part| match part {
        Part::Literal(text) => text.clone(),
        Part::Variable(name, _) => format!("${name}"),
        Part::Output(..) | Part::File(_) | Part::List(_) | Part::Unknown => "…".to_owned(),
    };
    word.parts.iter().map(part).collect()
}

/// Whether the file's name is the same every time: plain text, or the word `latest` in it.
fn is_fixed(word: &Word) -> bool {
    let plain = word.parts.iter().all(|part| matches!(part, Part::Literal(_)));
    plain || shown(word).rsplit('/').next().is_some_and(|name| name.contains("latest"))
}

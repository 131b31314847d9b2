//! Tasks of Rake that a repository defines: the bodies of `task` in a Rakefile and in `*.rake` files, told by indentation.

use std::collections::BTreeSet;

use super::{DEEPEST, HIGHEST, Request, Step, above};
use crate::effects::facts::{self, Facts};
use crate::presets::tools::Language;

/// Names of the file that makes a folder Rake's.
pub(super) const FILES: [&str; 4] = ["Rakefile", "rakefile", "Rakefile.rb", "rakefile.rb"];

/// Folders whose `*.rake` files belong to it.
const FOLDERS: [&str; 3] = ["lib/tasks", "rakelib", "tasks"];

/// Files of tasks that are read.
const MOST_FILES: usize = 64;

/// The bodies behind a task, those that it needs first.
pub(super) fn steps(request: &Request<'_>, facts: &dyn Facts) -> Option<Vec<Step>> {
    let holds = |folder: &String| FILES.iter().any(|name| facts.exists(&facts::join(folder, name)));
    let folder = above(request.folder, HIGHEST).find(holds).unwrap_or_else(|| request.folder.to_owned());
    let texts = texts(&folder, request.file, facts);
    let tasks: Vec<Task> = texts.iter().flat_map(|text| tasks(text)).collect();
    let name = request.name.split('[').next().unwrap_or_default();
    let name = if name.is_empty() { "default" } else { name };
    let mut steps = Vec::new();
    follow(&tasks, name, &folder, &mut BTreeSet::new(), &mut steps).then_some(steps)
}

fn texts(folder: &str, file: Option<&str>, facts: &dyn Facts) -> Vec<String> {
    let mut paths: Vec<String> = match file {
        Some(file) => vec![file.to_owned()],
        None => FILES.map(str::to_owned).to_vec(),
    };
    for place in FOLDERS {
        let names = facts.names(&facts::join(folder, place));
        paths.extend(
            names
                .into_iter()
                .filter(|name| name.split('.').next_back() == Some("rake"))
                .map(|name| format!("{place}/{name}")),
        );
    }
    let read = |path: &String| facts.read(&facts::join(folder, path));
    paths.iter().filter_map(read).take(MOST_FILES).collect()
}

#[derive(Debug)]
struct Task {
    /// With the namespaces around it.
    name: String,
    needs: Vec<String>,
    body: String,
}

/// Adds the bodies of a task and of what it needs; false when there is no such task. Each is followed once.
fn follow(
    tasks: &[Task],
    name: &str,
    folder: &str,
    seen: &mut BTreeSet<String>,
    steps: &mut Vec<Step>,
) -> bool {
    let mut any = false;
    for task in tasks.iter().filter(|task| task.name == name) {
        any = true;
        if seen.len() > DEEPEST || !seen.insert(format!("{name} {}", task.body.len())) {
            continue;
        }
        for need in &task.needs {
            let known = within(name, need).any(|full| follow(tasks, &full, folder, seen, steps));
            // A task of a library, such as `db:drop` of Rails.
            if !known && need.contains(':') {
                steps.extend(Step::shell(vec![format!("rake {need}")], folder));
            }
        }
        steps.extend(Step::all(vec![task.body.clone()], Language::Ruby, folder));
    }
    any
}

/// The names that a need may mean: within the namespaces of the task, from the inmost one outwards.
fn within<'a>(task: &'a str, need: &'a str) -> impl Iterator<Item = String> + use<'a> {
    let parts: Vec<&str> = task.split(':').collect();
    (0..parts.len()).rev().map(move |depth| {
        let around = parts.get(..depth).unwrap_or_default().join(":");
        if around.is_empty() { need.to_owned() } else { format!("{around}:{need}") }
    })
}

/// The tasks of one file.
fn tasks(text: &str) -> Vec<Task> {
    let rows: Vec<&str> = text.lines().collect();
    let mut around: Vec<(usize, String)> = Vec::new();
    let mut tasks = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let (indent, line) = (indent(row), row.trim());
        if line == "end" && around.last().is_some_and(|(outer, _)| *outer == indent) {
            around.pop();
        } else if let Some((name, _)) = line.strip_prefix("namespace").and_then(first_name) {
            around.push((indent, name));
        } else if line.starts_with("task") || line.starts_with("multitask") {
            tasks.extend(task(&rows, at, &around));
        }
    }
    tasks
}

/// The task whose head begins at a row, within namespaces.
fn task(rows: &[&str], at: usize, around: &[(usize, String)]) -> Option<Task> {
    let (line, end) = head(rows, at);
    let (name, rest) = first_name(line.trim_start_matches("multi").strip_prefix("task")?)?;
    let full = around.iter().map(|(_, name)| name.as_str()).chain([name.as_str()]);
    let body = body(&line, rows, end, rows.get(at).map_or(0, |row| indent(row)));
    let mut needs = needs(&rest);
    needs.extend(invoked(&body));
    Some(Task { name: full.collect::<Vec<_>>().join(":"), needs, body })
}

/// The head that begins at a row, whose list may go over several rows, and the row that it ends in.
fn head(rows: &[&str], at: usize) -> (String, usize) {
    let mut line = rows.get(at).map_or("", |row| row.trim()).to_owned();
    let mut end = at;
    while line.matches('[').count() > line.matches(']').count() && end < at + DEEPEST {
        end += 1;
        let Some(row) = rows.get(end) else { break };
        line.push(' ');
        line.push_str(row.trim());
    }
    (line, end)
}

fn indent(row: &str) -> usize {
    row.len() - row.trim_start().len()
}

/// The name that a head begins with (`:wipe`, `"wipe"`, `wipe:`), and what stands behind it.
fn first_name(head: &str) -> Option<(String, String)> {
    let head = head.strip_prefix([' ', '('])?.trim_start_matches([' ', '(']);
    let quote = head.trim_start_matches(':').chars().next().filter(|letter| matches!(letter, '"' | '\''));
    if let Some(quote) = quote {
        let (name, rest) = head.trim_start_matches(':').get(1..)?.split_once(quote)?;
        return Some((name.to_owned(), rest.to_owned()));
    }
    let is_symbol = head.starts_with(':');
    let text = head.trim_start_matches(':');
    let end =
        text.find(|letter: char| !(letter.is_alphanumeric() || "_?!".contains(letter))).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end).filter(|(name, _)| !name.is_empty())?;
    match rest.strip_prefix(':') {
        _ if is_symbol => Some((name.to_owned(), rest.to_owned())),
        Some(needs) => Some((name.to_owned(), format!("=> {needs}"))),
        None => None,
    }
}

/// What stands behind `=>`.
fn needs(rest: &str) -> Vec<String> {
    let Some((_, listed)) = rest.split_once("=>") else { return Vec::new() };
    let listed = listed.split(" do").next().unwrap_or_default().split('{').next().unwrap_or_default();
    let words = listed.split(|letter: char| letter.is_whitespace() || "[](),%'\"".contains(letter));
    words
        .map(|word| word.trim_start_matches(':'))
        .filter(|word| !matches!(*word, "" | "w" | "i"))
        .map(str::to_owned)
        .collect()
}

/// The rows up to the `end` below the head, or what stands in its braces.
fn body(line: &str, rows: &[&str], at: usize, outer: usize) -> String {
    if let Some((_, inside)) = line.split_once('{').filter(|_| !line.contains(" do")) {
        return inside.trim_end_matches('}').to_owned();
    }
    if !line.ends_with(" do") && !line.contains(" do |") {
        return String::new();
    }
    let below = rows.iter().skip(at + 1);
    let inside = below.take_while(|row| row.trim() != "end" || indent(row) > outer);
    inside.copied().collect::<Vec<_>>().join("\n")
}

/// `Rake::Task['db:drop'].invoke`, and `execute`.
fn invoked(body: &str) -> Vec<String> {
    let calls = body.split("Task[").skip(1);
    calls
        .filter_map(|call| call.split(']').next())
        .map(|name| name.trim_matches(['\'', '"', ':', ' ']).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "task :a => %w[b c] do\n  sh 'x'\nend\nnamespace :n do\n  task b: [:c,\n    :d] do |t, args|\n    if y\n      z\n    end\n  end\n  task(:c) { sh 'v' }\nend\ntask 'e', [:to] => :a\n";

    #[test]
    fn tasks_have_names_needs_and_bodies() {
        let found: Vec<_> = tasks(TEXT)
            .into_iter()
            .map(|task| (task.name, task.needs, task.body.trim().to_owned()))
            .collect();
        let row = |name: &str, needs: &[&str], body: &str| {
            (
                name.to_owned(),
                needs.iter().map(|need| (*need).to_owned()).collect::<Vec<_>>(),
                body.to_owned(),
            )
        };
        assert_eq!(
            found,
            [
                row("a", &["b", "c"], "sh 'x'"),
                row("n:b", &["c", "d"], "if y\n      z\n    end"),
                row("n:c", &[], "sh 'v'"),
                row("e", &["a"], ""),
            ]
        );
    }

    #[test]
    fn needs_are_looked_for_from_the_inside() {
        let names: Vec<_> = within("a:b:c", "d").collect();
        assert_eq!(names, ["a:b:d", "a:d", "d"]);
        assert_eq!(invoked("Rake::Task['db:drop'].invoke"), ["db:drop"]);
    }
}

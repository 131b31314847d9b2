//! What a sub-command of a program leads to: the arm of a `match` that names it, and the functions that this calls.

use std::collections::BTreeSet;

/// The text of the arms for a sub-command (`"wipe" =>`, `Command::Wipe =>`), with the functions of the file that they name; None
/// when no arm names it, so that nothing can be left out.
pub(super) fn of_command(text: &str, command: &str) -> Option<String> {
    let rows: Vec<&str> = text.lines().collect();
    let heads = [format!("\"{command}\""), format!("::{}", camel_case(command))];
    let names = |row: &str| {
        let head = row.split("=>").next().unwrap_or_default();
        row.contains("=>") && heads.iter().any(|one| ends_name(head, one))
    };
    let arms: Vec<usize> = rows.iter().enumerate().filter(|(_, row)| names(row)).map(|(at, _)| at).collect();
    if arms.is_empty() {
        return None;
    }
    let known: BTreeSet<&str> = rows.iter().filter_map(|row| defined(row)).collect();
    let mut out = String::new();
    let (mut waiting, mut seen) = (Vec::new(), BTreeSet::new());
    let mut take = |at: usize, waiting: &mut Vec<String>| {
        for row in block(&rows, at) {
            let words = row.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
            waiting.extend(words.filter(|word| known.contains(word)).map(str::to_owned));
            out.push_str(row);
            out.push('\n');
        }
    };
    for at in arms {
        take(at, &mut waiting);
    }
    while let Some(name) = waiting.pop() {
        if seen.insert(name.clone()) {
            let places = rows.iter().enumerate().filter(|(_, row)| defined(row) == Some(&name));
            for (at, _) in places {
                take(at, &mut waiting);
            }
        }
    }
    Some(out)
}

/// `reset-db` as a variant is called.
fn camel_case(command: &str) -> String {
    let parts = command.split(['-', '_']);
    let upper = |part: &str| {
        part.chars().take(1).flat_map(char::to_uppercase).chain(part.chars().skip(1)).collect::<String>()
    };
    parts.map(upper).collect()
}

fn ends_name(head: &str, name: &str) -> bool {
    head.match_indices(name).any(|(at, _)| {
        let next = head.get(at + name.len()..).and_then(|rest| rest.chars().next());
        next.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_')
    })
}

/// The name of the function that a row defines.
fn defined(row: &str) -> Option<&str> {
    let (before, behind) = row.split_once("fn ")?;
    let is_head = before.is_empty() || before.ends_with([' ', '\t']);
    let name = behind.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).next();
    name.filter(|name| is_head && !name.is_empty())
}

/// The rows from a head to the end of its block, told by indentation.
fn block<'a>(rows: &[&'a str], at: usize) -> Vec<&'a str> {
    let indent = |row: &str| row.len() - row.trim_start().len();
    let outer = rows.get(at).map_or(0, |row| indent(row));
    let head = rows.iter().skip(at).take(1);
    let inside = rows.iter().skip(at + 1).take_while(|row| row.trim().is_empty() || indent(row) > outer);
    head.chain(inside).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::of_command;

    const TEXT: &str = "fn main() {\n    match x {\n        Some(\"reset-db\") => reset(),\n        Some(\"docs\") => {\n            docs()\n        }\n        Some(Cmd::WipeAll { .. }) => wipe(),\n    }\n}\nfn reset() {\n    a();\n}\nfn docs() {\n    b();\n}\nfn wipe() {\n    reset()\n}\n";

    #[test]
    fn only_what_the_command_leads_to_is_left() {
        let docs = of_command(TEXT, "docs").unwrap_or_default();
        assert!(docs.contains("b();") && !docs.contains("a();"), "{docs}");
        assert!(of_command(TEXT, "reset-db").unwrap_or_default().contains("a();"));
        assert!(of_command(TEXT, "wipe-all").unwrap_or_default().contains("a();"));
        assert_eq!(of_command(TEXT, "doc"), None);
    }
}

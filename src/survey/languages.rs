//! Programming languages, by the files that are written in them.

use std::collections::BTreeMap;

use super::Place;
use super::found::{Field, Found};
use super::tree::Tree;

/// When a language counts as one of the repository's.
#[derive(Debug, Clone, Copy)]
enum Rule {
    /// At least this many files in a thousand of those with code.
    Share(usize),
    /// The same, or this many files: a schema is small beside the code that uses it.
    ShareOr(usize, usize),
    /// At least this many files, and so many times as many as there are with code: prose and data that are the product.
    Dominates(usize, usize),
}

use Rule::{Dominates, Share, ShareOr};

/// Name, rule, whether its files are code, extensions.
const LANGUAGES: [(&str, Rule, bool, &[&str]); 26] = [
    ("C", Share(25), true, &["c", "h"]),
    ("C#", Share(25), true, &["cs"]),
    ("C++", Share(25), true, &["cc", "cpp", "cxx", "hpp"]),
    ("CSS", Share(200), false, &["css", "scss", "sass", "less"]),
    ("Dart", Share(25), true, &["dart"]),
    ("Elixir", Share(25), true, &["ex", "exs"]),
    ("Go", Share(25), true, &["go"]),
    ("HCL", Share(50), true, &["tf", "hcl"]),
    ("HTML", Share(200), false, &["html", "htm"]),
    ("Helm", Dominates(5, 5), false, &["tpl"]),
    ("Java", Share(25), true, &["java"]),
    ("JavaScript", Share(25), true, &["js", "jsx", "mjs", "cjs"]),
    ("Kotlin", Share(25), true, &["kt"]),
    ("Markdown", Dominates(50, 10), false, &["md", "mdx"]),
    ("PHP", Share(25), true, &["php"]),
    ("PowerShell", Share(50), true, &["ps1", "psm1"]),
    ("Python", Share(25), true, &["py"]),
    ("Ruby", Share(25), true, &["rb"]),
    ("Rust", Share(25), true, &["rs"]),
    ("SQL", ShareOr(200, 10), true, &["sql"]),
    ("Scala", Share(25), true, &["scala"]),
    ("Shell", Share(50), true, &["sh", "bash", "zsh"]),
    ("Swift", Share(25), true, &["swift"]),
    ("TypeScript", Share(25), true, &["ts", "tsx", "mts", "cts"]),
    ("Vue", Share(50), true, &["vue"]),
    ("YAML", Dominates(1, 10), false, &["yml", "yaml"]),
];

/// Adds the languages, most files first.
pub(super) fn read(tree: &Tree, found: &mut Found) {
    let mut files: BTreeMap<usize, (usize, &str)> = BTreeMap::new();
    for path in tree.paths().filter(|path| !is_generated(path)) {
        if let Some(language) = language_of(path) {
            files.entry(language).or_insert((0, path)).0 += 1;
        }
    }
    let code: usize =
        files.iter().filter(|(language, _)| LANGUAGES[**language].2).map(|(_, (count, _))| count).sum();
    let mut counted: Vec<_> = files.into_iter().collect();
    counted.sort_by_key(|(language, (count, _))| (usize::MAX - count, *language));
    for (language, (count, first)) in counted {
        let (name, rule, ..) = LANGUAGES[language];
        if counts(rule, count, code) {
            found.note(Field::Languages, name, Place::new(first, 1));
        }
    }
}

fn counts(rule: Rule, files: usize, code: usize) -> bool {
    match rule {
        Share(per_thousand) => code > 0 && files * 1000 >= code * per_thousand,
        ShareOr(per_thousand, enough) => files >= enough || files * 1000 >= code * per_thousand,
        Dominates(least, times) => files >= least && files > code * times,
    }
}

fn language_of(path: &str) -> Option<usize> {
    let (_, extension) = path.rsplit_once('.')?;
    LANGUAGES.iter().position(|(_, _, _, extensions)| extensions.contains(&extension))
}

/// Configuration of tools, type declarations and compressed copies are nobody's code.
fn is_generated(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let middle = name.split('.').rev().nth(1).filter(|_| name.matches('.').count() > 1);
    matches!(middle, Some("config" | "conf" | "min" | "d")) || name.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(paths: &[String]) -> Vec<String> {
        let tree = Tree::in_memory(paths.iter().map(|path| (path.as_str(), "")));
        let mut found = Found::default();
        read(&tree, &mut found);
        found.values(Field::Languages)
    }

    fn files(extension: &str, count: usize) -> Vec<String> {
        (0..count).map(|number| format!("d/{number}.{extension}")).collect()
    }

    #[test]
    fn the_most_used_comes_first_and_strays_are_left_out() {
        let paths = [files("ts", 60), files("py", 70), files("rb", 1), files("md", 90)].concat();
        assert_eq!(survey(&paths), ["Python", "TypeScript"]);
        assert_eq!(survey(&files("d.ts", 10)), Vec::<String>::new());
    }

    #[test]
    fn prose_and_data_count_only_as_the_product() {
        assert_eq!(survey(&[files("md", 200), files("sh", 3)].concat()), ["Markdown", "Shell"]);
        assert_eq!(survey(&files("yaml", 3)), ["YAML"]);
    }
}

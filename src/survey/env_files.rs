//! Dotenv files and their examples, and the databases that they tell of.

use super::found::{Field, Found};
use super::tree::Tree;
use super::variables::{self, Setting};
use super::{Origin, Place, dotenv, interpolate, paths};
use crate::presets::Presets;
use crate::source::SourceFile;

/// Endings under which people commit a file that others copy.
const EXAMPLES: [&str; 8] = ["example", "sample", "template", "tmpl", "dist", "default", "defaults", "tpl"];

/// Endings that name what a dotenv file is for.
const ENVIRONMENTS: [&str; 10] =
    ["local", "dev", "development", "test", "testing", "staging", "prod", "production", "docker", "ci"];

/// Endings of code and prose whose names only look like dotenv files (`.env.d.ts`, `.env.md`).
const OTHER_KINDS: [&str; 22] = [
    "ts", "js", "mjs", "cjs", "tsx", "jsx", "py", "rb", "go", "rs", "php", "java", "md", "mdx", "json",
    "yml", "yaml", "html", "txt", "toml", "png", "lock",
];

/// Notes every dotenv file, and every database in those that can be read.
pub fn detect(tree: &Tree, presets: &Presets, found: &mut Found) {
    let paths: Vec<&str> =
        tree.paths().filter(|path| is_env_file(path) || is_env_in_folder(tree, path)).collect();
    for path in paths {
        found.file(Field::EnvFiles, path);
        if let Ok(file) = tree.read(path) {
            found.databases.extend(variables::databases(&settings(&file), presets, Origin::Env));
        }
    }
}

/// Whether the name alone makes `path` a dotenv file or an example of one.
pub fn is_env_file(path: &str) -> bool {
    let name = paths::name(path).to_ascii_lowercase();
    let ending = name.rsplit('.').next().unwrap_or_default();
    if OTHER_KINDS.contains(&ending) {
        return false;
    }
    if matches!(&*name, ".envrc" | ".flaskenv" | "dotenv") || (ending == "env" && name.contains('.')) {
        return true;
    }
    if [".env.", ".env-", ".env_", ".envrc.", ".flaskenv.", ".dev.vars"]
        .iter()
        .any(|start| name.starts_with(start))
    {
        return true;
    }
    let words: Vec<&str> = name.split(['.', '-', '_']).filter(|word| !word.is_empty()).collect();
    let is_example = words.last().is_some_and(|word| EXAMPLES.contains(word) || ENVIRONMENTS.contains(word));
    is_example && (name.contains(".env") || matches!(words.first(), Some(&"env" | &"dotenv" | &"envrc")))
}

/// Whether `path` lies in a folder for such files and reads like one: `env/backend.prod.template`, `.envs/.local/.postgres`.
fn is_env_in_folder(tree: &Tree, path: &str) -> bool {
    let Some((folder, name)) = path.rsplit_once('/') else { return false };
    if !folder.split('/').any(|part| matches!(part, "env" | "envs" | ".envs" | ".env")) {
        return false;
    }
    let ending = name.trim_start_matches('.').rsplit_once('.').map_or("", |(_, ending)| ending);
    if !ending.is_empty() && !EXAMPLES.contains(&ending) {
        return false;
    }
    tree.read(path).is_ok_and(|file| reads_like_dotenv(&file))
}

fn reads_like_dotenv(file: &SourceFile) -> bool {
    let mut assignments = 0;
    for line in file.text().lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let key = line.strip_prefix("export ").unwrap_or(line).split('=').next().unwrap_or_default();
        let named =
            key.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        if !named || key.is_empty() || !line.contains('=') {
            return false;
        }
        assignments += 1;
    }
    assignments > 0
}

/// The assignments of a dotenv file, references to one another replaced.
pub fn settings(file: &SourceFile) -> Vec<Setting> {
    let entries = dotenv::parse(file);
    let lookup = |name: &str| dotenv::find(&entries, name).map(|entry| entry.value.reveal().to_owned());
    entries
        .iter()
        .map(|entry| {
            let raw = entry.value.reveal();
            let expanded = interpolate::expand(raw, &lookup);
            let complete = entry.expands() && expanded.unset.is_empty();
            Setting {
                key: entry.key.clone(),
                value: if complete { expanded.text } else { raw.to_owned() },
                place: Place::new(file.path(), entry.line),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_dotenv_files_and_examples() {
        for path in [
            ".env",
            "a/.env.local",
            ".env.production.encrypted",
            "plausible-conf.env",
            "env.example",
            "podman/env.sample",
            ".envrc",
            ".flaskenv",
            ".env.template",
            "x/backend.env.example",
            ".env.example.complete",
            ".env-sample",
            "env-example",
            "sample.env",
            "env.production",
            ".dev.vars.example",
        ] {
            assert!(is_env_file(path), "{path}");
        }
        for path in [
            ".env.d.ts",
            "src/env.ts",
            ".env.md",
            "environment.yml",
            "env",
            "alembic/env.py",
            "env.rs",
            ".envoy",
            "venv/x",
            "example",
        ] {
            assert!(!is_env_file(path), "{path}");
        }
    }

    #[test]
    fn folders_of_dotenv_files() {
        let tree = Tree::in_memory([
            ("env/backend.prod.template", "# x\nA=1\nB_C='2'\n"),
            ("env/notes", "hello\n"),
            (".envs/.local/.postgres", "POSTGRES_HOST=db\nPOSTGRES_DB=app\n"),
            ("env/script.sh", "A=1\n"),
        ]);
        let mut found = Found::default();
        detect(&tree, &Presets::embedded(), &mut found);
        assert_eq!(found.values(Field::EnvFiles), [".envs/.local/.postgres", "env/backend.prod.template"]);
        assert_eq!(found.databases[0].host.as_deref(), Some("db"));
    }

    #[test]
    fn references_are_followed_and_comments_are_no_databases() {
        let text = "# DATABASE_URL=mysql://u:p@h/d\nU=me\nP=pw\nDATABASE_URL=postgres://${U}:${P}@db/app\n";
        let tree = Tree::in_memory([(".env.example", text)]);
        let mut found = Found::default();
        detect(&tree, &Presets::embedded(), &mut found);
        assert_eq!(found.databases.len(), 1);
        assert_eq!(found.databases[0].user.as_deref(), Some("me"));
        assert_eq!(found.databases[0].password_source.as_deref(), Some(".env.example:4 DATABASE_URL"));
    }
}

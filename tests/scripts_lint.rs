//! The generated scripts as text: what a reader, bash and shellcheck find in them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use support::project::{Project, credential};

fn project() -> Project {
    let database = json!({
        "database": "it's", "compose_files": ["a b.yml", "c.yml"],
        "credentials": [credential("password", "dotenv", "a b.env", "KEY", ""), credential("url", "variable", "", "URL", "")]
    });
    let second = json!({ "id": "second one", "engine": "sqlite", "run": "file", "path": "x.db" });
    Project::new("lint me", &[database, second])
}

/// Every shell file of a project, the scripts first.
fn shell_files(project: &Project) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for directory in ["scripts/db", "scripts/db/lib"] {
        let mut names: Vec<PathBuf> = fs::read_dir(project.root.join(directory))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "sh"))
            .collect();
        names.sort();
        files.extend(names);
    }
    assert!(files.len() > 15, "{files:?}");
    files
}

fn scripts(project: &Project) -> Vec<PathBuf> {
    shell_files(project).into_iter().filter(|file| file.parent().unwrap().ends_with("db")).collect()
}

/// From the project, each file is looked at alone. Another directory can only change whether the files are found that one
/// names as its sources, so there one of those that name the same is enough.
#[test]
fn scripts_pass_bash_n_and_shellcheck_from_any_directory_and_one_by_one() {
    let project = project();
    let files = shell_files(&project);
    for file in &files {
        assert_silent(Command::new("bash").arg("-n").arg(file));
    }
    let mut work: Vec<(PathBuf, &PathBuf)> = files.iter().map(|file| (project.root.clone(), file)).collect();
    let alike: BTreeMap<_, _> = files.iter().map(|file| ((file.parent(), sources_of(file)), file)).collect();
    assert!(alike.keys().any(|(_, sources)| !sources.is_empty()));
    for directory in [PathBuf::from("/"), project.root.join("scripts/db/lib")] {
        work.extend(alike.values().map(|file| (directory.clone(), *file)));
    }
    in_parallel(&work, |(directory, file)| {
        assert_silent(Command::new("shellcheck").arg("-x").arg(file).current_dir(directory));
    });
}

/// The lines that tell shellcheck what else to read.
fn sources_of(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    text.lines().map(str::trim).filter(|line| line.contains("shellcheck source")).map(str::to_owned).collect()
}

/// Does the work with one thread a core; a failure in one of them is one of this test.
fn in_parallel<T: Sync>(work: &[T], each: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(one) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    each(one);
                }
            });
        }
    });
}

fn assert_silent(command: &mut Command) {
    let output =
        command.output().unwrap_or_else(|error| panic!("{command:?}: {error} (apt-get install shellcheck)"));
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && text.is_empty(), "{command:?}: {text}");
}

#[test]
fn scripts_define_each_function_once() {
    let project = project();
    let mut homes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in shell_files(&project) {
        let text = fs::read_to_string(&file).unwrap();
        for name in text.lines().filter_map(|line| line.strip_suffix("() {")) {
            let home = file.strip_prefix(&project.root).unwrap().display().to_string();
            homes.entry(name.to_owned()).or_default().push(home);
        }
    }
    // Every script has its own text of help, its own options and its own beginning.
    homes.retain(|name, places| places.len() > 1 && !["usage", "main", "option"].contains(&name.as_str()));
    assert!(homes.is_empty(), "{homes:?}");
}

#[test]
fn scripts_use_no_jq_and_nothing_newer_than_bash_3_2() {
    let newer = [
        "mapfile",
        "readarray",
        "declare -A",
        "local -A",
        "local -n",
        "coproc",
        "wait -n",
        "jq ",
        ",,}",
        "^^}",
        "|&",
        "&>>",
    ];
    for file in shell_files(&project()) {
        let text = fs::read_to_string(&file).unwrap();
        for word in newer {
            assert!(!text.contains(word), "{}: {word}", file.display());
        }
        // `"${list[@]}"` of an empty list is an error there under `set -u`, unless it is written with +.
        for (number, line) in text.lines().enumerate() {
            let bare = line.match_indices("[@]}\"").any(|(at, _)| {
                let start = line[..at].rfind("\"${").unwrap();
                !line[start..].starts_with("\"${#") && !line[..start].ends_with('+')
            });
            assert!(!bare, "{}:{}", file.display(), number + 1);
        }
    }
}

#[test]
fn scripts_are_strict_static_and_short() {
    let project = project();
    for file in scripts(&project) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("#!/usr/bin/env bash\n#"), "{}", file.display());
        assert!(text.contains("\nset -euo pipefail\numask 077\n"), "{}", file.display());
    }
    for entry in walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/scripts")) {
        let path = entry.unwrap().into_path();
        if path.is_file() {
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.lines().count() <= 400, "{}", path.display());
            let is_script = path.extension().is_some_and(|extension| extension == "sh")
                && !path.ends_with("lib/config.sh");
            assert!(!is_script || !(text.contains("{{{") || text.contains("{{%")), "{}", path.display());
        }
    }
}

#[test]
fn library_files_only_define() {
    let project = project();
    for file in shell_files(&project).into_iter().filter(|file| file.parent().unwrap().ends_with("lib")) {
        let text = fs::read_to_string(&file).unwrap();
        let is_config = file.ends_with("config.sh");
        let mut within = None;
        for line in text.lines() {
            match within {
                None if line.ends_with("() {") => within = Some("}"),
                None => {
                    let is_data = is_config && (line.contains('=') || line.ends_with('\''));
                    assert!(
                        line.is_empty() || line.starts_with('#') || is_data,
                        "{}: {line}",
                        file.display()
                    );
                }
                Some(end) if line == end => within = None,
                Some(_) => {}
            }
        }
    }
}

/// A project in which every script applies.
const COMPOSE: &str =
    "services:\n  db:\n    image: postgres:15\n    environment:\n      POSTGRES_PASSWORD: x\n";

#[test]
fn g4_5_every_script_explains_itself_and_the_readme_names_it() {
    let project = project();
    let guarded = Project::guarded("guarded", &[("compose.yml", COMPOSE)]);
    let readme = fs::read_to_string(guarded.root.join("scripts/db/README.md")).unwrap();
    for file in scripts(&project) {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let help = project.run(&name, &["--help"], "").expect(0);
        let wide: Vec<&str> = help.stdout.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(wide.is_empty(), "{name} --help is wider than a terminal: {wide:?}");
        assert!(
            help.stdout.starts_with(&format!("Usage: {name}")) && help.stdout.contains("Exit status:"),
            "{}",
            help.stdout
        );
        project.run(&name, &["--no-such-option"], "").expect(2);
        let shown = readme.contains(&format!("### {name}\n\n```text\n{}```\n", help.stdout));
        assert_eq!(shown, guarded.root.join("scripts/db").join(&name).exists(), "{name}");
    }
}

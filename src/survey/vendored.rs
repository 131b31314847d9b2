//! Directories that hold other people's code or a tool's output: never part of what a team wrote.

use std::path::Path;

use walkdir::DirEntry;

/// Names that are never anything else.
const ALWAYS: [&str; 30] = [
    ".bundle",
    ".cache",
    ".direnv",
    ".eggs",
    ".git",
    ".gradle",
    ".hg",
    ".mypy_cache",
    ".next",
    ".nox",
    ".nuxt",
    ".parcel-cache",
    ".pnpm-store",
    ".pytest_cache",
    ".ruff_cache",
    ".svn",
    ".svelte-kit",
    ".terraform",
    ".tox",
    ".turbo",
    ".venv",
    ".yarn",
    "Pods",
    "__pycache__",
    "bower_components",
    "jspm_packages",
    "node_modules",
    "site-packages",
    "third_party",
    "virtualenv",
];

/// Names that are vendored when one of these stands beside them (or, with a leading `/`, inside them).
const BESIDE: [(&str, &[&str]); 9] = [
    ("_build", &["mix.exs"]),
    ("bin", &["obj/project.assets.json"]),
    ("deps", &["mix.exs"]),
    ("env", &["/pyvenv.cfg"]),
    (".env", &["/pyvenv.cfg"]),
    ("obj", &["/project.assets.json"]),
    ("target", &["Cargo.toml", "pom.xml", "build.sbt", "project.clj", "/CACHEDIR.TAG"]),
    (
        "vendor",
        &["composer.json", "go.mod", "Gemfile", "gems.rb", "/modules.txt", "/autoload.php", "/bundle"],
    ),
    ("venv", &["/bin/python", "/pyvenv.cfg", "/Scripts/python.exe", "requirements.txt", "manage.py"]),
];

/// Whether the directory `entry` is somebody else's, or dbguard's own copy of what it generated.
pub(super) fn is_vendored(entry: &DirEntry) -> bool {
    if entry.path().ends_with(".dbguard/base") {
        return true;
    }
    let Some(name) = entry.file_name().to_str() else {
        return false;
    };
    if ALWAYS.contains(&name) {
        return true;
    }
    let Some((_, signs)) = BESIDE.iter().find(|(vendored, _)| *vendored == name) else {
        return false;
    };
    let parent = entry.path().parent().unwrap_or(Path::new("."));
    signs.iter().any(|sign| match sign.strip_prefix('/') {
        Some(inside) => entry.path().join(inside).exists(),
        None => parent.join(sign).exists(),
    })
}

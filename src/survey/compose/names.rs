//! What names and paths tell: Compose files, example dotenv files, throw-away directories, relative paths.

/// Whether a file of this path is called like a Compose file (`docker-compose.prod.yml`, `compose.yaml`, `db-compose.yml`).
pub fn is_compose_name(path: &str) -> bool {
    let (directory, name) = split(path);
    let Some(stem) = yaml_stem(name) else { return false };
    let stem = stem.to_ascii_lowercase();
    let compose = |word: &str| matches!(word, "compose" | "dockercompose");
    !directory.starts_with(".github") && stem.split(['-', '_', '.']).any(compose)
}

/// The name without `.yml` or `.yaml`, also where that is followed by the suffix of an example.
pub(super) fn yaml_stem(name: &str) -> Option<&str> {
    let name = example_for(name).unwrap_or(name);
    name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml"))
}

/// The file that people copy this one to: `compose.yml` for `compose.yml.example`.
pub(super) fn example_for(path: &str) -> Option<&str> {
    path.rsplit_once('.').filter(|(_, suffix)| is_example_word(suffix)).map(|(real, _)| real)
}

/// Whether a path belongs to tests, examples or templates.
pub(super) fn is_throwaway(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    example_for(path).is_some()
        || words.any(|word| {
            let singular = word.strip_suffix('s').unwrap_or(word);
            matches!(
                singular,
                "test" | "testing" | "testdata" | "example" | "sample" | "template" | "fixture" | "tmpl"
            )
        })
}

/// The dotenv file that people make from an example file: `env` for `.env.example` and `env.dist`, `db.env` for
/// `db.env.sample`, leading dots left out; none when the file is no example of one.
pub(super) fn example_of(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(['.', '-', '_']).filter(|word| !word.is_empty()).collect();
    let kept: Vec<&str> = words.iter().copied().filter(|word| !is_example_word(word)).collect();
    (kept.contains(&"env") && kept.len() < words.len()).then(|| kept.join("."))
}

fn is_example_word(word: &str) -> bool {
    matches!(word, "example" | "sample" | "dist" | "template" | "tmpl" | "tpl" | "default" | "defaults")
}

/// Directory and file name of a path; the directory is empty at the root.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// `relative`, seen from `directory`, as a root-relative path; none when it is absolute or leads out of the root.
pub(super) fn join(directory: &str, relative: &str) -> Option<String> {
    if relative.starts_with(['/', '~', '\\'])
        || relative.contains("://")
        || relative.as_bytes().get(1) == Some(&b':')
    {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    let all = directory.split('/').chain(relative.split(['/', '\\']));
    for part in all.filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop()?;
        } else {
            parts.push(part);
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compose_names_are_told_from_others() {
        for path in [
            "docker-compose.yml",
            "a/docker-compose.prod.example.yaml",
            "compose.yaml",
            "compose.dev.yml",
            "db-compose.yml",
            "docker_compose.yaml",
            "podman/podman-compose.yml",
            "dockerCompose.yml",
            "docker-compose.yml.example",
        ] {
            assert!(is_compose_name(path), "{path}");
        }
        for path in [
            "composer.yml",
            "compose.json",
            ".github/workflows/docker-compose.yml",
            "compose/readme.yml",
            "compose.yml.j2",
        ] {
            assert!(!is_compose_name(path), "{path}");
        }
    }

    #[test]
    fn examples_and_throw_away_paths() {
        for name in [".env.example", "env.example", ".env.dist", "sample.env", ".env-template"] {
            assert_eq!(example_of(name).as_deref(), Some("env"), "{name}");
        }
        assert_eq!(example_of("db.env.sample").as_deref(), Some("db.env"));
        for name in [".env", ".env.local", "example.yml", "environment.example"] {
            assert_eq!(example_of(name), None, "{name}");
        }
        assert!(is_throwaway("tests/a.yml") && is_throwaway("a/docker-compose.example.yml"));
        assert!(!is_throwaway("latest/contest.yml"));
    }

    #[test]
    fn relative_paths_stay_inside() {
        assert_eq!(join("a/b", "../c/./d").as_deref(), Some("a/c/d"));
        assert_eq!(join("", ".").as_deref(), Some(""));
        assert_eq!(join("a", "..\\c").as_deref(), Some("c"));
        for outside in ["../../x", "/x", "~/x", "C:\\x", "https://x/y"] {
            assert_eq!(join("a", outside), None, "{outside}");
        }
    }
}

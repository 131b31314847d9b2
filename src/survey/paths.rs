//! Parts of root-relative, `/`-separated paths.

/// Last component.
pub fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Everything before the last component; empty in the root.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// What follows the last dot of the name; empty without one.
pub fn ending(path: &str) -> &str {
    name(path).rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// Whether the name ends like a YAML file's.
pub fn is_yaml(path: &str) -> bool {
    matches!(ending(path), "yml" | "yaml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        assert_eq!((name("a/b.c"), folder("a/b.c"), ending("a/b.c")), ("b.c", "a", "c"));
        assert_eq!((name(".env"), folder(".env"), ending("Makefile")), (".env", "", ""));
        assert!(is_yaml("x.yml") && is_yaml("a.b/x.yaml") && !is_yaml("a.yml/x"));
    }
}

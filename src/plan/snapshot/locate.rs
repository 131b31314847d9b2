//! Where a path really is: links are followed as long as they stay inside the repository.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Obstacle;
use crate::repo_path::RepoPath;

/// The real place of `path` below `root`, which must be canonical. What does not exist yet stays as named.
pub fn locate(root: &Path, path: &RepoPath) -> Result<RepoPath, Obstacle> {
    let existing = deepest_existing(root, path)?;
    let real = fs::canonicalize(root.join(existing)).map_err(|_| Obstacle::LinkBroken)?;
    let rest = path.as_str()[existing.len()..].trim_start_matches('/');
    if !rest.is_empty() && !real.is_dir() {
        return Err(Obstacle::ParentIsFile(existing.to_owned()));
    }
    let inside = real.strip_prefix(root).map_err(|_| Obstacle::LinkOut)?;
    let joined: PathBuf = if rest.is_empty() { inside.to_owned() } else { inside.join(rest) };
    let text = joined.to_str().ok_or_else(|| Obstacle::Unreadable("its name is not UTF-8".to_owned()))?;
    // The root itself, or something inside `.git`.
    RepoPath::parse(text).map_err(|_| Obstacle::LinkOut)
}

/// The longest prefix of `path` that is on disk, links not followed; empty for the root.
fn deepest_existing<'a>(root: &Path, path: &'a RepoPath) -> Result<&'a str, Obstacle> {
    let mut prefix = path.as_str();
    loop {
        match fs::symlink_metadata(root.join(prefix)) {
            Ok(_) => return Ok(prefix),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                return Err(Obstacle::Unreadable(error.to_string()));
            }
            // Missing, or the name above is a file or a broken link: that shows one level higher.
            Err(_) => {}
        }
        let Some((parent, _)) = prefix.rsplit_once('/') else { return Ok("") };
        prefix = parent;
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn at(root: &Path, path: &str) -> Result<String, Obstacle> {
        locate(root, &RepoPath::parse(path).unwrap()).map(|path| path.as_str().to_owned())
    }

    #[test]
    fn links_inside_are_followed_and_others_are_not() {
        let sandbox = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(sandbox.path()).unwrap();
        fs::create_dir_all(root.join("real/deep")).unwrap();
        fs::create_dir(root.join(".git")).unwrap();
        fs::write(root.join("file"), "x").unwrap();
        for (target, link) in [
            ("real", "dir"),
            ("file", "alias"),
            ("nowhere", "broken"),
            ("loop", "loop"),
            (".git", "git"),
            (".", "self"),
        ] {
            symlink(target, root.join(link)).unwrap();
        }
        symlink(outside.path(), root.join("out")).unwrap();

        assert_eq!(at(&root, "new/x").unwrap(), "new/x");
        assert_eq!(at(&root, "dir/deep/x").unwrap(), "real/deep/x");
        assert_eq!(at(&root, "alias").unwrap(), "file");
        assert_eq!(at(&root, "self/file").unwrap(), "file");
        assert_eq!(at(&root, "out/x"), Err(Obstacle::LinkOut));
        assert_eq!(at(&root, "git/hooks"), Err(Obstacle::LinkOut));
        assert_eq!(at(&root, "self"), Err(Obstacle::LinkOut));
        assert_eq!(at(&root, "broken"), Err(Obstacle::LinkBroken));
        assert_eq!(at(&root, "broken/x"), Err(Obstacle::LinkBroken));
        assert_eq!(at(&root, "loop/x"), Err(Obstacle::LinkBroken));
        assert_eq!(at(&root, "file/x"), Err(Obstacle::ParentIsFile("file".to_owned())));
    }
}

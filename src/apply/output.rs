//! Files beside the plan: reports that a person asks for by name, and the log of the hooks. No journal holds them.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::disk::{Disk as _, DiskError, RealDisk, failed};

/// Writes a report to `path`, which holds the old one or the new one at any time; what is no file, such as `/dev/stdout`, is written
/// to as it is.
pub fn report(path: &Path, text: &str) -> Result<(), DiskError> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if target.exists() && !target.is_file() {
        return fs::write(&target, text).map_err(failed("write", path));
    }
    let staged = beside(&target);
    let mut disk = RealDisk;
    disk.create_file(&staged, text.as_bytes(), 0o644)?;
    let kept = fs::metadata(&target).map(|known| fs::set_permissions(&staged, known.permissions()));
    let renamed = match kept {
        Ok(Err(source)) => Err(failed("set the permissions of", path)(source)),
        Ok(Ok(())) | Err(_) => disk.rename(&staged, &target),
    };
    if renamed.is_err() {
        // What is left over is in nobody's way; the failure is what has to be told.
        let _ = disk.remove_file(&staged);
    }
    renamed
}

/// Adds lines to the log at `path`; its folder is made when it is missing.
pub fn log(path: &Path, lines: &str) -> Result<(), DiskError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed("create the directory", folder))?;
    }
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(lines.as_bytes())).map_err(failed("write", path))
}

/// A name of this process's own in the same folder.
fn beside(target: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(format!(".{}", std::process::id()));
    target.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_report_replaces_the_one_before_and_keeps_its_mode_and_link() {
        let root = tempfile::tempdir().expect("temporary directory");
        let (path, link) = (root.path().join("out.sarif"), root.path().join("link"));
        report(&path, "one").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("mode");
        std::os::unix::fs::symlink("out.sarif", &link).expect("link");
        report(&link, "two").expect("written");
        assert_eq!(fs::read_to_string(&path).expect("text"), "two");
        assert!(link.is_symlink());
        assert_eq!(fs::metadata(&path).expect("file").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(root.path()).expect("folder").count(), 2);
    }

    #[test]
    fn what_is_no_file_is_written_to_and_what_cannot_be_written_is_told() {
        report(Path::new("/dev/null"), "x").expect("written");
        let root = tempfile::tempdir().expect("temporary directory");
        let error = report(&root.path().join("no/such/file"), "x").expect_err("no folder");
        assert!(error.to_string().contains("no/such"), "{error}");
        assert!(report(root.path(), "x").is_err(), "a folder");
    }

    #[test]
    fn lines_are_added_to_a_log() {
        let root = tempfile::tempdir().expect("temporary directory");
        let path = root.path().join("log/hook.jsonl");
        log(&path, "a\n").expect("written");
        log(&path, "b\n").expect("written");
        assert_eq!(fs::read_to_string(path).expect("text"), "a\nb\n");
    }
}

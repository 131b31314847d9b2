//! A search path of this machine's programs without some of them, and stubs in front of it.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use super::project::Project;

/// A `PATH` with every program of the system but `hidden`.
pub fn all_but(project: &Project, hidden: &[&str]) -> String {
    let farm = project.root.join("system programs");
    std::fs::create_dir_all(&farm).unwrap();
    for directory in ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"] {
        for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
            if !hidden.iter().any(|name| entry.file_name() == **name) {
                let _ = symlink(entry.path(), farm.join(entry.file_name()));
            }
        }
    }
    farm.display().to_string()
}

/// Writes a program of the project.
pub fn program(project: &Project, path: &str, text: &str) {
    project.write(path, text);
    let file: &Path = &project.root.join(path);
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
}

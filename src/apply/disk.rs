//! The operations that change a disk, one method each, so that tests can fail or stop at any of them.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// An operation that failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}: {source}", path.display())]
pub struct DiskError {
    /// What was tried.
    pub action: &'static str,
    /// On which path.
    pub path: PathBuf,
    /// The system's answer.
    pub source: io::Error,
}

/// Everything that this program may do to a disk. Paths are absolute and already checked.
pub(super) trait Disk {
    /// Creates one directory; the umask applies to `mode`.
    fn create_dir(&mut self, path: &Path, mode: u32) -> Result<(), DiskError>;
    /// Creates a file that must not exist, writes it and makes it durable; the umask applies to `mode`.
    fn create_file(&mut self, path: &Path, bytes: &[u8], mode: u32) -> Result<(), DiskError>;
    /// Sets the permission bits exactly.
    fn set_mode(&mut self, path: &Path, mode: u32) -> Result<(), DiskError>;
    /// Replaces `to` by `from` in one step.
    fn rename(&mut self, from: &Path, to: &Path) -> Result<(), DiskError>;
    /// Removes a file.
    fn remove_file(&mut self, path: &Path) -> Result<(), DiskError>;
    /// Removes an empty directory.
    fn remove_dir(&mut self, path: &Path) -> Result<(), DiskError>;
    /// Makes the entries of a directory durable.
    fn sync_dir(&mut self, path: &Path) -> Result<(), DiskError>;
}

/// The operating system's disk.
pub(super) struct RealDisk;

impl Disk for RealDisk {
    fn create_dir(&mut self, path: &Path, mode: u32) -> Result<(), DiskError> {
        DirBuilder::new().mode(mode).create(path).map_err(failed("create the directory", path))
    }

    fn create_file(&mut self, path: &Path, bytes: &[u8], mode: u32) -> Result<(), DiskError> {
        let create = || -> io::Result<()> {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        create().map_err(failed("write", path))
    }

    fn set_mode(&mut self, path: &Path, mode: u32) -> Result<(), DiskError> {
        fs::set_permissions(path, Permissions::from_mode(mode))
            .map_err(failed("set the permissions of", path))
    }

    fn rename(&mut self, from: &Path, to: &Path) -> Result<(), DiskError> {
        fs::rename(from, to).map_err(failed("replace", to))
    }

    fn remove_file(&mut self, path: &Path) -> Result<(), DiskError> {
        fs::remove_file(path).map_err(failed("remove", path))
    }

    fn remove_dir(&mut self, path: &Path) -> Result<(), DiskError> {
        fs::remove_dir(path).map_err(failed("remove the directory", path))
    }

    fn sync_dir(&mut self, path: &Path) -> Result<(), DiskError> {
        File::open(path).and_then(|dir| dir.sync_all()).map_err(failed("make durable", path))
    }
}

/// Turns an [`io::Error`] into a [`DiskError`] with its context.
pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DiskError {
    let path = path.to_owned();
    move |source| DiskError { action, path, source }
}

//! Looks at every target once more before the first write, and at each right before its own.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::error::ApplyError;
use crate::plan::Write;
use crate::plan::snapshot::{Obstacle, locate};
use crate::repo_path::RepoPath;

/// Checks that `write`'s target is where and what the plan saw; gives the mode of an existing file.
pub(super) fn check(root: &Path, write: &Write) -> Result<Option<u32>, ApplyError> {
    let blocked = |obstacle| ApplyError::Blocked { path: write.file.clone(), obstacle };
    if locate(root, &write.file).map_err(blocked)? != write.file {
        return Err(ApplyError::Stale(write.file.clone()));
    }
    match (read(root, &write.file).map_err(blocked)?, &write.before) {
        (None, None) => Ok(None),
        (Some((bytes, mode)), Some(before)) if bytes == *before => Ok(Some(mode)),
        _ => Err(ApplyError::Stale(write.file.clone())),
    }
}

/// Bytes and mode of a regular file; `None` when there is nothing.
pub(super) fn read(root: &Path, path: &RepoPath) -> Result<Option<(Vec<u8>, u32)>, Obstacle> {
    let unreadable = |error: io::Error| Obstacle::Unreadable(error.to_string());
    let on_disk = path.under(root);
    let metadata = match fs::symlink_metadata(&on_disk) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
        Ok(metadata) if !metadata.is_file() => return Err(Obstacle::NotAFile),
        Ok(metadata) => metadata,
    };
    let bytes = fs::read(&on_disk).map_err(unreadable)?;
    Ok(Some((bytes, metadata.permissions().mode() & 0o7777)))
}

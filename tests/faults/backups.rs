//! Backups that are no longer what they were. None of them may reach a database.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::project::Project;
use crate::targets::Target;

pub(crate) fn truncated<T: Target>() {
    let Some(target) = T::start("truncated") else { return };
    refuses_each(&target, |whole| {
        let cut = |length: usize| whole[..length].to_vec();
        let length = whole.len();
        vec![cut(0), cut(length / 100), cut(length / 2), cut(length * 99 / 100), cut(length - 1)]
    });
}

pub(crate) fn bit_flipped<T: Target>() {
    let Some(target) = T::start("bit_flipped") else { return };
    let contents = target.contents();
    let name = target.back_up();
    let dump = dump_of(target.project(), &name);
    let whole = fs::read(&dump).unwrap();
    for at in [0, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
        let mut flipped = whole.clone();
        flipped[at] ^= 4;
        fs::write(&dump, flipped).unwrap();
        refuses(&target, &name, &contents);
    }
    fs::write(&dump, whole).unwrap();
    target.assert_well(&contents, &[name]);
}

/// Puts each form of a damaged dump in the place of a good one: as it is, and with a checksum that agrees with it.
fn refuses_each<T: Target>(target: &T, damaged: impl Fn(&[u8]) -> Vec<Vec<u8>>) {
    let contents = target.contents();
    let name = target.back_up();
    let dump = dump_of(target.project(), &name);
    let metadata = dump.with_file_name("metadata.json");
    let (whole, described) = (fs::read(&dump).unwrap(), fs::read(&metadata).unwrap());
    for bytes in damaged(&whole) {
        fs::write(&dump, &bytes).unwrap();
        refuses(target, &name, &contents);
        adapt(&metadata, &bytes);
        refuses_or_loses_nothing(target, &name, &contents);
        fs::write(&metadata, &described).unwrap();
    }
    fs::write(&dump, whole).unwrap();
    target.assert_well(&contents, &[name]);
}

/// Restore and verification end with 4, and the live data is as it was.
fn refuses<T: Target>(target: &T, name: &str, contents: &str) {
    let typed = format!("{}\n", target.typed());
    target.run("restore.sh", &[name], &typed, 4);
    target.run("verify-backup.sh", &[name], "", 4);
    assert_eq!(target.contents(), contents);
}

/// The checksum no longer tells. What was cut off may have been a line end or the rest of a page, without which every row is there.
fn refuses_or_loses_nothing<T: Target>(target: &T, name: &str, contents: &str) {
    let shown = target.project().run("restore.sh", &[name], &format!("{}\n", target.typed()));
    assert!([0, 4].contains(&shown.code), "{} {}", shown.code, shown.text());
    assert_eq!(target.contents(), contents, "{}", shown.text());
}

fn dump_of(project: &Project, name: &str) -> PathBuf {
    let directory = project.root.join("backups/main").join(name);
    let file = project.metadata("main", name)["file_database"].as_str().unwrap().to_owned();
    directory.join(file)
}

/// Makes `metadata.json` agree with other bytes.
fn adapt(metadata: &Path, bytes: &[u8]) {
    use sha2::Digest as _;
    let digest =
        sha2::Sha256::digest(bytes).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    set(metadata, "sha256_database", &format!("\"{digest}\""));
    set(metadata, "bytes_database", &bytes.len().to_string());
}

/// Replaces a value of `metadata.json`.
fn set(metadata: &Path, key: &str, value: &str) {
    let text = fs::read_to_string(metadata).unwrap();
    let lead = format!("  \"{key}\": ");
    let changed =
        |line: &str| if line.starts_with(&lead) { format!("{lead}{value},\n") } else { format!("{line}\n") };
    assert!(text.contains(&lead), "{key}");
    fs::write(metadata, text.lines().map(changed).collect::<String>()).unwrap();
}

pub(crate) fn metadata_damaged<T: Target>() {
    let Some(target) = T::start("metadata_damaged") else { return };
    let contents = target.contents();
    let good = target.back_up();
    let bad = target.back_up();
    let metadata = target.project().root.join("backups/main").join(&bad).join("metadata.json");
    let whole = fs::read(&metadata).unwrap();
    let text = String::from_utf8(whole.clone()).unwrap();
    let elsewhere = text.replace("\"file_database\": \"", "\"file_database\": \"../../../");
    let cut = whole[..whole.len() / 2].to_vec();
    for bytes in [Vec::new(), cut, vec![0, 255, 10, 0], elsewhere.into_bytes(), b"{}\n".to_vec()] {
        fs::write(&metadata, bytes).unwrap();
        refuses(&target, &bad, &contents);
        let listed = target.project().listed();
        assert!(listed.iter().any(|one| one["backup"] == *good && one["state"] == "whole"), "{listed:?}");
    }
    fs::write(&metadata, whole).unwrap();
    target.assert_well(&contents, &[good, bad]);
}

pub(crate) fn of_another_engine<T: Target>() {
    changed_metadata_is_refused::<T>("another_engine", "engine", "\"clickhouse\"", "clickhouse");
}

pub(crate) fn of_a_newer_version<T: Target>() {
    changed_metadata_is_refused::<T>("newer_version", "schema", "\"dbguard.backup/2\"", "another version");
}

fn changed_metadata_is_refused<T: Target>(database: &str, key: &str, value: &str, said: &str) {
    let Some(target) = T::start(database) else { return };
    let contents = target.contents();
    let name = target.back_up();
    let metadata = target.project().root.join("backups/main").join(&name).join("metadata.json");
    let whole = fs::read(&metadata).unwrap();
    set(&metadata, key, value);
    let shown = target.run("restore.sh", &[&name], &format!("{}\n", target.typed()), 4);
    assert!(shown.stderr.contains(said), "{}", shown.text());
    refuses(&target, &name, &contents);
    fs::write(&metadata, whole).unwrap();
    target.assert_well(&contents, &[name]);
}

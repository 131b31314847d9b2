//! Copies elsewhere with the real rsync, rclone and restic into other directories; S3 by a stub of its client. Names carry the
//! requirement's id.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use support::project::Project;

fn sqlite() -> Value {
    json!({ "engine": "sqlite", "run": "file", "path": "app.db" })
}

fn query(project: &Project, sql: &str) -> String {
    let output = Command::new("sqlite3").arg(project.root.join("app.db")).arg(sql).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A project with two backups, and a place for copies of the method.
fn project(method: &str) -> (Project, PathBuf) {
    let mut project = Project::new("a project", &[sqlite()]);
    query(
        &project,
        "CREATE TABLE items (id INTEGER PRIMARY KEY); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO items SELECT i FROM n;",
    );
    let place = project.root.join("../another disk");
    fs::create_dir(&place).unwrap();
    let place = place.canonicalize().unwrap();
    let target = match method {
        "s3" => {
            stub_of_s3(&mut project, &place);
            "s3://bucket/pre fix".to_owned()
        }
        "rclone" => {
            project.set("RCLONE_CONFIG_DISK_TYPE", "local");
            format!("disk:{}", place.display())
        }
        "restic" => {
            project.set("RESTIC_PASSWORD", "of the repository");
            let mut init = Command::new("restic");
            init.args(["-q", "init", "-r"]).arg(&place).env("RESTIC_PASSWORD", "of the repository");
            assert!(init.status().unwrap().success(), "restic is needed: apt-get install restic");
            place.display().to_string()
        }
        _ => place.display().to_string(),
    };
    project.configure(&[sqlite()], &json!({ "offsite": { "method": method, "target": target } }));
    project.run("backup.sh", &["--label", "first"], "").expect(0);
    project.run("backup.sh", &["--label", "second"], "").expect(0);
    (project, place)
}

/// `aws s3 cp` and `aws s3 ls` on a directory; whatever else it is asked for is an error.
fn stub_of_s3(project: &mut Project, place: &Path) {
    let programs = project.root.join("programs");
    fs::create_dir(&programs).unwrap();
    let program = r#"#!/usr/bin/env bash
set -euo pipefail
[ "$1" = s3 ] || exit 9
here() { case "$1" in s3://*) printf '%s' "$PLACE/${1#s3://}" ;; *) printf '%s' "$1" ;; esac; }
case "$2 $3" in
  'cp --only-show-errors')
    if [ "$4" = --recursive ]; then
      mkdir -p "$(here "$6")"; cp -r "$(here "$5")." "$(here "$6")"
    elif [ "$5" = - ]; then cat "$(here "$4")"
    else exit 9; fi ;;
  'ls '*) for one in "$(here "$3")"*; do printf '                           PRE %s/\n' "${one##*/}"; done ;;
  *) exit 9 ;;
esac
"#;
    let program = program.replace("$PLACE", &place.display().to_string());
    fs::write(programs.join("aws"), program).unwrap();
    fs::set_permissions(programs.join("aws"), fs::Permissions::from_mode(0o755)).unwrap();
    project.set("PATH", &format!("{}:{}", programs.display(), std::env::var("PATH").unwrap()));
}

fn copies_prove_themselves_and_come_back(method: &str) {
    let (project, _) = project(method);
    let names = project.backups("main");
    let shown = project.run("offsite.sh", &[], "").expect(0);
    assert!(shown.stdout.contains("2 copied"), "{}", shown.text());
    assert!(project.run("offsite.sh", &[], "").expect(0).stdout.contains("0 copied"), "copied once");
    let listed = project.run("offsite.sh", &["--list"], "").expect(0);
    assert_eq!(listed.stdout.lines().collect::<Vec<_>>(), names, "{}", listed.text());
    // The machine's disk is lost.
    fs::remove_dir_all(project.root.join("backups/main")).unwrap();
    query(&project, "DELETE FROM items;");
    project.run("offsite.sh", &["--fetch", &names[1]], "").expect(0);
    assert_eq!(project.listed().len(), 1);
    project.run("verify-backup.sh", &[&names[1]], "").expect(0);
    project.run("restore.sh", &[&names[1]], "app.db\n").expect(0);
    assert_eq!(query(&project, "SELECT count(*) FROM items"), "1000");
    project.run("offsite.sh", &["--fetch", &names[1]], "").expect(3);
}

#[test]
fn g2_7_copies_by_rsync_prove_themselves_and_come_back() {
    copies_prove_themselves_and_come_back("rsync");
}

#[test]
fn g2_7_copies_by_rclone_prove_themselves_and_come_back() {
    copies_prove_themselves_and_come_back("rclone");
}

#[test]
fn g2_7_copies_by_restic_prove_themselves_and_come_back() {
    copies_prove_themselves_and_come_back("restic");
}

#[test]
fn g2_7_copies_by_s3_prove_themselves_and_come_back_stub_of_its_client() {
    copies_prove_themselves_and_come_back("s3");
}

#[test]
fn g4_9_what_arrived_changed_is_no_copy() {
    let (project, place) = project("rsync");
    let names = project.backups("main");
    // A disk that alters what it is given: the directory is there already, with a file that cannot be replaced.
    let over_there = place.join("main").join(&names[0]);
    fs::create_dir_all(over_there.join("database.sqlite")).unwrap();
    fs::write(over_there.join("database.sqlite/in the way"), "x").unwrap();
    let shown = project.run("offsite.sh", &[&names[0]], "");
    assert!([1, 4].contains(&shown.code), "{} {}", shown.code, shown.text());
    fs::remove_dir_all(&over_there).unwrap();
    project.run("offsite.sh", &[&names[0]], "").expect(0);
    fs::write(over_there.join("database.sqlite"), "other bytes").unwrap();
    fs::remove_dir_all(project.root.join("backups/main").join(&names[0])).unwrap();
    let shown = project.run("offsite.sh", &["--fetch", &names[0]], "").expect(4);
    assert!(shown.stderr.contains("damaged"), "{}", shown.text());
    assert_eq!(project.backups("main"), [names[1].clone()], "nothing damaged is listed");
}

#[test]
fn g4_9_a_damaged_backup_is_not_copied_and_clear_text_does_not_leave_against_the_policy() {
    let (project, place) = project("rsync");
    let name = project.backups("main").remove(0);
    fs::write(project.root.join("backups/main").join(&name).join("database.sqlite"), "x").unwrap();
    project.run("offsite.sh", &[&name], "").expect(4);
    assert!(!place.join("main").join(&name).exists());
    let settings = json!({ "encryption": { "demanded": true }, "offsite": { "method": "rsync", "target": place.display().to_string() } });
    project.configure(&[sqlite()], &settings);
    let shown = project.run("offsite.sh", &["--newest"], "").expect(3);
    assert!(shown.stderr.contains("not encrypted"), "{}", shown.text());
    project.configure(&[sqlite()], &json!({}));
    project.run("offsite.sh", &[], "").expect(3);
    assert!(fs::read_dir(&place).unwrap().next().is_none());
}

#[test]
fn g4_9_a_place_that_cannot_be_reached_is_an_error_and_the_next_run_copies() {
    let (project, place) = project("rsync");
    fs::remove_dir_all(&place).unwrap();
    fs::write(&place, "a file where the directory was").unwrap();
    let shown = project.run("offsite.sh", &[], "").expect(1);
    assert!(shown.stderr.contains("could not copy"), "{}", shown.text());
    fs::remove_file(&place).unwrap();
    fs::create_dir(&place).unwrap();
    assert!(project.run("offsite.sh", &[], "").expect(0).stdout.contains("2 copied"));
}

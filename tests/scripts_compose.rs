//! The generated scripts against PostgreSQL in a Compose service, in a real Docker daemon.
//!
//! They run when `DBGUARD_LAB=docker` is set and `DOCKER_HOST` names the daemon of `tests/lab/start-docker.sh`; otherwise each
//! test says that it did not run, and `tests/run` lists the target as not run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::process::Command;
use std::time::Duration;

use support::lab::{Lab, PASSWORD};

#[test]
fn g2_2_compose_backup_drop_restore_brings_every_row_back() {
    let Some(lab) = Lab::start("drop") else { return };
    let shown = lab.project.run("backup.sh", &[], "").expect(0);
    assert!(shown.stdout.contains("environment: development (a local Compose service)"), "{}", shown.text());
    assert!(!shown.text().contains(PASSWORD));
    lab.sql("DROP TABLE items;");
    lab.project.run("verify-backup.sh", &[], "").expect(0);
    let shown = lab.project.run("restore.sh", &[], "shop\n").expect(0);
    assert_eq!(lab.sql("SELECT count(*) FROM items"), "5000");
    assert!(shown.stdout.contains("restarted: web"), "{}", shown.text());
    lab.sql("DELETE FROM items WHERE id > 10;");
    let first = lab.project.backups("main").remove(0);
    lab.project.run("restore.sh", &["--tables", "items", &first], "shop\n").expect(0);
    assert_eq!(lab.sql("SELECT count(*) FROM items"), "5000");
}

#[test]
fn g2_2_compose_backup_works_with_a_wrong_password_in_the_file_through_the_socket() {
    let Some(lab) = Lab::start("wrong") else { return };
    lab.project.write(".env", "PW=another\n");
    lab.project.run("backup.sh", &[], "").expect(0);
    assert!(lab.project.run("health.sh", &[], "").expect(0).stdout.contains("main: ok"));
}

#[test]
fn g2_3_compose_restore_into_a_fresh_volume_after_down_v() {
    let Some(lab) = Lab::start("fresh") else { return };
    lab.project.run("backup.sh", &[], "").expect(0);
    lab.compose(&["down", "-v", "-t", "1"]);
    let shown = lab.project.run("backup.sh", &[], "").expect(1);
    assert!(shown.stderr.contains("is not running"), "{}", shown.text());
    assert!(lab.project.run("health.sh", &[], "").expect(1).stdout.contains("main: unknown"));
    lab.compose(&["up", "-d"]);
    lab.await_ready();
    assert!(lab.project.run("health.sh", &[], "").expect(4).stdout.contains("main: empty"));
    lab.project.run("restore.sh", &[], "shop\n").expect(0);
    assert_eq!(lab.sql("SELECT count(*) FROM items"), "5000");
}

#[test]
fn g2_2_compose_containers_are_found_by_their_labels_when_the_project_has_another_name() {
    let Some(lab) = Lab::start("labels") else { return };
    lab.compose(&["down", "-t", "1"]);
    lab.compose(&["-p", "renamed", "up", "-d", "db"]);
    std::thread::sleep(Duration::from_secs(8));
    let backed_up = lab.project.run("backup.sh", &[], "");
    lab.compose(&["-p", "renamed", "down", "-v", "-t", "1"]);
    let shown = backed_up.expect(0);
    assert!(shown.stdout.contains("0 tables"), "the other project has a volume of its own: {}", shown.text());
}

#[test]
fn g2_2_compose_backup_killed_in_the_middle_leaves_nothing_half_done() {
    let Some(lab) = Lab::start("killed") else { return };
    for moment in [300, 900, 1500, 2100, 2700] {
        let mut child = lab.project.spawn("backup.sh", &[]);
        std::thread::sleep(Duration::from_millis(moment));
        let _ = Command::new("kill").args(["-9", "--", &format!("-{}", child.id())]).output().unwrap();
        child.wait().unwrap();
        assert_eq!(lab.project.listed().len(), lab.project.backups("main").len());
    }
    lab.project.run("backup.sh", &[], "").expect(0);
    lab.project.run("verify-backup.sh", &[], "").expect(0);
}

#[test]
fn g1_4_init_pins_the_volume_to_the_name_that_docker_tells_and_a_renamed_folder_keeps_its_data() {
    let Some(mut lab) = Lab::start("shop") else { return };
    let volume = format!("{}_data", lab.name);
    let shown = lab.project.dbguard(&["init", "--yes", "--only", "compose,backups"]).expect(0);
    let text = std::fs::read_to_string(lab.project.root.join("docker-compose.yml")).unwrap();
    assert!(text.contains(&format!("name: {volume}")), "{}\n{text}", shown.text());
    assert!(text.contains("- ./backups:/backups"), "{text}");
    lab.compose(&["down", "-t", "1"]);
    let renamed = lab.project.root.with_file_name("shop renamed");
    std::fs::rename(&lab.project.root, &renamed).unwrap();
    lab.project.root = renamed;
    lab.compose(&["up", "-d"]);
    lab.await_ready();
    assert_eq!(lab.sql("SELECT count(*) FROM items"), "5000");
}

#[test]
fn g1_6_status_shows_the_volume_that_the_container_really_has() {
    let Some(lab) = Lab::start("dbguard-tell-status") else { return };
    lab.project.run("backup.sh", &[], "").expect(0);
    let shown = lab.project.run("status.sh", &[], "").expect(0);
    assert!(
        shown.stdout.contains("volume dbguard-tell-status_data at /var/lib/postgresql"),
        "{}",
        shown.text()
    );
    assert!(shown.stdout.contains("public.items 5000"), "{}", shown.text());
    lab.compose(&["stop", "-t", "1"]);
    let shown = lab.project.run("status.sh", &[], "").expect(1);
    assert!(
        shown.stdout.contains("! its state is unknown: the service db is not running"),
        "{}",
        shown.text()
    );
}

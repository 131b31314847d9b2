//! MariaDB scripts that are killed at random moments, and restores whose second half fails. Nothing in that server is atomic, so
//! what counts is the state after the next run: the old database or the restored one, whole. Names carry the requirement's id.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;
use support::Seeded;
use support::mariadb::{PASSWORD, USER, server};
use support::project::{Project, credential};

/// How often each script is killed: a sample, or all fifty times with `tests/run --full`.
fn moments() -> u64 {
    if std::env::var_os("DBGUARD_TEST_FULL").is_some() { 50 } else { 6 }
}

fn project(name: &str) -> Project {
    server().create(name);
    server().sql(
        name,
        "CREATE TABLE items (id int PRIMARY KEY, text text); INSERT INTO items SELECT seq, MD5(seq) FROM seq_1_to_20000;
         CREATE TABLE more AS SELECT * FROM items;",
    );
    let database = json!({
        "engine": "mariadb", "host": "127.0.0.1", "port": server().port, "database": name, "user": USER,
        "credentials": [credential("password", "dotenv", ".env", "PW", "")]
    });
    let project = Project::new("project", &[database]);
    let escaped = PASSWORD.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    project.write(".env", &format!("PW=\"{escaped}\"\n"));
    project
}

/// Kills a script at a seeded moment: its whole process group, or every other time only the script.
fn kill_at(project: &Project, script: &str, input: &str, moment: Duration, round: u64) {
    let mut child = project.spawn(script, &[]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    std::thread::sleep(moment);
    let target = if round.is_multiple_of(2) { format!("-{}", child.id()) } else { child.id().to_string() };
    // It may have ended already; then there is nothing to kill.
    let _ = Command::new("kill").args(["-9", "--", &target]).output().unwrap();
    child.wait().unwrap();
}

fn duration_of(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn random_moment(seeded: &mut Seeded, usual: Duration) -> Duration {
    Duration::from_millis(seeded.below(u64::try_from(usual.as_millis()).unwrap()))
}

#[test]
fn g2_2_a_mariadb_backup_killed_at_random_moments_leaves_nothing_half_done() {
    let project = project("killed_backup");
    let usual = duration_of(|| drop(project.run("backup.sh", &[], "").expect(0)));
    let mut seeded = Seeded(7);
    for round in 0..moments() {
        let moment = random_moment(&mut seeded, usual);
        kill_at(&project, "backup.sh", "", moment, round);
        assert_eq!(project.listed().len(), project.backups("main").len(), "after {moment:?}");
    }
    project.run("backup.sh", &[], "").expect(0);
    project.run("verify-backup.sh", &[], "").expect(0);
    assert_eq!(left_overs(&project), Vec::<String>::new(), "nothing of the killed runs is left");
    assert_eq!(server().count("killed_backup", "items"), 20_000);
}

#[test]
fn g2_3_a_mariadb_restore_killed_at_random_moments_is_rolled_back_or_done_by_the_next_run() {
    let project = project("killed_restore");
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    let damage = "DELETE FROM items WHERE id > 12000; DROP TABLE IF EXISTS more;";
    server().sql("killed_restore", damage);
    let input = "killed_restore\n";
    let usual = duration_of(|| drop(project.run("restore.sh", &[&name], input).expect(0)));
    let mut seeded = Seeded(8);
    for round in 0..moments() {
        server().sql("killed_restore", damage);
        let moment = usual / 4 + random_moment(&mut seeded, usual * 3 / 4);
        kill_at(&project, "restore.sh", input, moment, round);
        let shown = project.run("verify-backup.sh", &[&name], "").expect(0);
        let state = (server().count("killed_restore", "items"), server().databases("killed_restore").len());
        assert!(state == (12_000, 1) || state == (20_000, 1), "{state:?} after {moment:?}: {}", shown.text());
        let more = server().sql("killed_restore", "SHOW TABLES LIKE 'more'");
        assert_eq!(more == "more", state.0 == 20_000, "after {moment:?}");
    }
    project.run("restore.sh", &[&name], input).expect(0);
    assert_eq!(server().count("killed_restore", "items"), 20_000);
    assert_eq!(left_overs(&project), Vec::<String>::new());
}

#[test]
fn g2_3_a_restore_killed_while_the_live_database_is_in_pieces_is_undone_by_the_next_run() {
    for only_script in [false, true] {
        let name = if only_script { "in_pieces_1" } else { "in_pieces_2" };
        let project = project(name);
        project.run("backup.sh", &[], "").expect(0);
        let backup = project.backups("main").remove(0);
        server().sql(name, "DELETE FROM items WHERE id > 12000;");
        let mut child = project.spawn("restore.sh", &[&backup]);
        child.stdin.take().unwrap().write_all(format!("{name}\n").as_bytes()).unwrap();
        let pending = project.root.join("backups/main/.pending");
        while !std::fs::read_to_string(&pending).is_ok_and(|text| text.starts_with("live ")) {
            assert!(
                child.try_wait().unwrap().is_none(),
                "the restore ended before the live database was touched"
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        let target = if only_script { child.id().to_string() } else { format!("-{}", child.id()) };
        Command::new("kill").args(["-9", "--", &target]).output().unwrap();
        child.wait().unwrap();
        let shown = project.run("backup.sh", &[], "").expect(0);
        assert!(shown.stderr.contains("brought back from"), "{}", shown.text());
        assert_eq!((server().count(name, "items"), server().count(name, "more")), (12_000, 20_000));
        assert!(!pending.exists());
    }
}

/// A client program that fails (or, with `ALWAYS`, fails from then on) when a load into the live database is at its third table.
const FAILING_CLIENT: &str = r#"#!/usr/bin/env bash
case "$*" in
  *"--database=$FAIL_IN")
    input="$(mktemp)"; cat >"$input"
    if grep -q 'everything is loaded' "$input" && { [ ! -e "$DONE" ] || [ "$ALWAYS" = yes ]; }; then
      : >"$DONE"
      head -c $(($(wc -c <"$input") / 2)) "$input" | /usr/bin/mariadb "$@" >/dev/null 2>&1
      echo 'ERROR 2013 (HY000): Lost connection' >&2
      rm -f "$input"; exit 1
    fi
    /usr/bin/mariadb "$@" <"$input"; status=$?; rm -f "$input"; exit $status ;;
  *) exec /usr/bin/mariadb "$@" ;;
esac
"#;

fn failing_project(name: &str, always: &str) -> Project {
    let mut project = project(name);
    project.run("backup.sh", &[], "").expect(0);
    server().sql(name, "DELETE FROM items WHERE id > 12000;");
    let done = project.root.join("done").display().to_string();
    give_client(&mut project, FAILING_CLIENT, &[("FAIL_IN", name), ("ALWAYS", always), ("DONE", &done)]);
    project
}

#[test]
fn g2_3_a_load_that_fails_half_way_is_rolled_back_to_the_safety_backup() {
    let project = failing_project("half_way", "no");
    let shown = project.run("restore.sh", &[], "half_way\n").expect(6);
    assert!(shown.text().contains("rolled back: the database is as it was"), "{}", shown.text());
    assert_eq!((server().count("half_way", "items"), server().count("half_way", "more")), (12_000, 20_000));
    assert_eq!(left_overs(&project), Vec::<String>::new());
}

#[test]
fn g2_3_a_roll_back_that_fails_as_well_says_so_and_is_tried_again_by_the_next_run() {
    let mut project = failing_project("twice", "yes");
    let shown = project.run("restore.sh", &[], "twice\n").expect(7);
    assert!(shown.stderr.contains("the state before is whole in"), "{}", shown.text());
    project.run("backup.sh", &[], "").expect(7);
    project.set("ALWAYS", "no");
    project.run("backup.sh", &[], "").expect(0);
    assert_eq!((server().count("twice", "items"), server().count("twice", "more")), (12_000, 20_000));
}

/// A client program that takes over a second for whatever it does in the live database.
const SLOW_CLIENT: &str = r#"#!/usr/bin/env bash
/usr/bin/mariadb "$@"; status=$?
case "$*" in *"--database=$SLOW_IN") sleep 1.2 ;; esac
exit $status
"#;

#[test]
fn g2_3_what_an_event_writes_after_the_load_is_no_difference() {
    let name = "ticking";
    let mut project = project(name);
    server().sql(
        name,
        "CREATE TABLE log (what text);
         CREATE EVENT tick ON SCHEDULE EVERY 1 SECOND DO INSERT INTO ticking.log VALUES ('tick');",
    );
    project.run("backup.sh", &[], "").expect(0);
    server().sql(name, "DELETE FROM items WHERE id > 12000; DROP EVENT tick;");
    give_client(&mut project, SLOW_CLIENT, &[("SLOW_IN", name)]);
    project.run("restore.sh", &[], "ticking\n").expect(0);
    assert_eq!(server().count(name, "items"), 20_000);
    let events =
        server().sql(name, "SELECT COUNT(*) FROM information_schema.events WHERE event_schema = 'ticking'");
    assert_eq!(events, "1");
}

/// Makes `program` the client that the scripts find, with these variables set.
fn give_client(project: &mut Project, program: &str, variables: &[(&str, &str)]) {
    let client = project.root.join("bin/mariadb");
    project.write("bin/mariadb", program);
    std::fs::set_permissions(&client, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", project.root.join("bin").display(), std::env::var("PATH").unwrap());
    project.set("PATH", &path);
    for (variable, value) in variables {
        project.set(variable, value);
    }
}

/// Names beside the backups that only a run in progress may have.
fn left_overs(project: &Project) -> Vec<String> {
    std::fs::read_dir(project.root.join("backups/main"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect()
}

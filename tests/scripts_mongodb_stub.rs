//! The scripts for MongoDB, with recording stubs in place of its programs: they keep "databases" as folders, one file a
//! collection, one line a document, and write down every command line. Nothing here has met a real MongoDB.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its files has to fail"
)]

mod support;

use std::fs;
use std::path::PathBuf;

use serde_json::json;
use support::programs::program;
use support::project::{Project, credential};

const PASSWORD: &str = "p@ss w/rd'";

const COMMON: &str = r#"#!/usr/bin/env bash
set -euo pipefail
printf '%s\x1f' "${0##*/}" "$@" >>"$LOG"
printf '\n' >>"$LOG"
know() { case "$1" in *'mongodb://app:x%40y@127.0.0.1:27099/?authSource=shop&tls=false'*) ;; *'mongodb://%61%70%70:%70%40%73%73%20%77%2f%72%64%27@127.0.0.1:27099/?authSource=admin'*) ;; *) echo "Authentication failed for $1" >&2; exit 1 ;; esac; }
configured() {
  for word in "$@"; do
    case "$word" in
      --config=*) file="${word#*=}"; [ "$(ls -l "$file" | cut -c1-10)" = -rw------- ] || exit 8; know "$(cat "$file")"; return ;;
      --version) echo "mongodump version: 100.10.0"; exit 0 ;;
    esac
  done
  exit 7
}
value() { local name="$1" word; shift; for word in "$@"; do case "$word" in "--$name="*) printf '%s\n' "${word#*=}" ;; esac; done; }
"#;

const MONGOSH: &str = r#"
[ "$1 $2 $3 $4" = '--quiet --norc --nodb --eval' ] || exit 9
case "$5" in *'process.env.DBGUARD_URI'*'countDocuments({})'*) ;; *) exit 9 ;; esac
know "$DBGUARD_URI"
it="$SERVER/$DBGUARD_DATABASE"
case "$DBGUARD_DO" in
  version) echo 7.0.14 ;;
  replica) echo no ;;
  bytes) echo 4096 ;;
  counts) [ ! -d "$it" ] || for f in "$it"/*; do [ ! -f "$f" ] || echo "\"${f##*/}\": $(wc -l <"$f" | tr -d ' ')"; done ;;
  drop) rm -rf "$it" ;;
  keep-only) for f in "$it"/*; do printf '%s\n' "$DBGUARD_NAMES" | grep -qxF -- "${f##*/}" || rm -f "$f"; done ;;
  *) exit 9 ;;
esac
"#;

const MONGODUMP: &str = r#"
configured "$@"
[ "$1 $3 $4" = "--db=shop --archive --gzip" ] || { [ "$1 $2 $3" = "--db=shop --archive --gzip" ] || exit 9; }
tar -C "$SERVER" -cz shop
for f in "$SERVER/shop"/*; do
  printf '2026-11-21T03:00:00.000+0000\tdone dumping shop.%s (%s documents)\n' "${f##*/}" "$(wc -l <"$f" | tr -d ' ')" >&2
done
"#;

const MONGORESTORE: &str = r#"
configured "$@"
case " $* " in *' --archive --gzip '*) ;; *) exit 9 ;; esac
from="$(value nsFrom "$@")" into="$(value nsTo "$@")"
from="${from%.\*}" into="${into%.\*}"
work="$(mktemp -d)"
tar -C "$work" -xz
mkdir -p "$SERVER/$into"
for f in "$work/$from"/*; do
  name="${f##*/}"
  value nsInclude "$@" | grep -qxF -e "$from.*" -e "$from.$name" || continue
  if [ -e "$SERVER/fail" ] && [ "$into" = shop ]; then
    rm -f "$SERVER/fail" "$SERVER/shop/$name"
    echo '2 document(s) restored successfully. 3 document(s) failed to restore.' >&2
    exit 0
  fi
  case " $* " in *' --drop '*) rm -f "$SERVER/$into/$name" ;; esac
  cat "$f" >>"$SERVER/$into/$name"
done
rm -rf "$work"
echo '9 document(s) restored successfully. 0 document(s) failed to restore.' >&2
"#;

fn project() -> (Project, PathBuf) {
    let database = json!({
        "engine": "mongodb", "host": "127.0.0.1", "port": 27099, "user": "app", "database": "shop",
        "credentials": [credential("password", "variable", "", "GUARD_PASSWORD", "")]
    });
    let mut project = Project::new("project", &[database]);
    project.set("GUARD_PASSWORD", PASSWORD);
    for (name, text) in [("mongosh", MONGOSH), ("mongodump", MONGODUMP), ("mongorestore", MONGORESTORE)] {
        program(&project, &format!("bin/{name}"), &format!("{COMMON}{text}"));
    }
    let path = format!("{}:{}", project.root.join("bin").display(), std::env::var("PATH").unwrap());
    project.set("PATH", &path);
    let log = project.root.join("log");
    project.set("LOG", log.to_str().unwrap());
    let server = project.root.join("server");
    project.set("SERVER", server.to_str().unwrap());
    project.write("server/shop/items", &"{}\n".repeat(300));
    project.write("server/shop/old orders", &"{}\n".repeat(20));
    (project, server)
}

fn documents(server: &std::path::Path) -> Vec<(String, usize)> {
    let entries = fs::read_dir(server.join("shop")).unwrap().flatten();
    let mut found: Vec<_> = entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap().lines().count())
        })
        .collect();
    found.sort();
    found
}

#[test]
fn g2_2_mongodb_command_lines_and_a_whole_life_recording_stub() {
    let (project, server) = project();
    let before = documents(&server);
    project.run("backup.sh", &[], "").expect(0);
    let first = project.backups("main").remove(0);
    assert_eq!(project.metadata("main", &first)["tables"], json!({ "items": 300, "old orders": 20 }));
    project.run("verify-backup.sh", &[], "").expect(0);
    fs::remove_file(server.join("shop/items")).unwrap();
    project.write("server/shop/later", "{}\n");
    project.run("restore.sh", &[&first], "shop\n").expect(0);
    assert_eq!(documents(&server), before, "and no other collection");
    project.write("server/shop/items", "{}\n");
    project.write("server/shop/old orders", "{}\n");
    project.run("restore.sh", &["--tables", "items", &first], "shop\n").expect(0);
    assert_eq!(documents(&server), [("items".to_owned(), 300), ("old orders".to_owned(), 1)]);
    let names: Vec<_> = fs::read_dir(&server).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(names, ["shop"], "no scratch database is left");

    let log = fs::read_to_string(project.root.join("log")).unwrap();
    assert!(!log.contains(PASSWORD) && !log.contains("mongodb://") && !log.contains("%70%40"), "{log}");
    assert!(log.contains("mongodump\u{1f}--db=shop\u{1f}--archive\u{1f}--gzip\u{1f}--config="), "{log}");
    assert!(log.contains("\u{1f}--nsFrom=shop.*\u{1f}--nsTo=dbguard_check_"), "{log}");
    assert!(!log.contains("--oplog"), "it is refused together with a database's name");
}

#[test]
fn g2_3_mongodb_failed_restore_is_rolled_back_recording_stub() {
    let (project, server) = project();
    project.run("backup.sh", &[], "").expect(0);
    let first = project.backups("main").remove(0);
    project.write("server/shop/items", &"{}\n".repeat(299));
    let before = documents(&server);
    project.write("server/fail", "");
    let shown = project.run("restore.sh", &[&first], "shop\n").expect(6);
    assert!(shown.stderr.contains("3 document(s) failed to restore"), "{}", shown.text());
    assert_eq!(documents(&server), before);
    // A run that was killed while the live collections were being replaced.
    let safety = project.backups("main").pop().unwrap();
    fs::remove_file(server.join("shop/items")).unwrap();
    project.write("backups/main/.pending", &format!("live {safety}\n"));
    let shown = project.run("verify-backup.sh", &[], "").expect(0);
    assert!(shown.stderr.contains("an earlier restore was cut short"), "{}", shown.text());
    assert_eq!(documents(&server), before);
}

#[test]
fn g2_3_mongodb_damaged_dumps_and_wrong_passwords_recording_stub() {
    let (mut project, server) = project();
    project.run("backup.sh", &[], "").expect(0);
    let first = project.backups("main").remove(0);
    let before = documents(&server);
    project.set("GUARD_PASSWORD", "wrong");
    let shown = project.run("backup.sh", &[], "").expect(1);
    assert!(shown.stderr.contains("Authentication failed for (the connection string)"), "{}", shown.text());
    assert!(project.run("health.sh", &[], "").expect(1).stdout.contains("main: unknown"));
    assert_eq!(project.backups("main"), [first.as_str()]);
    project.set("GUARD_PASSWORD", PASSWORD);
    let dump = project.root.join(format!("backups/main/{first}/database.archive"));
    let mut bytes = fs::read(&dump).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&dump, bytes).unwrap();
    project.run("restore.sh", &[&first], "shop\n").expect(4);
    assert_eq!(documents(&server), before);
}

#[test]
fn g2_2_mongodb_url_keeps_its_options_and_loses_the_database_recording_stub() {
    let (mut project, server) = project();
    let url = credential("url", "variable", "", "MONGODB_URI", "");
    project.configure(&[json!({ "engine": "mongodb", "credentials": [url] })], &json!({}));
    project.set("MONGODB_URI", "mongodb://app:x%40y@127.0.0.1:27099/shop?tls=false");
    project.run("backup.sh", &[], "").expect(0);
    let before = documents(&server);
    fs::remove_file(server.join("shop/items")).unwrap();
    project.run("restore.sh", &[], "shop\n").expect(0);
    assert_eq!(documents(&server), before);
    let log = fs::read_to_string(project.root.join("log")).unwrap();
    assert!(!log.contains("mongodb://"), "{log}");
}

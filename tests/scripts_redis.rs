//! The generated scripts against real Redis servers. Names carry the requirement's id.

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

use serde_json::{Value, json};
use support::Seeded;
use support::project::{Project, credential};
use support::redis::{PASSWORD, Redis, dotenv};

/// Without an append-only file, and with one.
const PERSISTENCE: [&[&str]; 2] =
    [&["--save", "3600 1"], &["--appendonly", "yes", "--appendfsync", "always"]];

fn entry(server: &Redis) -> Value {
    json!({
        "engine": "redis", "host": "127.0.0.1", "port": server.port,
        "credentials": [credential("password", "dotenv", ".env", "REDIS_PASSWORD", "")]
    })
}

fn project_of(database: &Value) -> Project {
    let project = Project::new("it's a project", std::slice::from_ref(database));
    project.write(".env", &dotenv("REDIS_PASSWORD", PASSWORD));
    project
}

fn project(server: &Redis) -> Project {
    project_of(&entry(server))
}

/// Every type, binary keys and values, names with spaces, keys that expire, databases 0 to 15, a big value, a function.
fn fill(server: &Redis) {
    server.fill(0, 3000);
    let script = r"
        redis.call('SET', 'with \0 zero\r\n$5\r\n\255', '\0\1\2\r\n*1\r\n$8\r\nFLUSHALL\r\n')
        redis.call('RPUSH', 'a list with spaces', 'a', 'b\0', '')
        redis.call('SADD', 'set', 1, 2, 'x'); redis.call('ZADD', 'scores', 1.5, 'a', -2, 'b')
        redis.call('HSET', 'hash', 'field', 'value', '', 'empty')
        redis.call('XADD', 'stream', '1-1', 'field', 'value'); redis.call('XGROUP', 'CREATE', 'stream', 'group', '0')
        redis.call('SETBIT', 'bits', 1000000, 1); redis.call('PFADD', 'visitors', 'a', 'b')
        redis.call('SET', 'big', string.rep('0123456789', 1000000))
        redis.call('SET', 'goes later', 'x', 'EX', 5000); redis.call('SET', 'goes much later', 'x', 'EX', 500000)";
    assert_eq!(server.ask(0, &["EVAL", script, "0"]), "");
    for database in 1..16 {
        server.fill(database, database);
    }
    let function = "#!lua name=lib\nredis.register_function('f', function() return '\u{1}' end)";
    assert_eq!(server.ask(0, &["FUNCTION", "LOAD", function]), "lib");
}

#[test]
fn g2_2_flushall_and_restore_bring_every_key_type_and_database_back_also_after_a_restart() {
    for settings in PERSISTENCE {
        let mut server = Redis::start(settings);
        fill(&server);
        let project = project(&server);
        let before = server.digest();
        project.run("backup.sh", &[], "").expect(0);
        server.ask(0, &["FLUSHALL"]);
        server.ask(0, &["FUNCTION", "FLUSH"]);
        assert!(project.run("health.sh", &[], "").expect(4).stdout.contains("main: empty"));
        let shown = project.run("restore.sh", &[], "all\n").expect(0);
        assert_eq!(server.digest(), before, "{}", shown.text());
        assert_eq!(server.ask(0, &["FCALL", "f", "0"]), "\u{1}");
        let left: u64 = server.ask(0, &["TTL", "goes later"]).parse().unwrap();
        assert!((4000..=5000).contains(&left), "{left}");
        server.restart("-9");
        assert_eq!(server.digest(), before, "killed right after: {settings:?}");
        server.restart("-TERM");
        assert_eq!(server.digest(), before, "{settings:?}");
        assert!(project.run("health.sh", &[], "").expect(0).stdout.contains("main: ok"));
    }
}

#[test]
fn g3_3_verify_loads_the_dump_and_compares_also_when_keys_have_expired_since() {
    let server = Redis::start(&[]);
    server.fill(3, 10);
    server.ask(0, &["SET", "goes", "x", "PX", "9000"]);
    let project = project(&server);
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    let metadata = project.metadata("main", &name);
    assert_eq!(metadata["tables"], json!({ "db0": 0, "db0 (expiring)": 1, "db3": 10 }));
    assert_eq!(metadata["counts"], "exact");
    while server.ask(0, &["EXISTS", "goes"]) == "1" {
        std::thread::sleep(Duration::from_millis(200));
    }
    let shown = project.run("verify-backup.sh", &[], "").expect(0);
    assert!(shown.stdout.contains("11 rows came back"), "{}", shown.text());
    assert_eq!(project.listed()[0]["state"], "rehearsed");
    project.run("restore.sh", &[&name], "all\n").expect(0);
    assert_eq!((server.keys(0), server.keys(3)), (0, 10));
}

#[test]
fn g3_2_the_databases_that_are_not_chosen_keep_their_present_keys() {
    let server = Redis::start(&[]);
    for database in 0..3 {
        server.fill(database, 10);
    }
    let whole = project(&server);
    whole.run("backup.sh", &[], "").expect(0);
    let name = whole.backups("main").remove(0);
    server.fill(0, 25);
    server.ask(1, &["FLUSHDB"]);
    server.fill(2, 25);
    whole.run("restore.sh", &["--tables", "db1", &name], "all\n").expect(0);
    assert_eq!([0, 1, 2].map(|database| server.keys(database)), [25, 10, 25]);
    let shown = whole.run("restore.sh", &["--schema-only", &name], "all\n").expect(2);
    assert!(shown.stderr.contains("has no schema"), "{}", shown.text());

    let mut one = entry(&server);
    one["database"] = json!("2");
    let narrow = project_of(&one);
    let shown = narrow.run("backup.sh", &[], "").expect(0);
    assert!(shown.stderr.contains("35 keys are in other databases"), "{}", shown.text());
    server.ask(0, &["FLUSHALL"]);
    server.fill(0, 3);
    narrow.run("restore.sh", &[], "2\n").expect(0);
    assert_eq!([0, 1, 2].map(|database| server.keys(database)), [3, 0, 25]);
}

#[test]
fn g2_1_production_is_refused_and_the_name_has_to_be_typed() {
    let server = Redis::start(&[]);
    server.fill(0, 5);
    let mut production = entry(&server);
    production["environment"] = json!("production");
    let guarded = project_of(&production);
    guarded.run("backup.sh", &[], "").expect(0);
    server.fill(0, 7);
    guarded.run("restore.sh", &[], "all\n").expect(3);
    let local = project(&server);
    local.run("backup.sh", &[], "").expect(0);
    server.fill(0, 9);
    for typed in ["", "\n", "0\n"] {
        local.run("restore.sh", &[], typed).expect(3);
    }
    assert_eq!(server.keys(0), 9);
}

/// Runs a script and gives its exit status, its output, and every command line that could be seen meanwhile.
fn watched(project: &Project, script: &str, input: &str) -> (Option<i32>, String, String) {
    let mut child = project.spawn(script, &[]);
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let mut processes = String::new();
    while child.try_wait().unwrap().is_none() {
        let listing = Command::new("ps").args(["-ww", "-eo", "args"]).output().unwrap();
        processes.push_str(&String::from_utf8_lossy(&listing.stdout));
    }
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned(), processes)
}

/// Root-relative paths of the files that hold `text`.
fn files_holding(project: &Project, text: &str) -> Vec<String> {
    let files = walkdir::WalkDir::new(&project.root).into_iter().map(Result::unwrap);
    files
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| {
            std::fs::read(entry.path()).unwrap().windows(text.len()).any(|part| part == text.as_bytes())
        })
        .map(|entry| entry.path().strip_prefix(&project.root).unwrap().display().to_string())
        .collect()
}

#[test]
fn g2_3_a_wrong_password_is_no_empty_database_and_makes_no_backup() {
    let server = Redis::start(&[]);
    server.fill(0, 5);
    let project = project(&server);
    project.run("backup.sh", &[], "").expect(0);
    let before = project.backups("main");
    let wrong = "n0t-the-p4ssword";
    project.write(".env", &dotenv("REDIS_PASSWORD", wrong));
    let (code, text, processes) = watched(&project, "backup.sh", "");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("WRONGPASS"), "{text}");
    assert!(!text.contains(wrong) && !processes.contains(wrong));
    assert_eq!(files_holding(&project, wrong), [".env"]);
    assert_eq!(project.backups("main"), before);
    project.write(".env", "");
    project.run("backup.sh", &[], "").expect(1);
    assert!(project.run("health.sh", &[], "").expect(1).stdout.contains("main: unknown"));
    server.signal("-9");
    project.write(".env", &dotenv("REDIS_PASSWORD", PASSWORD));
    let shown = project.run("backup.sh", &[], "").expect(1);
    assert!(shown.stderr.contains("Connection refused"), "{}", shown.text());
    assert!(project.run("health.sh", &[], "").expect(1).stdout.contains("main: unknown"));
    assert_eq!(project.backups("main"), before);
}

#[test]
fn g0_1_the_password_is_in_no_argument_output_or_file_of_any_script() {
    let server = Redis::start(&[]);
    fill(&server);
    let project = project(&server);
    for (script, input) in
        [("backup.sh", ""), ("verify-backup.sh", ""), ("restore.sh", "all\n"), ("health.sh", "")]
    {
        let (code, text, processes) = watched(&project, script, input);
        assert_eq!(code, Some(0), "{script}: {text}");
        // The test's own server has it in its command line until it starts to answer; no script does.
        let seen = processes.lines().any(|line| line.contains(PASSWORD) && !line.contains("redis-server"));
        assert!(!text.contains(PASSWORD) && !seen, "{script}: {text}");
    }
    assert!(files_holding(&project, PASSWORD).is_empty(), "only .env holds it, in another spelling");
}

#[test]
fn g2_2_an_acl_user_is_enough_and_one_without_the_rights_of_a_replica_is_told_so() {
    let server = Redis::start(&[]);
    server.fill(0, 5);
    server.ask(0, &["ACL", "SETUSER", "keeper", "on", ">secret", "~*", "&*", "+@all"]);
    server.ask(0, &["ACL", "SETUSER", "reader", "on", ">secret", "~*", "+info", "+get", "+function"]);
    let mut database = entry(&server);
    database["user"] = json!("keeper");
    let keeper = project_of(&database);
    keeper.write(".env", &dotenv("REDIS_PASSWORD", "secret"));
    keeper.run("backup.sh", &[], "").expect(0);
    server.ask(0, &["FLUSHALL"]);
    keeper.run("restore.sh", &[], "all\n").expect(0);
    assert_eq!(server.keys(0), 5);
    database["user"] = json!("reader");
    let reader = project_of(&database);
    reader.write(".env", &dotenv("REDIS_PASSWORD", "secret"));
    let shown = reader.run("backup.sh", &[], "").expect(1);
    assert!(shown.stderr.contains("rights of a replica"), "{}", shown.text());
    assert!(reader.backups("main").is_empty());
}

#[test]
fn g2_3_damaged_backups_are_refused_and_the_live_keys_stay() {
    let server = Redis::start(&[]);
    server.fill(0, 3000);
    let project = project(&server);
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    let directory = project.root.join("backups/main").join(&name);
    let good = std::fs::read(directory.join("database.rdb")).unwrap();
    let metadata = std::fs::read_to_string(directory.join("metadata.json")).unwrap();
    server.fill(0, 4000);
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    for bytes in [&good[..good.len() / 2], &flipped, b"", b"PGDMP and so on, which is another engine's"] {
        std::fs::write(directory.join("database.rdb"), bytes).unwrap();
        project.run("restore.sh", &[&name], "all\n").expect(4);
        // Also when somebody made the notes fit the damaged file: the dump has a checksum of its own.
        let digest = sha256(&directory.join("database.rdb"));
        let noted = metadata
            .replace(
                &format!("\"bytes_database\": {}", good.len()),
                &format!("\"bytes_database\": {}", bytes.len()),
            )
            .lines()
            .map(|line| {
                if line.contains("sha256_database") {
                    format!("  \"sha256_database\": \"{digest}\",\n")
                } else {
                    format!("{line}\n")
                }
            })
            .collect::<String>();
        std::fs::write(directory.join("metadata.json"), noted).unwrap();
        let shown = project.run("restore.sh", &[&name], "all\n").expect(4);
        assert!(shown.stderr.contains("cannot be trusted"), "{}", shown.text());
        std::fs::write(directory.join("metadata.json"), &metadata).unwrap();
    }
    std::fs::write(directory.join("database.rdb"), &good).unwrap();
    std::fs::write(directory.join("metadata.json"), metadata.replace("\"redis\"", "\"postgres\"")).unwrap();
    project.run("restore.sh", &[&name], "all\n").expect(4);
    assert_eq!(server.keys(0), 4000);
}

fn sha256(file: &std::path::Path) -> String {
    let output = Command::new("sha256sum").arg(file).output().unwrap();
    String::from_utf8_lossy(&output.stdout[..64]).into_owned()
}

#[test]
fn g2_5_a_second_run_is_locked_out() {
    let server = Redis::start(&[]);
    server.fill(0, 5);
    let project = project(&server);
    project.run("backup.sh", &[], "").expect(0);
    let mut first = project.spawn("restore.sh", &[]);
    let lock = project.root.join("backups/main/.lock/owner");
    while !lock.exists() {
        std::thread::sleep(Duration::from_millis(20));
    }
    for script in ["backup.sh", "verify-backup.sh", "restore.sh"] {
        project.run(script, &[], "all\n").expect(5);
    }
    first.stdin.take().unwrap().write_all(b"all\n").unwrap();
    assert_eq!(first.wait_with_output().unwrap().status.code(), Some(0));
}

#[test]
fn g2_3_a_replica_is_not_restored_into() {
    let server = Redis::start(&[]);
    server.fill(0, 5);
    let project = project(&server);
    project.run("backup.sh", &[], "").expect(0);
    let master = Redis::start(&[]);
    master.fill(0, 5);
    server.ask(0, &["CONFIG", "SET", "masterauth", PASSWORD]);
    server.ask(0, &["REPLICAOF", "127.0.0.1", &master.port.to_string()]);
    while server.fact("master_link_status") != "up" {
        std::thread::sleep(Duration::from_millis(100));
    }
    project.run("backup.sh", &[], "").expect(0);
    let shown = project.run("restore.sh", &[], "all\n").expect(3);
    assert!(shown.stderr.contains("is a replica"), "{}", shown.text());
    assert_eq!(server.keys(0), 5);
}

/// A project whose `redis-cli` is a shell program of the given text; `$REAL` is the real one.
fn with_client(project: &mut Project, text: &str) {
    write_program(project, "bin/redis-cli", text);
    let path = format!("{}:{}", project.root.join("bin").display(), std::env::var("PATH").unwrap());
    project.set("PATH", &path);
    project.set("REAL", "/usr/bin/redis-cli");
}

fn write_program(project: &Project, path: &str, text: &str) {
    project.write(path, &format!("#!/bin/sh\n{text}"));
    std::fs::set_permissions(project.root.join(path), std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn g2_3_a_restore_that_brings_back_something_else_is_rolled_back() {
    let server = Redis::start(&[]);
    server.fill(0, 100);
    let mut project = project(&server);
    project.run("backup.sh", &[], "").expect(0);
    server.fill(0, 150);
    let before = server.digest();
    // The first transaction is answered as if the server had lost keys of it; the second one goes well.
    with_client(
        &mut project,
        r#"case "$*" in
  *'GET dbguard:restored'*) if [ ! -e "$HOME/lied" ]; then touch "$HOME/lied"; printf '# Keyspace\r\ndb0:keys=99,expires=0\r\n'; exit 0; fi ;;
esac
exec "$REAL" "$@"
"#,
    );
    let shown = project.run("restore.sh", &[], "all\n").expect(6);
    assert!(shown.stderr.contains("expected 100, found 99"), "{}", shown.text());
    assert_eq!(server.digest(), before);
    with_client(
        &mut project,
        r#"case "$*" in
  *'GET dbguard:restored'*) printf '# Keyspace\r\n'; exit 0 ;;
esac
exec "$REAL" "$@"
"#,
    );
    let shown = project.run("restore.sh", &[], "all\n").expect(7);
    assert!(shown.stderr.contains("-pre-restore"), "it says where the data is: {}", shown.text());
}

#[test]
fn g2_2_a_dump_that_the_server_here_cannot_load_is_an_error_and_no_backup() {
    let server = Redis::start(&[]);
    server.fill(0, 100);
    let mut project = project(&server);
    write_program(
        &project,
        "bin/redis-server",
        "echo \"1:S 01 Jan 2026 # Can't handle RDB format version 99\"\nexit 1\n",
    );
    let path = format!("{}:{}", project.root.join("bin").display(), std::env::var("PATH").unwrap());
    project.set("PATH", &path);
    let shown = project.run("backup.sh", &[], "").expect(1);
    assert!(shown.stderr.contains("Can't handle RDB format version 99"), "{}", shown.text());
    assert!(project.backups("main").is_empty());
}

#[test]
fn g2_3_a_server_without_memory_for_the_restore_stays_as_it_was() {
    let server = Redis::start(&[]);
    fill(&server);
    let project = project(&server);
    project.run("backup.sh", &[], "").expect(0);
    server.ask(0, &["DEL", "big"]);
    let before = server.digest();
    // Enough for the key that is tried first, not for all of them.
    let limit = server.fact("used_memory").parse::<u64>().unwrap() + 100_000;
    server.ask(0, &["CONFIG", "SET", "maxmemory", &limit.to_string()]);
    let shown = project.run("restore.sh", &[], "all\n").expect(6);
    assert!(shown.stderr.contains("OOM"), "{}", shown.text());
    assert_eq!(server.digest(), before);
}

/// How often a script is killed: a sample, or all twenty times with `tests/run --full`.
fn moments() -> u64 {
    if std::env::var_os("DBGUARD_TEST_FULL").is_some() { 20 } else { 4 }
}

#[test]
fn g2_3_backups_and_restores_killed_at_random_moments_are_rolled_back_or_done() {
    let server = Redis::start(&["--appendonly", "yes"]);
    server.fill(0, 20_000);
    server.fill(7, 500);
    let project = project(&server);
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    let restored = server.digest();
    let damage = || {
        server.ask(0, &["FLUSHALL"]);
        server.fill(0, 12_000);
    };
    damage();
    let damaged = server.digest();
    let mut seeded = Seeded(6);
    for (script, input) in [("backup.sh", ""), ("restore.sh", "all\n")] {
        let chosen = [name.as_str()];
        let arguments: &[&str] = if script == "restore.sh" { &chosen } else { &[] };
        let start = Instant::now();
        project.run(script, arguments, input).expect(0);
        let usual = u64::try_from(start.elapsed().as_millis()).unwrap();
        for round in 0..moments() {
            damage();
            let moment = Duration::from_millis(seeded.below(usual));
            let mut child = project.spawn(script, arguments);
            child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
            std::thread::sleep(moment);
            let target =
                if round.is_multiple_of(2) { format!("-{}", child.id()) } else { child.id().to_string() };
            let _ = Command::new("kill").args(["-9", "--", &target]).output().unwrap();
            child.wait().unwrap();
            project.run("verify-backup.sh", &[&name], "").expect(0);
            let now = server.digest();
            assert!(
                now == damaged || (script == "restore.sh" && now == restored),
                "{script} after {moment:?}: {now}"
            );
            assert!(project.listed().iter().all(|one| one["state"] != "damaged"));
        }
    }
    project.run("restore.sh", &[&name], "all\n").expect(0);
    assert_eq!(server.digest(), restored);
    let left: Vec<_> = std::fs::read_dir(project.root.join("backups/main"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert_eq!(left, Vec::<String>::new());
    assert_no_scratch_server(&project);
}

/// Scratch servers end with their script, also when that is killed.
fn assert_no_scratch_server(project: &Project) {
    let root = project.root.display().to_string();
    let deadline = Instant::now() + Duration::from_secs(10);
    let is_left = || {
        std::fs::read_dir("/proc").unwrap().filter_map(Result::ok).any(|entry| {
            std::fs::read_link(entry.path().join("cwd"))
                .is_ok_and(|cwd| cwd.display().to_string().starts_with(&root))
        })
    };
    while is_left() {
        assert!(Instant::now() < deadline, "a scratch server is left");
        std::thread::sleep(Duration::from_millis(100));
    }
}

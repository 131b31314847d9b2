//! What a backup costs beside the bare `pg_dump -Fc` and the full read of its dump, on a database of 2 GB in 200 tables, measured in
//! one run. It takes minutes, so it runs with `tests/run --full` only.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use support::postgres::{PASSWORD, Server, USER};
use support::project::{Project, credential};

const TABLES: u32 = 200;
/// Rows of about 100 bytes a table: 2 GB in all.
const ROWS: u32 = 84_000;

#[test]
fn g0_1_a_backup_of_two_gigabytes_costs_a_tenth_more_than_pg_dump_and_its_full_read() {
    if std::env::var_os("DBGUARD_TEST_FULL").is_none() {
        println!("NOT RUN: 2 GB take minutes; tests/run --full does it");
        return;
    }
    let server = Server::start();
    server.create("large");
    let bytes = fill(&server);
    let project = project(&server);
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        bare.push(bare_dump(&server, &project));
        ours.push(our_backup(&project));
    }
    // In a run of its own: looking at the memory takes time from one side only.
    let memory = peak_memory(project.spawn("backup.sh", &[]));
    let (bare, ours) = (bare.iter().min().unwrap(), ours.iter().min().unwrap());
    let ratio = ours.as_secs_f64() / bare.as_secs_f64();
    println!(
        "{bytes} bytes, {TABLES} tables: pg_dump and its read {bare:.1?}, backup.sh {ours:.1?}, ratio {ratio:.3}, {memory} KiB"
    );
    let name = project.backups("main").pop().unwrap();
    let metadata = project.metadata("main", &name);
    assert_eq!(metadata["table_count"], TABLES);
    assert_eq!(metadata["row_count"], TABLES * ROWS);
    assert!(bytes >= 2_000_000_000, "{bytes} bytes");
    assert!(ratio <= 1.10, "{ratio}");
    assert!(memory < 60 * 1024, "{memory} KiB");
}

fn fill(server: &Server) -> u64 {
    for number in 0..TABLES {
        server.sql("large", &format!(
            "CREATE TABLE t{number} AS SELECT i AS id, md5(i::text) AS a, md5((i * 7)::text) AS b, repeat('words ', i % 6) AS c
             FROM generate_series(1, {ROWS}) AS i;"
        ));
    }
    server.sql("large", "VACUUM ANALYZE;");
    server.sql("large", "SELECT pg_database_size('large')").parse().unwrap()
}

fn project(server: &Server) -> Project {
    let entry = json!({
        "host": "127.0.0.1", "port": server.port, "database": "large", "user": USER,
        "credentials": [credential("password", "dotenv", ".env", "PW", "")]
    });
    let project = Project::new("project", &[entry]);
    let escaped = PASSWORD.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    project.write(".env", &format!("PW=\"{escaped}\"\n"));
    project
}

/// The two steps that everybody else's backup would consist of.
fn bare_dump(server: &Server, project: &Project) -> Duration {
    let dump = project.root.join("bare.dump");
    let start = Instant::now();
    let status =
        server.client("pg_dump", "large").arg("-Fc").stdout(File::create(&dump).unwrap()).status().unwrap();
    assert!(status.success());
    let mut read = Command::new(support::postgres::binary("pg_restore"));
    assert!(read.args(["-f", "/dev/null"]).arg(&dump).status().unwrap().success());
    start.elapsed()
}

fn our_backup(project: &Project) -> Duration {
    let start = Instant::now();
    let run = project.run("backup.sh", &[], "");
    assert_eq!(run.code, 0, "{}", run.stderr);
    start.elapsed()
}

/// Waits for a script and gives the most memory, in KiB, that it and its clients held at one time.
fn peak_memory(mut child: Child) -> u64 {
    let mut stdout = child.stdout.take().unwrap();
    let said = std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
    let stderr = child.stderr.take();
    let group = child.id().to_string();
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(memory_of_group(&group));
        std::thread::sleep(Duration::from_millis(200));
    }
    said.join().unwrap().unwrap();
    let status = child.wait().unwrap();
    assert!(status.success(), "{}", std::io::read_to_string(stderr.unwrap()).unwrap());
    peak
}

/// Proportional set sizes, so that pages shared by the script's subshells count once.
fn memory_of_group(group: &str) -> u64 {
    let listing = Command::new("pgrep").args(["-g", group]).stdout(Stdio::piped()).output().unwrap();
    let pids = String::from_utf8(listing.stdout).unwrap();
    let memory = |pid: &str| {
        let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:").map(str::to_owned));
        line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0)
    };
    pids.lines().map(memory).sum()
}

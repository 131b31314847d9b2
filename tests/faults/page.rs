//! docs/reliability.md is made from the matrix.

use std::fmt::Write as _;

use crate::FAULTS;

const ENGINES: [(&str, &str); 5] = [
    ("postgres", "PostgreSQL"),
    ("mariadb", "MariaDB"),
    ("sqlite", "SQLite"),
    ("redis", "Redis"),
    ("compose", "PostgreSQL in Compose"),
];

const INTRODUCTION: &str = "\
# What the scripts survive

Every line is a test that does it to a real server, file or container: the server is really killed, the disk is really full.
After each of them the live data is as it was (or as the backup says), the older backups are listed and whole, the exit status
is the documented one, the password was in nothing that was printed, nothing is left behind by the next run, and the next
backup, verification and restore work. `cargo test --test faults NAME` runs one by name; the moments of a kill are a seeded
few, and fifty with `tests/run --full`. Full disks and other users need root, Compose a Docker daemon; `tests/run` says what
could not run.

";

fn page() -> String {
    let mut text = INTRODUCTION.to_owned();
    let titles: Vec<&str> = ENGINES.iter().map(|(_, title)| *title).collect();
    let _ = writeln!(text, "| what happens | what is promised | test | {} |", titles.join(" | "));
    let _ = writeln!(text, "|---|---|---|{}", "---|".repeat(ENGINES.len()));
    for fault in FAULTS {
        let marks = ENGINES.map(|(id, _)| if fault.engines.contains(&id) { "yes" } else { "" });
        let _ = writeln!(
            text,
            "| {} | {} | `{}` | {} |",
            fault.happens,
            fault.promise,
            fault.id,
            marks.join(" | ")
        );
    }
    let cases: usize = FAULTS.iter().map(|fault| fault.engines.len()).sum();
    let _ = writeln!(text, "\n{} faults, {cases} cases.", FAULTS.len());
    text
}

#[test]
fn the_page_on_reliability_is_made_from_the_matrix() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reliability.md");
    if std::env::var_os("DBGUARD_BLESS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), page(), "DBGUARD_BLESS=1 writes it anew");
}

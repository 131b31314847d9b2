//! Changing a password on real servers: PostgreSQL, MariaDB and Redis. Names carry the requirement's id.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::Seeded;
use support::postgres::{binary, quoted, server};
use support::project::{Outcome, Project, credential};

const OLD: &str = "old-Secret-of-the-role";

/// A role and a database of its own, named alike, and a project whose files hold its password in three forms.
fn postgres(name: &str) -> Project {
    let role = quoted(name);
    server().sql(
        "postgres",
        &format!("CREATE ROLE {role} LOGIN PASSWORD '{OLD}'; CREATE DATABASE {role} OWNER {role};"),
    );
    server().sql(
        name,
        &format!(
            "CREATE TABLE items AS SELECT generate_series(1, 500) AS id; ALTER TABLE items OWNER TO {role};"
        ),
    );
    let database = json!({
        "host": "127.0.0.1", "port": server().port, "database": name, "user": name,
        "credentials": [
            credential("password", "dotenv", ".env", "PW", ""),
            credential("url", "dotenv", ".env", "DATABASE_URL", ""),
            credential("password", "compose", "compose.yml", "POSTGRES_PASSWORD", "db"),
            credential("password", "file", "secret.txt", "", ""),
        ]
    });
    let project = Project::new("project", &[database]);
    project.write(".env", &format!("# keep\r\nPW={OLD}\r\nDATABASE_URL=postgres://{name}:{OLD}@127.0.0.1/{name}?a=b # note\nLAST='x y'"));
    project.write(
        "compose.yml",
        &format!(
            "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: {OLD} # why\n      OTHER: 1\n"
        ),
    );
    project.write("secret.txt", &format!("{OLD}\n"));
    project
}

fn accepts(name: &str, password: &str) -> bool {
    let output = Command::new(binary("psql"))
        .args(["-XqAtw", "-h", "127.0.0.1", "-p", &server().port.to_string(), "-U", name, "-d", name])
        .args(["-c", "SELECT count(*) FROM items"])
        .env("PGPASSWORD", password)
        .output()
        .unwrap();
    output.status.success() && output.stdout == b"500\n"
}

/// The password of a dotenv file; quotes that stood there stay.
fn held(project: &Project) -> String {
    let text = fs::read_to_string(project.root.join(".env")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("PW=")).unwrap();
    line.trim().trim_matches(['\'', '"']).to_owned()
}

/// The texts of all files, with the password as `*`.
fn masked(project: &Project, password: &str) -> Vec<String> {
    ["compose.yml", ".env", "secret.txt"]
        .iter()
        .map(|file| fs::read_to_string(project.root.join(file)).unwrap().replace(password, "*"))
        .collect()
}

fn rotate(project: &Project, arguments: &[&str], input: &str) -> Outcome {
    let arguments: Vec<&str> = ["--yes"].iter().chain(arguments).copied().collect();
    project.run("rotate-password.sh", &arguments, input)
}

#[test]
fn g4_1_postgres_password_is_changed_in_the_server_and_in_every_place_and_nothing_else_changes() {
    let name = "rotate plain";
    let project = postgres(name);
    let before = masked(&project, OLD);
    fs::set_permissions(project.root.join("secret.txt"), fs::Permissions::from_mode(0o640)).unwrap();
    let shown = rotate(&project, &[], "").expect(0);
    let new = held(&project);
    assert!(new.len() == 40 && new.chars().all(|one| one.is_ascii_alphanumeric()), "{new}");
    assert!(accepts(name, &new) && !accepts(name, OLD));
    assert_eq!(masked(&project, &new), before);
    assert_eq!(fs::metadata(project.root.join("secret.txt")).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(!shown.text().contains(&new) && !shown.text().contains(OLD), "{}", shown.text());
    project.run("validate-env.sh", &[], "").expect(0);
    let log = fs::read_to_string(project.root.join("backups/main/../audit.jsonl")).unwrap();
    assert!(
        log.contains("\"action\": \"rotate\"") && log.contains("\"result\": \"done\"") && !log.contains(&new),
        "{log}"
    );
    assert!(!project.root.join("backups/main/.rotate").exists());
}

#[test]
fn g4_1_postgres_takes_every_printable_character_from_standard_input_and_no_process_shows_it() {
    let name = "rotate typed";
    let project = postgres(name);
    let new = r#" '"\$`!#%&*()+,-./:;<=>?@[]^_{|}~ Aa0 "#;
    let mut child = project.spawn("rotate-password.sh", &["--yes", "--stdin"]);
    child.stdin.take().unwrap().write_all(format!("{new}\n").as_bytes()).unwrap();
    while child.try_wait().unwrap().is_none() {
        let seen = Command::new("ps").args(["-ww", "-eo", "args"]).output().unwrap();
        let seen = String::from_utf8_lossy(&seen.stdout);
        assert!(!seen.contains(new) && !seen.contains(OLD), "{seen}");
    }
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success() && !text.contains(new), "{text}");
    assert!(accepts(name, new) && !accepts(name, OLD));
    project.run("validate-env.sh", &[], "").expect(0);
    rotate(&project, &[], "").expect(0);
    assert!(accepts(name, &held(&project)) && !accepts(name, new));
}

#[test]
fn g4_1_the_log_of_the_server_never_holds_the_plain_text_also_when_there_is_a_terminal() {
    let name = "rotate logged";
    let project = postgres(name);
    server().sql("postgres", &format!("ALTER ROLE {} SET log_statement = 'all'", quoted(name)));
    let script = format!("bash '{}' --yes", project.root.join("scripts/db/rotate-password.sh").display());
    let output = Command::new("script")
        .args(["-qec", &script, "/dev/null"])
        .stdin(Stdio::null())
        .env("HOME", &project.root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let data = server().sql("postgres", "SHOW data_directory");
    let log = fs::read_to_string(std::path::Path::new(&data).with_file_name("log")).unwrap();
    assert!(log.contains("ALTER USER \"rotate logged\" PASSWORD 'SCRAM-SHA-256$"), "{log}");
    assert!(accepts(name, &held(&project)) && !log.contains(&held(&project)));
}

#[test]
fn g4_1_a_file_that_cannot_be_replaced_undoes_the_server_and_the_files() {
    let name = "rotate undone";
    let project = postgres(name);
    let before = masked(&project, OLD);
    fs::create_dir(project.root.join("secret.txt.dbguard-new")).unwrap();
    let shown = rotate(&project, &[], "").expect(6);
    assert!(shown.stderr.contains("undone: the server has the old password"), "{}", shown.text());
    assert!(accepts(name, OLD));
    assert_eq!(masked(&project, OLD), before);
    assert!(!project.root.join("backups/main/.rotate").exists());
    let log = fs::read_to_string(project.root.join("backups/audit.jsonl")).unwrap();
    assert!(log.contains("\"result\": \"exit 6\""), "{log}");
}

#[test]
fn g4_1_a_login_that_trust_answers_proves_nothing_and_nothing_is_touched() {
    let name = "rotate_trusted";
    let project = postgres(name);
    let rules = server().sql("postgres", "SHOW hba_file");
    let text = fs::read_to_string(&rules).unwrap();
    fs::write(&rules, format!("host all {name} 127.0.0.1/32 trust\n{text}")).unwrap();
    server().sql("postgres", "SELECT pg_reload_conf()");
    std::thread::sleep(Duration::from_millis(500));
    let before = masked(&project, OLD);
    let shown = rotate(&project, &[], "").expect(3);
    assert!(shown.stderr.contains("a login proves nothing"), "{}", shown.text());
    assert_eq!(masked(&project, OLD), before);
    fs::write(&rules, text).unwrap();
    server().sql("postgres", "SELECT pg_reload_conf()");
}

#[test]
fn g4_1_nothing_is_touched_when_a_place_differs_is_unreadable_or_nobody_agrees() {
    let name = "rotate refused";
    let project = postgres(name);
    let before = masked(&project, OLD);
    let shown = project.run("rotate-password.sh", &["--dry-run"], "").expect(0);
    for place in [".env:2 PW", ".env:3 DATABASE_URL", "compose.yml:4 db.POSTGRES_PASSWORD", "secret.txt:1"] {
        assert!(shown.stdout.contains(place), "{}", shown.text());
    }
    project.run("rotate-password.sh", &[], "").expect(3);
    rotate(&project, &["--stdin"], "short\n").expect(3);
    rotate(&project, &["--stdin"], "with a bell \u{7} inside\n").expect(3);
    project.run("rotate-password.sh", &["--stdin", "--type"], "").expect(2);
    let compose = fs::read_to_string(project.root.join("compose.yml")).unwrap();
    project.write("compose.yml", &compose.replace(OLD, "*anchor"));
    let shown = rotate(&project, &[], "").expect(3);
    assert!(shown.stderr.contains("compose.yml:? db.POSTGRES_PASSWORD"), "{}", shown.text());
    project.write("compose.yml", &compose.replace(OLD, "another-one"));
    let shown = rotate(&project, &[], "").expect(3);
    assert!(shown.stderr.contains("    B  compose.yml:4"), "{}", shown.text());
    assert!(accepts(name, OLD));
    project.write("compose.yml", &compose);
    assert_eq!(masked(&project, OLD), before);
    project.write("compose.yml", &compose.replace(OLD, "another-one"));
    rotate(&project, &["--leave", "compose.yml POSTGRES_PASSWORD"], "").expect(0);
    assert!(fs::read_to_string(project.root.join("compose.yml")).unwrap().contains("another-one"));
    rotate(&project, &["--all"], "").expect(0);
    project.run("validate-env.sh", &[], "").expect(0);
}

#[test]
fn g4_1_links_are_written_through_and_files_outside_the_project_refused() {
    let name = "rotate linked";
    let project = postgres(name);
    fs::create_dir(project.root.join("shared")).unwrap();
    fs::rename(project.root.join(".env"), project.root.join("shared/env")).unwrap();
    std::os::unix::fs::symlink("shared/env", project.root.join(".env")).unwrap();
    rotate(&project, &[], "").expect(0);
    assert!(fs::symlink_metadata(project.root.join(".env")).unwrap().is_symlink());
    assert!(accepts(name, &held(&project)));
    let outside = tempfile::NamedTempFile::new().unwrap();
    fs::copy(project.root.join("secret.txt"), outside.path()).unwrap();
    fs::remove_file(project.root.join("secret.txt")).unwrap();
    std::os::unix::fs::symlink(outside.path(), project.root.join("secret.txt")).unwrap();
    let shown = rotate(&project, &[], "").expect(3);
    assert!(shown.stderr.contains("secret.txt:1 : the file is not inside this project"), "{}", shown.text());
}

/// How often a rotation is killed.
fn moments() -> u64 {
    if std::env::var_os("DBGUARD_TEST_FULL").is_some() { 50 } else { 5 }
}

/// Kills rotations at seeded moments. After the next run all files hold one password, and the server that one; `works` tells
/// whether it takes a password.
fn kill_at_random_moments(
    project: &Project,
    rounds: u64,
    current: &dyn Fn() -> String,
    works: &dyn Fn(&str) -> bool,
) {
    let start = Instant::now();
    rotate(project, &[], "").expect(0);
    let usual = u64::try_from(start.elapsed().as_millis()).unwrap();
    let mut seeded = Seeded(11);
    let mut interrupted = 0;
    // On a busy machine the usual duration misleads: more rounds then, until one was really cut short.
    for round in 0..rounds * 6 {
        if round >= rounds && interrupted > 0 {
            break;
        }
        let old = current();
        let moment = usual / 3 + seeded.below(usual);
        let mut child = project.spawn("rotate-password.sh", &["--yes"]);
        std::thread::sleep(Duration::from_millis(moment));
        let target =
            if round.is_multiple_of(2) { format!("-{}", child.id()) } else { child.id().to_string() };
        let _ = Command::new("kill").args(["-9", "--", &target]).output().unwrap();
        child.wait().unwrap();
        interrupted += u64::from(project.root.join("backups/main/.rotate").exists());
        project.run("rotate-password.sh", &["--recover"], "").expect(0);
        let now = current();
        assert!(works(&now), "after {moment} ms the files hold a password that the server refuses");
        assert!(now == old || !works(&old), "after {moment} ms the server takes both");
        project.run("validate-env.sh", &[], "").expect(0);
        assert!(!project.root.join("backups/main/.rotate").exists());
        let left = walkdir::WalkDir::new(&project.root).into_iter().flatten();
        let left: Vec<_> =
            left.filter(|one| one.file_name().to_string_lossy().contains("dbguard-new")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
    assert!(interrupted > 0, "no moment fell into the rotation itself");
}

#[test]
fn g4_1_postgres_killed_at_any_moment_ends_with_one_password_everywhere() {
    let name = "rotate killed";
    let project = postgres(name);
    kill_at_random_moments(&project, moments(), &|| held(&project), &|password| accepts(name, password));
}

fn mariadb(name: &str) -> Project {
    let server = support::mariadb::server();
    server.create(name);
    server.sql(name, "CREATE TABLE items (id INT); INSERT INTO items VALUES (1), (2);");
    for host in ["%", "localhost", "127.0.0.1"] {
        server.sql("", &format!("CREATE USER '{name}'@'{host}' IDENTIFIED BY '{OLD}'; GRANT ALL ON {}.* TO '{name}'@'{host}';", support::mariadb::quoted(name)));
    }
    server.sql("", &format!("GRANT SELECT ON mysql.* TO '{name}'@'127.0.0.1'; GRANT CREATE USER ON *.* TO '{name}'@'127.0.0.1';"));
    let database = json!({
        "engine": "mariadb", "host": "127.0.0.1", "port": server.port, "database": name, "user": name,
        "credentials": [credential("password", "dotenv", ".env", "PW", ""), credential("url", "dotenv", ".env", "URL", "")]
    });
    let project = Project::new("project", &[database]);
    project.write(".env", &format!("PW={OLD}\nURL=mysql://{name}:{OLD}@127.0.0.1/{name}\n"));
    project
}

fn mariadb_accepts(name: &str, password: &str) -> bool {
    let output = Command::new("mariadb")
        .args(["--no-defaults", "--protocol=tcp", "--host=127.0.0.1", "-e", "SELECT 1", "-u", name])
        .arg(format!("--port={}", support::mariadb::server().port))
        .env("MYSQL_PWD", password)
        .output()
        .unwrap();
    output.status.success()
}

#[test]
fn g4_1_mariadb_password_is_changed_in_every_row_of_the_account_and_undone_with_the_files() {
    let name = "rotated";
    let project = mariadb(name);
    let new = r#"a'b"c\d $e `f` %41 #;=~"#;
    rotate(&project, &["--stdin"], &format!("{new}\n")).expect(0);
    assert!(mariadb_accepts(name, new) && !mariadb_accepts(name, OLD));
    let digests = support::mariadb::server().sql(
        "",
        &format!(
            "SELECT COUNT(*), COUNT(DISTINCT authentication_string) FROM mysql.user WHERE User = '{name}'"
        ),
    );
    assert_eq!(digests, "3\t1");
    project.run("validate-env.sh", &[], "").expect(0);
    fs::create_dir(project.root.join(".env.dbguard-new")).unwrap();
    rotate(&project, &[], "").expect(6);
    assert!(mariadb_accepts(name, new));
    project.run("validate-env.sh", &[], "").expect(0);
    fs::remove_dir(project.root.join(".env.dbguard-new")).unwrap();
    rotate(&project, &[], "").expect(0);
    assert!(mariadb_accepts(name, &held(&project)) && !mariadb_accepts(name, new));
}

#[test]
fn g4_1_mariadb_killed_at_any_moment_ends_with_one_password_everywhere() {
    let name = "rotakill";
    let project = mariadb(name);
    kill_at_random_moments(&project, moments().div_ceil(2), &|| held(&project), &|password| {
        mariadb_accepts(name, password)
    });
}

#[test]
fn g4_1_a_role_of_two_databases_is_not_changed_for_one_of_them_alone() {
    let name = "rotate shared";
    let project = postgres(name);
    let entry = |id: &str, user: &str, credentials: Value| {
        json!({
            "id": id, "host": if id == "second" { "localhost" } else { "127.0.0.1" }, "port": server().port,
            "database": name, "user": user, "credentials": credentials
        })
    };
    let own = credential("password", "dotenv", ".env", "PW", "");
    let theirs = credential("password", "dotenv", "other.env", "THEIRS", "");
    project.write("other.env", &format!("THEIRS={OLD}\n"));
    project
        .configure(&[entry("main", name, json!([own])), entry("second", name, json!([theirs]))], &json!({}));
    let shown = rotate(&project, &["--db", "main"], "").expect(3);
    assert!(
        shown.stderr.contains("database second logs in with the same role")
            && shown.stderr.contains("other.env:1 THEIRS"),
        "{}",
        shown.text()
    );
    assert!(accepts(name, OLD) && held(&project) == OLD);
    // Another role is nobody's business; and places of both are rewritten together.
    project.configure(
        &[entry("main", name, json!([own])), entry("second", "another", json!([theirs]))],
        &json!({}),
    );
    rotate(&project, &["--db", "main", "--dry-run"], "").expect(0);
    project.configure(
        &[entry("main", name, json!([own, theirs])), entry("second", name, json!([theirs]))],
        &json!({}),
    );
    rotate(&project, &["--db", "main"], "").expect(0);
    let new = held(&project);
    assert!(accepts(name, &new) && !accepts(name, OLD));
    assert_eq!(fs::read_to_string(project.root.join("other.env")).unwrap(), format!("THEIRS={new}\n"));
}

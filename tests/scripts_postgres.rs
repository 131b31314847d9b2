//! The generated scripts against a real PostgreSQL server, reached directly. Names carry the requirement's id.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use support::postgres::{PASSWORD, USER, server};
use support::project::{Project, credential};

/// A project whose only database is `name` on the test server; the password is in `.env`.
fn project(name: &str) -> Project {
    let project = Project::new("project", &[entry(name)]);
    project.write(".env", &dotenv(PASSWORD));
    project
}

fn entry(name: &str) -> Value {
    json!({
        "host": "127.0.0.1", "port": server().port, "database": name, "user": USER,
        "credentials": [credential("password", "dotenv", ".env", "POSTGRES_PASSWORD", "")]
    })
}

/// A double-quoted dotenv line.
fn dotenv(password: &str) -> String {
    let escaped = password.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    format!("# settings\nPOSTGRES_PASSWORD=\"{escaped}\" # the password\n")
}

/// Three tables with rows, one of them empty.
fn fill(name: &str) {
    server().create(name);
    server().sql(
        name,
        "CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL);
         CREATE TABLE books (id int PRIMARY KEY, author int REFERENCES authors, title text);
         CREATE TABLE drafts (id int);
         INSERT INTO authors SELECT i, 'author ' || i FROM generate_series(1, 500) AS i;
         INSERT INTO books SELECT i, 1 + i % 500, repeat('text ', 20) FROM generate_series(1, 5000) AS i;",
    );
}

fn counts(name: &str) -> [u64; 3] {
    ["authors", "books", "drafts"].map(|table| server().count(name, table))
}

#[test]
fn g2_2_backup_drop_restore_brings_every_row_back() {
    fill("drop_and_restore");
    let project = project("drop_and_restore");
    project.run("backup.sh", &[], "").expect(0);
    server().sql("drop_and_restore", "DROP TABLE books, authors, drafts;");
    let shown = project.run("restore.sh", &[], "drop_and_restore\n").expect(0);
    assert_eq!(counts("drop_and_restore"), [500, 5000, 0], "{}", shown.text());
    assert_eq!(server().databases("drop_and_restore_old_").len(), 1, "the replaced database is kept");
    server().assert_none_stays("dbguard_new_");
}

#[test]
fn g3_3_verify_restores_into_a_scratch_database_and_compares() {
    fill("verified");
    let project = project("verified");
    project.run("backup.sh", &["--label", "first"], "").expect(0);
    let shown = project.run("verify-backup.sh", &[], "").expect(0);
    assert!(shown.stdout.contains("3 tables and 5500 rows came back"), "{}", shown.text());
    let listed = project.listed();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["state"], "rehearsed");
    assert_eq!(listed[0]["label"], "first");
    server().assert_none_stays("dbguard_check_");
}

#[test]
fn g2_3_wrong_password_leaves_older_backups_and_no_trace_of_the_password() {
    fill("wrong_password");
    let project = project("wrong_password");
    project.run("backup.sh", &[], "").expect(0);
    let before = project.backups("main");
    let wrong = "n0t-the-p4ssword";
    project.write(".env", &dotenv(wrong));
    let mut child = project.spawn("backup.sh", &[]);
    let mut processes = String::new();
    while child.try_wait().unwrap().is_none() {
        let listing = Command::new("ps").args(["-ww", "-eo", "args"]).output().unwrap();
        processes.push_str(&String::from_utf8_lossy(&listing.stdout));
    }
    let output = child.wait_with_output().unwrap();
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("password authentication failed"), "{text}");
    assert_eq!(project.backups("main"), before);
    assert_eq!(project.listed().len(), 1);
    assert!(!text.contains(wrong) && !processes.contains(wrong));
    assert_eq!(files_holding(&project, wrong), [".env"]);
}

#[test]
fn g0_1_the_password_is_in_no_argument_output_or_file_of_a_backup_and_a_restore() {
    fill("secret");
    let project = project("secret");
    let mut processes = String::new();
    for (script, input) in
        [("backup.sh", ""), ("verify-backup.sh", ""), ("restore.sh", "secret\n"), ("validate-env.sh", "")]
    {
        let mut child = project.spawn(script, &[]);
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        while child.try_wait().unwrap().is_none() {
            let listing = Command::new("ps").args(["-ww", "-eo", "args"]).output().unwrap();
            processes.push_str(&String::from_utf8_lossy(&listing.stdout));
        }
        let output = child.wait_with_output().unwrap();
        let text =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{script}: {text}");
        assert!(!text.contains(PASSWORD), "{script}: {text}");
    }
    assert!(!processes.contains(PASSWORD));
    assert!(files_holding(&project, PASSWORD).is_empty(), "only .env holds it, in another spelling");
}

/// Root-relative paths of the files that hold `text`.
fn files_holding(project: &Project, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(&project.root) {
        let entry = entry.unwrap();
        let is_hit = entry.file_type().is_file()
            && std::fs::read(entry.path()).unwrap().windows(text.len()).any(|part| part == text.as_bytes());
        if is_hit {
            found.push(entry.path().strip_prefix(&project.root).unwrap().display().to_string());
        }
    }
    found.sort();
    found
}

#[test]
fn g3_1_counts_are_those_of_the_dump_while_others_write() {
    fill("busy");
    server().sql("busy", "INSERT INTO drafts SELECT generate_series(1, 200000);");
    let project = project("busy");
    let mut writer = server().client("psql", "busy").arg("-Xq").stdout(Stdio::null()).spawn().unwrap();
    let mut input = writer.stdin.take().unwrap();
    // Ends when the writer is killed.
    let feeder = std::thread::spawn(move || {
        let statement = b"INSERT INTO books SELECT max(id) + 1, 1, 'new' FROM books; DELETE FROM drafts WHERE ctid = (SELECT min(ctid) FROM drafts);\n";
        while input.write_all(statement).is_ok() {}
    });
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    let counted = project.metadata("main", &name)["tables"].clone();
    writer.kill().unwrap();
    writer.wait().unwrap();
    feeder.join().unwrap();
    assert_ne!(server().count("busy", "books"), 5000, "somebody did write");
    server().create("busy_copy");
    let dump = project.root.join("backups/main").join(&name).join("database.dump");
    let restored =
        server().client("pg_restore", "busy_copy").args(["-d", "busy_copy"]).arg(dump).status().unwrap();
    assert!(restored.success());
    for table in ["authors", "books", "drafts"] {
        assert_eq!(counted[format!("public.{table}")], server().count("busy_copy", table), "{table}");
    }
}

#[test]
fn g2_3_damaged_backups_are_refused_and_the_live_database_stays() {
    fill("damaged");
    let project = project("damaged");
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    let dump = project.root.join("backups/main").join(&name).join("database.dump");
    let good = std::fs::read(&dump).unwrap();
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 0x10;
    for (what, bytes) in [("cut", &good[..good.len() / 2]), ("flipped", &flipped[..]), ("empty", &[][..])] {
        std::fs::write(&dump, bytes).unwrap();
        let shown = project.run("restore.sh", &[&name], "damaged\n").expect(4);
        assert!(shown.stderr.contains("was not touched"), "{what}: {}", shown.text());
        project.run("verify-backup.sh", &[&name], "").expect(4);
    }
    // Also where whoever changed the dump has adapted size and digest in metadata.json: it is read to its end.
    adapt_metadata(&project, &name, &flipped);
    std::fs::write(&dump, &flipped).unwrap();
    let shown = project.run("restore.sh", &[&name], "damaged\n").expect(4);
    assert!(shown.stderr.contains("cannot be read to its end"), "{}", shown.text());
    assert_eq!(counts("damaged"), [500, 5000, 0]);
    assert!(server().databases("damaged_old_").is_empty());
}

/// Makes `metadata.json` agree with other bytes.
fn adapt_metadata(project: &Project, name: &str, bytes: &[u8]) {
    use sha2::Digest as _;
    let path = project.root.join("backups/main").join(name).join("metadata.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let digest =
        sha2::Sha256::digest(bytes).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let lines: Vec<String> = text
        .lines()
        .map(|line| match line {
            _ if line.starts_with("  \"sha256_database\"") => format!("  \"sha256_database\": \"{digest}\","),
            _ if line.starts_with("  \"bytes_database\"") => {
                format!("  \"bytes_database\": {},", bytes.len())
            }
            _ => line.to_owned(),
        })
        .collect();
    std::fs::write(path, lines.join("\n") + "\n").unwrap();
}

#[test]
fn g2_3_a_backup_of_another_engine_is_refused() {
    fill("engine");
    let project = project("engine");
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    let path = project.root.join("backups/main").join(&name).join("metadata.json");
    let text =
        std::fs::read_to_string(&path).unwrap().replace("\"engine\": \"postgres\"", "\"engine\": \"sqlite\"");
    std::fs::write(path, text).unwrap();
    let shown = project.run("restore.sh", &[], "engine\n").expect(4);
    assert!(shown.stderr.contains("it is a backup of sqlite"), "{}", shown.text());
}

#[test]
fn g2_3_restore_refuses_without_the_typed_name_and_in_production() {
    fill("app_prod");
    fill("typed");
    let production = project("app_prod");
    production.run("backup.sh", &[], "").expect(0);
    let shown = production.run("restore.sh", &["--yes"], "app_prod\n").expect(3);
    assert!(shown.stderr.contains("treated as production"), "{}", shown.text());
    let project = project("typed");
    project.run("backup.sh", &[], "").expect(0);
    for typed in ["", "yes\n", "typed_\n"] {
        project.run("restore.sh", &["--yes"], typed).expect(3);
    }
    assert_eq!(counts("typed"), [500, 5000, 0]);
    assert_eq!(project.backups("main").len(), 1, "no safety backup of a refused restore");
}

#[test]
fn g2_3_restore_in_production_when_the_policy_says_so() {
    fill("shop_production");
    let project = project("shop_production");
    let mut allowed = entry("shop_production");
    allowed["restore_in_production"] = json!(true);
    project.configure(&[allowed], &json!({}));
    project.run("backup.sh", &[], "").expect(0);
    server().sql("shop_production", "DELETE FROM books;");
    project.run("restore.sh", &[], "shop_production\n").expect(0);
    assert_eq!(counts("shop_production"), [500, 5000, 0]);
}

#[test]
fn g2_3_a_dropped_database_comes_back() {
    fill("dropped");
    let project = project("dropped");
    project.run("backup.sh", &[], "").expect(0);
    server().sql("postgres", "DROP DATABASE dropped;");
    assert!(project.run("health.sh", &[], "").expect(4).stdout.contains("main: empty"));
    project.run("backup.sh", &[], "").expect(1);
    project.run("restore.sh", &[], "dropped\n").expect(0);
    assert_eq!(counts("dropped"), [500, 5000, 0]);
}

#[test]
fn g2_3_owner_settings_and_grants_of_the_database_survive() {
    server().sql("postgres", "CREATE ROLE \"the owner\"; CREATE ROLE reader;");
    fill("settings");
    server().sql(
        "settings",
        "ALTER DATABASE settings OWNER TO \"the owner\";
         ALTER DATABASE settings SET search_path TO \"$user\", public;
         ALTER DATABASE settings SET application_name TO 'it''s; here';
         REVOKE ALL ON DATABASE settings FROM PUBLIC; GRANT CONNECT ON DATABASE settings TO reader;
         ALTER TABLE books OWNER TO \"the owner\"; GRANT SELECT ON books TO reader;",
    );
    let described = || {
        server().sql(
            "settings",
            "SELECT pg_get_userbyid(datdba), datacl, datallowconn, array(SELECT unnest(setconfig) ORDER BY 1)
               FROM pg_database d JOIN pg_db_role_setting s ON s.setdatabase = d.oid WHERE datname = 'settings';
             SELECT tableowner FROM pg_tables WHERE tablename = 'books'; SELECT relacl FROM pg_class WHERE relname = 'books';",
        )
    };
    let before = described();
    let project = project("settings");
    project.run("backup.sh", &[], "").expect(0);
    server().sql("settings", "DELETE FROM books;");
    project.run("restore.sh", &[], "settings\n").expect(0);
    assert_eq!(described(), before);
}

#[test]
fn g2_3_sessions_that_are_open_do_not_stop_a_restore() {
    fill("in_use");
    let project = project("in_use");
    project.run("backup.sh", &[], "").expect(0);
    let mut session = server().client("psql", "in_use").spawn().unwrap();
    session
        .stdin
        .as_mut()
        .unwrap()
        .write_all(b"BEGIN; SELECT count(*) FROM books; SELECT pg_sleep(60);\n")
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    project.run("restore.sh", &[], "in_use\n").expect(0);
    session.kill().unwrap();
    session.wait().unwrap();
    assert_eq!(counts("in_use"), [500, 5000, 0]);
}

#[test]
fn g3_2_selected_tables_are_restored_and_the_others_stay() {
    fill("some_tables");
    server().sql(
        "some_tables",
        "CREATE INDEX by_title ON books (title); CREATE TABLE \"odd, name\" (\"a b\" int);",
    );
    let project = project("some_tables");
    project.run("backup.sh", &[], "").expect(0);
    server().sql(
        "some_tables",
        "DELETE FROM books WHERE id > 10; INSERT INTO drafts VALUES (1), (2); UPDATE authors SET name = 'changed' WHERE id = 7;",
    );
    project.run("restore.sh", &["--tables", "books"], "some_tables\n").expect(0);
    assert_eq!(counts("some_tables"), [500, 5000, 2]);
    assert_eq!(server().sql("some_tables", "SELECT name FROM authors WHERE id = 7"), "changed");
    // A dropped table comes back with its index, and with the key that CASCADE took from another table.
    server().sql("some_tables", "DROP TABLE authors CASCADE; DROP TABLE books;");
    project.run("restore.sh", &["--tables", "public.books,authors"], "some_tables\n").expect(0);
    assert_eq!(counts("some_tables"), [500, 5000, 2]);
    let constraints = server().sql("some_tables", "SELECT count(*) FROM pg_constraint WHERE contype = 'f'");
    assert_eq!(
        (constraints.as_str(), server().sql("some_tables", "SELECT to_regclass('by_title')").as_str()),
        ("1", "by_title")
    );
    server().sql("some_tables", "DROP TABLE authors CASCADE;");
    project.run("restore.sh", &["--tables", "authors"], "some_tables\n").expect(0);
    assert_eq!(server().sql("some_tables", "SELECT count(*) FROM pg_constraint WHERE contype = 'f'"), "1");
    project.run("restore.sh", &["--tables", "nothing"], "some_tables\n").expect(2);
    server().assert_none_stays("dbguard_new_");
}

#[test]
fn g3_2_tables_that_would_break_references_are_rolled_back() {
    fill("orphans");
    let project = project("orphans");
    project.run("backup.sh", &[], "").expect(0);
    server().sql(
        "orphans",
        "INSERT INTO authors VALUES (900, 'new'); INSERT INTO books VALUES (9000, 900, 'of the new one');",
    );
    let shown = project.run("restore.sh", &["--tables", "authors"], "orphans\n").expect(6);
    assert!(shown.stderr.contains("name those tables too"), "{}", shown.text());
    assert_eq!(counts("orphans"), [501, 5001, 0]);
}

#[test]
fn g3_2_schema_only_brings_the_tables_without_rows() {
    fill("schema_only");
    let project = project("schema_only");
    project.run("backup.sh", &[], "").expect(0);
    server().sql("schema_only", "DROP TABLE drafts;");
    project.run("restore.sh", &["--schema-only"], "schema_only\n").expect(0);
    assert_eq!(counts("schema_only"), [0, 0, 0]);
}

#[test]
fn g3_1_sql_artefacts_are_made_from_the_dump_on_request() {
    fill("artefacts");
    let project = project("artefacts");
    let shown = project.run("backup.sh", &["--artefacts", "full,schema,data", "--json"], "").expect(0);
    let metadata: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(metadata["counts"], "exact");
    let directory = project.root.join("backups/main").join(metadata["basename"].as_str().unwrap());
    let read = |name: &str| std::fs::read_to_string(directory.join(name)).unwrap();
    assert!(
        read("full.sql").contains("CREATE TABLE public.books")
            && read("full.sql").contains("COPY public.books")
    );
    assert!(!read("schema.sql").contains("COPY public.books") && !read("data.sql").contains("CREATE TABLE"));
    assert!(project.root.join("backups/main/latest_full.sql").exists());
    assert_eq!(metadata["file_schema"], "schema.sql");
}

#[test]
fn g2_2_hostile_names_are_only_names() {
    for (name, directory) in [
        ("it's \"odd\" $(x) ünï", "a b'c \"d\" ü"),
        ("-dash=1 host=nowhere", "-dash"),
        ("postgres://x", "plain"),
    ] {
        server().create(name);
        server().sql(
            name,
            "CREATE TABLE \"a b\".x (i int);".replace("\"a b\".x", "\"-t; drop ünï'\"\"x\"").as_str(),
        );
        server().sql(name, "CREATE SCHEMA \"s.p ace\"; CREATE TABLE \"s.p ace\".\"new\nline\" AS SELECT generate_series(1, 42) AS i;");
        let project = Project::new(directory, &[entry(name)]);
        project.write(".env", &dotenv(PASSWORD));
        project.run("backup.sh", &["--label", "../x y$(touch z)"], "").expect(0);
        server().sql(name, "DROP SCHEMA \"s.p ace\" CASCADE;");
        project.run("verify-backup.sh", &[], "").expect(0);
        project.run("restore.sh", &[], &format!("{name}\n")).expect(0);
        assert_eq!(server().sql(name, "SELECT count(*) FROM \"s.p ace\".\"new\nline\""), "42");
        server().sql(name, "DELETE FROM \"s.p ace\".\"new\nline\";");
        let backup = project.backups("main").remove(0);
        assert!(project.metadata("main", &backup)["tables"].as_object().unwrap().len() == 2);
    }
}

#[test]
fn g2_2_a_locked_database_is_left_alone_and_a_dead_owner_is_not() {
    fill("locked");
    let project = project("locked");
    project.run("backup.sh", &[], "").expect(0);
    let lock = project.root.join("backups/main/.lock");
    let host = String::from_utf8(Command::new("uname").arg("-n").output().unwrap().stdout).unwrap();
    let start = Command::new("ps")
        .args(["-o", "lstart=", "-p", &std::process::id().to_string()])
        .output()
        .unwrap()
        .stdout;
    let hold = |pid: u32, host: &str| {
        std::fs::create_dir_all(&lock).unwrap();
        std::fs::write(
            lock.join("owner"),
            format!("{pid}\n{}\n{}", host.trim(), String::from_utf8_lossy(&start)),
        )
        .unwrap();
    };
    hold(std::process::id(), &host);
    for script in ["backup.sh", "restore.sh", "verify-backup.sh"] {
        project.run(script, &[], "locked\n").expect(5);
    }
    hold(4_000_000, "another-machine");
    project.run("backup.sh", &[], "").expect(5);
    hold(4_000_000, &host);
    project.run("backup.sh", &[], "").expect(0);
    assert!(!lock.exists());
    std::fs::create_dir(&lock).unwrap();
    project.run("backup.sh", &[], "").expect(0);
}

#[test]
fn g2_9_health_tells_ok_empty_and_unknown_apart() {
    fill("health");
    let project = project("health");
    assert!(project.run("health.sh", &[], "").expect(0).stdout.contains("main: ok"));
    server().sql("health", "DELETE FROM books; DELETE FROM authors;");
    assert!(project.run("health.sh", &[], "").expect(4).stdout.contains("main: empty"));
    project.write(".env", &dotenv("wrong"));
    let shown = project.run("health.sh", &["--json"], "").expect(1);
    let answer: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(answer["state"], "unknown", "a failed login is never an empty database");
}

#[test]
fn g2_1_every_script_shows_where_it_goes() {
    fill("shown");
    let project = project("shown");
    for (script, input) in [("backup.sh", ""), ("verify-backup.sh", ""), ("restore.sh", "shown\n")] {
        let text = project.run(script, &[], input).expect(0).stdout;
        for part in [
            "environment: development",
            "engine:      postgres 15",
            "name:        shown",
            "host:        127.0.0.1",
        ] {
            assert!(text.contains(part), "{script}: {part} in {text}");
        }
        assert!(text.contains(&format!("port:        {}", server().port)));
    }
}

#[test]
fn g4_7_backups_cannot_be_committed() {
    fill("ignored");
    let project = project("ignored");
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(&project.root).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    git(&["init", "-q"]);
    project.run("backup.sh", &[], "").expect(0);
    git(&["add", "-A"]);
    let tracked = git(&["ls-files", "backups"]);
    assert_eq!(tracked.trim(), "backups/.gitignore");
}

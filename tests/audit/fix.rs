//! `audit --fix` and `--unsafe-fix` as they are run: what they write, what they leave alone, and that a second run writes nothing.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use super::{COMPOSE, audit, repository};

fn git(root: &Path, words: &[&str]) {
    let name = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    let done = Command::new("git").args(name).args(words).current_dir(root).output().expect("git");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// A repository of `files`, all committed.
fn committed(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = repository(files);
    for words in [&["init", "-q"][..], &["add", "-A"], &["commit", "-qm", "x"]] {
        git(root.path(), words);
    }
    root
}

fn read(root: &Path, path: &str) -> String {
    fs::read_to_string(root.join(path)).expect("file")
}

/// Standard output and error of a run with `option`.
fn run(root: &Path, option: &str) -> (Option<i32>, String) {
    let output = audit(root, &[option]);
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).expect("text"))
}

/// `text` as the file `path` beside a Compose file after a fix that mends everything there; a second run writes nothing.
fn fixed(path: &str, text: &str, option: &str) -> String {
    let root = committed(&[("compose.yml", COMPOSE), (path, text)]);
    let (_, said) = run(root.path(), option);
    assert!(!said.contains("not fixed"), "{said}");
    assert!(said.contains(&format!("fixed {path}:")), "{said}");
    let once = read(root.path(), path);
    git(root.path(), &["add", "-A"]);
    git(root.path(), &["commit", "-qm", "y"]);
    let (_, again) = run(root.path(), option);
    assert!(again.contains("Nothing to fix: no file was changed."), "{again}");
    assert_eq!(read(root.path(), path), once);
    once
}

const ENGLISH: &str = "> **Warning:** `docker compose down -v` deletes volumes with all the data in them. Nothing brings the data \
                       back but a backup: take one first. Instead: `docker compose down`.";

#[test]
fn g4_2_a_warning_stands_above_blocks_lists_tables_and_paragraphs() {
    for (before, block) in [
        ("# Shop\n\nStart over:\n\n", "```sh\ndocker compose down -v\n```\n"),
        ("# Shop\n\nTo start over:\n\n", "    docker compose down -v\n\nDone.\n"),
        ("Some text.\n\n", "1. Stop the app.\n2. Run `docker compose down -v` now.\n3. Start it.\n"),
        ("Text.\n\n", "| what | how |\n|---|---|\n| reset | `docker compose down -v` |\n"),
        ("---\ntitle: x\n---\n\n", "To start over run\n`docker compose down -v` here."),
        ("<!-- a\ncomment -->\n\n", "Run `docker compose down -v`.\n"),
    ] {
        let text = format!("{before}{block}");
        assert_eq!(fixed("README.md", &text, "--fix"), format!("{before}{ENGLISH}\n\n{block}"));
    }
}

#[test]
fn g4_2_indentation_quotations_line_ends_and_tight_text_are_kept() {
    let item = fixed("a.md", "1. Reset:\n\n   ```sh\n   docker compose down -v\n   ```\n", "--fix");
    assert_eq!(item, format!("1. Reset:\n\n   {ENGLISH}\n\n   ```sh\n   docker compose down -v\n   ```\n"));
    let quoted = fixed("a.md", "> Reset:\n> ```sh\n> docker compose down -v\n> ```\n", "--fix");
    assert_eq!(quoted, format!("> Reset:\n>\n> {ENGLISH}\n>\n> ```sh\n> docker compose down -v\n> ```\n"));
    let tight = fixed("a.md", "Reset:\n```sh\ndocker compose down -v\n```", "--fix");
    assert_eq!(tight, format!("Reset:\n\n{ENGLISH}\n\n```sh\ndocker compose down -v\n```"));
    let windows = fixed("a.md", "Reset:\r\n\r\n```sh\r\ndocker compose down -v\r\n```\r\n", "--fix");
    assert_eq!(windows, format!("Reset:\r\n\r\n{ENGLISH}\r\n\r\n```sh\r\ndocker compose down -v\r\n```\r\n"));
    let marked = fixed("a.md", "\u{feff}Run `docker compose down -v` now.\n", "--fix");
    assert_eq!(marked, format!("\u{feff}{ENGLISH}\n\nRun `docker compose down -v` now.\n"));
    let jsx = "import Tabs from '@theme/Tabs'\n\n<Tabs>\n\n```sh\ndocker compose down -v\n```\n\n</Tabs>\n";
    assert_eq!(fixed("a.mdx", jsx, "--fix"), jsx.replace("```sh", &format!("{ENGLISH}\n\n```sh")));
}

#[test]
fn g4_2_one_warning_for_a_block_with_several_commands() {
    let text = "Start over:\n\n```sh\ndocker compose down -v\ndropdb shop\ndropdb stock\n```\n";
    let expected = "Start over:\n\n\
        > **Warning:** these commands destroy data, and nothing brings it back but a backup. Take one first.\n>\n\
        > - `docker compose down -v`: deletes volumes with all the data in them. Instead: `docker compose down`.\n\
        > - `dropdb shop`, `dropdb stock`: deletes a database with everything in it.\n\n\
        ```sh\ndocker compose down -v\ndropdb shop\ndropdb stock\n```\n";
    assert_eq!(fixed("README.md", text, "--fix"), expected);
}

#[test]
fn g4_2_the_warning_is_in_the_language_of_the_document() {
    for (heading, prose) in [
        (
            "Warnung:",
            "Um von vorne zu beginnen, werden die Volumes mit dem Befehl gelöscht und das Projekt neu gestartet:",
        ),
        (
            "Attention :",
            "Pour repartir de zéro, supprimez les volumes avec cette commande et relancez le projet dans la console :",
        ),
        (
            "Advertencia:",
            "Para empezar de cero, elimina los volúmenes con este comando y arranca el proyecto por si acaso:",
        ),
        (
            "Atenção:",
            "Para começar do zero, apague os volumes com o comando e inicie o projeto em uma hora ou mais:",
        ),
        ("Внимание:", "Чтобы начать заново, удалите тома этой командой и запустите проект:"),
        ("警告：", "要重新开始，请使用以下命令删除数据卷："),
        ("Warning:", "最初からやり直すには、ボリュームを削除してください："),
    ] {
        for command in [
            "docker compose down -v",
            "dropdb shop",
            "docker volume rm shop_pg",
            "npx prisma migrate reset --force",
        ] {
            let text = format!("{prose}\n\n```sh\n{command}\n```\n");
            let after = fixed("README.md", &text, "--fix");
            assert!(after.starts_with(&format!("{prose}\n\n> **{heading}** `{command}` ")), "{after}");
        }
        let several = format!("{prose}\n\n```sh\ndropdb shop\ndocker compose down -v\n```\n");
        assert!(fixed("README.md", &several, "--fix").contains(&format!("> **{heading}** ")));
    }
}

#[test]
fn g4_2_restructured_and_plain_text() {
    let rst = "Reset\n=====\n\nStart over::\n\n    docker compose down -v\n";
    let after = fixed("docs/a.rst", rst, "--fix");
    assert!(
        after.starts_with("Reset\n=====\n\n.. warning::\n\n   ``docker compose down -v`` deletes volumes"),
        "{after}"
    );
    assert!(after.ends_with(".\n\nStart over::\n\n    docker compose down -v\n"), "{after}");
    let directive = "Text\n\n.. code-block:: sh\n\n   docker compose down -v\n";
    assert!(fixed("docs/a.rst", directive, "--fix").contains("\n\n.. code-block:: sh\n\n   docker"));
    let plain = fixed("README.txt", "SHOP\n\nTo reset:\n\n  docker compose down -v\n", "--fix");
    assert!(plain.contains("To reset:\n\n  WARNING: \"docker compose down -v\" deletes volumes"), "{plain}");
}

#[test]
fn what_programs_read_gets_no_warning() {
    for (path, text) in [
        ("requirements.txt", "docker compose down -v\n"),
        ("a.md", "## Use `docker compose down -v`\n"),
        ("a.md", "<p>Run <b>`docker compose down -v`</b></p>\n"),
        ("page.html", "<pre>docker compose down -v</pre>\n"),
    ] {
        let root = committed(&[("compose.yml", COMPOSE), (path, text)]);
        assert!(run(root.path(), "--fix").1.contains("Nothing to fix"), "{path}");
        assert_eq!(read(root.path(), path), text);
    }
}

const EIGHTEEN: &str = "# ours\nservices:\n  db:\n    image: \"postgres:18\" # new\n    ports:\n      - '5432:5432' # for tools\n    \
                        volumes:\n      - pg:/var/lib/postgresql/data # all\nvolumes:\n  pg: {name: shop_pg}\n";

#[test]
fn unsafe_fixes_need_their_option() {
    let root = committed(&[("compose.prod.yml", EIGHTEEN)]);
    let (code, said) = run(root.path(), "--fix");
    assert_eq!(code, Some(1));
    assert!(said.contains("Nothing to fix"), "{said}");
    assert_eq!(read(root.path(), "compose.prod.yml"), EIGHTEEN);
    let after = fixed("compose.prod.yml", EIGHTEEN, "--unsafe-fix");
    let expected = EIGHTEEN
        .replace("# all\n", "# all\n    stop_grace_period: 1m\n")
        .replace("'5432:5432'", "'127.0.0.1:5432:5432'")
        .replace("pg:/var/lib/postgresql/data", "pg:/var/lib/postgresql");
    assert_eq!(after, expected);
    let both = audit(root.path(), &["--fix", "--unsafe-fix"]);
    assert_eq!(both.status.code(), Some(2), "one or the other");
}

#[test]
fn a_dump_in_a_pipe_gets_pipefail() {
    let script = "#!/usr/bin/env bash\r\n# nightly\r\nset -eu\r\n\r\npg_dump shop | gzip > /backups/shop.sql.gz.tmp\r\n";
    let after = fixed("scripts/backup.sh", script, "--unsafe-fix");
    assert_eq!(after, script.replace("set -eu\r\n", "set -eu\r\nset -o pipefail\r\n"));
}

#[test]
fn the_fix_is_one_write_and_undo_takes_all_of_it_back() {
    let readme = "Reset: `docker compose down -v`.\n";
    let root = committed(&[("compose.yml", COMPOSE), ("README.md", readme), ("docs/a.md", readme)]);
    fs::set_permissions(root.path().join("docs/a.md"), fs::Permissions::from_mode(0o600)).expect("mode");
    let (_, said) = run(root.path(), "--fix");
    assert!(said.contains("fixed README.md:1 compose-down-volumes: a warning above it (en)\n"), "{said}");
    assert!(said.contains("Fixed 2 findings in 2 files; `dbguard undo` takes it back.\n"), "{said}");
    let mode = fs::metadata(root.path().join("docs/a.md")).expect("file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(read(root.path(), ".dbguard/.gitignore").contains("journal/"), "the journal stays out of git");
    let undo = Command::new(env!("CARGO_BIN_EXE_dbguard")).arg("undo").current_dir(root.path()).status();
    assert!(undo.expect("undo").success());
    assert_eq!(
        (read(root.path(), "README.md"), read(root.path(), "docs/a.md")),
        (readme.to_owned(), readme.to_owned())
    );
    assert!(!root.path().join(".dbguard").exists());
}

#[test]
fn files_that_are_not_ours_to_change_are_named_and_stay() {
    let readme = "Reset: `docker compose down -v`.\n";
    let generated = format!("<!-- @generated by x -->\n\n{readme}");
    let root = committed(&[
        ("compose.yml", COMPOSE),
        ("README.md", readme),
        ("changed.md", readme),
        ("locked.md", readme),
        ("made.md", &generated),
        ("vendored/a.md", readme),
    ]);
    let path = |name: &str| root.path().join(name);
    fs::write(path("changed.md"), format!("{readme}\nNew.\n")).expect("file");
    fs::set_permissions(path("locked.md"), fs::Permissions::from_mode(0o444)).expect("mode");
    symlink("README.md", path("link.md")).expect("link");
    let (code, said) = run(root.path(), "--fix");
    for reason in [
        "not fixed changed.md:1 compose-down-volumes: changed.md: it has changes that are not committed; commit them or use --force",
        "not fixed link.md:1 compose-down-volumes: link.md: it is a link to README.md;",
        "not fixed locked.md:1 compose-down-volumes: locked.md: it is read-only",
        "not fixed made.md:3 compose-down-volumes: made.md: it says that it is generated;",
        "not fixed vendored/a.md:1 compose-down-volumes: vendored/a.md: it lies among other people's code",
    ] {
        assert!(said.replace('\n', " ").contains(reason), "{reason}\n{said}");
    }
    assert_eq!(code, Some(1), "what was asked for was not done");
    assert_eq!(read(root.path(), "README.md"), format!("{ENGLISH}\n\n{readme}"));
    assert_eq!(read(root.path(), "changed.md"), format!("{readme}\nNew.\n"));
    assert_eq!(
        (read(root.path(), "locked.md"), read(root.path(), "made.md")),
        (readme.to_owned(), generated)
    );
    let forced = audit(root.path(), &["--fix", "--force"]);
    assert_eq!(forced.status.code(), Some(1));
    assert_eq!(read(root.path(), "changed.md"), format!("{ENGLISH}\n\n{readme}\nNew.\n"));
}

#[test]
fn silenced_findings_and_prohibitions_are_left_alone() {
    for text in [
        "<!-- dbguard: ignore[compose-down-volumes] a throw-away stack -->\nReset: `docker compose down -v`.\n",
        "Never run `docker compose down -v`.\n",
        "> **Warning:** this deletes the database, take a backup.\n\n```sh\ndocker compose down -v\n```\n",
    ] {
        let root = committed(&[("compose.yml", COMPOSE), ("README.md", text)]);
        assert!(run(root.path(), "--fix").1.contains("Nothing to fix"), "{text}");
        assert_eq!(read(root.path(), "README.md"), text);
    }
}

#[test]
fn without_the_option_the_report_says_what_can_be_fixed() {
    let readme = "Reset: `docker compose down -v`.\n";
    let root = committed(&[("compose.prod.yml", EIGHTEEN), ("README.md", readme)]);
    let output = audit(root.path(), &[]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.ends_with("1 can be fixed with --fix, 3 more with --unsafe-fix.\n"), "{text}");
    assert!(text.contains("    --fix: a warning above it (en)\n"), "{text}");
    let json = audit(root.path(), &["--format", "json"]);
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    let finding = value["findings"].as_array().expect("findings").iter().find(|one| one["kind"] == "doc");
    let fix = &finding.expect("finding")["fix"];
    assert_eq!((&fix["safe"], &fix["edits"][0]["span"]), (&true.into(), &serde_json::json!([0, 0])));
    assert_eq!(read(root.path(), "README.md"), readme);
    let fixed = audit(root.path(), &["--fix", "--format", "json"]);
    assert!(
        serde_json::from_slice::<serde_json::Value>(&fixed.stdout).is_ok(),
        "what was done is told elsewhere"
    );
}

const POLICY: &str = "version = 1\npreset = \"standard\"\n\n[[database]]\nid = \"postgres\"\nengine = \"postgres\"\n\
                      environment = \"auto\"\nrun = \"compose\"\ncompose_files = [\"compose.yml\"]\nservice = \"db\"\nvolume = \"pg\"\n";

#[test]
fn a_volume_is_pinned_to_the_name_that_the_policy_tells_and_to_no_other() {
    let compose = "services:\r\n  db:\r\n    image: postgres:16\r\n    volumes: [\"pg:/var/lib/postgresql/data\"] # data\r\n\
                   volumes:\r\n  pg: # ours";
    let unknown = committed(&[("compose.yml", compose), ("dbguard.toml", POLICY)]);
    let (_, said) = run(unknown.path(), "--unsafe-fix");
    assert!(said.contains("Nothing to fix") && said.contains("docker volume ls"), "{said}");
    assert_eq!(read(unknown.path(), "compose.yml"), compose);

    let policy = format!("{POLICY}volume_name = \"shop_pg\"\n");
    let known = committed(&[("compose.yml", compose), ("dbguard.toml", &policy)]);
    let (_, said) = run(known.path(), "--fix");
    assert!(said.contains("fixed compose.yml:6 compose-name-unpinned: pin it to `shop_pg`\n"), "{said}");
    let after = read(known.path(), "compose.yml");
    assert!(after.starts_with(compose) && after.contains("\r\n    name: shop_pg"), "{after:?}");
    git(known.path(), &["commit", "-qam", "y"]);
    assert!(run(known.path(), "--fix").1.contains("Nothing to fix"));
}

#[test]
fn what_git_has_no_copy_of_yet_is_ignored_and_what_it_has_is_not() {
    let secret = "DB_PASSWORD=kT9vQ2mxZ7wL\n";
    let dump = "-- PostgreSQL database dump\n\nCOPY users (id) FROM stdin;\n1\n\\.\n";
    let root = committed(&[("compose.yml", COMPOSE), ("old.env", secret), (".gitignore", "node_modules/")]);
    for (path, text) in [(".env", secret), ("out [1].sql", dump), ("app.sqlite3", "SQLite format 3\0")] {
        fs::write(root.path().join(path), text).expect("file");
    }
    let (_, said) = run(root.path(), "--fix");
    assert!(said.contains("Fixed 3 findings in 1 file"), "{said}");
    let ignored = read(root.path(), ".gitignore");
    assert_eq!(ignored, "node_modules/\n/.env\n/app.sqlite3\n/out\\ \\[1\\].sql\n");
    let status =
        Command::new("git").args(["status", "--porcelain"]).current_dir(root.path()).output().expect("git");
    assert_eq!(String::from_utf8_lossy(&status.stdout), " M .gitignore\n?? .dbguard/\n");
    assert!(said.contains("old.env\n"), "a tracked file stays a finding: {said}");
    git(root.path(), &["commit", "-qam", "y"]);
    assert!(run(root.path(), "--fix").1.contains("Nothing to fix"));
}

#[test]
fn migrations_are_excepted_from_an_ignore_rule_as_git_sees_it() {
    let root = committed(&[(".gitignore", "*.sql\n"), ("compose.yml", COMPOSE)]);
    fs::create_dir_all(root.path().join("db/migrations")).expect("folder");
    fs::write(root.path().join("db/migrations/0001_init.sql"), "create table a (id int);\n").expect("file");
    git(root.path(), &["add", "-f", "db"]);
    git(root.path(), &["commit", "-qm", "y"]);
    let (_, said) = run(root.path(), "--fix");
    assert!(said.contains("fixed .gitignore:1 gitignore-wrong: except the migrations from it"), "{said}");
    assert_eq!(read(root.path(), ".gitignore"), "*.sql\n!/db/migrations/**/*.sql\n");
    for (path, hidden) in [("db/migrations/0002_next.sql", false), ("dump.sql", true)] {
        let asked = Command::new("git")
            .args(["check-ignore", "-q", path])
            .current_dir(root.path())
            .status()
            .expect("git");
        assert_eq!(asked.success(), hidden, "{path}");
    }
    git(root.path(), &["commit", "-qam", "z"]);
    assert!(run(root.path(), "--fix").1.contains("Nothing to fix"));
}

#[test]
fn a_production_database_gets_a_minute_to_stop() {
    let text = EIGHTEEN.replace("postgres:18", "postgres:17").replace("'5432:5432'", "'127.0.0.1:5432:5432'");
    let after = fixed("compose.prod.yml", &text, "--unsafe-fix");
    assert_eq!(after.replace("    stop_grace_period: 1m\n", ""), text);
}

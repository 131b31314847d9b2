//! What a person sees: the screen of 80 columns, and every generated text, as snapshots to be read.

use std::fmt::Write as _;

use insta::Settings;

use crate::support::{CLICKHOUSE, COMPOSE, FLASK, Sandbox};

const WIDTH: usize = 80;

fn projects() -> [(&'static str, Sandbox); 3] {
    let git = |files: &[(&str, &str)]| Sandbox::committed(files);
    [
        (
            "compose",
            git(&[
                ("docker-compose.yml", COMPOSE),
                (".gitignore", ".env\nnode_modules/\n"),
                (".env", "DATABASE_URL=postgres://shop:planted@localhost:5432/shop\n"),
                (
                    "package.json",
                    "{\"scripts\": {\"test\": \"vitest\"}, \"dependencies\": {\"@prisma/client\": \"5\"}}\n",
                ),
                (
                    "prisma/schema.prisma",
                    "datasource db {\n  provider = \"postgresql\"\n  url = env(\"DATABASE_URL\")\n}\n",
                ),
            ]),
        ),
        (
            "flask",
            git(&[
                ("config.py", FLASK),
                ("requirements.txt", "flask\nflask-sqlalchemy\nflask-migrate\npytest\n"),
                ("migrations/env.py", "from alembic import context\n"),
            ]),
        ),
        ("clickhouse", git(&[("compose.yml", CLICKHOUSE)])),
    ]
}

fn settings() -> Settings {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

#[test]
fn c_1_generated_texts_and_the_screen_are_as_reviewed() {
    for (name, sandbox) in projects() {
        let screen = sandbox.init().out;
        settings().bind(|| {
            insta::assert_snapshot!(format!("{name}-screen"), screen);
            for path in [
                "dbguard.toml",
                "docs/DATABASE_SAFETY.md",
                "AGENTS.md",
                ".gitignore",
                "scripts/db/lib/config.sh",
            ] {
                if sandbox.path(path).exists() {
                    let file = path.rsplit('/').next().unwrap().trim_start_matches('.');
                    insta::assert_snapshot!(format!("{name}-{file}"), sandbox.read(path));
                }
            }
        });
    }
}

/// Lines of talk: everything but the diffs, whose width is that of the user's own lines.
fn talk(out: &str) -> String {
    let mut talk = String::new();
    let mut in_diff = false;
    for line in out.lines() {
        in_diff = line.starts_with("--- ") || (in_diff && !line.is_empty());
        if !in_diff {
            writeln!(talk, "{line}").unwrap();
        }
    }
    talk
}

fn assert_fits(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= WIDTH, "{} columns: {line}", line.chars().count());
    }
}

#[test]
fn c_1_the_screens_fit_eighty_columns() {
    let long = "services/backend/deployment/environments";
    let many: Vec<_> = (0..12).map(|number| format!("{long}/number-{number}/docker-compose.yml")).collect();
    let mut files: Vec<_> = many.iter().map(|path| (&**path, COMPOSE)).collect();
    files.push((".github/workflows/ci.yml", "jobs: {t: {services: {db: {image: 'postgres:16'}}}}\n"));
    for (_, sandbox) in projects().into_iter().chain([("many", Sandbox::committed(&files))]) {
        for words in
            [&["detect"][..], &["init"], &["init", "--yes"], &["init", "--yes"], &["undo"], &["undo"]]
        {
            assert_fits(&talk(&sandbox.run(words).out));
        }
    }
    let sandbox = Sandbox::new(&[("a", "")]);
    assert_fits(&sandbox.run(&["init"]).text());
    for words in [["--help", ""], ["init", "--help"], ["preset", "list"]] {
        let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
        assert_fits(&sandbox.run(&words).out);
    }
}

#[test]
fn c_1_colour_changes_no_character() {
    let (_, sandbox) = projects().into_iter().next().unwrap();
    let plain = sandbox.run(&["--color", "never", "init", "--dry-run"]).expect(0).out;
    let coloured = sandbox.run(&["--color", "always", "init", "--dry-run"]).expect(0).out;
    assert!(coloured.contains("\u{1b}[") && !plain.contains('\u{1b}'));
    let stripped = console::strip_ansi_codes(&coloured).into_owned();
    let trimmed: Vec<_> = stripped.lines().map(str::trim_end).collect();
    assert_eq!(trimmed, plain.lines().map(str::trim_end).collect::<Vec<_>>());
}

#[test]
fn c_1_quiet_says_only_what_went_wrong() {
    let (_, sandbox) = projects().into_iter().next().unwrap();
    let ran = sandbox.run(&["-q", "init", "--yes"]).expect(0);
    assert_eq!(ran.text(), "");
}

//! Where a repository keeps commands, by what the audit tells of one and the same command there.

use super::around::{DOWN, weighed};
use crate::finding::Severity;

/// Asserts of each file whether anything in it weighs.
fn all_read(expected: bool, files: &[(&str, String)]) {
    let files: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), text.clone())).collect();
    let severities = weighed(&files);
    let wrong: Vec<_> = files
        .iter()
        .zip(severities)
        .filter(|(_, severity)| severity.is_some_and(|one| one > Severity::Info) != expected)
        .map(|((path, text), severity)| (path, text.chars().take(200).collect::<String>(), severity))
        .collect();
    assert!(wrong.is_empty(), "{expected}: {wrong:#?}");
}

#[test]
fn files_by_their_names() {
    let run = format!("FROM a\nRUN {DOWN}\n");
    let stage = format!("stage('a') {{\n  steps {{\n    sh '{DOWN}'\n  }}\n}}\n");
    let cron = format!("0 3 * * * root {DOWN}\n");
    let mix = |mark: &str| {
        format!(
            "defmodule A do\n  defp aliases do\n    [\n      {mark}reset: [\"ecto.drop\"]\n    ]\n  end\nend\n"
        )
    };
    let drops = "db.dropDatabase();\n";
    all_read(
        true,
        &[
            ("Dockerfile.dev", run.clone()),
            ("Containerfile", run.clone()),
            ("app.dockerfile", run.clone()),
            ("a/Dockerfile", format!("FROM a\nENTRYPOINT {DOWN}\n")),
            ("b/Dockerfile", format!("FROM a\nRUN true && \\\n# note\n  {DOWN}\n")),
            ("justfile", format!("wipe:\n    {DOWN}\n")),
            ("Jenkinsfile", stage.clone()),
            ("Jenkinsfile.prod", stage.clone()),
            ("ci.jenkinsfile", stage),
            ("etc/cron.d/wipe", cron.clone()),
            ("etc/crontabs/root", format!("0 3 * * * {DOWN}\n")),
            ("jobs.cron", cron),
            ("Procfile.dev", format!("web: {DOWN}\n")),
            ("a/check.bats", format!("{DOWN}\n")),
            ("a/.envrc", format!("{DOWN}\n")),
            ("a/wipe.service", format!("[Service]\nExecStart=/usr/bin/{DOWN}\n")),
            ("a/mix.exs", mix("")),
            ("src/db.js", drops.to_owned()),
        ],
    );
    all_read(
        false,
        &[
            ("CHANGELOG.md", format!("```sh\n{DOWN}\n```\n")),
            ("LICENSE.md", format!("```sh\n{DOWN}\n```\n")),
            ("pnpm-lock.yaml", format!("jobs:\n  a:\n    steps:\n      - run: {DOWN}\n")),
            ("poetry.lock", format!("#!/bin/sh\n{DOWN}\n")),
            ("b/wipe.service", format!("[Service]\nDescription=/usr/bin/{DOWN}\n")),
            ("b/mix.exs", mix("# ")),
            ("src/db.min.js", drops.to_owned()),
            ("src/bundle.js", format!("{drops}{}", "var a = 1;\n".repeat(30_000))),
            ("c/Dockerfile", format!("FROM a\n# RUN {DOWN}\n")),
        ],
    );
}

#[test]
fn the_way_back_of_a_file_of_sql() {
    let text = |down: &str, up: &str| format!("SELECT 1;\n{down}\nDROP TABLE users;\n{up}\nSELECT 2;\n");
    let marks = [
        "-- +goose Down",
        "-- migrate:down",
        "-- +migrate Down",
        "-- down",
        "-- @down",
        "-- rollback",
        "--//@UNDO",
        "-- migrate:down transaction:false",
    ];
    let paths = ["1.sql", "2.sql", "3.sql", "4.sql", "5.sql", "6.sql", "7.sql", "8.sql"];
    let files = paths.into_iter().zip(marks.map(|mark| text(mark, "")));
    all_read(false, &files.collect::<Vec<_>>());
    let back = |down: &str, up: &str| format!("SELECT 1;\n{down}\nSELECT 2;\n{up}\nDROP TABLE users;\n");
    all_read(
        true,
        &[
            ("schema/a.sql", back("-- down", "-- up")),
            ("schema/c.sql", back("-- downwards", "")),
            ("schema/d.sql", back("-- the way down", "")),
            ("schema/e.sql", back("DOWN;", "")),
            ("schema/update_users.sql", back("", "")),
            ("schema/u_users.sql", back("", "")),
        ],
    );
    all_read(
        false,
        &[
            ("schema/1_down.sql", back("", "")),
            ("schema/1.rollback.sql", back("", "")),
            ("schema/1-revert.sql", back("", "")),
            ("schema/undo.sql", back("", "")),
            ("schema/U2__users.sql", back("", "")),
            ("schema/dump.sql", format!("DROP TABLE users;\n{}", "SELECT 1;\n".repeat(60_000))),
        ],
    );
}

#[test]
fn what_scripts_print_and_documents_indent() {
    let weighs = |path: &str, text: String| weighed(&[(path.to_owned(), text)])[0];
    for print in ["echo", "printf", "print"] {
        assert_eq!(
            weighs("ops/a.sh", format!("{print} \"Start over: {DOWN}\"\n")),
            Some(Severity::Medium),
            "{print}"
        );
    }
    assert_eq!(weighs("ops/a.sh", format!("logger \"Start over: {DOWN}\"\n")), None);
    assert_eq!(weighs("ops/a.sh", format!("echo \"{DOWN}\" > b.txt\n")), None);
    assert_eq!(weighs("a.md", format!("Start over:\n\n\t{DOWN}\n")), Some(Severity::Medium));
    assert_eq!(weighs("a.md", format!("Start over:\n\n    {DOWN}\n")), Some(Severity::Medium));
    assert_eq!(
        weighs("a.md", format!("> Start over:\n>\n> ```sh\n> {DOWN}\n> ```\n")),
        Some(Severity::Medium)
    );
}

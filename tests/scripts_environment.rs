//! What the scripts read from a project: credentials and the environment. Names carry the requirement's id.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::process::Command;

use serde_json::{Value, json};
use support::project::{Project, credential};

/// Runs shell text after the library was loaded; gives what it prints.
fn with_library(project: &Project, text: &str) -> String {
    let program = format!(
        "set -euo pipefail; . '{0}/lib/core.sh'; start '{0}'; use_database main; {text}",
        project.root.join("scripts/db").display()
    );
    let output = Command::new("bash")
        .args(["-c", &program])
        .env_clear()
        .envs([("PATH", std::env::var("PATH").unwrap().as_str()), ("SHELL_ONLY", "from the shell")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{text}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn read(project: &Project, place: &str) -> String {
    with_library(
        project,
        &format!(
            "s=0; read_place {place} || s=$?; printf '%s|%s|%s' \"$s\" \"$FOUND_LINE\" \"$FOUND_VALUE\""
        ),
    )
}

#[test]
fn g0_2_dotenv_values_are_read_as_applications_read_them() {
    let project = Project::new("project", &[json!({})]);
    let text = "# c\nA=plain\nexport B = spaced out   # note\nC='single $A #x'\nD=\"double \\\"q\\\" \\$A\\n${A}\"\nE=with=equals==\nF=a#b:c\nG=\n\
                H=${A}-${NONE:-fall back}-${SHELL_ONLY}\nI=first\nI=second\nJ=\"two\nlines\"\nK= # only a note\nL=pa$$word$A\r\nM=\"open\n";
    project.write(".env", text);
    for (key, expected) in [
        ("A", "0|2|plain"),
        ("B", "0|3|spaced out"),
        ("C", "0|4|single $A #x"),
        ("D", "0|5|double \"q\" $A\nplain"),
        ("E", "0|6|with=equals=="),
        ("F", "0|7|a#b:c"),
        ("G", "0|8|"),
        ("H", "0|9|plain-fall back-from the shell"),
        ("I", "0|11|second"),
        ("J", "0|12|two\nlines"),
        ("K", "0|14|"),
        ("L", "0|15|pa$$word$A"),
        ("M", "2||"),
        ("N", "1||"),
        ("lines", "1||"),
    ] {
        assert_eq!(read(&project, &format!("dotenv .env {key} ''")), expected, "{key}");
    }
    assert_eq!(read(&project, "dotenv missing.env A ''"), "2||");
}

#[test]
fn g0_2_compose_environments_are_read_or_said_to_be_unknown() {
    let project = Project::new("project", &[json!({})]);
    project.write(".env", "PW=from dotenv\n");
    let text = "\
x-common: &common
  SHARED: 1
services:
  web:
    environment:
      KEY: of web
  db:
    image: postgres:15
    environment:
      PLAIN: a b # note
      SINGLE: 'it''s # $${x}'
      \"DOUBLE\": \"say \\\"hi\\\"\"
      BLOCK: |-
        one
        two
      INTERPOLATED: ${PW}/${NOPE:-${ALSO:-deep}}/$PW
      DOLLARS: a$$b
      REQUIRED: ${NOPE:?must be set}
      ALIAS: *anchor
      FLOW: {a: b}
      NUMBER: 0123
      NULL_VALUE:
      MULTI: first
        second
    volumes: [data:/x]
  listed:
    environment:
    - KEY=with=equals
    - \"QUOTED=q u\"
    - PASSED
  merged:
    environment:
      <<: *common
      OWN: 1
volumes:
  db:
    environment:
      KEY: not a service
";
    project.write("docker-compose.yml", text);
    for (service, key, expected) in [
        ("db", "PLAIN", "0|a b"),
        ("db", "SINGLE", "0|it's # ${x}"),
        ("db", "DOUBLE", "0|say \"hi\""),
        ("db", "BLOCK", "0|one\ntwo"),
        ("db", "INTERPOLATED", "0|from dotenv/deep/from dotenv"),
        ("db", "DOLLARS", "0|a$b"),
        ("db", "REQUIRED", "2|"),
        ("db", "ALIAS", "2|"),
        ("db", "FLOW", "2|"),
        ("db", "NUMBER", "0|0123"),
        ("db", "NULL_VALUE", "0|"),
        ("db", "MULTI", "2|"),
        ("db", "KEY", "1|"),
        ("web", "KEY", "0|of web"),
        ("listed", "KEY", "0|with=equals"),
        ("listed", "QUOTED", "0|q u"),
        ("merged", "OWN", "0|1"),
        ("merged", "SHARED", "2|"),
        ("nobody", "KEY", "1|"),
    ] {
        let found = read(&project, &format!("compose docker-compose.yml {key} {service}"));
        let parts: Vec<&str> = found.splitn(3, '|').collect();
        assert_eq!(format!("{}|{}", parts[0], parts[2]), expected, "{service}.{key}");
    }
    assert_eq!(read(&project, "compose docker-compose.yml KEY listed").split('|').nth(1), Some("28"));
}

#[test]
fn g0_2_urls_are_taken_apart() {
    let project = Project::new("project", &[json!({})]);
    for (url, expected) in [
        ("postgres://u:p@h:5433/d", "u,p,h,5433,d,"),
        (
            "postgresql+asyncpg://us%40er:p%3Aw%2F%25@[::1]:5432/my%20db?sslmode=require",
            "us@er,p:w/%,::1,5432,my db,",
        ),
        ("postgres://u:p@w#d@h/d", "u,p@w#d,h,,d,"),
        ("postgres://u:p?d/x@h/d", "u,p?d/x,h,,d,"),
        ("postgres://h/d", ",,h,,d,"),
        ("postgres:///d?host=/run/pg&user=x", "x,,/run/pg,,d,"),
        ("postgres://u:a+b%zz@h/d", "u,a+b%zz,h,,d,"),
        ("sqlite:///data/app.db", ",,,,,data/app.db"),
        ("sqlite:////var/app.db", ",,,,,/var/app.db"),
        ("file:./dev.db?mode=rw", ",,,,,./dev.db"),
    ] {
        let parts = "printf '%s,%s,%s,%s,%s,%s' \"$URL_USER\" \"$URL_PASSWORD\" \"$URL_HOST\" \"$URL_PORT\" \"$URL_DATABASE\" \"$URL_PATH\"";
        assert_eq!(with_library(&project, &format!("parse_url '{url}'; {parts}")), expected, "{url}");
    }
}

fn places(credentials: &[Value]) -> Project {
    Project::new("project", &[json!({ "database": "shop", "host": "localhost", "credentials": credentials })])
}

#[test]
fn g0_2_places_that_agree_differ_or_cannot_be_read() {
    let project = places(&[
        credential("password", "compose", "docker-compose.yml", "POSTGRES_PASSWORD", "db"),
        credential("password", "dotenv", "env/backend.env", "DB_PASSWORD", ""),
        credential("url", "dotenv", ".env", "DATABASE_URL", ""),
        credential("password", "variable", "", "PGPASSWORD", ""),
    ]);
    let secret = "x:y=z#1=";
    project.write(
        "docker-compose.yml",
        &format!("services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: '{secret}'\n"),
    );
    project.write("env/backend.env", &format!("# a\nDB_PASSWORD={secret}\n"));
    project.write(".env", "DATABASE_URL=postgres://app:x%3Ay%3Dz%231%3D@db/shop\n");
    let shown = project.run("validate-env.sh", &[], "").expect(0);
    for part in [
        "docker-compose.yml:4 db.POSTGRES_PASSWORD",
        "env/backend.env:2 DB_PASSWORD",
        ".env:1 DATABASE_URL",
        "equal in 3 places",
    ] {
        assert!(shown.stdout.contains(part), "{part}: {}", shown.text());
    }
    assert!(!shown.text().contains("x:y"));
    project.write("env/backend.env", "# a\nDB_PASSWORD=x:y=z#1\n");
    let shown = project.run("validate-env.sh", &["--json"], "").expect(1);
    assert!(!shown.text().contains("x:y"));
    let answer: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(answer["exit"], 1);
    assert_eq!(
        answer["places"].as_array().unwrap().iter().filter(|place| place["what"] == "password").count(),
        3
    );
    std::fs::remove_file(project.root.join("env/backend.env")).unwrap();
    let shown = project.run("validate-env.sh", &[], "").expect(3);
    assert!(shown.stdout.contains("unknown: 1 of 3"), "{}", shown.text());
}

#[test]
fn g2_1_environments_by_whole_words() {
    let project = Project::new("project", &[json!({})]);
    for (host, database, expected) in [
        ("localhost", "shop", "development"),
        ("::1", "shop", "development"),
        ("127.0.0.5", "delivery", "development"),
        ("10.0.0.7", "product_dev", "development"),
        ("10.0.0.7", "delivery", "unknown"),
        ("db.example.com", "shop", "unknown"),
        ("localhost", "shop_prod", "production"),
        ("prod-eu.example.com", "shop_test", "production"),
        ("prod1.example.com", "shop", "production"),
        ("x.cluster-abc.rds.amazonaws.com", "shop", "production"),
        ("10.0.0.7", "shop_test", "test"),
        ("10.0.0.7", "shop-staging", "staging"),
        ("localhost", "reproduction", "development"),
        ("localhost", "olive", "development"),
    ] {
        let text = format!(
            "DB_HOST={host}; DB_DATABASE={database}; classify_environment; printf %s \"$ENVIRONMENT\""
        );
        assert_eq!(with_library(&project, &text), expected, "{host} {database}");
    }
    let run = |text: &str| with_library(&project, text);
    let tail = "DB_HOST=localhost DB_DATABASE=shop; classify_environment; printf %s \"$ENVIRONMENT\"";
    assert_eq!(run(&format!("export RAILS_ENV=production; {tail}")), "production");
    assert_eq!(run(&format!("export PGSSLCERT=/x; {tail}")), "production");
    assert_eq!(run(&format!("DB_ENVIRONMENT=test; export APP_ENV=production; {tail}")), "test");
    project.write(".env", "NODE_ENV=production\n");
    assert_eq!(run(tail), "production");
}

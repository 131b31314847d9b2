//! No value of a credential leaves the place where the user keeps it; its place is recorded.

use crate::support::{COMPOSE, Ran, Sandbox};

const PLANTED: [&str; 5] = ["plantedA1", "plantedB2", "plantedC3", "plantedD4", "plantedE5"];

fn planted() -> Sandbox {
    let compose = COMPOSE
        .replace("planted-compose-secret", "plantedA1")
        .replace("  web:\n    build: .\n", "  web:\n    build: .\n    environment:\n      DATABASE_URL: postgres://shop:plantedA1@db:5432/shop\n");
    Sandbox::committed(&[
        ("docker-compose.yml", &compose),
        (".gitignore", ".env\n"),
        (
            ".env",
            "DATABASE_URL='postgres://shop:plantedB2@localhost:5432/shop'\nREDIS_URL=redis://:plantedC3@localhost:6379/0\nPOSTGRES_PASSWORD=plantedA1\n",
        ),
        (
            "config/database.yml",
            "production:\n  adapter: mysql2\n  host: db.example.org\n  database: legacy\n  username: root\n  password: plantedD4\n",
        ),
        ("alembic.ini", "[alembic]\nsqlalchemy.url = postgresql://u:plantedE5@db.example.org/reports\n"),
    ])
}

#[track_caller]
fn clean(what: &str, bytes: &[u8]) {
    for secret in PLANTED {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{what} holds {secret}:\n{}", String::from_utf8_lossy(bytes));
    }
}

fn said(what: &str, ran: &Ran) {
    clean(what, ran.out.as_bytes());
    clean(what, ran.err.as_bytes());
}

#[test]
fn g0_2_no_value_of_a_secret_is_printed_or_written() {
    let sandbox = planted();
    let before = sandbox.files();
    for words in [
        &["detect"][..],
        &["detect", "--format", "json"],
        &["init", "--dry-run"],
        &["-v", "init", "--yes"],
        &["init", "--yes"],
        &["undo"],
    ] {
        said(&words.join(" "), &sandbox.run(words).expect(0));
    }
    sandbox.init();
    for (path, bytes) in sandbox.files() {
        if !before.contains_key(&path) {
            clean(&path, &bytes);
        }
    }
}

#[test]
fn g0_2_the_places_of_credentials_are_recorded() {
    let sandbox = planted();
    sandbox.init();
    let policy = sandbox.read("dbguard.toml");
    for place in [
        r#"{ what = "password", kind = "compose", path = "docker-compose.yml", key = "POSTGRES_PASSWORD", service = "db" }"#,
        r#"{ what = "user", kind = "compose", path = "docker-compose.yml", key = "POSTGRES_USER", service = "db" }"#,
    ] {
        assert!(policy.contains(place), "{policy}");
    }
    assert!(sandbox.read("scripts/db/lib/config.sh").contains("POSTGRES_PASSWORD"));
    let json: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["detect", "--format", "json"]).expect(0).out).unwrap();
    let sources: Vec<_> = json["databases"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|database| database["password_source"].as_str().map(str::to_owned))
        .collect();
    assert!(sources.iter().any(|source| source == "docker-compose.yml:6 POSTGRES_PASSWORD"), "{sources:?}");
}

#[test]
fn g0_2_a_secret_that_a_person_wrote_near_an_edit_is_masked_in_the_diff() {
    let sandbox = planted();
    let ran = sandbox.run(&["init", "--dry-run"]).expect(0);
    said("the diff", &ran);
    assert!(ran.out.contains("./backups:/backups"), "{}", ran.out);
}

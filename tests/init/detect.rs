//! `dbguard detect` on orderly and on hostile repositories.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use serde_json::Value;

use crate::support::{COMPOSE, FLASK, Sandbox, shop};

fn json(sandbox: &Sandbox) -> Value {
    serde_json::from_str(&sandbox.run(&["detect", "--format", "json"]).expect(0).out).unwrap()
}

#[test]
fn c_1_the_json_has_its_schema_and_every_list() {
    let detected = json(&shop());
    assert_eq!(detected["schema"], "dbguard.detect/1");
    for list in [
        "languages",
        "package_managers",
        "frameworks",
        "orms",
        "test_commands",
        "migrate_commands",
        "databases",
        "compose_files",
        "env_files",
        "ci",
        "agent_files",
        "backup_scripts",
        "migrations",
        "evidence",
        "incomplete",
    ] {
        assert!(detected[list].is_array(), "{list}: {detected:#}");
    }
    let database = &detected["databases"][0];
    assert_eq!(database["engine"], "postgres");
    assert_eq!(database["version"], "16");
    assert_eq!(
        (&database["volume"], &database["volume_kind"]),
        (&Value::from("pgdata"), &Value::from("named"))
    );
    assert_eq!(database["data_mount"], "/var/lib/postgresql/data");
    assert_eq!(database["sources"][0], serde_json::json!({"path": "docker-compose.yml", "line": 3}));
    assert_eq!(database["volume_name"], Value::Null);
}

#[test]
fn c_1_the_json_is_the_same_in_every_run_and_whatever_order_files_were_made_in() {
    let files = [
        ("a/docker-compose.yml", COMPOSE),
        ("b/docker-compose.yml", COMPOSE),
        (".env", "DATABASE_URL=postgres://u:p@h/d\n"),
        ("config.py", FLASK),
        ("package.json", "{\"dependencies\": {\"pg\": \"8\", \"prisma\": \"5\"}}\n"),
    ];
    let reversed: Vec<_> = files.iter().rev().copied().collect();
    let (one, other) = (Sandbox::new(&files), Sandbox::new(&reversed));
    let text = |sandbox: &Sandbox| sandbox.run(&["detect", "--format", "json"]).expect(0).out;
    assert_eq!(text(&one), text(&one));
    assert_eq!(text(&one), text(&other));
}

#[test]
fn c_1_links_loops_huge_unreadable_files_and_pipes_are_survived() {
    let sandbox = shop();
    symlink("nowhere", sandbox.path("dangling.yml")).unwrap();
    symlink("loop-b", sandbox.path("loop-a")).unwrap();
    symlink("loop-a", sandbox.path("loop-b")).unwrap();
    symlink(".", sandbox.path("myself")).unwrap();
    symlink("/", sandbox.path("everything")).unwrap();
    sandbox.write("huge.sql", vec![b'x'; 40 << 20]);
    sandbox.write("secret.env", "DATABASE_URL=postgres://u:p@h/d\n");
    fs::set_permissions(sandbox.path("secret.env"), fs::Permissions::from_mode(0o000)).unwrap();
    assert!(Command::new("mkfifo").arg(sandbox.path("config.yml")).status().unwrap().success());
    assert!(Command::new("mkfifo").arg(sandbox.path(".env")).status().unwrap().success());
    let ran = sandbox.run_as_nobody(&["detect"]).expect(0);
    assert!(ran.out.contains("docker-compose.yml:3"), "{}", ran.out);
    assert!(ran.out.contains("secret.env"), "what was not read is named: {}", ran.out);
}

#[test]
fn c_1_a_compose_file_that_cannot_be_read_is_exit_4() {
    let sandbox = shop();
    fs::set_permissions(sandbox.path("docker-compose.yml"), fs::Permissions::from_mode(0o000)).unwrap();
    let ran = sandbox.run_as_nobody(&["detect"]).expect(4);
    assert!(ran.out.contains("docker-compose.yml"), "{}", ran.out);
}

#[test]
fn c_1_odd_names_of_folders_files_services_and_databases_work() {
    let odd = "it's a \"näme\"\nwith\tall";
    let compose = COMPOSE.replace("  db:", "  \"db main\":").replace("[db, cache]", "[\"db main\", cache]");
    let sandbox = Sandbox::named(
        odd,
        &[
            (&format!("{odd}/docker-compose.yml"), &compose),
            ("Ünï cödé/config.py", FLASK),
            ("Ünï cödé/requirements.txt", "flask\nflask-sqlalchemy\n"),
            (".env", "DATABASE_URL=\"postgres://u:p@h/we%20ird'name\"\n"),
        ],
    );
    sandbox.commit();
    let seen = sandbox.run(&["detect"]).expect(0);
    assert!(!seen.out.contains("\"\nwith"), "control characters are made visible: {}", seen.out);
    sandbox.init();
    let first = sandbox.files();
    sandbox.init();
    assert_eq!(sandbox.files(), first);
    let config = sandbox.path("scripts/db/lib/config.sh");
    assert!(Command::new("bash").arg("-n").arg(&config).status().unwrap().success());
    let dotted = sandbox.read("dbguard.toml");
    assert!(dotted.lines().filter(|line| line.starts_with("id = ")).all(|line| {
        line[6..].trim_matches('"').bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    }));
    sandbox.run(&["undo"]).expect(0);
    assert!(!sandbox.path("dbguard.toml").exists());
}

#[test]
fn g2_1_environments_are_told_from_files_and_hosts_by_whole_words() {
    let url = |host: &str| format!("DATABASE_URL=postgres://u:p@{host}/shop\n");
    let cases = [
        (".env.production", url("db.example.org"), "production"),
        (".env.staging", url("db.example.org"), "staging"),
        (".env.test", url("localhost"), "test"),
        (".env", url("[::1]:5432"), "development"),
        (".env", url("10.0.0.5"), "unknown"),
        (".env", url("delivery.internal"), "unknown"),
        (".env", url("prod-db.internal"), "production"),
    ];
    for (path, text, environment) in cases {
        let detected = json(&Sandbox::new(&[(path, &text)]));
        assert_eq!(detected["databases"][0]["environment"], environment, "{path} {text}");
    }
}

//! Repositories and paths that are wrong in some way: what is said, which exit code, and that nothing is written.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::support::{COMPOSE, Sandbox, shop};

#[test]
fn c_1_no_database_is_exit_3_and_says_what_was_looked_for() {
    let sandbox = Sandbox::committed(&[("README.md", "# nothing here\n")]);
    let before = sandbox.files();
    let ran = sandbox.run(&["init", "--yes"]).expect(3);
    assert!(ran.out.contains("Looked for: Compose services"), "{}", ran.out);
    assert!(ran.err.contains("no database to guard"), "{}", ran.err);
    assert_eq!(sandbox.files(), before);
    sandbox.run(&["detect"]).expect(0);
}

#[test]
fn c_1_databases_of_tests_alone_are_named_in_short_lines() {
    let files: Vec<_> = (1..=6).map(|number| format!("tests/a{number}/docker-compose.yml")).collect();
    let files: Vec<_> = files.iter().map(|path| (&**path, COMPOSE)).collect();
    let sandbox = Sandbox::new(&files);
    let ran = sandbox.run(&["init", "--yes"]).expect(3);
    assert!(ran.err.contains("tests/a1/docker-compose.yml:3"), "{}", ran.err);
    assert!(ran.err.contains("and 8 more"), "{}", ran.err);
    assert!(ran.err.lines().all(|line| line.chars().count() <= 90), "{}", ran.err);
}

#[test]
fn c_1_a_policy_without_databases_is_exit_3() {
    let sandbox = Sandbox::new(&[("dbguard.toml", "version = 1\n")]);
    let ran = sandbox.run(&["init", "--yes"]).expect(3);
    assert!(ran.err.contains("dbguard.toml names no database"), "{}", ran.err);
    assert_eq!(sandbox.files().len(), 1);

    let sandbox = shop();
    sandbox.init();
    let policy = sandbox.read("dbguard.toml").replace("[[database]]\n", "[[database]]\nguard = false\n");
    sandbox.write("dbguard.toml", policy);
    let ran = sandbox.run(&["init", "--yes"]).expect(3);
    assert!(ran.err.contains("guard = false"), "{}", ran.err);
}

#[test]
fn c_1_invalid_compose_is_exit_4_with_its_line_and_the_rest_is_still_reported() {
    let broken = "services:\n  db:\n    image: postgres:16\n   volumes: [\n";
    let sandbox = Sandbox::committed(&[("docker-compose.yml", broken), ("api/compose.yml", COMPOSE)]);
    let before = sandbox.files();
    let ran = sandbox.run(&["init", "--yes"]).expect(4);
    assert!(ran.err.contains("docker-compose.yml") && ran.err.contains("nothing was written"), "{}", ran.err);
    assert!(ran.out.contains("docker-compose.yml:4"), "{}", ran.out);
    assert_eq!(sandbox.files(), before);
    let seen = sandbox.run(&["detect"]).expect(4);
    assert!(seen.out.contains("api/compose.yml:3"), "{}", seen.out);
    let json: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["detect", "--format", "json"]).expect(4).out).unwrap();
    assert_eq!(json["incomplete"][0]["path"], "docker-compose.yml");
    assert_eq!(json["databases"].as_array().unwrap().len(), 2);
}

#[test]
fn c_1_an_invalid_policy_is_exit_2_with_line_column_and_the_nearest_word() {
    let sandbox = shop();
    sandbox.write("dbguard.toml", "version = 1\n[backup]\nkeep_lst = 3\n");
    let before = sandbox.files();
    let ran = sandbox.run(&["init", "--yes"]).expect(2);
    assert!(
        ran.err.contains("dbguard.toml:3:1: unknown key `keep_lst`; did you mean `keep_last`?"),
        "{}",
        ran.err
    );
    assert_eq!(sandbox.files(), before);
    let ran = sandbox.run(&["init", "--yes", "--preset", "standart"]).expect(2);
    assert!(ran.err.contains("dbguard"), "{}", ran.err);
}

#[test]
fn c_1_an_unknown_preset_is_exit_2_and_names_the_nearest() {
    let sandbox = shop();
    let ran = sandbox.run(&["init", "--yes", "--preset", "standart"]).expect(2);
    assert!(ran.err.contains("did you mean `standard`?"), "{}", ran.err);
    assert!(!sandbox.path("dbguard.toml").exists());
}

#[test]
fn c_1_a_broken_preset_of_the_user_is_exit_2_with_its_path_and_line() {
    let sandbox = shop();
    sandbox.write(".dbguard/presets/engines/mine.toml", "id = \"mine\"\ntitel = \"Mine\"\n");
    for words in [["init", "--yes"], ["detect", "."]] {
        let ran = sandbox.run(&words).expect(2);
        assert!(ran.err.contains(".dbguard/presets/engines/mine.toml:2"), "{}", ran.err);
    }
    assert!(!sandbox.path("dbguard.toml").exists());
}

#[test]
fn c_1_a_directory_in_the_place_of_a_file_is_refused() {
    let sandbox = shop();
    fs::create_dir_all(sandbox.path("docs/DATABASE_SAFETY.md")).unwrap();
    let before = sandbox.files();
    let ran = sandbox.run(&["init", "--yes"]).expect(1);
    assert!(ran.err.contains("docs/DATABASE_SAFETY.md"), "{}", ran.err);
    assert_eq!(sandbox.files(), before);

    let sandbox = shop();
    fs::create_dir(sandbox.path("dbguard.toml")).unwrap();
    let ran = sandbox.run(&["init", "--yes"]);
    assert!(matches!(ran.code, 1 | 4) && ran.err.contains("dbguard.toml"), "{ran:?}");
    assert!(!sandbox.path("scripts").exists());
}

#[test]
fn c_1_a_link_out_of_the_repository_is_never_followed() {
    let sandbox = shop();
    let outside = sandbox.root().parent().unwrap().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("rules.md"), "theirs\n").unwrap();
    symlink(outside.join("rules.md"), sandbox.path("AGENTS.md")).unwrap();
    symlink(&outside, sandbox.path("scripts")).unwrap();
    let ran = sandbox.run(&["init", "--yes"]).expect(1);
    assert!(ran.err.contains("AGENTS.md") && ran.err.contains("out of the repository"), "{}", ran.err);
    assert_eq!(fs::read_to_string(outside.join("rules.md")).unwrap(), "theirs\n");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
    assert!(!sandbox.path("dbguard.toml").exists());
}

#[test]
fn c_1_a_policy_that_is_a_link_out_of_the_repository_is_not_read() {
    let sandbox = shop();
    let outside = sandbox.root().parent().unwrap().join("theirs.toml");
    fs::write(&outside, "version = 1\nplanted-secret-of-another-file\n").unwrap();
    symlink(&outside, sandbox.path("dbguard.toml")).unwrap();
    let ran = sandbox.run(&["init", "--yes"]);
    assert_ne!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("dbguard.toml"), "{}", ran.err);
    assert!(!ran.text().contains("planted-secret"), "{ran:?}");
    assert!(!sandbox.path("scripts").exists());
}

#[test]
fn c_1_a_directory_that_cannot_be_written_is_refused_before_anything_is_written() {
    let sandbox = shop();
    for path in [".", ".git"] {
        fs::set_permissions(sandbox.path(path), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let before = sandbox.files();
    let ran = sandbox.run_as_nobody(&["init", "--yes"]).expect(1);
    assert!(!ran.err.is_empty(), "{ran:?}");
    assert_eq!(sandbox.files(), before);

    fs::create_dir_all(sandbox.path("scripts/db")).unwrap();
    fs::set_permissions(sandbox.path("scripts/db"), fs::Permissions::from_mode(0o555)).unwrap();
    let ran = sandbox.run(&["init", "--yes"]).expect(1);
    assert!(ran.err.contains("scripts/db"), "{}", ran.err);
    assert_eq!(sandbox.files(), before);
}

#[test]
fn c_1_malformed_markers_are_exit_2_with_their_lines() {
    let sandbox = shop();
    sandbox.init();
    let text = sandbox.read("AGENTS.md");
    let half: Vec<_> = text.lines().filter(|line| !line.contains("<<<")).collect();
    sandbox.write("AGENTS.md", half.join("\n") + "\n");
    sandbox.commit();
    let before = sandbox.files();
    let ran = sandbox.run(&["init", "--yes"]).expect(2);
    assert!(ran.err.contains("AGENTS.md") && ran.err.contains("line 1"), "{}", ran.err);
    assert_eq!(sandbox.files(), before);
}

#[test]
fn c_1_a_path_that_is_no_directory_is_exit_2() {
    let sandbox = shop();
    for words in
        [["init", "nowhere"], ["detect", "nowhere"], ["init", "docker-compose.yml"], ["undo", "nowhere"]]
    {
        let ran = sandbox.run(&words).expect(2);
        assert!(ran.err.contains(words[1]), "{}", ran.err);
    }
}

#[test]
fn c_1_carriage_returns_stay() {
    let compose = COMPOSE.replace('\n', "\r\n");
    let sandbox = Sandbox::committed(&[
        ("docker-compose.yml", &compose),
        (".gitignore", ".env\r\n"),
        ("AGENTS.md", "# A\r\n"),
    ]);
    sandbox.init();
    for path in ["docker-compose.yml", ".gitignore", "AGENTS.md"] {
        let text = sandbox.read(path);
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{path}: {text:?}");
    }
    let first = sandbox.files();
    sandbox.init();
    assert_eq!(sandbox.files(), first);
    sandbox.run(&["undo"]).expect(0);
    assert_eq!(sandbox.read("docker-compose.yml"), compose);
}

//! What is written, when nothing is, and how all of it is taken back.

use crate::support::{COMPOSE, FLASK, Sandbox, shop};

#[test]
fn c_1_a_second_run_changes_no_byte() {
    for sandbox in [shop(), Sandbox::new(&[("config.py", FLASK), ("requirements.txt", "flask\n")])] {
        sandbox.init();
        let first = sandbox.files();
        let second = sandbox.init();
        assert!(second.out.contains("nothing to write"), "{}", second.out);
        assert_eq!(sandbox.files(), first);
        if sandbox.path(".git").exists() {
            sandbox.commit();
            sandbox.init();
            assert_eq!(sandbox.files(), first);
        }
    }
}

#[test]
fn c_1_undo_gives_every_byte_back_and_then_has_nothing_to_undo() {
    let sandbox = shop();
    let before = sandbox.files();
    sandbox.init();
    assert_ne!(sandbox.files(), before);
    sandbox.run(&["undo"]).expect(0);
    assert_eq!(sandbox.files(), before);
    let again = sandbox.run(&["undo"]).expect(0);
    assert!(again.out.contains("nothing to undo"), "{}", again.out);
    assert_eq!(sandbox.files(), before);
}

#[test]
fn c_1_without_a_terminal_and_without_yes_nothing_is_written() {
    let sandbox = shop();
    let before = sandbox.files();
    let ran = sandbox.run(&["init"]).expect(1);
    assert!(ran.err.contains("--yes"), "{}", ran.err);
    assert!(ran.out.contains("docker-compose.yml:3"), "the evidence is shown: {}", ran.out);
    assert!(ran.out.contains("+      - ./backups:/backups"), "the diff is shown: {}", ran.out);
    assert_eq!(sandbox.files(), before);
    assert!(!sandbox.path(".dbguard").exists());
}

#[test]
fn c_1_a_dry_run_shows_everything_and_writes_nothing() {
    let sandbox = shop();
    let before = sandbox.files();
    let ran = sandbox.run(&["init", "--dry-run", "--yes"]).expect(0);
    assert!(ran.out.contains("+++ b/scripts/db/backup.sh"), "{}", ran.out);
    assert_eq!(sandbox.files(), before);
    assert!(!sandbox.path(".dbguard").exists());
}

#[test]
fn c_1_only_writes_one_kind_and_a_later_run_adds_the_others() {
    let sandbox = shop();
    sandbox.run(&["init", "--yes", "--only", "agents"]).expect(0);
    assert!(sandbox.path("AGENTS.md").exists() && sandbox.path("dbguard.toml").exists());
    assert!(!sandbox.path("scripts").exists() && !sandbox.path("docs").exists());
    assert_eq!(sandbox.read("docker-compose.yml"), COMPOSE);
    sandbox.init();
    assert!(sandbox.path("scripts/db/backup.sh").exists());
    let wrong = sandbox.run(&["init", "--only", "scipts"]).expect(2);
    assert!(wrong.err.contains("scripts"), "{}", wrong.err);
}

#[test]
fn c_1_the_next_commands_name_only_what_was_written() {
    let sandbox = shop();
    let agents = sandbox.run(&["init", "--yes", "--only", "agents"]).expect(0);
    assert!(!agents.out.contains("backup.sh"), "{}", agents.out);
    let all = sandbox.init();
    assert!(all.out.contains("scripts/db/backup.sh  "), "{}", all.out);
}

#[test]
fn c_1_it_works_outside_of_git() {
    let sandbox = Sandbox::new(&[("docker-compose.yml", COMPOSE)]);
    sandbox.init();
    sandbox.run(&["undo"]).expect(0);
    assert_eq!(sandbox.read("docker-compose.yml"), COMPOSE);
    assert!(!sandbox.path("dbguard.toml").exists() && !sandbox.path("scripts").exists());
}

#[test]
fn c_1_dirty_files_are_left_alone_and_refused_only_where_they_would_be_edited() {
    let sandbox = shop();
    sandbox.write("notes.txt", "mine\n");
    sandbox.init();
    assert_eq!(sandbox.read("notes.txt"), "mine\n");

    let sandbox = shop();
    sandbox.replace("docker-compose.yml", "postgres:16", "postgres:16.4");
    let before = sandbox.files();
    let refused = sandbox.run(&["init", "--yes"]).expect(1);
    assert!(refused.err.contains("docker-compose.yml") && refused.err.contains("--force"), "{}", refused.err);
    assert_eq!(sandbox.files(), before);
    sandbox.run(&["init", "--yes", "--force"]).expect(0);
    assert!(sandbox.read("docker-compose.yml").contains("postgres:16.4"));
}

#[test]
fn c_7_no_network_and_no_other_program_is_needed() {
    let sandbox = shop();
    sandbox.init();
    let bin = sandbox.root().parent().unwrap().join("bin");
    assert_eq!(std::fs::read_dir(bin).unwrap().count(), 0, "PATH held no program at all");
}

#[test]
fn c_1_scripts_are_executable_and_the_modes_of_edited_files_are_kept() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = shop();
    let mode = |path: &str| std::fs::metadata(sandbox.path(path)).unwrap().permissions().mode() & 0o777;
    std::fs::set_permissions(sandbox.path(".gitignore"), std::fs::Permissions::from_mode(0o640)).unwrap();
    sandbox.init();
    assert_eq!(mode(".gitignore"), 0o640);
    assert_eq!(mode("scripts/db/backup.sh") & 0o111, 0o111);
    assert_eq!(mode("scripts/db/lib/config.sh") & 0o111, 0);
}

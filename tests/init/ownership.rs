//! What a person wrote or changed stays theirs.

use crate::support::{COMPOSE, Sandbox, shop};

#[test]
fn c_1_an_edited_script_is_kept_and_a_changed_policy_never_overwrites_it() {
    let sandbox = shop();
    sandbox.init();
    sandbox.commit();
    let mine = sandbox.read("scripts/db/backup.sh") + "\n# my own line\n";
    sandbox.write("scripts/db/backup.sh", &mine);
    let config = sandbox.read("scripts/db/lib/config.sh").replace("KEEP_LAST=10", "KEEP_LAST=11");
    sandbox.write("scripts/db/lib/config.sh", &config);
    let ran = sandbox.init();
    assert!(ran.out.contains("edited by you, kept as it is"), "{}", ran.out);
    assert_eq!(sandbox.read("scripts/db/backup.sh"), mine);
    assert_eq!(sandbox.read("scripts/db/lib/config.sh"), config);
    sandbox.commit();

    sandbox.replace("dbguard.toml", "# keep_last = 10 ", "keep_last = 25 ");
    sandbox.commit();
    let before = sandbox.files();
    let conflict = sandbox.run(&["init", "--yes"]).expect(1);
    assert!(conflict.err.contains("scripts/db/lib/config.sh"), "{}", conflict.err);
    assert_eq!(sandbox.files(), before);
}

#[test]
fn c_1_an_edit_elsewhere_in_a_file_is_merged_with_a_changed_policy() {
    let sandbox = shop();
    sandbox.init();
    let config = sandbox.read("scripts/db/lib/config.sh") + "\n# my own line\n";
    sandbox.write("scripts/db/lib/config.sh", config);
    sandbox.replace("dbguard.toml", "# keep_last = 10 ", "keep_last = 25 ");
    sandbox.commit();
    sandbox.init();
    let merged = sandbox.read("scripts/db/lib/config.sh");
    assert!(merged.contains("KEEP_LAST=25") && merged.ends_with("# my own line\n"), "{merged}");
}

#[test]
fn c_1_a_file_of_the_user_in_the_place_of_a_generated_one_is_refused() {
    let sandbox = Sandbox::committed(&[
        ("docker-compose.yml", COMPOSE),
        ("scripts/db/backup.sh", "#!/bin/sh\npg_dump\n"),
    ]);
    let before = sandbox.files();
    let ran = sandbox.run(&["init", "--yes"]).expect(1);
    assert!(ran.err.contains("scripts/db/backup.sh"), "{}", ran.err);
    assert_eq!(sandbox.files(), before);
}

#[test]
fn c_1_text_around_a_managed_block_is_kept() {
    let sandbox = Sandbox::committed(&[
        ("docker-compose.yml", COMPOSE),
        ("AGENTS.md", "# Our rules\n\nBe kind.\n"),
        (".gitignore", "target"),
    ]);
    sandbox.init();
    let agents = sandbox.read("AGENTS.md");
    assert!(agents.starts_with("# Our rules\n\nBe kind.\n"), "{agents}");
    assert!(sandbox.read(".gitignore").starts_with("target\n"));
    sandbox.write("AGENTS.md", agents + "\nAnd brave.\n");
    sandbox.commit();
    let before = sandbox.files();
    sandbox.init();
    assert_eq!(sandbox.files(), before);
}

#[test]
fn c_1_undo_leaves_a_file_that_changed_since() {
    let sandbox = shop();
    sandbox.init();
    sandbox.write("docs/DATABASE_SAFETY.md", "mine now\n");
    let ran = sandbox.run(&["undo"]).expect(1);
    assert!(ran.err.contains("docs/DATABASE_SAFETY.md"), "{}", ran.err);
    assert_eq!(sandbox.read("docs/DATABASE_SAFETY.md"), "mine now\n");
    assert!(sandbox.read("docker-compose.yml").contains("./backups:/backups"), "nothing was taken back");
}

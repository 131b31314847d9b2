//! `dbguard.toml`: what a run adds to it, and what it never changes.

use crate::support::{COMPOSE, FLASK, Sandbox, shop};

const MINE: &str = "\
# our policy, see the wiki
version = 1
preset = 'solo'   # we are two

[[database]]
engine = \"postgres\"   # engine first, as we like it
id = \"main\"
run = \"compose\"
compose_files = [ \"docker-compose.yml\" ]
service = \"db\"
volume = \"pgdata\"
";

#[test]
fn c_1_a_new_database_is_appended_and_everything_else_stays() {
    let sandbox = shop();
    sandbox.write("dbguard.toml", MINE);
    sandbox.commit();
    sandbox.init();
    let text = sandbox.read("dbguard.toml");
    let added = text.strip_prefix(MINE).unwrap_or_else(|| panic!("{text}"));
    assert_eq!(added.matches("[[database]]").count(), 1, "{added}");
    assert!(added.contains("id = \"redis\""), "{added}");
    assert!(sandbox.read("scripts/db/lib/config.sh").contains("DB_IDS='main\nredis'\n"));
}

#[test]
fn c_1_a_new_database_never_takes_an_id_that_is_in_use() {
    let sandbox = shop();
    sandbox.write("dbguard.toml", MINE.replace("\"main\"", "\"Redis\""));
    sandbox.commit();
    sandbox.init();
    assert!(sandbox.read("dbguard.toml").contains("id = \"redis-2\""), "{}", sandbox.read("dbguard.toml"));
}

#[test]
fn c_1_preset_changes_that_value_alone() {
    let sandbox = shop();
    sandbox.init();
    sandbox.replace("dbguard.toml", "preset = \"standard\"", "preset   =   'solo'   # small");
    sandbox.commit();
    let before = sandbox.read("dbguard.toml");
    sandbox.run(&["init", "--yes", "--preset", "strict"]).expect(0);
    let after = sandbox.read("dbguard.toml");
    let changed: Vec<_> = before.lines().zip(after.lines()).filter(|(old, new)| old != new).collect();
    assert_eq!(changed, [("preset   =   'solo'   # small", "preset   =   \"strict\"   # small")]);
    assert_eq!(before.lines().count(), after.lines().count());
}

#[test]
fn c_1_the_id_log_is_reserved() {
    let sandbox = shop();
    sandbox.write("dbguard.toml", MINE.replace("\"main\"", "\"log\""));
    let ran = sandbox.run(&["init", "--yes"]).expect(2);
    assert!(ran.err.contains("dbguard.toml:7:6") && ran.err.contains("`log` is reserved"), "{}", ran.err);

    let service = Sandbox::committed(&[("docker-compose.yml", &COMPOSE.replace("  db:", "  log:"))]);
    service.init();
    assert!(service.read("dbguard.toml").contains("id = \"log-db\""), "{}", service.read("dbguard.toml"));
}

#[test]
fn g4_7_a_backup_folder_that_would_hide_sources_is_exit_2_and_names_both() {
    let sandbox = Sandbox::committed(&[
        ("docker-compose.yml", COMPOSE),
        ("db/schema.sql", "CREATE TABLE a (b int);\n"),
        ("dbguard.toml", &format!("{MINE}\n[paths]\nbackups = \"db\"\n")),
    ]);
    let before = sandbox.files();
    let ran = sandbox.run(&["init", "--yes"]).expect(2);
    assert!(ran.err.contains("/db/*") && ran.err.contains("db/schema.sql"), "{}", ran.err);
    assert_eq!(sandbox.files(), before);
}

#[test]
fn c_1_paths_that_leave_the_repository_are_exit_2() {
    for path in ["../outside", "/etc/dbguard", "a/../../b", ".git/hooks"] {
        let sandbox = shop();
        sandbox.write("dbguard.toml", format!("{MINE}\n[paths]\nscripts = \"{path}\"\n"));
        let ran = sandbox.run(&["init", "--yes"]).expect(2);
        assert!(ran.err.contains("dbguard.toml:14:11"), "{path}: {}", ran.err);
    }
}

/// Another checkout of what `sandbox` committed: other folder name, no ignored files.
fn elsewhere(sandbox: &Sandbox) -> Sandbox {
    let other = Sandbox::named("a-clone-elsewhere", &[]);
    git2::Repository::clone(&sandbox.root().display().to_string(), other.root()).unwrap();
    other
}

#[test]
fn c_1_another_checkout_without_the_ignored_env_computes_the_same() {
    let projects: [&[(&str, &str)]; 3] = [
        &[
            ("docker-compose.yml", COMPOSE),
            (".gitignore", ".env\n"),
            (
                ".env",
                "DATABASE_URL=postgres://shop:x1y2z3@localhost:5432/shop\nCOMPOSE_PROJECT_NAME=live\nAPP_ENV=production\n",
            ),
        ],
        &[
            ("config.py", FLASK),
            ("requirements.txt", "flask\nflask-sqlalchemy\n"),
            (".gitignore", ".env\n*.db\n"),
            (".env", "DATABASE_URL=sqlite:///data/real.db\n"),
        ],
        &[
            (
                "compose.yml",
                "services:\n  db:\n    image: postgres:${PG_VERSION:-15}\n    volumes: ['${PG_VOLUME:-pg}:/var/lib/postgresql/data']\nvolumes:\n  pg:\n    name: ${VOLUME_NAME:-fallback}\n",
            ),
            (".gitignore", ".env\n"),
            (".env", "PG_VERSION=17\nVOLUME_NAME=the_real_one\n"),
        ],
    ];
    for files in projects {
        let sandbox = Sandbox::committed(files);
        sandbox.init();
        sandbox.commit();
        let other = elsewhere(&sandbox);
        let before = other.files();
        let ran = other.init();
        assert_eq!(other.files(), before, "{}", ran.out);
        assert!(ran.out.contains("nothing to write"), "{}", ran.out);
    }
}

#[test]
fn c_1_presets_are_listed_and_shown() {
    let sandbox = Sandbox::new(&[]);
    let list = sandbox.run(&["preset", "list"]).expect(0);
    for id in ["solo", "standard", "strict", "regulated"] {
        assert!(list.out.contains(id), "{}", list.out);
        assert!(sandbox.run(&["preset", "show", id]).expect(0).out.contains("monthly"));
    }
    let wrong = sandbox.run(&["preset", "show", "strikt"]).expect(2);
    assert!(wrong.err.contains("strict"), "{}", wrong.err);
}

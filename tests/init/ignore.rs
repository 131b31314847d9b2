//! The ignore block, judged by git itself.

use crate::support::{COMPOSE, FLASK, Sandbox};

#[test]
fn g4_7_backups_are_ignored_and_no_migration_seed_or_schema_is() {
    let precious = [
        "migrations/001_init.sql",
        "supabase/migrations/20240101000000_a.sql",
        "db/seeds.rb",
        "db/structure.sql",
        "prisma/migrations/1_init/migration.sql",
        "backend/backups/schema.sql",
        "sql/seed/dump.sql",
    ];
    let mut files = vec![
        ("docker-compose.yml", COMPOSE),
        ("config.py", FLASK),
        ("requirements.txt", "flask\nflask-sqlalchemy\n"),
    ];
    files.extend(precious.map(|path| (path, "-- sources\n")));
    let sandbox = Sandbox::committed(&files);
    sandbox.init();
    sandbox.write("backups/postgres/20240101T000000Z-manual/database.dump", "rows");
    sandbox.write("data/app.db-wal", "rows");
    sandbox.write(".dbguard/log/a", "x");
    let git = git2::Repository::open(sandbox.root()).unwrap();
    let ignored = |path: &str| git.status_should_ignore(std::path::Path::new(path)).unwrap();
    for path in precious.iter().chain(&["backups/.gitignore", "dbguard.toml", "scripts/db/backup.sh"]) {
        assert!(!ignored(path), "{path} is hidden");
    }
    for path in [
        "backups/postgres/20240101T000000Z-manual/database.dump",
        "backups/log/backup-2024-01.log",
        ".dbguard/log/a",
        ".dbguard/journal/1",
        "data/app.db-wal",
    ] {
        assert!(ignored(path), "{path} could be committed");
    }
    sandbox.commit();
    let index = git2::Repository::open(sandbox.root()).unwrap().index().unwrap();
    assert!(index.get_path(std::path::Path::new("backups/.gitignore"), 0).is_some());
}

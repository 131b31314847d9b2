//! A project's first day: init, backup, accident, restore, with the scripts that init wrote.

use std::process::Command;

use crate::support::{FLASK, Ran, Sandbox, ran};

struct Shop(Sandbox);

impl Shop {
    fn new() -> Self {
        let shop = Self(Sandbox::new(&[
            ("config.py", FLASK),
            ("requirements.txt", "flask\nflask-sqlalchemy\n"),
            (".gitignore", "*.db\n"),
            ("data/keep", ""),
        ]));
        shop.sql("CREATE TABLE orders (id INTEGER); INSERT INTO orders VALUES (1), (2), (3);");
        shop.0.commit();
        shop.0.init();
        shop.0.commit();
        shop
    }

    /// Runs SQL against the database and gives back the number of orders.
    fn sql(&self, text: &str) -> String {
        let script = "import sqlite3, sys\nc = sqlite3.connect('data/app.db')\nc.executescript(sys.argv[1])\n\
                      print(c.execute('SELECT count(*) FROM orders').fetchone()[0])\n";
        let mut python = Command::new("python3");
        ran(python.args(["-c", script, text]).current_dir(self.0.root())).expect(0).out.trim().to_owned()
    }

    fn script(&self, words: &[&str], input: &str) -> Ran {
        let line = format!("printf '%s' \"$0\" | scripts/db/{}", words.join(" "));
        let mut bash = self.0.command(std::path::Path::new("/bin/bash"));
        ran(bash.args(["-c", &line, input]).env("PATH", std::env::var_os("PATH").unwrap()))
    }

    fn backups(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.0.path("backups/sqlite")).unwrap();
        let mut names: Vec<_> =
            names.map(|entry| entry.unwrap()).filter(|entry| entry.file_type().unwrap().is_dir()).collect();
        names.sort_by_key(std::fs::DirEntry::file_name);
        names.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }
}

#[test]
fn g4_3_the_backup_says_what_it_reached_what_it_holds_when_and_what_comes_next() {
    let shop = Shop::new();
    let said = shop.script(&["backup.sh", "--label", "first"], "").expect(0);
    let line =
        |word: &str| said.out.lines().find(|line| line.starts_with(word)).unwrap_or_default().to_owned();
    assert!(line("engine:").contains("sqlite 3"), "the connection was tried: {}", said.out);
    assert!(line("holds:").contains("1 tables, 3 rows"), "{}", said.out);
    assert!(line("next:").contains("verify-backup.sh"), "{}", said.out);
    let [name] = &*shop.backups() else { panic!("{:?}", shop.backups()) };
    assert!(name.ends_with("Z-first") && name.as_bytes()[8] == b'T', "{name}");

    std::fs::rename(shop.0.path("data/app.db"), shop.0.path("data/away.db")).unwrap();
    let failed = shop.script(&["backup.sh"], "").expect(1);
    assert!(failed.err.contains("there is no database file"), "{}", failed.err);
    assert_eq!(shop.backups().len(), 1, "a failed backup leaves the older ones, and none of its own");
}

#[test]
fn c_1_what_init_writes_brings_every_row_back_and_another_init_changes_nothing() {
    let shop = Shop::new();
    shop.script(&["backup.sh"], "").expect(0);
    assert_eq!(shop.sql("DELETE FROM orders;"), "0");
    shop.script(&["restore.sh", "--yes"], "app.db\n").expect(0);
    assert_eq!(shop.sql(""), "3");
    let git = git2::Repository::open(shop.0.root()).unwrap();
    assert_eq!(git.statuses(None).unwrap().iter().filter(|entry| !entry.status().is_ignored()).count(), 0);
    let before = shop.0.files();
    shop.0.init();
    assert_eq!(shop.0.files(), before);
}

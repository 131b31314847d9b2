//! What a fault happens to: a database of one engine with known rows, and a project that guards it.

mod compose;
mod mariadb;
mod postgres;
mod redis;
mod sqlite;

use crate::disks::Disk;
use crate::support::project::{Outcome, Project};

pub(crate) use self::redis::RedisServer;
pub(crate) use compose::Compose;
pub(crate) use mariadb::MariaDb;
pub(crate) use postgres::Postgres;
pub(crate) use sqlite::Sqlite;

/// Rows of the table `items` (keys `item:N` in Redis) that every target starts with.
pub(crate) const ROWS: u32 = 5000;

/// A password that no server has.
pub(crate) const WRONG: &str = "n0t-the-p4ssword";

/// A guarded database. Its database id is `main`.
pub(crate) trait Target: Sized {
    /// A database of that name with a table of `ROWS` rows and an empty one, on a server of the distribution. None where the
    /// lab that it needs is not there.
    fn start(name: &str) -> Option<Self>;

    /// The same on a server of its own, which may be killed.
    fn start_alone(name: &str) -> Option<Self> {
        Self::start(name)
    }

    /// The same in a project of that directory, under a name that is hard to quote, with a table whose name is as well.
    fn start_hostile(directory: &str, name: &str, table: &str) -> Self {
        panic!("{directory}, {name}, {table}: there are no names here");
    }

    /// Drops everything in it.
    fn drop_everything(&self);

    /// Adds what is easily forgotten: views, also invalid ones, triggers, large objects, generated columns.
    fn add_odd_things(&self) {
        panic!("there are no such things here");
    }

    /// Waits until what a killed script had started on the server is over.
    fn settle(&self) {}

    /// The project that guards it.
    fn project(&self) -> &Project;

    /// The project, to change its environment.
    fn project_mut(&mut self) -> &mut Project;

    /// What has to be typed to restore.
    fn typed(&self) -> String;

    /// A digest of everything that the database holds.
    fn contents(&self) -> String;

    /// Loses rows as an accident does; twice is the same as once.
    fn lose_rows(&self);

    /// Adds about this many MiB of data that does not compress.
    fn grow(&self, mebibytes: u32);

    /// Adds a row of 64 MiB.
    fn add_huge_row(&self);

    /// Names of what a restore or rehearsal left on the server or beside the file.
    fn left_overs(&self) -> Vec<String>;

    /// The password, where there is one.
    fn password(&self) -> Option<&str>;

    /// Lets the scripts log in as another user with this password; `None` writes a wrong one into the file.
    fn change_password(&mut self, password: Option<&str>) {
        panic!("{password:?}: there is no password");
    }

    /// Ends the server as a power cut does.
    fn kill_server(&self) {
        panic!("there is no server");
    }

    /// Starts it again.
    fn restart_server(&mut self) {
        panic!("there is no server");
    }

    /// Runs a script and fails unless it ends with `code`; nothing that it says may hold the password.
    fn run(&self, script: &str, arguments: &[&str], input: &str, code: i32) -> Outcome {
        let shown = self.project().run(script, arguments, input).expect(code);
        self.assert_discreet(&shown.text());
        shown
    }

    /// Fails when a text holds the password.
    fn assert_discreet(&self, text: &str) {
        if let Some(password) = self.password() {
            assert!(!text.contains(password), "the password is in: {text}");
        }
    }

    /// Takes a backup and gives its name.
    fn back_up(&self) -> String {
        let before = self.project().backups("main");
        self.run("backup.sh", &[], "", 0);
        // Not simply the last name: one that a restore made in the same second may sort behind it.
        self.project().backups("main").into_iter().find(|name| !before.contains(name)).unwrap()
    }

    /// What must hold after every fault: the contents as expected, the older backups listed and whole, nothing left behind by
    /// the next run, and a next run that works from backup to restore.
    fn assert_well(&self, contents: &str, backups: &[String]) {
        assert_eq!(self.contents(), contents, "the live data");
        self.assert_listed(backups);
        let name = self.back_up();
        self.run("verify-backup.sh", &[&name], "", 0);
        self.run("restore.sh", &[&name], &format!("{}\n", self.typed()), 0);
        assert_eq!(self.contents(), contents, "after the next backup and restore");
        assert_eq!(self.left_overs(), Vec::<String>::new());
        assert_eq!(hidden_files(self.project()), Vec::<String>::new());
    }

    /// These backups are there and whole, and whatever looks like a backup is a whole one.
    fn assert_listed(&self, backups: &[String]) {
        let listed = self.project().listed();
        for one in &listed {
            assert_ne!(one["state"], "damaged", "{one}");
        }
        let mut names: Vec<_> = listed.iter().map(|one| one["backup"].as_str().unwrap().to_owned()).collect();
        names.sort();
        assert_eq!(names, self.project().backups("main"), "half a backup is listed, or a whole one is not");
        for backup in backups {
            assert!(names.contains(backup), "{backup} is gone: {names:?}");
        }
    }
}

/// A target whose data lies on a small disk of its own.
pub(crate) trait OwnDisk: Target {
    /// Such a target with its disk, or None where no disk can be mounted.
    fn start_on_small_disk() -> Option<(Self, Disk)>;

    /// After the disk has room again: starts a server that has given up.
    fn mend(&mut self) {}
}

/// Names beside the backups that only a run in progress may have.
fn hidden_files(project: &Project) -> Vec<String> {
    let entries = std::fs::read_dir(project.root.join("backups/main")).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect()
}

/// A double-quoted dotenv line.
pub(crate) fn dotenv(key: &str, value: &str) -> String {
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    format!("{key}=\"{escaped}\"\n")
}

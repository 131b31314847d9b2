//! An SQLite file.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::{OwnDisk, ROWS, Target};
use crate::disks::Disk;
use crate::support::project::Project;

pub(crate) struct Sqlite {
    pub(crate) project: Project,
    pub(crate) file: PathBuf,
}

impl Sqlite {
    /// A database in `file`, from the root of a project in `directory`.
    pub(crate) fn at(directory: &str, file: &str) -> Self {
        let entry = json!({ "engine": "sqlite", "run": "file", "path": file });
        let project = Project::new(directory, &[entry]);
        let target = Self { file: project.root.join(file), project };
        target.fill();
        target
    }

    fn fill(&self) {
        sql(
            &self.file,
            &format!(
                "CREATE TABLE items (id INTEGER PRIMARY KEY, text TEXT); CREATE TABLE drafts (id);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
             INSERT INTO items SELECT i, hex(i * 7919) FROM n;"
            ),
        );
    }
}

pub(crate) fn sql(file: &Path, sql: &str) -> String {
    // A name that begins with a dash would be an option.
    let output =
        Command::new("sqlite3").args(["-batch", "-init", "/dev/null"]).arg(file).arg(sql).output().unwrap();
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

impl Target for Sqlite {
    fn start(_: &str) -> Option<Self> {
        Some(Self::at("project", "app.db"))
    }

    fn start_hostile(directory: &str, name: &str, table: &str) -> Self {
        let target = Self::at(directory, name);
        let quoted = table.replace('"', "\"\"");
        sql(
            &target.file,
            &format!("CREATE TABLE \"{quoted}\" (i); INSERT INTO \"{quoted}\" VALUES (1), (2);"),
        );
        target
    }

    fn drop_everything(&self) {
        sql(&self.file, "DROP TABLE items; DROP TABLE drafts;");
    }

    fn add_odd_things(&self) {
        sql(
            &self.file,
            "
            CREATE TABLE log (id INTEGER PRIMARY KEY, text TEXT);
            CREATE TRIGGER noted AFTER INSERT ON items BEGIN INSERT INTO log (text) VALUES ('ran'); END;
            INSERT INTO items VALUES (0, 'by hand');
            CREATE VIEW many AS SELECT count(*) FROM items;
            CREATE VIEW invalid AS SELECT * FROM no_such_table;
            CREATE TABLE sums (a, b AS (a + 1)); INSERT INTO sums (a) VALUES (1), (2);
            CREATE VIRTUAL TABLE words USING fts5(text); INSERT INTO words VALUES ('found again');",
        );
    }

    fn project(&self) -> &Project {
        &self.project
    }

    fn project_mut(&mut self) -> &mut Project {
        &mut self.project
    }

    fn typed(&self) -> String {
        self.file.file_name().unwrap().to_str().unwrap().to_owned()
    }

    fn contents(&self) -> String {
        sql(&self.file, ".dump")
    }

    fn lose_rows(&self) {
        sql(&self.file, "DELETE FROM items WHERE id > 3000;");
    }

    fn grow(&self, mebibytes: u32) {
        sql(
            &self.file,
            &format!(
                "CREATE TABLE bulk (id INTEGER PRIMARY KEY, text BLOB);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {mebibytes})
             INSERT INTO bulk SELECT i, randomblob(1048576) FROM n;"
            ),
        );
    }

    fn add_huge_row(&self) {
        sql(&self.file, "INSERT INTO items VALUES (0, hex(zeroblob(33554432)));");
    }

    fn left_overs(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.file.parent().unwrap()).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.contains("dbguard-"))
            .collect()
    }

    fn password(&self) -> Option<&str> {
        None
    }
}

impl OwnDisk for Sqlite {
    fn start_on_small_disk() -> Option<(Self, Disk)> {
        let entry = json!({ "engine": "sqlite", "run": "file", "path": "data/app.db" });
        let project = Project::new("project", &[entry]);
        let disk = Disk::mount(&project.root.join("data"), 64)?;
        let target = Self { file: project.root.join("data/app.db"), project };
        target.fill();
        Some((target, disk))
    }
}

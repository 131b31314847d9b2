//! PostgreSQL in a Compose service, in a real Docker daemon.

use super::Target;
use super::postgres::CONTENTS;
use crate::support::lab::{Lab, PASSWORD};
use crate::support::project::Project;

pub(crate) struct Compose {
    pub(crate) lab: Lab,
}

impl Target for Compose {
    fn start(name: &str) -> Option<Self> {
        Some(Self { lab: Lab::start(name)? })
    }

    fn drop_everything(&self) {
        self.lab.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public;");
    }

    fn project(&self) -> &Project {
        &self.lab.project
    }

    fn project_mut(&mut self) -> &mut Project {
        &mut self.lab.project
    }

    fn typed(&self) -> String {
        "shop".to_owned()
    }

    fn contents(&self) -> String {
        self.lab.sql(CONTENTS)
    }

    fn lose_rows(&self) {
        self.lab.sql("DELETE FROM items WHERE id > 3000;");
    }

    fn grow(&self, mebibytes: u32) {
        self.lab.sql(&super::postgres::bulk(mebibytes));
    }

    fn add_huge_row(&self) {
        self.lab.sql("INSERT INTO items VALUES (0, repeat(md5('x'), 2097152));");
    }

    fn left_overs(&self) -> Vec<String> {
        let names = self.lab.sql("SELECT datname FROM pg_database WHERE datname LIKE 'dbguard%'");
        names.lines().map(str::to_owned).collect()
    }

    fn password(&self) -> Option<&str> {
        Some(PASSWORD)
    }

    fn kill_server(&self) {
        self.lab.compose(&["kill", "db"]);
    }

    fn restart_server(&mut self) {
        self.lab.compose(&["start", "db"]);
        self.lab.await_ready();
    }
}

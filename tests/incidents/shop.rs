//! A shop on a PostgreSQL server of its own: a role for its application, a database with customers, a project with `.env`.

use std::process::Command;

use serde_json::json;

use crate::support::postgres::Server;
use crate::support::project::{Project, credential};

pub(crate) const CUSTOMERS: u32 = 1234;

/// The password that everything agrees on at first.
pub(crate) const FIRST: &str = "f1rst p@ss/word";
/// The one that somebody puts into the files later.
pub(crate) const SECOND: &str = "second:p@ss%word";

pub(crate) struct Shop {
    pub(crate) server: Server,
    pub(crate) project: Project,
    database: String,
}

impl Shop {
    /// A shop on this version, or None where there is no such server.
    pub(crate) fn open(major: u32, database: &str) -> Option<Self> {
        let server = Server::of_major(major)?;
        prepare(&server, database, FIRST);
        server.sql(database, &format!(
            "SET ROLE app; CREATE TABLE customers AS SELECT i AS id, md5(i::text) AS name FROM generate_series(1, {CUSTOMERS}) AS i;"
        ));
        let entry = json!({
            "host": "127.0.0.1", "port": server.port, "database": database, "user": "app",
            "credentials": [
                credential("password", "dotenv", ".env", "DB_PASSWORD", ""),
                credential("url", "dotenv", ".env", "DATABASE_URL", "")
            ]
        });
        let mut project = Project::new("shop", &[entry]);
        project.set("PATH", &server.path());
        let shop = Self { server, project, database: database.to_owned() };
        shop.write_password(FIRST, FIRST);
        Some(shop)
    }

    /// Writes the two places of the password.
    pub(crate) fn write_password(&self, alone: &str, in_url: &str) {
        let encoded = in_url
            .replace('%', "%25")
            .replace(' ', "%20")
            .replace('@', "%40")
            .replace('/', "%2F")
            .replace(':', "%3A");
        let url = format!("postgres://app:{encoded}@127.0.0.1:{}/{}", self.server.port, self.database);
        self.project.write(".env", &format!("DB_PASSWORD='{alone}'\nDATABASE_URL={url}\n"));
    }

    /// What the application sees: it logs in with the password of `.env` and counts its customers.
    pub(crate) fn customers(&self) -> Result<u32, String> {
        let text = std::fs::read_to_string(self.project.root.join(".env")).unwrap();
        let url = text.lines().find_map(|line| line.strip_prefix("DATABASE_URL=")).unwrap();
        let output = Command::new("psql")
            .args(["-XAtwq", "-c", "SELECT count(*) FROM customers", url])
            .env("PATH", self.server.path())
            .output()
            .unwrap();
        if output.status.success() {
            Ok(String::from_utf8(output.stdout).unwrap().trim().parse().unwrap())
        } else {
            Err(String::from_utf8(output.stderr).unwrap())
        }
    }

    /// The volume is deleted, and the server starts anew with the password that it is given now.
    pub(crate) fn lose_volume(&self, password: &str) {
        self.server.lose_volume();
        prepare(&self.server, &self.database, password);
    }

    /// A command that does what test suites and reset commands do to the database that they find.
    pub(crate) fn wiping_command() -> [String; 3] {
        let sql = "DROP TABLE customers; CREATE TABLE customers (id int, name text)";
        [
            "sh".to_owned(),
            "-c".to_owned(),
            format!("psql -Xqw -v ON_ERROR_STOP=1 -c '{sql}' \"$DATABASE_URL\" && exit 7"),
        ]
    }
}

/// What the image does with an empty volume: the role of the application, with this password, and an empty database.
fn prepare(server: &Server, database: &str, password: &str) {
    server.sql("postgres", &format!("CREATE ROLE app LOGIN CREATEDB PASSWORD '{password}';"));
    server.sql("postgres", &format!("CREATE DATABASE \"{database}\" OWNER app;"));
}

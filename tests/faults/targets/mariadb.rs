//! A MariaDB database that is reached directly.

use serde_json::{Value, json};

use super::{OwnDisk, ROWS, Target, WRONG, dotenv};
use crate::disks::Disk;
use crate::support::mariadb::{PASSWORD, Server, USER, quoted, server};
use crate::support::project::{Project, credential};

pub(crate) struct MariaDb {
    pub(crate) server: Which,
    pub(crate) name: String,
    pub(crate) project: Project,
    password: String,
}

/// The server that tests share, or one of the test's own.
pub(crate) enum Which {
    Shared,
    Own(Box<Server>),
}

impl std::ops::Deref for Which {
    type Target = Server;
    fn deref(&self) -> &Server {
        match self {
            Self::Shared => server(),
            Self::Own(server) => server,
        }
    }
}

impl MariaDb {
    pub(crate) fn on(server: Which, name: &str) -> Self {
        Self::within("project", server, name)
    }

    fn within(directory: &str, server: Which, name: &str) -> Self {
        server.create(name);
        server.sql(
            name,
            &format!(
                "CREATE TABLE items (id int PRIMARY KEY, text varchar(40)); CREATE TABLE drafts (id int);
             INSERT INTO items SELECT seq, md5(seq) FROM seq_1_to_{ROWS};"
            ),
        );
        let project = Project::new(directory, &[entry(&server, name, USER)]);
        project.write(".env", &dotenv("PW", PASSWORD));
        Self { server, name: name.to_owned(), project, password: PASSWORD.to_owned() }
    }
}

fn entry(server: &Server, name: &str, user: &str) -> Value {
    json!({
        "engine": "mariadb", "host": "127.0.0.1", "port": server.port, "database": name, "user": user,
        "credentials": [credential("password", "dotenv", ".env", "PW", "")]
    })
}

impl Target for MariaDb {
    fn start(name: &str) -> Option<Self> {
        Some(Self::on(Which::Shared, name))
    }

    fn start_alone(name: &str) -> Option<Self> {
        Some(Self::on(Which::Own(Box::new(Server::start())), name))
    }

    fn start_hostile(directory: &str, name: &str, table: &str) -> Self {
        let target = Self::within(directory, Which::Shared, name);
        target.server.sql(name, &format!("CREATE TABLE {} AS SELECT seq FROM seq_1_to_42;", quoted(table)));
        target
    }

    fn drop_everything(&self) {
        self.server.sql(&self.name, "DROP TABLE items, drafts;");
    }

    fn add_odd_things(&self) {
        self.server.sql(&self.name, "
            CREATE TABLE log (id int AUTO_INCREMENT PRIMARY KEY, text varchar(20));
            CREATE TRIGGER noted AFTER INSERT ON items FOR EACH ROW INSERT INTO log (text) VALUES ('ran');
            INSERT INTO items VALUES (0, 'by hand');
            CREATE VIEW many AS SELECT count(*) FROM items;
            CREATE TABLE soon_gone (id int); CREATE VIEW invalid AS SELECT * FROM soon_gone; DROP TABLE soon_gone;
            CREATE TABLE sums (a int, b int AS (a + 1)); INSERT INTO sums (a) VALUES (1), (2);
            CREATE TABLE parts (id int) PARTITION BY RANGE (id) (PARTITION low VALUES LESS THAN (10)); INSERT INTO parts VALUES (1);");
    }

    fn project(&self) -> &Project {
        &self.project
    }

    fn project_mut(&mut self) -> &mut Project {
        &mut self.project
    }

    fn typed(&self) -> String {
        self.name.clone()
    }

    fn contents(&self) -> String {
        // In hexadecimal digits, since a name may have a line end.
        let tables = self.server.sql("", &format!(
            "SELECT HEX(table_name) FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema = '{}' ORDER BY 1",
            self.name.replace('\'', "''")
        ));
        let digest = |name: &str| {
            let bytes = (0..name.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&name[at..at + 2], 16).unwrap())
                .collect();
            let table = quoted(&String::from_utf8(bytes).unwrap());
            self.server.sql(&self.name, &format!("CHECKSUM TABLE {table}; SELECT COUNT(*) FROM {table}"))
        };
        tables.lines().map(digest).collect::<Vec<_>>().join("\n")
    }

    fn lose_rows(&self) {
        self.server.sql(&self.name, "DELETE FROM items WHERE id > 3000;");
    }

    fn grow(&self, mebibytes: u32) {
        let sql = format!(
            "CREATE TABLE bulk (id int PRIMARY KEY, text longblob);
             INSERT INTO bulk SELECT seq, random_bytes(1024) FROM seq_1_to_{};",
            mebibytes * 1024
        );
        self.server.sql(&self.name, &sql);
    }

    fn add_huge_row(&self) {
        let sql = "CREATE TABLE huge (id int PRIMARY KEY, text longtext); INSERT INTO huge VALUES (1, repeat(md5('x'), 2097152));";
        self.server.sql(&self.name, sql);
    }

    fn left_overs(&self) -> Vec<String> {
        match self.server {
            // Tests beside this one may just be restoring.
            Which::Shared => Vec::new(),
            Which::Own(_) => self.server.databases("dbguard_"),
        }
    }

    fn password(&self) -> Option<&str> {
        Some(&self.password)
    }

    fn change_password(&mut self, password: Option<&str>) {
        if let Some(password) = password {
            let quoted = password.replace('\\', "\\\\").replace('\'', "''");
            let user = format!("{}_user", self.name);
            self.server.sql("", &format!("CREATE USER '{user}'@'%' IDENTIFIED BY '{quoted}'; GRANT ALL ON *.* TO '{user}'@'%' WITH GRANT OPTION;"));
            self.project.configure(&[entry(&self.server, &self.name, &user)], &json!({}));
        }
        password.unwrap_or(WRONG).clone_into(&mut self.password);
        self.project.write(".env", &dotenv("PW", &self.password));
    }

    fn kill_server(&self) {
        self.server.kill();
    }

    fn restart_server(&mut self) {
        self.server.restart();
    }
}

impl OwnDisk for MariaDb {
    fn start_on_small_disk() -> Option<(Self, Disk)> {
        let directory = tempfile::Builder::new().prefix("dbguard-mariadb-").tempdir().unwrap().keep();
        let disk = Disk::mount(&directory, 384)?;
        Some((Self::on(Which::Own(Box::new(Server::start_in(directory))), "small"), disk))
    }

    fn mend(&mut self) {
        if self.server.try_sql("", "SELECT 1").is_err() {
            self.server.restart();
        }
    }
}

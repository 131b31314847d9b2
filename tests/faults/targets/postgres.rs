//! A PostgreSQL database that is reached directly.

use serde_json::{Value, json};

use super::{OwnDisk, ROWS, Target, WRONG, dotenv};
use crate::disks::Disk;
use crate::support::postgres::{BINARIES, PASSWORD, Server, USER, quoted, server};
use crate::support::project::{Project, credential};

pub(crate) struct Postgres {
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

impl Postgres {
    pub(crate) fn on(server: Which, name: &str) -> Self {
        Self::within("project", server, name)
    }

    fn within(directory: &str, server: Which, name: &str) -> Self {
        server.create(name);
        server.sql(
            name,
            &format!(
                "CREATE TABLE items (id int PRIMARY KEY, text text); CREATE TABLE drafts (id int);
             INSERT INTO items SELECT i, md5(i::text) FROM generate_series(1, {ROWS}) AS i;"
            ),
        );
        let project = Project::new(directory, &[entry(&server, name, USER)]);
        project.write(".env", &dotenv("PW", PASSWORD));
        Self { server, name: name.to_owned(), project, password: PASSWORD.to_owned() }
    }
}

fn entry(server: &Server, name: &str, user: &str) -> Value {
    json!({
        "host": "127.0.0.1", "port": server.port, "database": name, "user": user,
        "credentials": [credential("password", "dotenv", ".env", "PW", "")]
    })
}

/// Counts and digests of every table of a database, in its own words.
pub(crate) const CONTENTS: &str = r"
    SELECT format('SELECT %L || count(*) || '' '' || coalesce(md5(string_agg(t::text, '','' ORDER BY t::text)), '''') FROM %I.%I AS t',
        relname || ' ', schemaname, relname) FROM pg_stat_user_tables ORDER BY 1 \gexec
    SELECT 'large objects ' || count(*) FROM pg_largeobject_metadata;";

/// SQL that adds about this many MiB that do not compress.
pub(crate) fn bulk(mebibytes: u32) -> String {
    format!(
        "CREATE TABLE bulk (id int, text bytea); ALTER TABLE bulk ALTER text SET STORAGE EXTERNAL;
         INSERT INTO bulk SELECT i, decode(string_agg(md5(random()::text || j), ''), 'hex')
         FROM generate_series(1, {}) AS i, generate_series(1, 640) AS j GROUP BY i;",
        mebibytes * 100
    )
}

impl Target for Postgres {
    fn start(name: &str) -> Option<Self> {
        Some(Self::on(Which::Shared, name))
    }

    fn start_alone(name: &str) -> Option<Self> {
        Some(Self::on(Which::Own(Box::new(Server::start())), name))
    }

    fn start_hostile(directory: &str, name: &str, table: &str) -> Self {
        let target = Self::within(directory, Which::Shared, name);
        target
            .server
            .sql(name, &format!("CREATE TABLE {} AS SELECT generate_series(1, 42) AS i;", quoted(table)));
        target
    }

    fn drop_everything(&self) {
        self.server.sql(&self.name, "DROP SCHEMA public CASCADE; CREATE SCHEMA public; SELECT lo_unlink(oid) FROM pg_largeobject_metadata;");
    }

    fn add_odd_things(&self) {
        self.server.sql(&self.name, r"
            CREATE TABLE log (id serial, text text);
            CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log (text) VALUES ('ran'); RETURN NEW; END $$;
            CREATE TRIGGER noted AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION note();
            INSERT INTO items VALUES (0, 'by hand');
            CREATE VIEW many AS SELECT count(*) FROM items;
            CREATE FUNCTION gone() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM no_such_table); END $$;
            CREATE VIEW invalid AS SELECT gone();
            CREATE TABLE sums (a int, b int GENERATED ALWAYS AS (a + 1) STORED); INSERT INTO sums VALUES (1), (2);
            CREATE TABLE parts (id int, text text) PARTITION BY RANGE (id);
            CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (10); INSERT INTO parts VALUES (1, 'low');
            SELECT lo_from_bytea(0, 'Þadbeef');");
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
        self.server.sql(&self.name, CONTENTS)
    }

    fn lose_rows(&self) {
        self.server.sql(&self.name, "DELETE FROM items WHERE id > 3000;");
    }

    fn grow(&self, mebibytes: u32) {
        self.server.sql(&self.name, &bulk(mebibytes));
    }

    fn add_huge_row(&self) {
        self.server.sql(&self.name, "INSERT INTO items VALUES (0, repeat(md5('x'), 2097152));");
    }

    fn left_overs(&self) -> Vec<String> {
        // Databases that a restore has replaced are kept on purpose.
        for old in self.server.databases(&format!("{}_old_", self.name)) {
            self.server.sql("postgres", &format!("DROP DATABASE {};", quoted(&old)));
        }
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
            let quoted = password.replace('\'', "''");
            let user = format!("{}_user", self.name);
            self.server.sql("postgres", &format!("CREATE ROLE {user} SUPERUSER LOGIN PASSWORD '{quoted}';"));
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

impl OwnDisk for Postgres {
    fn start_on_small_disk() -> Option<(Self, Disk)> {
        let directory = tempfile::Builder::new().prefix("dbguard-postgres-").tempdir().unwrap().keep();
        let disk = Disk::mount(&directory, 256)?;
        let server = Server::start_in(directory, &BINARIES);
        Some((Self::on(Which::Own(Box::new(server)), "small"), disk))
    }

    fn mend(&mut self) {
        if self.server.try_sql("postgres", "SELECT 1").is_err() {
            self.server.restart();
        }
    }
}

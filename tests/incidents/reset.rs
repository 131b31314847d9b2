//! G3: `supabase db reset` without a backup, on a server that is like the local stack of Supabase. The command is a stand-in that
//! does to the schema what the real one does.

use std::net::TcpListener;
use std::sync::{Mutex, MutexGuard};

use serde_json::json;

use crate::support::postgres::{BINARIES, Server};
use crate::support::project::Project;

/// The port of the local stack can be had once at a time.
static PORT: Mutex<()> = Mutex::new(());

const RESET: &str = "psql -Xqw -v ON_ERROR_STOP=1 -c 'DROP TABLE notes, auth.users' \"postgres://supabase_admin:postgres@127.0.0.1:$PORT/postgres\"";

struct Stack {
    server: Server,
    project: Project,
    _port: MutexGuard<'static, ()>,
}

impl Stack {
    fn start(major: u32) -> Option<Self> {
        let port_of_the_stack = PORT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let binaries = if BINARIES.ends_with(format!("{major}/bin")) {
            BINARIES.clone()
        } else {
            let Some(cache) = std::env::var_os("DBGUARD_POSTGRES") else {
                println!("NOT RUN: needs DBGUARD_POSTGRES, as tests/lab/fetch-postgres.sh prints it");
                return None;
            };
            std::path::PathBuf::from(cache).join(major.to_string()).join("bin")
        };
        // Somebody's own stack may be running there.
        let free = TcpListener::bind("127.0.0.1:54322").or_else(|_| TcpListener::bind("127.0.0.1:0"));
        let port = free.unwrap().local_addr().unwrap().port();
        let directory = tempfile::Builder::new().prefix("dbguard-postgres-").tempdir().unwrap().keep();
        let server = Server::start_at(directory, &binaries, port);
        server.sql("postgres", "
            CREATE ROLE supabase_admin SUPERUSER LOGIN PASSWORD 'postgres'; CREATE ROLE postgres LOGIN CREATEDB PASSWORD 'postgres';
            CREATE SCHEMA auth; CREATE TABLE auth.users AS SELECT i AS id FROM generate_series(1, 500) AS i;
            CREATE TABLE notes AS SELECT i AS id FROM generate_series(1, 300) AS i;");
        let entry =
            json!({ "engine": "supabase", "built_on": "postgres", "host": "127.0.0.1", "port": port });
        let mut project = Project::new("shop", &[entry]);
        project.set("PATH", &server.path());
        project.set("PORT", &port.to_string());
        Some(Self { server, project, _port: port_of_the_stack })
    }

    fn rows(&self) -> Option<String> {
        self.server
            .try_sql(
                "postgres",
                "SELECT (SELECT count(*) FROM auth.users) || ' ' || (SELECT count(*) FROM notes)",
            )
            .ok()
    }
}

pub(crate) fn g3_without_a_reset_of_a_supabase_like_server_loses_everything(major: u32) {
    let Some(stack) = Stack::start(major) else { return };
    assert_eq!(stack.rows().as_deref(), Some("500 300"));
    let port = stack.server.port.to_string();
    let status = std::process::Command::new("sh")
        .args(["-c", RESET])
        .env("PATH", stack.server.path())
        .env("PORT", port)
        .status();
    assert!(status.unwrap().success());
    assert_eq!(stack.rows(), None, "the loss is real");
}

pub(crate) fn g3_with_a_reset_takes_a_backup_first_and_every_row_comes_back(major: u32) {
    let Some(mut stack) = Stack::start(major) else { return };
    stack.project.set("CI", "true");
    let words = ["--reason", "a migration does not apply", "--yes", "--", "sh", "-c", RESET];
    stack.project.run("reset.sh", &words, "postgres\n").expect(3);
    assert_eq!(stack.rows().as_deref(), Some("500 300"), "refused in CI");
    stack.project.unset("CI");
    stack.project.run("reset.sh", &words, "no\n").expect(3);
    assert_eq!(stack.rows().as_deref(), Some("500 300"), "refused without the name");
    stack.project.run("reset.sh", &words, "postgres\n").expect(0);
    assert_eq!(stack.rows(), None);
    let log = std::fs::read_to_string(stack.project.root.join("backups/log/resets.jsonl")).unwrap();
    assert!(log.contains("a migration does not apply"), "{log}");
    stack.project.run("restore.sh", &[], "postgres\n").expect(0);
    assert_eq!(stack.rows().as_deref(), Some("500 300"));
}

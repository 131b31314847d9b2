//! PostgreSQL servers of other major versions than the distribution's, from `tests/lab/fetch-postgres.sh`.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use super::postgres::{PASSWORD, USER};

/// A running server; it ends with this value.
pub struct Other {
    pub port: u16,
    bin: PathBuf,
    _leash: ChildStdin,
}

impl Other {
    /// Starts a server of this major version with further settings, or says that there is none.
    #[allow(
        clippy::print_stdout,
        clippy::zombie_processes,
        reason = "the watcher outlives this process on purpose"
    )]
    pub fn start(major: u32) -> Option<Self> {
        let Some(cache) = std::env::var_os("DBGUARD_POSTGRES") else {
            println!("NOT RUN: needs DBGUARD_POSTGRES, as tests/lab/fetch-postgres.sh prints it");
            return None;
        };
        let bin = PathBuf::from(cache).join(major.to_string()).join("bin");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Some(Self::start_on(bin, port))
    }

    /// Starts a server with these programs on this port.
    #[allow(clippy::zombie_processes, reason = "the watcher outlives this process on purpose")]
    pub fn start_on(bin: PathBuf, port: u16) -> Self {
        let directory = tempfile::Builder::new().prefix("dbguard-other-").tempdir().unwrap().keep();
        std::fs::write(directory.join("secret"), PASSWORD).unwrap();
        let program = "set -e; cd \"$2\"; [ \"$(id -u)\" != 0 ] || { chown -R postgres .; run='setpriv --reuid=postgres --regid=postgres --clear-groups --'; }
            $run \"$1/initdb\" --username \"$4\" --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 --pwfile secret -D data >log 2>&1
            $run \"$1/postgres\" -D data -c fsync=off -c listen_addresses=127.0.0.1 -c unix_socket_directories=\"$2\" -c port=\"$3\" >>log 2>&1 &
            read -r _ || :; kill -INT $!; wait; rm -rf \"$2\"";
        let mut watcher = Command::new("sh")
            .args(["-c", program, "sh"])
            .args([&bin, &directory])
            .args([&port.to_string(), USER])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let other = Self { port, bin, _leash: watcher.stdin.take().unwrap() };
        let deadline = Instant::now() + Duration::from_secs(60);
        while other.try_sql("postgres", "SELECT 1").is_err() {
            assert!(Instant::now() < deadline, "the server in {} did not start", directory.display());
            std::thread::sleep(Duration::from_millis(200));
        }
        other
    }

    /// A search path with this server's own clients first.
    pub fn path(&self) -> String {
        format!("{}:{}", self.bin.display(), std::env::var("PATH").unwrap())
    }

    /// Runs SQL and gives its unaligned output; fails the test on an error.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        self.try_sql(database, sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    fn try_sql(&self, database: &str, sql: &str) -> Result<String, String> {
        let mut child = Command::new(self.bin.join("psql"))
            .args(["-XqAtw", "-v", "ON_ERROR_STOP=1"])
            .env("PGPASSWORD", PASSWORD)
            .envs([("PGHOST", "127.0.0.1"), ("PGUSER", USER), ("PGDATABASE", database)])
            .env("PGPORT", self.port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A client that cannot connect ends without reading.
        let _ = child.stdin.take().unwrap().write_all(sql.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        if output.status.success() {
            Ok(text)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}

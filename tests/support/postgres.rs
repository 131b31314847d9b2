//! Real PostgreSQL servers on free loopback ports: one that all tests of a process share, and others of a test's own. They end
//! with the process.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

/// Where the distribution keeps the newest server that is installed.
pub static BINARIES: LazyLock<PathBuf> = LazyLock::new(|| {
    let majors = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = majors.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).max();
    let newest = newest.expect("a PostgreSQL server is needed: apt-get install postgresql");
    PathBuf::from(format!("/usr/lib/postgresql/{newest}/bin"))
});

/// A program of the server's package.
pub fn binary(name: &str) -> String {
    BINARIES.join(name).display().to_string()
}

/// Holds every character that dotenv files, URLs, password files and shells treat specially.
pub const PASSWORD: &str = r#"p:w=#4 'it"s\ $HOME %41=="#;
pub const USER: &str = "guard";

static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

/// The running server.
pub struct Server {
    pub port: u16,
    directory: PathBuf,
    binaries: PathBuf,
    // The watchers read from them: when this process ends, however it ends, the server is stopped.
    leashes: Mutex<Vec<ChildStdin>>,
}

/// The server that all tests of this process share.
pub fn server() -> &'static Server {
    &SERVER
}

impl Server {
    /// A server of the distribution's newest version.
    pub fn start() -> Self {
        Self::start_in(directory(), &BINARIES)
    }

    /// A server of this major version: the distribution's, or one of `tests/lab/fetch-postgres.sh`. None, and it says so, where
    /// there is no such version.
    pub fn of_major(major: u32) -> Option<Self> {
        if BINARIES.ends_with(format!("{major}/bin")) {
            return Some(Self::start());
        }
        let Some(cache) = std::env::var_os("DBGUARD_POSTGRES") else {
            println!("NOT RUN: needs DBGUARD_POSTGRES, as tests/lab/fetch-postgres.sh prints it");
            return None;
        };
        Some(Self::start_in(directory(), &PathBuf::from(cache).join(major.to_string()).join("bin")))
    }

    /// A server whose files are in `directory`, of the version that has its programs in `binaries`.
    pub fn start_in(directory: PathBuf, binaries: &Path) -> Self {
        Self::start_at(directory, binaries, free_port())
    }

    /// The same at a port.
    pub fn start_at(directory: PathBuf, binaries: &Path, port: u16) -> Self {
        if is_root() {
            run(Command::new("chown").args(["-R", "postgres"]).arg(&directory));
        }
        let server = Self { port, directory, binaries: binaries.to_owned(), leashes: Mutex::default() };
        server.initialise();
        server.launch();
        server
    }

    fn initialise(&self) {
        let secret = self.directory.join("secret");
        fs::write(&secret, PASSWORD).unwrap();
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&secret));
        }
        run(as_postgres(&self.binaries.join("initdb"))
            .args([
                "--username",
                USER,
                "--auth",
                "scram-sha-256",
                "--encoding",
                "UTF8",
                "--locale",
                "C.UTF-8",
            ])
            .arg("--pwfile")
            .arg(&secret)
            .arg("-D")
            .arg(self.directory.join("data")));
        fs::remove_file(&secret).unwrap();
    }

    /// What deleting its volume does to a server: at the same address there is a new one without anything in it.
    pub fn lose_volume(&self) {
        self.kill();
        // Its last processes may still be writing.
        while fs::remove_dir_all(self.directory.join("data")).is_err() || self.directory.join("data").exists()
        {
            std::thread::sleep(Duration::from_millis(100));
        }
        self.initialise();
        self.restart();
    }

    /// A search path with this server's own clients first.
    pub fn path(&self) -> String {
        format!("{}:{}", self.binaries.display(), std::env::var("PATH").unwrap())
    }

    fn launch(&self) {
        self.leashes.lock().unwrap().push(spawn_on_leash(&self.directory, &self.binaries, self.port));
        self.await_ready();
    }

    /// Ends the server as a power cut does.
    pub fn kill(&self) {
        let pid = fs::read_to_string(self.directory.join("data/postmaster.pid")).unwrap();
        run(Command::new("kill").args(["-9", pid.lines().next().unwrap()]));
        while self.try_sql("postgres", "SELECT 1").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Starts a killed server again. It refuses to start while a process of the old one lives, so it may take several tries.
    pub fn restart(&self) {
        // Its watcher has not asked for its end yet, so its number is still taken, and the new one would refuse to start for
        // each of the two files that name it.
        for held in [PathBuf::from("data/postmaster.pid"), format!(".s.PGSQL.{}.lock", self.port).into()] {
            let _ = fs::remove_file(self.directory.join(held));
        }
        std::thread::sleep(Duration::from_secs(1));
        for _ in 0..20 {
            self.leashes.lock().unwrap().push(spawn_on_leash(&self.directory, &self.binaries, self.port));
            let deadline = Instant::now() + Duration::from_secs(5);
            while Instant::now() < deadline {
                if self.try_sql("postgres", "SELECT 1").is_ok() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        panic!(
            "the server did not start again: {}",
            fs::read_to_string(self.directory.join("log")).unwrap_or_default()
        );
    }

    fn await_ready(&self) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.try_sql("postgres", "SELECT 1").is_err() {
            assert!(Instant::now() < deadline, "the server in {} did not start", self.directory.display());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Runs SQL (also psql's own commands) and gives its unaligned output; fails the test on an error.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        self.try_sql(database, sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Like `sql`, with the client's error as `Err`.
    pub fn try_sql(&self, database: &str, sql: &str) -> Result<String, String> {
        use std::io::Write as _;
        let mut child =
            self.client("psql", database).args(["-XqAtw", "-v", "ON_ERROR_STOP=1"]).spawn().unwrap();
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

    /// A client program, connected to `database` through its environment, with piped streams.
    pub fn client(&self, tool: &str, database: &str) -> Command {
        let mut command = Command::new(self.binaries.join(tool));
        command
            .env("PGPASSWORD", PASSWORD)
            .envs([("PGHOST", "127.0.0.1"), ("PGUSER", USER), ("PGDATABASE", database)])
            .env("PGPORT", self.port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Creates a database of exactly this name.
    pub fn create(&self, name: &str) {
        self.sql("postgres", &format!("CREATE DATABASE {};", quoted(name)));
    }

    /// Names of all databases whose name starts with `prefix`.
    pub fn databases(&self, prefix: &str) -> Vec<String> {
        let all = self.sql("postgres", "SELECT datname FROM pg_database ORDER BY 1");
        all.lines().filter(|name| name.starts_with(prefix)).map(str::to_owned).collect()
    }

    /// Fails when a database of this prefix stays. Those of other tests that run just now come and go; a left-over does not.
    pub fn assert_none_stays(&self, prefix: &str) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !self.databases(prefix).is_empty() {
            assert!(Instant::now() < deadline, "left over: {:?}", self.databases(prefix));
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Rows of a table.
    pub fn count(&self, database: &str, table: &str) -> u64 {
        self.sql(database, &format!("SELECT count(*) FROM {table}")).parse().unwrap()
    }
}

fn directory() -> PathBuf {
    tempfile::Builder::new().prefix("dbguard-postgres-").tempdir().unwrap().keep()
}

/// A port of the loopback address that nobody uses.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A name as an SQL identifier.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[allow(clippy::zombie_processes, reason = "the watcher outlives this process on purpose")]
fn spawn_on_leash(directory: &Path, binaries: &Path, port: u16) -> ChildStdin {
    let settings =
        "-c fsync=off -c listen_addresses=127.0.0.1 -c max_connections=60 -c logging_collector=off";
    let watcher = "\"$@\" >\"$LOG\" 2>&1 & server=$!; read -r _; kill -INT \"$server\"; wait \"$server\"; rm -rf \"$DIRECTORY\"";
    let server = as_postgres(&binaries.join("postgres"));
    let mut command = Command::new("sh");
    command.args(["-c", watcher, "sh"]).arg(server.get_program()).args(server.get_args());
    command.arg("-D").arg(directory.join("data")).args(settings.split(' '));
    command.arg("-c").arg(format!("unix_socket_directories={}", directory.display()));
    command.arg("-c").arg(format!("port={port}"));
    command.env("LOG", directory.join("log")).env("DIRECTORY", directory);
    let mut watcher =
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    watcher.stdin.take().unwrap()
}

/// The server refuses to run as root.
fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
    command
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

//! Real MariaDB servers on free loopback ports: one that all tests of a process share, and others of a test's own. They end
//! with the process.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

/// Holds every character that dotenv files, URLs, option files and shells treat specially.
pub const PASSWORD: &str = r#"p:w=#4 'it"s\ $HOME; %41==\n#"#;
pub const USER: &str = "guard";

static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

/// The running server.
pub struct Server {
    pub port: u16,
    directory: PathBuf,
    // The watchers read from them: when this process ends, however it ends, the server is stopped.
    leashes: Mutex<Vec<ChildStdin>>,
}

/// The server that all tests of this process share.
pub fn server() -> &'static Server {
    &SERVER
}

impl Server {
    /// A server of its own.
    pub fn start() -> Self {
        Self::start_in(tempfile::Builder::new().prefix("dbguard-mariadb-").tempdir().unwrap().keep())
    }

    /// A server whose files are in `directory`.
    pub fn start_in(directory: PathBuf) -> Self {
        assert!(
            Path::new("/usr/sbin/mariadbd").exists(),
            "MariaDB is needed: apt-get install mariadb-server"
        );
        let secret = text(PASSWORD);
        let setup = format!(
            "CREATE USER IF NOT EXISTS '{USER}'@'%' IDENTIFIED BY {secret};\nGRANT ALL ON *.* TO '{USER}'@'%' WITH GRANT OPTION;\n"
        );
        fs::write(directory.join("setup.sql"), setup).unwrap();
        if is_root() {
            run(Command::new("chown").args(["-R", "mysql"]).arg(&directory));
        }
        run(as_mysql("mariadb-install-db")
            .args(["--no-defaults", "--skip-test-db", "--skip-name-resolve"])
            .arg(format!("--datadir={}", directory.join("data").display())));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self { port, directory, leashes: Mutex::default() };
        server.launch();
        server
    }

    fn launch(&self) {
        self.leashes.lock().unwrap().push(spawn_on_leash(&self.directory, self.port));
        self.await_ready();
    }

    /// Ends the server as a power cut does.
    pub fn kill(&self) {
        let pid = fs::read_to_string(self.directory.join("pid")).unwrap();
        run(Command::new("kill").args(["-9", pid.trim()]));
        while self.try_sql("", "SELECT 1").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Starts a killed server again. It refuses to start while a process of the old one lives, so it may take several tries.
    pub fn restart(&self) {
        for _ in 0..20 {
            self.leashes.lock().unwrap().push(spawn_on_leash(&self.directory, self.port));
            let deadline = Instant::now() + Duration::from_secs(5);
            while Instant::now() < deadline {
                if self.try_sql("", "SELECT 1").is_ok() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        panic!("the server in {} did not start again", self.directory.display());
    }

    fn await_ready(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.try_sql("", "SELECT 1").is_err() {
            assert!(Instant::now() < deadline, "the server in {} did not start", self.directory.display());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Runs SQL and gives its output, tabs between columns; fails the test on an error.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        self.try_sql(database, sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Like `sql`, with the client's error as `Err`.
    pub fn try_sql(&self, database: &str, sql: &str) -> Result<String, String> {
        use std::io::Write as _;
        let mut child = self.client(database).spawn().unwrap();
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

    /// The client program, connected to `database`, with piped streams; the password is in its environment.
    pub fn client(&self, database: &str) -> Command {
        let mut command = Command::new("mariadb");
        command
            .args(["--no-defaults", "--batch", "--raw", "--skip-column-names", "--protocol=tcp"])
            .args(["--host=127.0.0.1", "--default-character-set=utf8mb4"])
            .arg(format!("--user={USER}"))
            .arg(format!("--port={}", self.port))
            .env("MYSQL_PWD", PASSWORD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if !database.is_empty() {
            command.arg(format!("--database={database}"));
        }
        command
    }

    /// The socket of the server.
    pub fn socket(&self) -> PathBuf {
        self.directory.join("socket")
    }

    /// Creates a database of exactly this name.
    pub fn create(&self, name: &str) {
        self.sql("", &format!("CREATE DATABASE {} CHARACTER SET utf8mb4;", quoted(name)));
    }

    /// Names of all databases that hold `part`.
    pub fn databases(&self, part: &str) -> Vec<String> {
        let all = self.sql("", "SHOW DATABASES");
        all.lines().filter(|name| name.contains(part)).map(str::to_owned).collect()
    }

    /// Rows of a table.
    pub fn count(&self, database: &str, table: &str) -> u64 {
        self.sql(database, &format!("SELECT COUNT(*) FROM {}", quoted(table))).parse().unwrap()
    }
}

/// A name as an SQL identifier.
pub fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn text(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''"))
}

#[allow(clippy::zombie_processes, reason = "the watcher outlives this process on purpose")]
fn spawn_on_leash(directory: &Path, port: u16) -> ChildStdin {
    let watcher = "\"$@\" >\"$LOG\" 2>&1 & server=$!; read -r _; kill -TERM \"$server\"; wait \"$server\"; rm -rf \"$DIRECTORY\"";
    let server = as_mysql("/usr/sbin/mariadbd");
    let mut command = Command::new("sh");
    command.args(["-c", watcher, "sh"]).arg(server.get_program()).args(server.get_args());
    command.args([
        "--no-defaults",
        "--bind-address=127.0.0.1",
        "--skip-log-bin",
        "--innodb-flush-log-at-trx-commit=2",
        "--skip-name-resolve",
        "--event-scheduler=ON",
        "--max-allowed-packet=256M",
    ]);
    for (option, file) in [
        ("datadir", "data"),
        ("tmpdir", "data"),
        ("socket", "socket"),
        ("init-file", "setup.sql"),
        ("pid-file", "pid"),
    ] {
        command.arg(format!("--{option}={}", directory.join(file).display()));
    }
    command.arg(format!("--port={port}"));
    command.env("LOG", directory.join("log")).env("DIRECTORY", directory);
    let mut watcher =
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    watcher.stdin.take().unwrap()
}

/// The server refuses to run as root.
fn as_mysql(program: &str) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=mysql", "--regid=mysql", "--clear-groups", "--", program]);
    command
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

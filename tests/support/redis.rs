//! A real Redis server on a free loopback port, with a directory of its own; it ends with the process that started it.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Holds characters that dotenv files, URLs and shells treat specially.
pub const PASSWORD: &str = r#"p:w=#4 'it"s\ $HOME %41=="#;

/// A double-quoted dotenv line.
pub fn dotenv(key: &str, value: &str) -> String {
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    format!("{key}=\"{escaped}\"\n")
}

/// A running server.
pub struct Redis {
    pub port: u16,
    pub directory: TempDir,
    settings: Vec<String>,
    watcher: Option<(Child, ChildStdin)>,
}

impl Redis {
    /// Starts a server with `settings` (`--appendonly yes`) beside its password.
    pub fn start(settings: &[&str]) -> Self {
        let directory = tempfile::Builder::new().prefix("dbguard-redis-").tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = settings.iter().map(|&setting| setting.to_owned()).collect();
        let mut server = Self { port, directory, settings, watcher: None };
        server.launch();
        server
    }

    /// Ends the server as an operator does, or with `kill -9`, and starts it anew from what is on its disk.
    pub fn restart(&mut self, how: &str) {
        self.signal(how);
        self.watcher.take();
        self.launch();
    }

    /// Starts a server that was killed, from what is on its disk.
    pub fn start_again(&mut self) {
        self.watcher.take();
        self.launch();
    }

    /// Sends a signal to the server.
    pub fn signal(&self, signal: &str) {
        let pid = self.fact("process_id");
        assert!(Command::new("kill").args([signal, "--", &pid]).status().unwrap().success());
        while Command::new("kill").args(["-0", &pid]).stderr(Stdio::null()).status().unwrap().success() {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn launch(&mut self) {
        // The password goes through standard input: other tests look for it in the arguments of all processes.
        let secret = format!("requirepass \"{}\"", PASSWORD.replace('\\', "\\\\").replace('"', "\\\""));
        let leash = "printf '%s\\n' \"$SECRET\" | redis-server - \"$@\" >>log 2>&1 & server=$!; (read -r _; kill -9 \"$server\" 2>/dev/null) <&3 & wait \"$server\"";
        let mut child = Command::new("sh")
            .args(["-c", &format!("exec 3<&0; {leash}"), "sh"])
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string()])
            .args(["--dir", ".", "--enable-debug-command", "yes"])
            .env("SECRET", secret)
            .args(&self.settings)
            .current_dir(self.directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("redis-server is needed: apt-get install redis-server");
        let stdin = child.stdin.take().unwrap();
        self.watcher = Some((child, stdin));
        let deadline = Instant::now() + Duration::from_secs(30);
        while !self.client(&["PING"], b"").contains("PONG") {
            assert!(Instant::now() < deadline, "the server did not start: {}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }

    /// Where the server keeps its files.
    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The output of the client, errors included.
    pub fn client(&self, arguments: &[&str], input: &[u8]) -> String {
        let mut child = Command::new("redis-cli")
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string()])
            .args(arguments)
            .env("REDISCLI_AUTH", PASSWORD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("redis-cli is needed: apt-get install redis-tools");
        let mut stdin = child.stdin.take().unwrap();
        // A client that takes no input closes its end.
        let _ = stdin.write_all(input);
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&text).trim_end().to_owned()
    }

    /// The answer of one command in a database.
    pub fn ask(&self, database: u32, command: &[&str]) -> String {
        let number = database.to_string();
        let arguments: Vec<&str> = ["-n", &number].iter().chain(command).copied().collect();
        self.client(&arguments, b"")
    }

    /// One line of INFO.
    pub fn fact(&self, name: &str) -> String {
        let info = self.client(&["INFO"], b"");
        let line = info.lines().find_map(|line| line.strip_prefix(&format!("{name}:")).map(str::trim));
        line.unwrap_or_default().to_owned()
    }

    /// How many keys a database has.
    pub fn keys(&self, database: u32) -> u64 {
        self.ask(database, &["DBSIZE"]).parse().unwrap()
    }

    /// `count` strings named `item:N`, in one go.
    pub fn fill(&self, database: u32, count: u32) {
        let script = "for i = 1, tonumber(ARGV[1]) do redis.call('SET', 'item:' .. i, 'value ' .. i) end";
        self.ask(database, &["EVAL", script, "0", &count.to_string()]);
    }

    /// A digest of all keys and values of all databases, whatever their order in memory, and how many keys each one has.
    pub fn digest(&self) -> String {
        format!(
            "{} {:?}",
            self.ask(0, &["DEBUG", "DIGEST"]),
            (0..16).map(|number| self.keys(number)).collect::<Vec<_>>()
        )
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if let Some((mut child, stdin)) = self.watcher.take() {
            drop(stdin);
            let _ = child.wait();
        }
    }
}

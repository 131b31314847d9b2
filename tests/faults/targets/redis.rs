//! A Redis server that is reached directly.

use serde_json::{Value, json};

use super::{ROWS, Target, WRONG, dotenv};
use crate::support::project::{Project, credential};
use crate::support::redis::{PASSWORD, Redis};

pub(crate) struct RedisServer {
    pub(crate) server: Redis,
    pub(crate) project: Project,
    password: String,
}

fn entry(server: &Redis, user: &str) -> Value {
    json!({
        "engine": "redis", "host": "127.0.0.1", "port": server.port, "user": user,
        "credentials": [credential("password", "dotenv", ".env", "PW", "")]
    })
}

impl Target for RedisServer {
    fn start(_: &str) -> Option<Self> {
        let server = Redis::start(&["--save", "", "--appendonly", "yes", "--appendfsync", "always"]);
        server.fill(0, ROWS);
        let project = Project::new("project", &[entry(&server, "")]);
        project.write(".env", &dotenv("PW", PASSWORD));
        Some(Self { server, project, password: PASSWORD.to_owned() })
    }

    fn drop_everything(&self) {
        self.server.ask(0, &["FLUSHALL"]);
    }

    fn project(&self) -> &Project {
        &self.project
    }

    fn project_mut(&mut self) -> &mut Project {
        &mut self.project
    }

    fn typed(&self) -> String {
        "all".to_owned()
    }

    fn contents(&self) -> String {
        self.server.digest()
    }

    fn lose_rows(&self) {
        let script = "for i = 3001, 5000 do redis.call('DEL', 'item:' .. i) end";
        self.server.ask(0, &["EVAL", script, "0"]);
    }

    fn grow(&self, mebibytes: u32) {
        let script = "for i = 1, tonumber(ARGV[1]) do
            local t = {} for j = 1, 26214 do t[j] = redis.sha1hex(i .. ':' .. j) end
            redis.call('SET', 'bulk:' .. i, table.concat(t)) end";
        self.server.ask(0, &["EVAL", script, "0", &mebibytes.to_string()]);
    }

    fn add_huge_row(&self) {
        self.server.ask(0, &["EVAL", "redis.call('SET', 'huge', string.rep('0123456789', 5000000))", "0"]);
    }

    fn left_overs(&self) -> Vec<String> {
        let listing = std::process::Command::new("pgrep")
            .args(["-fa", "redis-server.*dbguard-test-"])
            .output()
            .unwrap();
        let home = self.project.root.display().to_string();
        let text = String::from_utf8_lossy(&listing.stdout);
        text.lines().filter(|line| line.contains(&home)).map(str::to_owned).collect()
    }

    fn password(&self) -> Option<&str> {
        Some(&self.password)
    }

    fn change_password(&mut self, password: Option<&str>) {
        if let Some(password) = password {
            let added = format!(">{password}");
            assert_eq!(
                self.server.ask(0, &["ACL", "SETUSER", "another", "on", &added, "~*", "&*", "+@all"]),
                "OK"
            );
            self.project.configure(&[entry(&self.server, "another")], &json!({}));
        }
        password.unwrap_or(WRONG).clone_into(&mut self.password);
        self.project.write(".env", &dotenv("PW", &self.password));
    }

    fn kill_server(&self) {
        self.server.signal("-9");
    }

    fn restart_server(&mut self) {
        self.server.start_again();
    }
}

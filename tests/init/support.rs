//! A temporary repository, and the `dbguard` binary run in it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use git2::{IndexAddOption, Repository, Signature, Time};
use tempfile::TempDir;

/// What a run of dbguard did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Fails with everything that was said unless the exit code is `code`.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    pub(crate) fn text(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

/// A repository in a temporary directory. No Docker can be reached from it unless a test puts a stub there.
pub(crate) struct Sandbox {
    home: TempDir,
    root: PathBuf,
}

/// Every file below a root, links included, by path.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

impl Sandbox {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        Self::named("shop", files)
    }

    /// A repository whose folder is called `name`.
    pub(crate) fn named(name: &str, files: &[(&str, &str)]) -> Self {
        let home = tempfile::Builder::new().prefix("dbguard-init-").tempdir().unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let root = home.path().canonicalize().unwrap().join(name);
        fs::create_dir(&root).unwrap();
        fs::create_dir(home.path().join("bin")).unwrap();
        let sandbox = Self { home, root };
        for (path, text) in files {
            sandbox.write(path, text);
        }
        sandbox
    }

    /// The same, as a git repository with everything committed.
    pub(crate) fn committed(files: &[(&str, &str)]) -> Self {
        let sandbox = Self::new(files);
        sandbox.commit();
        sandbox
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    #[track_caller]
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    #[track_caller]
    pub(crate) fn replace(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert!(text.contains(old), "{path} lacks {old:?}:\n{text}");
        self.write(path, text.replacen(old, new, 1));
    }

    /// Commits everything that git does not ignore.
    pub(crate) fn commit(&self) {
        let repository = Repository::init(&self.root).unwrap();
        let mut index = repository.index().unwrap();
        index.add_all(["*"], IndexAddOption::DEFAULT, None).unwrap();
        index.update_all(["*"], None).unwrap();
        index.write().unwrap();
        let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
        let author = Signature::new("A", "a@example.org", &Time::new(1_700_000_000, 0)).unwrap();
        let parent = repository.head().ok().map(|head| head.peel_to_commit().unwrap());
        let parents: Vec<_> = parent.iter().collect();
        repository.commit(Some("HEAD"), &author, &author, "state", &tree, &parents).unwrap();
    }

    /// Lets a script answer as `docker`.
    pub(crate) fn docker(&self, script: &str) {
        let path = self.home.path().join("bin/docker");
        fs::write(&path, script).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.root)
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", self.home.path().join("bin"))
            .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        ran(self.command(binary()).args(words))
    }

    /// `init --yes`, which must succeed.
    #[track_caller]
    pub(crate) fn init(&self) -> Ran {
        self.run(&["init", "--yes"]).expect(0)
    }

    /// Runs dbguard as a user who owns nothing; permissions hold for that user even where the tests run as root.
    pub(crate) fn run_as_nobody(&self, words: &[&str]) -> Ran {
        let copy = self.home.path().join("bin/dbguard");
        // Not by this process: a test that forks meanwhile would keep the new file open for writing.
        assert!(Command::new("cp").arg(binary()).arg(&copy).status().unwrap().success());
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = self.command(Path::new("/usr/bin/setpriv"));
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(copy).args(words);
        ran(&mut command)
    }

    /// Every file but those of git and of the undo journal.
    pub(crate) fn files(&self) -> Files {
        let mut files = Files::new();
        collect(&self.root, "", &mut files);
        files
    }
}

pub(crate) fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_dbguard"))
}

pub(crate) fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut Files) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if path == ".git" || path == ".dbguard/journal" {
            continue;
        }
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else if kind.is_symlink() {
            files.insert(path, fs::read_link(entry.path()).unwrap().to_string_lossy().into_owned().into());
        } else if kind.is_file() {
            files.insert(path, fs::read(entry.path()).unwrap());
        }
    }
}

/// A shop with PostgreSQL and Redis in Compose.
pub(crate) const COMPOSE: &str = "\
services:
  db:
    image: postgres:16
    environment:
      POSTGRES_USER: shop
      POSTGRES_PASSWORD: planted-compose-secret
      POSTGRES_DB: shop
    volumes:
      - pgdata:/var/lib/postgresql/data
  cache:
    image: redis:7
    volumes:
      - redisdata:/data
  web:
    build: .
    depends_on: [db, cache]
volumes:
  pgdata:
  redisdata:
";

pub(crate) const FLASK: &str =
    "import os\n\nSQLALCHEMY_DATABASE_URI = os.environ.get(\"DATABASE_URL\", \"sqlite:///data/app.db\")\n";

/// An engine that the scripts do not back up.
pub(crate) const CLICKHOUSE: &str = "\
services:
  db:
    image: clickhouse/clickhouse-server:24.8
    environment:
      CLICKHOUSE_PASSWORD: planted-compose-secret
      CLICKHOUSE_DB: shop
    volumes:
      - data:/var/lib/clickhouse
volumes:
  data: {}
";

/// A Compose project with PostgreSQL.
pub(crate) fn shop() -> Sandbox {
    Sandbox::committed(&[("docker-compose.yml", COMPOSE), (".gitignore", ".env\n")])
}

//! The shape of a preset: knowledge about the world, written in TOML, typed here.
//!
//! The build step loads the embedded files with the same code that loads a user's own, and prints the result as Rust
//! source: the `Debug` form of every type here is a valid constant expression, so nothing is parsed at start-up.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::Deserialize;

use super::dangers::{Access, Dumps, Hazard, Isolation};
use super::tools::{Call, CommandExample, Tool};

/// Text of a preset: static when embedded, owned when a user wrote it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
#[serde(transparent)]
pub struct Str(pub Cow<'static, str>);

impl Deref for Str {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Str(Cow::Borrowed({:?}))", &*self.0)
    }
}

/// A list in a preset: static when embedded, owned when a user wrote it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent, bound(deserialize = "T: Deserialize<'de>"))]
pub struct List<T: Clone + 'static>(pub Cow<'static, [T]>);

impl<T: Clone> List<T> {
    /// Appends what a user's preset adds.
    pub fn extend(&mut self, more: &Self) {
        self.0.to_mut().extend_from_slice(more);
    }
}

impl<T: Clone> Default for List<T> {
    fn default() -> Self {
        Self(Cow::Borrowed(&[]))
    }
}

impl<T: Clone> Deref for List<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'a, T: Clone> IntoIterator for &'a List<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: Clone + fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "List(Cow::Borrowed(&{:?}))", &*self.0)
    }
}

/// How far dbguard goes with an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Support {
    /// Guard scripts back it up and restore it.
    Full,
    /// Recognised and reported; `advice` says what to do instead.
    Detect,
}

/// What a database is there for. Source of the `role` field of `dbguard.detect/1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The system of record.
    Primary,
    /// Losing it costs time, not data.
    Cache,
    /// Holds work that nobody has done yet.
    Queue,
    /// A search index, usually rebuilt from elsewhere.
    Search,
    /// Exists for tests only.
    Test,
    /// Nothing told.
    Unknown,
}

/// A database engine: `presets/engines/<id>.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Engine {
    /// Lower-case id used everywhere (`postgres`).
    pub id: Str,
    /// Name for people (`PostgreSQL`).
    pub title: Str,
    /// Guard scripts or detection only.
    pub support: Support,
    /// For `detect` engines: what a team should do instead, one sentence.
    #[serde(default)]
    pub advice: Str,
    /// For engines with guard scripts: what those do, and what they do not.
    #[serde(default)]
    pub guard: Option<Guard>,
    /// Engine whose library of scripts this one's is built on (`postgres`).
    #[serde(default)]
    pub built_on: Option<Str>,
    /// What it is usually there for.
    pub role: Role,
    /// URL schemes without `://`; driver suffixes (`postgresql+asyncpg`) are matched by their part before `+`.
    #[serde(default)]
    pub url_schemes: List<Str>,
    /// Other names that frameworks, JDBC URLs and drivers use for it (`pgsql`, `django.db.backends.postgresql`).
    #[serde(default)]
    pub adapters: List<Str>,
    /// Driver packages whose presence suggests the engine (`npm:pg`, `pypi:psycopg2`, `go:github.com/lib/pq`).
    #[serde(default)]
    pub drivers: List<Str>,
    /// Default ports.
    #[serde(default)]
    pub ports: List<u16>,
    /// Container images; of all engines the longest matching pattern wins.
    #[serde(default)]
    pub images: List<Image>,
    /// File name globs of embedded databases (`*.sqlite3`).
    #[serde(default)]
    pub database_files: List<Str>,
    /// Environment variables that carry its connection (`REDIS_URL`, `PGHOST`).
    #[serde(default)]
    pub connection: Connection,
    /// Terraform / `OpenTofu` resource types and module sources, and `CloudFormation` types, optionally narrowed by the value
    /// of one attribute (`aws_db_instance:engine=postgres`; `*` in the value stands for any run of characters).
    #[serde(default)]
    pub terraform: List<Str>,
    /// Helm chart names (dependencies in `Chart.yaml`, top-level keys of values files).
    #[serde(default)]
    pub helm_charts: List<Str>,
    /// Kubernetes custom resource kinds that create one (`Cluster.postgresql.cnpg.io`).
    #[serde(default)]
    pub kubernetes_kinds: List<Str>,
    /// Words of a container's command that start the server itself (`mysqld`); none means that any command may.
    #[serde(default)]
    pub server_programs: List<Str>,
    /// Whether it stores files, and is no database in the strict sense.
    #[serde(default)]
    pub holds_files: bool,
    /// Hosts on which it is rented, `*` for any run of characters.
    #[serde(default)]
    pub hosted: List<Str>,
    /// Dependencies that keep work in it which nobody has done yet (`npm:bullmq`).
    #[serde(default)]
    pub queues: List<Str>,
    /// Who gets in, and what keeps the rest out.
    #[serde(default)]
    pub access: Access,
    /// Settings under which a crash loses or tears what was written (`fsync=off`), as an option, a line of a
    /// configuration file or a variable writes them.
    #[serde(default)]
    pub undurable: List<Str>,
    /// How a dump of it is known.
    #[serde(default)]
    pub dumps: Dumps,
    /// Patterns for `.gitignore`; never one that could hide a migration or a seed.
    #[serde(default)]
    pub ignore: List<Str>,
    /// Its programs, and what their commands do to data.
    #[serde(default, rename = "tool")]
    pub tools: List<Tool>,
    /// Calls in programs' text that do something to data.
    #[serde(default, rename = "call")]
    pub calls: List<Call>,
    /// Commands that must have an effect, and look-alikes that must have none.
    #[serde(default, rename = "command")]
    pub commands: List<CommandExample>,
    /// What the preset must recognise, and what it must not.
    #[serde(default, rename = "example")]
    pub examples: List<EngineExample>,
}

/// What the guard scripts of an engine do and do not do. Source of `docs/engines.md` and of the generated guide.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guard {
    /// What a backup holds, one sentence.
    pub covers: Str,
    /// What it does not hold, each as a part of a sentence.
    pub leaves_out: List<Str>,
    /// What makes a backup count as verified, at once and by `verify-backup.sh`.
    pub verified_by: Str,
    /// How a restore takes place, and how it is undone.
    pub restored_by: Str,
    /// What does not work, or only under a condition.
    #[serde(default)]
    pub limits: List<Str>,
    /// Each way to run the scripts, and what it was tested on: a real server or container, or a stub.
    pub tested: List<Str>,
}

/// A container image of an engine.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Repository without registry and tag; `*` matches within one path component. Of all patterns that
    /// match, the one with most components and then the longest wins. Without `/` the last component of the
    /// image's repository is compared (`postgres` matches `docker.io/library/postgres` and `acme/postgres`), with `/` the
    /// last components.
    pub pattern: Str,
    /// Where the data lives, by major version; the first entry whose range holds the image's version is used. Empty: as in
    /// the engine's first image.
    #[serde(default)]
    pub data: List<DataDirectory>,
    /// Variables that the entrypoint reads. Empty: as in the engine's first image.
    #[serde(default)]
    pub variables: Variables,
}

/// A data directory inside an image.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataDirectory {
    /// Absolute path.
    pub path: Str,
    /// First major version with this layout.
    #[serde(default)]
    pub from: Option<u32>,
    /// First major version without it.
    #[serde(default)]
    pub before: Option<u32>,
    /// Whether the image declares it as a `VOLUME` (unmounted data goes to an anonymous volume).
    #[serde(default)]
    pub declared: bool,
}

/// Variables of an image's entrypoint; each may exist with a `_FILE` suffix too.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Variables {
    /// Names that set the user.
    pub user: List<Str>,
    /// Names that set the password.
    pub password: List<Str>,
    /// Names that set the database.
    pub database: List<Str>,
    /// Used when `user` is unset.
    pub default_user: Option<Str>,
    /// Used when `database` is unset; `$user` means the user's name.
    pub default_database: Option<Str>,
    /// Names that are read only while the data directory is empty.
    pub first_init: List<Str>,
    /// Names that move the data directory (`PGDATA`).
    pub data: List<Str>,
}

/// Environment variables outside the server's own image that carry a connection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Connection {
    /// Whole URLs.
    pub url: List<Str>,
    /// Host names.
    pub host: List<Str>,
    /// Ports.
    pub port: List<Str>,
    /// Database names or, for embedded engines, paths.
    pub database: List<Str>,
    /// User names.
    pub user: List<Str>,
    /// Passwords.
    pub password: List<Str>,
}

/// One thing that an engine preset must (or must not) recognise.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EngineExample {
    /// A container image reference …
    pub image: Option<Str>,
    /// … or a connection URL …
    pub url: Option<Str>,
    /// … or a driver package.
    pub driver: Option<Str>,
    /// Data directory expected for the image.
    pub data: Option<Str>,
    /// False for look-alikes: the example must not be this engine.
    #[serde(default = "yes")]
    pub matches: bool,
}

fn yes() -> bool {
    true
}

/// A framework, ORM or migration tool: `presets/stacks/<id>.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stack {
    /// Lower-case id (`django`, `prisma`).
    pub id: Str,
    /// Name for people.
    pub title: Str,
    /// Ids added to `frameworks[]`.
    #[serde(default)]
    pub frameworks: List<Str>,
    /// Ids added to `orms[]` (ORMs and migration tools).
    #[serde(default)]
    pub orms: List<Str>,
    /// Any of these makes the stack present.
    #[serde(default, rename = "marker")]
    pub markers: List<Marker>,
    /// Commands that run tests.
    #[serde(default)]
    pub test_commands: List<Str>,
    /// Commands that migrate forward.
    #[serde(default)]
    pub migrate_commands: List<Str>,
    /// Globs of migration files, root-relative at any depth.
    #[serde(default)]
    pub migrations: List<Str>,
    /// Configuration files that name databases, and how to read them.
    #[serde(default, rename = "config")]
    pub configs: List<Config>,
    /// Settings and calls that reshape or empty a database without a command.
    #[serde(default, rename = "hazard")]
    pub hazards: List<Hazard>,
    /// How its tests are kept off the database of the application.
    #[serde(default)]
    pub isolation: Option<Isolation>,
    /// How to keep the tests off the real database, one sentence.
    #[serde(default)]
    pub test_advice: Str,
    /// Its programs, and what their commands do to data.
    #[serde(default, rename = "tool")]
    pub tools: List<Tool>,
    /// Calls in programs' text that do something to data.
    #[serde(default, rename = "call")]
    pub calls: List<Call>,
    /// Commands that must have an effect, and look-alikes that must have none.
    #[serde(default, rename = "command")]
    pub commands: List<CommandExample>,
    /// What the preset must recognise, and what it must not.
    #[serde(default, rename = "example")]
    pub examples: List<StackExample>,
}

/// Evidence that a stack is present: all keys that are given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Marker {
    /// A declared dependency, `ecosystem:name` (`npm:prisma`, `pypi:django`, `gem:rails`, `composer:laravel/framework`,
    /// `cargo:sqlx`, `go:gorm.io/gorm`, `maven:…`, `nuget:…`, `hex:ecto_sql`); `*` matches any run of characters.
    pub dependency: Option<Str>,
    /// Whether the dependency counts when it is needed only to develop or test.
    pub development: bool,
    /// Other dependencies that explain this evidence away; `*` is any.
    pub unless: List<Str>,
    /// A file, as a glob at any depth.
    pub file: Option<Str>,
    /// Text that one line of that file must hold.
    pub contains: Option<Str>,
}

/// A configuration file that names databases.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Globs, at any depth.
    pub files: List<Str>,
    /// Which reader understands it.
    pub reader: Str,
    /// Key, table or call names for that reader, in order of preference.
    #[serde(default)]
    pub keys: List<Str>,
}

/// One small repository that a stack preset must (or must not) recognise.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StackExample {
    /// Path of the only file …
    pub file: Str,
    /// … and its text.
    #[serde(default)]
    pub text: Str,
    /// Engines expected from it (presence is enough).
    #[serde(default)]
    pub engines: List<Str>,
    /// False for look-alikes.
    #[serde(default = "yes")]
    pub matches: bool,
}

/// How one environment is backed up.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cadence {
    /// Environment id (`development`, `test`, `staging`, `production`).
    pub environment: Str,
    /// Time between backups: minutes for `Nm`, hours for `Nh`, or `before-each-run`.
    pub every: Str,
    /// Newest backups that are always kept.
    pub keep_last: u32,
    /// Days that every backup is kept.
    pub keep_days: u32,
    /// Days that the last backup of each day is kept; 0 is off.
    pub daily_days: u32,
    /// Days that the last backup of each week is kept; 0 is off.
    pub weekly_days: u32,
    /// Days that the last backup of each month is kept; 0 is off.
    pub monthly_days: u32,
}

/// How careful a team wants to be: `presets/policies/<id>.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyPreset {
    /// Lower-case id (`standard`).
    pub id: Str,
    /// Whom it is for, one sentence.
    pub title: Str,
    /// Frequency and retention by environment.
    #[serde(rename = "cadence")]
    pub cadences: List<Cadence>,
    /// Days that backups labelled as taken before a migration, a restore or a reset are kept.
    pub pre_migration_days: u32,
    /// Hours after which the newest verified backup counts as stale.
    pub stale_hours: u32,
    /// A backup smaller than this many bytes is suspicious.
    pub minimum_bytes: u64,
    /// People who must agree before a destructive operation in production.
    pub approvals: u32,
    /// Rows that a statement may touch before it needs a backup and approval.
    pub affected_rows: u32,
    /// Whether backups must be encrypted.
    pub encryption: bool,
    /// Artefacts written with each PostgreSQL backup besides the custom-format dump.
    #[serde(default)]
    pub artefacts: List<Str>,
}

/// How much it matters that a volume is lost. The most careful is the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum VolumeClass {
    /// Nothing brings it back: databases, uploads, and what nothing tells about.
    Critical,
    /// It can be had again, with trouble: certificates, logs.
    Important,
    /// A program makes it again: caches, metrics.
    Recreatable,
}

/// Signs of a class of volumes: `presets/volumes/<class>.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VolumeSigns {
    /// The class.
    pub class: VolumeClass,
    /// What it means, one sentence.
    pub title: Str,
    /// Words of a volume's key, of a bind mount's path, or of the last part of the mount point.
    pub words: List<Str>,
    /// Paths, of the mount point or of a bind mount's source; `*` stands for any run of characters.
    pub paths: List<Str>,
    /// What must be of this class, and what must not.
    #[serde(default, rename = "example")]
    pub examples: List<VolumeExample>,
}

/// One volume that has, or has not, signs of a class.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VolumeExample {
    /// Volume key or bind source.
    pub key: Str,
    /// Mount point.
    pub path: Str,
    /// False for look-alikes.
    #[serde(default = "yes")]
    pub matches: bool,
}

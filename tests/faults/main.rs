//! The fault matrix: what goes wrong in real life, done to every engine on real servers. After each fault no data is lost,
//! nothing has claimed a success that was none, the exit status is the documented one, no password was said, and the next run
//! works. Each case runs alone by name: `cargo test --test faults wrong_password::postgres`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod backups;
mod credentials;
mod disks;
mod kills;
mod names;
mod page;
mod runs;
mod servers;
#[path = "../support/mod.rs"]
mod support;
mod surroundings;
mod tables;
mod targets;

/// A row of the table in docs/reliability.md.
struct Fault {
    id: &'static str,
    happens: &'static str,
    promise: &'static str,
    engines: &'static [&'static str],
}

/// One test for each fault and engine, and the table of all of them.
macro_rules! matrix {
    ($($home:ident :: $fault:ident [$($engine:ident: $target:ident),*] $happens:literal => $promise:literal;)*) => {
        const FAULTS: &[Fault] = &[
            $(Fault { id: stringify!($fault), happens: $happens, promise: $promise, engines: &[$(stringify!($engine)),*] }),*
        ];
        $(mod $fault {
            $(#[test] fn $engine() { super::$home::$fault::<super::targets::$target>(); })*
        })*
    };
}

matrix! {
    credentials::wrong_password [postgres: Postgres, mariadb: MariaDb, redis: RedisServer]
        "The password in the file is wrong"
        => "exit 1; older backups stay; health says unknown, never empty";
    credentials::every_printable_character [postgres: Postgres, mariadb: MariaDb, redis: RedisServer]
        "The password holds every printable character"
        => "backup, verification and restore work; it is in no output, argument or file";
    servers::server_down [postgres: Postgres, mariadb: MariaDb, redis: RedisServer, compose: Compose]
        "The server does not run"
        => "exit 1 and health unknown; a restore touches nothing";
    servers::server_killed_mid_dump [postgres: Postgres, mariadb: MariaDb, redis: RedisServer, compose: Compose]
        "The server is killed (-9) while it is dumped"
        => "exit 1, no backup is listed; after its restart the next one works";
    servers::server_killed_mid_restore [postgres: Postgres, mariadb: MariaDb, redis: RedisServer]
        "The server is killed (-9) during a restore"
        => "never exit 0; after its restart the data is the old or the restored one, whole";
    kills::backup_killed [postgres: Postgres, mariadb: MariaDb, sqlite: Sqlite, redis: RedisServer, compose: Compose]
        "backup.sh is killed (-9) at random moments"
        => "no half backup is listed, nothing is left on the server";
    kills::restore_killed [postgres: Postgres, mariadb: MariaDb, sqlite: Sqlite, redis: RedisServer, compose: Compose]
        "restore.sh is killed (-9) at random moments"
        => "after the next run of any script the data is the old or the restored one, whole";
    disks::disk_full_for_backups [postgres: Postgres, mariadb: MariaDb, sqlite: Sqlite, redis: RedisServer, compose: Compose]
        "The disk of the backups is full"
        => "exit 1, older backups stay, the half one is removed";
    disks::disk_fills_while_dumping [postgres: Postgres, mariadb: MariaDb, sqlite: Sqlite, redis: RedisServer]
        "The disk of the backups fills up in the middle of a dump"
        => "exit 1, older backups stay, the half one is removed";
    disks::disk_full_for_restore [postgres: Postgres, mariadb: MariaDb, sqlite: Sqlite]
        "The disk of the database is full during a restore"
        => "exit 1 or 6, the data is as it was";
    disks::read_only_backups [postgres: Postgres, mariadb: MariaDb, sqlite: Sqlite, redis: RedisServer]
        "The backups are on a read-only disk"
        => "exit 1 with the reason; nothing is touched";
    backups::truncated [postgres: Postgres, mariadb: MariaDb, sqlite: Sqlite, redis: RedisServer, compose: Compose]
        "A backup is cut short (at 0, 1, 50, 99 %, by one byte), also with a matching checksum"
        => "exit 4 before anything is touched, or (matching checksum, one byte) every row is there";
    backups::bit_flipped [postgres: Postgres, mariadb: MariaDb, sqlite: Sqlite, redis: RedisServer]
        "One bit of a backup is flipped"
        => "exit 4 before anything is touched";
    backups::metadata_damaged [postgres: Postgres, sqlite: Sqlite]
        "metadata.json is cut, empty, binary or names a path"
        => "never taken for a backup; the others are still listed";
    backups::of_another_engine [postgres: Postgres, mariadb: MariaDb, sqlite: Sqlite, redis: RedisServer]
        "A backup of another engine is given to restore"
        => "exit 4 before anything is touched";
    backups::of_a_newer_version [postgres: Postgres, mariadb: MariaDb, sqlite: Sqlite, redis: RedisServer]
        "A backup of a newer format or tool is given to restore"
        => "exit 4 before anything is touched";
    runs::two_at_once [postgres: Postgres, mariadb: MariaDb, sqlite: Sqlite, redis: RedisServer, compose: Compose]
        "Five backups start at the same moment"
        => "at least one is done, the others exit 5, every listed one is whole";
    runs::clock_goes_back [postgres: Postgres, mariadb: MariaDb, sqlite: Sqlite, redis: RedisServer]
        "The clock jumps ten years ahead, then back"
        => "nothing is removed that the rules keep; the next backup is listed";
    names::hostile_names [postgres: Postgres, mariadb: MariaDb, sqlite: Sqlite]
        "Database, tables and folders have spaces, quotes, unicode, line ends or a leading dash"
        => "they are only names: backup, verification and restore work";
    tables::huge_row [postgres: Postgres, mariadb: MariaDb, sqlite: Sqlite, redis: RedisServer]
        "A single row of 64 MiB (Redis: 48 MiB)"
        => "backup, verification and restore work";
    tables::no_tables [postgres: Postgres, mariadb: MariaDb, sqlite: Sqlite, redis: RedisServer]
        "The database has no table at all"
        => "health says empty; a backup of nothing does not become the default to restore";
    tables::views_triggers_and_large_objects [postgres: Postgres, mariadb: MariaDb, sqlite: Sqlite]
        "Invalid views, triggers, large objects, generated columns"
        => "they come back, and triggers do not run for restored rows";
    surroundings::terminal_and_cron [postgres: Postgres, mariadb: MariaDb, sqlite: Sqlite, redis: RedisServer, compose: Compose]
        "With a terminal, without one, and with the empty environment of cron"
        => "the same backup";
    surroundings::no_sh_on_path [postgres: Postgres, mariadb: MariaDb, sqlite: Sqlite, redis: RedisServer]
        "PATH has no sh and no bash"
        => "the same backup and restore";
    surroundings::open_umask [postgres: Postgres, mariadb: MariaDb, sqlite: Sqlite, redis: RedisServer]
        "The caller's umask is 000"
        => "backups are readable by their owner only";
    surroundings::other_user [postgres: Postgres, sqlite: Sqlite]
        "Another user runs the script"
        => "exit 1 with the reason, or a backup of their own; nothing of the owner's is lost";
}

use crate::effects::facts::InMemory;
use crate::effects::knowledge::Knowledge;
use crate::effects::{Effect, analyse};

fn worst(command: &str) -> Option<Effect> {
    let files = ["data/app.db", "pgdata/PG_VERSION", "src/a.ts", "logs/a.log"];
    let facts = InMemory(files.iter().map(|path| ((*path).to_owned(), "x".to_owned())).collect());
    analyse(command, &facts, &Knowledge::embedded()).found.iter().map(|found| found.effect).min()
}

/// Each command destroys a database or its folder, and its look-alike does nothing to data.
fn compare(pairs: &[(&str, &str)]) {
    for (destroys, harmless) in pairs {
        let found = worst(destroys);
        assert!(found.is_some_and(|effect| effect <= Effect::DestroysDatabase), "{destroys}: {found:?}");
        assert_eq!(worst(harmless), None, "{harmless}");
    }
}

#[test]
fn words_behind_a_text_are_its_arguments() {
    compare(&[
        ("bash -c 'dropdb \"$1\"' _ shop", "bash -c 'createdb \"$1\"' _ shop"),
        ("sh -c 'rm -rf $0' pgdata", "sh -c 'rm -rf $0' dist"),
        ("sh -c 'shift; \"$@\"' _ echo dropdb shop", "sh -c '\"$@\"' _ echo dropdb shop"),
        ("set -e; set -- pgdata src; rm -rf \"$1\"", "set -e; set -- dist pgdata; rm -rf \"$1\""),
        ("echo 'dropdb $1' | bash -s shop", "echo 'echo $1' | bash -s pgdata"),
    ]);
}

#[test]
fn an_empty_word_is_no_folder() {
    compare(&[
        ("rm -rf pgdata", "rm -rf ''"),
        ("d=pgdata; rm -rf \"$d\"", "d=; rm -rf \"$d\""),
        ("rm -rf '' .", "rm -rf '' src"),
    ]);
    let facts = InMemory([("dbguard.toml".to_owned(), "version = 1\n".to_owned())].into());
    let found = |command: &str| analyse(command, &facts, &Knowledge::embedded()).found.len();
    assert_eq!(found("sed -i '' 's/a/b/' README.md"), 0);
    assert_eq!(found("sed -i '' 's/a/b/' dbguard.toml"), 1);
}

#[test]
fn a_line_more_in_what_guards_is_no_small_thing() {
    let facts = ["dbguard.toml", "README.md", "pgdata/a.log"].map(|path| (path.to_owned(), String::new()));
    let facts = InMemory(facts.into());
    let worst = |command: &str| {
        analyse(command, &facts, &Knowledge::embedded()).found.iter().map(|found| found.effect).min()
    };
    for command in ["echo '[x]' >> dbguard.toml", "cat a >>./dbguard.toml", "{ echo x; } >> dbguard.toml"] {
        assert_eq!(worst(command), Some(Effect::WeakensGuard), "{command}");
    }
    for command in ["echo x >> README.md", "echo x >> pgdata/a.log", "echo x >> other/dbguard.toml"] {
        assert_eq!(worst(command), None, "{command}");
    }
}

#[test]
fn arrays_are_followed() {
    compare(&[
        ("a=(-rf pgdata); rm \"${a[@]}\"", "a=(-rf dist); rm \"${a[@]}\""),
        ("a=(rm); a+=(-rf pgdata); \"${a[@]}\"", "a=(ls); a+=(-l pgdata); \"${a[@]}\""),
        ("a=(dist pgdata); rm -rf ${a[1]}", "a=(dist pgdata); rm -rf ${a[0]}"),
        (
            "mapfile -t a < <(echo pgdata); rm -rf \"${a[@]}\"",
            "mapfile -t a < <(echo dist); rm -rf \"${a[@]}\"",
        ),
    ]);
}

#[test]
fn lines_that_are_read_are_followed() {
    compare(&[
        (
            "echo pgdata | while read -r d; do rm -rf \"$d\"; done",
            "echo dist | while read -r d; do rm -rf \"$d\"; done",
        ),
        ("read -r _ d <<< 'x pgdata'; rm -rf \"$d\"", "read -r d _ <<< 'x pgdata'; rm -rf \"$d\""),
        ("echo shop | xargs -I% sh -c 'dropdb %'", "echo shop | xargs -I% sh -c 'createdb %'"),
        (
            "find . -name 'pg*' -exec sh -c 'rm -rf \"$1\"' _ {} \\;",
            "find . -name 'src*' -exec sh -c 'ls \"$1\"' _ {} \\;",
        ),
    ]);
    assert_eq!(worst("get-list | while read -r d; do rm -rf \"$d\"; done"), Some(Effect::Untold));
    assert_eq!(worst("get-list | xargs -n1 rm -rf"), Some(Effect::Untold));
    assert_eq!(worst("get-list | xargs -n1 ls -l"), None);
}

#[test]
fn files_that_the_text_writes_are_read() {
    compare(&[
        (
            "printf 'dropdb shop\\n' > /tmp/a.sh; bash /tmp/a.sh",
            "printf 'dropdb shop\\n' > /tmp/a.sh; cat /tmp/a.sh",
        ),
        (
            "echo 'DROP DATABASE shop' | tee a.sql >/dev/null && psql -f a.sql",
            "echo 'SELECT 1' | tee a.sql && psql -f a.sql",
        ),
        (
            "echo 'set -e' > x.sh; echo 'rm -rf pgdata' >> x.sh; chmod +x x.sh; ./x.sh",
            "echo 'ls' > x.sh; chmod +x x.sh; ./x.sh",
        ),
    ]);
}

#[test]
fn a_port_that_is_written_to_is_a_client() {
    compare(&[("echo FLUSHALL > /dev/tcp/cache/6379", "echo PING > /dev/tcp/cache/6379")]);
}

#[test]
fn what_is_mounted_is_ours() {
    compare(&[
        (
            "docker run -v \"$PWD/pgdata:/x\" alpine rm -rf /x/base",
            "docker run -v \"$PWD/src:/x\" alpine rm -rf /x/base",
        ),
        (
            "docker run --entrypoint sh -v pg:/x alpine -c 'rm -rf /x/*'",
            "docker run --entrypoint sh -v pg:/x alpine -c 'ls /x/*'",
        ),
        (
            "docker compose exec db sh -c 'rm -rf \"$PGDATA\"/*'",
            "docker compose exec db sh -c 'ls \"$PGDATA\"'",
        ),
    ]);
}

#[test]
fn programs_in_other_languages_run_commands_by_lists() {
    compare(&[
        ("perl -e 'system(\"dropdb\", \"shop\")'", "perl -e 'print(\"dropdb\", \"shop\")'"),
        ("ruby -e '`dropdb shop`'", "ruby -e 'puts \"`dropdb shop`\"'"),
        ("ruby -e 'puts %x(dropdb shop)'", "ruby -e 'puts %w(dropdb shop)'"),
        (
            "python3 -c \"import subprocess; subprocess.run(['bash', '-c', 'dropdb shop'], check=True)\"",
            "python3 -c \"import subprocess; subprocess.run(['grep', 'dropdb shop', 'a'], cwd='pgdata')\"",
        ),
    ]);
}

#[test]
fn roots_take_everything_with_them() {
    compare(&[
        ("rm -rf /var/lib/*", "rm -rf /var/tmp/x"),
        ("rm -rf /*", "rm -rf dist/*"),
        ("rm -rf ~/", "rm -rf ~/x"),
    ]);
    assert_eq!(worst("rm -rf ./"), Some(Effect::DestroysVolume), "the folder with everything in it");
}

#[test]
fn a_task_of_mise_is_followed() {
    let file = ("mise.toml".to_owned(), "[tasks.wipe]\nrun = 'dropdb shop'\n".to_owned());
    let facts = InMemory([file].into());
    let of = |command: &str| {
        analyse(command, &facts, &Knowledge::embedded()).found.first().map(|found| found.effect)
    };
    assert_eq!(of("mise run wipe"), Some(Effect::DestroysDatabase));
    assert_eq!(of("mise install"), None);
}

#[test]
fn files_that_name_themselves_come_to_an_end_and_are_doubtful() {
    let filler = "# nothing\n".repeat(8_000);
    let files = [
        ("a.sql", "@a\n@a\n@b\nSELECT 1;\n".to_owned()),
        ("b.sql", "\\i a.sql\n\\i a.sql\n".to_owned()),
        ("a.sh", format!(". ./a.sh\n. ./a.sh\n{filler}")),
    ];
    let facts = InMemory(files.map(|(path, text)| (path.to_owned(), text)).into());
    for command in ["psql -f a.sql", "sqlplus / @a", "bash a.sh"] {
        let analysis = analyse(command, &facts, &Knowledge::embedded());
        assert!(!analysis.sound, "{command}");
    }
}

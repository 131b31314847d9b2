//! The generated documents: every command that they name exists, and they speak of this repository alone.

use std::sync::LazyLock;

use crate::support::{COMPOSE, FLASK, Files, Sandbox, shop};

const GUIDE: &str = "docs/DATABASE_SAFETY.md";
const AGENTS: &str = "AGENTS.md";
const README: &str = "scripts/db/README.md";

const MARIADB: &str = "\
services:
  db:
    image: mariadb:11
    environment: {MARIADB_USER: shop, MARIADB_PASSWORD: planted, MARIADB_DATABASE: shop}
    volumes: ['data:/var/lib/mysql']
  cache:
    image: redis:7
    volumes: ['keys:/data']
  web: {build: ., depends_on: [db, cache]}
volumes: {data: , keys: }
";

/// Everything that a policy can add.
const SETTINGS: &str = "
[encryption]
method = \"age\"
recipients = [\"age1example\"]

[offsite]
method = \"rsync\"
target = \"backup@host:/srv/shop\"

[archive]
directory = \"/mnt/cold/shop\"

[approval]
approvers = [\"ann@example.org\"]

[notify]
mail = \"ops@example.org\"
ping.postgres = { kind = \"dotenv\", path = \".env.notify\", key = \"PING\" }
";

/// What was generated for one kind of repository.
struct Generated(Files);

impl Generated {
    fn of(sandbox: &Sandbox) -> Self {
        Self(sandbox.files())
    }

    fn read(&self, path: &str) -> &str {
        str::from_utf8(self.0.get(path).unwrap_or_else(|| panic!("there is no {path}"))).unwrap()
    }
}

fn initialised(files: &[(&str, &str)]) -> Generated {
    let sandbox = Sandbox::committed(files);
    sandbox.init();
    Generated::of(&sandbox)
}

/// PostgreSQL and Redis in Compose under a policy that uses every section.
fn strict() -> Generated {
    let sandbox = shop();
    sandbox.run(&["init", "--yes", "--preset", "strict"]).expect(0);
    let policy = sandbox.read("dbguard.toml");
    let (head, databases) = policy.split_once("\n[[database]]").unwrap();
    sandbox.write("dbguard.toml", format!("{head}\n{SETTINGS}\n[[database]]{databases}"));
    sandbox.commit();
    sandbox.init();
    Generated::of(&sandbox)
}

/// Compose with PostgreSQL and Redis, an SQLite file, Compose with MariaDB and Redis, and the strict policy.
static ALL: LazyLock<[Generated; 4]> = LazyLock::new(|| {
    [
        initialised(&[("docker-compose.yml", COMPOSE)]),
        initialised(&[("config.py", FLASK), ("requirements.txt", "flask\nflask-sqlalchemy\npytest\n")]),
        initialised(&[("compose.yml", MARIADB)]),
        strict(),
    ]
});

/// What a document says by itself: without the usage texts of the scripts.
fn own_words(text: &str) -> String {
    let mut blocks = text.split("```text\n");
    let first = blocks.next().unwrap_or_default().to_owned();
    blocks.filter_map(|block| block.split_once("```")).fold(first, |all, (_, after)| all + after)
}

/// The pieces of a document that are commands: code spans, and the lines of indented and fenced code.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in own_words(text).lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            found.push(line.split(" #").next().unwrap().to_owned());
        } else {
            found.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    found
}

/// Scripts in a piece of code, each with the words that follow it, up to the command that it is to run.
fn invocations(code: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for word in code.split_whitespace() {
        let file = word.rsplit('/').next().unwrap();
        if word == "--" || word == "lib/config.sh" {
            break;
        } else if file.strip_suffix(".sh").is_some_and(|name| !name.is_empty()) {
            found.push((file.to_owned(), Vec::new()));
        } else if let Some((_, words)) = found.last_mut() {
            words.push(word.trim_matches(['\'', ',']).to_owned());
        }
    }
    found
}

fn usage(generated: &Generated, file: &str) -> String {
    let script = generated.read(&format!("scripts/db/{file}"));
    let (_, usage) = script.split_once("<<'USAGE'\n").unwrap_or_else(|| panic!("{file} has no usage"));
    usage.split_once("\nUSAGE\n").unwrap().0.to_owned()
}

/// Whether a text has the word as a whole.
fn knows(usage: &str, word: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '-');
    usage.match_indices(word).any(|(at, _)| {
        ends(&usage[at + word.len()..])
            && !usage[..at].ends_with(|last: char| last.is_ascii_alphanumeric() || last == '-')
    })
}

#[test]
fn g4_5_every_command_in_the_documents_exists_with_its_options() {
    let mut checked = 0;
    for generated in &*ALL {
        for document in [README, GUIDE, AGENTS] {
            let codes = commands(generated.read(document));
            for (file, words) in codes.iter().flat_map(|code| invocations(code)) {
                assert!(
                    generated.0.contains_key(&format!("scripts/db/{file}")),
                    "{document} names {file}, which is not generated here"
                );
                // What follows compose.sh is for Compose.
                if file == "compose.sh" {
                    continue;
                }
                let usage = usage(generated, &file);
                let mut options = words.iter().filter(|word| word.starts_with('-'));
                assert!(options.all(|option| knows(&usage, option)), "{document}: {file} {words:?}");
                if let ("schedule.sh" | "approve.sh", Some(action)) = (&*file, words.first()) {
                    assert!(knows(&usage, action), "{document}: {file} {words:?}");
                }
                checked += 1;
            }
        }
    }
    assert!(checked > 300, "only {checked} commands were found");
}

#[test]
fn g4_5_every_script_is_in_the_table_that_says_when() {
    for generated in &*ALL {
        let readme = generated.read(README);
        let (table, manuals) = readme.split_once("## The scripts").unwrap();
        for script in manuals.lines().filter_map(|line| line.strip_prefix("### ")) {
            let named = table.contains(&format!("`{script}")) || script.contains(' ');
            assert!(named, "{script}");
        }
    }
}

#[test]
fn g4_5_the_messages_of_the_troubleshooting_table_are_those_of_the_scripts() {
    let of_servers = ["password authentication failed", "Access denied", "OOM", " … to database"];
    for generated in &*ALL {
        let scripts: String = generated
            .0
            .iter()
            .filter(|(path, _)| path.starts_with("scripts/db/") && path.as_str() != README)
            .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned())
            .collect();
        let readme = generated.read(README);
        let (_, table) = readme.split_once("## Troubleshooting").unwrap();
        let messages = table.lines().filter_map(|row| row.strip_prefix("| `")?.split_once("` |"));
        for (message, _) in
            messages.filter(|(message, _)| !of_servers.iter().any(|own| message.contains(own)))
        {
            for part in message.split(['…', '`']).map(str::trim).filter(|part| part.len() > 4) {
                assert!(scripts.contains(part), "{message}: no script says '{part}'");
            }
        }
    }
}

#[test]
fn g0_8_the_documents_speak_of_nothing_that_is_not_there() {
    let all = |generated: &Generated| {
        [README, GUIDE, AGENTS].map(|document| own_words(generated.read(document)).to_lowercase()).concat()
    };
    let absent = |text: &str, words: &[&str]| {
        for word in words {
            let line = text.lines().find(|line| line.contains(word));
            assert!(line.is_none(), "{word}: {line:?}");
        }
    };
    let sqlite = all(&ALL[1]);
    absent(
        &sqlite,
        &["compose", "docker", "volume", "postgres", "psql", "mariadb", "mysql", "redis", "flush"],
    );
    absent(&sqlite, &["rotate-password", "ensure-volumes"]);
    absent(&all(&ALL[2]), &["postgresql", "psql", "pg_dump", "sqlite", "-wal"]);
    absent(&all(&ALL[0]), &["mariadb", "mysql", "sqlite", "-wal"]);
}

#[test]
fn g2_7_the_guide_follows_the_policy() {
    let without = ALL[0].read(GUIDE);
    for missing in [
        "No copy on another machine yet",
        "Nobody is told about failures yet",
        "**Without a ping:** `postgres`",
    ] {
        assert!(without.contains(missing), "{missing}");
    }
    for absent in ["approve.sh", "### Encryption", "are moved to", "must agree"] {
        assert!(!without.contains(absent), "{absent}");
    }
    let with = ALL[3].read(GUIDE);
    for there in [
        "one other person must agree",
        "ann@example.org",
        "encrypted with `age`",
        "`backup@host:/srv/shop`",
        "offsite.sh --fetch --db ID",
        "are moved to `/mnt/cold/shop`",
        "**Without a ping:** `redis`.",
    ] {
        assert!(with.contains(there), "{there}:\n{with}");
    }
    assert!(!with.contains(" yet.**"), "{with}");
}

#[test]
fn g1_7_g3_9_the_guide_has_every_runbook_and_checklist() {
    let headings = [
        "### The data is gone",
        "### The wrong database",
        "### A migration failed midway",
        "### Tests ran against the real database",
        "### A command ran against production",
        "### Corruption",
        "### There is no backup",
        "### Afterwards",
        "### Calendar",
        "### A reset",
        "### A deployment",
        "### Who may do what",
        "## Questions",
    ];
    for generated in &*ALL {
        let guide = generated.read(GUIDE);
        for heading in headings {
            assert!(guide.contains(heading), "{heading}");
        }
        // Before a migration, after a failed one, before a reset.
        assert_eq!(guide.matches("\nBefore it:\n\n1. ").count(), 2, "{guide}");
        assert!(guide.contains("\nAfter one that failed:\n\n1. Stop what writes."));
        for link in guide.split("](#").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let there = guide
                .lines()
                .filter(|line| line.starts_with('#'))
                .any(|line| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-") == link);
            assert!(there, "#{link}");
        }
        assert!(!guide.contains("\n\n\n"), "{guide}");
    }
}

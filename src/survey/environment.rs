//! Which environment a database belongs to, judged by whole words of its names.

use super::Environment;

/// What is known about a database when its environment is judged.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clues<'a> {
    /// Host as its clients see it.
    pub host: Option<&'a str>,
    /// Database name or path.
    pub database: Option<&'a str>,
    /// Values of variables such as `NODE_ENV` that stand beside it.
    pub variables: &'a [&'a str],
    /// Root-relative paths of the files that tell of it.
    pub files: &'a [&'a str],
    /// Whether the server is a service of a local Compose project or a file in the repository.
    pub is_local: bool,
}

/// Words that name an environment; anything else about a name does not count.
const WORDS: [(Environment, &[&str]); 4] = [
    (Environment::Production, &["production", "prod", "prd", "live"]),
    (Environment::Staging, &["staging", "stage", "stg", "preprod", "preproduction", "uat", "qa"]),
    (Environment::Development, &["development", "develop", "dev", "local"]),
    (Environment::Test, &["test", "tests", "testing", "ci", "e2e", "cypress", "playwright", "spec", "specs"]),
];

/// Endings of host names whose words say nothing about the environment.
const NEUTRAL_ENDINGS: [&str; 3] = [".svc.cluster.local", ".cluster.local", ".local"];

/// Judges the environment: any production word wins; then the most specific name that holds a word (database and host,
/// variables, file name, directories); then a local server is development; else it is unknown.
pub fn classify(clues: &Clues<'_>) -> Environment {
    let host = clues
        .host
        .map(|host| NEUTRAL_ENDINGS.iter().fold(host, |host, end| host.strip_suffix(end).unwrap_or(host)));
    let names = words(host.into_iter().chain(clues.database));
    let variables = words(clues.variables.iter().copied());
    let file_names = words(clues.files.iter().map(|path| path.rsplit('/').next().unwrap_or(path)));
    let directories = words(clues.files.iter().filter_map(|path| Some(path.rsplit_once('/')?.0)));
    let levels = [names, variables, file_names, directories];
    if levels.iter().any(|level| holds(level, Environment::Production)) {
        return Environment::Production;
    }
    let told = levels.iter().find_map(|level| {
        WORDS.iter().map(|(environment, _)| *environment).find(|&wanted| holds(level, wanted))
    });
    let local = clues.is_local || clues.host.is_some_and(is_loopback);
    told.unwrap_or(if local { Environment::Development } else { Environment::Unknown })
}

/// Whether `host` is this machine.
pub fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let address = host.strip_prefix("127.").is_some_and(|rest| {
        rest.split('.').count() == 3 && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    });
    address
        || matches!(
            &*host,
            "localhost"
                | "::1"
                | "0.0.0.0"
                | "host.docker.internal"
                | "(local)"
                | "."
                | "(localdb)\\mssqllocaldb"
        )
        || host.ends_with(".localhost")
        || host.starts_with('/')
}

/// Whether `host` names a read-only copy (`app.cluster-ro-abc.eu-west-1.rds.amazonaws.com`, `db-replica-1`).
pub fn is_replica(host: &str) -> bool {
    let words = words([host]);
    let says = |word: &str| words.iter().any(|known| known == word);
    says("ro")
        || says("replica")
        || says("readonly")
        || says("reader")
        || says("standby")
        || says("secondary")
}

fn holds(level: &[String], environment: Environment) -> bool {
    WORDS
        .iter()
        .filter(|(known, _)| *known == environment)
        .any(|(_, words)| level.iter().any(|word| words.contains(&word.as_str())))
}

/// Words in lower case: split at everything that is no letter or digit, and where camel case starts a new one; numbers at a
/// word's end do not count.
pub fn words<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut words = Vec::new();
    for part in texts.into_iter().flat_map(|text| text.split(|letter: char| !letter.is_ascii_alphanumeric()))
    {
        let mut start = 0;
        let bytes = part.as_bytes();
        for at in 1..bytes.len() {
            let after = bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
            let upper = bytes[at].is_ascii_uppercase();
            if upper && (!bytes[at - 1].is_ascii_uppercase() || after) {
                words.push(&part[start..at]);
                start = at;
            }
        }
        words.push(&part[start..]);
    }
    words
        .into_iter()
        .map(|word| word.trim_end_matches(|letter: char| letter.is_ascii_digit()).to_ascii_lowercase())
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Environment::{Development, Production, Staging, Test, Unknown};

    fn named(host: &str, database: &str) -> Environment {
        classify(&Clues { host: Some(host), database: Some(database), ..Clues::default() })
    }

    fn from_file(path: &str) -> Environment {
        classify(&Clues { files: &[path], ..Clues::default() })
    }

    #[test]
    fn g2_1_whole_words_decide() {
        for (host, database, expected) in [
            ("db.example.com", "product_dev", Development),
            ("db.example.com", "delivery", Unknown),
            ("db.example.com", "latest", Unknown),
            ("db.example.com", "contest", Unknown),
            ("db.example.com", "producer", Unknown),
            ("db.example.com", "reproduction", Unknown),
            ("db.example.com", "alive", Unknown),
            ("db.example.com", "devices", Unknown),
            ("db.example.com", "app_test", Test),
            ("db.example.com", "appTest2", Test),
            ("db.example.com", "myProdDB", Production),
            ("db.example.com", "PROD_data", Production),
            ("prod-db.internal", "app", Production),
            ("db-staging-1.example.com", "app", Staging),
            ("localhost", "app", Development),
            ("localhost", "app_production", Production),
            ("::1", "app", Development),
            ("[::1]", "app", Development),
            ("127.0.0.1", "app_e2e", Test),
            ("127.evil.example.com", "app", Unknown),
            ("db.svc.cluster.local", "app", Unknown),
            ("db.prod.svc.cluster.local", "app", Production),
            ("nas.local", "app", Unknown),
            ("10.0.0.5", "app", Unknown),
        ] {
            assert_eq!(named(host, database), expected, "{host} {database}");
        }
    }

    #[test]
    fn g2_1_production_wins_over_everything() {
        assert_eq!(named("localhost", "test_prod"), Production);
        assert_eq!(
            classify(&Clues { database: Some("app_test"), variables: &["production"], ..Clues::default() }),
            Production
        );
        assert_eq!(
            classify(&Clues { database: Some("app_test"), files: &[".env.production"], ..Clues::default() }),
            Production
        );
        assert_eq!(
            classify(&Clues {
                is_local: true,
                files: &["deploy/prod/docker-compose.yml"],
                ..Clues::default()
            }),
            Production
        );
    }

    #[test]
    fn g2_1_the_most_specific_name_decides() {
        let clues = Clues { database: Some("app_test"), files: &[".env.development"], ..Clues::default() };
        assert_eq!(classify(&clues), Test);
        let clues =
            Clues { database: Some("app"), files: &["tests/docker-compose.dev.yml"], ..Clues::default() };
        assert_eq!(classify(&clues), Development);
        assert_eq!(named("localhost", "dev_test"), Development);
    }

    #[test]
    fn g2_1_files_and_local_servers() {
        assert_eq!(from_file("docker-compose.test.yml"), Test);
        assert_eq!(from_file("env/backend.staging.env"), Staging);
        assert_eq!(from_file("src/latest/config.toml"), Unknown);
        assert_eq!(from_file("docker-compose.yml"), Unknown);
        let local = Clues { is_local: true, files: &["docker-compose.yml"], ..Clues::default() };
        assert_eq!(classify(&local), Development);
        assert_eq!(classify(&Clues::default()), Unknown);
    }

    #[test]
    fn g2_1_loopback_and_replicas() {
        for host in
            ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "app.localhost", "/run/postgresql"]
        {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.example.com", "128.0.0.1", "db", "127.0.0.1.nip.io"] {
            assert!(!is_loopback(host), "{host}");
        }
        assert!(is_replica("app.cluster-ro-abc.eu-west-1.rds.amazonaws.com"));
        assert!(is_replica("db-replica-1.example.com"));
        assert!(!is_replica("app.abc.eu-west-1.rds.amazonaws.com"));
        assert!(!is_replica("db.ronin.example.com"));
    }
}

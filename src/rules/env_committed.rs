//! A dotenv file with real secrets in git.

use super::surroundings::{Surroundings, lower};
use super::{Rule, View, draft, fixes, unshared, values};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::survey::environment::{self, words};
use crate::survey::{dotenv, managed, paths, url};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "env-committed",
        title: "Dotenv file with secrets in git",
        severity: Severity::Medium,
        why: "Everybody who has, or had, access to the repository can reach what the file unlocks. Tools and agents that read it act \
              on that database.",
        evidence: "Why removing it later is not enough: \
                   https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/removing-sensitive-data-from-a-repository",
        bad: "APP_NAME=shop\nDB_PASSWORD=kT9vQ2mxZ7wL\n",
        good: "APP_NAME=shop\nDB_PASSWORD=changeme\n",
        remedy: "Change the secret where it is used, `git rm --cached` the file, ignore it, and commit an example without values.",
        fix: Some(fixes::IGNORES),
    },
    check,
};

/// Words of a variable's name that make its value a secret.
const SECRET: [&str; 12] = [
    "password",
    "passwd",
    "pass",
    "secret",
    "token",
    "key",
    "apikey",
    "credential",
    "credentials",
    "pwd",
    "dsn",
    "salt",
];

/// Beginnings of variables that end up in browsers anyway, and words of names whose values are no secrets.
const PUBLIC: [&str; 8] =
    ["NEXT_PUBLIC_", "VITE_", "REACT_APP_", "PUBLIC_", "NUXT_PUBLIC_", "EXPO_PUBLIC_", "GATSBY_", "VUE_APP_"];
const HARMLESS: [&str; 16] = [
    "public",
    "publishable",
    "anon",
    "name",
    "path",
    "file",
    "scheme",
    "algorithm",
    "type",
    "length",
    "ttl",
    "expires",
    "expiry",
    "policy",
    "format",
    "host",
];

fn check(view: &View<'_>) -> Vec<Finding> {
    let files =
        view.survey.env_files.iter().filter(|path| {
            !view.tree.is_ignored(path) && !managed::is_aside(path) && !managed::is_example(path)
        });
    files.filter_map(|path| judge(view, path)).collect()
}

fn judge(view: &View<'_>, path: &str) -> Option<Finding> {
    let file = view.tree.read(path).ok()?;
    let entries = dotenv::parse(&file);
    let secrets: Vec<_> =
        entries.iter().filter_map(|entry| Some((entry, kind(&entry.key, entry.value.reveal())?))).collect();
    let (entry, kind) =
        secrets.iter().find(|(_, kind)| *kind == Secret::Server).or_else(|| secrets.first())?;
    let severity = match (kind, Surroundings::of(paths::name(path))) {
        (Secret::Server, _) => Severity::High,
        (Secret::Value, Surroundings::Development | Surroundings::ThrowAway) => lower(RULE.about.severity),
        (Secret::Value, _) => RULE.about.severity,
    };
    let what = match kind {
        Secret::Server => "the address and password of a database elsewhere",
        Secret::Value => "what looks like a real secret",
    };
    let where_it_is =
        if view.tree.is_untracked(path) { "nothing keeps the file out of git" } else { "the file is in git" };
    let message = format!("`{}` holds {what}, and {where_it_is}.", entry.key);
    let finding =
        draft::finding(&RULE.about, Kind::Git, draft::line_of(&file, entry.line), severity, message);
    Some(unshared::ignored(finding, view))
}

/// What kind of secret a variable holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secret {
    /// A connection to a server on another machine, with its password.
    Server,
    /// A password, token or key.
    Value,
}

fn kind(key: &str, value: &str) -> Option<Secret> {
    if PUBLIC.iter().any(|start| key.starts_with(start)) {
        return None;
    }
    if let Some(password) = values::password_in(value) {
        let connection = url::parse(value)?;
        let host = connection.host()?;
        let elsewhere = host.contains('.') && !environment::is_loopback(host);
        let real = values::is_real(password) && !value.contains("example");
        return match (real, elsewhere) {
            (true, true) => Some(Secret::Server),
            (true, false) => Some(Secret::Value),
            (false, _) => None,
        };
    }
    let words = words([key]);
    let says = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    let address = value.contains("://") || value.starts_with('/');
    (says(&SECRET) && !says(&HARMLESS) && !address && values::is_real(value)).then_some(Secret::Value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples_and_no_secret_is_shown() {
        trial::examples(&RULE, ".env");
        let shown = format!("{:?}", trial::run(&RULE, &[(".env", RULE.about.bad)]));
        assert!(!shown.contains("kT9vQ2"), "{shown}");
    }

    #[test]
    fn servers_elsewhere_weigh_more() {
        let found = |path: &str, text: &str| trial::found(&RULE, &[(path, text)]);
        let remote = "DATABASE_URL=postgres://app:kT9vQ2mxZ7wL@db.shop-hosting.net:5432/app\n";
        assert_eq!(found(".env", remote), [".env:1 high"]);
        assert_eq!(found(".env.development", "SECRET_KEY=kT9vQ2mxZ7wL\n"), [".env.development:1 low"]);
        assert_eq!(
            found(".env", "DATABASE_URL=postgres://app:kT9vQ2mxZ7wL@db:5432/app\n"),
            [".env:1 medium"]
        );
    }

    #[test]
    fn look_alikes() {
        for (path, text) in [
            (".env.example", RULE.about.bad),
            ("mail/defaults.env", RULE.about.bad),
            (".env", "PASSWORD_SCHEME=SHA512-CRYPT\n"),
            (".env", "DATABASE_URL=postgres://postgres:postgres@localhost:5432/app\n"),
            (".env", "NEXT_PUBLIC_API_KEY=kT9vQ2mxZ7wL\nKEYCLOAK_REALM=kT9vQ2mxZ7wL\n"),
            (".env", "PRIVATE_KEY_PATH=/etc/keys/a1b2c3d4.pem\nAPP_KEY=${APP_KEY}\n"),
        ] {
            assert!(trial::found(&RULE, &[(path, text)]).is_empty(), "{path} {text}");
        }
    }

    #[test]
    fn the_worst_is_told_and_ignored_files_are_not() {
        let both =
            "API_SECRET=kT9vQ2mxZ7wL\nDATABASE_URL=postgres://app:kT9vQ2mxZ7wL@db.shop-hosting.net/app\n";
        assert_eq!(trial::found(&RULE, &[(".env", both)]), [".env:2 high"]);
        let files = [(".env", both), ("api/.env", both), (".gitignore", "/.env\n")];
        assert_eq!(trial::found_in_git(&RULE, &files), ["api/.env"]);
        let found = |text: &str| trial::found(&RULE, &[(".env", text)]);
        assert_eq!(found("DATABASE_URL=postgres://app:kT9vQ2mxZ7wL@127.0.0.1/app\n"), [".env:1 medium"]);
        for fine in [
            "DATABASE_URL=postgres://app:kT9vQ2mxZ7wL@db.example.com/app\n",
            "VITE_DB_URL=postgres://app:kT9vQ2mxZ7wL@db.shop-hosting.net/app\n",
            "VITE_SIGNING_KEY=kT9vQ2mxZ7wL\n",
            "KEY_URL=https://keys.shop.io/kT9vQ2mxZ7wL\n",
            "SSH_KEY=/home/app/.ssh/kT9vQ2mxZ7wL\n",
            "TOKEN_NAME=kT9vQ2mxZ7wL\n",
            "COLOUR=kT9vQ2mxZ7wL\n",
        ] {
            assert_eq!(found(fine), Vec::<String>::new(), "{fine}");
        }
    }

    #[test]
    fn as_others_write_it() {
        for text in [
            "export DB_PASSWORD=\"kT9vQ2mxZ7wL\"\r\n",
            "# production\r\nDB_PASSWORD='kT9vQ2mxZ7wL' # do not share\r\n",
            "db_password = kT9vQ2mxZ7wL\n",
        ] {
            assert_eq!(trial::found(&RULE, &[(".env", text)]).len(), 1, "{text}");
        }
    }
}

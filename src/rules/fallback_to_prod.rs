//! Code that takes a database elsewhere when nobody tells it which.

use super::surroundings::Surroundings;
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::source::SourceFile;
use crate::survey::script::{self, Entry, Language};
use crate::survey::tree::SCHEME_MARK;
use crate::survey::{environment, paths, url};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "fallback-to-prod",
        title: "Missing setting that silently means a remote database",
        severity: Severity::High,
        why: "Where the variable is not set, in a test, a new clone, a container with a slip in its name, the program works on that \
              database without saying so.",
        evidence: "A setting's place is the environment, its absence an error: https://12factor.net/config",
        bad: "const url = process.env.DATABASE_URL || 'postgres://app:x@db.shop.io:5432/shop';\n",
        good: "const url = process.env.DATABASE_URL || 'postgres://app:x@localhost:5432/shop';\n",
        remedy: "Let the program end with an error when the variable is missing.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let sources = view.tree.paths().filter(|path| {
        Language::of(path).is_some()
            && !view.tree.lacks_addresses(path)
            && Surroundings::of(path) != Surroundings::Example
    });
    sources.filter_map(|path| view.tree.read(path).ok()).flat_map(|file| judge(view, &file)).collect()
}

fn judge(view: &View<'_>, file: &SourceFile) -> Vec<Finding> {
    let text = file.text();
    let may = text.contains(SCHEME_MARK) && ["env", "ENV", "Env"].iter().any(|word| text.contains(word));
    let scheme = || {
        view.presets
            .engines
            .iter()
            .any(|engine| engine.url_schemes.iter().any(|scheme| text.contains(&format!("{}://", &**scheme))))
    };
    let Some(language) = Language::of(file.path()).filter(|_| may && scheme()) else { return Vec::new() };
    let entries = script::read(file, language);
    let mut starts = Vec::new();
    script::each_entry(&entries, &mut |entry: &Entry| {
        let value = entry.value.value();
        if let (Some(text), Some(variable)) = (value.text, value.variable)
            && let Some(host) = remote(view, &text)
        {
            starts.push((file.line_of(entry.value.start), variable, host));
        }
    });
    starts.sort();
    starts.dedup_by(|later, earlier| later.0 == earlier.0);
    let finding = |(line, variable, host): (usize, String, String)| {
        let message = format!("Without {variable} the program takes the database on {host}.");
        draft::finding(&RULE.about, Kind::Code, draft::line_of(file, line), RULE.about.severity, message)
    };
    starts.into_iter().map(finding).collect()
}

/// The host of a connection string that leads to another machine's database.
fn remote(view: &View<'_>, text: &str) -> Option<String> {
    let connection = url::parse(text)?;
    view.presets.by_scheme(&connection.scheme)?;
    let host = connection.host()?.to_ascii_lowercase();
    let local = environment::is_loopback(&host)
        || !host.contains('.')
        || matches!(paths::ending(&host), "local" | "internal" | "test" | "localhost");
    let stand_in = host.contains("example")
        || host.contains("your")
        || host.starts_with("10.")
        || host.starts_with("192.168.");
    (!local && !stand_in && host.chars().any(char::is_alphabetic)).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples_and_no_secret_is_shown() {
        trial::examples(&RULE, "src/db.js");
    }

    #[test]
    fn other_languages() {
        for (path, text) in [
            ("db.py", "import os\nURL = os.getenv('DATABASE_URL', 'postgresql://app:x@db.shop.io/shop')\n"),
            ("db.rb", "URL = ENV.fetch('DATABASE_URL', 'postgres://app:x@db.shop.io/shop')\n"),
        ] {
            assert_eq!(trial::found(&RULE, &[(path, text)]).len(), 1, "{path}");
        }
    }

    #[test]
    fn look_alikes() {
        for text in [
            "const url = process.env.API_URL || 'https://api.shop.io/v1';\n",
            "const url = process.env.DATABASE_URL || 'postgres://a:b@db/shop';\n",
            "const url = process.env.DATABASE_URL || 'postgres://a:b@db.example.com/shop';\n",
            "// process.env.DATABASE_URL || 'postgres://app:x@db.shop.io:5432/shop'\n",
        ] {
            assert!(trial::found(&RULE, &[("src/db.js", text)]).is_empty(), "{text}");
        }
    }

    #[test]
    fn hosts_that_are_near_or_made_up() {
        let found = |path: &str, host: &str| {
            trial::found(&RULE, &[(path, &RULE.about.bad.replace("db.shop.io", host))]).len()
        };
        for host in [
            "127.0.0.1",
            "db.shop.local",
            "db.internal",
            "pg.localhost",
            "your-db.shop.io",
            "10.shop.io",
            "192.168.1.5",
            "52.4.1.9",
        ] {
            assert_eq!(found("src/db.js", host), 0, "{host}");
        }
        assert_eq!(found("examples/db.js", "db.shop.io"), 0);
        assert_eq!(found("src/db.txt", "db.shop.io"), 0);
        assert_eq!(found("src/db.js", "shop-db.eu-west-1.rds.amazonaws.com"), 1);
    }

    #[test]
    fn one_finding_a_line() {
        let line = RULE.about.bad.trim_end();
        let text = format!("{line} {line}\n{line}\n");
        assert_eq!(trial::found(&RULE, &[("src/db.js", &text)]), ["src/db.js:1 high", "src/db.js:2 high"]);
        let nullish = RULE.about.bad.replace("||", "??").replace('\'', "\"");
        assert_eq!(trial::found(&RULE, &[("src/db.ts", &nullish)]), ["src/db.ts:1 high"]);
    }
}

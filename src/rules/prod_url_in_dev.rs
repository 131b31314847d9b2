//! A database elsewhere in the files of a developer's machine.

use super::surroundings::Surroundings;
use super::{Rule, View, draft};
use crate::finding::{Confidence, Description, Finding, Kind, Severity};
use crate::presets::wildcard::matches;
use crate::survey::environment::{self, words};
use crate::survey::{Database, Origin, managed, paths};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "prod-url-in-dev",
        title: "Development settings that lead to a hosted database",
        severity: Severity::High,
        why: "Every local command, test and agent works on that database: a migration that is tried out, a seed, a reset.",
        evidence: "https://github.com/anthropics/claude-code/issues/36183, https://github.com/strapi/strapi/issues/20177",
        bad: "DATABASE_URL=postgres://app:x@shop.abc123.eu-west-1.rds.amazonaws.com:5432/shop\n",
        good: "DATABASE_URL=postgres://app:x@localhost:5432/shop\n",
        remedy: "Use a local database or a branch of the hosted one for development, and keep the real address out of these files.",
        fix: None,
    },
    check,
};

/// Words that make a hosted database one for development.
const OTHERS: [&str; 11] = [
    "dev",
    "development",
    "test",
    "testing",
    "branch",
    "preview",
    "staging",
    "sandbox",
    "local",
    "shadow",
    "ci",
];

/// Environments that a dotenv file names when it is not for development.
const KEPT: [&str; 5] = ["production", "prod", "staging", "stage", "live"];

fn check(view: &View<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for database in view.survey.databases.iter().filter(|database| database.origin == Origin::Env) {
        for source in &database.sources {
            let found = judge(view, database, source);
            findings.extend(found.filter(|_| seen.insert(source.path.clone())));
        }
    }
    findings
}

fn judge(view: &View<'_>, database: &Database, source: &crate::survey::Place) -> Option<Finding> {
    let host = database.host.as_deref()?;
    let engine = view.presets.engine(&database.engine)?;
    let family = engine.built_on.as_deref().and_then(|id| view.presets.engine(id));
    let hosted =
        |known: &crate::presets::model::Engine| known.hosted.iter().any(|pattern| matches(pattern, host));
    if !hosted(engine) && !family.is_some_and(hosted)
        || environment::is_replica(host)
        || !is_for_development(view, &source.path)
    {
        return None;
    }
    let names = words([
        host,
        database.database.as_deref().unwrap_or_default(),
        database.user.as_deref().unwrap_or_default(),
    ]);
    if names.iter().any(|word| OTHERS.contains(&word.as_str())) || is_stand_in(host) {
        return None;
    }
    let message =
        format!("{} on {host} is what every command on a developer's machine works on.", engine.title);
    let certain = names.iter().any(|word| matches!(word.as_str(), "prod" | "production" | "live"));
    let confidence = if certain { Confidence::High } else { Confidence::Medium };
    let place = draft::line(view, source);
    Some(draft::finding(&RULE.about, Kind::Config, place, RULE.about.severity, message).sure(confidence))
}

/// Dotenv files that say nothing of production, and no examples.
fn is_for_development(view: &View<'_>, path: &str) -> bool {
    let dotenv = view.survey.env_files.iter().any(|known| known == path) && !managed::is_example(path);
    let kept = words([paths::name(path)]).iter().any(|word| KEPT.contains(&word.as_str()));
    let local = [".env", ".env.local", ".env.development", ".env.development.local", ".env.dev", ".envrc"];
    let tests = Surroundings::of(paths::name(path)) == Surroundings::ThrowAway;
    dotenv && !kept && (tests || local.contains(&paths::name(path)))
}

/// `xxx.supabase.co`, `ep-example-123.neon.tech`, `host.rds.amazonaws.com`.
fn is_stand_in(host: &str) -> bool {
    let first = host.split('.').next().unwrap_or_default();
    let says = |text: &str, known: &[&str]| words([text]).iter().any(|word| known.contains(&word.as_str()));
    let anywhere = ["example", "your", "xxx", "xxxx", "xxxxx", "placeholder", "project", "username"];
    let blank = first.chars().all(|letter| matches!(letter, 'x' | 'X' | '-'));
    blank || says(host, &anywhere) || says(first, &["host", "endpoint", "my", "ref", "instance"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, ".env");
        trial::examples(&RULE, ".env.test");
    }

    #[test]
    fn look_alikes() {
        for (path, text) in [
            (".env.production", RULE.about.bad.to_owned()),
            (".env.example", RULE.about.bad.to_owned()),
            (".env", RULE.about.bad.replace("shop.abc123", "shop-dev.abc123")),
            (".env", RULE.about.bad.replace("shop.abc123", "shop.cluster-ro-abc123")),
            (
                ".env",
                "DATABASE_URL=postgres://postgres:x@db.your-project.supabase.co:5432/postgres\n".to_owned(),
            ),
            (".env", "DATABASE_URL=postgres://postgres:x@db:5432/postgres\n".to_owned()),
        ] {
            assert!(trial::found(&RULE, &[(path, &text)]).is_empty(), "{path} {text}");
        }
    }

    #[test]
    fn files_hosts_and_certainty() {
        let found = |path: &str, text: &str| trial::run(&RULE, &[(path, text)]);
        for path in [".env.local", ".env.development", "apps/api/.env", ".env.testing"] {
            assert_eq!(found(path, RULE.about.bad).len(), 1, "{path}");
        }
        for path in [".env.staging", ".env.live", "deploy.env", "settings.py"] {
            assert_eq!(found(path, RULE.about.bad).len(), 0, "{path}");
        }
        assert_eq!(found(".env", RULE.about.bad)[0].confidence, Confidence::Medium);
        let named = RULE.about.bad.replace("shop.abc123", "shop-prod.abc123");
        assert_eq!(found(".env", &named)[0].confidence, Confidence::High);
        for host in [
            "db.shop-hosting.net",
            "xxx.supabase.co",
            "xxxx-xx.eu-west-1.rds.amazonaws.com",
            "host.rds.amazonaws.com",
        ] {
            let text = format!("DATABASE_URL=postgres://app:x@{host}:5432/shop\n");
            assert_eq!(found(".env", &text).len(), 0, "{host}");
        }
        for url in [
            "postgres://app:x@h.eu-west-1.rds.amazonaws.com/shop_test",
            "postgres://sandbox:x@h.eu-west-1.rds.amazonaws.com/shop",
        ] {
            assert_eq!(found(".env", &format!("DATABASE_URL={url}\n")).len(), 0, "{url}");
        }
        assert_eq!(found(".env", "DATABASE_URL=\"postgresql://u:x@ep-cool-sun-123.eu-central-1.aws.neon.tech/main?sslmode=require\"\r\n").len(), 1);
        let twice = format!(
            "{}SHADOW_URL=postgres://app:x@other.abc123.eu-west-1.rds.amazonaws.com/a\n",
            RULE.about.bad
        );
        assert_eq!(found(".env", &twice).len(), 1);
    }
}

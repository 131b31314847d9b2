//! A database file inside a container that nothing keeps.

use super::embedded::{self, Embedded};
use super::sqlite_mount_mismatch::beside;
use super::surroundings::Surroundings;
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Severity};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "sqlite-ephemeral",
        title: "Database file inside a container that nothing keeps",
        severity: Severity::Critical,
        why: "The application keeps its database in a file, and no volume is mounted there: the next deployment makes a new \
              container with a new, empty file.",
        evidence: "https://github.com/Shopify/shopify-app-template-remix/issues/673, https://github.com/lucaong/cubdb/issues/75",
        bad: "services:\n  app:\n    build: .\n    environment:\n      DATABASE_URL: sqlite:////app/data/app.db\n",
        good: "services:\n  app:\n    build: .\n    environment:\n      DATABASE_URL: sqlite:////app/data/app.db\n    volumes:\n      - app_data:/app/data\nvolumes:\n  app_data:\n",
        remedy: "Copy the file out of the running container, then mount a named volume at its folder.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    embedded::all(view).iter().filter_map(|database| judge(view, database)).collect()
}

fn judge(view: &View<'_>, database: &Embedded<'_>) -> Option<Finding> {
    let service = database.service;
    if embedded::mount_of(service, &database.path).is_some() || beside(database).is_some() {
        return None;
    }
    let surroundings = Surroundings::of(&database.file.path);
    let severity = if surroundings == Surroundings::Production { Severity::Critical } else { Severity::High };
    let severity = surroundings.weigh(severity)?;
    let who = database.application.map_or("The application", |known| &known.title);
    let message = format!(
        "{who} in `{}` keeps its database in {}, and nothing is mounted there: it is gone with the container.",
        service.name, database.path
    );
    Some(draft::finding(&RULE.about, Kind::Config, draft::line(view, database.place), severity, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "compose.yaml");
    }

    #[test]
    fn well_known_applications() {
        let app = "services:\n  vault:\n    image: vaultwarden/server:1.32.0\n";
        assert_eq!(trial::found(&RULE, &[("compose.yaml", app)]), ["compose.yaml:3 high"]);
        for more in ["    volumes: ['./vw:/data']\n", "    environment: {DATABASE_URL: 'mysql://a:b@db/c'}\n"]
        {
            assert!(trial::found(&RULE, &[("compose.yaml", &format!("{app}{more}"))]).is_empty(), "{more}");
        }
        assert!(trial::found(&RULE, &[("compose.test.yaml", app)]).is_empty());
    }

    #[test]
    fn memory_servers_and_relative_paths_are_not_judged() {
        for url in
            ["sqlite://:memory:", "postgres://u@db/app", "sqlite:///app.db", "https://example.com/app.db"]
        {
            let text = RULE.about.bad.replace("sqlite:////app/data/app.db", url);
            assert!(trial::found(&RULE, &[("compose.yaml", &text)]).is_empty(), "{url}");
        }
    }

    #[test]
    fn places_and_applications() {
        let found = |path: &str, text: &str| trial::found(&RULE, &[(path, text)]);
        let bad = RULE.about.bad;
        assert_eq!(found("docker-compose.prod.yml", bad), ["docker-compose.prod.yml:5 critical"]);
        assert_eq!(found("compose.dev.yml", bad), ["compose.dev.yml:5 medium"]);
        for path in ["/tmp/app.db", "/dev/shm/app.db", "/:memory:"] {
            assert!(found("compose.yaml", &bad.replace("/app/data/app.db", path)).is_empty(), "{path}");
        }
        let tmpfs = format!("{bad}    tmpfs: [/app/data]\n");
        assert_eq!(found("compose.yaml", &tmpfs).len(), 1);
        let app = "services:\n  vault:\n    image: vaultwarden/server:1.32.0\n";
        for more in ["    env_file: vault.env\n", "    build: .\n", "    environment: {DATA_FOLDER: /x}\n"] {
            assert!(found("compose.yaml", &format!("{app}{more}")).is_empty(), "{more}");
        }
        let both = format!("{app}    environment: {{BACKUP_URL: 'sqlite:////srv/app.db'}}\n");
        assert_eq!(found("compose.yaml", &both), ["compose.yaml:4 high"]);
        let listed = bad.replace("      DATABASE_URL: ", "      - DATABASE_URL=").replace('\n', "\r\n");
        assert_eq!(found("compose.yaml", &listed), ["compose.yaml:5 high"]);
    }
}

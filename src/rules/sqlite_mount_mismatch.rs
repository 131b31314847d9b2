//! A volume that was meant for a database file, and lies beside it.

use super::embedded::{self, Embedded};
use super::surroundings::Surroundings;
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::survey::VolumeKind;
use crate::survey::compose::Mount;
use crate::survey::environment::words;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "sqlite-mount-mismatch",
        title: "Volume beside the database file, not under it",
        severity: Severity::Critical,
        why: "The volume is there, but the application opens its database in another folder. All looks well until the container is \
              replaced.",
        evidence: "https://github.com/tinycld/tinycld/pull/94",
        bad: "services:\n  app:\n    build: .\n    environment:\n      DATABASE_URL: sqlite:////app/app.db\n    volumes:\n      - app_data:/data\nvolumes:\n  app_data:\n",
        good: "services:\n  app:\n    build: .\n    environment:\n      DATABASE_URL: sqlite:////data/app.db\n    volumes:\n      - app_data:/data\nvolumes:\n  app_data:\n",
        remedy: "Copy the file out of the running container, then let the application open it inside the volume.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    embedded::all(view).iter().filter_map(|database| judge(view, database)).collect()
}

/// The volume that seems to be meant for the database, where none covers it.
pub(super) fn beside<'a>(database: &Embedded<'a>) -> Option<&'a Mount> {
    if embedded::mount_of(database.service, &database.path).is_some() {
        return None;
    }
    let meant = |mount: &&Mount| {
        let named = matches!(mount.kind, VolumeKind::Named | VolumeKind::External);
        let says = words([mount.target.as_str(), mount.source.as_deref().unwrap_or_default()])
            .iter()
            .any(|word| matches!(word.as_str(), "data" | "db" | "database" | "sqlite" | "storage"));
        named && says && !mount.read_only
    };
    database.service.mounts.iter().find(meant)
}

fn judge(view: &View<'_>, database: &Embedded<'_>) -> Option<Finding> {
    let mount = beside(database)?;
    let severity = Surroundings::of(&database.file.path).weigh(RULE.about.severity)?;
    let message = format!(
        "`{}` keeps its database in {}, but the volume is mounted at {}: the file is gone with the container.",
        database.service.name, database.path, mount.target
    );
    let finding =
        draft::finding(&RULE.about, Kind::Config, draft::line(view, database.place), severity, message);
    Some(finding.with(draft::line(view, &mount.place), "the volume"))
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
    fn other_volumes_are_not_meant_for_it() {
        let text = RULE.about.bad.replace("app_data", "node_modules").replace(":/data", ":/app/node_modules");
        assert!(trial::found(&RULE, &[("compose.yaml", &text)]).is_empty());
    }

    #[test]
    fn which_mounts_may_be_meant() {
        let found = |path: &str, text: &str| trial::found(&RULE, &[(path, text)]).len();
        let bad = RULE.about.bad;
        assert_eq!(found("compose.yaml", bad), 1);
        for text in [
            bad.replace("app_data:/data", "./app_data:/data"),
            bad.replace("/data\nvolumes", "/data:ro\nvolumes"),
            bad.replace("app_data:/data", "app_data:/app"),
        ] {
            assert_eq!(found("compose.yaml", &text), 0, "{text}");
        }
        let external = bad.replace("  app_data:\n", "  app_data: {external: true}\n");
        assert_eq!(found("compose.yaml", &external), 1);
        assert_eq!(found("compose.test.yaml", bad), 0);
    }
}

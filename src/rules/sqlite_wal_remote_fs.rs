//! A database file on a file system of another machine.

use super::surroundings::Surroundings;
use super::{Rule, View, draft, embedded};
use crate::finding::{Description, Finding, Kind, Severity};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "sqlite-wal-remote-fs",
        title: "Database file on a network file system",
        severity: Severity::High,
        why: "SQLite relies on locks and shared memory that NFS and SMB do not keep as promised. In WAL mode the file ends up \
              malformed, sooner with several writers.",
        evidence: "https://github.com/NousResearch/hermes-agent/issues/110848, https://www.sqlite.org/wal.html",
        bad: "services:\n  app:\n    build: .\n    environment:\n      DATABASE_URL: sqlite:////data/app.db\n    volumes:\n      - app_data:/data\nvolumes:\n  app_data:\n    driver_opts:\n      type: nfs\n      o: addr=10.0.0.2,rw\n      device: \":/export/app\"\n",
        good: "services:\n  app:\n    build: .\n    environment:\n      DATABASE_URL: sqlite:////data/app.db\n    volumes:\n      - app_data:/data\nvolumes:\n  app_data:\n",
        remedy: "Keep the file on a local volume and copy it away with `sqlite3 .backup`; or use a database server.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let found = embedded::all(view);
    let judged = found.iter().filter_map(|database| {
        let mount = embedded::mount_of(database.service, &database.path)?;
        let volume = database.file.volume(mount.source.as_deref()?)?;
        let device =
            volume.device.as_deref().filter(|device| device.starts_with(':') || device.starts_with("//"))?;
        let severity = Surroundings::of(&database.file.path).weigh(RULE.about.severity)?;
        let message = format!(
            "The database file {} of `{}` lies on `{device}`, a file system of another machine.",
            database.path, database.service.name
        );
        let finding =
            draft::finding(&RULE.about, Kind::Config, draft::line(view, &volume.place), severity, message);
        Some(finding.with(draft::line(view, database.place), "the database"))
    });
    judged.collect()
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
    fn a_folder_of_this_machine_is_local() {
        let text = RULE.about.bad.replace("\":/export/app\"", "/srv/app").replace("nfs", "none");
        assert!(trial::found(&RULE, &[("compose.yaml", &text)]).is_empty());
    }

    #[test]
    fn devices() {
        let found = |path: &str, text: &str| trial::found(&RULE, &[(path, text)]).len();
        let bad = RULE.about.bad;
        assert_eq!(found("compose.yaml", bad), 1);
        assert_eq!(found("compose.yaml", &bad.replace("\":/export/app\"", "//nas/share")), 1);
        assert_eq!(found("compose.yaml", &bad.replace("/data/app.db", "/app/app.db")), 0);
        assert_eq!(found("compose.test.yaml", bad), 0);
        let memory = bad.replace("sqlite:////data/app.db", "postgres://db/app");
        assert_eq!(found("compose.yaml", &memory), 0);
    }
}

//! A backup that lies where the data lies.

use super::{Rule, View, draft, servers};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::presets::Presets;
use crate::survey::VolumeKind;
use crate::survey::compose::Mount;
use crate::survey::image::ImageRef;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "backup-same-fate",
        title: "Backup on the same volume as the data",
        severity: Severity::High,
        why: "One deleted volume, one full or broken disk takes both. Backups that go with the data do not count.",
        evidence: "A volume deleted with all its backups: \
                   https://thedeepdive.ca/an-ai-coding-agent-deleted-a-startups-entire-database-in-9-secondsthen-it-explained-exactly-why-it-shouldnt-have/",
        bad: "services:\n  db:\n    image: postgres:17\n    volumes:\n      - data:/var/lib/postgresql/data\n  backup:\n    image: prodrigestivill/postgres-backup-local:17\n    volumes:\n      - data:/backups\nvolumes:\n  data:\n",
        good: "services:\n  db:\n    image: postgres:17\n    volumes:\n      - data:/var/lib/postgresql/data\n  backup:\n    image: prodrigestivill/postgres-backup-local:17\n    volumes:\n      - /mnt/other/backups:/backups\nvolumes:\n  data:\n",
        remedy: "Write backups to another disk, and copy them to another machine or account.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let servers = servers::all(view);
    let mut findings = Vec::new();
    for (file, service) in view.survey.compose.servers() {
        let image = service.image.as_ref().and_then(|image| ImageRef::parse(&image.text));
        let backs_up = image.is_some_and(|image| {
            Presets::embedded_containers().iter().any(|known| !known.backs_up.is_empty() && known.is(&image))
        });
        let mut written = service
            .mounts
            .iter()
            .filter(|mount| {
                !mount.read_only && matches!(mount.kind, VolumeKind::Named | VolumeKind::External)
            })
            .peekable();
        if !backs_up || written.peek().is_none() {
            continue;
        }
        let written: Vec<&Mount> = written.collect();
        for server in servers.iter().filter(|server| server.file.path == file.path) {
            let Some(data) = server.data_mount() else { continue };
            if !written.iter().all(|mount| mount.source == data.source) {
                continue;
            }
            let Some(severity) = server.weigh(RULE.about.severity) else { continue };
            let message = format!(
                "`{}` writes its backups to the volume that holds the data of `{}`.",
                service.name, server.service.name
            );
            let place = draft::line(view, &written[0].place);
            findings.push(
                draft::finding(&RULE.about, Kind::Config, place, severity, message)
                    .with(draft::line(view, &data.place), "the data"),
            );
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "compose.yaml");
        let both = RULE
            .about
            .bad
            .replace("      - data:/backups\n", "      - data:/data:ro\n      - backups:/backups\n");
        assert!(trial::found(&RULE, &[("compose.yaml", &both)]).is_empty());
    }

    #[test]
    fn look_alikes() {
        let found = |text: &str| trial::found(&RULE, &[("compose.yaml", text)]);
        assert_eq!(found(RULE.about.bad), ["compose.yaml:9 high"]);
        for text in [
            RULE.about.bad.replace("data:/backups", "data:/backups:ro"),
            RULE.about.bad.replace("data:/backups", "backups:/backups"),
            RULE.about.bad.replace("prodrigestivill/postgres-backup-local:17", "busybox"),
            RULE.about.bad.replace("    volumes:\n      - data:/backups\n", ""),
        ] {
            assert_eq!(found(&text), Vec::<String>::new(), "{text}");
        }
        assert!(trial::found(&RULE, &[("compose.test.yaml", RULE.about.bad)]).is_empty());
        let apart = [
            (
                "a/compose.yaml",
                "services:\n  db:\n    image: postgres:17\n    volumes: ['data:/var/lib/postgresql/data']\nvolumes:\n  data:\n",
            ),
            (
                "b/compose.yaml",
                "services:\n  backup:\n    image: prodrigestivill/postgres-backup-local:17\n    volumes: ['data:/backups']\nvolumes:\n  data:\n",
            ),
        ];
        assert_eq!(trial::found(&RULE, &apart), Vec::<String>::new());
    }
}

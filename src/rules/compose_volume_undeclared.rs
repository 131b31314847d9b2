//! A volume that a service uses and the file does not declare.

use super::surroundings::Surroundings;
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::survey::compose::{ComposeFile, Mount, Service};
use crate::survey::{VolumeKind, paths};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "compose-volume-undeclared",
        title: "Volume used but not declared",
        severity: Severity::Medium,
        why: "Compose refuses a file whose service uses a volume that is missing from the top-level `volumes:`. Where the name \
              is a slip for one that is declared, the quick repair of declaring the slip starts an empty volume beside the one \
              that holds the data.",
        evidence: "What the top-level element is for: https://docs.docker.com/reference/compose-file/volumes/",
        bad: "services:\n  db:\n    image: postgres:17\n    volumes:\n      - pg_data:/var/lib/postgresql/data\nvolumes:\n  pgdata:\n",
        good: "services:\n  db:\n    image: postgres:17\n    volumes:\n      - pgdata:/var/lib/postgresql/data\nvolumes:\n  pgdata:\n",
        remedy: "Use one name in both places; keep the one that holds data (`docker volume ls`).",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for file in view.survey.compose.files.iter().filter(|file| stands_alone(view, file)) {
        let mut named = Vec::new();
        for (service, mount, key) in undeclared(view, file) {
            if !named.contains(&key) {
                named.push(key);
                findings.extend(finding(view, file, service, mount, key));
            }
        }
    }
    findings
}

/// Whether the file is used as it is: a part that others include, or that is laid over another, need not declare anything.
fn stands_alone(view: &View<'_>, file: &ComposeFile) -> bool {
    let included = view.survey.compose.files.iter().any(|other| other.includes.contains(&file.path));
    file.base.is_none() && !included && file.includes.is_empty()
}

fn undeclared<'a>(view: &View<'_>, file: &'a ComposeFile) -> Vec<(&'a Service, &'a Mount, &'a str)> {
    let folder = paths::folder(&file.path);
    let beside = || view.survey.compose.files.iter().filter(|other| paths::folder(&other.path) == folder);
    let mounts = file.servers().flat_map(|service| service.mounts.iter().map(move |mount| (service, mount)));
    mounts
        .filter(|(_, mount)| mount.kind == VolumeKind::Named && mount.place.path == file.path)
        .filter_map(|(service, mount)| Some((service, mount, mount.source.as_deref()?)))
        .filter(|(_, _, key)| !key.contains('$') && beside().all(|other| other.volume(key).is_none()))
        .collect()
}

fn finding(
    view: &View<'_>,
    file: &ComposeFile,
    service: &Service,
    mount: &Mount,
    key: &str,
) -> Option<Finding> {
    let severity = Surroundings::of(&file.path).weigh(RULE.about.severity)?;
    let message = format!(
        "`{}` uses the volume `{key}`, which `volumes:` does not declare: Compose refuses the file.",
        service.name
    );
    let finding =
        draft::finding(&RULE.about, Kind::Config, draft::line(view, &mount.place), severity, message);
    let plain = |name: &str| name.replace(['-', '_', '.'], "").to_ascii_lowercase();
    let alike = file.volumes.iter().find(|volume| {
        plain(&volume.key) == plain(key) || strsim::levenshtein(&volume.key, key) <= 1 && key.len() > 3
    });
    Some(match alike {
        Some(volume) => {
            finding.with(draft::line(view, &volume.place), "declared under a name that is almost the same")
        }
        None => finding,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "compose.yaml");
        let found = trial::run(&RULE, &[("compose.yaml", RULE.about.bad)]);
        assert_eq!(found[0].related[0].place.line, 7);
    }

    #[test]
    fn parts_of_a_project_and_binds_are_fine() {
        let part = "services:\n  db:\n    image: postgres:17\n    volumes: ['pgdata:/var/lib/postgresql/data', './x:/x']\n";
        let whole = "services:\n  app:\n    image: a\nvolumes:\n  pgdata:\n";
        let files = [("docker-compose.db.yml", part), ("docker-compose.yml", whole)];
        assert_eq!(trial::found(&RULE, &files), Vec::<String>::new());
        let twice = RULE.about.bad.replace(
            "volumes:\n  pgdata",
            "  b:\n    image: b\n    volumes: ['pg_data:/x']\nvolumes:\n  pgdata",
        );
        assert_eq!(trial::found(&RULE, &[("compose.yaml", &twice)]), ["compose.yaml:5 medium"]);
    }

    #[test]
    fn the_declared_name_that_was_meant() {
        let related = |key: &str| {
            let text = RULE.about.bad.replace("pg_data:", key);
            let found = trial::run(&RULE, &[("compose.yaml", &text)]);
            assert_eq!(found.len(), 1, "{key}");
            found[0].related.len()
        };
        assert_eq!((related("PG-Data:"), related("pgdatas:"), related("uploads:")), (1, 1, 0));
        let short = "services:\n  db:\n    image: postgres:17\n    volumes: ['pg:/var/lib/postgresql/data']\nvolumes:\n  pd:\n";
        assert_eq!(trial::run(&RULE, &[("compose.yaml", short)])[0].related.len(), 0);
    }

    #[test]
    fn files_that_do_not_stand_alone() {
        let bad = RULE.about.bad;
        let included = [("compose.yaml", "include: [db.compose.yaml]\n"), ("db.compose.yaml", bad)];
        assert_eq!(trial::found(&RULE, &included), Vec::<String>::new());
        let parts = format!("include: [other.yaml]\n{bad}");
        let files = [("compose.yaml", parts.as_str()), ("other.yaml", "services: {}\n")];
        assert_eq!(trial::found(&RULE, &files), Vec::<String>::new());
        let over = [("compose.yaml", RULE.about.good), ("compose.override.yaml", bad)];
        assert_eq!(trial::found(&RULE, &over), Vec::<String>::new());
        let variable = bad.replace("pg_data:", "${PG_VOLUME}:");
        assert_eq!(trial::found(&RULE, &[("compose.yaml", &variable)]), Vec::<String>::new());
        assert_eq!(trial::found(&RULE, &[("compose.test.yaml", bad)]), Vec::<String>::new());
        let elsewhere = [("a/compose.yaml", bad), ("b/compose.yaml", "services: {}\nvolumes:\n  pg_data:\n")];
        assert_eq!(trial::found(&RULE, &elsewhere), ["a/compose.yaml:5 medium"]);
    }
}

//! A database on a volume without a name.

use super::{Rule, View, draft, servers};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::survey::VolumeKind;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "db-anonymous-volume",
        title: "Database on a volume without a name",
        severity: Severity::High,
        why: "A mount with a container path alone makes a volume whose name is a hash. `up` finds it again, but not after `down`, \
              and `up -V`, `rm -v` and `docker volume prune` delete it.",
        evidence: "https://github.com/docker/compose/issues/7444, https://github.com/supabase/supabase/pull/4506",
        bad: "services:\n  db:\n    image: mysql:8.4\n    volumes:\n      - /var/lib/mysql\n",
        good: "services:\n  db:\n    image: mysql:8.4\n    volumes:\n      - mysql_data:/var/lib/mysql\nvolumes:\n  mysql_data:\n",
        remedy: "Dump the data, give the volume a name (`mysql_data:/var/lib/mysql`), declare it under `volumes:`, restore.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let servers = servers::all(view);
    let kept = servers.iter().filter(|server| !server.is_cache());
    kept.filter_map(|server| {
        let mount = server.data_mount().filter(|mount| mount.kind == VolumeKind::Anonymous)?;
        let severity = server.weigh(RULE.about.severity)?;
        let message = format!(
            "The data of {} in `{}` is on a volume without a name, which nothing finds again after `down`.",
            server.engine(),
            server.service.name
        );
        Some(draft::finding(&RULE.about, Kind::Config, draft::line(view, &mount.place), severity, message))
    })
    .collect()
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
    fn look_alikes() {
        let text = "services:\n  app:\n    image: node\n    volumes: [/app/node_modules]\n  cache:\n    image: redis:7\n    volumes: [/data]\n";
        assert_eq!(trial::found(&RULE, &[("compose.yaml", text)]), Vec::<String>::new());
        let long = RULE.about.bad.replace("- /var/lib/mysql", "- {type: volume, target: /var/lib/mysql}");
        assert_eq!(trial::found(&RULE, &[("compose.yaml", &long)]), ["compose.yaml:5 high"]);
    }

    #[test]
    fn who_is_left_alone() {
        let named = RULE.about.bad.replace("- /var/lib/mysql", "- './my:/var/lib/mysql'");
        assert_eq!(trial::found(&RULE, &[("compose.yaml", &named)]), Vec::<String>::new());
        assert_eq!(trial::found(&RULE, &[("compose.test.yaml", RULE.about.bad)]), Vec::<String>::new());
        let aside = RULE.about.bad.replace("- /var/lib/mysql", "- /var/log/mysql");
        assert_eq!(trial::found(&RULE, &[("compose.yaml", &aside)]), Vec::<String>::new());
    }
}

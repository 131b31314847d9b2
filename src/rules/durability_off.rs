//! A server told not to wait for the disk.

use super::access;
use super::servers::{self, Server};
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::survey::Place;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "durability-off",
        title: "Database that does not wait for the disk",
        severity: Severity::High,
        why: "With these settings the server says that data is stored before it is. A crash or power failure leaves files that \
              cannot be repaired. They are for tests.",
        evidence: "Shipped to people who host it themselves by accident: https://github.com/appwrite/appwrite/pull/13479",
        bad: "services:\n  db:\n    image: postgres:17\n    command: postgres -c fsync=off\n    volumes:\n      - data:/var/lib/postgresql/data\nvolumes:\n  data:\n",
        good: "services:\n  db:\n    image: postgres:17\n    command: postgres -c max_connections=200\n    volumes:\n      - data:/var/lib/postgresql/data\nvolumes:\n  data:\n",
        remedy: "Drop the setting; for speed in tests keep it in a file for tests, with the data in a tmpfs.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let servers = servers::all(view);
    servers
        .iter()
        .filter(|server| server.is_kept() && !server.is_cache())
        .filter_map(|server| judge(view, server))
        .collect()
}

fn judge(view: &View<'_>, server: &Server<'_>) -> Option<Finding> {
    let (setting, place) = undurable(server)?;
    let severity = server.weigh(server.by_environment(Severity::High, Severity::Medium))?;
    let message = format!(
        "`{setting}`: a crash of the machine can leave the files of `{}` beyond repair.",
        server.service.name
    );
    Some(draft::finding(&RULE.about, Kind::Config, draft::line(view, &place), severity, message))
}

/// The first such setting in the command or the environment, with its place.
fn undurable(server: &Server<'_>) -> Option<(String, Place)> {
    let words = server.words();
    let known = &server.known.engine.undurable;
    let is_known = |text: &str| known.iter().any(|setting| setting.eq_ignore_ascii_case(text));
    if let Some(word) = access::options(&words).find(|word| is_known(word)) {
        return Some((word.to_owned(), server.service.command_place.clone()?));
    }
    server.service.environment.iter().find_map(|variable| {
        let setting = format!("{}={}", variable.name, variable.value.as_ref()?.reveal());
        is_known(&setting).then(|| (setting, variable.place.clone()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "docker-compose.prod.yml");
    }

    #[test]
    fn throw_away_data_may_be_fast() {
        let memory = RULE.about.bad.replace("    volumes:\n      - data:", "    tmpfs:\n      - ");
        assert!(trial::found(&RULE, &[("compose.yml", &memory)]).is_empty());
        assert!(trial::found(&RULE, &[("compose.ci.yml", RULE.about.bad)]).is_empty());
        let mysql = "services:\n  db:\n    image: mysql:8.4\n    command: ['mysqld', '--innodb-flush-log-at-trx-commit=0']\n    volumes: ['d:/var/lib/mysql']\nvolumes:\n  d:\n";
        assert_eq!(trial::found(&RULE, &[("compose.yml", mysql)]), ["compose.yml:4 medium"]);
    }

    #[test]
    fn what_is_never_kept_and_what_can_be_made_again() {
        let found = |text: &str| trial::found(&RULE, &[("compose.yml", text)]).len();
        assert_eq!(found(RULE.about.bad), 1);
        let unkept = RULE.about.bad.replace("    volumes:\n      - data:/var/lib/postgresql/data\n", "");
        assert_eq!(found(&unkept), 0);
        for written in [
            "[\"postgres\", \"-c\", \"fsync=off\"]",
            "postgres -c 'FSYNC=off'",
            "postgres -c full_page_writes=off",
        ] {
            assert_eq!(found(&RULE.about.bad.replace("postgres -c fsync=off", written)), 1, "{written}");
        }
        for written in ["postgres -c fsync=on", "postgres -c fsync_note=off"] {
            assert_eq!(found(&RULE.about.bad.replace("postgres -c fsync=off", written)), 0, "{written}");
        }
    }
}

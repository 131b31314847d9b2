//! A cron job that asks for a terminal.

use super::{Rule, View, backups, crontab};
use crate::finding::{Description, Finding, Severity};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "cron-tty",
        title: "Backup in cron that asks for a terminal",
        severity: Severity::High,
        why: "There is no terminal in cron: Docker answers that the input device is not one, and the file stays empty.",
        evidence: "What `-t` asks for: https://docs.docker.com/reference/cli/docker/container/exec/",
        bad: "0 3 * * * docker exec -it db pg_dump shop > /backups/shop.sql\n",
        good: "0 3 * * * docker exec db pg_dump shop > /backups/shop.sql\n",
        remedy: "Drop `-t`; with Compose add `-T`.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let message = "Docker is asked for a terminal, which cron does not have: the backup stays empty.";
    let mut findings = crontab::faulty(view, &RULE, message, is_faulty);
    for script in backups::scripts(view) {
        for dump in script.dumps.iter().filter(|dump| dump.terminal && dump.kept) {
            let message = "Docker is asked for a terminal: by a timer the backup stays empty, and by hand its line ends are changed.";
            let line = script.file.line_of(dump.span.start);
            findings.extend(crontab::finding(&RULE, &script.file, line, message));
        }
    }
    findings
}

/// Whether Docker is asked for a terminal, as Compose does unless told otherwise.
fn is_faulty(command: &str) -> bool {
    let words: Vec<&str> = command.split_whitespace().collect();
    let Some(at) = words.iter().position(|word| *word == "exec" || *word == "run") else { return false };
    let docker = words.iter().take(at).any(|word| word.contains("docker") || word.contains("podman"));
    let compose = words.iter().take(at).any(|word| word.ends_with("compose"));
    let after = words.get(at + 1..).unwrap_or_default();
    let options = || options(after);
    let asks = options().any(|word| matches!(*word, "-it" | "-ti" | "-t" | "--tty"));
    let refuses = options().any(|word| matches!(*word, "-T" | "--no-TTY" | "-iT" | "-Ti"));
    docker && (asks || compose && !refuses)
}

/// Options whose value is the next word.
const WITH_VALUE: [&str; 10] =
    ["-u", "--user", "-e", "--env", "--env-file", "-w", "--workdir", "--name", "--network", "-v"];

/// The options before the container's name.
fn options<'a>(words: &'a [&'a str]) -> impl Iterator<Item = &'a &'a str> {
    let mut value = false;
    words.iter().take_while(move |word| {
        let goes_on = value || word.starts_with('-');
        value = !value && WITH_VALUE.contains(word);
        goes_on
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "ops/crontab");
    }

    #[test]
    fn compose_asks_unless_told_otherwise() {
        let found = |command: &str| trial::found(&RULE, &[("crontab", &format!("@daily {command}\\n"))]);
        assert_eq!(found("docker compose exec db pg_dump shop > x"), ["crontab:1 high"]);
        assert!(found("docker compose exec -T db pg_dump shop > x").is_empty());
        assert!(found("/usr/local/bin/backup.sh").is_empty());
        let script = |options: &str| format!("#!/bin/bash\ndocker exec {options} db pg_dump shop > x.sql\n");
        assert_eq!(trial::found(&RULE, &[("backup.sh", &script("-t"))]), ["backup.sh:2 high"]);
        assert!(trial::found(&RULE, &[("backup.sh", &script("-i"))]).is_empty());
    }

    #[test]
    fn programs_and_options() {
        let found = |command: &str| trial::found(&RULE, &[("crontab", &format!("@daily {command}\n"))]).len();
        for asks in [
            "docker exec --tty db pg_dump shop > x",
            "podman exec -ti db pg_dump shop > x",
            "docker run -t --rm postgres:17 pg_dump shop > x",
            "docker-compose exec db pg_dump shop > x",
            "docker compose run --rm db pg_dump shop > x",
            "docker exec -u root -it db pg_dump shop > x",
        ] {
            assert_eq!(found(asks), 1, "{asks}");
        }
        for fine in [
            "docker exec -i db pg_dump shop > x",
            "docker compose exec --no-TTY db pg_dump shop > x",
            "docker-compose run -iT db pg_dump shop > x",
            "docker exec db pg_dump -t users shop > x",
            "lxc exec -t db -- pg_dump shop > x",
            "docker cp -t db:/backup x",
        ] {
            assert_eq!(found(fine), 0, "{fine}");
        }
        assert!(trial::found(&RULE, &[("tests/crontab", RULE.about.bad)]).is_empty());
    }

    #[test]
    fn scripts_with_other_programs() {
        let found = |line: &str| trial::found(&RULE, &[("backup.sh", &format!("{line}\n"))]).len();
        for asks in [
            "podman exec -it db pg_dump shop > x",
            "kubectl exec -it db-0 -- pg_dump shop | gzip > x",
            "docker exec -t db pg_dump shop | gzip > x",
        ] {
            assert_eq!(found(asks), 1, "{asks}");
        }
        for fine in [
            "docker exec -it db pg_dump shop",
            "docker exec db pg_dump -t users shop > x",
            "sudo -t docker pg_dump shop > x",
        ] {
            assert_eq!(found(fine), 0, "{fine}");
        }
    }
}

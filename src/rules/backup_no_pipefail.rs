//! A dump whose failure the pipe hides.

use super::backups::{self, Dump, Script};
use super::surroundings::Surroundings;
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Offer, Place, Severity};
use crate::source::{Edit, Span};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "backup-no-pipefail",
        title: "Dump whose failure the pipe hides",
        severity: Severity::High,
        why: "Of `pg_dump … | gzip > file` the shell sees how `gzip` ended. A dump that fails leaves a valid, empty archive and \
              success; after some nights the rotation has removed the last good one.",
        evidence: "https://github.com/Security-Onion-Solutions/securityonion/pull/15896, \
                   https://github.com/LemmyNet/lemmy-docs/issues/262",
        bad: "#!/bin/bash\nset -e\npg_dump shop | gzip > \"/backups/$(date +%F).sql.gz\"\n",
        good: "#!/bin/bash\nset -e\nset -o pipefail\npg_dump shop | gzip > \"/backups/$(date +%F).sql.gz\"\n",
        remedy: "Set `set -o pipefail` (bash), or let the dump compress and write by itself (`pg_dump -Fc -f file`).",
        fix: Some(Offer::asked(
            "adds `set -o pipefail` to a bash script, which then stops where it went on before",
        )),
    },
    check,
};

/// Programs that only show what a pipe brings.
const SHOW: [&str; 8] = ["grep", "head", "tail", "less", "wc", "more", "awk", "diff"];

fn check(view: &View<'_>) -> Vec<Finding> {
    let scripts = backups::scripts(view);
    scripts.iter().flat_map(|script| script.dumps.iter().filter_map(|dump| judge(script, dump))).collect()
}

fn judge(script: &Script, dump: &Dump) -> Option<Finding> {
    let last = dump.piped_to.as_deref().filter(|last| !SHOW.contains(last))?;
    let covered = script.pipefail && !dump.nested;
    if covered || script.sources && !dump.nested {
        return None;
    }
    let severity = Surroundings::of(script.file.path()).weigh(RULE.about.severity)?;
    let place = Place::of(&script.file, Span::new(dump.span.start, dump.span.end));
    let last = if last.is_empty() { "the rest of the pipe" } else { last };
    let message =
        format!("When the dump fails, `{last}` still succeeds: an empty backup that looks like a good one.");
    let finding = draft::finding(&RULE.about, Kind::Script, place, severity, message);
    Some(finding.mended(false, "let a failed dump fail the script", edits(script, dump)))
}

/// `set -o pipefail` behind the first line of a bash script and its own `set` line.
fn edits(script: &Script, dump: &Dump) -> Vec<Edit> {
    let text = script.file.text();
    let bash = text.lines().next().is_some_and(|line| line.starts_with("#!") && line.contains("bash"));
    if !bash || dump.nested {
        return Vec::new();
    }
    let (mut at, mut end) = (0, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        end += line.len();
        let sets = line.starts_with("set -");
        if number > 0 && !sets && !line.starts_with('#') && !line.trim().is_empty() {
            break;
        }
        if number == 0 || sets {
            at = end;
        }
    }
    vec![Edit::insert(at, "set -o pipefail\n")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    fn found(text: &str) -> Vec<String> {
        trial::found(&RULE, &[("backup.sh", text)])
    }

    #[test]
    fn examples_and_the_fix() {
        trial::examples(&RULE, "backup.sh");
        assert_eq!(trial::fixed(&RULE, "backup.sh", RULE.about.bad), RULE.about.good);
    }

    #[test]
    fn other_shells_and_texts() {
        assert_eq!(
            found("#!/bin/sh\ndocker exec db pg_dump -U a shop | gzip > x.gz\n"),
            ["backup.sh:2 high"]
        );
        assert_eq!(
            found("set -o pipefail\ndocker exec db sh -c 'mysqldump a | gzip' > x.gz\n"),
            ["backup.sh:2 high"]
        );
    }

    #[test]
    fn look_alikes() {
        for text in [
            "#!/bin/bash\nset -euo pipefail\npg_dump a | gzip > x\n",
            "pg_dump -Fc -f x.dump shop\n",
            "pg_dump --version | head -1\n",
            "pg_dump a | grep -c COPY\n",
            "echo 'pg_dump a | gzip > x'\n",
            "# pg_dump a | gzip > x\n",
            ". ./lib.sh\npg_dump a | gzip > x\n",
            "pg_dump a | gzip > x; [ \"${PIPESTATUS[0]}\" = 0 ]\n",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn where_the_fix_goes_and_where_there_is_none() {
        let fixed = |text: &str| trial::fixed(&RULE, "backup.sh", text);
        assert_eq!(
            fixed("#!/usr/bin/env bash\n# nightly\n\nset -eu\n\npg_dump a | gzip > x\nset -x\n"),
            "#!/usr/bin/env bash\n# nightly\n\nset -eu\nset -o pipefail\n\npg_dump a | gzip > x\nset -x\n"
        );
        assert_eq!(
            fixed("#!/bin/bash\npg_dump a | gzip > x\nset -e\n"),
            "#!/bin/bash\nset -o pipefail\npg_dump a | gzip > x\nset -e\n"
        );
        for without in [
            "#!/bin/sh\npg_dump a | gzip > x\n",
            "# bash\npg_dump a | gzip > x\n",
            "pg_dump a | gzip > x\n",
            "#!/bin/bash\ndocker exec db sh -c 'mysqldump a | gzip' > x.gz\n",
        ] {
            let findings = trial::run(&RULE, &[("backup.sh", without)]);
            assert!(findings.len() == 1 && findings[0].fix.is_none(), "{without}");
        }
    }

    #[test]
    fn what_is_set_outside_says_nothing_of_a_shell_inside() {
        let inside = "docker exec db sh -c 'mysqldump a | gzip' > x.gz\n";
        assert_eq!(found(&format!(". ./lib.sh\n{inside}")), ["backup.sh:2 high"]);
        let grouped = trial::run(&RULE, &[("backup.sh", "pg_dump a | { cat; } | (gzip > x)\n")]);
        assert_eq!(grouped.len(), 1);
        assert_eq!(found("pg_dump a | gzip > tests.gz\n"), ["backup.sh:1 high"]);
        assert!(trial::found(&RULE, &[("tests/backup.sh", "pg_dump a | gzip > x\n")]).is_empty());
    }

    #[test]
    fn dumps_however_they_are_started() {
        for text in [
            "$COMPOSE exec -T db pg_dump a | gzip > x\n",
            "bash -c 'pg_dump a | gzip > x'\n",
            "kubectl exec db-0 -- pg_dump a | gzip > x\n",
            "sudo -u postgres /usr/bin/pg_dump a | gzip > x\n",
            "backup() {\n  pg_dump a | gzip > x\n}\nbackup\n",
            "for db in a b; do pg_dump $db | gzip > $db; done\n",
            "{ pg_dump a | gzip; } > x\n",
            "pg_dump a | (gzip > x)\n",
        ] {
            assert_eq!(found(text).len(), 1, "{text}");
        }
        for text in [
            "echo pg_dump a | gzip > x\n",
            "pg_dump --help | cat\n",
            "docker exec db pg_dump -V | cat\n",
            "log -c 'pg_dump a | gzip > x'\n",
            "pg_dump_old a | gzip > x\n",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
        assert_eq!(trial::found(&RULE, &[("bin/backup-db", RULE.about.bad)]), ["bin/backup-db:3 high"]);
        assert!(trial::found(&RULE, &[("bin/notes", RULE.about.bad), ("a.md", RULE.about.bad)]).is_empty());
    }
}

//! Old backups deleted, whether or not there are new ones.

use super::backups::{self, Script};
use super::surroundings::Surroundings;
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Place, Severity};
use crate::source::Span;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "backup-rotation-blind",
        title: "Old backups deleted whether or not there are new ones",
        severity: Severity::High,
        why: "The deletion goes by age and runs even when the dump has failed. When dumps have failed for as many days as are kept, \
              the last good backup is deleted.",
        evidence: "Seven bad nights that evicted every good file: https://github.com/Security-Onion-Solutions/securityonion/pull/15896",
        bad: "#!/bin/bash\npg_dump shop > \"/backups/$(date +%F).sql\"\nfind /backups -name '*.sql' -mtime +7 -delete\n",
        good: "#!/bin/bash\nset -euo pipefail\npg_dump shop > \"/backups/$(date +%F).sql\"\nfind /backups -name '*.sql' -mtime +7 -delete\n",
        remedy: "Delete only after a verified backup, and always keep the newest few, whatever their age.",
        fix: None,
    },
    check,
};

/// Text by which a script asks whether its dump succeeded.
const ASKS: [&str; 8] = ["if pg_dump", "if ! ", "$?", "|| exit", "|| fail", "|| die", "|| {", "&& find"];

fn check(view: &View<'_>) -> Vec<Finding> {
    backups::scripts(view).iter().flat_map(judge).collect()
}

fn judge(script: &Script) -> Vec<Finding> {
    let hidden = script.dumps.iter().any(|dump| dump.piped_to.is_some() && !script.pipefail);
    let code = || script.file.text().lines().map(str::trim_start).filter(|line| !line.starts_with('#'));
    let asks = code().any(|line| ASKS.iter().any(|ask| line.contains(ask)));
    let careful = script.errexit && !hidden || script.sources || asks;
    let Some(severity) = Surroundings::of(script.file.path()).weigh(RULE.about.severity).filter(|_| !careful)
    else {
        return Vec::new();
    };
    let first =
        script.dumps.first().map(|dump| draft::line_of(&script.file, script.file.line_of(dump.span.start)));
    let finding = |span: &std::ops::Range<usize>| {
        let place = Place::of(&script.file, Span::new(span.start, span.end));
        let message = "This runs even when the dump has failed: after as many failures as days are kept, no backup is left.";
        let finding = draft::finding(&RULE.about, Kind::Script, place, severity, message);
        match &first {
            Some(dump) => finding.with(dump.clone(), "the dump whose failure it does not see"),
            None => finding,
        }
    };
    script.rotations.iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "backup.sh");
    }

    #[test]
    fn lists_pipes_and_scripts_that_ask() {
        let piped = RULE.about.good.replace(" > ", " | gzip > ").replace("set -euo pipefail", "set -e");
        assert_eq!(trial::found(&RULE, &[("backup.sh", &piped)]), ["backup.sh:4 high"]);
        let listed = RULE.about.bad.replace(
            "find /backups -name '*.sql' -mtime +7 -delete",
            "ls -t /backups | tail -n +8 | xargs rm -f",
        );
        assert_eq!(trial::found(&RULE, &[("backup.sh", &listed)]), ["backup.sh:3 high"]);
        let asked = RULE.about.bad.replace("find", "[ $? -eq 0 ] || exit 1\nfind");
        assert!(trial::found(&RULE, &[("backup.sh", &asked)]).is_empty());
        let logs = "find /var/log -mtime +7 -delete\n";
        assert!(trial::found(&RULE, &[("clean.sh", logs)]).is_empty());
    }

    #[test]
    fn what_makes_it_see_the_failure() {
        let found = |text: &str| trial::found(&RULE, &[("backup.sh", text)]);
        let dump = "pg_dump shop > \"$f\"\n";
        let rotate = "find /backups -mtime +7 -delete\n";
        for text in [
            format!("set -e\n{dump}{rotate}"),
            format!("set -o errexit\n{dump}{rotate}"),
            format!(". ./lib.sh\n{dump}{rotate}"),
            format!("if pg_dump shop > \"$f\"; then\n  {rotate}fi\n"),
            format!("pg_dump shop > \"$f\" || exit 1\n{rotate}"),
            format!("set -eo pipefail\npg_dump shop | gzip > \"$f\"\n{rotate}"),
            format!("{dump}find /backups -name '*.sql' -delete\n"),
            format!("{dump}find /backups -mtime +7 -print\n"),
            format!("{dump}ls -t | tail -n +8 | xargs echo rm_me_not\n").replace("rm_me_not", "old"),
        ] {
            assert_eq!(found(&text), Vec::<String>::new(), "{text}");
        }
        for text in [
            format!("# set -e\n{dump}{rotate}"),
            format!("# || exit 1 would be better\n{dump}{rotate}"),
            format!("{dump}find /backups -mmin +90 -exec rm {{}} +\n"),
            format!("set -u\n{dump}{rotate}"),
            format!("set --verbose\n{dump}{rotate}"),
        ] {
            assert_eq!(found(&text).len(), 1, "{text}");
        }
        let findings = trial::run(&RULE, &[("backup.sh", RULE.about.bad)]);
        assert_eq!(findings[0].related[0].place.line, 2);
        assert!(trial::found(&RULE, &[("ci/backup.sh", RULE.about.bad)]).is_empty());
    }
}

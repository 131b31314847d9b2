//! A declared database of which nothing stays when it is deleted.

use super::{Rule, View, infrastructure};
use crate::finding::{Description, Finding, Severity};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "tf-skip-final-snapshot",
        title: "Declared database deleted without a last copy",
        severity: Severity::High,
        why: "With it, deleting the database leaves nothing: the automatic backups go as well, by default.",
        evidence: "The wish for a backup before an instance goes: https://github.com/hashicorp/terraform/issues/1139",
        bad: "resource \"aws_db_instance\" \"main\" {\n  skip_final_snapshot = true\n}\n",
        good: "resource \"aws_db_instance\" \"main\" {\n  skip_final_snapshot       = false\n  final_snapshot_identifier = \"main-final-${random_id.last.hex}\"\n}\n",
        remedy: "Set it to `false` with a `final_snapshot_identifier` that is new every time, and `delete_automated_backups = false`.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    infrastructure::find(view, &RULE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "main.tf");
    }

    #[test]
    fn in_tests_it_is_right() {
        assert!(trial::found(&RULE, &[("tests/main.tf", RULE.about.bad)]).is_empty());
        assert_eq!(trial::found(&RULE, &[("dev/main.tf", RULE.about.bad)]), ["dev/main.tf:2 medium"]);
        let preview = RULE.about.bad.replace("main", "preview");
        assert!(trial::found(&RULE, &[("main.tf", &preview)]).is_empty());
    }

    #[test]
    fn only_what_is_said_counts_and_only_of_databases() {
        let found = |text: &str| trial::found(&RULE, &[("main.tf", text)]);
        assert_eq!(found(RULE.about.bad), ["main.tf:2 high"]);
        for fine in [
            "resource \"aws_db_instance\" \"main\" {\n}\n",
            "resource \"aws_db_instance\" \"main\" {\n  skip_final_snapshot = var.throw_away\n}\n",
            "resource \"aws_db_instance\" \"copy\" {\n  replicate_source_db = \"main\"\n  skip_final_snapshot = true\n}\n",
            "resource \"aws_s3_bucket\" \"main\" {\n  skip_final_snapshot = true\n}\n",
        ] {
            assert_eq!(found(fine), Vec::<String>::new(), "{fine}");
        }
        let cluster =
            "resource \"aws_rds_cluster\" \"main\" {\n  # for the demo\n  skip_final_snapshot=true\n}\n";
        assert_eq!(found(cluster), ["main.tf:3 high"]);
    }
}

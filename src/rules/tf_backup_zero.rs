//! A declared database without automatic backups.

use super::{Rule, View, infrastructure};
use crate::finding::{Description, Finding, Severity};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "tf-backup-zero",
        title: "Declared database without automatic backups",
        severity: Severity::High,
        why: "Nothing but what somebody dumps by hand can be restored after a bad deployment or a deleted table.",
        evidence: "https://docs.datadoghq.com/security/code_security/iac_security/iac_rules/terraform/aws/rds_with_backup_disabled",
        bad: "resource \"aws_db_instance\" \"main\" {\n  backup_retention_period = 0\n}\n",
        good: "resource \"aws_db_instance\" \"main\" {\n  backup_retention_period = 14\n}\n",
        remedy: "Keep backups for a week at least (`backup_retention_period = 14`), and try a restore.",
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
    fn absent_and_nested() {
        let absent = "resource \"aws_db_instance\" \"main\" {\n}\n";
        assert_eq!(trial::found(&RULE, &[("main.tf", absent)]), ["main.tf:1 medium"]);
        let nested = "resource \"google_sql_database_instance\" \"m\" {\n  settings {\n    backup_configuration {\n      enabled = false\n    }\n  }\n}\n";
        assert_eq!(trial::found(&RULE, &[("main.tf", nested)]), ["main.tf:4 high"]);
        assert!(trial::found(&RULE, &[("main.tf", &nested.replace("false", "true"))]).is_empty());
    }

    #[test]
    fn look_alikes() {
        let found = |path: &str, more: &str| {
            let text = format!("resource \"aws_db_instance\" \"main\" {{\n{more}}}\n");
            trial::found(&RULE, &[(path, &text)])
        };
        assert_eq!(found("main.tf", "  backup_retention_period = 0\n"), ["main.tf:2 high"]);
        for kept in ["7", "var.days", "\"14\""] {
            let line = format!("  backup_retention_period = {kept}\n");
            assert_eq!(found("main.tf", &line), Vec::<String>::new(), "{kept}");
        }
        assert_eq!(found("main.tf", "  replicate_source_db = \"main\"\n"), Vec::<String>::new());
        assert_eq!(found("test/main.tf", "  backup_retention_period = 0\n"), Vec::<String>::new());
    }
}

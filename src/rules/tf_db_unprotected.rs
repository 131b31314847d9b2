//! A declared database that one command deletes.

use super::{Rule, View, infrastructure};
use crate::finding::{Description, Finding, Severity};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "tf-db-unprotected",
        title: "Declared database that one command deletes",
        severity: Severity::High,
        why: "Without a protection, `terraform destroy`, a renamed resource or a change that cannot be made in place deletes the database, and with it the automatic backups.",
        evidence: "Two products on one state, and an agent that ran `destroy`: https://russellclare.com/ai-agent-database-destruction",
        bad: "resource \"aws_db_instance\" \"main\" {\n  engine = \"postgres\"\n}\n",
        good: "resource \"aws_db_instance\" \"main\" {\n  engine              = \"postgres\"\n  deletion_protection = true\n}\n",
        remedy: "Set `deletion_protection = true`, and `prevent_destroy` in `lifecycle`; take it off by hand when the database is to go.",
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
    fn what_is_set_counts_more_than_what_is_missing() {
        let found = |path: &str, more: &str| {
            let text = format!("resource \"aws_db_instance\" \"main\" {{\n{more}}}\n");
            trial::found(&RULE, &[(path, &text)])
        };
        assert_eq!(found("main.tf", ""), ["main.tf:1 medium"]);
        assert_eq!(found("prod/main.tf", ""), ["prod/main.tf:1 high"]);
        assert_eq!(found("main.tf", "  deletion_protection = false\n"), ["main.tf:2 high"]);
        for kept in [
            "  deletion_protection = var.protect\n",
            "  lifecycle {\n    prevent_destroy = true\n  }\n",
            "  replicate_source_db = aws_db_instance.other.id\n",
        ] {
            assert!(found("main.tf", kept).is_empty(), "{kept}");
        }
        assert!(found("test/main.tf", "").is_empty());
    }

    #[test]
    fn providers_that_protect_unless_told_otherwise() {
        let sql = |value: &str| format!("resource \"google_sql_database_instance\" \"main\" {{\n{value}}}\n");
        assert!(trial::found(&RULE, &[("main.tf", &sql(""))]).is_empty());
        let off = sql("  deletion_protection = false\n");
        assert_eq!(trial::found(&RULE, &[("main.tf", &off)]), ["main.tf:2 high"]);
        let other = "resource \"aws_s3_bucket\" \"b\" {\n}\n# resource \"aws_db_instance\" \"x\" {}\n";
        assert!(trial::found(&RULE, &[("main.tf", other)]).is_empty());
    }

    #[test]
    fn modules_other_endings_and_names_that_say_it() {
        let found = |path: &str, text: &str| trial::found(&RULE, &[(path, text)]);
        let module = "module \"db\" {\n  source  = \"terraform-aws-modules/rds/aws\"\n  version = \"~> 6.0\"\n  deletion_protection = false\n}\n";
        assert_eq!(found("main.tf", module), ["main.tf:4 high"]);
        assert_eq!(found("main.tf", &module.replace("rds/aws", "vpc/aws")), Vec::<String>::new());
        let bad = "resource \"aws_db_instance\" \"NAME\" {\n  deletion_protection = false\n}\n";
        assert_eq!(found("main.tofu", bad), ["main.tofu:2 high"]);
        assert_eq!(found("main.hcl", bad), Vec::<String>::new());
        assert_eq!(found("main.tf", &bad.replace("resource", "data")), Vec::<String>::new());
        assert_eq!(found("main.tf", &bad.replace("NAME", "staging_sandbox")), Vec::<String>::new());
        assert_eq!(found("main.tf", &bad.replace("NAME", "test_db")), Vec::<String>::new());
        assert_eq!(found("tests/main.tf", &bad.replace("NAME", "prod")), ["tests/main.tf:2 high"]);
        assert_eq!(found("main.tf", &bad.replace("false", "\"FALSE\" # for now\r")), ["main.tf:2 high"]);
        assert_eq!(found("main.tf", &bad.replace("false", "true")), Vec::<String>::new());
    }
}

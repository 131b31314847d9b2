//! `infrastructure-destroyed`: infrastructure that holds data is destroyed.

use super::commands;
use super::fixes;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "infrastructure-destroyed",
        title: "Infrastructure that holds data is destroyed",
        severity: Severity::High,
        why: "Disks, claims and managed databases go with the resource; automated backups often go too.",
        evidence: "A real protection from deletion has been asked for since 2018: \
                   <https://github.com/hashicorp/terraform/issues/17599>.",
        bad: "terraform destroy -auto-approve",
        good: "terraform plan -destroy",
        remedy: "Protect stateful resources (`prevent_destroy`, deletion protection, final snapshot), and destroy by \
              plan and review.",
        fix: Some(fixes::WARNS),
    },
    check: |view| commands::findings(view, &RULE),
};

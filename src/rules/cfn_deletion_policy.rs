//! A database of a stack that goes with the stack.

use super::surroundings::Surroundings;
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::presets::Presets;
use crate::source::SourceFile;
use crate::survey::paths;
use crate::yaml::{self, Entry, Node};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "cfn-deletion-policy",
        title: "Database that is deleted with its CloudFormation stack",
        severity: Severity::High,
        why: "Unless a policy says otherwise, most resources are deleted when they leave the template, when the stack is deleted, or \
              when a change replaces them.",
        evidence: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html",
        bad: "Resources:\n  Orders:\n    Type: AWS::DynamoDB::Table\n    DeletionPolicy: Delete\n",
        good: "Resources:\n  Orders:\n    Type: AWS::DynamoDB::Table\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n",
        remedy: "Set both `DeletionPolicy` and `UpdateReplacePolicy` to `Retain` or `Snapshot`.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let templates =
        view.tree.paths().filter(|path| matches!(paths::ending(path), "yml" | "yaml" | "json" | "template"));
    let mut findings = Vec::new();
    for file in templates.filter_map(|path| view.tree.read(path).ok()) {
        if !(file.text().contains("AWS::") && file.text().contains("Resources")) {
            continue;
        }
        let Ok(root) = yaml::parse_one(&file) else { continue };
        let resources = root.get("Resources").map(Node::entries).unwrap_or_default();
        findings.extend(resources.iter().filter_map(|entry| judge(&file, entry)));
    }
    findings
}

fn judge(file: &SourceFile, entry: &Entry<'_>) -> Option<Finding> {
    let kind = entry.value.get("Type")?;
    let text = kind.as_str()?;
    let known = Presets::embedded_infrastructure()
        .iter()
        .find(|known| known.resources.iter().any(|name| **name == *text))?;
    // The data of an instance in a cluster is the cluster's.
    if entry.value.path(&["Properties", "DBClusterIdentifier"]).is_some() {
        return None;
    }
    let policy = entry.value.get("DeletionPolicy");
    let (at, severity, message) = match policy.and_then(Node::as_str) {
        Some("Delete") => (policy?, Severity::High, "is deleted with its stack"),
        None if policy.is_none() && !known.stays => {
            (kind, Severity::Medium, "has no policy, and is deleted with its stack")
        }
        _ => return None,
    };
    // `template.yaml` is what such a file is called, and no example.
    let severity = Surroundings::of(paths::folder(file.path())).weigh(severity)?;
    let message = format!("The {} `{}` {message}, with everything in it.", known.title, entry.name());
    Some(draft::finding(
        &RULE.about,
        Kind::Config,
        draft::line_of(file, file.line_of(at.start())),
        severity,
        message,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "stack.yaml");
    }

    #[test]
    fn what_stays_by_itself() {
        let found = |kind: &str| {
            trial::found(&RULE, &[("stack.yaml", &format!("Resources:\n  A:\n    Type: {kind}\n"))])
        };
        assert_eq!(found("AWS::DynamoDB::Table"), ["stack.yaml:3 medium"]);
        assert!(found("AWS::RDS::DBInstance").is_empty());
        assert!(found("AWS::Lambda::Function").is_empty());
        let json =
            "{\"Resources\": {\"A\": {\"Type\": \"AWS::RDS::DBInstance\", \"DeletionPolicy\": \"Delete\"}}}";
        assert_eq!(trial::found(&RULE, &[("cfn/template.json", json)]), ["cfn/template.json:1 high"]);
        assert_eq!(trial::found(&RULE, &[("cfn/stack.json", json)]), ["cfn/stack.json:1 high"]);
    }

    #[test]
    fn other_policies_members_of_clusters_and_tests() {
        let found = |path: &str, more: &str| {
            let text = format!("Resources:\n  A:\n    Type: AWS::RDS::DBInstance\n{more}");
            trial::found(&RULE, &[(path, &text)])
        };
        assert_eq!(found("stack.yaml", "    DeletionPolicy: Delete\n"), ["stack.yaml:4 high"]);
        assert_eq!(found("a.template", "    DeletionPolicy: Delete\n"), ["a.template:4 high"]);
        assert_eq!(found("stack.yaml", "    DeletionPolicy: \"Delete\" # for now\r\n").len(), 1);
        for kept in ["Snapshot", "Retain", "RetainExceptOnCreate", "!If [IsProd, Retain, Delete]"] {
            assert!(found("stack.yaml", &format!("    DeletionPolicy: {kept}\n")).is_empty(), "{kept}");
        }
        let member = "    DeletionPolicy: Delete\n    Properties:\n      DBClusterIdentifier: !Ref Cluster\n";
        assert!(found("stack.yaml", member).is_empty());
        assert!(found("test/stack.yaml", "    DeletionPolicy: Delete\n").is_empty());
        assert!(found("notes.md", "    DeletionPolicy: Delete\n").is_empty());
        let table = "Resources:\n  A:\n    Type: AWS::DynamoDB::Table\n    DeletionPolicy: !Ref Policy\n";
        assert!(trial::found(&RULE, &[("stack.yaml", table)]).is_empty());
    }
}

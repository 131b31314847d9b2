//! `dbguard audit`: what is wrong with a repository.

use super::detect::require_directory;
use super::terminal::Terminal;
use super::{AuditArgs, AuditFormat, Failure, Outcome, exit};
use crate::finding::{Finding, Severity};
use crate::policy::{self, Loaded, Policy};
use crate::presets::Presets;
use crate::report::{audit_json, audit_lines};
use crate::rules::{self, View};
use crate::survey::tree::Tree;
use crate::survey::{self, Incomplete, Survey};

pub(super) fn run(args: &AuditArgs, terminal: &mut Terminal) -> Outcome {
    require_directory(&args.path)?;
    let presets = Presets::for_repository(&args.path).map_err(|error| Failure::new(exit::USAGE, error))?;
    let (tree, unread) = Tree::walk(&args.path);
    let mut survey = survey::read(&tree, &presets);
    let policy = policy(&tree, &presets, &mut survey)?;
    let findings = rules::judge(&View::new(&tree, &survey, &presets, policy.as_ref()));
    survey.incomplete.extend(unread);
    survey.incomplete.sort();
    survey.incomplete.dedup();
    show(args, &findings, &survey, terminal)?;
    Ok(code(&findings, args.fail_on.severity(), &survey, policy.is_some()))
}

fn show(
    args: &AuditArgs,
    findings: &[Finding],
    survey: &Survey,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    match args.format {
        AuditFormat::Json => {
            let root = args.path.display().to_string();
            let text = audit_json::render(&root, findings, &survey.incomplete)
                .map_err(|error| Failure::new(exit::REFUSED, error))?;
            terminal.answer(&text)?;
        }
        AuditFormat::Human => {
            let verbose = terminal.is_verbose();
            terminal.lines(&audit_lines::lines(findings, &survey.incomplete, verbose))?;
        }
    }
    Ok(())
}

/// The repository's policy. One that cannot be read at all leaves the view incomplete; one with mistakes ends the audit.
fn policy(tree: &Tree, presets: &Presets, survey: &mut Survey) -> Result<Option<Policy>, Failure> {
    if !tree.has(policy::FILE) {
        return Ok(None);
    }
    match tree.read(policy::FILE) {
        Ok(file) => {
            let policy = Loaded::parse(file.text()).and_then(|loaded| Policy::resolve(&loaded, presets));
            policy.map(Some).map_err(|error| Failure::new(exit::USAGE, error))
        }
        Err(error) => {
            survey.incomplete.push(Incomplete {
                path: policy::FILE.to_owned(),
                line: None,
                column: None,
                message: error.to_string(),
                matters: true,
            });
            Ok(None)
        }
    }
}

/// Findings first, then what could not be read, then nothing to audit.
fn code(findings: &[Finding], from: Severity, survey: &Survey, has_policy: bool) -> u8 {
    if findings.iter().any(|finding| finding.counts(from)) {
        exit::REFUSED
    } else if survey.incomplete.iter().any(|file| file.matters) {
        exit::INCOMPLETE
    } else if survey.databases.is_empty() && !has_policy {
        exit::NO_DATABASE
    } else {
        exit::DONE
    }
}

//! `dbguard audit`: what is wrong with a repository.

mod baseline;
mod local;
mod mend;
mod rendered;
mod since;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) use baseline::BaselineArgs;

use super::detect::require_directory;
use super::terminal::Terminal;
use super::{AuditArgs, Failure, Outcome, exit};
use crate::apply::output;
use crate::finding::{Finding, Severity};
use crate::mask::masked_line;
use crate::policy::{self, Loaded, Policy};
use crate::presets::Presets;
use crate::report::audit::{self, Format, FormatChoice, Report};
use crate::report::screen::{Line, Tone};
use crate::rules::{self, View};
use crate::source::SourceFile;
use crate::survey::tree::Tree;
use crate::survey::{self, Incomplete, Survey};

pub(super) fn run(args: &AuditArgs, terminal: &mut Terminal) -> Outcome {
    require_directory(&args.path)?;
    let presets = Presets::for_repository(&args.path).map_err(|error| Failure::new(exit::USAGE, error))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let changes = since::changes(args)?;
    let mended = mend::run(args, &presets, now)?;
    let (tree, unread) = Tree::walk(&args.path);
    let mut survey = survey::read(&tree, &presets);
    let policy = policy(&tree, &presets, &mut survey)?;
    let baseline = baseline::open(args, policy.as_ref())?;
    let mut drift = rendered::drift(&args.path, &tree, &mut survey, &presets, policy.as_ref());
    let machine = local::read(args, &tree, &mut survey, policy.as_ref());
    drift.extend(local::drift(&tree, &mut survey, policy.as_ref(), machine.as_ref(), now));
    let view = View::new(&tree, &survey, &presets, policy.as_ref()).at(now).drifted(&drift);
    let view = view.since(changes.as_ref()).on_machine(machine.as_ref());
    let mut findings = rules::judge(&view);
    survey.incomplete.extend(unread);
    survey.incomplete.sort();
    survey.incomplete.dedup();
    let seen = baseline::Seen { tree: &tree, unread: &survey.incomplete, changes: changes.as_ref() };
    let told = baseline::accept(args, baseline.as_ref(), &mut findings, &seen, terminal)?;
    let (findings, unchanged) = since::kept(findings, changes.as_ref());
    show(args, &findings, unchanged, &survey, &tree, terminal)?;
    baseline::tell(args, &told, terminal)?;
    let code = code(&findings, args.fail_on.severity(), &survey, policy.is_some());
    mend::tell(args, mended.as_ref(), &findings, code, terminal)
}

fn show(
    args: &AuditArgs,
    findings: &[Finding],
    unchanged: Option<usize>,
    survey: &Survey,
    tree: &Tree,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let root = args.path.display().to_string();
    // A rule that could not find anything has not passed.
    let asked = rules::RULES.iter().filter(|rule| args.local || !rules::is_local(rule.about.id));
    let rules: Vec<_> = asked.map(|rule| rule.about).collect();
    let originals = |path: &str| tree.read(path).ok();
    let masked: RefCell<BTreeMap<String, Option<Rc<SourceFile>>>> = RefCell::default();
    let sources = |path: &str| {
        let mut masked = masked.borrow_mut();
        let file = masked.entry(path.to_owned());
        file.or_insert_with(|| originals(path).map(|file| Rc::new(without_secrets(&file)))).clone()
    };
    let report = Report {
        root: &root,
        findings,
        unchanged,
        rules: &rules,
        sources: &sources,
        originals: &originals,
        survey,
        incomplete: &survey.incomplete,
    };
    args.format.iter().try_for_each(|choice| deliver(choice, &report, args, terminal))
}

/// Whether people read the report on standard output.
fn is_to_people(args: &AuditArgs) -> bool {
    args.format.iter().any(|choice| choice.path.is_none() && choice.format == Format::Human)
}

/// One report to where it was asked for.
fn deliver(
    choice: &FormatChoice,
    report: &Report<'_>,
    args: &AuditArgs,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    if choice.path.is_none() && choice.format == Format::Human {
        // A path that a terminal links to is absolute.
        let absolute = args.path.canonicalize().unwrap_or_else(|_| args.path.clone());
        let absolute = absolute.display().to_string();
        terminal.lines(&people(&Report { root: &absolute, ..*report }, terminal.is_verbose()))?;
        return Ok(());
    }
    let text = audit::render(choice.format, report).map_err(|error| Failure::new(exit::USAGE, error))?;
    match &choice.path {
        None => terminal.answer(&text)?,
        Some(path) => output::report(path, &text).map_err(|error| Failure::new(exit::USAGE, error))?,
    }
    Ok(())
}

/// What people see: without what is only worth knowing, unless they want more.
fn people(report: &Report<'_>, verbose: bool) -> Vec<Line> {
    let counts = |finding: &&Finding| verbose || finding.severity > Severity::Info;
    let findings: Vec<Finding> = report.findings.iter().filter(counts).cloned().collect();
    let mut lines = audit::screen(&Report { findings: &findings, ..*report });
    let hidden = report.findings.iter().filter(|one| !counts(one) && one.suppressed.is_none()).count();
    if hidden > 0 {
        let text = format!("{hidden} more that are only worth knowing: -v shows them");
        lines.push(Line::of(Tone::Faint, text));
    }
    if verbose {
        lines.extend(audit::silenced(report));
    }
    lines.extend(since::left_out(report.unchanged));
    lines
}

/// A file as it may be shown: excerpts of configuration and documents hold passwords.
fn without_secrets(file: &SourceFile) -> SourceFile {
    let lines = file.lines().map(|(_, line)| masked_line(line));
    SourceFile::new(file.path(), lines.collect::<Vec<_>>().join("\n"))
}

/// The repository's policy. One that cannot be read at all leaves the view incomplete; one with mistakes ends the audit.
fn policy(tree: &Tree, presets: &Presets, survey: &mut Survey) -> Result<Option<Policy>, Failure> {
    if !tree.has(policy::FILE) {
        return Ok(None);
    }
    match tree.read(policy::FILE) {
        Ok(file) => {
            let policy = Loaded::parse(file.text()).and_then(|loaded| {
                loaded.check_rules(rules::ids())?;
                Policy::resolve(&loaded, presets)
            });
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
    if findings.iter().any(|finding| finding.fails(from)) {
        exit::REFUSED
    } else if survey.incomplete.iter().any(|file| file.matters) {
        exit::INCOMPLETE
    } else if survey.databases.is_empty() && !has_policy {
        exit::NO_DATABASE
    } else {
        exit::DONE
    }
}

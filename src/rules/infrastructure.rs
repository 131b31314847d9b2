//! Databases declared as infrastructure, and the settings that keep them.

use super::surroundings::{Surroundings, lower};
use super::{Rule, View, draft};
use crate::finding::{Finding, Kind};
use crate::presets::Presets;
use crate::presets::infrastructure::{Infrastructure, SettingGuard};
use crate::presets::model::Str;
use crate::source::SourceFile;
use crate::survey::environment::words;
use crate::survey::paths;
use crate::survey::terraform::hcl::{self, Block};

/// The findings of `rule` in every Terraform file.
pub(super) fn find(view: &View<'_>, rule: &Rule) -> Vec<Finding> {
    let files = view.tree.paths().filter(|path| matches!(paths::ending(path), "tf" | "tofu"));
    let mut findings = Vec::new();
    for file in files.filter_map(|path| view.tree.read(path).ok()) {
        for block in hcl::blocks(file.text()) {
            let Some(known) = known(&block) else { continue };
            let guards = known.guards.iter().filter(|guard| *guard.rule == *rule.about.id);
            findings.extend(guards.filter_map(|guard| judge(rule, &file, &block, known, guard)));
        }
    }
    findings
}

/// What is known about the kind of a resource or module, unless it is a copy of another.
fn known(block: &Block) -> Option<&'static Infrastructure> {
    let kind = match block.labels.as_slice() {
        [kind, _] if block.keyword == "resource" => kind.clone(),
        [_] if block.keyword == "module" => block.literal("source")?.split("?ref=").next()?.to_owned(),
        _ => return None,
    };
    let mut families = Presets::embedded_infrastructure().iter();
    let known = families.find(|family| family.resources.iter().any(|name| **name == *kind))?;
    let copy = |name: &Str| block.attribute(name).is_some();
    (!known.copies.iter().any(copy)).then_some(known)
}

fn judge(
    rule: &Rule,
    file: &SourceFile,
    block: &Block,
    known: &Infrastructure,
    guard: &SettingGuard,
) -> Option<Finding> {
    let made_up_for = guard.instead_of.as_deref().and_then(|path| block.attribute(path)?.literal.clone());
    if made_up_for.as_deref() == Some("true") {
        return None;
    }
    let (line, lacks) = match block.attribute(&guard.attribute) {
        Some(found) => {
            let value = found.literal.as_deref()?;
            let lost = guard.lost.iter().any(|wanted| wanted.eq_ignore_ascii_case(value));
            (found.line, if lost { format!("`{} = {value}`", guard.attribute) } else { return None })
        }
        None if guard.needed => (block.line, format!("`{}` is not set", guard.attribute)),
        None => return None,
    };
    let name = block.labels.last().map(String::as_str).unwrap_or_default();
    let named = Surroundings::of(name);
    let surroundings = if named == Surroundings::Unknown { Surroundings::of(file.path()) } else { named };
    let severity = surroundings.weigh(rule.about.severity)?;
    let certain = surroundings == Surroundings::Production || lacks.contains('=');
    let severity = if certain { severity } else { lower(severity) };
    if is_throw_away(name) {
        return None;
    }
    let message = format!("{lacks} for the {} `{name}`. {}", known.title, guard.means);
    Some(draft::finding(&rule.about, Kind::Config, draft::line_of(file, line), severity, message))
}

fn is_throw_away(name: &str) -> bool {
    words([name]).iter().any(|word| matches!(word.as_str(), "preview" | "review" | "ephemeral" | "sandbox"))
}

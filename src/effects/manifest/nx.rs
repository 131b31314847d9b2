//! Targets of Nx: `project.json` of each project, and the scripts of its `package.json`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::workspace::{Pick, package_name, packages};
use super::{DEEPEST, Request, Step, json};
use crate::effects::facts::{self, Facts};

/// The texts of `PROJECT:TARGET[:CONFIGURATION]`, or of a target of every project that is meant.
pub(super) fn steps(request: &Request<'_>, facts: &dyn Facts) -> Option<Vec<Step>> {
    let (base, folders) = packages(request.folder, facts);
    let projects: Vec<Project> = folders.iter().filter_map(|folder| Project::read(folder, facts)).collect();
    let nx = Nx { base, projects };
    let mut seen = BTreeSet::new();
    let mut steps = Vec::new();
    match nx.split(request.name) {
        Some((project, target)) => steps.extend(nx.target(project, target, &mut seen)),
        None => {
            for project in nx.projects.iter().filter(|project| project.is_meant(&request.pick)) {
                steps.extend(nx.target(project, request.name, &mut seen));
            }
        }
    }
    (!steps.is_empty()).then_some(steps)
}

struct Project {
    folder: String,
    own: Value,
    /// The text of its `package.json`.
    package: String,
}

impl Project {
    fn read(folder: &str, facts: &dyn Facts) -> Option<Self> {
        let own = facts.read(&facts::join(folder, "project.json"));
        let package = facts.read(&facts::join(folder, "package.json"));
        if own.is_none() && package.is_none() {
            return None;
        }
        let own = own.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        Some(Self { folder: folder.to_owned(), own, package: package.unwrap_or_default() })
    }

    fn is_meant(&self, pick: &Pick<'_>) -> bool {
        let own = self.own.get("name").and_then(Value::as_str).unwrap_or_default();
        pick.means(|| own.to_owned(), &self.folder)
            || pick.means(|| package_name(&self.package), &self.folder)
    }
}

struct Nx {
    base: String,
    projects: Vec<Project>,
}

impl Nx {
    /// The project and the target of `PROJECT:TARGET`, when there is such a project.
    fn split<'a>(&self, name: &'a str) -> Option<(&Project, &'a str)> {
        let (project, target) = name.split_once(':')?;
        let pick = Pick::Named(vec![project]);
        Some((self.projects.iter().find(|one| one.is_meant(&pick))?, target))
    }

    /// The texts of a target, those that it depends on first. A target is followed once.
    fn target(&self, project: &Project, target: &str, seen: &mut BTreeSet<(String, String)>) -> Vec<Step> {
        if seen.len() > DEEPEST || !seen.insert((project.folder.clone(), target.to_owned())) {
            return Vec::new();
        }
        let scripts = json::scripts(&project.package, target, true).unwrap_or_default();
        let mut steps = Step::shell(scripts, &project.folder);
        match project.own.get("targets").and_then(|targets| targets.get(target)) {
            Some(entry) => steps.extend(self.entry(project, entry, seen)),
            // `build:production`: the last part may be a configuration.
            None if steps.is_empty() => {
                if let Some((target, _)) = target.rsplit_once(':') {
                    steps.extend(self.target(project, target, seen));
                }
            }
            None => {}
        }
        steps
    }

    fn entry(&self, project: &Project, entry: &Value, seen: &mut BTreeSet<(String, String)>) -> Vec<Step> {
        let needed = entry.get("dependsOn").and_then(Value::as_array).into_iter().flatten();
        let mut steps = Vec::new();
        for one in needed.filter_map(|one| one.as_str().or_else(|| one.get("target")?.as_str())) {
            let (project, target) = self.split(one).unwrap_or((project, one));
            steps.extend(self.target(project, target.trim_start_matches('^'), seen));
        }
        let options = entry.get("options");
        let cwd = options.and_then(|all| all.get("cwd")).and_then(Value::as_str).unwrap_or_default();
        let folder = facts::join(&self.base, cwd);
        let configurations = entry.get("configurations").and_then(Value::as_object);
        let all = [Some(entry), options].into_iter().flatten();
        for place in all.chain(configurations.into_iter().flat_map(serde_json::Map::values)) {
            steps.extend(Step::shell(commands(place), &folder));
            let script = place.get("script").and_then(Value::as_str);
            let texts = script.and_then(|script| json::scripts(&project.package, script, true));
            steps.extend(Step::shell(texts.unwrap_or_default(), &project.folder));
        }
        steps
    }
}

/// `command`, and the items of `commands`, which are texts or have one.
fn commands(place: &Value) -> Vec<String> {
    let text = |one: &Value| one.as_str().or_else(|| one.get("command")?.as_str()).map(str::to_owned);
    let listed = place.get("commands").and_then(Value::as_array).into_iter().flatten().filter_map(text);
    place.get("command").and_then(text).into_iter().chain(listed).collect()
}

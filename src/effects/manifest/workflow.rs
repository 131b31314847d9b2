//! Workflows of GitHub that a line starts: what their steps run.

use super::{HIGHEST, Request, Step, above};
use crate::effects::facts::{self, Facts};
use crate::source::SourceFile;
use crate::yaml::{self, Node};

const FOLDER: &str = ".github/workflows";

/// Files that are looked into for a workflow's name.
const MOST: usize = 50;

/// The shell texts of a workflow, by its file or by its name.
pub(super) fn steps(request: &Request<'_>, facts: &dyn Facts) -> Option<Vec<Step>> {
    let base = above(request.folder, HIGHEST).find(|base| facts.exists(&facts::join(base, FOLDER)))?;
    if request.file.is_some_and(|repository| !is_ours(repository, &base, facts)) {
        return None;
    }
    let folder = facts::join(&base, FOLDER);
    let read = |name: &str| {
        let text = facts.read(&facts::join(&folder, name))?;
        yaml::parse_one(&SourceFile::new(name, text.as_str())).ok()
    };
    let by_file = read(request.name.rsplit('/').next().unwrap_or_default());
    let is_it = |node: &Node| node.get("name").and_then(Node::as_str) == Some(request.name);
    let workflow = by_file
        .or_else(|| facts.names(&folder).iter().take(MOST).filter_map(|name| read(name)).find(is_it))?;
    let jobs = workflow.get("jobs").map(Node::entries).unwrap_or_default();
    let run = jobs.iter().flat_map(|job| job.value.get("steps").map(Node::items).unwrap_or_default());
    let texts = run.filter_map(|step| step.get("run")?.as_str()).map(told).collect();
    Some(Step::shell(texts, &base))
}

/// Whether git knows the repository of this name as the one here.
fn is_ours(repository: &str, base: &str, facts: &dyn Facts) -> bool {
    let config = facts.read(&facts::join(base, ".git/config")).unwrap_or_default();
    let named = |line: &str| {
        let address = line.trim().trim_end_matches(".git");
        address.strip_suffix(repository).is_some_and(|before| before.ends_with(['/', ':']))
    };
    config.lines().filter(|line| line.trim_start().starts_with("url")).any(named)
}

/// `${{ … }}` is filled in by the service.
fn told(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${{") {
        out.push_str(before);
        out.push_str("$UNKNOWN");
        rest = behind.split_once("}}").map_or("", |(_, behind)| behind);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::{is_ours, told};
    use crate::effects::facts::InMemory;

    #[test]
    fn the_repository_here_is_known_by_its_addresses() {
        for (address, expected) in [
            ("https://github.com/shop/app.git", true),
            ("git@github.com:shop/app", true),
            ("https://github.com/myshop/app", false),
            ("https://github.com/shop/app2.git", false),
        ] {
            let config = format!("[remote \"origin\"]\n\turl = {address}\n");
            let facts = InMemory([("a/.git/config".to_owned(), config)].into());
            assert_eq!(is_ours("shop/app", "a", &facts), expected, "{address}");
        }
        assert!(!is_ours("shop/app", "", &InMemory(std::collections::BTreeMap::new())));
    }

    #[test]
    fn what_the_service_fills_in_is_not_known() {
        assert_eq!(told("a ${{ inputs.x }} b ${{ y }}"), "a $UNKNOWN b $UNKNOWN");
        assert_eq!(told("a ${X}"), "a ${X}");
    }
}

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
    use super::told;

    #[test]
    fn what_the_service_fills_in_is_not_known() {
        assert_eq!(told("a ${{ inputs.x }} b ${{ y }}"), "a $UNKNOWN b $UNKNOWN");
        assert_eq!(told("a ${X}"), "a ${X}");
    }
}

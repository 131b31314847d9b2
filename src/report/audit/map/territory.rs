//! Which lines of which files belong to which database, and so which database a finding concerns.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use crate::finding::{Finding, Place};
use crate::report::audit::Report;
use crate::source::SourceFile;
use crate::survey::{Database, Survey};

/// The lines of each database: its service and volume in Compose files, its settings in env files, and every line that
/// told of it.
pub(crate) struct Territories(BTreeMap<String, Vec<(RangeInclusive<usize>, usize)>>);

impl Territories {
    /// The territories of the report's databases.
    pub(crate) fn of_report(report: &Report<'_>) -> Self {
        let mut all: BTreeMap<String, Vec<(RangeInclusive<usize>, usize)>> = BTreeMap::new();
        for (at, database) in report.survey.databases.iter().enumerate() {
            for (path, lines) in lines_of(report, database) {
                all.entry(path).or_default().push((lines, at));
            }
        }
        Self(all)
    }

    /// The databases, by their number in the survey, whose lines the finding or one of its related places touches.
    pub(crate) fn of(&self, finding: &Finding) -> BTreeSet<usize> {
        let places = std::iter::once(&finding.place).chain(finding.related.iter().map(|one| &one.place));
        places.flat_map(|place| self.at(place)).collect()
    }

    fn at<'a>(&'a self, place: &'a Place) -> impl Iterator<Item = usize> + 'a {
        let lines = self.0.get(&place.path).map(Vec::as_slice).unwrap_or_default();
        let touches =
            |lines: &RangeInclusive<usize>| *lines.start() <= place.end_line && place.line <= *lines.end();
        lines.iter().filter(move |(lines, _)| touches(lines)).map(|(_, database)| *database)
    }
}

fn lines_of(report: &Report<'_>, database: &Database) -> Vec<(String, RangeInclusive<usize>)> {
    let blocks = heads(report.survey, database).into_iter().map(|(path, line)| {
        let lines = (report.sources)(&path).map_or(line..=line, |file| block(&file, line));
        (path, lines)
    });
    blocks.chain(settings(report.survey, database)).collect()
}

/// Where the keys of its service and of its volume stand, in whatever file.
fn heads(survey: &Survey, database: &Database) -> Vec<(String, usize)> {
    let Some(file) = database.compose_file.as_deref().and_then(|path| survey.compose.file(path)) else {
        return Vec::new();
    };
    let service = database.compose_service.as_deref().and_then(|name| file.service(name));
    let places = service.into_iter().flat_map(|service| service.sources.iter().chain([&service.place]));
    let volume = database.volume.as_deref().and_then(|key| file.volume(key)).map(|volume| &volume.place);
    places.chain(volume).map(|place| (place.path.clone(), place.line)).collect()
}

/// The lines that told of it; in an env file all from the first to the last.
fn settings(survey: &Survey, database: &Database) -> Vec<(String, RangeInclusive<usize>)> {
    let told = database.sources.iter().map(|source| (source.path.as_str(), source.line));
    let mut by_path: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (path, line) in told.chain(database.password_source.as_deref().and_then(place)) {
        by_path.entry(path).or_default().push(line);
    }
    let ranges = |(path, lines): (&str, Vec<usize>)| -> Vec<(String, RangeInclusive<usize>)> {
        match (lines.iter().min(), lines.iter().max()) {
            (Some(first), Some(last)) if survey.env_files.iter().any(|file| file == path) => {
                vec![(path.to_owned(), *first..=*last)]
            }
            _ => lines.into_iter().map(|line| (path.to_owned(), line..=line)).collect(),
        }
    };
    by_path.into_iter().flat_map(ranges).collect()
}

/// The place in `env/backend.env:12 POSTGRES_PASSWORD`.
fn place(source: &str) -> Option<(&str, usize)> {
    let (place, _) = source.rsplit_once(' ')?;
    let (path, line) = place.rsplit_once(':')?;
    Some((path, line.parse().ok()?))
}

/// The lines of the YAML key at `line` and of all that is indented below it.
fn block(file: &SourceFile, line: usize) -> RangeInclusive<usize> {
    let depth = |text: &str| text.len() - text.trim_start().len();
    let mut lines = file.lines().skip(line.saturating_sub(1));
    let Some((_, head)) = lines.next() else { return line..=line };
    let is_bare = |text: &str| text.trim().is_empty() || text.trim_start().starts_with('#');
    let inside = lines.filter(|(_, text)| !is_bare(text)).take_while(|(_, text)| depth(text) > depth(head));
    line..=inside.last().map_or(line, |(last, _)| last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_ends_where_the_indentation_does() {
        let file = SourceFile::new(
            "a",
            "services:\n  db:\n    image: x\n\n# note\n    ports: []\n\n  # web\n  web:\n",
        );
        assert_eq!(block(&file, 2), 2..=6);
        assert_eq!(block(&file, 9), 9..=9);
        assert_eq!(block(&file, 99), 99..=99);
    }

    #[test]
    fn a_password_source_is_a_place() {
        assert_eq!(place("env/a b.env:12 POSTGRES_PASSWORD"), Some(("env/a b.env", 12)));
        assert_eq!(place("trust authentication"), None);
    }
}

//! The map of the page: services, databases and volumes as boxes, and the lines between them.

mod graph;
mod layout;
mod territory;

use serde::Serialize;

use super::{Report, SEVERITIES};
use crate::finding::Finding;
use crate::report::screen::count;

pub(super) use territory::Territories;

/// A drawing; numbers are pixels.
#[derive(Serialize)]
pub(super) struct Map {
    /// Its width.
    width: usize,
    /// Its height.
    height: usize,
    /// The boxes, by column and from above.
    boxes: Vec<Box>,
    /// The lines between them.
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Box {
    x: usize,
    y: usize,
    /// `service`, `database` or `volume`.
    kind: &'static str,
    /// What it is called, cut to the box.
    label: String,
    /// What it is.
    detail: String,
    /// All of it, for a pointer and for those who cannot see the box.
    title: String,
    /// The database's id; empty for other boxes.
    database: String,
    /// The severity of its worst finding, empty if it has none.
    worst: &'static str,
    /// How many findings there are, such as `2 findings`; empty if none.
    found: String,
}

#[derive(Serialize)]
struct Line {
    /// The curve, as SVG writes it.
    path: String,
    /// Whether a service only uses the database, and does not run it.
    uses: bool,
}

/// The map of the report's databases, each with the findings that are `territories`' of it.
pub(super) fn draw(report: &Report<'_>, territories: &Territories) -> Map {
    let graph = graph::of(report.survey);
    let places = layout::places(&graph);
    let boxes = graph.nodes.iter().zip(&places.corners).map(|(node, corner)| {
        let found = node.database.map(|database| found(report, territories, database));
        let (worst, found) = found.unwrap_or_default();
        let database = node.database.and_then(|at| report.survey.databases.get(at));
        let all = [node.kind.word(), &node.label, &node.detail, &found];
        Box {
            x: corner.0,
            y: corner.1,
            kind: node.kind.word(),
            label: layout::short(&node.label, layout::LABEL),
            detail: layout::short(
                &node.detail,
                if found.is_empty() { layout::LABEL } else { layout::DETAIL },
            ),
            title: all.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "),
            database: database.map(|database| database.id.clone()).unwrap_or_default(),
            worst,
            found,
        }
    });
    let mut boxes: Vec<Box> = boxes.collect();
    boxes.sort_by_key(|one| (one.x, one.y));
    let lines = graph.edges.iter().map(|edge| Line { path: places.curve(edge), uses: edge.uses }).collect();
    Map { width: layout::WIDTH, height: places.height, boxes, lines }
}

/// The worst severity of a database's findings, and their number in words.
fn found(report: &Report<'_>, territories: &Territories, database: usize) -> (&'static str, String) {
    let here: Vec<&Finding> =
        report.open().filter(|finding| territories.of(finding).contains(&database)).collect();
    let worst = SEVERITIES.into_iter().find(|severity| here.iter().any(|one| one.severity == *severity));
    match worst {
        Some(severity) => (severity.word(), count(here.len(), "finding")),
        None => ("", String::new()),
    }
}

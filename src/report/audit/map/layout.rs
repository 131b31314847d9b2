//! Where the boxes are: a column for each kind, and what hangs together in one band from left to right.

use super::graph::{Edge, Graph, Kind};

/// Pixels of a box, and of the room between two columns.
const BOX: (usize, usize) = (250, 46);
const GAP: usize = 60;
/// Pixels from one box to the next one below, between bands, and above the first.
const ROW: usize = 56;
const BAND: usize = 10;
const TOP: usize = 28;

/// Pixels of the whole map.
pub(super) const WIDTH: usize = 3 * BOX.0 + 2 * GAP + 2;
/// Columns of text that fit a line of a box, and beside the number of findings.
pub(super) const LABEL: usize = 29;
pub(super) const DETAIL: usize = 18;

pub(super) struct Places {
    /// The upper left corner of each node.
    pub(super) corners: Vec<(usize, usize)>,
    pub(super) height: usize,
}

/// A place for every node.
pub(super) fn places(graph: &Graph) -> Places {
    let mut corners = vec![(0, 0); graph.nodes.len()];
    let mut top = TOP;
    for band in bands(graph) {
        let columns = [Kind::Service, Kind::Database, Kind::Volume].map(|kind| column(graph, &band, kind));
        let rows = columns.iter().map(Vec::len).max().unwrap_or_default();
        for (at, column) in columns.iter().enumerate() {
            // A shorter column stands in the middle of its band.
            let start = top + (rows - column.len()) * ROW / 2;
            for (row, node) in column.iter().enumerate() {
                corners[*node] = (1 + at * (BOX.0 + GAP), start + row * ROW);
            }
        }
        top += rows * ROW + BAND;
    }
    Places { corners, height: top }
}

/// The nodes of a kind, each beside the databases that it has to do with: fewer lines cross.
fn column(graph: &Graph, band: &[usize], kind: Kind) -> Vec<usize> {
    let mut nodes: Vec<usize> = band.iter().copied().filter(|node| graph.nodes[*node].kind == kind).collect();
    nodes.sort_by_cached_key(|node| {
        let edges = graph.edges.iter().filter(|edge| edge.other == *node);
        let databases: Vec<usize> = edges.map(|edge| edge.database).collect();
        // In thousandths, so that two neighbours are not the same.
        databases.iter().sum::<usize>() * 1000 / databases.len().max(1)
    });
    nodes
}

impl Places {
    /// The line of an edge, from the right side of one box to the left side of the other.
    pub(super) fn curve(&self, edge: &Edge) -> String {
        let (one, other) = (self.corners[edge.database], self.corners[edge.other]);
        let (left, right) = if one.0 < other.0 { (one, other) } else { (other, one) };
        let (x, y) = (left.0 + BOX.0, left.1 + BOX.1 / 2);
        let (to_x, to_y) = (right.0, right.1 + BOX.1 / 2);
        let middle = usize::midpoint(x, to_x);
        format!("M{x} {y}C{middle} {y} {middle} {to_y} {to_x} {to_y}")
    }
}

/// The nodes that hang together, in the order in which their first databases come.
fn bands(graph: &Graph) -> Vec<Vec<usize>> {
    let mut band_of: Vec<usize> = (0..graph.nodes.len()).collect();
    for edge in &graph.edges {
        let (one, other) = (band_of[edge.database], band_of[edge.other]);
        let (keep, drop) = (one.min(other), one.max(other));
        band_of.iter_mut().filter(|band| **band == drop).for_each(|band| *band = keep);
    }
    let members = |band: usize| (0..band_of.len()).filter(|node| band_of[*node] == band).collect();
    (0..band_of.len()).filter(|node| band_of[*node] == *node).map(members).collect()
}

/// What fits into a line of a box.
pub(super) fn short(text: &str, columns: usize) -> String {
    console::truncate_str(text, columns, "…").into_owned()
}

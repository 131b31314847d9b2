//! The summary as GitHub renders it.

use dbguard::report::audit::Format;

use crate::nasty::Nasty;
use crate::programs::{answer, installed};

fn rendered(nasty: &Nasty) -> Option<String> {
    let cmark = installed("cmark-gfm")?;
    let extensions = ["-e", "table", "-e", "autolink", "-e", "strikethrough", "-e", "tagfilter"];
    let arguments: Vec<&str> = ["--unsafe"].into_iter().chain(extensions).collect();
    Some(answer(cmark, &arguments, &nasty.written(Format::Markdown)))
}

#[test]
fn every_finding_is_one_row_of_four_cells_without_markup() {
    let full = Nasty::full();
    let Some(html) = rendered(&full) else { return };
    let table = html.rsplit("<table>").next().unwrap();
    let rows: Vec<&str> = table.split("<tr>").skip(2).collect();
    assert_eq!(rows.len(), full.open().len());
    let mut open = full.open();
    open.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    for (row, finding) in rows.iter().zip(open) {
        let cells: Vec<String> =
            row.split("<td>").skip(1).map(|cell| plain(cell.split("</td>").next().unwrap())).collect();
        assert_eq!(cells.len(), 4, "{row}");
        assert_eq!(cells[0], finding.severity.word());
        assert_eq!(cells[1], finding.rule);
        let path = finding.place.path.replace('\n', " ").replace('\u{1b}', "\\u{1b}");
        assert_eq!(cells[2], format!("{path}:{}", finding.place.line));
        let text = format!("{}: {}", finding.title, finding.message).replace(['\n', '\r'], " ");
        let text = text.replace('\u{1b}', "\\u{1b}").replace('\u{202e}', "\\u{202e}").replace('\0', "\\u{0}");
        assert_eq!(squeezed(&cells[3]), squeezed(&text));
    }
    for tag in ["<a", "<b>", "<code", "<img", "<em>", "<strong>", "<del>", "<!--", "<script"] {
        assert!(!html.contains(tag), "{tag} in {html}");
    }
}

/// The text of HTML that has no element.
fn plain(html: &str) -> String {
    let text = html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&#64;", "@").replace("&amp;", "&")
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn nothing_found_is_a_table_of_zeros_and_unread_files_are_told() {
    let (Some(empty), Some(unread)) = (rendered(&Nasty::empty()), rendered(&Nasty::unread())) else { return };
    assert!(
        empty.starts_with("<h2>dbguard audit: 0 findings</h2>") && empty.matches("<td>0</td>").count() == 6,
        "{empty}"
    );
    assert_eq!(unread.matches("<p>Not read: ").count(), 3, "{unread}");
    assert!(!unread.contains("<a") && !unread.contains("<b>"), "{unread}");
}

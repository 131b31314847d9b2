//! For people: excerpts by file, what would be lost, what to do, and a line of figures.

use super::{Report, SEVERITIES, address, excerpt, uri, visible};
use crate::finding::{Finding, Place, Severity};
use crate::report::screen::{Line, Tone, WIDTH, count};
use crate::report::wrap::wrap;

/// Columns of the gutter that holds line numbers.
const GUTTER: usize = 7;
/// Rows of the longest diff that is shown.
const SHORT: usize = 16;

pub(super) fn lines(report: &Report<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    let open: Vec<&Finding> = report.open().collect();
    for group in open.chunk_by(|a, b| a.place.path == b.place.path) {
        let Some(first) = group.first() else { continue };
        let address = file_address(report.root, &first.place.path);
        lines.push(Line::of(Tone::Strong, visible(&first.place.path)).leading_to(address));
        for finding in group {
            lines.extend(one(report, finding));
            lines.push(Line::default());
        }
    }
    lines.extend(unread(report));
    lines.push(summary(report));
    if let Some(finding) = report.worst_first().first() {
        lines.push(Line::of(Tone::Faint, format!("About a rule: dbguard explain {}", finding.rule)));
    }
    lines
}

/// Where a file of the repository is; none if the root is not absolute.
fn file_address(root: &str, path: &str) -> Option<String> {
    let inside = root.strip_prefix('/')?.trim_end_matches('/');
    let between = if inside.is_empty() { "" } else { "/" };
    Some(format!("file:///{}{between}{}", uri::encoded(inside), uri::encoded(path)))
}

fn one(report: &Report<'_>, finding: &Finding) -> Vec<Line> {
    let head = Line::of(tone(finding.severity), format!("  {}", finding.severity.word()))
        .and(Tone::Faint, format!("  {}", finding.rule));
    let mut lines = vec![head];
    lines.extend(paragraph("  ", Tone::Strong, finding.title));
    lines.extend(source(report, &finding.place, tone(finding.severity)));
    lines.extend(paragraph("    ", Tone::Plain, &finding.message));
    lines.extend(finding.diff.as_deref().map(diff).unwrap_or_default());
    for related in &finding.related {
        let text = format!("see {}:{} {}", related.place.path, related.place.line, related.message);
        lines.extend(paragraph("    ", Tone::Faint, &text));
    }
    for (at, text) in finding.help.lines().filter(|text| !text.trim().is_empty()).enumerate() {
        lines.extend(paragraph(if at == 0 { "    help: " } else { "          " }, Tone::Good, text));
    }
    if let Some(fix) = &finding.fix {
        let option = if fix.safe { "--fix" } else { "--unsafe-fix" };
        lines.extend(paragraph("    ", Tone::Good, &format!("{option}: {}", fix.summary)));
    }
    if let Some(address) = address(finding.rule) {
        lines.push(Line::of(Tone::Faint, format!("    {address}")));
    }
    lines
}

/// A diff that is short enough to be read here, without the names of its file.
fn diff(text: &str) -> Vec<Line> {
    let is_name = |at: usize, row: &str| at < 2 && (row.starts_with("--- ") || row.starts_with("+++ "));
    let rows: Vec<&str> =
        text.lines().enumerate().filter(|(at, row)| !is_name(*at, row)).map(|(_, row)| row).collect();
    if rows.len() > SHORT {
        return Vec::new();
    }
    let tone = |row: &str| match row.bytes().next() {
        Some(b'+') => Tone::Good,
        Some(b'-') => Tone::Bad,
        _ => Tone::Faint,
    };
    let line = |row: &&str| Line::of(tone(row), format!("    {}", cut(&visible(row), WIDTH - 4)));
    rows.iter().map(line).collect()
}

fn cut(row: &str, width: usize) -> String {
    console::truncate_str(row, width, "…").into_owned()
}

fn source(report: &Report<'_>, place: &Place, tone: Tone) -> Vec<Line> {
    let shown =
        (report.sources)(&place.path).and_then(|file| excerpt::excerpt(&file, place, WIDTH - GUTTER - 3));
    let Some(shown) = shown else {
        return vec![Line::of(Tone::Faint, format!("    line {}", place.line))];
    };
    let gutter = |text: &str| format!("{text:>GUTTER$} │ ");
    let mut lines = vec![
        Line::of(Tone::Faint, gutter(&place.line.to_string())).and(Tone::Plain, shown.text),
        Line::of(Tone::Faint, gutter("")).and(tone, shown.marks),
    ];
    if place.end_line > place.line {
        lines.push(Line::of(Tone::Faint, format!("{}… to line {}", gutter(""), place.end_line)));
    }
    lines
}

/// `text` wrapped behind `lead`, later lines indented as far.
fn paragraph(lead: &str, tone: Tone, text: &str) -> Vec<Line> {
    let indent = " ".repeat(lead.len());
    let rows = wrap(&visible(text), WIDTH - lead.len()).into_iter().enumerate();
    rows.map(|(at, row)| Line::of(tone, format!("{}{row}", if at == 0 { lead } else { &indent }))).collect()
}

fn unread(report: &Report<'_>) -> Vec<Line> {
    let one = |file: &crate::survey::Incomplete| {
        let at = file.line.map(|line| format!(":{line}")).unwrap_or_default();
        paragraph("  not read: ", Tone::Warning, &format!("{}{at}: {}", file.path, file.message))
    };
    report.incomplete.iter().flat_map(one).collect()
}

fn summary(report: &Report<'_>) -> Line {
    let total = report.open().count();
    let silenced = match (report.suppressed(), report.accepted()) {
        (0, _) => String::new(),
        (number, 0) => format!(" · {number} suppressed"),
        (number, accepted) => format!(" · {number} suppressed ({accepted} by the baseline)"),
    };
    let unread = if report.incomplete.is_empty() {
        String::new()
    } else {
        format!(" · {} not read", count(report.incomplete.len(), "file"))
    };
    if total == 0 {
        let tone = if report.incomplete.is_empty() { Tone::Good } else { Tone::Warning };
        let new = if report.accepted() > 0 { "new " } else { "" };
        return Line::of(tone, format!("No {new}findings{silenced}{unread}"));
    }
    let figures: Vec<String> = SEVERITIES
        .into_iter()
        .map(|severity| (report.number_of(severity), severity.word()))
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    Line::of(Tone::Strong, format!("{}: {}{silenced}{unread}", count(total, "finding"), figures.join(", ")))
}

fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Critical | Severity::High => Tone::Bad,
        Severity::Medium => Tone::Warning,
        Severity::Low | Severity::Info => Tone::Faint,
    }
}

#[cfg(test)]
mod tests {
    use super::file_address;

    #[test]
    fn a_file_has_an_address_below_an_absolute_root() {
        assert_eq!(file_address("/a b", "c/50%.md").as_deref(), Some("file:///a%20b/c/50%25.md"));
        assert_eq!(file_address("/", "c").as_deref(), Some("file:///c"));
        assert_eq!(file_address(".", "c"), None);
    }
}

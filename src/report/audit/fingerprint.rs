//! The fingerprints that SARIF and GitLab tell findings apart by.

use std::collections::BTreeMap;

use super::Report;
use crate::finding::Finding;
pub(super) use crate::finding::fingerprint::of;
use crate::finding::fingerprint::squeezed;

/// One fingerprint a finding, in their order: `HASH:N`, the N-th finding of a rule on such a line of a file.
pub(super) fn all(report: &Report<'_>) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut source = None;
    let number = |finding: &Finding| {
        if source.as_ref().is_none_or(|(path, _)| *path != finding.place.path) {
            let lines = (report.sources)(&finding.place.path)
                .map(|file| file.lines().map(|(_, line)| squeezed(line)).collect::<Vec<_>>());
            source = Some((finding.place.path.clone(), lines.unwrap_or_default()));
        }
        let lines = source.as_ref().map_or(&[][..], |(_, lines)| lines);
        let line = lines.get(finding.place.line.wrapping_sub(1)).map_or("", String::as_str);
        let hash = of(&[finding.rule, &finding.place.path, line]);
        let count = seen.entry(hash.clone()).and_modify(|count| *count += 1).or_insert(1);
        format!("{hash}:{count}")
    };
    report.findings.iter().map(number).collect()
}

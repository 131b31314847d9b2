//! What the rule calls expired, against the program that removes.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::prelude::*;

use super::expired;
use crate::policy::retention::Retention;
use crate::rules::trial::local::{NOW, good};
use crate::survey::local::Kept;

const LABELS: [&str; 6] = ["scheduled", "manual", "pre-migration", "pre-deploy", "keep-v1", "pre-test"];

fn figures() -> Retention {
    Retention {
        environment: "production".to_owned(),
        keep_last: 3,
        keep_days: 4,
        daily_days: 10,
        weekly_days: 30,
        monthly_days: 90,
        pre_migration_days: 30,
    }
}

/// Names that the script would remove.
fn removed(backups: &[Kept]) -> BTreeSet<String> {
    let mut text = format!("figures\tmain\t{NOW}\t3\t4\t10\t30\t90\t30\t0\n");
    for kept in backups {
        let backup = &kept.backup;
        let pinned = if kept.pinned { "yes" } else { "no" };
        let row = [
            "backup",
            &backup.name,
            &backup.created.unwrap_or_default().to_string(),
            &backup.label,
            &backup.verified.to_string(),
            &backup.rows.unwrap_or_default().to_string(),
            pinned,
            "here",
        ];
        text += &(row.join("\t") + "\n");
    }
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/scripts/lib/retention.awk");
    let mut awk = Command::new("awk");
    awk.args(["-f", program]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut awk = awk.spawn().expect("awk");
    awk.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("read");
    let output = awk.wait_with_output().expect("awk");
    let lines = String::from_utf8(output.stdout).expect("text");
    let words = lines.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    words.filter(|words| words[3] == "remove").map(|words| words[1].to_owned()).collect()
}

fn history() -> impl Strategy<Value = Vec<Kept>> {
    let one = (0..2400_u64, 0..12_usize, 0..10_u8);
    proptest::collection::vec(one, 1..60).prop_map(|all| {
        let kept = |(nth, (hours, label, kind)): (usize, (u64, usize, u8))| {
            let mut kept = good(hours);
            kept.backup.label = LABELS.get(label).unwrap_or(&"scheduled").to_string();
            kept.backup.name = format!("{}-{nth}", kept.backup.name);
            kept.pinned = kind == 0;
            kept.backup.verified = kind != 1;
            kept.backup.rows = Some(if kind == 2 { 0 } else { 7 });
            kept
        };
        all.into_iter().enumerate().map(kept).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_expired_is_what_the_script_removes(backups in history()) {
        let script = removed(&backups);
        let figures = figures();
        let rule = expired(&backups, &figures, NOW);
        for kept in &rule {
            prop_assert!(script.contains(&kept.backup.name), "{} is kept by the script", kept.backup.name);
        }
        let is_plain = |kept: &Kept| !kept.backup.label.starts_with("pre-");
        let plain = backups.iter().filter(|kept| is_plain(kept) && script.contains(&kept.backup.name)).count();
        prop_assert!(rule.is_empty() || rule.len() == plain, "{} of {plain}", rule.len());
    }
}

//! Which backups stay: `retention.awk` against an oracle that was written from the documented rules, and single cases that a
//! reader can follow. Names carry the requirement's id.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Seek as _, Write as _};
use std::process::{Command, Stdio};
use std::time::Instant;

use support::Seeded;

const DAY: u64 = 86_400;

/// A policy and the clock.
#[derive(Debug, Clone, Default)]
struct Figures {
    now: u64,
    last: u64,
    days: u64,
    daily: u64,
    weekly: u64,
    monthly: u64,
    pre: u64,
    after: u64,
}

/// One backup as the program reads it: every field is text, and may be nonsense.
#[derive(Debug, Clone)]
struct Entry {
    name: String,
    epoch: String,
    label: String,
    verified: &'static str,
    rows: &'static str,
    pinned: bool,
    archived: bool,
}

#[derive(Debug, Clone)]
struct History {
    figures: Figures,
    entries: Vec<Entry>,
}

/// What happens to each backup: keep, remove or archive, by name.
type Fate = BTreeMap<String, String>;

fn text(histories: &[History]) -> String {
    let mut text = String::new();
    for (at, History { figures: f, entries }) in histories.iter().enumerate() {
        writeln!(
            text,
            "figures\tdb{at}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
            f.now, f.last, f.days, f.daily, f.weekly, f.monthly, f.pre, f.after
        )
        .unwrap();
        for e in entries {
            let pinned = if e.pinned { "yes" } else { "no" };
            let place = if e.archived { "archive" } else { "here" };
            let Entry { name, epoch, label, verified, rows, .. } = e;
            writeln!(text, "backup\t{name}\t{epoch}\t{label}\t{verified}\t{rows}\t{pinned}\t{place}")
                .unwrap();
        }
    }
    text
}

/// The program's answers, one a history, from one process.
fn decided(awk: &[&str], histories: &[History]) -> Vec<Fate> {
    let mut input = tempfile::tempfile().unwrap();
    input.write_all(text(histories).as_bytes()).unwrap();
    input.rewind().unwrap();
    let output = Command::new(awk[0])
        .args(&awk[1..])
        .arg("-f")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/scripts/lib/retention.awk"))
        .env("LC_ALL", "C")
        .stdin(Stdio::from(input))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut fates = vec![Fate::new(); histories.len()];
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let part: Vec<&str> = line.split('\t').collect();
        let at: usize = part[0].strip_prefix("db").unwrap().parse().unwrap();
        assert!(!part[4].is_empty(), "a reason: {line}");
        assert!(fates[at].insert(part[1].to_owned(), part[3].to_owned()).is_none(), "twice: {line}");
    }
    fates
}

/// The rules again, backup by backup: nothing is sorted or counted through, each one asks about all others.
fn oracle(history: &History) -> Fate {
    let f = &history.figures;
    let known: Vec<Option<Facts>> = history.entries.iter().map(|entry| Facts::of(entry, f.now)).collect();
    let not_of_tests = known.iter().flatten().filter(|one| !one.of_test);
    let mut newest_first: Vec<u64> = not_of_tests.map(|one| one.epoch).collect();
    newest_first.sort_unstable_by(|a, b| b.cmp(a));
    // Ages end at the newest backup; or before the oldest long gap among the newest `last`.
    let mut today = newest_first.first().copied().unwrap_or_default();
    for pair in newest_first.windows(2).take(usize::try_from(f.last - 1).unwrap()) {
        if pair[0] - pair[1] > 8 * DAY {
            today = pair[1];
        }
    }
    let fate = |at: usize| {
        let Some(one) = &known[at] else { return "keep" };
        let entry = &history.entries[at];
        let newer = |other: &Facts, name: &str| (other.epoch, name) > (one.epoch, entry.name.as_str());
        let all_newer: Vec<&Facts> = (0..known.len())
            .filter_map(|i| Some((known[i].as_ref()?, history.entries[i].name.as_str())))
            .filter(|(other, name)| other.has_rows == one.has_rows && newer(other, name))
            .map(|(other, _)| other)
            .collect();
        let peers: Vec<&&Facts> = all_newer.iter().filter(|other| other.of_test == one.of_test).collect();
        let young = |days: u64| one.epoch > today || today - one.epoch < days * DAY;
        let last_of = |same: &dyn Fn(&Facts) -> bool| !peers.iter().any(|other| same(other));
        let by_rules = || {
            peers.len() < usize::try_from(f.last).unwrap()
                || is_for_ever(&entry.label)
                || (entry.label.starts_with("pre-") && young(f.pre))
                || young(f.days)
                || (young(f.daily) && last_of(&|other| other.day == one.day))
                || (young(f.weekly) && last_of(&|other| other.monday == one.monday))
                || (young(f.monthly) && last_of(&|other| other.month == one.month))
        };
        let is_newest = all_newer.is_empty();
        let is_kept = is_newest || entry.pinned || if one.of_test { peers.len() < 5 } else { by_rules() };
        let newest = newest_first.first().copied().unwrap_or_default();
        let is_old = f.after > 0 && !is_newest && newest.saturating_sub(one.epoch) > f.after * DAY;
        match (is_kept, is_old && !entry.archived) {
            (false, _) => "remove",
            (true, true) => "archive",
            (true, false) => "keep",
        }
    };
    (0..known.len()).map(|at| (history.entries[at].name.clone(), fate(at).to_owned())).collect()
}

/// What is believed about a backup; nothing when it is not verified or its time cannot be.
struct Facts {
    epoch: u64,
    has_rows: bool,
    of_test: bool,
    day: u64,
    monday: u64,
    month: (u64, u64),
}

impl Facts {
    fn of(entry: &Entry, now: u64) -> Option<Self> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let epoch: u64 =
            entry.epoch.parse().ok().filter(|_| digits(&entry.epoch) && entry.epoch.len() <= 12)?;
        if entry.verified != "true" || epoch < 1_000_000_000 || epoch > now {
            return None;
        }
        let has_rows = digits(entry.rows) && entry.rows.bytes().any(|byte| byte != b'0');
        let day = epoch / DAY;
        // 1970-01-01 was a Thursday.
        let weekday = (day + 3) % 7;
        let of_test = is_one_of(&entry.label, &["pre-test"]);
        Some(Self { epoch, has_rows, of_test, day, monday: day + 7 - weekday, month: month(day) })
    }
}

/// Year and month of a day since 1970, by walking through the calendar.
fn month(mut day: u64) -> (u64, u64) {
    let mut year = 1970;
    loop {
        let is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let length = if is_leap { 366 } else { 365 };
        if day >= length {
            (day, year) = (day - length, year + 1);
            continue;
        }
        let february = if is_leap { 29 } else { 28 };
        for (month, length) in (1..).zip([31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
            if day < length {
                return (year, month);
            }
            day -= length;
        }
    }
}

fn is_for_ever(label: &str) -> bool {
    is_one_of(label, &["pre-deploy", "production", "pinned", "keep"])
}

fn is_one_of(label: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        label.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '_', '-']))
    })
}

fn one_of<T: Copy>(seeded: &mut Seeded, choice: &[T]) -> T {
    choice[usize::try_from(seeded.below(choice.len() as u64)).unwrap()]
}

const LABELS: [&str; 18] = [
    "manual",
    "manual",
    "manual",
    "scheduled",
    "scheduled",
    "pre-migration",
    "pre-migration-7",
    "pre-restore",
    "pre-reset",
    "pre-sql",
    "pre-test",
    "pre-test-2",
    "pre-tested",
    "pre-deploy",
    "pre-deployed",
    "production",
    "keep.this",
    "keeper",
];

fn random(seeded: &mut Seeded) -> History {
    let figures = Figures {
        now: 1_100_000_000 + seeded.below(2_000_000_000),
        last: 1 + seeded.below(6),
        days: one_of(seeded, &[0, 0, 1, 7, 14]),
        daily: one_of(seeded, &[0, 3, 30, 100]),
        weekly: one_of(seeded, &[0, 20, 90, 365]),
        monthly: one_of(seeded, &[0, 60, 365, 3650]),
        pre: one_of(seeded, &[0, 30, 90]),
        after: one_of(seeded, &[0, 1, 30, 100]),
    };
    let spread = one_of(seeded, &[DAY, 20 * DAY, 120 * DAY, 500 * DAY, 4000 * DAY]);
    let grain = one_of(seeded, &[1, 60, DAY / 4, DAY]);
    // Most rules can be told from a few backups; some histories are long.
    let count = if seeded.below(10) == 0 { 40 } else { 12 };
    let entries = (0..seeded.below(count)).map(|i| entry(seeded, &figures, spread, grain, i)).collect();
    History { figures, entries }
}

fn entry(seeded: &mut Seeded, figures: &Figures, spread: u64, grain: u64, i: u64) -> Entry {
    let past = figures.now - seeded.below(spread) / grain * grain;
    let epoch = match seeded.below(40) {
        0 => one_of(seeded, &["", "-", "12x", "-5", "0", "1e9", "999999999", "99999999999999"]).to_owned(),
        1 => (figures.now + 1 + seeded.below(2_000_000)).to_string(),
        2 => figures.now.to_string(),
        _ => past.to_string(),
    };
    Entry {
        // Digits alone: names are compared as text, 10 before 9.
        name: format!("{}{i}", seeded.below(30)) + one_of(seeded, &["", "a", "-"]),
        epoch,
        label: one_of(seeded, &LABELS).to_owned(),
        verified: one_of(
            seeded,
            &["true", "true", "true", "true", "true", "true", "true", "false", "-", "True"],
        ),
        rows: one_of(seeded, &["5", "12000", "7", "1", "10", "0", "000", "-", "1.5"]),
        pinned: seeded.below(15) == 0,
        archived: seeded.below(4) == 0,
    }
}

/// Compares `count` histories; gives how many backups were kept, removed and archived.
fn compare(awk: &[&str], seed: u64, count: usize) -> BTreeMap<String, usize> {
    const AT_ONCE: usize = 10_000;
    let mut seeded = Seeded(seed);
    let mut fates = BTreeMap::new();
    for start in (0..count).step_by(AT_ONCE) {
        let mut histories: Vec<_> =
            (start..count.min(start + AT_ONCE)).map(|_| random(&mut seeded)).collect();
        for history in &mut histories {
            let mut names = std::collections::BTreeSet::new();
            history.entries.retain(|entry| names.insert(entry.name.clone()));
        }
        for (history, given) in histories.iter().zip(decided(awk, &histories)) {
            assert_eq!(given, oracle(history), "{awk:?}: {history:#?}");
            for fate in given.into_values() {
                *fates.entry(fate).or_default() += 1;
            }
        }
    }
    fates
}

/// All of a long test with `tests/run --full`, else a seeded share of it.
fn all_or(share: usize) -> usize {
    if std::env::var_os("DBGUARD_TEST_FULL").is_some() { 100_000 } else { share }
}

#[test]
fn g1_5_a_hundred_thousand_random_histories_are_decided_as_the_rules_say() {
    let (start, count) = (Instant::now(), all_or(12_000));
    let fates = compare(&["awk"], 15, count);
    println!("{count} histories in {:?}: {fates:?}", start.elapsed());
    for fate in ["keep", "remove", "archive"] {
        assert!(fates[fate] > count / 4, "{fates:?}");
    }
}

#[test]
fn g1_5_every_awk_at_hand_decides_the_same() {
    for awk in [&["mawk"][..], &["gawk"], &["gawk", "--posix"], &["busybox", "awk"], &["original-awk"]] {
        if Command::new(awk[0]).args(&awk[1..]).arg("BEGIN { exit }").output().is_ok() {
            compare(awk, 16, all_or(7_500) / 5);
        }
    }
}

const NOW: u64 = 2_000_000_000;

fn backup(epoch: u64, label: &str) -> Entry {
    let (label, name) = (label.to_owned(), format!("{epoch}"));
    Entry {
        name,
        epoch: epoch.to_string(),
        label,
        verified: "true",
        rows: "5",
        pinned: false,
        archived: false,
    }
}

fn removed(figures: &Figures, entries: &[Entry]) -> Vec<String> {
    let history = History { figures: figures.clone(), entries: entries.to_vec() };
    let fates = decided(&["awk"], &[history]).remove(0);
    fates.into_iter().filter(|(_, fate)| fate == "remove").map(|(name, _)| name).collect()
}

/// The figures of the standard preset in production.
fn standard() -> Figures {
    Figures { now: NOW, last: 10, days: 7, daily: 30, weekly: 90, monthly: 365, pre: 30, after: 0 }
}

#[test]
fn g1_5_four_a_day_for_fourteen_months_become_the_tiers() {
    const DAYS: u64 = 420;
    let mut kept: Vec<Entry> = Vec::new();
    // Day by day, as it happens: what one run removes is gone for the next.
    for step in 0..DAYS * 4 {
        let now = NOW + step * DAY / 4;
        kept.push(backup(now, "scheduled"));
        // The first year is quiet to save time: every tenth day, then every day.
        if step % if step < 4 * 300 { 40 } else { 4 } != 3 {
            continue;
        }
        let gone = removed(&Figures { now, ..standard() }, &kept);
        kept.retain(|entry| !gone.contains(&entry.name));
    }
    let end = NOW + (DAYS * 4 - 1) * DAY / 4;
    let ages: Vec<u64> = kept.iter().map(|entry| (end - entry.epoch.parse::<u64>().unwrap()) / DAY).collect();
    let within = |days: std::ops::Range<u64>| ages.iter().filter(|age| days.contains(age)).count();
    assert_eq!(within(0..7), 28, "every one of seven days");
    assert_eq!(within(7..30), 23, "one a day");
    assert!((8..=12).contains(&within(30..90)), "one a week and the ends of months: {ages:?}");
    assert!((9..=10).contains(&within(90..365)), "one a month: {ages:?}");
    assert_eq!(within(365..1000), 0, "{ages:?}");
}

#[test]
fn g0_1_a_clock_that_goes_back_expires_nothing() {
    let entries: Vec<_> = (0..400).map(|day| backup(NOW - day * DAY, "scheduled")).collect();
    let all = removed(&standard(), &entries);
    assert!(all.len() > 300);
    for back in [1, 30, 1000, 10_000] {
        let gone = removed(&Figures { now: NOW - back * DAY, ..standard() }, &entries);
        assert!(gone.iter().all(|name| all.contains(name)), "{back} days back");
    }
    // New ones under the old clock do not count the future ones as newer, and are kept as well.
    let fresh: Vec<_> = (0..5).map(|i| backup(NOW - 1000 * DAY + i, "fresh")).collect();
    let figures = Figures { now: NOW - 999 * DAY, last: 5, days: 0, ..standard() };
    assert!(removed(&figures, &[entries, fresh].concat()).is_empty());
}

#[test]
fn g0_1_a_clock_that_jumps_ahead_and_back_expires_nothing() {
    let mut entries: Vec<_> = (0..27).map(|quarter| backup(NOW - quarter * DAY / 4, "scheduled")).collect();
    assert!(
        removed(&Figures { now: NOW + 5000 * DAY, ..standard() }, &entries).is_empty(),
        "the clock alone"
    );
    for taken in 0..9 {
        let now = NOW + 5000 * DAY + taken * 900;
        entries.push(backup(now, "scheduled"));
        assert!(
            removed(&Figures { now, ..standard() }, &entries).is_empty(),
            "{taken} under the wrong clock"
        );
    }
    entries.push(backup(NOW + DAY / 4, "scheduled"));
    assert!(removed(&Figures { now: NOW + DAY / 4, ..standard() }, &entries).is_empty(), "right again");
}

#[test]
fn g0_1_backups_of_an_emptied_database_do_not_push_out_the_last_good_one() {
    let good = backup(NOW - 100 * DAY, "manual");
    let empty = (0..200).map(|hour| Entry { rows: "0", ..backup(NOW - hour * 3600, "manual") });
    let figures = Figures { last: 1, days: 0, daily: 0, weekly: 0, monthly: 0, ..standard() };
    let gone = removed(&figures, &std::iter::once(good.clone()).chain(empty).collect::<Vec<_>>());
    assert!(gone.len() == 199 && !gone.contains(&good.name));
}

#[test]
fn g2_5_test_runs_keep_five_and_push_nothing_out() {
    let mut entries: Vec<_> = (1..=30).map(|day| backup(NOW - day * DAY, "scheduled")).collect();
    let figures = Figures { daily: 0, weekly: 0, monthly: 0, ..standard() };
    let before = removed(&figures, &entries);
    entries.extend((0..300).map(|minute| backup(NOW - minute * 60, "pre-test")));
    let gone = removed(&figures, &entries);
    let (of_tests, others): (Vec<_>, Vec<_>) =
        gone.into_iter().partition(|name| name.parse::<u64>().unwrap() > NOW - DAY);
    assert_eq!((of_tests.len(), others), (295, before));
}

#[test]
fn g3_6_labels_for_ever_before_a_migration_thirty_days() {
    let figures = Figures { last: 1, days: 0, daily: 0, weekly: 0, monthly: 0, ..standard() };
    let fresh = (0..5).map(|i| backup(NOW - i * 7 * DAY, "scheduled"));
    let mut expected = Vec::new();
    let mut entries: Vec<_> = fresh.collect();
    expected.extend(entries.iter().skip(1).map(|entry| entry.name.clone()));
    for (i, label) in (0..).zip(LABELS) {
        for days in [29, 31, 3000] {
            let one = backup(NOW - days * DAY - i, label);
            let is_kept = ["pre-deploy", "production", "keep.this"].contains(&label)
                || (days < 30 && label.starts_with("pre-") && !is_one_of(label, &["pre-test"]))
                // Five of the six of tests.
                || (is_one_of(label, &["pre-test"]) && (label, days) != ("pre-test-2", 3000));
            if !is_kept {
                expected.push(one.name.clone());
            }
            entries.push(one);
        }
    }
    expected.sort();
    assert_eq!(removed(&figures, &entries), expected);
}

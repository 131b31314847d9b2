//! What a baseline covers, in findings made by hand.

use std::rc::Rc;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::finding::{Confidence, Place, SilencedBy, Suppressed};
use crate::source::SourceFile;

const NONE: [usize; 0] = [];

fn finding(severity: Severity, lines: (usize, usize)) -> Finding {
    Finding {
        rule: "docker-volume-rm",
        title: "A volume is removed",
        severity,
        confidence: Confidence::High,
        kind: Kind::Script,
        place: Place { path: "a.sh".to_owned(), line: lines.0, column: 1, end_line: lines.1, end_column: 9 },
        message: "It removes pgdata.".to_owned(),
        help: String::new(),
        command: None,
        diff: None,
        related: Vec::new(),
        fix: None,
        suppressed: None,
    }
}

fn at(line: usize) -> Finding {
    finding(Severity::High, (line, line))
}

/// How a baseline is used on a tree in which every file has the same text.
struct Use<'a> {
    text: &'a str,
    asked: &'a dyn Fn(&Finding) -> bool,
    elsewhere: bool,
    update: bool,
    prune: bool,
}

impl Use<'_> {
    fn of(text: &str) -> Use<'_> {
        Use { text, asked: &|_| true, elsewhere: false, update: false, prune: false }
    }

    /// What it comes to, and the numbers of the findings that are open.
    fn on(&self, baseline: &Baseline, findings: &[Finding]) -> (Covered, Vec<usize>) {
        let mut findings = findings.to_vec();
        let wanted = Wanted {
            name: "b.jsonl",
            text: &|path| Some(Rc::new(SourceFile::new(path, self.text))),
            is_asked: self.asked,
            is_elsewhere: &|_| self.elsewhere,
            update: self.update,
            prune: self.prune,
        };
        let covered = baseline.cover(&mut findings, &wanted);
        let open = findings.iter().enumerate().filter(|(_, finding)| finding.suppressed.is_none());
        (covered, open.map(|(at, _)| at).collect())
    }
}

/// The baseline that accepts `findings` of files with `text`.
fn accepting(text: &str, findings: &[Finding]) -> Baseline {
    let (covered, open) = Use { update: true, ..Use::of(text) }.on(&Baseline::default(), findings);
    assert_eq!(open, NONE);
    covered.after
}

/// Whether what is accepted on all lines of `before` is still accepted on those of `after`.
fn survives(path: &str, before: &str, after: &str) -> bool {
    let whole = |text: &str| {
        let mut one = finding(Severity::High, (1, text.lines().count()));
        path.clone_into(&mut one.place.path);
        one
    };
    let baseline = accepting(before, &[whole(before)]);
    Use::of(after).on(&baseline, &[whole(after)]).1.is_empty()
}

#[test]
fn lines_may_move_and_their_blanks_change() {
    let baseline = accepting("docker volume rm a\n", &[at(1)]);
    let moved = "#!/bin/sh\r\n\r\n\tdocker  volume rm a\r\n";
    assert_eq!(Use::of(moved).on(&baseline, &[at(3)]).1, NONE);
}

#[test]
fn any_other_change_of_its_lines_is_new() {
    for (before, after, expected) in [
        ("docker volume rm a", "docker volume rm b", false),
        ("docker compose \\\n  down -v", "docker compose \\\n  -p shop down -v", false),
        ("docker compose \\\n  down -v", "docker compose \\\n    down -v", true),
        ("docker volume rm a", "docker volume rm A", false),
    ] {
        assert_eq!(survives("a.sh", before, after), expected, "{after}");
    }
}

#[test]
fn a_secret_is_no_part_of_it() {
    for (path, before, after, expected) in [
        (
            "a.sh",
            "PGPASSWORD=hunter2 psql -c 'DROP TABLE a'",
            "PGPASSWORD=other psql -c 'DROP TABLE a'",
            true,
        ),
        ("a.sh", "redis-cli -a hunter2 flushall", "redis-cli -a other flushall", true),
        ("a.sh", "redis-cli -a hunter2 flushall", "redis-cli -n 1 flushall", false),
        (".env", "DATABASE_URL=postgres://db/one", "DATABASE_URL=postgres://db/two", true),
        (".env", "DATABASE_URL=postgres://db/one", "REPLICA_URL=postgres://db/one", false),
        ("env.sh", "DATABASE_URL=postgres://db/one", "DATABASE_URL=postgres://db/two", false),
    ] {
        assert_eq!(survives(path, before, after), expected, "{path} {after}");
    }
}

#[test]
fn where_a_line_is_hidden_what_the_finding_says_tells_it_apart() {
    let text = "PGPASSWORD=hunter2 psql -c 'DROP TABLE a'";
    let other = Finding { message: "It removes users.".to_owned(), ..at(1) };
    let baseline = accepting(text, &[at(1)]);
    assert_eq!(Use::of(text).on(&baseline, std::slice::from_ref(&other)).1, [0]);
    let plain = "docker volume rm a";
    assert_eq!(Use::of(plain).on(&accepting(plain, &[at(1)]), &[other]).1, NONE);
}

#[test]
fn a_file_as_a_whole_has_no_line() {
    let whole = Finding { place: Place::file("a.sh"), ..at(1) };
    let baseline = accepting("one\n", std::slice::from_ref(&whole));
    assert_eq!(Use::of("two\n").on(&baseline, &[whole]).1, NONE);
}

#[test]
fn one_more_of_the_same_is_new() {
    let baseline = accepting("x\n", &[at(1)]);
    assert_eq!(Use::of("x\nx\n").on(&baseline, &[at(1), at(2)]).1, [1]);
    // Of a change it is the line of the change, wherever it stands.
    let asked = |one: &Finding| one.place.line == 1;
    assert_eq!(Use { asked: &asked, ..Use::of("x\nx\n") }.on(&baseline, &[at(1), at(2)]).1, [0]);
}

#[test]
fn what_has_become_worse_is_new() {
    let [high, low, critical] =
        [Severity::High, Severity::Low, Severity::Critical].map(|severity| finding(severity, (1, 1)));
    let accepts_high = accepting("x", std::slice::from_ref(&high));
    assert_eq!(Use::of("x").on(&accepts_high, std::slice::from_ref(&critical)).1, [0]);
    let (covered, open) = Use::of("x").on(&accepts_high, std::slice::from_ref(&low));
    assert_eq!((covered.stale, open), (1, NONE.to_vec()));
    // The mild one leaves the entry of the other alone, in either order.
    let both = accepting("x", &[high.clone(), low.clone()]);
    for findings in [[high.clone(), low.clone()], [low.clone(), high.clone()]] {
        let asked = |one: &Finding| one.severity == Severity::High;
        assert_eq!(Use { asked: &asked, ..Use::of("x") }.on(&both, &findings).1, NONE);
    }
    let pruned = Use { prune: true, ..Use::of("x") }.on(&accepts_high, std::slice::from_ref(&low)).0.after;
    assert_eq!(Use::of("x").on(&pruned, &[high]).1, [0]);
}

#[test]
fn an_update_adds_and_a_prune_takes_out() {
    let text = "x\ny\nz\n";
    let baseline = accepting(text, &[at(1), at(2)]);
    let now = [at(2), at(3)];
    let updated = Use { update: true, ..Use::of(text) }.on(&baseline, &now).0;
    assert_eq!((updated.after.len(), &updated.added[..], updated.stale), (3, &[1][..], 1));
    let pruned = Use { prune: true, ..Use::of(text) }.on(&baseline, &now).0;
    assert_eq!((pruned.after.len(), pruned.added.len(), pruned.stale), (1, 0, 1));
    let both = Use { update: true, prune: true, ..Use::of(text) }.on(&baseline, &now).0;
    assert_eq!(both.after, accepting(text, &now));
    let kept = Use { prune: true, elsewhere: true, ..Use::of(text) }.on(&baseline, &[]).0;
    assert_eq!((kept.after, kept.stale), (baseline, 0));
}

#[test]
fn only_what_was_asked_for_is_added() {
    let asked = |one: &Finding| one.place.line == 2;
    let text = "x\ny\n";
    let (covered, open) =
        Use { asked: &asked, update: true, ..Use::of(text) }.on(&Baseline::default(), &[at(1), at(2)]);
    assert_eq!((covered.added, open), (vec![1], vec![0]));
}

#[test]
fn what_cannot_be_accepted() {
    let reasoned = Suppressed { by: SilencedBy::Comment, reason: "x".to_owned(), expires: None };
    for one in [
        Finding { kind: Kind::Drift, ..at(1) },
        Finding { rule: rules::IGNORE_STALE, ..at(1) },
        Finding { rule: "backup-stale", ..at(1) },
        finding(Severity::Info, (1, 1)),
        Finding { suppressed: Some(reasoned), ..at(1) },
    ] {
        let covered = Use { update: true, ..Use::of("x") }.on(&Baseline::default(), &[one]).0;
        assert!(covered.after.is_empty() && covered.added.is_empty());
    }
}

const TEXT: &str = "x\ny\nx\nz\nx\n";

/// Findings on the lines of [`TEXT`], some of which read alike.
fn findings() -> impl Strategy<Value = Vec<Finding>> {
    let severity = prop_oneof![Just(Severity::Low), Just(Severity::High), Just(Severity::Critical)];
    let one = (severity, 1..=5_usize).prop_map(|(severity, line)| finding(severity, (line, line)));
    vec(one, 0..12)
}

proptest! {
    #[test]
    fn what_was_accepted_stays_accepted(first in findings(), then in findings()) {
        let baseline = accepting(TEXT, &first);
        let updated = Use { update: true, ..Use::of(TEXT) }.on(&baseline, &then).0.after;
        prop_assert!(Use::of(TEXT).on(&updated, &first).1.is_empty());
        prop_assert!(Use::of(TEXT).on(&updated, &then).1.is_empty());
        let again = Use { update: true, ..Use::of(TEXT) }.on(&updated, &then).0;
        prop_assert_eq!(again.after, updated);
    }

    #[test]
    fn after_a_prune_it_is_as_if_written_anew(first in findings(), then in findings()) {
        let baseline = accepting(TEXT, &first);
        let both = Use { update: true, prune: true, ..Use::of(TEXT) }.on(&baseline, &then).0;
        prop_assert_eq!(both.after, accepting(TEXT, &then));
    }

    #[test]
    fn no_more_are_covered_than_were_accepted(first in findings(), then in findings()) {
        let open = Use::of(TEXT).on(&accepting(TEXT, &first), &then).1.len();
        prop_assert!(then.len() - open <= first.len());
        let critical = |all: &[Finding]| all.iter().filter(|one| one.severity == Severity::Critical).count();
        let covered = critical(&then).saturating_sub(open);
        prop_assert!(covered <= critical(&first));
    }

    #[test]
    fn lines_of_two_branches_in_any_order_cover_both(first in findings(), then in findings(), seed: u64) {
        let [one, other] = [&first, &then].map(|all| accepting(TEXT, all).render().expect("JSON"));
        let mut lines: Vec<&str> = one.lines().chain(other.lines()).collect();
        lines.sort_by_key(|line| line.len() as u64 ^ seed.rotate_left(u32::from(line.as_bytes()[line.len() / 2])));
        lines.insert(0, one.lines().next().expect("header"));
        let merged = Baseline::parse(&lines.join("\n")).expect("valid");
        for all in [&first, &then] {
            prop_assert!(Use::of(TEXT).on(&merged, all).1.is_empty());
        }
    }
}

//! Scripts that are killed at random moments: a seeded few, or fifty with `tests/run --full`.

use std::io::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::Seeded;
use crate::support::project::Project;
use crate::targets::Target;

fn moments() -> u64 {
    if std::env::var_os("DBGUARD_TEST_FULL").is_some() { 50 } else { 5 }
}

pub(crate) fn backup_killed<T: Target>() {
    let Some(target) = T::start_alone("backup_killed") else { return };
    let contents = target.contents();
    let start = Instant::now();
    let backups = [target.back_up()];
    let usual = start.elapsed();
    let mut seeded = Seeded(2);
    for round in 0..moments() {
        kill_at_random(&target, "backup.sh", &[], "", usual, round, &mut seeded);
        target.assert_listed(&[]);
    }
    target.assert_well(&contents, &backups[..0]);
    assert_no_process_stays(target.project());
}

pub(crate) fn restore_killed<T: Target>() {
    let Some(target) = T::start_alone("restore_killed") else { return };
    let whole = target.contents();
    let name = target.back_up();
    target.lose_rows();
    let lost = target.contents();
    let typed = format!("{}\n", target.typed());
    let start = Instant::now();
    target.run("restore.sh", &[&name], &typed, 0);
    let usual = start.elapsed();
    let mut seeded = Seeded(3);
    for round in 0..moments() {
        target.settle();
        target.lose_rows();
        let moment = kill_at_random(&target, "restore.sh", &[&name], &typed, usual, round, &mut seeded);
        target.assert_listed(&[]);
        target.run("verify-backup.sh", &[&name], "", 0);
        let now = target.contents();
        assert!(
            now == whole || now == lost,
            "after {moment:?}: neither the old nor the restored data: {now}"
        );
        assert_eq!(target.left_overs(), Vec::<String>::new(), "after {moment:?}");
    }
    target.run("restore.sh", &[&name], &typed, 0);
    target.assert_well(&whole, &[name]);
    assert_no_process_stays(target.project());
}

/// Starts a script, kills it at a seeded moment of its usual duration (its whole process group, or every other time only the
/// script, so that its children live on), and gives the moment.
fn kill_at_random<T: Target>(
    target: &T,
    script: &str,
    arguments: &[&str],
    input: &str,
    usual: Duration,
    round: u64,
    seeded: &mut Seeded,
) -> Duration {
    let moment = Duration::from_millis(seeded.below(u64::try_from(usual.as_millis()).unwrap()));
    let mut child = target.project().spawn(script, arguments);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    std::thread::sleep(moment);
    let whom = if round.is_multiple_of(2) { format!("-{}", child.id()) } else { child.id().to_string() };
    // It may have ended already; then there is nothing to kill.
    let _ = Command::new("kill").args(["-9", "--", &whom]).output().unwrap();
    child.wait().unwrap();
    moment
}

/// What a killed script had started ends by itself; a minute is for a client that still writes a dump to nobody.
fn assert_no_process_stays(project: &Project) {
    let root = project.root.display().to_string();
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let left = processes_of(&root);
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "still there: {left:?}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Command lines of the processes that name the folder, or that run in it.
fn processes_of(root: &str) -> Vec<String> {
    let entries = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok).map(|entry| entry.path());
    let lines = entries.filter_map(|process| {
        let words = std::fs::read(process.join("cmdline")).ok()?;
        let line = String::from_utf8_lossy(&words).replace('\0', " ");
        let folder = std::fs::read_link(process.join("cwd")).unwrap_or_default();
        (line.contains(root) || folder.starts_with(root)).then_some(line)
    });
    lines.collect()
}

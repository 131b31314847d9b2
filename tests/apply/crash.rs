//! A process that is killed while it writes.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use dbguard::apply;
use dbguard::plan::{CommentStyle, Step};

use super::support::{Sandbox, block, whole};

const ROUNDS: u64 = 20;
const ROOT: &str = "DBGUARD_TEST_KILLED_ROOT";

fn steps() -> Vec<Step> {
    let mut steps: Vec<Step> =
        (0..10).map(|n| whole(&format!("scripts/db/{n}.sh"), &"new\n".repeat(n * 1000))).collect();
    steps.push(block("notes.md", "rules", CommentStyle::Html, "one\n"));
    steps
}

/// The test starts itself as the process to kill.
#[test]
fn kill_9_at_random_moments_leaves_every_file_old_or_new() {
    if let Ok(root) = std::env::var(ROOT) {
        return apply_and_undo_until_killed(Path::new(&root));
    }
    let sandbox = Sandbox::new();
    sandbox.write("notes.md", "mine\r\n");
    let old = sandbox.tree();
    let resolved = sandbox.apply(steps());
    let new = sandbox.tree();
    apply::undo(sandbox.root(), false).unwrap();

    let mut unfinished = 0;
    for round in 0..ROUNDS {
        kill_after(sandbox.root(), Duration::from_micros(round * 7_919 % 40_000));
        for write in &resolved.writes {
            let found = std::fs::read(sandbox.root().join(write.file.as_str())).ok();
            assert!(found == write.before || found == write.after, "{} is neither old nor new", write.file);
        }
        unfinished += u32::from(apply::is_unfinished(sandbox.root()));
        apply::recover(sandbox.root()).unwrap();
        let tree = sandbox.tree();
        assert!(tree == old || tree == new, "neither the old tree nor the new one");
        apply::undo(sandbox.root(), false).unwrap();
        assert_eq!(sandbox.tree(), old);
    }
    assert!(unfinished > 0, "no kill hit a run");
}

/// Kills a process that applies and undoes, `time` after it began to write.
fn kill_after(root: &Path, time: Duration) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::kill_9_at_random_moments_leaves_every_file_old_or_new"])
        .env(ROOT, root)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while !root.join(".dbguard").exists() {
        assert!(Instant::now() < deadline, "the process to kill does not write");
        thread::sleep(Duration::from_millis(1));
    }
    thread::sleep(time);
    child.kill().unwrap();
    child.wait().unwrap();
}

fn apply_and_undo_until_killed(root: &Path) {
    let sandbox = Sandbox::at(root);
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        sandbox.apply(steps());
        apply::undo(root, false).unwrap();
    }
}

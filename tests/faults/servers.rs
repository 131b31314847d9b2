//! Servers that are not there, or go away in the middle.

use std::time::{Duration, Instant};

use crate::targets::Target;

pub(crate) fn server_down<T: Target>() {
    let Some(mut target) = T::start_alone("server_down") else { return };
    let contents = target.contents();
    let backups = [target.back_up()];
    let typed = format!("{}\n", target.typed());
    target.kill_server();
    target.run("backup.sh", &[], "", 1);
    target.run("restore.sh", &[], &typed, 1);
    target.run("verify-backup.sh", &[], "", 1);
    assert!(target.run("health.sh", &[], "", 1).stdout.contains("main: unknown"));
    target.restart_server();
    target.assert_well(&contents, &backups);
}

pub(crate) fn server_killed_mid_dump<T: Target>() {
    let Some(mut target) = T::start_alone("killed_mid_dump") else { return };
    let backups = [target.back_up()];
    target.grow(48);
    let contents = target.contents();
    let mut child = target.project().spawn("backup.sh", &[]);
    await_dump(&target);
    target.kill_server();
    let code = child.wait().unwrap().code();
    assert_eq!(target.project().backups("main").len(), 1, "the dump was over before the server was killed");
    assert_eq!(code, Some(1));
    target.restart_server();
    target.assert_well(&contents, &backups);
}

/// Waits until the first bytes of a dump are on the disk.
fn await_dump<T: Target>(target: &T) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let staged = walkdir::WalkDir::new(target.project().root.join("backups/main")).into_iter().flatten();
        let begun = staged
            .filter(|entry| entry.path().components().any(|part| part.as_os_str() == "stage"))
            .any(|entry| entry.metadata().is_ok_and(|data| data.is_file() && data.len() > 0));
        if begun {
            return;
        }
        assert!(Instant::now() < deadline, "no dump began");
        std::thread::sleep(Duration::from_millis(1));
    }
}

pub(crate) fn server_killed_mid_restore<T: Target>() {
    let Some(mut target) = T::start_alone("killed_mid_restore") else { return };
    target.grow(16);
    let whole = target.contents();
    let name = target.back_up();
    target.lose_rows();
    let lost = target.contents();
    let typed = format!("{}\n", target.typed());
    let start = Instant::now();
    target.run("restore.sh", &[&name], &typed, 0);
    let usual = start.elapsed();
    for part in [2, 4, 6, 7, 8, 9] {
        target.lose_rows();
        let mut child = target.project().spawn("restore.sh", &[&name]);
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), typed.as_bytes()).unwrap();
        std::thread::sleep(usual * part / 10);
        let over = child.try_wait().unwrap().is_some();
        target.kill_server();
        let code = child.wait().unwrap().code().unwrap();
        target.restart_server();
        // Any script brings things in order first.
        target.run("verify-backup.sh", &[&name], "", 0);
        let now = target.contents();
        assert!(now == whole || now == lost, "{part}/10, exit {code}: neither the old nor the restored data");
        assert!(over || code != 0 || now == whole, "{part}/10: success was claimed");
    }
    target.run("restore.sh", &[&name], &typed, 0);
    target.assert_well(&whole, &[name]);
}

//! Runs that meet each other, and clocks that jump.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::targets::Target;

pub(crate) fn two_at_once<T: Target>() {
    let Some(target) = T::start("at_once") else { return };
    let contents = target.contents();
    let children: Vec<_> = (0..5).map(|_| target.project().spawn("backup.sh", &[])).collect();
    let ended: Vec<_> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    for output in &ended {
        let code = output.status.code();
        assert!(code == Some(0) || code == Some(5), "{code:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let done = ended.iter().filter(|output| output.status.success()).count();
    assert!(done >= 1, "nobody got the lock");
    let names = target.project().backups("main");
    assert_eq!(names.len(), done);
    target.assert_well(&contents, &names);
}

pub(crate) fn clock_goes_back<T: Target>() {
    let Some(mut target) = T::start("clock") else { return };
    let contents = target.contents();
    let programs = target.project().root.join("programs");
    fs::create_dir(&programs).unwrap();
    let path = std::env::var("PATH").unwrap();
    target.project_mut().set("PATH", &format!("{}:{path}", programs.display()));
    let mut taken = Vec::new();
    for seconds in [0, 315_360_000, 0, -315_360_000, 0] {
        let program = format!("#!/bin/sh\nexec /bin/date -d \"@$(($(/bin/date +%s) + {seconds}))\" \"$@\"\n");
        fs::write(programs.join("date"), program).unwrap();
        fs::set_permissions(programs.join("date"), fs::Permissions::from_mode(0o755)).unwrap();
        let before = target.project().backups("main");
        target.run("backup.sh", &[], "", 0);
        let after = target.project().backups("main");
        taken.extend(after.into_iter().filter(|name| !before.contains(name)));
        target.assert_listed(&taken);
    }
    assert_eq!(taken.len(), 5, "each run made a backup: {taken:?}");
    target.assert_well(&contents, &taken);
}

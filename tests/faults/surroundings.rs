//! Terminals, environments, users and rights.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::targets::Target;

pub(crate) fn terminal_and_cron<T: Target>() {
    let Some(target) = T::start("terminal") else { return };
    let contents = target.contents();
    let root = target.project().root.clone();
    let script = root.join("scripts/db/backup.sh").display().to_string();
    let docker = std::env::var("DOCKER_HOST").ok();
    let cron = ["PATH=/usr/bin:/bin", "HOME=/", "SHELL=/bin/sh"].map(str::to_owned);
    let surroundings = cron.into_iter().chain(docker.map(|host| format!("DOCKER_HOST={host}")));
    let mut command = Command::new("env");
    command.arg("-i").args(surroundings.clone()).args(["/bin/sh", "-c", "exec bash \"$0\"", &script]);
    assert_done(&command.stdin(Stdio::null()).output().unwrap(), &target);
    let in_terminal = format!("bash '{script}'");
    let mut command = Command::new("env");
    command.arg("-i").args(surroundings).args(["script", "-qec", &in_terminal, "/dev/null"]);
    assert_done(&command.stdin(Stdio::null()).output().unwrap(), &target);
    let backups = target.project().backups("main");
    assert_eq!(backups.len(), 2);
    target.assert_well(&contents, &backups);
}

fn assert_done<T: Target>(output: &Output, target: &T) {
    let text = [&output.stdout[..], &output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    assert_eq!(output.status.code(), Some(0), "{text}");
    target.assert_discreet(&text);
}

pub(crate) fn no_sh_on_path<T: Target>() {
    let Some(mut target) = T::start("no_sh") else { return };
    let contents = target.contents();
    let programs = target.project().root.join("programs");
    fs::create_dir(&programs).unwrap();
    for directory in ["/usr/bin", "/bin", "/usr/sbin"] {
        link_all_but_shells(Path::new(directory), &programs);
    }
    target.project_mut().set("PATH", &programs.display().to_string());
    let backups = [target.back_up()];
    target.lose_rows();
    target.run("restore.sh", &[&backups[0]], &format!("{}\n", target.typed()), 0);
    target.assert_well(&contents, &backups);
}

fn link_all_but_shells(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().flatten() {
        let name = entry.file_name();
        let shell = ["sh", "bash", "dash", "rbash"].iter().any(|shell| name == *shell);
        if !shell && !to.join(&name).exists() {
            symlink(entry.path(), to.join(&name)).unwrap();
        }
    }
}

pub(crate) fn open_umask<T: Target>() {
    let Some(target) = T::start("umask") else { return };
    let root = target.project().root.clone();
    let script = root.join("scripts/db/backup.sh");
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "umask 000; exec bash \"$0\""]).arg(script).stdin(Stdio::null());
    assert_done(&command.output().unwrap(), &target);
    for entry in walkdir::WalkDir::new(root.join("backups/main")).into_iter().flatten() {
        if entry.file_type().is_symlink() {
            continue;
        }
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} has mode {mode:o}", entry.path().display());
    }
}

pub(crate) fn other_user<T: Target>() {
    let Some(target) = T::start("other_user") else { return };
    if !crate::disks::is_root() {
        println!("NOT RUN: only root may become another user");
        return;
    }
    let contents = target.contents();
    let backups = [target.back_up()];
    let root = target.project().root.clone();
    for directory in [root.parent().unwrap(), &root] {
        fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let output = as_nobody(&root.join("scripts/db/backup.sh"));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("error: ") && text.contains("backups"), "{text}");
    target.assert_well(&contents, &backups);
    assert!(Command::new("chown").arg("-R").arg("nobody").arg(&root).status().unwrap().success());
    let output = as_nobody(&root.join("scripts/db/backup.sh"));
    assert_done(&output, &target);
    target.assert_listed(&backups);
}

fn as_nobody(script: &Path) -> Output {
    Command::new("setpriv")
        .args(["--reuid=nobody", "--clear-groups", "--", "bash"])
        .arg(script)
        .env("HOME", "/nonexistent")
        .current_dir("/")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

//! Disks that are full or cannot be written, as small file systems of their own. Only root may mount them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::targets::{OwnDisk, Target};

/// A mounted file system of a few MiB.
pub(crate) struct Disk {
    at: PathBuf,
}

pub(crate) fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

impl Disk {
    /// Mounts one at a directory, or says that it cannot.
    pub(crate) fn mount(at: &Path, mebibytes: u32) -> Option<Self> {
        if !is_root() {
            println!("NOT RUN: only root may mount a small disk");
            return None;
        }
        fs::create_dir_all(at).unwrap();
        let size = format!("size={mebibytes}m");
        assert!(
            Command::new("mount")
                .args(["-t", "tmpfs", "-o", &size, "dbguard-test"])
                .arg(at)
                .status()
                .unwrap()
                .success()
        );
        Some(Self { at: at.to_owned() })
    }

    fn remount(&self, how: &str) {
        assert!(
            Command::new("mount")
                .args(["-o", &format!("remount,{how}")])
                .arg(&self.at)
                .status()
                .unwrap()
                .success()
        );
    }

    /// Fills it but for this many KiB.
    pub(crate) fn fill(&self, but: u64) {
        let free = self.free();
        let filler = vec![0x5a_u8; usize::try_from(free.saturating_sub(but * 1024)).unwrap()];
        fs::write(self.at.join("filler"), filler).unwrap();
    }

    fn free(&self) -> u64 {
        let output = Command::new("df").args(["-Pk"]).arg(&self.at).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().last().unwrap().split_whitespace().nth(3).unwrap().parse::<u64>().unwrap() * 1024
    }

    pub(crate) fn clear(&self) {
        fs::remove_file(self.at.join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // A server that is just ending may still hold it.
        let _ = Command::new("umount").arg("-l").arg(&self.at).status();
    }
}

pub(crate) fn disk_full_for_backups<T: Target>() {
    let Some(target) = T::start("disk_full") else { return };
    let Some(disk) = Disk::mount(&target.project().root.join("backups"), 64) else { return };
    let contents = target.contents();
    let backups = [target.back_up()];
    disk.fill(16);
    target.run("backup.sh", &[], "", 1);
    target.assert_listed(&backups);
    disk.clear();
    disk.fill(0);
    target.run("backup.sh", &[], "", 1);
    target.run("restore.sh", &[], &format!("{}\n", target.typed()), 1);
    disk.clear();
    target.assert_well(&contents, &backups);
}

pub(crate) fn disk_fills_while_dumping<T: Target>() {
    let Some(target) = T::start("disk_fills") else { return };
    let Some(disk) = Disk::mount(&target.project().root.join("backups"), 320) else { return };
    let backups = [target.back_up()];
    target.grow(24);
    let contents = target.contents();
    disk.fill(19 * 1024);
    let shown = target.run("backup.sh", &[], "", 1);
    assert!(
        !shown.stderr.contains("bytes free, and a backup needs"),
        "the preflight saw it: {}",
        shown.text()
    );
    target.assert_listed(&backups);
    disk.clear();
    target.assert_well(&contents, &backups);
}

pub(crate) fn disk_full_for_restore<T: OwnDisk>() {
    let Some((mut target, disk)) = T::start_on_small_disk() else { return };
    target.grow(16);
    let contents = target.contents();
    let name = target.back_up();
    disk.fill(4 * 1024);
    let shown = target.project().run("restore.sh", &[&name], &format!("{}\n", target.typed()));
    target.assert_discreet(&shown.text());
    assert!([1, 6].contains(&shown.code), "{} {}", shown.code, shown.text());
    disk.clear();
    target.mend();
    target.assert_well(&contents, &[name]);
}

pub(crate) fn read_only_backups<T: Target>() {
    let Some(target) = T::start("read_only") else { return };
    let Some(disk) = Disk::mount(&target.project().root.join("backups"), 64) else { return };
    let contents = target.contents();
    let backups = [target.back_up()];
    disk.remount("ro");
    for (script, input) in [("backup.sh", String::new()), ("restore.sh", format!("{}\n", target.typed()))] {
        let shown = target.run(script, &[], &input, 1);
        assert!(shown.stderr.contains("error: "), "{}", shown.text());
    }
    target.assert_listed(&backups);
    disk.remount("rw");
    target.assert_well(&contents, &backups);
}

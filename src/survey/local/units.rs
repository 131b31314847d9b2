//! systemd timers with their services, and agents of launchd, that start a script of backups.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::machine::is_on_path;
use crate::survey::ask::ask;

/// Largest unit that is read.
const LARGEST: u64 = 64 * 1024;

/// File names of the scripts that dbguard generates and a unit may start.
const SCRIPTS: [&str; 2] = ["schedule.sh", "backup.sh"];

/// Folders of the system's own units.
const SYSTEM: [&str; 1] = ["/etc/systemd/system"];

/// What runs a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manager {
    /// systemd of this user.
    User,
    /// systemd of the machine.
    System,
    /// launchd of this user.
    Launchd,
}

/// A file of a manager: one that starts such a script, or the timer of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Who runs it.
    pub manager: Manager,
    /// File name.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Whether the manager starts it by itself; None for what is not started by itself (a service), and for launchd.
    pub enabled: Option<bool>,
}

/// The units of this user and of the machine, by folder and name.
pub(super) fn read(home: Option<&str>) -> Vec<Unit> {
    let config = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let config = config.or_else(|| home.map(|home| Path::new(home).join(".config")));
    let user = config.map(|config| (Manager::User, config.join("systemd/user")));
    let agents = home.map(|home| (Manager::Launchd, Path::new(home).join("Library/LaunchAgents")));
    let system = SYSTEM.iter().map(|folder| (Manager::System, PathBuf::from(folder)));
    let folders = user.into_iter().chain(agents).chain(system);
    folders.flat_map(|(manager, folder)| of_folder(manager, &folder)).collect()
}

fn of_folder(manager: Manager, folder: &Path) -> Vec<Unit> {
    let names = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = names.filter_map(|entry| entry.file_name().into_string().ok());
    let texts: BTreeMap<String, String> =
        names.filter_map(|name| text(&folder.join(&name)).map(|text| (name, text))).collect();
    let starts =
        |name: &str| texts.get(name).is_some_and(|text| SCRIPTS.iter().any(|script| text.contains(script)));
    let is_one = |name: &str| match name.strip_suffix(".timer") {
        Some(stem) => starts(&format!("{stem}.service")),
        None => starts(name),
    };
    let unit = |(name, text): (&String, &String)| Unit {
        manager,
        enabled: name.strip_suffix(".timer").map(|_| is_enabled(manager, folder, name)),
        name: name.clone(),
        text: text.clone(),
    };
    texts.iter().filter(|(name, _)| is_one(name)).map(unit).collect()
}

fn text(path: &Path) -> Option<String> {
    let known = ["service", "timer", "plist"];
    let ending = path.extension()?.to_str()?;
    let metadata = fs::metadata(path).ok()?;
    let fits = known.contains(&ending) && metadata.is_file() && metadata.len() <= LARGEST;
    if fits { fs::read_to_string(path).ok() } else { None }
}

/// What enabling leaves on the disk; where it is not there, what systemd says.
fn is_enabled(manager: Manager, folder: &Path, name: &str) -> bool {
    if fs::symlink_metadata(folder.join("timers.target.wants").join(name)).is_ok() {
        return true;
    }
    let words: &[&str] = match manager {
        Manager::User => &["--user", "is-enabled", "--", name],
        Manager::System => &["is-enabled", "--", name],
        Manager::Launchd => return true,
    };
    is_on_path("systemctl") && ask("systemctl", words).is_some_and(|answer| answer.success)
}

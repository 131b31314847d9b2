//! Installing the schedule, and running what was installed the way cron and systemd do.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::json;
use support::project::Project;
use support::sqlite;

/// Everything that a shell, a crontab, a unit or a plist could stumble over.
const NASTY: &str = "it's 50% of \"ünïts\" & $HOME <x>";

/// Stores the crontab in a file; says what Debian's says.
const CRONTAB: &str = r#"#!/bin/sh
case "$1" in
  -l) [ ! -f "$HOME/broken" ] || { echo "permission denied" >&2; exit 1; }
      [ -f "$HOME/crontab" ] || { echo "no crontab for me" >&2; exit 1; }
      cat "$HOME/crontab" ;;
  *) cat "$1" >"$HOME/crontab"; echo x >>"$HOME/writes" ;;
esac
"#;

/// A project with a crontab of its own.
fn project(directory: &str) -> Project {
    let mut project = sqlite::project(directory, &json!({}));
    program(&mut project, "crontab", CRONTAB);
    project
}

/// Puts a program in front of the others. It lies beside the project, whose name may hold what PATH cannot.
fn program(project: &mut Project, name: &str, text: &str) {
    let bin = home(project).join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    std::fs::write(bin.join(name), text).unwrap();
    std::fs::set_permissions(bin.join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    let all = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    project.set("PATH", &all);
}

fn home(project: &Project) -> PathBuf {
    project.root.parent().unwrap().to_owned()
}

fn crontab(project: &Project) -> String {
    std::fs::read_to_string(home(project).join("crontab")).unwrap_or_default()
}

fn jobs(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#') && line.contains("schedule.sh")).collect()
}

/// Runs the command of a crontab line as cron does: through sh, almost without environment, a bare % ending it.
fn as_cron(project: &Project, line: &str) -> Output {
    let command = line.splitn(6, ' ').nth(5).unwrap().replace("\\%", "\u{1}");
    assert!(!command.contains('%'), "{command}");
    Command::new("/bin/sh")
        .args(["-c", &command.replace('\u{1}', "%")])
        .env_clear()
        .envs([("SHELL", "/bin/sh"), ("PATH", "/usr/bin:/bin"), ("LOGNAME", "me")])
        .env("HOME", home(project))
        .current_dir("/")
        .output()
        .unwrap()
}

#[test]
fn g0_6_installing_again_changes_nothing_and_foreign_lines_stay() {
    let project = project(NASTY);
    let foreign = "# mine\nMAILTO=\"a b\"\n\n*/5 * * * * echo 100\\% \t \n# >>> dbguard: /elsewhere\n1 1 * * * x\n# <<< dbguard: /elsewhere\n";
    std::fs::write(home(&project).join("crontab"), foreign).unwrap();
    project.run("schedule.sh", &["status"], "").expect(1);
    let shown = project.run("schedule.sh", &["install", "--kind", "cron"], "").expect(0);
    let first = crontab(&project);
    assert!(first.starts_with(foreign), "{first}");
    assert!(shown.stderr.contains("the jobs of /elsewhere, which is not there"), "{}", shown.text());
    assert_eq!(jobs(&first).len(), 7, "{first}");
    for _ in 0..2 {
        let shown = project.run("schedule.sh", &["install", "--kind", "cron"], "").expect(0);
        assert!(shown.stdout.contains("nothing to change"), "{}", shown.text());
    }
    assert_eq!(crontab(&project), first);
    assert_eq!(std::fs::read_to_string(home(&project).join("writes")).unwrap().lines().count(), 1);
    let printed = project.run("schedule.sh", &["print", "--kind", "cron"], "").expect(0);
    assert!(first.ends_with(&printed.stdout), "{}", printed.stdout);
    project.run("schedule.sh", &["status", "--kind", "cron"], "").expect(0);
    // A second database: the block is replaced where it stands, between what others wrote.
    std::fs::write(home(&project).join("crontab"), format!("{first}# after\n")).unwrap();
    let two = [sqlite::entry("main", "app.db"), sqlite::entry("two", "two.db")];
    project.configure(&two, &json!({}));
    assert!(
        project
            .run("schedule.sh", &["status", "--kind", "cron"], "")
            .expect(1)
            .stderr
            .contains("schedule.sh install")
    );
    project.run("schedule.sh", &["install", "--kind", "cron"], "").expect(0);
    let second = crontab(&project);
    assert!(second.starts_with(foreign) && second.ends_with("\n# after\n"), "{second}");
    assert_eq!(jobs(&second).len(), 8);
    project.run("schedule.sh", &["remove", "--kind", "cron"], "").expect(0);
    assert_eq!(crontab(&project), format!("{foreign}# after\n"));
    project.run("schedule.sh", &["remove", "--kind", "cron"], "").expect(0);
}

#[test]
fn g0_6_a_crontab_that_cannot_be_edited_safely_is_refused_as_it_is() {
    let project = project("pro ject");
    let begin = format!("# >>> dbguard: {}\n", project.root.display());
    let end = begin.replace(">>>", "<<<");
    for (text, word) in [
        ("1 1 * * * x".to_owned(), "its last line has no line end"),
        ("# a\n1 1 * * * x\r\n".to_owned(), "line 2 ends with a carriage return"),
        (format!("# a\n{begin}1 1 * * * x\n"), "begins in line 2 does not end"),
        (format!("# a\n# b\n{end}"), "line 3 is a mark"),
        (format!("{begin}{end}{begin}{end}"), "line 3 is a mark"),
        (format!("{begin}{begin}{end}"), "line 2 is a mark"),
    ] {
        std::fs::write(home(&project).join("crontab"), &text).unwrap();
        for action in ["install", "remove"] {
            let shown = project.run("schedule.sh", &[action, "--kind", "cron"], "").expect(3);
            assert!(shown.stderr.contains(word), "{word}: {}", shown.text());
            assert_eq!(crontab(&project), text);
        }
    }
    std::fs::write(home(&project).join("broken"), "").unwrap();
    let shown = project.run("schedule.sh", &["install", "--kind", "cron"], "").expect(1);
    assert!(shown.stderr.contains("permission denied"), "{}", shown.text());
}

#[test]
fn g2_5_installed_lines_do_their_jobs_the_way_cron_runs_them() {
    let mut project = project(NASTY);
    // A client that only the PATH of the person who installs knows.
    program(
        &mut project,
        "sqlite3",
        "#!/bin/sh\necho used >\"$(dirname \"$0\")/used\"\nexec /usr/bin/sqlite3 \"$@\"\n",
    );
    project.run("schedule.sh", &["install", "--kind", "cron"], "").expect(0);
    let text = crontab(&project);
    for (job, log) in [
        ("run backup --db main", "backup-main"),
        ("run health", "health"),
        ("run backup-health", "backup-health"),
        ("run full", "full"),
        ("run verify", "verify"),
        ("run restore-test", "restore-test"),
    ] {
        let line = jobs(&text)
            .into_iter()
            .find(|line| line.ends_with(job))
            .unwrap_or_else(|| panic!("{job}: {text}"));
        let output = as_cron(&project, line);
        let folder = project.root.join("backups/log");
        let last = std::fs::read_to_string(folder.join(format!("{log}.last"))).unwrap();
        let written = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                name.starts_with(&format!("{log}-20"))
            })
            .unwrap();
        let written = std::fs::read_to_string(written).unwrap();
        assert!(output.status.success(), "{line}: {output:?} {written}");
        assert!(output.stdout.is_empty() && output.stderr.is_empty(), "cron would send a mail: {output:?}");
        assert!(last.ends_with(" 0\n") && written.contains("exit 0"), "{last}{written}");
    }
    assert!(home(&project).join("bin/used").exists(), "the client of the installer's PATH is used");
    assert_eq!(project.backups("main").len(), 2);
    std::fs::remove_file(project.root.join("app.db")).unwrap();
    let line = jobs(&text).into_iter().find(|line| line.ends_with("--db main")).unwrap();
    let output = as_cron(&project, line);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("backup-main failed (exit 1): see ") && said.lines().count() == 1, "{said}");
    let shown = project.run("schedule.sh", &["status", "--kind", "cron"], "").expect(1);
    assert!(shown.stdout.contains("exit 1"), "{}", shown.text());
    let shown = project.run("status.sh", &[], "").expect(1);
    assert!(
        shown.stdout.contains("cron: backup last") && shown.stdout.contains("next in"),
        "{}",
        shown.text()
    );
}

#[test]
fn g2_5_frequencies_follow_the_policy_and_the_judged_environment() {
    let project = project("project");
    let expected = [("development", "/6"), ("staging", "/2"), ("production", "-59/15 * * * *")];
    for (environment, part) in expected {
        let mut entry = sqlite::entry("main", "app.db");
        entry["environment"] = json!(environment);
        project.configure(&[entry], &json!({}));
        let shown = project.run("schedule.sh", &["print", "--kind", "cron"], "").expect(0).stdout;
        let line = jobs(&shown).into_iter().find(|line| line.ends_with("--db main")).unwrap();
        assert!(line.contains(part), "{environment}: {line}");
        assert_eq!(
            shown,
            project.run("schedule.sh", &["print", "--kind", "cron"], "").expect(0).stdout,
            "stable"
        );
    }
    let mut entry = sqlite::entry("main", "app.db");
    entry["environment"] = json!("test");
    project.configure(&[entry], &json!({}));
    let shown = project.run("schedule.sh", &["install", "--kind", "cron"], "").expect(0);
    assert!(shown.stdout.contains("main is backed up before each run"), "{}", shown.text());
    assert!(!crontab(&project).contains("run backup --db"));
    project.write("scripts/db/prune.sh", "#!/bin/sh\nexit 7\n");
    project.run("schedule.sh", &["install", "--kind", "cron"], "").expect(0);
    assert!(crontab(&project).contains(" run prune\n"));
    // Without a place for copies, a job that fails every night would only be noise.
    assert!(!crontab(&project).contains(" run offsite"));
    project.run("schedule.sh", &["run", "offsite"], "").expect(2);
    project.run("schedule.sh", &["run", "backup"], "").expect(2);
    project.run("schedule.sh", &["run", "../x"], "").expect(2);
}

#[test]
fn g2_5_logs_are_bounded_and_a_held_lock_is_waited_for() {
    let mut project = project("project");
    let log = project.root.join("backups/log");
    std::fs::create_dir_all(&log).unwrap();
    for month in 1..=12 {
        std::fs::write(log.join(format!("health-2020-{month:02}.log")), "old").unwrap();
        std::fs::write(log.join(format!("health-2020-{month:02}.log.1")), "old").unwrap();
    }
    std::fs::write(log.join("health-other-2020-01.log"), "old").unwrap();
    project.run("schedule.sh", &["run", "health"], "").expect(0);
    let mut names: Vec<String> = std::fs::read_dir(&log)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("health-2") && !name.contains(".log."))
        .collect();
    names.sort();
    assert_eq!((names.len(), names[0].as_str()), (6, "health-2020-08.log"), "{names:?}");
    assert!(log.join("health-other-2020-01.log").exists() && !log.join("health-2020-01.log.1").exists());
    let current = log.join(names.last().unwrap());
    std::fs::write(&current, "x".repeat(2_100_000)).unwrap();
    project.run("schedule.sh", &["run", "health"], "").expect(0);
    assert!(std::fs::metadata(&current).unwrap().len() < 10_000);
    let lock = project.root.join("backups/main/.lock");
    std::fs::create_dir_all(&lock).unwrap();
    std::fs::write(lock.join("owner"), "1\nelsewhere\nnever\n").unwrap();
    project.set("DBGUARD_LOCK_WAIT", "1");
    project.set("DBGUARD_LOCK_TRIES", "2");
    project.run("schedule.sh", &["run", "backup", "--db", "main"], "").expect(5);
    project.set("DBGUARD_LOCK_TRIES", "30");
    let child = project.spawn("schedule.sh", &["run", "backup", "--db", "main"]);
    std::thread::sleep(std::time::Duration::from_millis(1500));
    std::fs::remove_dir_all(&lock).unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
    assert_eq!(project.backups("main").len(), 1);
}

#[test]
fn g0_6_systemd_units_are_valid_and_installed_by_a_systemctl_stub() {
    let mut project = project(NASTY);
    let shown = project.run("schedule.sh", &["install", "--kind", "systemd"], "");
    assert!(
        shown.code == 1 && shown.stdout.contains("OnCalendar="),
        "no user session here: {}",
        shown.text()
    );
    program(&mut project, "crontab", CRONTAB);
    program(&mut project, "systemctl", "#!/bin/sh\necho \"$*\" >>\"$HOME/calls\"\n");
    project.run("schedule.sh", &["install", "--kind", "systemd"], "").expect(0);
    project.run("schedule.sh", &["install", "--kind", "systemd"], "").expect(0);
    let folder = home(&project).join(".config/systemd/user");
    let units = || -> Vec<PathBuf> {
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    assert_eq!(units().len(), 14);
    let service =
        units().into_iter().find(|unit| unit.to_str().unwrap().ends_with("-backup-main.service")).unwrap();
    let text = std::fs::read_to_string(service).unwrap();
    let escaped = r#"/it's 50%% of \"ünïts\" & $$HOME <x>/scripts/db/schedule.sh" run backup --db main"#;
    assert!(text.contains(escaped), "{text}");
    let calls = std::fs::read_to_string(home(&project).join("calls")).unwrap();
    assert!(
        calls.contains("--user daemon-reload") && calls.contains("--user enable --now -- dbguard-"),
        "{calls}"
    );
    if Command::new("systemd-analyze").arg("--version").output().is_ok() {
        let verified = Command::new("systemd-analyze")
            .args(["verify", "--user", "--man=no"])
            .args(units())
            .env("XDG_RUNTIME_DIR", home(&project))
            .output()
            .unwrap();
        assert!(
            verified.status.success() && verified.stderr.is_empty(),
            "{}",
            String::from_utf8_lossy(&verified.stderr)
        );
        for unit in units().iter().filter(|unit| unit.extension().is_some_and(|kind| kind == "timer")) {
            let text = std::fs::read_to_string(unit).unwrap();
            let when = text.lines().find_map(|line| line.strip_prefix("OnCalendar=")).unwrap().to_owned();
            let checked = Command::new("systemd-analyze").args(["calendar", &when]).output().unwrap();
            assert!(checked.status.success(), "{when}");
        }
    }
    let twice = project.run("schedule.sh", &["install", "--kind", "cron"], "").expect(3);
    assert!(twice.stderr.contains("would run twice"), "{}", twice.text());
    assert_eq!(crontab(&project), "");
    project.run("schedule.sh", &["status"], "").expect(0);
    project.run("schedule.sh", &["remove"], "").expect(0);
    assert!(units().is_empty());
}

#[test]
fn g0_6_launchd_plists_are_xml_and_installed_by_a_launchctl_stub() {
    let mut project = project(NASTY);
    program(&mut project, "launchctl", "#!/bin/sh\necho \"$*\" >>\"$HOME/calls\"\n");
    project.run("schedule.sh", &["install", "--kind", "launchd"], "").expect(0);
    let folder = home(&project).join("Library/LaunchAgents");
    let read = "import plistlib, sys\nfor name in sys.argv[1:]:\n    one = plistlib.load(open(name, 'rb'))\n    print('|'.join(one['ProgramArguments'][1:]), len(one['StartCalendarInterval']), one['StartCalendarInterval'][0])\n";
    let files: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 7);
    let output = Command::new("python3").args(["-c", read]).args(&files).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let script = project.root.join("scripts/db/schedule.sh").display().to_string();
    assert!(text.contains(&format!("{script}|run|backup|--db|main 4 ")), "every 6 hours: {text}");
    assert!(text.contains(&format!("{script}|run|health 4 ")), "every 15 minutes: {text}");
    assert!(text.lines().any(|line| line.contains("|verify 1 ") && line.contains("'Weekday': 0")), "{text}");
    let calls = std::fs::read_to_string(home(&project).join("calls")).unwrap();
    assert!(calls.contains("bootstrap gui/"), "{calls}");
    project.run("schedule.sh", &["remove", "--kind", "launchd"], "").expect(0);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}

/// The distribution's own crontab, on a spool that only this namespace sees.
#[test]
fn g0_6_the_real_crontab_takes_it_and_gives_it_back() {
    let project = sqlite::project(NASTY, &json!({}));
    let script = project.root.join("scripts/db/schedule.sh");
    let steps = r#"
        mount -t tmpfs tmpfs /var/spool/cron/crontabs || exit 77
        printf '# mine\n1 1 * * * echo 5\\%%\n' | crontab - || exit 1
        bash "$1" install --kind cron && bash "$1" install --kind cron || exit 1
        crontab -l; echo =====; bash "$1" remove --kind cron || exit 1; crontab -l"#;
    let output = Command::new("unshare")
        .args(["--mount", "bash", "-c", steps, "bash"])
        .arg(&script)
        .env("HOME", home(&project))
        .output();
    let output = match output {
        Ok(output)
            if output.status.code() != Some(77) && std::path::Path::new("/usr/bin/crontab").exists() =>
        {
            output
        }
        _ => {
            eprintln!("not run: needs root, unshare and Debian's cron");
            return;
        }
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let (with, without) = text.split_once("=====\n").unwrap();
    assert_eq!(jobs(with).len(), 7, "{text}");
    assert!(with.contains("nothing to change"), "{text}");
    assert!(without.ends_with("cron: removed\n# mine\n1 1 * * * echo 5\\%\n"), "{text}");
}

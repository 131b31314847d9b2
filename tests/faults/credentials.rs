//! Wrong and difficult passwords.

use std::process::Command;

use crate::targets::Target;

pub(crate) fn wrong_password<T: Target>() {
    let Some(mut target) = T::start("wrong_password") else { return };
    let contents = target.contents();
    let backups = [target.back_up()];
    let right = target.password().unwrap().to_owned();
    target.change_password(None);
    target.run("backup.sh", &[], "", 1);
    target.run("verify-backup.sh", &[], "", 1);
    let typed = format!("{}\n", target.typed());
    target.run("restore.sh", &[], &typed, 1);
    let shown = target.run("health.sh", &[], "", 1);
    assert!(shown.stdout.contains("main: unknown"), "{}", shown.text());
    assert_eq!(target.project().backups("main"), backups);
    target.project().write(".env", &crate::targets::dotenv("PW", &right));
    target.assert_well(&contents, &backups);
}

pub(crate) fn every_printable_character<T: Target>() {
    let Some(mut target) = T::start("printable") else { return };
    let contents = target.contents();
    let password: String = (' '..='~').rev().collect();
    target.change_password(Some(&password));
    let typed = format!("{}\n", target.typed());
    for (script, input) in
        [("backup.sh", ""), ("verify-backup.sh", ""), ("restore.sh", &typed), ("health.sh", "")]
    {
        watched(&target, script, input);
    }
    assert_eq!(files_holding(&target, &password), [".env"]);
    target.assert_well(&contents, &[]);
}

/// Runs a script and looks at the arguments of every process meanwhile.
fn watched<T: Target>(target: &T, script: &str, input: &str) {
    use std::io::Write as _;
    let mut child = target.project().spawn(script, &[]);
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    while child.try_wait().unwrap().is_none() {
        let listing = Command::new("ps").args(["-ww", "-eo", "args"]).output().unwrap();
        target.assert_discreet(&String::from_utf8_lossy(&listing.stdout));
    }
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    assert!(output.status.success(), "{script}: {text}");
    target.assert_discreet(&text);
}

/// Files of the project that hold a text, raw or as a dotenv file escapes it.
fn files_holding<T: Target>(target: &T, text: &str) -> Vec<String> {
    let escaped = crate::targets::dotenv("PW", text);
    let needles = [text.as_bytes(), escaped.trim_end().as_bytes()];
    let root = &target.project().root;
    let mut found: Vec<String> = walkdir::WalkDir::new(root)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| {
            let bytes = std::fs::read(entry.path()).unwrap();
            needles.iter().any(|needle| bytes.windows(needle.len()).any(|window| window == *needle))
        })
        .map(|entry| entry.path().strip_prefix(root).unwrap().display().to_string())
        .collect();
    found.sort();
    found
}

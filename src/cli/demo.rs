//! `dbguard demo`: a small shop in a temporary folder, guarded, backed up, emptied by accident, and restored.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::terminal::Terminal;
use super::{DemoArgs, Failure, InitArgs, Outcome, exit, init};
use crate::report::screen::{Line, Tone};
use crate::template;

const PROJECT: &str = "demo/";
const DATABASE: &str = "data/shop.db";
const COUNT: &str =
    "SELECT (SELECT count(*) FROM customers) || ' customers, ' || (SELECT count(*) FROM orders) || ' orders'";

pub(super) fn run(args: &DemoArgs, terminal: &mut Terminal) -> Outcome {
    let folder = tempfile::Builder::new().prefix("dbguard-demo-").tempdir()?;
    let shop = Shop { root: folder.path() };
    step(terminal, "1. A small web shop; its orders are in an SQLite file")?;
    shop.build()?;
    let before = shop.show(terminal, "./sql.sh", &[DATABASE, COUNT])?;

    step(terminal, "2. dbguard looks at it and writes its guard scripts")?;
    terminal.say(&format!("$ dbguard init --yes {}", shop.root.display()))?;
    init::run(&InitArgs::for_demo(shop.root), terminal)?;

    step(terminal, "3. The first backup")?;
    shop.show(terminal, "scripts/db/backup.sh", &[])?;

    step(terminal, "4. The accident: the script that empties the test database runs against the real one")?;
    shop.show(terminal, "./reset-for-tests.sh", &[])?;
    shop.show(terminal, "./sql.sh", &[DATABASE, COUNT])?;

    step(terminal, "5. Restore: every row comes back")?;
    shop.show(terminal, "scripts/db/restore.sh", &["--yes"])?;
    let after = shop.show(terminal, "./sql.sh", &[DATABASE, COUNT])?;
    if before != after {
        return Err(Failure::new(
            exit::REFUSED,
            "the demo failed: the restored rows differ from the first ones",
        ));
    }
    step(terminal, "That was all. In your own project: dbguard init")?;
    if args.keep {
        terminal.say(&format!("The shop stays in {}", folder.keep().display()))?;
    }
    Ok(exit::DONE)
}

fn step(terminal: &mut Terminal, title: &str) -> std::io::Result<()> {
    terminal.talk(&[Line::default(), Line::of(Tone::Strong, title), Line::default()])
}

/// The sample project.
struct Shop<'a> {
    root: &'a Path,
}

impl Shop<'_> {
    fn build(&self) -> Result<(), Failure> {
        for name in template::names() {
            let Some(path) = name.strip_prefix(PROJECT) else { continue };
            let text = template::raw(&name).map_err(|error| Failure::new(exit::REFUSED, error))?;
            let file = self.root.join(path);
            fs::write(&file, text)?;
            if file.extension().is_some_and(|extension| extension == "sh") {
                fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
            }
        }
        fs::create_dir(self.root.join("data"))?;
        let schema = fs::read_to_string(self.root.join("schema.sql"))?;
        self.run("./sql.sh", &[DATABASE], &schema).map(|_| ())
    }

    /// Runs a command of the project, showing it and what it prints.
    fn show(&self, terminal: &mut Terminal, program: &str, words: &[&str]) -> Result<String, Failure> {
        let quoted = words
            .iter()
            .map(|word| if word.contains(' ') { format!("\"{word}\"") } else { (*word).to_owned() });
        terminal.say(format!("$ {program} {}", quoted.collect::<Vec<_>>().join(" ")).trim_end())?;
        let printed = self.run(program, words, "shop.db\n")?;
        terminal.say(printed.trim_end())?;
        Ok(printed)
    }

    fn run(&self, program: &str, words: &[&str], input: &str) -> Result<String, Failure> {
        let failed = |why: String| Failure::new(exit::REFUSED, format!("the demo failed: {program}: {why}"));
        let mut child = Command::new(self.root.join(program))
            .args(words)
            .current_dir(self.root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A script that asks nothing closes its end first; that is no failure.
            let _ = stdin.write_all(input.as_bytes());
        }
        let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        if !output.status.success() {
            return Err(failed(format!("{}\n{printed}{complaint}", output.status)));
        }
        Ok(if printed.is_empty() { complaint } else { printed })
    }
}

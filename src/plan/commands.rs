//! The one list of guard scripts that a person runs, and the repositories that each is for.

use serde::Serialize;

use crate::plan::context::Context;
use crate::policy::file::Run;
use crate::template;

/// Commands that a person runs, in the order in which the documents name them.
const COMMANDS: &[Command] = &[
    Command { file: "backup.sh", when: When::Always },
    Command { file: "restore.sh", when: When::Always },
    Command { file: "list-backups.sh", when: When::Always },
    Command { file: "verify-backup.sh", when: When::Always },
    Command { file: "prune.sh", when: When::Always },
    Command { file: "offsite.sh", when: When::Always },
    Command { file: "health.sh", when: When::Always },
    Command { file: "backup-health.sh", when: When::Always },
    Command { file: "status.sh", when: When::Always },
    Command { file: "schedule.sh", when: When::Always },
    Command { file: "validate-env.sh", when: When::Always },
    Command { file: "preflight.sh", when: When::Compose },
    Command { file: "compose.sh", when: When::Compose },
    Command { file: "safe-restart.sh", when: When::Compose },
    Command { file: "ensure-volumes.sh", when: When::Compose },
    Command { file: "volumes.sh", when: When::Compose },
    Command { file: "safe-test.sh", when: When::Always },
    Command { file: "safe-run.sh", when: When::Always },
    Command { file: "safe-migrate.sh", when: When::Always },
    Command { file: "safe-sql.sh", when: When::Always },
    Command { file: "reset.sh", when: When::Always },
    Command { file: "approve.sh", when: When::Always },
    Command { file: "pre-deploy.sh", when: When::Always },
    Command { file: "post-deploy.sh", when: When::Always },
    Command { file: "rotate-password.sh", when: When::Server },
];

/// A script and the repositories that it is for.
struct Command {
    file: &'static str,
    when: When,
}

/// Which repositories a script is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// Every one with a guarded database.
    Always,
    /// Those with a database in Compose.
    Compose,
    /// Those with a database behind a server that knows passwords.
    Server,
}

/// A script as the documents show it.
#[derive(Debug, Serialize)]
pub struct Manual {
    /// Its file name.
    file: &'static str,
    /// What `--help` prints.
    usage: &'static str,
}

/// The scripts of this repository with what their `--help` prints.
pub fn manuals(context: &Context) -> Vec<Manual> {
    commands(context).filter_map(|file| Some(Manual { file, usage: usage_of(file)? })).collect()
}

/// File names of the scripts of this repository.
pub fn commands(context: &Context) -> impl Iterator<Item = &'static str> {
    let has = |when| match when {
        When::Always => true,
        When::Compose => context.guarded().any(|entry| entry.run == Run::Compose),
        When::Server => context.guarded().any(|entry| entry.run != Run::File),
    };
    COMMANDS.iter().filter(move |command| has(command.when)).map(|command| command.file)
}

/// The text between the marks of the usage in a script.
fn usage_of(file: &str) -> Option<&'static str> {
    let text = template::raw(&format!("scripts/{file}")).ok()?;
    let (_, usage) = text.split_once("<<'USAGE'\n")?;
    usage.split_once("\nUSAGE\n").map(|(usage, _)| usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_is_in_the_list_and_tells_its_usage() {
        let names = template::names();
        let scripts = names.iter().filter_map(|name| name.strip_prefix("scripts/"));
        let mut scripts: Vec<_> =
            scripts.filter(|file| !file.contains('/') && file.strip_suffix(".sh").is_some()).collect();
        let mut listed: Vec<_> = COMMANDS.iter().map(|command| command.file).collect();
        scripts.sort_unstable();
        listed.sort_unstable();
        assert_eq!(scripts, listed);
        for file in listed {
            assert!(
                usage_of(file).is_some_and(|usage| usage.starts_with(&format!("Usage: {file}"))),
                "{file}"
            );
        }
    }
}
